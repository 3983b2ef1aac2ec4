#include <string.h>

#include "smtp/machine.h"
#include "smtp/run.h"

/* ---- the interpreter of table.def: its receiving half ---- */

static enum ph__state follow(struct ph_machine *m, struct ph__edge edge)
{
    ph__machine_act(m, edge.act);
    return edge.next;
}

/* Does the sender stand in a later HOLD row of this content? The table has them
 * in their order. */
static bool sender_is_beyond(const struct ph_machine *m, enum ph__state state)
{
    const struct ph__row *row = &ph__table[m->send.state];
    return m->send.tx == m->recv.tx && m->send.state > state &&
           row->kind == HOLD_ROW && row->stage == PH_STAGE_CONTENT;
}

/* The driver has answered this HOLD row before: to the sender, who was here
 * first; by beginning the transaction that READY asks for; by giving
 * credentials with the options. */
static bool answered_before(const struct ph_machine *m, enum ph__state state)
{
    const struct ph__row *row = &ph__table[state];
    if (state == ST_READY)
        return ph__another_begun(m, &m->recv);
    if (state == ST_CREDENTIALS)
        return m->config.auth.size != 0;
    return row->stage == PH_STAGE_CONTENT &&
           (m->flight.count > 0 || sender_is_beyond(m, state));
}

static bool moves_on(struct ph_machine *m, enum ph__state state,
                     struct ph__edge *out)
{
    const struct ph__row *row = &ph__table[state];
    if (row->kind == PICK_ROW) {
        bool yes = ph__machine_ask(m, &m->recv, row->ask);
        *out = row->edge[yes ? YES : NO];
        return true;
    }
    *out = row->edge[DONE];
    return row->kind == HOLD_ROW && answered_before(m, state);
}

static void settle(struct ph_machine *m, enum ph__state next)
{
    bool known = m->send.state == next && m->send.tx == m->recv.tx;
    if (next == ST_CLOSED) {
        ph__machine_abandon(m);
        ph__out_clear(&m->out); /* what is reported unsent must not arrive */
    }
    m->recv.state = next;
    m->recv.announced = known && m->send.announced;
    m->epoch++;
}

void ph__machine_enter(struct ph_machine *m, enum ph__state next)
{
    struct ph__edge edge;
    while (moves_on(m, next, &edge))
        next = follow(m, edge);
    settle(m, next);
    if (next == ST_CLOSED) {
        m->flight.count = 0;
        return;
    }
    int rc = ph__run_speak(m);
    if (!rc)
        return;
    ph__machine_blame(m, rc, ph__table[next].stage, false);
    ph__machine_enter(m, ST_CLOSED);
}

static void take(struct ph_machine *m, struct ph__edge edge)
{
    enum ph__state next = follow(m, edge);
    ph__machine_enter(m, next);
}

/* ---- what the server says ---- */

/* Was the command that the coming reply must belong to said, and has it left?
 * If not, nobody asked for that reply (S13, U02). */
static void note_beginning(struct ph_machine *m)
{
    m->unasked =
        ph__table[m->recv.state].kind != WAIT_ROW || !ph__head_has_left(m);
    m->trace_trail = (struct ph__secret_trail){.len = 0};
    m->unasked_in = m->recv.state;
}

/* A complete reply, or -1 for what is none. */
static void heard(struct ph_machine *m, int code)
{
    enum ph__state at = m->unasked ? m->unasked_in : m->recv.state;
    struct ph__edge edge =
        m->unasked ? ph__edge_early(at, code) : ph__edge_for(at, code);
    if (!m->unasked && edge.act != ACT_breach) /* else it was no answer */
        ph__flight_answered(m);
    if (code == 421 && ph__table[at].lost != LOST_fine)
        ph__machine_blame(m, PH_E_TEMPORARY, ph__table[at].stage, true);
    take(m, edge);
}

static void heard_nonsense(struct ph_machine *m)
{
    m->reply = (struct ph_reply){.text = ""};
    heard(m, -1);
}

/* Where no reply can be due, the first octet of one is too much; but while
 * content is under way a refusal may come, and while credentials are fetched a
 * farewell: those must be read to their end. */
static bool too_much(const struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->unasked_in];
    return m->unasked && row->kind == HOLD_ROW &&
           row->stage != PH_STAGE_CONTENT && row->stage != PH_STAGE_AUTH;
}

/* The reply just read, in words that anybody may see. */
static struct ph_reply shown_reply(struct ph_machine *m)
{
    struct ph_reply reply = ph__reply_get(&m->reader);
    size_t len = strlen(reply.text);
    bool challenge = reply.code == 334 &&
                     ph__secrets_challenge(&m->secrets, reply.text, len);
    if (!challenge && ph__secrets_seek_all(&m->secrets, reply.text, len) == len)
        return reply;
    ph__buf_clear(&m->cleaned); /* without memory there is less to see */
    (void)(challenge
               ? ph__buf_add_text(&m->cleaned, "<hidden>")
               : ph__secrets_show(&m->secrets, &m->cleaned, reply.text, len));
    reply.text = ph__buf_text(&m->cleaned);
    return reply;
}

/* What is too much ends the session with its first octet, maybe half a line. */
static void trace(struct ph_machine *m, enum ph__reply_result result)
{
    bool part = result == PH__REPLY_MORE;
    bool over = result != PH__REPLY_LINE && !part;
    if (part && !too_much(m))
        return;
    if (part)
        ph__reply_show_part(&m->reader);
    ph__machine_trace_heard(m);
    if (m->unasked && (over || too_much(m)))
        ph__machine_trace_unasked(m);
}

static void hear(struct ph_machine *m, const char **data, size_t *len)
{
    if (!ph__reply_begun(&m->reader))
        note_beginning(m);
    enum ph__reply_result result = ph__reply_read(&m->reader, data, len);
    trace(m, result);
    switch (result) {
    case PH__REPLY_MORE:
    case PH__REPLY_LINE:
        if (too_much(m))
            heard_nonsense(m);
        return;
    case PH__REPLY_DONE:
        m->reply = shown_reply(m);
        heard(m, m->reply.code);
        return;
    case PH__REPLY_BAD:
        heard_nonsense(m);
        return;
    }
}

/* Room for what one reply can raise and what the end of the session may, so
 * that no event is ever lost. */
static bool room_for_events(const struct ph_machine *m)
{
    return m->event_count + 3 + PH__AHEAD_MAX <= PH__EVENTS_MAX;
}

size_t ph_machine_feed(struct ph_machine *m, const char *data, size_t len)
{
    const char *at = data;
    size_t left = len;
    while (left && m->recv.state != ST_CLOSED && room_for_events(m))
        hear(m, &at, &left);
    return m->recv.state == ST_CLOSED ? len : len - left;
}
