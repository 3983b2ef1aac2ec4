#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "base/text.h"
#include "client/complete.h"
#include "client/parts.h"
#include "message/internal.h"

/* ---- birth ---- */

/* Opportunistic TLS without credentials encrypts even to a stranger. */
static bool takes_anybody(const struct ph_session_options *session)
{
    return session->tls == PH_TLS_OPPORTUNISTIC && !session->auth &&
           !session->ask_login;
}

static int make_context(struct ph_client *c,
                        const struct ph_session_options *session,
                        const struct ph_client_options *opts)
{
    struct ph__tls_options tls = {
        .ca_file = opts->tls_ca_file,
        .insecure = opts->tls_insecure || takes_anybody(session),
        .min = opts->tls_1_3 ? PH__TLS_1_3 : PH__TLS_1_2,
        .cert_file = opts->tls_cert_file,
        .key_file = opts->tls_key_file,
        .pins = opts->tls_pins,
        .key_log = opts->tls_key_log,
        .key_log_user = opts->user};
    struct ph__buf why = PH__BUF(1024);
    while (tls.pins && tls.pins[tls.pin_count])
        tls.pin_count++;
    int rc = ph__tls_context_new(&c->tls, &tls, &why);
    if (rc && opts->problem)
        snprintf(opts->problem, opts->problem_size, "%s", ph__buf_text(&why));
    ph__buf_done(&why);
    return rc;
}

int ph__client_open(struct ph_client *c)
{
    int rc = ph__engine_new(&c->engine, &c->engine_options);
    if (!rc)
        rc = ph__net_new(&c->net, c->loop);
    const char *resolvers = c->settings.way.resolvers;
    if (!rc && resolvers)
        rc = ph__net_set_resolver(
            c->net, &(struct ph__dns_options){.servers = resolvers});
    if (!rc) { /* cannot fail, see libuv */
        uv_timer_init(c->loop, &c->soon);
        uv_timer_init(c->loop, &c->alarm);
        uv_timer_init(c->loop, &c->patience);
        uv_unref((uv_handle_t *)&c->patience);
    }
    return rc;
}

static int set_up(struct ph_client *c, const struct ph_client_options *opts)
{
    const struct ph_session_options *session = &c->engine_options.session;
    int rc = ph__settings_copy(&c->settings, &c->engine_options, opts);
    if (!rc)
        rc = ph__client_set_policy(c, opts);
    if (!rc && session->tls != PH_TLS_NONE)
        rc = make_context(c, session, opts);
    return rc ? rc : ph__client_open(c);
}

void ph__client_free(struct ph_client *c)
{
    ph__engine_free(c->engine);
    ph__net_free(c->net);
    if (!c->like)
        ph__tls_context_free(c->tls);
    ph__settings_done(&c->settings);
    ph__pace_free(c->pace);
    free(c);
}

struct ph_client *ph__client_alloc(uv_loop_t *loop)
{
    struct ph_client *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->loop = loop;
    c->thread = uv_thread_self();
    c->soon.data = c->alarm.data = c->patience.data = c;
    c->numbers = &c->own_numbers;
    return c;
}

int ph_client_new(struct ph_client **out, struct uv_loop_s *loop,
                  const struct ph_client_options *opts)
{
    if (!loop || !opts)
        return PH_E_INVALID;
    if (opts->problem && opts->problem_size)
        opts->problem[0] = '\0';
    struct ph_client *c = ph__client_alloc(loop);
    if (!c)
        return PH_E_NOMEM;
    int rc = set_up(c, opts);
    if (rc) {
        ph__client_free(c);
        return rc;
    }
    *out = c;
    return PH_OK;
}

static void check_thread(const struct ph_client *c)
{
    uv_thread_t self = uv_thread_self();
    assert(uv_thread_equal(&self, &c->thread)); /* C08 */
    (void)c;
    (void)self;
}

/* ---- submissions ---- */

/* <time.random@sender's domain, in ASCII>: unique (RFC 5322 3.6.4), and the
 * same in every attempt. */
static int set_id(struct ph_message *msg, int64_t now)
{
    unsigned char random[10];
    char text[2 * sizeof(random) + 1];
    struct ph__buf id = PH__BUF(512);
    if (RAND_bytes(random, sizeof(random)) != 1)
        return PH_E_SYSTEM;
    ph__text_hex(text, random, sizeof(random));
    const char *at = strrchr(ph__message_wire_sender(msg), '@');
    int rc = ph__buf_format(&id, "%llx.%s@%s", (unsigned long long)now, text,
                            at ? at + 1 : "localhost");
    if (!rc)
        ph_message_id(msg, id.data);
    ph__buf_done(&id);
    return rc;
}

int ph__message_complete(struct ph_message *msg)
{
    int rc = ph_message_check(msg);
    int64_t now = (int64_t)time(NULL);
    if (!rc && ph__message_needs_date(msg))
        ph_message_date(msg, now);
    if (!rc && ph__message_needs_id(msg))
        rc = set_id(msg, now);
    if (!rc)
        ph__message_sign_at(msg, now);
    return rc;
}

int ph_client_send(struct ph_client *c, struct ph_message *msg,
                   const struct ph_send_options *opts, ph_sent_cb cb,
                   void *user)
{
    check_thread(c);
    if (!msg || c->closing || (opts && opts->size != sizeof(*opts)))
        return PH_E_INVALID;
    struct ph_job *job = NULL;
    if (ph__client_is_full(c, 0))
        return PH_E_AGAIN; /* without rendering it first */
    int rc = ph__message_complete(msg);
    if (!rc)
        rc = ph__job_new(&job, c, msg, NULL, ph_message_recipient_count(msg),
                         opts);
    if (!rc && ph__client_is_full(c, job->own_octets)) {
        ph__job_drop(job);
        rc = PH_E_AGAIN;
    }
    if (rc)
        return rc;
    ph__job_submit(job, cb, user);
    return PH_OK;
}

void ph_job_cancel(struct ph_job *job)
{
    struct ph_client *c = job->client;
    check_thread(c);
    ph__engine_cancel(c->engine, &job->job, PH_E_CANCELED);
    ph__client_pump_soon(c);
}

bool ph_job_waits(const struct ph_job *job)
{
    check_thread(job->client);
    return job->job.place == PH__QUEUED || job->job.place == PH__WAITING;
}

void ph_job_go(struct ph_job *job)
{
    struct ph_client *c = job->client;
    if (job->over)
        return;
    check_thread(c);
    ph__engine_go(&job->job);
    ph__client_pump_soon(c);
}

void ph_client_stats(const struct ph_client *c, struct ph_stats *out)
{
    struct ph__engine_stats s = ph__engine_stats(c->engine);
    if (out->size != sizeof(*out))
        return;
    *out = (struct ph_stats){.size = sizeof(*out),
                             .connections = s.connections,
                             .handshakes = s.handshakes,
                             .messages = s.messages,
                             .round_trips = s.round_trips,
                             .octets_sent = s.octets_sent,
                             .octets_received = s.octets_received,
                             .dials = s.dials,
                             .dial_failures = s.dial_failures,
                             .lost = s.lost,
                             .retries = s.retries,
                             .open = s.open,
                             .idle = s.idle,
                             .limit = s.limit,
                             .queued = s.queued,
                             .waiting = s.waiting,
                             .under_way = s.under_way,
                             .queue_octets = c->pending_octets,
                             .health = ph__client_health(c, NULL),
                             .tls = c->tls_version,
                             .cipher = c->cipher};
    memcpy(out->outcomes, c->outcomes, sizeof(out->outcomes));
}

/* ---- death ---- */

static void begin_close(struct ph_client *c, ph_closed_cb cb, void *user)
{
    if (c->closing)
        return;
    c->closing = true;
    c->closed = cb;
    c->closed_user = user;
}

void ph_client_close(struct ph_client *c, ph_closed_cb cb, void *user)
{
    check_thread(c);
    if (c->closing)
        return;
    begin_close(c, cb, user);
    ph__engine_drain(c->engine);
    ph__client_pump_soon(c);
}

static void on_patience(uv_timer_t *timer)
{
    struct ph_client *c = timer->data;
    ph__engine_abort(c->engine);
    ph__client_pump(c);
}

void ph_client_close_within(struct ph_client *c, unsigned secs, ph_closed_cb cb,
                            void *user)
{
    if (!c->closing)
        uv_timer_start(&c->patience, on_patience, (uint64_t)secs * 1000, 0);
    ph_client_close(c, cb, user);
}

void ph_client_abort(struct ph_client *c, ph_closed_cb cb, void *user)
{
    check_thread(c);
    begin_close(c, cb, user);
    ph__engine_abort(c->engine);
    ph__client_pump_soon(c);
}
