#include <stdlib.h>
#include <string.h>

#include "smtp/machine.h"

/* ---- the interpreter of table.def ---- */

static bool flight_has_room(const struct ph_machine *m)
{
    const struct ph__flight *f = &m->flight;
    if (!f->count)
        return true;
    return f->count < PH__FLIGHT_MAX &&
           m->out.queued - f->said[f->first].end < PH__FLIGHT_OCTETS_MAX;
}

static const struct ph__said *oldest(const struct ph__flight *f)
{
    return f->count ? &f->said[f->first] : NULL;
}

static void pop(struct ph__flight *f)
{
    f->first = (f->first + 1) % PH__FLIGHT_MAX;
    f->count--;
}

/* Says the command where `send` stands, and notes that a reply is due. */
static int say(struct ph_machine *m)
{
    int rc = ph__machine_say(m, &m->send);
    if (rc)
        return rc;
    struct ph__flight *f = &m->flight;
    f->said[(f->first + f->count++) % PH__FLIGHT_MAX] =
        (struct ph__said){m->send.state, m->out.queued};
    return PH_OK;
}

/* Where the sender gets to if all goes well; false if that is not a command. */
static bool step_hopefully(const struct ph_machine *m, struct ph__cursor *at)
{
    struct ph__edge edge = ph__table[at->state].edge[R2YZ];
    for (;;) {
        at->rcpt += edge.act == ACT_next;
        at->state = edge.next;
        const struct ph__row *row = &ph__table[at->state];
        if (row->kind != PICK_ROW)
            return row->kind == WAIT_ROW;
        edge = row->edge[ph__machine_ask(m, at, row->ask) ? YES : NO];
    }
}

/* RFC 2920 3.1: further commands of the group, without waiting. */
static int run_ahead(struct ph_machine *m)
{
    int rc = PH_OK;
    while (!rc && m->caps.pipelining && !m->tx.spoiled &&
           ph__table[m->send.state].ahead && flight_has_room(m)) {
        struct ph__cursor at = m->send;
        if (!step_hopefully(m, &at))
            break;
        m->send = at;
        rc = say(m);
    }
    return rc;
}

/* Speaks for the state just entered: its command, unless it was said ahead. */
static int speak(struct ph_machine *m)
{
    const struct ph__said *first = oldest(&m->flight);
    if (ph__table[m->recv.state].kind == SEND_ROW) {
        int rc = ph__machine_say(m, &m->recv);
        m->dot_end = m->out.queued;
        return rc;
    }
    if (ph__table[m->recv.state].kind != WAIT_ROW)
        return PH_OK;
    if (first && first->state != m->recv.state)
        return PH_E_PROTOCOL; /* the cursors cannot part: see graph_test.c */
    int rc = PH_OK;
    if (!first) {
        m->send = m->recv;
        rc = say(m);
    }
    return rc ? rc : run_ahead(m);
}

static enum ph__state follow(struct ph_machine *m, struct ph__edge edge)
{
    ph__machine_act(m, edge.act);
    return edge.next;
}

static void settle(struct ph_machine *m, enum ph__state next)
{
    if (next == ST_CLOSED) {
        ph__machine_abandon(m);
        ph__machine_close_transaction(m);
    }
    m->recv.state = next;
    m->announced = false;
    m->epoch++;
}

void ph__machine_enter(struct ph_machine *m, enum ph__state next)
{
    while (ph__table[next].kind == PICK_ROW) {
        const struct ph__row *row = &ph__table[next];
        bool yes = ph__machine_ask(m, &m->recv, row->ask);
        next = follow(m, row->edge[yes ? YES : NO]);
    }
    settle(m, next);
    int rc = speak(m);
    if (!rc)
        return;
    ph__machine_blame(m, rc, ph__table[next].stage, false);
    settle(m, ST_CLOSED);
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
    const struct ph__said *first = oldest(&m->flight);
    bool due = ph__table[m->recv.state].kind == WAIT_ROW && first &&
               first->end <= m->out.sent;
    m->unasked = !due;
    m->unasked_in = m->recv.state;
}

/* A complete reply, or -1 for what is none. */
static void heard(struct ph_machine *m, int code)
{
    enum ph__state at = m->unasked ? m->unasked_in : m->recv.state;
    if (m->unasked && ph__table[at].kind == WAIT_ROW) {
        take(m,
             (struct ph__edge){code == 421 ? ACT_fail : ACT_breach, ST_CLOSED});
        return;
    }
    struct ph__edge edge = ph__edge_for(at, code);
    if (!m->unasked && edge.act != ACT_breach) /* else it was no answer */
        pop(&m->flight);
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
 * content is under way a refusal may come, and must be read to its end. */
static bool too_much(const struct ph_machine *m)
{
    const struct ph__row *row = &ph__table[m->unasked_in];
    return m->unasked && row->kind == HOLD_ROW &&
           row->stage != PH_STAGE_CONTENT;
}

static void hear(struct ph_machine *m, const char **data, size_t *len)
{
    if (!ph__reply_begun(&m->reader))
        note_beginning(m);
    enum ph__reply_result result = ph__reply_read(&m->reader, data, len);
    if (result != PH__REPLY_MORE)
        ph__machine_trace_heard(m);
    switch (result) {
    case PH__REPLY_MORE:
    case PH__REPLY_LINE:
        if (too_much(m))
            heard_nonsense(m);
        return;
    case PH__REPLY_DONE:
        m->reply = ph__reply_get(&m->reader);
        heard(m, m->reply.code);
        return;
    case PH__REPLY_BAD:
        heard_nonsense(m);
        return;
    }
}

/* Room for what one reply can raise, so that no event is ever lost. */
static bool room_for_events(const struct ph_machine *m)
{
    return m->event_count + 3 <= PH__EVENTS_MAX;
}

size_t ph_machine_feed(struct ph_machine *m, const char *data, size_t len)
{
    const char *at = data;
    size_t left = len;
    while (left && m->recv.state != ST_CLOSED && room_for_events(m))
        hear(m, &at, &left);
    return m->recv.state == ST_CLOSED ? len : len - left;
}

/* ---- what the driver says ---- */

static int answer_hold(struct ph_machine *m, enum ph_event_type event,
                       int column)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    if (row->kind != HOLD_ROW || row->event != event)
        return PH_E_INVALID;
    take(m, row->edge[column]);
    return PH_OK;
}

static int lose(struct ph_machine *m, enum ph_code code)
{
    const struct ph__row *row = &ph__table[m->recv.state];
    if (m->recv.state == ST_CLOSED)
        return PH_E_INVALID;
    if (row->lost != LOST_fine)
        ph__machine_blame(m, code, row->stage, false);
    ph__machine_enter(m, ST_CLOSED);
    return PH_OK;
}

int ph_machine_tell(struct ph_machine *m, enum ph_signal signal,
                    const char *detail)
{
    ph__buf_clear(&m->detail);
    if (detail)
        (void)ph__buf_add(&m->detail, detail, strnlen(detail, PH__DETAIL_MAX));
    switch (signal) {
    case PH_SIGNAL_TLS_UP:
        return answer_hold(m, PH_EVENT_START_TLS, DONE);
    case PH_SIGNAL_TLS_FAILED:
        return answer_hold(m, PH_EVENT_START_TLS, STOP);
    case PH_SIGNAL_BODY_FAILED:
        return answer_hold(m, PH_EVENT_NEED_BODY, STOP);
    case PH_SIGNAL_GO:
        return answer_hold(m, PH_EVENT_COMMIT, DONE);
    case PH_SIGNAL_QUIT:
        return answer_hold(m, PH_EVENT_READY, STOP);
    case PH_SIGNAL_TIMEOUT:
        return lose(m, PH_E_TIMEOUT);
    case PH_SIGNAL_LOST:
        return lose(m, PH_E_CLOSED);
    }
    return PH_E_INVALID;
}

int ph_machine_begin(struct ph_machine *m, const struct ph_envelope *env)
{
    if (m->recv.state != ST_READY)
        return PH_E_INVALID;
    int rc = ph__transaction_begin(&m->tx, env);
    return rc ? rc : answer_hold(m, PH_EVENT_READY, DONE);
}

int ph_machine_body(struct ph_machine *m, const char *data, size_t len,
                    bool last)
{
    if (m->recv.state != ST_BODY)
        return PH_E_INVALID;
    int rc = ph__content_add(&m->content, &m->out, data, len);
    ph__machine_trace_body(m, data, len);
    if (!rc && last)
        rc = ph__content_end(&m->content, &m->out);
    if (rc) {
        ph__machine_blame(m, rc, PH_STAGE_CONTENT, false);
        ph__machine_enter(m, ST_CLOSED);
        return rc;
    }
    m->epoch++;
    return last ? answer_hold(m, PH_EVENT_NEED_BODY, DONE) : PH_OK;
}

/* ---- what the machine says ---- */

bool ph_machine_next(struct ph_machine *m, struct ph_event *out)
{
    if (m->event_count) {
        *out = m->events[0];
        m->event_count--;
        memmove(m->events, m->events + 1,
                m->event_count * sizeof(m->events[0]));
        if (out->error) {
            struct ph_verdict verdict;
            ph_machine_verdict(m, out->index, &verdict);
            m->event_error = verdict.why;
        }
        return true;
    }
    const struct ph__row *row = &ph__table[m->recv.state];
    if (row->kind != HOLD_ROW || m->announced)
        return false;
    m->announced = true;
    bool failed = m->recv.state == ST_CLOSED && m->error.code != PH_OK;
    *out = (struct ph_event){.type = row->event,
                             .error = failed ? &m->error : NULL};
    return true;
}

size_t ph_machine_output(const struct ph_machine *m, struct ph_slice *out,
                         size_t max)
{
    return ph__out_peek(&m->out, out, max);
}

void ph_machine_sent(struct ph_machine *m, size_t len)
{
    ph__out_sent(&m->out, len);
    const struct ph__row *row = &ph__table[m->recv.state];
    if (row->stage == PH_STAGE_CONTENT && row->lost == LOST_retry)
        m->epoch++; /* content moves: RFC 5321 4.5.3.2.5 */
    if (row->kind == SEND_ROW && m->out.sent >= m->dot_end)
        take(m, row->edge[DONE]);
}

unsigned ph_machine_timeout(const struct ph_machine *m, unsigned *epoch)
{
    if (epoch)
        *epoch = m->epoch;
    return ph__table[m->recv.state].secs;
}

const char *ph_machine_state(const struct ph_machine *m)
{
    return ph__table[m->recv.state].name;
}

bool ph_machine_secure(const struct ph_machine *m)
{
    return m->secure;
}

const char *ph_machine_mechanism(const struct ph_machine *m)
{
    return m->mechanism;
}

void ph_machine_verdict(const struct ph_machine *m, size_t i,
                        struct ph_verdict *out)
{
    const struct ph__fate *fate = &m->tx.fates[i];
    bool has_text = fate->text < m->tx.texts.len;
    *out = (struct ph_verdict){
        .outcome = fate->outcome,
        .why = {
            .code = fate->code,
            .stage = fate->stage,
            .state = fate->state ? fate->state : "",
            .reply = {.code = fate->reply_code,
                      .text = has_text ? m->tx.texts.data + fate->text : ""},
            .detail = fate->reply_code ? "" : ph__buf_text(&m->detail)}};
    memcpy(out->why.reply.enhanced, fate->enhanced, sizeof(fate->enhanced));
}
