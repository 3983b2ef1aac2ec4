#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/script.h"
#include "message/limits.h"

enum { MECHANISMS_ROOM = 4096, AHEAD_ALL = 16 };

/* ---- strings that are kept ---- */

struct cli_word {
    struct cli_word *next;
    char text[];
};

const char *cli_script_keep(struct cli_script *s, const char *text, size_t len)
{
    struct cli_word *word = malloc(sizeof(*word) + len + 1);
    if (!word)
        return NULL;
    memcpy(word->text, text, len);
    word->text[len] = '\0';
    word->next = s->words;
    s->words = word;
    return word->text;
}

void cli_script_done(struct cli_script *s)
{
    while (s->words) {
        struct cli_word *next = s->words->next;
        free(s->words);
        s->words = next;
    }
    for (size_t i = 0; i < s->count; i++) {
        free(s->deals[i].to);
        free(s->deals[i].original);
    }
    free(s->deals);
    ph__buf_done(&s->mechanisms);
    *s = (struct cli_script){0};
}

/* ---- the session ---- */

static int learn_hello(struct cli_script *s, const char *text)
{
    const char *name = text + 4 + strspn(text + 4, " ");
    s->session.lmtp |= ph__transcript_has_verb(text, "LHLO");
    if (s->session.hello || !*name)
        return PH_OK;
    s->session.hello = cli_script_keep(s, name, strlen(name));
    return s->session.hello ? PH_OK : PH_E_NOMEM;
}

/* Which were tried, in this order; whether with an initial response. */
static int learn_auth(struct cli_script *s,
                      const struct ph__transcript_line *line)
{
    const char *name = line->text + 4 + strspn(line->text + 4, " ");
    size_t len = strcspn(name, " ");
    struct ph__buf *list = &s->mechanisms;
    if (!len)
        return PH_OK; /* the machine will differ */
    int rc = list->len ? ph__buf_add_char(list, ',') : PH_OK;
    if (!rc)
        rc = ph__buf_add(list, name, len);
    if (rc)
        return rc;
    struct ph_slice mechanism = {name, len};
    struct ph_credentials *c = &s->credentials;
    c->size = sizeof(*c);
    c->user = "user";
    c->host = "host";
    c->certificate = true;
    c->plaintext = true;
    /* Whether it had more than one secret decides what RFC 4954 6 lets it try.
     * Any will do: what was made of them is hidden. */
    if (ph__text_is(mechanism, "XOAUTH2") ||
        ph__text_is(mechanism, "OAUTHBEARER"))
        c->token = "token";
    else
        c->password = "password";
    s->session.auth = c;
    return PH_OK;
}

static int learn_size(struct cli_script *s, uint64_t octets)
{
    if (octets > PH__CONTENT_MAX)
        return PH_E_LIMIT;
    if (octets > s->content_max)
        s->content_max = octets;
    return PH_OK;
}

static int learn_command(struct cli_script *s,
                         const struct ph__transcript_line *line)
{
    const char *text = line->text;
    uint64_t octets;
    bool last;
    if (ph__transcript_has_verb(text, "EHLO") ||
        ph__transcript_has_verb(text, "LHLO") ||
        ph__transcript_has_verb(text, "HELO"))
        return learn_hello(s, text);
    if (ph__transcript_has_verb(text, "AUTH"))
        return learn_auth(s, line);
    if (ph__transcript_has_verb(text, "MAIL"))
        return cli_script_mail(s, text);
    if (ph__transcript_has_verb(text, "RCPT"))
        return cli_script_rcpt(s, text);
    bool chunk = ph__transcript_is_chunk(text, &octets, &last);
    bool leaves = ph__transcript_has_verb(text, "RSET") ||
                  ph__transcript_has_verb(text, "QUIT");
    /* Whoever sends no content wanted everybody accepted; or the transaction
     * failed earlier, and then it makes no difference. */
    if (!leaves && s->count)
        s->deals[s->count - 1].env.all_or_nothing = false;
    s->session.chunking |= chunk;
    return chunk ? learn_size(s, octets) : PH_OK;
}

/* ---- what only the order of lines tells ---- */

/* A command that follows another without a reply in between: PIPELINING. */
static bool is_grouped(const struct ph__dialogue *d)
{
    for (size_t i = 1; i < d->count; i++) {
        const struct ph__transcript_line *line = &d->lines[i];
        bool said = d->lines[i - 1].kind == PH__TRANSCRIPT_SAID ||
                    d->lines[i - 1].kind == PH__TRANSCRIPT_CONTENT;
        if (said && line->visible && line->kind == PH__TRANSCRIPT_SAID &&
            (ph__transcript_has_verb(line->text, "MAIL") ||
             ph__transcript_has_verb(line->text, "RCPT")))
            return true;
    }
    return false;
}

static const struct ph__transcript_line *next_of(const struct ph__dialogue *d,
                                                 size_t from,
                                                 enum ph__transcript_kind kind)
{
    for (size_t i = from; i < d->count; i++)
        if (d->lines[i].kind == kind)
            return &d->lines[i];
    return NULL;
}

/* STARTTLS that is refused: whoever goes on in clear did not require it. */
static enum ph_tls tls_of_upgrade(const struct ph__dialogue *d, size_t at)
{
    const struct ph__transcript_line *reply =
        next_of(d, at + 1, PH__TRANSCRIPT_HEARD);
    const struct ph__transcript_line *next =
        next_of(d, at + 1, PH__TRANSCRIPT_SAID);
    bool up = reply && strncmp(reply->text, "220", 3) == 0;
    bool leaves = !next || ph__transcript_has_verb(next->text, "QUIT");
    return up || leaves ? PH_TLS_REQUIRED : PH_TLS_OPPORTUNISTIC;
}

static enum ph_tls tls_of(const struct ph__dialogue *d)
{
    bool heard = false;
    for (size_t i = 0; i < d->count; i++) {
        const struct ph__transcript_line *line = &d->lines[i];
        if (line->kind == PH__TRANSCRIPT_SECURED && !heard)
            return PH_TLS_IMPLICIT;
        if (line->kind == PH__TRANSCRIPT_SAID &&
            ph__text_same(line->text, "STARTTLS"))
            return tls_of_upgrade(d, i);
        heard |= line->kind == PH__TRANSCRIPT_HEARD;
    }
    return PH_TLS_NONE;
}

/* Now that nothing moves any more. A machine needs a recipient, though its RCPT
 * may never have been said: then it is the one that every server has. */
static void settle_deals(struct cli_script *s)
{
    static const char *const nobody[] = {"postmaster"};
    for (size_t i = 0; i < s->count; i++) {
        struct cli_deal *deal = &s->deals[i];
        deal->parameters.original = deal->original;
        deal->env.parameters = &deal->parameters;
        deal->env.to = deal->env.to_count ? deal->to : nobody;
        deal->env.to_count += !deal->env.to_count;
        if (!deal->to)
            deal->parameters.original = NULL;
    }
}

int cli_script_learn(struct cli_script *out, const struct ph__dialogue *d)
{
    struct cli_script *s = out;
    int rc = PH_OK;
    *s = (struct cli_script){.mechanisms = PH__BUF(MECHANISMS_ROOM)};
    s->session = (struct ph_session_options){.size = sizeof(s->session),
                                             .tls = tls_of(d),
                                             .ahead = AHEAD_ALL,
                                             .trace = 1};
    if (!is_grouped(d))
        s->session.without = "PIPELINING";
    for (size_t i = 0; i < d->count && !rc; i++) {
        const struct ph__transcript_line *line = &d->lines[i];
        if (line->kind == PH__TRANSCRIPT_SAID && line->visible)
            rc = learn_command(s, line);
        if (line->kind == PH__TRANSCRIPT_CONTENT)
            rc = learn_size(s, line->octets);
    }
    if (s->credentials.size)
        s->credentials.mechanisms = ph__buf_text(&s->mechanisms);
    settle_deals(s);
    return rc;
}
