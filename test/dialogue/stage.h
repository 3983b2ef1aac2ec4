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
    const char *original[RECIPIENTS];
    struct ph_parameters parameters;
};

/* The stage: machine, what the script said so far, what was heard. */
struct stage {
    struct ph_machine *m;
    struct ph_session_options opts;
    struct ph_credentials auth;
    char values[16][LINE]; /* of options */
    size_t value_count;
    struct message messages[MESSAGES];
    size_t message_count;
    size_t begun;
    char body[LINE];
    size_t piece; /* give the body in pieces of so many octets; 0 = whole */
    size_t given; /* octets of it given */
    char queries[4][LINE]; /* "VRFY ann": asked when nothing is left to send */
    size_t query_count;
    size_t asked;
    bool open_end;    /* the last piece is empty */
    bool own_body;    /* body lines came: replace the default */
    bool idle;        /* do not QUIT when nothing is left to send */
    bool loose;       /* what is left over at the end does not matter */
    bool hold_commit; /* answer COMMIT only when told */
    bool hold_body;   /* give no content */
    bool hold_login;  /* give no credentials */
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
