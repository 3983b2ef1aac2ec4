#include <string.h>

#include "base/base64.h"
#include "smtp/machine.h"
#include "smtp/parameters.h"

/* The only place that writes commands. */

static void mark_secret(struct ph_machine *m, size_t from, size_t len)
{
    m->out.secret = m->out.queued + from;
    m->out.secret_end = m->out.queued + len;
}

static int end_line(struct ph_machine *m, struct ph__line *l)
{
    if (l->too_long)
        return PH_E_LIMIT;
    ph__machine_trace_said(m, l->data, l->len,
                           l->secret_from ? l->secret_from : l->len);
    if (l->secret_from)
        mark_secret(m, l->secret_from, l->len);
    int rc = ph__out_copy(&m->out, l->data, l->len);
    return rc ? rc : ph__out_copy(&m->out, "\r\n", 2);
}

static bool speaks_first(const struct ph_machine *m)
{
    const struct ph__sasl_record *record = m->config.record;
    return ph__sasl_client_first(m->mechanism) &&
           (record ? record->first : !m->config.auth.two_step);
}

/* In which forms a server may say again what it gets with AUTH. */
static int note_secrets(struct ph_machine *m)
{
    const struct ph_credentials *c = &m->config.auth;
    if (m->secrets.count)
        return PH_OK;
    int rc = ph__secrets_add_both(&m->secrets, c->password);
    return rc ? rc : ph__secrets_add_both(&m->secrets, c->token);
}

/* AUTH starts anew: mechanism, SASL, and the initial response if the line with
 * it is not too long (RFC 4954 4). */
static int say_auth(struct ph_machine *m, struct ph__line *l)
{
    struct ph__buf raw = PH__BUF(PH__AUTH_LINE_MAX);
    const struct ph__sasl_terms terms = ph__terms(m);
    m->mechanism = ph__sasl_choose(&terms);
    ph__sasl_free(m->sasl);
    m->sasl = NULL;
    m->steps = 0;
    ph__buf_wipe(&m->answer);
    int rc = note_secrets(m);
    if (!rc)
        rc = ph__sasl_new(&m->sasl, m->mechanism, &terms);
    ph__line_add(l, "AUTH ");
    ph__line_add(l, m->mechanism);
    bool with_response = speaks_first(m);
    if (!rc && with_response) {
        rc = ph__sasl_step(m->sasl, NULL, 0, &raw);
        if (!rc)
            rc = ph__base64_encode(&m->answer, raw.data, raw.len);
        ph__buf_wipe(&raw);
    }
    if (rc || !with_response)
        return rc ? rc : end_line(m, l);
    if (l->len + m->answer.len + 3 > PH__AUTH_FIRST_MAX) {
        ph__sasl_free(m->sasl); /* it must speak again, after the 334 */
        m->sasl = NULL;
        rc = ph__sasl_new(&m->sasl, m->mechanism, &terms);
        return rc ? rc : end_line(m, l);
    }
    ph__secrets_add(&m->secrets, ph__buf_text(&m->answer));
    ph__line_add(l, " ");
    l->secret_from = l->len;
    ph__line_add(l, m->answer.len ? ph__buf_text(&m->answer) : "=");
    return end_line(m, l);
}

/* May be longer than any command. */
static int say_answer(struct ph_machine *m)
{
    ph__secrets_add(&m->secrets, ph__buf_text(&m->answer));
    ph__machine_trace_said(m, ph__buf_text(&m->answer), m->answer.len, 0);
    mark_secret(m, 0, m->answer.len);
    int rc = ph__out_copy(&m->out, ph__buf_text(&m->answer), m->answer.len);
    ph__buf_wipe(&m->answer);
    return rc ? rc : ph__out_copy(&m->out, "\r\n", 2);
}

static int say_simple(struct ph_machine *m, struct ph__line *l,
                      const char *verb, const char *argument)
{
    ph__line_add(l, verb);
    if (argument) {
        ph__line_add(l, " ");
        ph__line_add(l, argument);
    }
    return end_line(m, l);
}

/* Its content, if it has any, begins behind it. */
static int say_mail(struct ph_machine *m, struct ph__line *l,
                    const struct ph__transaction *tx)
{
    m->mails++;
    m->trace_content = 0;
    m->content =
        (struct ph__content){.kind = tx->env.binary ? PH__CONTENT_BINARY
                                     : tx->chunked  ? PH__CONTENT_BDAT
                                                    : PH__CONTENT_DATA};
    ph__line_add(l, "MAIL FROM:<");
    ph__line_add(l, tx->env.from);
    ph__line_add(l, ">");
    ph__parameters_add_mail(l, &m->caps, tx);
    return end_line(m, l);
}

static int say_rcpt(struct ph_machine *m, struct ph__line *l,
                    const struct ph__transaction *tx, size_t i)
{
    ph__line_add(l, "RCPT TO:<");
    ph__line_add(l, tx->env.to[i]);
    ph__line_add(l, ">");
    ph__parameters_add_rcpt(l, &m->caps, tx, i);
    return end_line(m, l);
}

/* RFC 3030 2: the octets follow at once, and are counted before. */
static int say_bdat(struct ph_machine *m, struct ph__line *l)
{
    const struct ph__piece *piece = &m->piece;
    ph__line_add(l, "BDAT ");
    ph__line_add_number(l, (int64_t)piece->octets);
    ph__line_add(l, piece->last ? " LAST" : "");
    int rc = end_line(m, l);
    if (!rc)
        rc = ph__content_add(&m->content, &m->out, piece->data, piece->len);
    if (!rc && piece->last)
        rc = ph__content_end(&m->content, &m->out);
    ph__machine_trace_body(m, piece->data, piece->len);
    m->trace_content = (size_t)piece->octets;
    ph__machine_trace_body_end(m);
    return rc;
}

int ph__machine_say(struct ph_machine *m, const struct ph__cursor *at)
{
    struct ph__line l;
    ph__line_init(&l);
    switch (ph__table[at->state].say) {
    case SAY_nothing:
        return PH_OK;
    case SAY_ehlo:
        return say_simple(m, &l, m->config.lmtp ? "LHLO" : "EHLO",
                          m->config.hello);
    case SAY_helo:
        return say_simple(m, &l, "HELO", m->config.hello);
    case SAY_starttls:
        return say_simple(m, &l, "STARTTLS", NULL);
    case SAY_auth:
        return say_auth(m, &l);
    case SAY_answer:
        return say_answer(m);
    case SAY_star:
        return say_simple(m, &l, "*", NULL);
    case SAY_query:
        return say_simple(m, &l, m->query_text, NULL);
    case SAY_mail:
        return say_mail(m, &l, ph__tx(m, at->tx));
    case SAY_rcpt:
        return say_rcpt(m, &l, ph__tx(m, at->tx), at->rcpt);
    case SAY_data:
        return say_simple(m, &l, "DATA", NULL);
    case SAY_bdat:
        return say_bdat(m, &l);
    case SAY_dot:
        ph__machine_trace_body_end(m);
        return say_simple(m, &l, ".", NULL);
    case SAY_rset:
        return say_simple(m, &l, "RSET", NULL);
    case SAY_quit:
        return say_simple(m, &l, "QUIT", NULL);
    }
    return PH_E_INVALID;
}
