/* dns/parts.h - what the files of this layer share; nobody else includes it. */
#ifndef DNS_PARTS_H
#define DNS_PARTS_H

#define CARES_NO_DEPRECATED /* 1.28 has other calls, which 1.18 lacks */
#include <ares.h>

#include "base/list.h"
#include "dns/answer.h"

/* RFC 9715 3.1: a UDP packet of this size is not cut into fragments. */
enum { PH__DNS_UDP = 1232 };

struct ph__dns {
    uv_loop_t *loop;
    ares_channel channel;
    struct ares_options saved; /* what resolv.conf says of names */
    bool trusted;              /* its AD bit counts */
    bool closing;
    bool broken; /* a socket cannot be watched: all queries end */
    void (*closed)(void *user);
    void *closed_user;

    uv_timer_t timer;
    unsigned handles;        /* that libuv still knows */
    struct ph__link sockets; /* of c-ares, watched */
    struct ph__link asked;   /* queries under way */
    struct ph__link done;    /* answered, not told yet */
};

struct ph__dns_query {
    struct ph__link link; /* in `asked` or `done` */
    struct ph__dns *dns;
    enum ph__dns_type type;
    ph__dns_cb cb; /* NULL: cancelled, and c-ares still knows it */
    void *user;
    bool is_done;
    int step; /* in the search list: how many names were tried */
    struct ph__dns_reading reading;
    char name[PH__DNS_NAME];
};

/* query.c: asks, or answers by itself; then it is in `done`. */
void ph__dns_begin(struct ph__dns_query *q);
/* From now on it is to be told from the loop. */
void ph__dns_finish(struct ph__dns_query *q, enum ph__dns_status status);
void ph__dns_query_free(struct ph__dns_query *q);

/* local.c: addresses that no server is asked for. */
bool ph__dns_know(struct ph__dns_query *q);

/* dns.c */
void ph__dns_tell_soon(struct ph__dns *d);

#endif
