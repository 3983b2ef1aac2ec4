/* engine/engine.h - everything a client decides, with no socket and no clock:
 * which session takes which job, when to dial, when to retire, what an outcome
 * means, when all is drained. The driver tells what happened, and then pulls
 * orders until there are none, and again at ph__engine_wakeup(). `now` is in
 * milliseconds of any steady clock. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/health.h"
#include "engine/job.h"
#include "engine/pace.h"
#include "engine/retry.h"

struct ph__engine;
struct ph__secrets;
struct ph__session; /* one connection's life */

#define PH__NEVER UINT64_MAX

/* What is borne before somebody is told. All zero: one attempt, and where no
 * session can be had all who wait are told at once. */
struct ph__policy {
    unsigned attempts;    /* transactions until "deferred" is the last word; 0
                           * = 1. A connection that is lost costs none */
    uint64_t wait_ms;     /* before the second; doubles, with jitter */
    uint64_t longest_ms;  /* of those waits; 0 = an hour */
    uint64_t greylist_ms; /* at least, where a server wants us to come later */
    uint64_t outage_ms;   /* how long nobody is told that no session can be had,
                           * counted from the first failure; PH__NEVER */
    bool patient;         /* at the start too, before one was ever READY */
    bool even_uncertain;  /* those are tried again: they may come twice */
    unsigned losses;      /* connections that a job may lose under way before
                           * that is its outcome; 0 = 5 */
};

struct ph__engine_options {
    struct ph_session_options session; /* strings borrowed for its life */
    unsigned connections;
    unsigned messages_per_connection; /* 0 = no limit */
    unsigned recipients;              /* of one transaction; 0 = no limit */
    uint64_t idle_ms;
    uint64_t dial_ms;    /* resolve and connect, all addresses */
    uint64_t silence_ms; /* for the greeting's first octet; 0 = as reply_ms */
    const char *silence; /* what that silence means, in words */
    uint64_t reply_ms;   /* instead of the table's; 0 = the table's */
    uint64_t age_ms;     /* older sessions begin nothing; 0 = no limit */
    struct ph__policy policy;
    struct ph__pace *pace; /* borrowed, maybe shared; NULL = no limits */
    uint64_t seed;         /* of the jitter */
};

enum ph__order_type {
    PH__DIAL,      /* connect; then _dialled() or _failed() */
    PH__START_TLS, /* then _secured() or _failed() */
    PH__LOG_IN,    /* then _log_in() or _no_login(), once */
    PH__SETTLED,   /* write what it has to say, set its timer */
    PH__COMMIT,    /* job: ask its owner; then ph__engine_go() */
    PH__FINISHED,  /* job: every result is set; it is the owner's again */
    PH__HEALTH,    /* it has changed: see ph__engine_health() */
    PH__CLOSE      /* write what is left, close, ph__session_free() */
};
struct ph__order {
    enum ph__order_type type;
    struct ph__session *session; /* NULL of COMMIT, FINISHED and HEALTH */
    struct ph__job *job;         /* of COMMIT and FINISHED */
};

int ph__engine_new(struct ph__engine **out,
                   const struct ph__engine_options *opts);
void ph__engine_free(struct ph__engine *e); /* only when empty */

/* Never fails: the job is the caller's memory. Not after _drain(). */
void ph__engine_submit(struct ph__engine *e, struct ph__job *job);
void ph__engine_go(struct ph__job *job);
/* It comes back FINISHED, with PH_E_CANCELED (or `code`): unsent if it waits,
 * with its last outcome if it was put off; if it is under way its session ends
 * as if it were lost, once what goes before it there is decided. */
void ph__engine_cancel(struct ph__engine *e, struct ph__job *job,
                       enum ph_code code);
/* No more jobs come: finish what there is, with no more waiting for better
 * times (what was put off is told so, and no outage is borne), then leave. */
void ph__engine_drain(struct ph__engine *e);
/* Finish nothing: whatever waits is unsent, whatever is under way is lost. */
void ph__engine_abort(struct ph__engine *e);
bool ph__engine_empty(const struct ph__engine *e); /* no job, no session */

bool ph__engine_next(struct ph__engine *e, uint64_t now, struct ph__order *out);
/* When to pull again, if nothing happens before; PH__NEVER. May be past. */
uint64_t ph__engine_wakeup(const struct ph__engine *e);
struct ph__engine_stats ph__engine_stats(const struct ph__engine *e);
struct ph__engine_health ph__engine_health(const struct ph__engine *e);

/* What happened to a session. After each, pull orders. */
void ph__session_dialled(struct ph__session *s, uint64_t now,
                         const char *hello);
void ph__session_received(struct ph__session *s, const char *data, size_t len);
void ph__session_secured(struct ph__session *s);
/* As ph_machine_bind(), before _secured(). */
void ph__session_bind(struct ph__session *s, enum ph_binding type,
                      const void *data, size_t len);
/* As ph_machine_log_in(); PH_E_INVALID also when nobody waits for it. */
int ph__session_log_in(struct ph__session *s,
                       const struct ph_credentials *auth);
void ph__session_no_login(struct ph__session *s, const char *detail);
/* The server's 535 to the credentials of the session before, or NULL. */
const struct ph_error *ph__engine_refusal(const struct ph__engine *e);
/* The next session does without TLS: opportunistic TLS has failed. */
bool ph__engine_goes_in_clear(const struct ph__engine *e);
void ph__session_sent(struct ph__session *s, size_t len);
void ph__session_failed(struct ph__session *s, enum ph_code code,
                        enum ph_stage stage, const char *detail);
void ph__session_expired(struct ph__session *s, uint64_t now);

size_t ph__session_output(const struct ph__session *s, struct ph_slice *out,
                          size_t max);
/* Of those octets: how many are secret, and where they begin. */
size_t ph__session_secret(const struct ph__session *s, size_t *from);
/* What a server may repeat, or NULL. Borrowed. */
const struct ph__secrets *ph__session_secrets(const struct ph__session *s);
size_t ph__session_trace(struct ph__session *s, const char **out);
uint64_t ph__session_deadline(const struct ph__session *s);
bool ph__session_idle(const struct ph__session *s);
bool ph__session_greeted(const struct ph__session *s);      /* was READY once */
const char *ph__session_state(const struct ph__session *s); /* static */
void ph__session_free(struct ph__session *s);

/* The driver's own, one pointer a session. */
void ph__session_set_user(struct ph__session *s, void *user);
void *ph__session_user(const struct ph__session *s);

#endif
