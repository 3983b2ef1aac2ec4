/* message/template.h - a compiled template: pieces, in the order of writing. */
#ifndef MESSAGE_TEMPLATE_H
#define MESSAGE_TEMPLATE_H

#include "message/internal.h"
#include "message/merge.h"

/* Where a field stands decides what its value may be, and how it is encoded. */
enum ph__place {
    PH__IN_TEXT,    /* text, or a header of text */
    PH__IN_HTML,    /* < > & " are escaped */
    PH__AS_MAILBOX, /* in a header of mailboxes: a whole one */
    PH__AS_NAME,    /* a word of a display name */
    PH__IN_QUOTES,  /* part of a quoted string */
    PH__IN_ADDRESS  /* an address, or part of one */
};

struct ph__piece {
    struct ph_slice text; /* literal, if there is no field */
    const char *field;    /* its name, or NULL */
    enum ph__place place;
};

/* A header field, or the body. */
struct ph__part {
    const char *name; /* NULL = the body */
    size_t line;      /* of the template, from 1 */
    size_t first;     /* piece */
    size_t count;
};

enum ph__body_kind { PH__BODY_TEXT, PH__BODY_HTML, PH__BODY_AS_IS };

struct ph__template {
    char *text; /* a copy of the source; names and literals point into it */
    struct ph__piece *pieces;
    size_t piece_count;
    size_t piece_cap;
    struct ph__part *parts; /* the headers; the body is the last */
    size_t part_count;
    size_t part_cap;
    enum ph__body_kind kind;
    struct ph__buf type; /* Content-Type of a text, without its charset */
};

/* Cuts the text at its fields; message/pieces.c. `text` is changed: names get
 * their '\0'. PH_OK, PH_E_NOMEM, PH_E_CONTENT or PH_E_HEADER, and `*problem`
 * with the last two. */
int ph__pieces_cut(struct ph__template *t, char *text, size_t len,
                   enum ph__place place, const char **problem);
/* The same for a header of mailboxes. */
int ph__pieces_cut_list(struct ph__template *t, char *text, size_t len,
                        const char **problem);

/* Appends the value, encoded for its place; message/value.c. PH_OK, or an
 * error and `*problem`. */
int ph__value_add(struct ph__buf *out, const char *value, enum ph__place place,
                  const char **problem);
/* The gate for values: in a header, or in a body. */
int ph__value_check(const char *value, bool in_header, const char **problem);

#endif
