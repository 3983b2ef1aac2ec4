/* world.h - an engine, a modelled server, and what became of each job: no
 * socket, no clock. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"

enum { SESSIONS = 64, JOBS = 64, TEXT = 8192 };

/* One connection as the world sees it. */
struct peer {
    struct ph__session *session; /* NULL once closed */
    char in[TEXT];               /* commands not yet answered */
    size_t in_len;
    char out[TEXT]; /* replies that have not arrived */
    size_t out_len;
    bool in_content;
    bool dialling;
    unsigned transactions;
    bool lost;
    size_t rcpts[JOBS]; /* accepted in this transaction: r<N>@y.test */
    size_t rcpt_count;
};

struct world {
    struct ph__engine *engine;
    struct peer peers[SESSIONS];
    size_t dialled;
    struct ph__job jobs[JOBS];
    struct ph_recipient_result results[JOBS];
    const char *to[JOBS];
    unsigned finished[JOBS]; /* how often */
    enum ph_outcome outcomes[JOBS];
    enum ph_stage stages[JOBS];
    enum ph_code codes[JOBS];
    size_t accepted_by_server;
    unsigned delivered[JOBS]; /* to r<N>@y.test */
    uint64_t now;
    unsigned order_limit;
    unsigned logins;   /* credentials asked for */
    unsigned refusals; /* after a 535 */
    struct ph_credentials credentials;
    bool break_tls;         /* handshakes fail */
    bool mute;              /* no greeting */
    unsigned refuse_logins; /* so many get 535 */
    unsigned commits;
    bool hold_commits;
    /* faults */
    bool refuse_dial;
    unsigned greet_at_most; /* further ones get 421; 0 = no limit */
    unsigned drop_after;    /* close after so many transactions; 0 = no */
    bool drop_at_dot;       /* never answer content */
    bool together;          /* the replies to what came at once do so, too */
    unsigned rcpt_max;      /* 452 to further ones; 0 = no limit */
    unsigned greylist;      /* so many RCPTs get 450 */
    unsigned drop_at_rcpt;  /* close at so many RCPTs */
    uint64_t deadline;      /* of jobs that are submitted */
    bool hold_content;      /* never answer it, but do not close either */
    bool drop_behind;       /* close after the answer to a content that others
                             * ride behind, once */
};

void world_set_up(struct world *w, unsigned connections, unsigned messages);
/* Credentials are asked for, and given. */
void world_set_up_login(struct world *w, unsigned connections);
void world_set_up_with(struct world *w,
                       const struct ph__engine_options *options);
void world_submit(struct world *w, size_t count);
/* One job for r0@y.test, r1@y.test ... */
void world_submit_list(struct world *w, size_t recipients);
void world_lose(struct peer *p);
/* Orders and network in turn, until nothing moves. */
void world_run(struct world *w);
/* The same for so long, waking the engine when it wants to be. */
void world_pass(struct world *w, uint64_t ms);
/* Drains, and checks the books: each job finished once, nothing left. */
void world_tear_down(struct world *w, size_t jobs);
size_t world_count(const struct world *w, size_t jobs, enum ph_outcome outcome);

#endif
