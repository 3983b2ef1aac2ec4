/* posthaste/login.h - what a session logs in with, and how a client is given it
 * on demand. */
#ifndef POSTHASTE_LOGIN_H
#define POSTHASTE_LOGIN_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a session logs in with (RFC 4954): a user with a password or a token, or
 * the client certificate that TLS shows. Strings are UTF-8, not empty, without
 * control characters; names have at most 1024 octets, a password 4096, a token
 * 65535. They are copied, and wiped when the session has logged in, or not. */
struct ph_credentials {
    size_t size; /* sizeof this struct: lets it grow */
    const char *user;
    const char *password;
    const char *authzid;    /* act as somebody else; NULL = no */
    const char *mechanisms; /* only these, in this order: "PLAIN,LOGIN". NULL =
                             * with a token OAUTHBEARER, XOAUTH2; else
                             * SCRAM-SHA-256-PLUS, SCRAM-SHA-256,
                             * SCRAM-SHA-1-PLUS, SCRAM-SHA-1, DIGEST-MD5,
                             * CRAM-MD5, PLAIN, LOGIN. EXTERNAL only if named */
    bool plaintext;    /* allow PLAIN, LOGIN, OAUTHBEARER and XOAUTH2, which
                        * show the secret, without TLS */
    bool two_step;     /* no initial response: wait for the 334 first */
    const char *token; /* OAuth 2.0 bearer token (RFC 6750); NULL = none */
    const char *host;  /* the server, as the user calls it: DIGEST-MD5 is
                        * not spoken without it, OAUTHBEARER tells it (RFC
                        * 7628 3.1); NULL = unknown */
    uint16_t port;     /* the same, told by OAUTHBEARER; 0 = not told */
    bool certificate;  /* TLS shows a client certificate: EXTERNAL may be
                        * spoken, for `authzid` or whom the server takes
                        * it for; only over TLS */
};

/* Which data of a TLS session SCRAM-...-PLUS proves to know: tls-unique (RFC
 * 5929 3) or tls-exporter (RFC 9266). */
enum ph_binding {
    PH_BINDING_NONE = 0,
    PH_BINDING_TLS_UNIQUE,
    PH_BINDING_TLS_EXPORTER
};

/* One session's question for credentials: to be answered once, with
 * ph_login_give() or ph_login_fail(), inside the callback or later. It lives
 * until then, whatever becomes of the session and the client. `refused` is
 * NULL, or the server's answer to those given last: a token may have expired
 * (RFC 7628 3.2.2). Then newer ones are asked for, once in a row; borrowed. */
struct ph_login;
typedef void (*ph_login_cb)(struct ph_login *login,
                            const struct ph_error *refused, void *user);

/* Copied, and wiped when the session ends. `host` and `port` need not be given.
 * PH_E_INVALID, PH_E_NOMEM: as ph_client_new() says of the session's; the
 * session then ends as by ph_login_fail(). */
PH_API int ph_login_give(struct ph_login *login,
                         const struct ph_credentials *credentials);
/* There are none; `why` comes back as the detail of PH_E_AUTH. */
PH_API void ph_login_fail(struct ph_login *login, const char *why);

#ifdef __cplusplus
}
#endif
#endif
