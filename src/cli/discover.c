#include <string.h>

#include <uv.h>

#include <posthaste/discover.h>

#include "base/text.h"
#include "cli/discover.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/wrong.h"

struct search {
    struct cli_url *url;
    const char *domain;
    bool any_host;
    int status;
};

static int take(struct search *s, const struct ph_place *place)
{
    int rc = ph__text_copy(&s->url->host, place->host);
    s->url->port = place->port;
    s->url->implicit_tls = place->implicit_tls;
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static void on_found(const struct ph_discovery *found, void *user)
{
    struct search *s = user;
    s->status = cli_exit_for_code((enum ph_code)found->code);
    if (!found->count) {
        cli_error("srv:%s: %s: name the server, as smtp://HOST or smtps://HOST",
                  s->domain, found->detail);
        return;
    }
    for (size_t i = 0; i < found->count; i++)
        if (found->places[i].vouched || s->any_host) {
            s->status = take(s, &found->places[i]);
            return;
        }
    cli_error("srv:%s leads to %s, outside the domain, and nobody vouches for "
              "that: if it is right, name it as %s://%s:%u",
              s->domain, found->places[0].host,
              found->places[0].implicit_tls ? "smtps" : "smtp",
              found->places[0].host, (unsigned)found->places[0].port);
    s->status = EXIT_NO_HOST;
}

int cli_discover(struct cli_url *out, const char *domain, bool any_host)
{
    uv_loop_t loop;
    const char *at = strrchr(domain, '@');
    struct search s = {
        .url = out, .domain = at ? at + 1 : domain, .any_host = any_host};
    if (uv_loop_init(&loop)) {
        cli_wrong_code(PH_E_SYSTEM);
        return EXIT_TRY_LATER;
    }
    int rc = ph_discover(&loop, s.domain, NULL, on_found, &s);
    if (rc == PH_E_INVALID)
        s.status = cli_usage("srv:", s.domain, "give a domain");
    else if (rc) {
        cli_wrong_code(rc);
        s.status = EXIT_TRY_LATER;
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return s.status;
}
