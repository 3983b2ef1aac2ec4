#include "smtp/run.h"

/* ---- the flight ---- */

static bool has_room(const struct ph_machine *m)
{
    const struct ph__flight *f = &m->flight;
    return f->count < PH__FLIGHT_MAX && f->octets < PH__FLIGHT_OCTETS_MAX;
}

/* RFC 2033 4.2: one for each recipient that was accepted. */
static size_t replies_due(const struct ph_machine *m,
                          const struct ph__cursor *at)
{
    bool each = m->config.lmtp && ph__ends_content(at->state);
    return each ? ph__tx(m, at->tx)->accepted : 1;
}

static int say(struct ph_machine *m)
{
    struct ph__flight *f = &m->flight;
    uint64_t before = m->out.queued;
    int rc = ph__machine_say(m, &m->send);
    if (rc)
        return rc;
    bool bdat = ph__table[m->send.state].say == SAY_bdat;
    uint64_t octets = m->out.queued - before - (bdat ? m->piece.octets : 0);
    f->said[ph__said_place(f, f->count++)] =
        (struct ph__said){.state = m->send.state,
                          .tx = m->send.tx,
                          .replies = replies_due(m, &m->send),
                          .octets = (size_t)octets,
                          .end = m->out.queued};
    f->octets += (size_t)octets;
    f->chunks += m->send.state == ST_CHUNK;
    return PH_OK;
}

void ph__flight_answered(struct ph_machine *m)
{
    struct ph__flight *f = &m->flight;
    struct ph__said *head = &f->said[f->first];
    if (head->replies > 1) {
        head->replies--;
        return;
    }
    f->octets -= head->octets;
    f->chunks -= head->state == ST_CHUNK;
    f->first = ph__said_place(f, 1);
    f->count--;
}

/* ---- the way ahead ---- */

/* What the sender cannot foresee: whether anybody will be accepted, where that
 * decides if content goes out at all (RFC 2033 4.3); or before BDAT is known
 * to work here. What it foresees to be refused is left to the receiver. */
static bool must_wait(const struct ph_machine *m, const struct ph__cursor *at,
                      enum ph__question question)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    enum ph__action refusal = ph__table[at->state].edge[NO].act;
    if (refusal == ACT_turn_away || refusal == ACT_unfit)
        return !ph__machine_ask(m, at, question);
    return question == ASK_recipient_accepted &&
           (tx->env.all_or_nothing ||
            (tx->chunked && (m->config.lmtp || !m->chunks_proven)));
}

static void follow(struct ph_machine *m, struct ph__cursor *at,
                   struct ph__edge edge)
{
    if (edge.act == ACT_begin)
        ph__machine_prepare(m, at);
    if (edge.act == ACT_next)
        at->rcpt = ph__transaction_next(ph__tx(m, at->tx), at->rcpt + 1);
    at->state = edge.next;
    at->announced = false;
}

/* From `edge` to where something is said, or the driver is asked for content;
 * false if there is nothing that can be said now. */
static bool find_way(struct ph_machine *m, struct ph__cursor *at,
                     struct ph__edge edge)
{
    for (;;) {
        follow(m, at, edge);
        const struct ph__row *row = &ph__table[at->state];
        if (row->kind == WAIT_ROW)
            return true;
        if (row->kind == HOLD_ROW && at->state != ST_READY)
            return row->stage == PH_STAGE_CONTENT;
        if (row->kind == HOLD_ROW && !ph__another_begun(m, at))
            return false;
        if (row->kind == HOLD_ROW) {
            edge = row->edge[DONE];
            continue;
        }
        if (must_wait(m, at, row->ask))
            return false;
        edge = row->edge[ph__machine_ask(m, at, row->ask) ? YES : NO];
    }
}

static int go(struct ph_machine *m, struct ph__edge edge, bool *gone)
{
    struct ph__cursor at = m->send;
    *gone = find_way(m, &at, edge);
    if (!*gone)
        return PH_OK;
    m->send = at;
    return ph__table[at.state].kind == WAIT_ROW ? say(m) : PH_OK;
}

/* The content is refused, or it has turned out that it is for nobody. */
static bool in_vain(const struct ph_machine *m)
{
    const struct ph__transaction *tx = ph__tx(m, m->send.tx);
    bool heard_all = m->recv.tx == m->send.tx &&
                     ph__table[m->recv.state].stage == PH_STAGE_CONTENT;
    return tx->spoiled || (heard_all && !tx->accepted);
}

/* After a refusal nothing more of the transaction is said. */
static bool may_go_on(const struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->send.state];
    bool within = row->lost == LOST_retry;
    if (row->kind != WAIT_ROW || !row->ahead || !m->flight.count ||
        !has_room(m) || !ph__caps_have(&m->caps, PH__EXT_PIPELINING))
        return false;
    return !within || !in_vain(m);
}

int ph__run_ahead(struct ph_machine *m)
{
    bool gone = true;
    int rc = PH_OK;
    while (!rc && gone && may_go_on(m))
        rc = go(m, ph__table[m->send.state].edge[R2YZ], &gone);
    return rc;
}

int ph__run_on(struct ph_machine *m, struct ph__edge edge)
{
    bool gone;
    int rc = go(m, edge, &gone);
    return rc ? rc : ph__run_ahead(m);
}

int ph__run_speak(struct ph_machine *m)
{
    const struct ph__said *head = ph__head(m);
    bool waits = ph__table[m->recv.state].kind == WAIT_ROW;
    if (waits && head && head->state != m->recv.state)
        return PH_E_PROTOCOL; /* the cursors cannot part: see test/table */
    if (head)
        return ph__run_ahead(m);
    m->send = m->recv;
    int rc = waits ? say(m) : PH_OK;
    return rc ? rc : ph__run_ahead(m);
}

/* ---- where the driver comes in ---- */

struct ph__cursor *ph__run_holder(struct ph_machine *m)
{
    struct ph__cursor *at = m->flight.count ? &m->send : &m->recv;
    if (ph__table[at->state].kind != HOLD_ROW)
        return NULL;
    return at == &m->send && in_vain(m) ? NULL : at;
}

static unsigned ahead_max(const struct ph_machine *m)
{
    unsigned usual =
        ph__tx(m, m->send.tx)->chunked ? PH__AHEAD_BDAT : PH__AHEAD_DATA;
    unsigned wanted = m->config.ahead ? m->config.ahead : usual;
    return wanted < PH__AHEAD_MAX ? wanted : PH__AHEAD_MAX;
}

bool ph__run_can_ride(const struct ph_machine *m)
{
    bool behind_content = m->flight.count && ph__ends_content(m->send.state);
    if (!behind_content || !may_go_on(m) || m->quitting ||
        ph__another_begun(m, &m->send))
        return false;
    bool spent = ph__machine_ask(m, &m->send, ASK_session_spent);
    return !spent && m->begun - m->recv.tx < ahead_max(m);
}

bool ph__run_wants_piece(const struct ph_machine *m)
{
    return has_room(m) && m->flight.chunks < PH__CHUNKS_MAX;
}
