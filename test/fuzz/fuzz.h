/* fuzz/fuzz.h - what the targets share. A target turns octets into calls and
 * says, with MUST(), what holds whatever the octets are. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/buf.h"

/* What libFuzzer calls, and run_corpus.c. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Tells what does not hold, and aborts. */
#define MUST(condition) fuzz_must((condition), #condition, __FILE__, __LINE__)
void fuzz_must(bool holds, const char *what, const char *file, int line);

/* The input, taken apart from the front. An input of some hundred octets
 * reaches limits of some thousand: \xFE and n stand for 64 n times the octet
 * before them, \xFD and n for n times the line before them. Neither octet
 * occurs in UTF-8. */
struct fuzz_input {
    const char *at;
    size_t left;
    size_t limit; /* of a text that has been expanded */
};

/* 0 at the end. */
unsigned fuzz_octet(struct fuzz_input *in);
/* Expanded, up to the next NUL, or to the end. To be freed. */
char *fuzz_string(struct fuzz_input *in);
/* All that is left, expanded, in a block that ends with it, so that reading
 * further is noticed. To be freed. */
char *fuzz_rest(struct fuzz_input *in, size_t *len);

/* A block of that size alone, even of 0 octets. To be freed. */
char *fuzz_exact(const char *data, size_t len);

/* How octets arrive: whole, one by one, or in pieces that the input chose. */
enum fuzz_cut { FUZZ_WHOLE, FUZZ_PIECES, FUZZ_BYTEWISE, FUZZ_CUTS };

/* More octets than these are not fed one by one: it takes too long. */
enum { FUZZ_BYTEWISE_MAX = 2048 };

struct fuzz_cutter {
    enum fuzz_cut how;
    uint32_t seed;
};

/* The ways to feed `len` octets are those below this one. */
enum fuzz_cut fuzz_cuts(size_t len);
/* The length of the next piece, from 1 to `left`, which is not 0. */
size_t fuzz_piece(struct fuzz_cutter *cutter, size_t left);

bool fuzz_same(const struct ph__buf *a, const struct ph__buf *b);
/* ph__buf_add() that cannot fail. */
void fuzz_add(struct ph__buf *out, const char *data, size_t len);

/* Printable ASCII and UTF-8 without C1; '\n' too if `lines`. Written anew, to
 * judge what the library let through. */
bool fuzz_is_printable(const char *s, size_t len, bool lines);

#endif
