/* net/lookup.h - a name looked up on libuv's thread pool. */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <uv.h>

struct ph__lookup;
/* `status` is 0 or libuv's; the list goes to uv_freeaddrinfo(). */
typedef void (*ph__lookup_cb)(void *user, int status, struct addrinfo *list);

/* 0 or libuv's error; then `cb` does not run. */
int ph__lookup_new(struct ph__lookup **out, uv_loop_t *loop, const char *host,
                   uint16_t port, ph__lookup_cb cb, void *user);
/* `cb` will not run. A resolver that is at work cannot be stopped: the request
 * is left to itself and freed when it comes back. NULL is fine. */
void ph__lookup_drop(struct ph__lookup *l);

#endif
