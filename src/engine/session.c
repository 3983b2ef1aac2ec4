#include <stdlib.h>
#include <string.h>

#include "engine/parts.h"
#include "smtp/secret.h"

/* The engine's view of one session: a machine, the job it carries, and why it
 * is still alive. */

int ph__session_new(struct ph__session **out, struct ph__engine *e)
{
    struct ph__session *s = calloc(1, sizeof(*s));
    if (!s)
        return PH_E_NOMEM;
    s->engine = e;
    s->phase = PH__DIALLING;
    ph__list_init(&s->work);
    ph__list_init(&s->rest);
    ph__list_init(&s->jobs);
    ph__list_append(&e->sessions, &s->link);
    e->stats.open++;
    e->connecting++;
    *out = s;
    return PH_OK;
}

void ph__session_free(struct ph__session *s)
{
    if (!s)
        return;
    ph__list_remove(&s->work);
    ph__list_remove(&s->rest);
    ph__list_remove(&s->link);
    ph_machine_free(s->machine);
    free(s);
}

void ph__session_wake(struct ph__session *s)
{
    if (ph__list_empty(&s->work) && !s->closing)
        ph__list_append(&s->engine->work, &s->work);
}

/* ---- the end of a session ---- */

static void set_idle(struct ph__session *s, bool idle)
{
    s->engine->stats.idle += (unsigned)idle - (unsigned)s->idle;
    s->idle = idle;
}

static void count_out(struct ph__session *s)
{
    struct ph__engine *e = s->engine;
    if (s->phase == PH__OVER)
        return;
    s->phase = PH__OVER;
    set_idle(s, false);
    ph__list_remove(&s->rest);
    s->deadline = PH__NEVER;
    e->stats.open--;
    e->leaving -= s->leaving;
    e->connecting -= !s->greeted;
}

static void end(struct ph__session *s, const struct ph_error *why)
{
    if (s->phase == PH__OVER)
        return;
    bool reached = s->machine != NULL;
    count_out(s);
    s->engine->failure.mechanism =
        reached ? ph_machine_mechanism(s->machine) : NULL;
    if (reached && ph_machine_mangles_groups(s->machine))
        ph__engine_avoid_groups(s->engine);
    if (!s->greeted && why)
        ph__engine_no_session(s->engine, why, reached);
    ph__session_wake(s);
}

/* ---- jobs ---- */

static bool worn_out(const struct ph__session *s)
{
    const struct ph__engine_options *o = &s->engine->opts;
    bool full =
        o->messages_per_connection && s->messages >= o->messages_per_connection;
    bool old = o->age_ms && s->engine->now - s->born >= o->age_ms;
    unsigned staying = s->engine->stats.open - s->engine->leaving;
    return full || old || s->leaving || staying > s->engine->room.limit;
}

static void rest(struct ph__session *s, bool rides, uint64_t now)
{
    struct ph__engine *e = s->engine;
    ph__list_remove(&s->rest);
    ph__list_append(rides ? &e->riding : &e->idle, &s->rest);
    if (!rides && !s->idle)
        s->deadline = now + e->opts.idle_ms;
    set_idle(s, !rides);
}

/* A transaction may begin: take a job, or leave, or wait. A job rides behind
 * another only when it would have to wait for a session anyway. */
static void use(struct ph__session *s, uint64_t now)
{
    struct ph__engine *e = s->engine;
    bool rides = !ph__list_empty(&s->jobs);
    bool wanted = !rides || ph__engine_is_crowded(e);
    bool leaves = worn_out(s);
    if (!leaves && wanted && ph__session_begin_next(s)) {
        set_idle(s, false);
        ph__list_remove(&s->rest);
        return;
    }
    if (!leaves && (!e->draining || e->stats.queued)) {
        rest(s, rides, now);
        return;
    }
    set_idle(s, false);
    ph__list_remove(&s->rest);
    e->leaving += !s->leaving;
    s->leaving = true;
    (void)ph_machine_tell(s->machine, PH_SIGNAL_QUIT, NULL);
}

static void greet(struct ph__session *s)
{
    if (s->greeted)
        return;
    s->greeted = true;
    s->born = s->engine->now;
    s->engine->connecting--;
    s->engine->stats.connections++;
    ph__engine_has_session(s->engine);
}

/* ---- serving ---- */

static void give_piece(struct ph__session *s, struct ph__job *job)
{
    bool last;
    struct ph_slice piece = ph__job_next_piece(job, &last);
    (void)ph_machine_body(s->machine, piece.data, piece.len, last);
}

/* True with an order. */
static bool on_event(struct ph__session *s, const struct ph_event *ev,
                     struct ph__order *out)
{
    struct ph__job *job = ev->user;
    switch (ev->type) {
    case PH_EVENT_START_TLS:
        *out = (struct ph__order){.type = PH__START_TLS, .session = s};
        return true;
    case PH_EVENT_NEED_LOGIN:
        *out = (struct ph__order){.type = PH__LOG_IN, .session = s};
        return true;
    case PH_EVENT_READY:
        greet(s);
        return false;
    case PH_EVENT_NEED_BODY:
        give_piece(s, job);
        return false;
    case PH_EVENT_COMMIT:
        *out = (struct ph__order){.type = PH__COMMIT, .job = job};
        return true;
    case PH_EVENT_RECIPIENT:
    case PH_EVENT_REPLY:
        return false;
    case PH_EVENT_DONE:
        ph__session_job_done(s, job);
        return false;
    case PH_EVENT_CLOSED:
        end(s, ev->error);
        return false;
    }
    return false;
}

static void set_deadline(struct ph__session *s, uint64_t now)
{
    unsigned epoch;
    unsigned secs = ph_machine_timeout(s->machine, &epoch);
    if (s->phase == PH__OVER || s->idle || epoch == s->epoch)
        return;
    uint64_t bound = s->engine->opts.reply_ms;
    s->epoch = epoch;
    s->deadline = !secs ? PH__NEVER : now + (bound ? bound : secs * 1000u);
    uint64_t silence = s->engine->opts.silence_ms;
    bool short_of_it = !s->heard && silence && now + silence < s->deadline;
    s->patience = short_of_it ? s->deadline : 0;
    if (short_of_it)
        s->deadline = now + silence;
}

static bool order_close(struct ph__session *s, struct ph__order *out)
{
    ph__list_remove(&s->work);
    if (s->closing)
        return false;
    s->closing = true;
    *out = (struct ph__order){.type = PH__CLOSE, .session = s};
    return true;
}

/* Pulls events until one makes an order or finishes a job, which goes first:
 * its texts are the machine's, and must be read before the next begins. */
static bool pull(struct ph__session *s, uint64_t now, struct ph__order *out)
{
    struct ph_event ev;
    while (s->phase == PH__TALKING && ph__list_empty(&s->engine->finished)) {
        ph__session_heed_cancel(s);
        if (ph_machine_next(s->machine, &ev)) {
            if (on_event(s, &ev, out))
                return true;
            continue;
        }
        bool idle = s->idle;
        size_t messages = s->messages;
        if (ph_machine_may_begin(s->machine))
            use(s, now);
        if (idle == s->idle && messages == s->messages)
            break; /* nothing has come of it */
    }
    return false;
}

bool ph__session_serve(struct ph__session *s, uint64_t now,
                       struct ph__order *out)
{
    if (s->undialled) {
        struct ph_error why = {.code = s->undialled_code,
                               .stage = s->undialled_stage,
                               .state = "",
                               .reply = {.text = ""},
                               .detail = s->engine->failure.detail};
        s->undialled = false;
        ph__engine_no_session(s->engine, &why, false);
    }
    if (s->phase == PH__DIALLING) {
        bool needed = !s->engine->draining || s->engine->stats.queued;
        if (needed) {
            ph__list_remove(&s->work);
            return false;
        }
        count_out(s);
    }
    if (s->phase == PH__TALKING && pull(s, now, out))
        return true;
    if (!ph__list_empty(&s->engine->finished))
        return false; /* comes back for the rest */
    if (s->phase == PH__OVER)
        return order_close(s, out);
    set_deadline(s, now);
    ph__list_remove(&s->work);
    *out = (struct ph__order){.type = PH__SETTLED, .session = s};
    return true;
}

/* ---- what happened ---- */

void ph__session_dialled(struct ph__session *s, uint64_t now, const char *hello)
{
    if (s->phase != PH__DIALLING)
        return;
    struct ph_session_options opts = s->engine->opts.session;
    if (!opts.hello)
        opts.hello = hello;
    if (s->engine->in_clear) {
        s->engine->in_clear--;
        opts.tls = PH_TLS_NONE;
    }
    int rc = ph_machine_new(&s->machine, &opts);
    if (rc) {
        ph__session_failed(s, rc, PH_STAGE_CONNECT, "cannot begin a session");
        return;
    }
    s->phase = PH__TALKING;
    s->deadline = PH__NEVER;
    s->epoch = 0; /* the machine's first is larger */
    set_deadline(s, now);
    ph__session_wake(s);
}

/* Pulls while it feeds, and no octet is left behind: only while events are
 * queued does feeding stop, and none of those is an order. The texts of a job
 * that is done live until the next transaction begins, which none does here. */
void ph__session_received(struct ph__session *s, const char *data, size_t len)
{
    s->engine->stats.octets_received += len;
    s->engine->stats.round_trips += s->spoke;
    s->heard = true;
    s->spoke = false;
    while (len && s->phase == PH__TALKING) {
        struct ph_event ev;
        struct ph__order none;
        size_t taken = ph_machine_feed(s->machine, data, len);
        data += taken;
        len -= taken;
        if (!len || !ph_machine_next(s->machine, &ev))
            break;
        (void)on_event(s, &ev, &none);
    }
    ph__session_wake(s);
}

void ph__session_secured(struct ph__session *s)
{
    if (s->phase != PH__TALKING)
        return;
    s->engine->stats.handshakes++;
    (void)ph_machine_tell(s->machine, PH_SIGNAL_TLS_UP, NULL);
    ph__session_wake(s);
}

void ph__session_bind(struct ph__session *s, enum ph_binding type,
                      const void *data, size_t len)
{
    if (s->phase == PH__TALKING)
        (void)ph_machine_bind(s->machine, type, data, len);
}

int ph__session_log_in(struct ph__session *s, const struct ph_credentials *auth)
{
    if (s->phase != PH__TALKING)
        return PH_E_INVALID;
    int rc = ph_machine_log_in(s->machine, auth);
    ph__session_wake(s);
    return rc;
}

void ph__session_no_login(struct ph__session *s, const char *detail)
{
    if (s->phase != PH__TALKING)
        return;
    (void)ph_machine_tell(s->machine, PH_SIGNAL_NO_LOGIN, detail);
    ph__session_wake(s);
}

void ph__session_sent(struct ph__session *s, size_t len)
{
    if (!s->machine)
        return;
    s->engine->stats.octets_sent += len;
    s->spoke |= len > 0;
    ph_machine_sent(s->machine, len);
    if (s->phase == PH__TALKING)
        ph__session_wake(s);
}

/* The engine hears of it when it is asked, which is when it knows the time. */
static void undialled(struct ph__session *s, enum ph_code code,
                      enum ph_stage stage, const char *detail)
{
    struct ph_error why = {.code = code,
                           .stage = stage,
                           .state = "",
                           .reply = {.text = ""},
                           .detail = detail};
    count_out(s);
    ph__engine_remember(s->engine, &why, false);
    s->undialled = true;
    s->undialled_code = code;
    s->undialled_stage = stage;
    ph__session_wake(s);
}

void ph__session_failed(struct ph__session *s, enum ph_code code,
                        enum ph_stage stage, const char *detail)
{
    if (s->phase == PH__OVER)
        return;
    if (!s->machine) {
        undialled(s, code, stage, detail);
        return;
    }
    enum ph_signal signal =
        code == PH_E_TLS ? PH_SIGNAL_TLS_FAILED : PH_SIGNAL_LOST;
    if (ph_machine_tell(s->machine, signal, detail) != PH_OK)
        (void)ph_machine_tell(s->machine, PH_SIGNAL_LOST, detail);
    ph__session_wake(s);
}

void ph__session_expired(struct ph__session *s, uint64_t now)
{
    if (s->phase == PH__OVER)
        return;
    if (now < s->deadline) {
        ph__session_wake(s); /* too early: the timer is to be set again */
        return;
    }
    if (s->patience && s->heard) {
        s->deadline = s->patience;
        s->patience = 0;
        ph__session_wake(s);
        return;
    }
    s->deadline = PH__NEVER;
    if (s->phase == PH__DIALLING)
        ph__session_failed(s, PH_E_TIMEOUT, PH_STAGE_CONNECT,
                           "no connection in time");
    else if (s->idle)
        (void)ph_machine_tell(s->machine, PH_SIGNAL_QUIT, NULL);
    else
        (void)ph_machine_tell(s->machine, PH_SIGNAL_TIMEOUT,
                              s->patience ? s->engine->opts.silence
                                          : "no answer in time");
    set_idle(s, false);
    ph__list_remove(&s->rest);
    ph__session_wake(s);
}

/* ---- what the driver asks ---- */

size_t ph__session_output(const struct ph__session *s, struct ph_slice *out,
                          size_t max)
{
    return s->machine ? ph_machine_output(s->machine, out, max) : 0;
}

size_t ph__session_secret(const struct ph__session *s, size_t *from)
{
    return s->machine ? ph__machine_secret(s->machine, from) : 0;
}

const struct ph__secrets *ph__session_secrets(const struct ph__session *s)
{
    return s->machine ? ph__machine_secrets(s->machine) : NULL;
}

size_t ph__session_trace(struct ph__session *s, const char **out)
{
    return s->machine ? ph_machine_trace(s->machine, out) : 0;
}

uint64_t ph__session_deadline(const struct ph__session *s)
{
    return s->deadline;
}

bool ph__session_idle(const struct ph__session *s)
{
    return s->idle;
}

bool ph__session_greeted(const struct ph__session *s)
{
    return s->greeted;
}

const char *ph__session_state(const struct ph__session *s)
{
    return s->machine ? ph_machine_state(s->machine) : "";
}

void ph__session_set_user(struct ph__session *s, void *user)
{
    s->user = user;
}

void *ph__session_user(const struct ph__session *s)
{
    return s->user;
}
