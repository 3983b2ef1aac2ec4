/* message/header.h - the one writer of header fields: what goes through it has
 * no line end of its own, is folded, and is 7-bit. */
#ifndef MESSAGE_HEADER_H
#define MESSAGE_HEADER_H

#include "base/buf.h"

/* The gate for text that goes into a header. NULL, or what is wrong: "has a
 * control character". Static. */
const char *ph__header_text_problem(const char *s, size_t len);
/* A field name is [!-9;-~]+ (RFC 5322 2.2). */
const char *ph__header_name_problem(const char *s, size_t len);

/* Fields, one after the other. All below return PH_OK, PH_E_NOMEM or
 * PH_E_LIMIT, and take text that the gate let through. */
struct ph__header {
    struct ph__buf out;
    size_t column; /* of the line being written; 0 = between fields */
    size_t edge;   /* it should not reach beyond */
    bool empty;    /* nothing but its name has been written of this field */
};

void ph__header_init(struct ph__header *h);
void ph__header_done(struct ph__header *h);
void ph__header_clear(struct ph__header *h);

int ph__header_begin(struct ph__header *h, const char *name, size_t len);
int ph__header_begin_text(struct ph__header *h, const char *name);
int ph__header_end(struct ph__header *h);
/* A whole field of unstructured text. */
int ph__header_field(struct ph__header *h, const char *name, const char *text);
/* A space and these octets as they are, together on one line. */
int ph__header_token(struct ph__header *h, const char *s, size_t len);
/* Right behind what was written. */
int ph__header_comma(struct ph__header *h);
int ph__header_semicolon(struct ph__header *h);
/* Unstructured text (RFC 5322 3.2.5): words that are not ASCII become encoded
 * words (RFC 2047). */
int ph__header_text(struct ph__header *h, const char *s, size_t len);
/* A display name: words, a quoted string, or encoded words. */
int ph__header_phrase(struct ph__header *h, const char *s, size_t len);

/* Encoded words and nothing else; message/word.c. */
int ph__header_encoded(struct ph__header *h, const char *s, size_t len);
int ph__header_fold(struct ph__header *h);

#endif
