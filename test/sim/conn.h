/* sim/conn.h - one connection: two streams, and who is at their ends. */
#ifndef SIM_CONN_H
#define SIM_CONN_H

#include "sim/peer.h"

enum { SIM_SAID = 16 }; /* more than may be under way in one session */

/* Octets on their way, in one direction. */
struct sim_stream {
    char *data;
    size_t len;
    size_t room;
    size_t delivered;
    size_t fault_at; /* before this octet `fault` strikes; SIZE_MAX = never */
    enum sim_fault fault;
    uint64_t last_at; /* when the latest of them arrives */
    uint64_t held_until;
    bool dead; /* nothing arrives any more */
};
struct sim_conn {
    unsigned number;             /* from 0 */
    unsigned life;               /* that dialled it */
    struct ph__session *session; /* NULL once closed */
    struct sim_stream up;        /* client to server */
    struct sim_stream down;
    struct sim_peer peer;
    bool connected;
    bool busy;        /* the socket takes nothing for now */
    bool slow_socket; /* it takes less than it is given, at times */
    bool drips;
    uint64_t timer; /* when the next SIM_TIMER comes; 0 = none does */
    /* When the client said its latest MAILs, for the books of the pace. */
    size_t scanned; /* octets of `up` */
    struct {
        unsigned mail;
        uint64_t at;
    } said[SIM_SAID];
    size_t said_count;
};

#endif
