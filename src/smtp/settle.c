#include "smtp/machine.h"

void ph__machine_raise(struct ph_machine *m, enum ph_event_type type,
                       size_t index, const struct ph_error *error)
{
    m->events[m->event_count++] =
        (struct ph_event){.type = type, .index = index, .error = error};
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
    ph__transaction_decide(&m->tx, i, outcome_of(&why), &why);
}

void ph__machine_judge_all(struct ph_machine *m)
{
    for (size_t i = 0; i < m->tx.env.to_count; i++)
        ph__machine_judge(m, i);
}

/* How many RCPTs have left completely: those answered, and those in flight
 * that the transport has taken. */
static size_t written(const struct ph_machine *m)
{
    const struct ph__fate *fate = &m->tx.fates[m->recv.rcpt];
    const struct ph__flight *f = &m->flight;
    size_t n = m->recv.rcpt + (fate->accepted || fate->decided);
    for (size_t i = 0; i < f->count; i++) {
        const struct ph__said *s = &f->said[(f->first + i) % PH__FLIGHT_MAX];
        n += s->state == ST_RCPT && s->end <= m->out.sent;
    }
    return n;
}

void ph__machine_abandon(struct ph_machine *m)
{
    if (!m->tx.open)
        return;
    const struct ph__row *row = &ph__table[m->recv.state];
    bool doubt = row->lost == LOST_doubt;
    struct ph_error why = m->error;
    if (!why.code)
        why.code = PH_E_CLOSED;
    if (doubt && why.code != PH_E_PROTOCOL)
        why.code = PH_E_DOUBT;
    why.stage = row->stage;
    why.state = row->name;
    size_t sent = written(m);
    for (size_t i = 0; i < m->tx.env.to_count; i++) {
        bool in_doubt = doubt && m->tx.fates[i].accepted;
        ph__transaction_decide(&m->tx, i,
                               in_doubt   ? PH_UNCERTAIN
                               : i < sent ? PH_DEFERRED
                                          : PH_UNSENT,
                               &why);
    }
}

void ph__machine_close_transaction(struct ph_machine *m)
{
    if (!m->tx.open)
        return;
    m->tx.open = false;
    ph__machine_raise(m, PH_EVENT_DONE, 0, NULL);
}
