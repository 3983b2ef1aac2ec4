/* net/conn.h - one connection: names, addresses, proxies, TCP or unix socket,
 * TLS taken off and put on, one timer, an orderly close. Knows nothing of
 * SMTP. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "net/net.h"
#include "net/proxy.h"
#include "tls/peer.h"

struct ph__conn;
struct sockaddr_storage;

/* What happens, told from the loop, never from inside a call below. After
 * `failed` the connection is dead: close it. Any call is legal inside. */
struct ph__conn_events {
    void (*opened)(void *user);
    /* Plaintext; borrowed during the call. */
    void (*received)(void *user, const char *data, size_t len);
    /* `len` more octets of what ph__conn_write() kept are now the kernel's.
     * When it was all, the connection is not busy any more; 0 then means that
     * only TLS was in the way. */
    void (*sent)(void *user, size_t len);
    void (*secured)(void *user); /* the handshake is done */
    void (*expired)(void *user); /* the deadline has passed */
    /* PH_E_RESOLVE (no such name), PH_E_CONNECT, PH_E_TLS, PH_E_CLOSED (end
     * of file or reset), PH_E_NOMEM, PH_E_LIMIT, PH_E_SYSTEM, PH_E_INVALID
     * (TLS started out of order). The stage is RESOLVE, TLS (the handshake,
     * or encryption broke), or CONNECT, which from `opened` on means: whatever
     * stage the session was in. The detail begins with the peer, or the name
     * that was looked up: "127.0.0.1:25: connection refused (also tried:
     * [::1]:25: connection refused)"; if it was the proxy, it says so: "proxy
     * 127.0.0.1:1080: it refuses: ...", and the stage is CONNECT. Borrowed. */
    void (*failed)(void *user, enum ph_code code, enum ph_stage stage,
                   const char *detail);
};

enum ph__family { PH__FAMILY_ANY, PH__FAMILY_IPV4, PH__FAMILY_IPV6 };

/* Zeros are fine for all but the place. */
struct ph__conn_target {
    const char *host; /* name (A-labels, no UTF-8) or address */
    uint16_t port;
    const char *unix_path;  /* instead of both; the rest does not count then */
    enum ph__family family; /* of the addresses tried, the proxy's if any */
    /* Our end: an address of this machine, which rules the other family out.
     * NULL: the kernel chooses. Not an address, or of the family that is ruled
     * out: PH_E_INVALID. */
    const char *bind_address;
    /* NULL: straight to the host. Else the host's name is told to the proxy,
     * and not looked up here. A name or secret that cannot be told is
     * PH_E_INVALID. */
    const struct ph__proxy *proxy;
};

/* Borrows `net` and `events` until closed. PH_E_NOMEM. */
int ph__conn_new(struct ph__conn **out, struct ph__net *net,
                 const struct ph__conn_events *events, void *user);
/* Once. Races the addresses of the name (RFC 8305), the one that won the last
 * time first. Errors come through `failed`. The target is only read during the
 * call. The deadline below covers all of it, names and proxy too. */
void ph__conn_dial(struct ph__conn *c, const struct ph__conn_target *target);
/* Starts the handshake; only when open and not busy. Until `secured` nothing
 * can be written. Errors come through `failed`. */
void ph__conn_start_tls(struct ph__conn *c, struct ph__tls_context *ctx,
                        const struct ph__tls_peer *peer);
/* Writes slices, encrypted if TLS is up. Returns how many octets are the
 * kernel's now, or a negative ph_code: then the connection is dead, and
 * `failed` will not say it again (PH_E_INVALID: it was not its turn). When
 * fewer than all of them, either the connection is busy (it copied some more,
 * and will say `sent`), or there were more than it takes at once: call again
 * with the rest. If the peer is gone it is busy until `failed` says so, after
 * what the peer still had to say. Never call when busy. */
ptrdiff_t ph__conn_write(struct ph__conn *c, const struct ph_slice *slices,
                         size_t count);
bool ph__conn_busy(const struct ph__conn *c);
/* One timer: `at_ms` in uv_now() time, UINT64_MAX = none. Setting it anew is
 * cheap: the timer is only moved when it must fire earlier. Once it has
 * expired it is none, until set again. */
void ph__conn_deadline(struct ph__conn *c, uint64_t at_ms);
/* An idle connection, once it is open, does not keep the loop alive. */
void ph__conn_set_idle(struct ph__conn *c, bool idle);
struct ph__tls *ph__conn_tls(const struct ph__conn *c); /* or NULL */
/* "127.0.0.1:587", "unix:/path", "mail.example:25 by proxy 127.0.0.1:1080", or
 * "" before it was open. Borrowed. */
const char *ph__conn_peer(const struct ph__conn *c);
/* Our end as an address literal, "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC
 * 5321 4.1.3); "[127.0.0.1]" on a unix socket. */
void ph__conn_local_literal(const struct ph__conn *c, char *out, size_t size);
/* Both ends of the socket; false where the kernel does not know them. */
bool ph__conn_ends(const struct ph__conn *c, struct sockaddr_storage *local,
                   struct sockaddr_storage *peer);
/* Sends what it can without waiting, close_notify last if TLS is up, closes
 * every handle, frees, then calls `closed` (may be NULL) as the last touch. No
 * event follows. The second call does nothing. Nothing is waited for. */
void ph__conn_close(struct ph__conn *c, void (*closed)(void *user), void *user);

#endif
