/* fuzz/letter.h - the messages that a machine is given to send: what their
 * envelopes ask for, what they hold, and what is to arrive. */
#ifndef FUZZ_LETTER_H
#define FUZZ_LETTER_H

#include "fuzz/ear.h"

/* The two lowest bits say how many recipients: 1, 2, 3 or EAR_RECIPIENTS. */
enum letter_kind {
    LETTER_UTF8_HEADER = 4, /* with OUTLANDISH */
    LETTER_SIZED = 8,
    LETTER_ALL_OR_NOTHING = 16,
    LETTER_COMMITTED = 32,
    LETTER_BINARY = 64,
    LETTER_OUTLANDISH = 128 /* the second address is in UTF-8 */
};

enum { LETTER_TEXT_MAX = 32 };

struct letter {
    char from[LETTER_TEXT_MAX];
    char address[EAR_RECIPIENTS][LETTER_TEXT_MAX];
    const char *to[EAR_RECIPIENTS];
    char body[LETTER_TEXT_MAX];
    char wire[LETTER_TEXT_MAX]; /* what is to arrive of it */
    bool broken;                /* a CR stands alone in it: nothing may */
    struct ph_envelope env;
    size_t given;  /* octets of the body */
    size_t pieces; /* given */
    bool ended;    /* the last one was */
    bool done;
};

/* Every line begins with '#', or with ".#" once it is stuffed, so that content
 * in the place of a command is noticed. Its addresses say `number`. */
void letter_write(struct letter *l, size_t number, unsigned kind, bool broken);

#endif
