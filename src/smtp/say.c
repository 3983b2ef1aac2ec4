#include <string.h>

#include "base/base64.h"
#include "smtp/machine.h"

/* The only place that writes command lines (S20). Typed parts go in; octets
 * below 32 were refused before: hello and credentials by ph_machine_new(),
 * addresses by ph__transaction_begin(). */
struct line {
    char data[PH__COMMAND_MAX];
    size_t len;
    size_t secret_from; /* what follows is not for the trace; 0 = nothing */
    bool too_long;
};

static void add(struct line *l, const char *text)
{
    size_t len = strlen(text);
    if (len > sizeof(l->data) - l->len) {
        l->too_long = true;
        return;
    }
    memcpy(l->data + l->len, text, len);
    l->len += len;
}

static void add_number(struct line *l, uint64_t value)
{
    char digits[24] = {0};
    size_t at = sizeof(digits) - 1;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    add(l, digits + at);
}

static void add_mail(struct line *l, const struct ph_machine *m)
{
    const struct ph_envelope *env = &m->tx.env;
    add(l, "MAIL FROM:<");
    add(l, env->from);
    add(l, ">");
    if (m->caps.size && env->content_size) { /* RFC 1870 5 */
        add(l, " SIZE=");
        add_number(l, env->content_size);
    }
    if (m->caps.eight_bit && env->eight_bit)
        add(l, " BODY=8BITMIME"); /* RFC 6152 2 */
}

static void add_rcpt(struct line *l, const struct ph_machine *m,
                     const struct ph__cursor *at)
{
    add(l, "RCPT TO:<");
    add(l, m->tx.env.to[at->rcpt]);
    add(l, ">");
}

static int end_line(struct ph_machine *m, struct line *l)
{
    if (l->too_long)
        return PH_E_LIMIT;
    ph__machine_trace_said(m, l->data, l->len,
                           l->secret_from ? l->secret_from : l->len);
    int rc = ph__out_copy(&m->out, l->data, l->len);
    return rc ? rc : ph__out_copy(&m->out, "\r\n", 2);
}

/* AUTH starts anew: mechanism, SASL, and the initial response if the line with
 * it is not too long (RFC 4954 4). */
static int say_auth(struct ph_machine *m, struct line *l)
{
    struct ph__buf raw = PH__BUF(PH__AUTH_LINE_MAX);
    m->mechanism =
        ph__sasl_choose(m->config.mechanisms, m->caps.mechanisms, m->dropped);
    ph__sasl_free(m->sasl);
    m->sasl = NULL;
    ph__buf_wipe(&m->answer);
    int rc = ph__sasl_new(&m->sasl, m->mechanism, &m->config.auth);
    add(l, "AUTH ");
    add(l, m->mechanism);
    bool with_response =
        !m->config.auth.two_step && ph__sasl_client_first(m->mechanism);
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
        rc = ph__sasl_new(&m->sasl, m->mechanism, &m->config.auth);
        return rc ? rc : end_line(m, l);
    }
    add(l, " ");
    l->secret_from = l->len;
    add(l, m->answer.len ? ph__buf_text(&m->answer) : "=");
    return end_line(m, l);
}

/* May be longer than any command. */
static int say_answer(struct ph_machine *m)
{
    ph__machine_trace_said(m, ph__buf_text(&m->answer), m->answer.len, 0);
    int rc = ph__out_copy(&m->out, ph__buf_text(&m->answer), m->answer.len);
    ph__buf_wipe(&m->answer);
    return rc ? rc : ph__out_copy(&m->out, "\r\n", 2);
}

static int say_simple(struct ph_machine *m, struct line *l, const char *verb,
                      const char *argument)
{
    add(l, verb);
    if (argument) {
        add(l, " ");
        add(l, argument);
    }
    return end_line(m, l);
}

int ph__machine_say(struct ph_machine *m, const struct ph__cursor *at)
{
    struct line l;
    l.len = 0;
    l.secret_from = 0;
    l.too_long = false;
    switch (ph__table[at->state].say) {
    case SAY_nothing:
        return PH_OK;
    case SAY_ehlo:
        return say_simple(m, &l, "EHLO", m->config.hello);
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
    case SAY_mail:
        add_mail(&l, m);
        return end_line(m, &l);
    case SAY_rcpt:
        add_rcpt(&l, m, at);
        return end_line(m, &l);
    case SAY_data:
        return say_simple(m, &l, "DATA", NULL);
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
