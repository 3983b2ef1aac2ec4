#include <string.h>

#include "base/base64.h"
#include "smtp/machine.h"

static void fail(struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    bool by_driver = row->kind == HOLD_ROW || row->kind == SEND_ROW;
    if (by_driver) {
        enum ph_code code =
            row->stage == PH_STAGE_TLS ? PH_E_TLS : PH_E_CONTENT;
        ph__machine_blame(m, code, row->stage, false);
        return;
    }
    bool for_now = m->reply.code / 100 == 4;
    enum ph_code for_good =
        row->stage == PH_STAGE_AUTH ? PH_E_AUTH : PH_E_PERMANENT;
    ph__machine_blame(m, for_now ? PH_E_TEMPORARY : for_good, row->stage, true);
}

/* The local refusals: a reply is to blame only if it refused something. */
static void fail_locally(struct ph_machine *m, enum ph_code code,
                         enum ph_stage stage, const char *detail)
{
    bool by_reply =
        m->reply.code >= 400 && ph__table[m->recv.state].stage == stage;
    ph__buf_clear(&m->detail);
    (void)ph__buf_add_text(&m->detail, detail);
    ph__machine_blame(m, code, stage, by_reply);
}

static void no_tls(struct ph_machine *m)
{
    fail_locally(m, PH_E_NO_TLS, PH_STAGE_STARTTLS,
                 m->caps.starttls ? "the server refuses STARTTLS"
                                  : "the server does not offer STARTTLS");
}

static void no_auth(struct ph_machine *m)
{
    fail_locally(m, PH_E_AUTH, PH_STAGE_AUTH,
                 m->secure || m->config.auth.plaintext
                     ? "no mechanism is left that both sides have"
                     : "credentials are not shown without TLS");
}

static void forget(struct ph_machine *m)
{
    m->caps = (struct ph__caps){0};
    m->secure = true;
}

static void challenge(struct ph_machine *m)
{
    struct ph__buf raw = PH__BUF(PH__AUTH_LINE_MAX);
    struct ph__buf reply = PH__BUF(PH__AUTH_LINE_MAX);
    ph__buf_wipe(&m->answer);
    m->answer_ready = false;
    int rc = ph__base64_decode(&raw, m->reply.text, strlen(m->reply.text));
    if (!rc)
        rc = ph__sasl_step(m->sasl, ph__buf_text(&raw), raw.len, &reply);
    if (!rc)
        rc = ph__base64_encode(&m->answer, reply.data, reply.len);
    m->answer_ready = !rc;
    ph__buf_wipe(&raw);
    ph__buf_wipe(&reply);
}

static void drop(struct ph_machine *m)
{
    m->dropped |= ph__sasl_bit(m->mechanism);
    m->tries++;
    ph__sasl_free(m->sasl);
    m->sasl = NULL;
}

static void unfit(struct ph_machine *m)
{
    const struct ph_envelope *env = &m->tx.env;
    bool eight_bit =
        env->eight_bit && !m->caps.eight_bit && !m->config.force_8bit;
    ph__buf_clear(&m->detail);
    (void)ph__buf_add_text(&m->detail,
                           eight_bit ? "8-bit content, and no 8BITMIME offered"
                                     : "larger than the SIZE the server takes");
    struct ph_error why = {.code = eight_bit ? PH_E_CONTENT : PH_E_LIMIT,
                           .stage = PH_STAGE_MAIL,
                           .state = ph__table[ST_FITS].name};
    for (size_t i = 0; i < env->to_count; i++)
        ph__transaction_decide(&m->tx, i, PH_REFUSED, &why);
    ph__machine_close_transaction(m);
}

static void begin(struct ph_machine *m)
{
    m->recv.rcpt = 0;
    ph__buf_clear(&m->detail);
    m->content = (struct ph__content){0};
    m->trace_content = 0;
}

/* After MAIL was refused nothing that RCPT says counts any more. */
static void hear_of_recipient(struct ph_machine *m, bool accepted)
{
    if (m->tx.spoiled)
        return;
    if (accepted)
        ph__transaction_accept(&m->tx, m->recv.rcpt);
    else
        ph__machine_judge(m, m->recv.rcpt);
    ph__machine_raise(m, PH_EVENT_RECIPIENT, m->recv.rcpt,
                      accepted ? NULL : &m->event_error);
}

void ph__machine_act(struct ph_machine *m, enum ph__action act)
{
    switch (act) {
    case ACT_pass:
        return;
    case ACT_learn:
        ph__caps_read(&m->caps, m->reply.text, m->config.without);
        return;
    case ACT_forget:
        forget(m);
        return;
    case ACT_challenge:
        challenge(m);
        return;
    case ACT_drop:
        drop(m);
        return;
    case ACT_begin:
        begin(m);
        return;
    case ACT_unfit:
        unfit(m);
        return;
    case ACT_accept:
        hear_of_recipient(m, true);
        return;
    case ACT_reject:
        hear_of_recipient(m, false);
        return;
    case ACT_next:
        m->recv.rcpt++;
        return;
    case ACT_spoil:
        ph__machine_judge_all(m);
        m->tx.spoiled = true;
        return;
    case ACT_finish:
        ph__machine_close_transaction(m);
        return;
    case ACT_refuse:
    case ACT_deliver: /* the same, by a better reply */
        ph__machine_judge_all(m);
        ph__machine_close_transaction(m);
        return;
    case ACT_fail:
        fail(m);
        return;
    case ACT_no_tls:
        no_tls(m);
        return;
    case ACT_no_auth:
        no_auth(m);
        return;
    case ACT_breach:
        ph__machine_blame(m, PH_E_PROTOCOL, ph__table[m->recv.state].stage,
                          true);
        return;
    }
}
