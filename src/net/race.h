/* net/race.h - several addresses, one connection: attempts that start one after
 * another, and go on side by side until the first is through (RFC 8305 5). */
#ifndef NET_RACE_H
#define NET_RACE_H

#include <uv.h>

#include <posthaste/types.h>

enum {
    PH__RACE_ADDRESSES = 32, /* RFC 5321 5.1: a limit may exist */
    PH__RACE_TEXT = 1024,    /* about what was tried */
    PH__RACE_DELAY_MS = 250  /* RFC 8305 8: Connection Attempt Delay */
};

struct ph__race;

/* One of them, once, from the loop. */
struct ph__race_events {
    /* The socket is the caller's. */
    void (*won)(void *user, int fd, const struct sockaddr *peer);
    /* libuv's error, the one that says most; each address with its own in
     * `what`: "127.0.0.1:25: connection refused (also tried: ...)". Borrowed.
     */
    void (*lost)(void *user, int error, const char *what);
};

/* `from` (NULL: any) is our end's address, of the family of all that follow.
 * PH_E_NOMEM. */
int ph__race_new(struct ph__race **out, uv_loop_t *loop, unsigned delay_ms,
                 const struct sockaddr *from,
                 const struct ph__race_events *events, void *user);
/* One more address, in the order in which the resolver has them; families
 * alternate by themselves, IPv6 first (RFC 8305 4). `first`: before all others.
 * One that is there already, or one too many, is left out. PH_E_NOMEM. */
int ph__race_add(struct ph__race *r, const struct sockaddr *address,
                 socklen_t len, bool first);
/* It starts then, at the latest; calling it again may make it sooner. */
void ph__race_go(struct ph__race *r, unsigned delay_ms);
/* No address will be added: it is lost when all have failed. */
void ph__race_no_more(struct ph__race *r);
/* Closes every socket but the winner's, and every handle, frees, then calls
 * `closed` as the last touch. No event follows. */
void ph__race_close(struct ph__race *r, void (*closed)(void *user), void *user);

/* "127.0.0.1:25", "[2001:db8::1]:25", "unix:/path". */
void ph__race_name(char *out, size_t size, const struct sockaddr *address);

#endif
