#include <string.h>

#include "base/address.h"
#include "cli/exit.h"
#include "cli/report.h"
#include "cli/server.h"

/* A client for a finished server: what is noticed of its dialogue, what is said
 * when it fails, and its end. */

/* A server that says so little so long may be waiting for us (U11). */
enum { SILENCE_MS = 10 * 1000 };

static void on_silence(uv_timer_t *timer)
{
    const struct cli_server *s = timer->data;
    cli_error("%s says nothing: if it expects TLS from the first byte, use "
              "smtps://",
              ph__buf_text(&s->address));
}

static const char *behind(const char *line, const char *prefix)
{
    while (*prefix)
        if (*line++ != *prefix++)
            return NULL;
    return line;
}

/* Once: what one connection does the others will do. */
static void notice_silence(struct cli_server *s, const char *line)
{
    if (behind(line, "S: ")) {
        uv_timer_stop(&s->silence);
        s->heard = true;
    }
    bool waits = !s->heard && s->session.tls != PH_TLS_IMPLICIT &&
                 !s->url.path && !uv_is_active((uv_handle_t *)&s->silence);
    if (waits && behind(line, "# connected to "))
        uv_timer_start(&s->silence, on_silence, SILENCE_MS, 0);
}

static void on_trace(void *user, const char *line)
{
    struct cli_server *s = user;
    if (!s->exchangers) /* smtps:// is not for them */
        notice_silence(s, line);
    cli_server_trace(s, line);
}

void cli_server_trace(struct cli_server *s, const char *line)
{
    cli_stamp_print(&s->stamp);
    cli_trace(NULL, line);
}

const char *cli_server_name_for(const struct cli_server *s,
                                const struct ph_recipient_result *r)
{
    if (!s->exchangers)
        return ph__buf_text(&s->address);
    size_t len = strlen(r->address);
    size_t at = ph__address_at(r->address, len);
    return at < len ? r->address + at + 1 : r->address;
}

void cli_server_explain(const struct cli_server *s, const char *mechanism,
                        const struct ph_recipient_result *r)
{
    const struct cli_preset *p = s->preset;
    if (!p && s->url.host)
        p = cli_preset_of(s->url.host);
    struct cli_hints hints = {.mechanism = *mechanism ? mechanism : NULL,
                              .secret = p ? p->secret : NULL,
                              .exchangers = s->exchangers};
    cli_report_explain(r, cli_server_name_for(s, r), &hints);
}

void cli_server_watch(struct cli_server *s, int level)
{
    s->stamp.on = cli_server_said(s, CLI_TRACE_TIMES) != NULL;
    s->shows_trace = level || s->stamp.on;
    s->client.trace = s->shows_trace ? on_trace : NULL;
    s->client.trace_level = level;
    cli_stamp_start(&s->stamp);
}

static void on_notice(const struct ph_notice *notice, void *user)
{
    const struct cli_server *s = user;
    s->notice(notice, s->notice_user);
}

void cli_server_notify(struct cli_server *s, ph_notice_cb cb, void *user)
{
    s->notice = cb;
    s->notice_user = user;
    s->client.notice = s->exchangers ? NULL : on_notice;
}

int cli_server_unusable(const struct cli_server *s, int rc)
{
    cli_error("%s", *s->problem ? s->problem : ph_strerror(rc));
    return rc == PH_E_TLS ? EXIT_NO_INPUT
           : *s->problem  ? EXIT_USAGE_ERROR
                          : cli_exit_for_code(rc);
}

int cli_server_loop(struct uv_loop_s *loop)
{
    if (!uv_loop_init(loop))
        return EXIT_DONE;
    cli_error("no event loop can be had: close files, or raise their limit "
              "(ulimit -n)");
    return EXIT_TRY_LATER;
}

int cli_server_client(struct cli_server *s, struct ph_client **out,
                      struct uv_loop_s *loop)
{
    s->login.loop = loop;
    int rc = ph_client_new(out, loop, &s->client);
    if (rc)
        return cli_server_unusable(s, rc);
    uv_timer_init(loop, &s->silence); /* cannot fail, see libuv */
    uv_unref((uv_handle_t *)&s->silence);
    s->silence.data = s;
    s->has_client = true;
    return EXIT_DONE;
}

static void on_closed(void *user)
{
    struct cli_server *s = user;
    s->has_client = false;
    uv_close((uv_handle_t *)&s->silence, NULL);
    cli_login_stop(&s->login);
}

void cli_server_close(struct cli_server *s, struct ph_client *client)
{
    ph_client_close(client, on_closed, s);
}

void cli_server_abort(struct cli_server *s, struct ph_client *client)
{
    ph_client_abort(client, on_closed, s);
}
