#include "web/web.h"

#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "web/limits.h"
#include "web/mail.h"
#include "web/parts.h"

enum { NAME_BYTES = 128, ENVELOPE_MAX = 64 << 20 };

static int64_t now_ms(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

/* ---- the daemon, driven by the loop ---- */

static void on_timer(uv_timer_t *timer);

static void drive(struct ph__web *w)
{
    MHD_UNSIGNED_LONG_LONG ms;
    MHD_run(w->daemon);
    if (MHD_get_timeout(w->daemon, &ms) == MHD_YES)
        uv_timer_start(&w->timer, on_timer, ms, 0);
    else
        uv_timer_stop(&w->timer);
}

static void on_timer(uv_timer_t *timer)
{
    drive(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    drive(poll->data);
}

static void on_beat(uv_timer_t *timer)
{
    ph__web_stream_wake(timer->data, true);
}

void ph__web_soon(struct ph__web *w)
{
    uv_timer_start(&w->timer, on_timer, 0, 0);
}

static int start_daemon(struct ph__web *w)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_PEDANTIC_CHECKS;
    w->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, ph__web_serve, w, MHD_OPTION_LISTEN_SOCKET,
        (MHD_socket)w->socket, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)PH__WEB_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)PH__WEB_REQUEST_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)PH__WEB_IDLE_SECS, MHD_OPTION_END);
    if (!w->daemon)
        return PH_E_NOMEM;
    w->socket = -1;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info || uv_poll_init(w->loop, &w->poll, info->epoll_fd))
        return PH_E_SYSTEM;
    w->poll.data = w;
    w->handles++;
    uv_poll_start(&w->poll, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)&w->poll);
    return PH_OK;
}

/* ---- life ---- */

static void dispose(struct ph__web *w)
{
    if (w->socket >= 0)
        close(w->socket);
    ph__web_mailbox_done(&w->box);
    ph__buf_done(&w->name);
    free(w);
}

static void on_closed(uv_handle_t *handle)
{
    struct ph__web *w = handle->data;
    if (--w->handles == 0)
        dispose(w);
}

void ph__web_close(struct ph__web *w)
{
    if (!w)
        return;
    /* The daemon closes what the loop must no longer look at; and it wants to
     * end every connection itself. */
    if (uv_is_active((uv_handle_t *)&w->poll))
        uv_close((uv_handle_t *)&w->poll, on_closed);
    ph__web_stream_wake(w, false);
    if (w->daemon)
        MHD_stop_daemon(w->daemon);
    uv_close((uv_handle_t *)&w->timer, on_closed);
    uv_close((uv_handle_t *)&w->beat, on_closed);
}

static void init_timer(struct ph__web *w, uv_timer_t *timer)
{
    uv_timer_init(w->loop, timer);
    uv_unref((uv_handle_t *)timer);
    timer->data = w;
    w->handles++;
}

int ph__web_new(struct ph__web **out, uv_loop_t *loop,
                const struct ph__web_options *opts, struct ph__buf *why)
{
    struct ph__web *w = calloc(1, sizeof(*w));
    if (!w)
        return PH_E_NOMEM;
    ph__web_mail_begin();
    *w = (struct ph__web){.loop = loop, .opts = *opts, .socket = -1};
    w->about = (struct ph__web_about){now_ms(), opts->hint};
    ph__buf_init(&w->name, NAME_BYTES);
    ph__list_init(&w->streams);
    ph__web_mailbox_init(&w->box, PH__WEB_KEEP_MESSAGES, PH__WEB_KEEP_BYTES);
    init_timer(w, &w->timer);
    init_timer(w, &w->beat);
    int rc = ph__web_listen(w, why);
    if (!rc)
        rc = start_daemon(w);
    if (rc) {
        ph__web_close(w);
        return rc;
    }
    uv_timer_start(&w->beat, on_beat, PH__WEB_BEAT_MS, PH__WEB_BEAT_MS);
    *out = w;
    return PH_OK;
}

const char *ph__web_name(const struct ph__web *w)
{
    return ph__buf_text(&w->name);
}

bool ph__web_is_exposed(const struct ph__web *w)
{
    return w->exposed;
}

int ph__web_add(struct ph__web *w, const struct ph__sink_message *message)
{
    struct ph__buf envelope = PH__BUF(ENVELOPE_MAX);
    int rc = ph__sink_message_json(&envelope, message, w->box.last + 1);
    if (!rc)
        rc = ph__web_mailbox_add(&w->box, envelope.data, message->content,
                                 message->size, now_ms());
    ph__buf_done(&envelope);
    ph__web_stream_wake(w, false);
    return rc;
}

int ph__web_dialogue(struct ph__web *w, const char *lines)
{
    return ph__web_mailbox_dialogue(&w->box, lines);
}
