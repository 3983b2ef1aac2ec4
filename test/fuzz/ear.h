/* fuzz/ear.h - what a server hears of a machine, what it says, and what it
 * must conclude from both: command lines, content and chunks are told apart as
 * a server has to, each reply is given to the oldest command without one, and
 * each recipient has got the content or not. Nothing here is the machine's. */
#ifndef FUZZ_EAR_H
#define FUZZ_EAR_H

#include <posthaste/machine.h>

#include "fuzz/fuzz.h"

enum {
    EAR_MESSAGES = 20,    /* more than may be under way */
    EAR_RECIPIENTS = 110, /* more than may be in flight */
    EAR_DUE_MAX = 100,    /* commands without a reply: PH__FLIGHT_MAX */
    EAR_CHUNKS_MAX = 4,   /* BDAT without a reply: PH__CHUNKS_MAX */
    EAR_CODES = 1000,
    EAR_LINE_MAX = 16384, /* of a reply: more is none (PH__REPLY_LINE_MAX) */
    EAR_LINES_MAX = 256,
    EAR_OCTETS_MAX = 65536
};

/* What a reply may be due to. */
enum ear_kind {
    EAR_GREETING,
    EAR_HELLO,
    EAR_STARTTLS,
    EAR_AUTH, /* and the answers to its challenges */
    EAR_MAIL,
    EAR_RCPT,
    EAR_DATA,
    EAR_CHUNK,
    EAR_CONTENT, /* the dot, or BDAT LAST */
    EAR_RSET,
    EAR_OTHER
};
struct ear_due {
    enum ear_kind kind;
    size_t message;
    size_t recipient;
};

/* A reply: its code (0 = none yet) and, at the end of its text, a number that
 * no other one has (0 = it was said without). */
struct ear_reply {
    int code;
    size_t number;
};

struct ear_recipient {
    bool heard;
    struct ear_reply rcpt;
    struct ear_reply final; /* to the content */
};
struct ear_message {
    const struct ph_envelope *env;
    struct ph_slice content; /* as it is to arrive */
    bool may_end;            /* the driver has let its last octet go */
    bool heard;              /* its MAIL */
    bool complete;           /* its content, to the last octet */
    struct ear_reply mail;
    struct ear_reply data;
    struct ear_reply chunk; /* to the first BDAT that was refused */
    struct ear_reply early; /* a refusal before the content was complete */
    struct ear_recipient to[EAR_RECIPIENTS];
};

struct ear {
    bool lmtp;
    bool must_be_secure;
    bool alone;     /* PIPELINING is to be overlooked */
    bool prompt;    /* everything leaves before a further reply comes */
    unsigned ahead; /* transactions that may be under way */
    struct ear_message messages[EAR_MESSAGES];
    size_t count;

    /* what it hears */
    struct ph__buf line;    /* the beginning of one */
    struct ph__buf content; /* of the open message, so far */
    size_t open;            /* the message whose MAIL was heard, or `count` */
    uint64_t chunk;         /* octets still to come */
    bool last;              /* it is the last one */
    bool chunked;
    bool clean;    /* no transaction is open, whatever the replies were */
    bool quitting; /* QUIT was heard */

    /* what it says */
    struct ear_due due[EAR_DUE_MAX + EAR_RECIPIENTS];
    size_t due_count;
    size_t number;        /* of replies that begin now, or 0 */
    struct ph__buf reply; /* a line of one */
    int reply_code;       /* of the lines before, and 1; 0 = none */
    size_t reply_number;
    size_t reply_lines;
    size_t reply_octets;
    bool reply_begun;  /* some of it was said */
    bool unasked;      /* ... when none was due */
    size_t unasked_in; /* while this one was open */
    struct ear_reply latest;
    struct ear_reply blamed; /* for what became of those who got none */
    bool pipelining;         /* is offered */
    bool chunking;
    bool asking;           /* 334 was said: an answer must come */
    bool breach;           /* it was no reply, or unasked */
    bool secure;           /* TLS is up */
    bool handshake;        /* 220 to STARTTLS was said */
    bool over;             /* it does not matter any more */
    bool codes[EAR_CODES]; /* that were said */
};

void ear_init(struct ear *e);
void ear_done(struct ear *e);

/* MUST be what a server can take: commands with their CRLF, known, each in its
 * place, content as it was given, and never more than may be in flight. */
void ear_hear(struct ear *e, const char *data, size_t len);

/* One octet of what the server says; true when a reply is complete. */
bool ear_say(struct ear *e, char c);
/* The session has to end by what was said last. */
bool ear_is_final(const struct ear *e);
/* The greeting is due; TLS is up, and with implicit TLS the greeting is due. */
void ear_greet(struct ear *e);
void ear_secured(struct ear *e);
/* A command was heard: its reply is due. It MUST be one that may follow those
 * before it. */
void ear_expect(struct ear *e, struct ear_due due);

/* What a driver is told of this recipient, after RCPT and in the end, MUST be
 * what the server did. */
void ear_judge_rcpt(const struct ear *e, size_t message,
                    const struct ph_event *ev);
void ear_judge(struct ear *e, size_t message, size_t recipient,
               const struct ph_verdict *v);
/* Of the session (NULL: we quit). A machine that had lost its place would blame
 * the server without a reply. */
void ear_judge_end(const struct ear *e, const struct ph_error *error);

/* 220, 221 and 235 belong to one command each. */
static inline bool ear_is_good(struct ear_reply r)
{
    return r.code / 100 == 2 && r.code != 220 && r.code != 221 && r.code != 235;
}

static inline bool ear_is_refusal(struct ear_reply r)
{
    return r.code / 100 == 4 || r.code / 100 == 5;
}

#endif
