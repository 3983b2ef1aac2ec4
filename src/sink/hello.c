#include <string.h>

#include "sink/parameter.h"
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
    if (e == PH__SINK_EXT_LIMITS)
        return ph__sink_quota_any(&s->host->quotas);
    if (e == PH__SINK_EXT_REQUIRETLS)
        return s->tls_version; /* RFC 8689 2 */
    if (e == PH__SINK_EXT_STARTTLS)
        return opts->tls_cert && !s->tls_version;
    /* Passwords are not asked for in clear where TLS could be had. */
    if (e == PH__SINK_EXT_AUTH)
        return opts->user && (s->tls_version || !opts->tls_cert);
    return true;
}

unsigned ph__sink_hello_set(const struct ph__sink_session *s)
{
    unsigned set = 0;
    if (!s->extended)
        return 0;
    for (int e = 0; e < PH__SINK_EXTENSIONS; e++)
        if (ph__sink_hello_offers(s, (enum ph__sink_extension)e))
            set |= 1u << e;
    return set;
}

/* RFC 4865 3: how long, and until when, a message would be held. */
static int add_release(const struct ph__sink_session *s, struct ph__buf *lines)
{
    char date[PH__SINK_DATE_BYTES];
    ph__sink_parameter_date(date, s->host->now + PH__SINK_HOLD_MAX);
    return ph__buf_format(lines, " %d %s", PH__SINK_HOLD_MAX, date);
}

/* What stands behind the keyword. */
static int add_values(const struct ph__sink_session *s,
                      enum ph__sink_extension e, struct ph__buf *lines)
{
    if (e == PH__SINK_EXT_SIZE)
        return ph__buf_format(lines, " %llu",
                              (unsigned long long)s->host->size_limit);
    if (e == PH__SINK_EXT_LIMITS)
        return ph__sink_quota_add(lines, &s->host->quotas);
    if (e == PH__SINK_EXT_DELIVERBY)
        return ph__buf_format(lines, " %d", PH__SINK_BY_MIN);
    if (e == PH__SINK_EXT_RELEASE)
        return add_release(s, lines);
    if (e == PH__SINK_EXT_AUTH)
        return ph__buf_add_text(lines, " PLAIN LOGIN");
    return PH_OK;
}

static int add_offer(const struct ph__sink_session *s,
                     enum ph__sink_extension e, struct ph__buf *lines)
{
    int rc = ph__buf_format(lines, "250-%s", ph__sink_extension_keyword(e));
    if (!rc)
        rc = add_values(s, e, lines);
    return rc ? rc : ph__buf_add_text(lines, "\r\n");
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

/* RFC 2033 4.1: a server speaks one of the two. */
static const char *hello_refusal(const struct ph__sink_session *s,
                                 enum ph__sink_verb verb)
{
    bool lmtp = s->host->opts->lmtp;
    if (lmtp && verb != PH__SINK_LHLO)
        return "500 5.5.1 this is LMTP: say LHLO";
    if (!lmtp && verb == PH__SINK_LHLO)
        return "500 5.5.1 command unknown";
    if (verb == PH__SINK_EHLO &&
        !ph__sink_has(s->host->extensions, PH__SINK_EXT_ESMTP))
        return "500 5.5.1 command unknown";
    return NULL;
}

void ph__sink_hello(struct ph__sink_session *s,
                    const struct ph__sink_command *command)
{
    struct ph_slice name = command->argument;
    bool extended = command->verb != PH__SINK_HELO;
    const char *refusal = hello_refusal(s, command->verb);
    if (refusal) {
        ph__sink_reply_say(s, refusal);
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
