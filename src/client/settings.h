/* client/settings.h - a client's options, copied. */
#ifndef CLIENT_SETTINGS_H
#define CLIENT_SETTINGS_H

#include <posthaste/client.h>

#include "client/share.h"
#include "client/way.h"
#include "engine/engine.h"

/* Strings are NULL when not given. */
struct ph__settings {
    char *host;
    char *unix_path;
    char *tls_name;
    char *server; /* "host:port" */
    char *hello;
    char *without;
    char *user;
    char *password;
    char *authzid;
    char *token;
    char *auth_host;
    char *mechanisms;
    struct ph_credentials auth;
    uint16_t port;
    /* Only of a client like another: all other strings are the other's. */
    bool shared;
    const char *const *also; /* further names and TLSA records of the peer */
    size_t also_count;
    const struct ph__tlsa *tlsa;
    size_t tlsa_count;
    struct ph__way way;
    void (*trace)(void *user, const char *line);
    ph_tap_cb tap;
    ph_login_cb login;
    ph_notice_cb notice;
    unsigned dialogue;   /* lines kept */
    void *callback_user; /* of trace, tap, login and notice */
};

/* Milliseconds; 0 = what it is otherwise. */
static inline uint64_t ph__ms(unsigned secs, unsigned otherwise)
{
    return (uint64_t)(secs ? secs : otherwise) * 1000;
}

/* PH_E_INVALID, PH_E_NOMEM. */
int ph__settings_copy(struct ph__settings *out, struct ph__engine_options *eng,
                      const struct ph_client_options *opts);
/* Those of `like`, but for the peer. PH_E_NOMEM; _done() after a failure too.
 */
int ph__settings_share(struct ph__settings *out,
                       const struct ph__settings *like,
                       const struct ph__client_peer *peer);
void ph__settings_done(struct ph__settings *s);

#endif
