#include <string.h>

#include "sink/steps.h"

enum { LINES_MAX = 1024 };

void ph__sink_hello_forget(struct ph__sink_session *s)
{
    ph__sink_mail_reset(s);
    ph__buf_clear(&s->hello);
    s->extended = false;
}

bool ph__sink_hello_offers(const struct ph__sink_session *s,
                           enum ph__sink_extension e)
{
    const struct ph__sink_options *opts = s->host->opts;
    if (!ph__sink_has(s->host->extensions, e))
        return false;
    if (e == PH__SINK_EXT_STARTTLS)
        return opts->tls_cert && !s->tls_version;
    /* Passwords are not asked for in clear where TLS could be had. */
    if (e == PH__SINK_EXT_AUTH)
        return opts->user && (s->tls_version || !opts->tls_cert);
    return true;
}

static int add_offer(const struct ph__sink_session *s,
                     enum ph__sink_extension e, struct ph__buf *lines)
{
    const char *keyword = ph__sink_extension_keyword(e);
    if (e == PH__SINK_EXT_SIZE)
        return ph__buf_format(lines, "250-%s %llu\r\n", keyword,
                              (unsigned long long)s->host->size_limit);
    return ph__buf_format(lines, "250-%s%s\r\n", keyword,
                          e == PH__SINK_EXT_AUTH ? " PLAIN LOGIN" : "");
}

/* EHLO is no keyword of its own answer: the list begins behind it. */
static void offer(struct ph__sink_session *s)
{
    struct ph__buf lines = PH__BUF(LINES_MAX);
    int rc = ph__buf_add_text(&lines, "250-posthaste.sink\r\n");
    for (int i = PH__SINK_EXT_ESMTP + 1; !rc && i < PH__SINK_EXTENSIONS; i++)
        if (ph__sink_hello_offers(s, (enum ph__sink_extension)i))
            rc = add_offer(s, (enum ph__sink_extension)i, &lines);
    if (!rc)
        rc = ph__buf_add_text(&lines, "250 HELP\r\n");
    if (rc)
        s->next = PH__SINK_DROP;
    else
        ph__sink_reply_lines(s, lines.data);
    ph__buf_done(&lines);
}

void ph__sink_hello(struct ph__sink_session *s,
                    const struct ph__sink_command *command)
{
    struct ph_slice name = command->argument;
    bool extended = command->verb == PH__SINK_EHLO;
    if (extended && !ph__sink_has(s->host->extensions, PH__SINK_EXT_ESMTP)) {
        ph__sink_reply_say(s, "500 5.5.1 command unknown");
        return;
    }
    if (!name.len || memchr(name.data, ' ', name.len)) {
        ph__sink_reply_say(s, "501 5.5.4 a domain or an address literal is "
                              "wanted");
        return;
    }
    ph__sink_hello_forget(s);
    if (ph__buf_add(&s->hello, name.data, name.len)) {
        s->next = PH__SINK_DROP;
        return;
    }
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_HELLO, '2', s->hello.data)) {
        ph__sink_hello_forget(s);
        return;
    }
    s->extended = extended;
    if (extended)
        offer(s);
    else
        ph__sink_reply_lines(s, "250 posthaste.sink\r\n");
}
