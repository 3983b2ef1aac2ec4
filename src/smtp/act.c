#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "smtp/machine.h"

/* Each action of the table is the function of its name; one that is missing
 * does not compile. All are about where the receiver stands. */

static void pass(struct ph_machine *m)
{
}

/* ---- the session ---- */

static void learn(struct ph_machine *m)
{
    ph__caps_read(&m->caps, m->reply.text, m->config.without);
}

static void fail(struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    if (row->kind == HOLD_ROW) {
        enum ph_code code = row->stage == PH_STAGE_TLS    ? PH_E_TLS
                            : row->stage == PH_STAGE_AUTH ? PH_E_AUTH
                                                          : PH_E_CONTENT;
        ph__machine_blame(m, code, row->stage, false);
        return;
    }
    bool for_now = m->reply.code / 100 == 4 || m->reply.code == 221;
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
                 ph__caps_have(&m->caps, PH__EXT_STARTTLS)
                     ? "the server refuses STARTTLS"
                     : "the server does not offer STARTTLS");
}

/* TLS, a login and LMTP all take EHLO. */
static void no_ehlo(struct ph_machine *m)
{
    bool tls = !m->secure && m->config.tls == PH_TLS_REQUIRED;
    bool login = m->config.auth.size || m->config.ask_login;
    enum ph_code code = tls ? PH_E_NO_TLS : login ? PH_E_AUTH : PH_E_PERMANENT;
    ph__machine_blame(m, code, PH_STAGE_HELLO, true);
}

static void no_auth(struct ph_machine *m)
{
    fail_locally(m, PH_E_AUTH, PH_STAGE_AUTH,
                 m->dropped == ~0u
                     ? "the server did not prove that it knows the password"
                 : m->secure || m->config.auth.plaintext
                     ? "no mechanism is left that both sides have"
                     : "credentials are not shown without TLS");
}

static void no_proof(struct ph_machine *m)
{
    fail_locally(m, PH_E_AUTH, PH_STAGE_AUTH,
                 "the server said yes before it had been shown, or had shown, "
                 "all that the mechanism asks for");
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
    if (++m->steps > PH__AUTH_STEPS_MAX)
        return;
    /* As it came: the text of `reply` is for people. */
    const char *text = ph__reply_get(&m->reader).text;
    int rc = ph__base64_decode(&raw, text, strlen(text));
    if (!rc)
        rc = ph__sasl_step(m->sasl, ph__buf_text(&raw), raw.len, &reply);
    if (!rc)
        rc = ph__base64_encode(&m->answer, reply.data, reply.len);
    m->answer_ready = !rc;
    const char *why = ph__sasl_detail(m->sasl); /* in case it ends here */
    if (*why) {
        ph__buf_clear(&m->detail);
        (void)ph__secrets_show(&m->secrets, &m->detail, why, strlen(why));
    }
    ph__buf_wipe(&raw);
    ph__buf_wipe(&reply);
}

static void drop(struct ph_machine *m)
{
    m->dropped |= ph__sasl_drops(m->sasl);
    m->tries++;
    ph__sasl_free(m->sasl);
    m->sasl = NULL;
}

/* RFC 4954 6: log in once with PLAIN, and the mechanism may be had later. */
static void only_plain(struct ph_machine *m)
{
    drop(m);
    m->dropped = ~ph__sasl_bit("PLAIN");
}

static void report(struct ph_machine *m)
{
    free(m->query_text);
    m->query_text = NULL;
    m->event_reply = m->reply;
    ph__machine_raise(m, &(struct ph__raised){.type = PH_EVENT_REPLY});
}

/* ---- transactions ---- */

/* What it said it does not know, it had offered; or it lost its place in a
 * group. */
static void distrust(struct ph_machine *m)
{
    m->suspect = true;
    m->mangled |= m->flight.count > 0;
}

static void begin(struct ph_machine *m)
{
    ph__buf_clear(&m->detail);
    ph__machine_prepare(m, &m->recv);
}

static void unfit(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    struct ph_error why = {.stage = PH_STAGE_MAIL,
                           .state = ph__table[ST_FITS].name};
    why.code = ph__machine_obstacle(m, tx, &why.detail);
    ph__transaction_decide_all(tx, PH_REFUSED, &why);
    ph__machine_close_transaction(m);
}

/* RFC 9422 4.3: another session may. */
static void turn_away(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    struct ph_error why = {.code = PH_E_LIMIT,
                           .stage = PH_STAGE_RCPT,
                           .state = ph__table[ST_ROOM].name,
                           .detail = "the server takes no further domain in "
                                     "one session"};
    ph__transaction_postpone_all(tx, PH_UNSENT, &why);
    ph__machine_close_transaction(m);
}

static void raise_recipient(struct ph_machine *m, bool refused)
{
    struct ph__raised event = {.type = PH_EVENT_RECIPIENT,
                               .tx = m->recv.tx,
                               .index = m->recv.rcpt,
                               .refused = refused};
    ph__machine_raise(m, &event);
}

static void accept(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    tx->answered++;
    if (tx->spoiled)
        return;
    ph__transaction_accept(tx, m->recv.rcpt);
    raise_recipient(m, false);
}

static void reject(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    tx->answered++;
    if (tx->spoiled)
        return;
    ph__machine_judge(m, m->recv.rcpt);
    raise_recipient(m, true);
}

static void reject_last(struct ph_machine *m)
{
    distrust(m);
    reject(m);
}

static void postpone(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    struct ph_error why = {.code = PH_E_TEMPORARY,
                           .stage = PH_STAGE_RCPT,
                           .state = ph__table[m->recv.state].name,
                           .reply = m->reply};
    tx->answered++;
    tx->limited = true;
    ph__transaction_postpone(tx, m->recv.rcpt, PH_DEFERRED, &why);
}

static void next(struct ph_machine *m)
{
    const struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    do
        m->recv.rcpt++;
    while (tx->fates[m->recv.rcpt].decided &&
           !tx->fates[m->recv.rcpt].reply_code);
}

/* Where recipients were accepted, it is about these: who was not asked for can
 * be in another transaction (U21). */
static void spoil(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    if (tx->accepted)
        ph__machine_judge_accepted(m);
    else
        ph__machine_judge_all(m);
    tx->spoiled = true;
}

static void spoil_last(struct ph_machine *m)
{
    distrust(m);
    spoil(m);
}

static void finish(struct ph_machine *m)
{
    ph__machine_close_transaction(m);
}

static void withdraw(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    struct ph_error why = {.code = PH_E_CANCELED,
                           .stage = PH_STAGE_RCPT,
                           .state = ph__table[m->recv.state].name,
                           .detail = "another recipient was not accepted, and "
                                     "it was to be all or nobody"};
    ph__transaction_decide_all(tx, PH_DEFERRED, &why);
    ph__machine_close_transaction(m);
}

static void refuse(struct ph_machine *m)
{
    ph__machine_judge_accepted(m);
    ph__machine_close_transaction(m);
}

static void refuse_last(struct ph_machine *m)
{
    distrust(m);
    refuse(m);
}

/* RFC 5321 4.1.1.4: the reply is about all; in LMTP it is about one. */
static void decline(struct ph_machine *m)
{
    if (m->config.lmtp)
        ph__machine_judge_heir(m);
    else
        ph__machine_judge_accepted(m);
}

static void deliver(struct ph_machine *m)
{
    bool spoiled = ph__tx(m, m->recv.tx)->spoiled;
    m->chunks_proven |= m->recv.state == ST_LAST && !spoiled;
    decline(m);
}

static void decline_last(struct ph_machine *m)
{
    distrust(m);
    decline(m);
}

static void breach(struct ph_machine *m)
{
    m->mangled |= m->flight.count > 1;
    ph__machine_blame(m, PH_E_PROTOCOL, ph__table[m->recv.state].stage, true);
}

void ph__machine_act(struct ph_machine *m, enum ph__action act)
{
    static void (*const actions[])(struct ph_machine *) = {
#define X(name, text) [ACT_##name] = name,
        PH__ACTION_MAP(X)
#undef X
    };
    actions[act](m);
}
