#include "smtp/machine.h"

void ph__machine_raise(struct ph_machine *m, const struct ph__raised *event)
{
    m->events[m->event_count++] = *event;
}

static void raise_done(struct ph_machine *m, unsigned number)
{
    struct ph__raised done = {.type = PH_EVENT_DONE, .tx = number};
    ph__tx(m, number)->open = false;
    ph__machine_raise(m, &done);
}

void ph__machine_blame(struct ph_machine *m, enum ph_code code,
                       enum ph_stage stage, bool by_reply)
{
    if (m->error.code)
        return;
    m->error = (struct ph_error){.code = code,
                                 .stage = stage,
                                 .state = ph__table[m->recv.state].name,
                                 .reply = {.text = ""}};
    if (by_reply && m->reply.code) {
        m->error.reply = m->reply;
        (void)ph__buf_add_text(&m->error_text, m->reply.text);
        m->error.reply.text = ph__buf_text(&m->error_text);
    }
    (void)ph__buf_add_text(&m->error_detail, ph__buf_text(&m->detail));
    m->error.detail = ph__buf_text(&m->error_detail);
}

/* ---- by a reply ---- */

static struct ph_error why_by_reply(const struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    enum ph_code code = m->reply.code / 100 == 2   ? PH_OK
                        : m->reply.code / 100 == 4 ? PH_E_TEMPORARY
                                                   : PH_E_PERMANENT;
    return (struct ph_error){.code = code,
                             .stage = row->stage,
                             .state = row->name,
                             .reply = m->reply};
}

static enum ph_outcome outcome_of(const struct ph_error *why)
{
    return why->code == PH_OK            ? PH_ACCEPTED
           : why->code == PH_E_TEMPORARY ? PH_DEFERRED
                                         : PH_REFUSED;
}

void ph__machine_judge(struct ph_machine *m, size_t i)
{
    struct ph_error why = why_by_reply(m);
    ph__transaction_decide(ph__tx(m, m->recv.tx), i, outcome_of(&why), &why);
}

void ph__machine_judge_all(struct ph_machine *m)
{
    struct ph_error why = why_by_reply(m);
    ph__transaction_decide_all(ph__tx(m, m->recv.tx), outcome_of(&why), &why);
}

void ph__machine_judge_accepted(struct ph_machine *m)
{
    const struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    for (size_t i = 0; i < tx->env.to_count && tx->accepted; i++)
        if (tx->fates[i].accepted)
            ph__machine_judge(m, i);
}

void ph__machine_judge_heir(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    while (tx->heir < tx->env.to_count && !tx->fates[tx->heir].accepted)
        tx->heir++;
    if (tx->heir < tx->env.to_count)
        ph__machine_judge(m, tx->heir++);
}

void ph__machine_close_transaction(struct ph_machine *m)
{
    struct ph__transaction *tx = ph__tx(m, m->recv.tx);
    struct ph_error why = {.code = PH_E_LIMIT,
                           .stage = PH_STAGE_RCPT,
                           .state = ph__table[m->recv.state].name,
                           .detail = "the server takes no more recipients in "
                                     "one transaction"};
    if (!tx->open)
        return;
    ph__transaction_postpone_all(tx, PH_UNSENT, &why);
    raise_done(m, m->recv.tx);
}

/* ---- by the end of the session ---- */

/* How many RCPTs of it have left completely: those answered, and those in
 * flight that the transport has taken. */
static size_t written(const struct ph_machine *m, unsigned number)
{
    const struct ph__flight *f = &m->flight;
    size_t n = ph__tx(m, number)->answered;
    for (size_t i = 0; i < f->count; i++) {
        const struct ph__said *s = ph__said_at(f, i);
        n += s->state == ST_RCPT && s->tx == number && s->end <= m->out.sent;
    }
    return n;
}

/* Has its content left, so that it may have been delivered? Not after a 421:
 * that says what became of it, and of whatever came behind. */
static bool in_doubt(const struct ph_machine *m, unsigned number)
{
    const struct ph__flight *f = &m->flight;
    if (m->error.reply.code == 421)
        return false;
    for (size_t i = 0; i < f->count; i++) {
        const struct ph__said *s = ph__said_at(f, i);
        if (s->tx == number && ph__ends_content(s->state))
            return s->end <= m->out.sent;
    }
    return false;
}

static struct ph_error why_abandoned(const struct ph_machine *m, bool current,
                                     bool doubt)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    struct ph_error why = m->error;
    if (!why.code)
        why.code = PH_E_CLOSED;
    if (doubt && why.code != PH_E_PROTOCOL)
        why.code = PH_E_DOUBT;
    why.stage = doubt ? PH_STAGE_CONTENT : current ? row->stage : PH_STAGE_MAIL;
    why.state = row->name;
    return why;
}

/* Recipients are said in order, those refused here left out: the first
 * `sent` that are not decided without a reply have left. */
static void abandon(struct ph_machine *m, unsigned number)
{
    struct ph__transaction *tx = ph__tx(m, number);
    bool current = number == m->recv.tx;
    bool doubt = in_doubt(m, number);
    struct ph_error why = why_abandoned(m, current, doubt);
    size_t left = written(m, number);
    for (size_t i = 0; i < tx->env.to_count; i++) {
        const struct ph__fate *fate = &tx->fates[i];
        bool sent = left > 0 && (!fate->decided || fate->reply_code);
        left -= sent;
        enum ph_outcome outcome = doubt && sent ? PH_UNCERTAIN
                                  : sent        ? PH_DEFERRED
                                                : PH_UNSENT;
        if (current || outcome == PH_UNCERTAIN)
            ph__transaction_decide(tx, i, outcome, &why);
        else
            ph__transaction_postpone(tx, i, outcome, &why);
    }
    raise_done(m, number);
}

void ph__machine_abandon(struct ph_machine *m)
{
    unsigned first = m->recv.tx == PH__NO_TX ? 0 : m->recv.tx;
    for (unsigned n = first; n != m->begun; n++)
        if (ph__tx(m, n)->open)
            abandon(m, n);
}
