/* stage.h - a machine, a driver that serves it, and what was heard so far. */
#ifndef TEST_STAGE_H
#define TEST_STAGE_H

#include <posthaste/machine.h>

#include "dialogue/play.h"

enum {
    LINE = 4096,
    RECIPIENTS = 256,
    EVENTS = 512,
    EVENT_LINE = 256,
    MESSAGES = 8,
    SERVER = 1 << 16
};

struct message {
    char text[LINE]; /* owns the addresses */
    const char *from;
    const char *to[RECIPIENTS];
    struct ph_envelope env;
};

/* The stage: machine, what the script said so far, what was heard. */
struct stage {
    struct ph_machine *m;
    struct ph_session_options opts;
    struct ph_credentials auth;
    char values[8][LINE]; /* of options */
    size_t value_count;
    struct message messages[MESSAGES];
    size_t message_count;
    size_t begun;
    char body[LINE];
    bool own_body;    /* body lines came: replace the default */
    bool idle;        /* do not QUIT when nothing is left to send */
    bool loose;       /* what is left over at the end does not matter */
    bool hold_commit; /* answer COMMIT only when told */
    char *server;     /* what the server says, not yet fed */
    size_t server_len;
    size_t server_total;
    char events[EVENTS][EVENT_LINE];
    size_t event_first;
    size_t event_count;
    struct play_how *how;
};

const char *stage_error_name(int code);
/* Pulls events, notes them, and does what a driver does about them. */
void stage_pull(struct stage *s);
/* Hands the machine what the server said meanwhile, cut as `how` says. */
void stage_feed(struct stage *s);

#endif
