/* A name server on 127.0.0.1, on the loop of the test. */
#ifndef TEST_DNS_NAMESERVER_H
#define TEST_DNS_NAMESERVER_H

#include <stdbool.h>
#include <uv.h>

#include "packet.h"

enum { ZONE_RECORDS = 6, HELD_MAX = 8 };

/* What is answered to one question. */
struct zone {
    const char *name; /* NULL: the end */
    unsigned type;
    unsigned flags; /* of the header: an rcode, PACKET_AD, PACKET_TC (by UDP) */
    bool silent;    /* no answer at all */
    bool held;      /* until nameserver_release() */
    struct rr records[ZONE_RECORDS];
};

struct held {
    struct sockaddr_in client;
    struct packet *answer;
};

struct nameserver {
    uv_udp_t udp;
    uv_tcp_t tcp, guest;
    bool has_guest;
    unsigned id;   /* of the last question */
    bool heard_ad; /* the AD bit in the last question */
    const struct zone *zone;
    unsigned questions;
    char asked[1024]; /* each name, with a blank behind it */
    char address[64]; /* "127.0.0.1:5353" */
    struct held held[HELD_MAX];
    size_t held_count;
    void (*on_question)(struct nameserver *n, const char *name, unsigned type);
    void *data; /* the test's own */
    uint8_t input[4096];
};

/* Questions that the zone does not list are answered with NXDOMAIN. */
void nameserver_init(struct nameserver *n, uv_loop_t *loop,
                     const struct zone *zone);
void nameserver_release(struct nameserver *n);
void nameserver_close(struct nameserver *n);

#endif
