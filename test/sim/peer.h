/* sim/peer.h - the server's end of one connection: SMTP as RFC 5321 has it,
 * read by itself, so that it can judge the client. */
#ifndef SIM_PEER_H
#define SIM_PEER_H

#include <limits.h>

#include "sim/plan.h"

enum {
    SIM_LINE_MAX = 2048, /* RFC 5321 4.5.3.1.6: 1000, and room to see more */
    SIM_NOBODY = INT_MAX
};

enum sim_peer_mode {
    SIM_COMMANDS,
    SIM_CONTENT, /* lines, up to the dot */
    SIM_CHUNK,   /* so many octets */
    SIM_SHAKING  /* TLS: nothing in clear may come */
};

struct sim_peer {
    enum sim_peer_mode mode;
    bool there;    /* connected, and not yet closed */
    bool mute;     /* reads and says nothing any more */
    bool secure;   /* TLS is up */
    bool knows_us; /* EHLO or HELO was answered 2yz */
    bool extended; /* by EHLO */
    bool logged_in;
    bool leaving; /* QUIT or 421 */
    bool asked_less;
    bool lied;    /* has said what nobody asked for */
    bool mangles; /* has dropped what came behind a command */
    uint64_t last_heard;
    char line[SIM_LINE_MAX];
    size_t line_len;
    unsigned mails; /* MAIL commands answered 2yz */
    unsigned done;  /* transactions that came to their end */
    /* what a reply is about: a token of these stands in its text */
    unsigned about;
    size_t about_to; /* SIZE_MAX = all */
    size_t said;     /* where the latest ends, among all it has said */
    /* the transaction */
    uint64_t began_at;
    unsigned mail; /* whose it is, or SIM_NOBODY */
    bool refused;  /* its MAIL was, or a chunk: what comes is out of order */
    size_t to[SIM_RECIPIENTS_MAX]; /* accepted */
    size_t to_count;
    size_t asked;      /* RCPTs */
    bool full;         /* one of them was told that there are too many */
    bool lone;         /* a 354 with nobody accepted: only a dot may come */
    size_t content_at; /* octets of it that have come */
    uint64_t chunk_left;
    bool chunk_last;
};

struct sim_world;
struct sim_conn;

/* It is connected: the greeting, or the handshake first. */
void sim_peer_meet(struct sim_world *w, struct sim_conn *c);
void sim_peer_hear(struct sim_world *w, struct sim_conn *c, const char *data,
                   size_t len);
/* The client closed, or the connection is gone. */
void sim_peer_lose(struct sim_world *w, struct sim_conn *c);
void sim_peer_secured(struct sim_world *w, struct sim_conn *c);

#endif
