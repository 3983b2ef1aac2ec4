/* peer.h - a server with bad manners, on the client's loop: it reads nothing
 * while an answer of its own has not left, takes a few recipients only, and
 * leaves when it likes. */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

enum { PEER_NAMES = 20000, PEER_GUESTS = 64 };

enum peer_end { PEER_STAYS, PEER_LEAVES, PEER_SAYS_421, PEER_RESETS };

struct peer {
    /* Set before peer_open(). */
    const char *extensions; /* "250-PIPELINING\r\n250 SIZE\r\n" */
    size_t reply_octets;    /* of each answer to RCPT; 0 = short */
    size_t recipients_max;  /* of a transaction; more get 452; 0 = no limit */
    size_t visit;           /* behind so many messages of a connection ... */
    enum peer_end end;      /* ... it does this; PEER_RESETS: amid that one */
    /* What it has seen. */
    uint16_t port;
    size_t connections;
    size_t transactions;
    size_t messages;
    unsigned received[PEER_NAMES]; /* messages taken for r<N>@... */
    uint64_t size_said;            /* SIZE= of the latest MAIL */
    uint64_t size_got;             /* content of the latest message */

    uv_tcp_t listener;
    struct guest *guests[PEER_GUESTS];
};

void peer_open(struct peer *p, uv_loop_t *loop);
/* Frees what its connections took, once the loop has run out. */
void peer_close(struct peer *p);
void peer_done(struct peer *p);

#endif
