/* net/talk.h - what the two kinds of dialogue with a proxy share; for proxy.c,
 * socks.c and tunnel.c. */
#ifndef NET_TALK_H
#define NET_TALK_H

#include "net/proxy.h"

/* Where the proxy is in its part of the dialogue. */
enum ph__socks_state {
    PH__SOCKS_METHOD,  /* which of the methods offered it takes */
    PH__SOCKS_SECRET,  /* whether user and password will do */
    PH__SOCKS_REPLY,   /* the reply up to the first octet of its address */
    PH__SOCKS_ADDRESS, /* the rest of that address, and a port */
};

struct ph__socks {
    enum ph__socks_state state;
    struct ph__buf secret;  /* to be said if it asks for it */
    struct ph__buf request; /* to be said then */
    uint8_t in[4 + 1 + PH__PROXY_HOST + 2];
    size_t have, want; /* octets of the message that is coming in */
};

struct ph__tunnel {
    struct ph__buf line; /* that is coming in */
    size_t total;        /* octets so far */
    int status;          /* of the last status line; 0: before it */
    bool has_secret;
    char reason[PH__PROXY_REASON];
};

struct ph__talk {
    enum ph__proxy_kind kind;
    struct ph__buf out;
    bool up;
    char problem[PH__PROXY_REASON + 64];
    union {
        struct ph__socks socks;
        struct ph__tunnel tunnel;
    };
};

/* Notes what is wrong, printable. PH_E_CONNECT. */
int ph__talk_fail(struct ph__talk *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* socks.c and tunnel.c; as in proxy.h. `host` has been found fit to be said. */
int ph__socks_begin(struct ph__talk *t, const struct ph__proxy *proxy,
                    const char *host, uint16_t port);
int ph__socks_receive(struct ph__talk *t, const char *data, size_t len,
                      size_t *taken);
void ph__socks_done(struct ph__talk *t);
int ph__tunnel_begin(struct ph__talk *t, const struct ph__proxy *proxy,
                     const char *host, uint16_t port);
int ph__tunnel_receive(struct ph__talk *t, const char *data, size_t len,
                       size_t *taken);
void ph__tunnel_done(struct ph__talk *t);

#endif
