#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "smtp/machine.h"
#include "smtp/run.h"

/* ---- what the driver says ---- */

static void lose_by(struct ph_machine *m, enum ph_code code)
{
    ph__machine_blame(m, code, PH_STAGE_CONTENT, false);
    ph__machine_enter(m, ST_CLOSED);
}

/* Whoever of the two stands in the row goes on. */
static int answer_hold(struct ph_machine *m, enum ph_event_type event,
                       int column)
{
    struct ph__cursor *at = ph__run_holder(m);
    if (!at || ph__table[at->state].event != event)
        return PH_E_INVALID;
    struct ph__edge edge = ph__table[at->state].edge[column];
    if (at == &m->send && column == DONE) {
        int rc = ph__run_on(m, edge);
        if (rc)
            lose_by(m, rc);
        return rc;
    }
    if (at == &m->send) {
        lose_by(m, PH_E_CONTENT);
        return PH_OK;
    }
    ph__machine_act(m, edge.act);
    ph__machine_enter(m, edge.next);
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

static int quit(struct ph_machine *m)
{
    if (!ph_machine_may_begin(m))
        return PH_E_INVALID;
    m->quitting = true;
    if (m->recv.state == ST_READY)
        return answer_hold(m, PH_EVENT_READY, STOP);
    int rc = ph__run_ahead(m);
    if (rc)
        lose_by(m, rc);
    return rc;
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
    case PH_SIGNAL_NO_LOGIN:
        return answer_hold(m, PH_EVENT_NEED_LOGIN, STOP);
    case PH_SIGNAL_BODY_FAILED:
        return answer_hold(m, PH_EVENT_NEED_BODY, STOP);
    case PH_SIGNAL_GO:
        return answer_hold(m, PH_EVENT_COMMIT, DONE);
    case PH_SIGNAL_QUIT:
        return quit(m);
    case PH_SIGNAL_TIMEOUT:
        ph__machine_trace_silence(m);
        return lose(m, PH_E_TIMEOUT);
    case PH_SIGNAL_LOST:
        return lose(m, PH_E_CLOSED);
    }
    return PH_E_INVALID;
}

/* ---- transactions ---- */

bool ph_machine_may_begin(const struct ph_machine *m)
{
    return m->recv.state == ST_READY || ph__run_can_ride(m);
}

static struct ph__transaction *slot(struct ph_machine *m)
{
    struct ph__transaction **at = &m->transactions[m->begun % PH__TRANSACTIONS];
    if (*at)
        return *at;
    *at = malloc(sizeof(**at));
    if (*at)
        ph__transaction_init(*at);
    return *at;
}

int ph_machine_begin(struct ph_machine *m, const struct ph_envelope *env)
{
    if (!ph_machine_may_begin(m))
        return PH_E_INVALID;
    struct ph__transaction *tx = slot(m);
    int rc = tx ? ph__transaction_begin(tx, env) : PH_E_NOMEM;
    if (rc)
        return rc;
    m->begun++;
    if (m->recv.state == ST_READY)
        return answer_hold(m, PH_EVENT_READY, DONE);
    if (ph__run_ahead(m) != PH_OK)
        lose_by(m, PH_E_NOMEM);
    return PH_OK;
}

int ph_machine_log_in(struct ph_machine *m, const struct ph_credentials *auth)
{
    if (m->recv.state != ST_CREDENTIALS || !auth)
        return PH_E_INVALID;
    int rc = ph__machine_log_in(m, auth);
    return rc ? rc : answer_hold(m, PH_EVENT_NEED_LOGIN, DONE);
}

int ph_machine_bind(struct ph_machine *m, enum ph_binding type,
                    const void *data, size_t len)
{
    bool shaking = ph__table[m->recv.state].stage == PH_STAGE_TLS;
    bool known =
        type == PH_BINDING_TLS_UNIQUE || type == PH_BINDING_TLS_EXPORTER;
    if (!shaking || !known || !len || len > sizeof(m->binding.data))
        return PH_E_INVALID;
    m->binding = (struct ph__sasl_binding){.type = type, .len = len};
    memcpy(m->binding.data, data, len);
    return PH_OK;
}

int ph_machine_query(struct ph_machine *m, enum ph_query query,
                     const char *argument)
{
    static const char *const verbs[] = {[PH_QUERY_NOOP] = "NOOP",
                                        [PH_QUERY_VRFY] = "VRFY",
                                        [PH_QUERY_EXPN] = "EXPN",
                                        [PH_QUERY_HELP] = "HELP"};
    struct ph__buf text = PH__BUF(PH__COMMAND_MAX - 2);
    if (m->recv.state != ST_READY || query > PH_QUERY_HELP ||
        (argument && !ph__text_no_controls(argument, strlen(argument))))
        return PH_E_INVALID;
    int rc = ph__buf_format(&text, argument ? "%s %s" : "%s", verbs[query],
                            argument);
    if (rc) {
        ph__buf_done(&text);
        return rc;
    }
    m->query_text = text.data;
    return answer_hold(m, PH_EVENT_READY, DONE);
}

/* ---- content ---- */

static int add_to_data(struct ph_machine *m, const char *data, size_t len,
                       bool last)
{
    int rc = ph__content_add(&m->content, &m->out, data, len);
    ph__machine_trace_body(m, data, len);
    if (!rc && last)
        rc = ph__content_end(&m->content, &m->out);
    return rc;
}

/* Is kept until BDAT is said, which may have to wait for COMMIT. Of a CR that
 * waits for its LF there is nothing to be said yet. */
static int keep_chunk(struct ph_machine *m, const char *data, size_t len,
                      bool last)
{
    m->piece = (struct ph__piece){.data = data, .len = len, .last = last};
    int rc =
        ph__content_measure(&m->content, data, len, last, &m->piece.octets);
    bool silent = !rc && !last && !m->piece.octets;
    return silent ? ph__content_add(&m->content, &m->out, data, len) : rc;
}

int ph_machine_body(struct ph_machine *m, const char *data, size_t len,
                    bool last)
{
    struct ph__cursor *at = ph__run_holder(m);
    if (!at || at->state != ST_BODY || !ph__run_wants_piece(m))
        return PH_E_INVALID;
    bool chunked = ph__tx(m, at->tx)->chunked;
    int rc = chunked ? keep_chunk(m, data, len, last)
                     : add_to_data(m, data, len, last);
    if (rc) {
        lose_by(m, rc);
        return rc;
    }
    m->epoch++;
    at->announced = false; /* READY for the next piece */
    bool goes_on = last || (chunked && m->piece.octets);
    return goes_on ? answer_hold(m, PH_EVENT_NEED_BODY, DONE) : PH_OK;
}

/* ---- what the driver hears ---- */

static void *user_of(const struct ph_machine *m, unsigned number)
{
    const struct ph__transaction *tx = ph__tx(m, number);
    return number != PH__NO_TX && tx ? tx->env.user : NULL;
}

static void pull_raised(struct ph_machine *m, struct ph_event *out)
{
    struct ph__raised first = m->events[0];
    struct ph_verdict verdict;
    m->event_count--;
    memmove(m->events, m->events + 1, m->event_count * sizeof(m->events[0]));
    *out = (struct ph_event){.type = first.type, .index = first.index};
    if (first.type == PH_EVENT_REPLY) {
        out->reply = &m->event_reply;
        return;
    }
    m->told = first.tx;
    out->user = user_of(m, first.tx);
    ph_machine_verdict(m, first.index, &verdict);
    m->event_error = verdict.why;
    if (first.refused)
        out->error = &m->event_error;
}

/* The row one of the cursors stands in, once. */
static bool announce(struct ph_machine *m, struct ph_event *out)
{
    struct ph__cursor *at = ph__run_holder(m);
    if (!at || at->announced ||
        (at->state == ST_BODY && !ph__run_wants_piece(m)))
        return false;
    at->announced = true;
    const struct ph__row *row = &ph__table[at->state];
    if (at->state == ST_READY || at->state == ST_CLOSED)
        ph__machine_forget_secret(m); /* it has done its work */
    bool failed = at->state == ST_CLOSED && m->error.code != PH_OK;
    *out = (struct ph_event){.type = row->event,
                             .error = failed ? &m->error : NULL};
    if (row->stage == PH_STAGE_CONTENT)
        out->user = user_of(m, at->tx);
    return true;
}

/* READY, once for each content that others may ride behind. */
static bool offer(struct ph_machine *m, struct ph_event *out)
{
    if (!ph__run_can_ride(m) || m->offered == m->send.tx)
        return false;
    m->offered = m->send.tx;
    *out = (struct ph_event){.type = PH_EVENT_READY};
    return true;
}

bool ph_machine_next(struct ph_machine *m, struct ph_event *out)
{
    if (m->event_count) {
        pull_raised(m, out);
        return true;
    }
    return announce(m, out) || offer(m, out);
}

size_t ph_machine_output(const struct ph_machine *m, struct ph_slice *out,
                         size_t max)
{
    return ph__out_peek(&m->out, out, max);
}

/* As long as octets move, a wait that has to begin with their leaving has not
 * begun (RFC 5321 4.5.3.2.5). */
void ph_machine_sent(struct ph_machine *m, size_t len)
{
    bool content = ph__table[m->recv.state].stage == PH_STAGE_CONTENT;
    if (ph__head(m) ? !ph__head_has_left(m) : content)
        m->epoch++;
    ph__out_sent(&m->out, len);
}

unsigned ph_machine_timeout(const struct ph_machine *m, unsigned *epoch)
{
    unsigned secs = ph__table[m->recv.state].secs;
    bool leaving = ph__head(m) && !ph__head_has_left(m);
    if (epoch)
        *epoch = m->epoch;
    return leaving && secs > PH__WRITE_SECS ? PH__WRITE_SECS : secs;
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

bool ph_machine_offers(const struct ph_machine *m, const char *keyword)
{
    enum ph__extension e = ph__caps_named(keyword);
    return e != PH__EXTENSIONS && ph__caps_have(&m->caps, e);
}

size_t ph_machine_recipients_max(const struct ph_machine *m)
{
    return (size_t)m->caps.rcpt_max;
}

bool ph_machine_mangles_groups(const struct ph_machine *m)
{
    return m->mangled;
}

void ph_machine_verdict(const struct ph_machine *m, size_t i,
                        struct ph_verdict *out)
{
    ph__transaction_verdict(ph__tx(m, m->told), i, out);
}
