/* posthaste/client.h - a pool of sessions to one server, on your uv_loop_t.
 *
 * Rules of life on your loop:
 * - the loop, its thread and when it runs are yours; use a client from the
 *   loop's thread only;
 * - every send completes exactly once, from the loop, never from inside the
 *   call that submitted it;
 * - anything may be called inside a callback, closing included;
 * - idle connections do not keep the loop alive, sends under way do;
 * - nothing leaves your thread; there are no globals, signals, or output. */
#ifndef POSTHASTE_CLIENT_H
#define POSTHASTE_CLIENT_H

#include <posthaste/machine.h>
#include <posthaste/message.h>
#include <posthaste/network.h>
#include <posthaste/policy.h>
#include <posthaste/result.h>
#include <posthaste/stats.h>
#include <posthaste/tap.h>
#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s; /* uv_loop_t; <uv.h> is not needed here */
struct ph_client;

/* Zero or NULL means the default. Everything is copied. */
struct ph_client_options {
    size_t size;           /* sizeof this struct */
    const char *host;      /* name or address; required unless unix_path */
    uint16_t port;         /* default: 465 with PH_TLS_IMPLICIT, 587 with
                            * credentials, else 25 */
    const char *unix_path; /* a unix socket instead of host and port */
    const struct ph_session_options *session; /* NULL = TLS required, no AUTH.
                                               * Its trace: set by `trace` */
    const char *tls_name;    /* name in the certificate, and SNI; NULL = host */
    const char *tls_ca_file; /* PEM; NULL = the system's store */
    bool tls_insecure;       /* take any certificate */
    bool tls_1_3;            /* nothing older; else TLS 1.2 will do */
    const char *const *tls_pins; /* "sha256//BASE64" of keys (RFC 7469 2.4),
                                  * NULL at the end: the server's must be one of
                                  * them. They take the chain's place; name and
                                  * dates are still checked */
    const char
        *tls_cert_file; /* PEM chain and key, shown to servers that ask */
    const char *tls_key_file;
    /* A line for each secret of each session, as Wireshark reads them. */
    void (*tls_key_log)(void *user, const char *line);
    const struct ph_network *network; /* NULL = straight, any address */
    unsigned connections;             /* at most; default 2 */
    unsigned messages_per_connection; /* default 100; UINT_MAX = no limit */
    unsigned recipients;   /* of one transaction, default 100; more go in
                            * further ones, as do those that the server puts
                            * off with 452 or 552 (RFC 5321 4.5.3.1.10) */
    unsigned idle_secs;    /* keep an idle connection so long; default 30 */
    unsigned age_secs;     /* begin nothing on an older one; default 300,
                            * UINT_MAX = no limit */
    unsigned timeout_secs; /* one bound for connecting, for the handshake,
                            * for each whole reply and for a blocked write;
                            * default: 30 to connect, then the table's */
    const struct ph_policy *policy; /* NULL = one attempt, no limits */
    ph_notice_cb notice;            /* NULL = nobody */
    unsigned dialogue; /* keep so many last lines of each session, for results
                        * that are failures; 0 = none */
    /* The dialogue, a line a call without its end, and "# ..." about the
     * connection; NULL = no trace. */
    void (*trace)(void *user, const char *line);
    int trace_level; /* 1 = dialogue (default), 2 = content too */
    ph_tap_cb tap;   /* all octets of all sessions; NULL = nobody */
    /* Asked in each session that `session` has no `auth` for; NULL = nobody. It
     * makes TLS required where `session` is NULL, and 587 the default port. */
    ph_login_cb login;
    void *user;    /* for trace, tap, login, notice and tls_key_log */
    char *problem; /* where ph_client_new() says in words what is wrong with
                    * the files and pins; NULL = nowhere */
    size_t problem_size;
};
#define PH_CLIENT_OPTIONS(...)                                                 \
    (&(struct ph_client_options){.size = sizeof(struct ph_client_options),     \
                                 __VA_ARGS__})

typedef void (*ph_sent_cb)(const struct ph_result *result, void *user);
typedef void (*ph_closed_cb)(void *user);

/* A submission under way. Yours only to pass to ph_job_go() and
 * ph_job_cancel(), and only until its ph_sent_cb has run: the session may be
 * lost while you write. */
struct ph_job;
/* Content is about to be complete at the server: write down whatever must
 * survive a crash, then call ph_job_go(), now or later. */
typedef void (*ph_commit_cb)(struct ph_job *job, void *user);

struct ph_send_options {
    size_t size;
    ph_commit_cb commit;                    /* NULL = do not ask */
    const struct ph_parameters *parameters; /* NULL = none; copied. Its
                                             * `original` is not used: ORCPT is
                                             * made of the addresses as given
                                             * when notify is set */
    struct ph_job **job;    /* where it is to be had for ph_job_cancel();
                             * written before ph_client_send() returns */
    unsigned deadline_secs; /* from now, waiting included; then it is canceled,
                             * with PH_E_TIMEOUT. 0 = none */
    bool all_or_nothing; /* unless every recipient is accepted, nobody gets it;
                          * all go in one transaction */
};

/* PH_E_INVALID, PH_E_NOMEM, PH_E_SYSTEM, PH_E_TLS (a file). Dials not yet. */
PH_API int ph_client_new(struct ph_client **out, struct uv_loop_s *loop,
                         const struct ph_client_options *opts);

/* Takes `msg` on success only; on error it is still yours and `cb` will not
 * run. Errors: what ph_message_check() says, PH_E_NOMEM, PH_E_INVALID (the
 * client is closing), PH_E_AGAIN (the queue is as full as the policy allows: a
 * PH_NOTICE_ROOM follows). `opts` may be NULL. */
PH_API int ph_client_send(struct ph_client *c, struct ph_message *msg,
                          const struct ph_send_options *opts, ph_sent_cb cb,
                          void *user);
PH_API void ph_job_go(struct ph_job *job);
/* Its callback comes as ever, later, once: unsent with PH_E_CANCELED if it
 * waits; deferred if RCPT had left; uncertain if all content had; what was
 * decided stays. One that does not wait takes its session along, as soon as
 * whatever goes before it there is decided. */
PH_API void ph_job_cancel(struct ph_job *job);
PH_API bool ph_job_waits(const struct ph_job *job);
/* So much went out before this client lived, `secs` ago: for rates that outlive
 * a restart; the oldest first. PH_E_INVALID: its policy has no rates. */
PH_API int ph_client_spent(struct ph_client *c, unsigned secs,
                           unsigned messages, unsigned recipients);

PH_API void ph_client_stats(const struct ph_client *c, struct ph_stats *out);

/* Finishes what was submitted, with no waiting for better times (what was put
 * off is told so, and no outage is borne), says QUIT, frees the client after
 * `cb` (which may be NULL). Once is enough; later calls do nothing. */
PH_API void ph_client_close(struct ph_client *c, ph_closed_cb cb, void *user);
/* The same, and ph_client_abort() if that has taken so long. */
PH_API void ph_client_close_within(struct ph_client *c, unsigned secs,
                                   ph_closed_cb cb, void *user);
/* The same, but at once: what waits is unsent (PH_E_CANCELED), what is under
 * way ends as if the connection were lost. Also hastens a close under way. */
PH_API void ph_client_abort(struct ph_client *c, ph_closed_cb cb, void *user);

#ifdef __cplusplus
}
#endif
#endif
