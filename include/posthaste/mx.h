/* posthaste/mx.h - mail straight to each recipient domain's own exchangers, on
 * your uv_loop_t. The rules of life are those of posthaste/client.h.
 *
 * For each domain of a submission its MX records are looked up (RFC 5321 5.1,
 * null MX: RFC 7505), and the exchangers tried in order of preference until
 * each recipient is accepted or refused, or none is left. Exchangers that
 * publish TLSA records, where DNSSEC vouches for them, are held to them (DANE,
 * RFC 7672); so are those of domains with a policy of MTA-STS (RFC 8461), if
 * somebody fetches it. Nothing is queued for later: who is told "deferred" or
 * "unsent" submits again, after half an hour or so (RFC 5321 4.5.4.1).
 *
 * What an outcome means here:
 * - refused, stage resolve: the domain does not exist, or has neither MX nor
 *   address (PH_E_RESOLVE); it takes no mail (PH_E_PERMANENT, 5.1.10), or its
 *   best exchanger has the name that we say in EHLO (PH_E_PERMANENT);
 * - deferred, stage resolve: name servers did not answer;
 * - else it is what the exchanger said, or why none could be used. */
#ifndef POSTHASTE_MX_H
#define POSTHASTE_MX_H

#include <posthaste/client.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ph_mx;

/* Fetches a domain's policy of MTA-STS (RFC 8461 3.3), with whatever HTTPS the
 * program has: the certificate is checked for the host in the URL, status 200
 * and nothing else will do, redirects are not followed, no cache is asked; a
 * minute, and 64 KiB, should be enough. Then ph_fetch_done(), once, inside or
 * later, from the loop's thread; after the ph_mx has closed is fine. */
struct ph_fetch;
typedef void (*ph_fetch_cb)(struct ph_fetch *fetch, const char *url,
                            void *user);
/* `text` NULL: it failed. Copied. */
PH_API void ph_fetch_done(struct ph_fetch *fetch, const char *text, size_t len);

/* Zero or NULL means the default. Everything is copied. */
struct ph_mx_options {
    size_t size; /* sizeof this struct */
    /* Of every session; NULL = the defaults, TLS opportunistic. No server and
     * no credentials here: host, port, unix_path, tls_name, tls_pins and login
     * must be unset, and so must `auth` and `ask_login` of its session, LMTP
     * and TLS from the first octet: PH_E_INVALID. `connections` and such are
     * meant for each exchanger; of a policy only the rates, which count for all
     * together.
     * Its session's `tls` is the least for all: REQUIRED checks the
     * certificate for the exchanger's name, NONE does without DANE too. Set
     * `hello` to this host's name: many exchangers ask for one that exists. */
    const struct ph_client_options *client;
    uint16_t port; /* of the exchangers; default 25 */
    /* The resolver validates DNSSEC, and nobody else writes to the path there:
     * its AD bit counts. False: it counts if all are loopback addresses. */
    bool trust_resolver;
    unsigned deliveries; /* domains delivered to at once; default 20 */
    /* With it policies of MTA-STS are looked for, remembered while the ph_mx
     * lives, and enforced where they say so and DANE does not decide. NULL =
     * no MTA-STS. */
    ph_fetch_cb fetch;
    void *user; /* for it */
};
#define PH_MX_OPTIONS(...)                                                     \
    (&(struct ph_mx_options){.size = sizeof(struct ph_mx_options), __VA_ARGS__})

/* PH_E_INVALID, PH_E_NOMEM, PH_E_TLS (a file cannot be used), PH_E_SYSTEM.
 * Asks for no name and opens no connection yet. `opts` may be NULL. After a
 * failure the loop must run once more: handles may be closing on it. */
PH_API int ph_mx_new(struct ph_mx **out, struct uv_loop_s *loop,
                     const struct ph_mx_options *opts);

/* As ph_client_send(): takes `msg` on success only, one callback for all
 * recipients. With `commit` it is asked for each delivery, with a job of its
 * own: for several domains, or when an exchanger did not take the content and
 * the next one gets it, more than once. Until `cb` has run ph_job_go() may be
 * called for any of them; where the session was lost it does nothing.
 * PH_E_INVALID also: all_or_nothing with
 * recipients of several domains, `job`, `deadline_secs`. In the
 * result `server` is the exchanger that was reached last, and `secure` is true
 * if TLS protected all that was said.
 */
PH_API int ph_mx_send(struct ph_mx *mx, struct ph_message *msg,
                      const struct ph_send_options *opts, ph_sent_cb cb,
                      void *user);

/* All exchangers together; `queued` counts domains that wait; tls and cipher
 * are "". */
PH_API void ph_mx_stats(const struct ph_mx *mx, struct ph_stats *out);

/* As ph_client_close() and ph_client_abort(). */
PH_API void ph_mx_close(struct ph_mx *mx, ph_closed_cb cb, void *user);
PH_API void ph_mx_abort(struct ph_mx *mx, ph_closed_cb cb, void *user);

#ifdef __cplusplus
}
#endif
#endif
