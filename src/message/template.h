/* message/template.h - a compiled template: pieces, in the order of writing. */
#ifndef MESSAGE_TEMPLATE_H
#define MESSAGE_TEMPLATE_H

#include <posthaste/merge.h>

#include "base/buf.h"
#include "message/internal.h"

/* Where a field stands decides what its value may be, and how it is encoded. */
enum ph__place {
    PH__IN_TEXT,    /* text, or a header of text */
    PH__IN_HTML,    /* < > & " ' are escaped */
    PH__AS_MAILBOX, /* in a header of mailboxes: a whole one */
    PH__AS_NAME,    /* a word of a display name */
    PH__IN_QUOTES,  /* part of a quoted string */
    PH__IN_ADDRESS, /* an address, or part of one */
    PH__AS_URI,     /* a whole one */
    PH__IN_URI,     /* part of one: percent-encoded */
    PH__IN_PATH,    /* part of a reverse-path: @ becomes = */
    PH__IN_FILE     /* part of the path of a file: no way out of it */
};

enum ph__piece_kind {
    PH__LITERAL,
    PH__FIELD,
    PH__IF,    /* what follows, up to `end`, if the field is not empty */
    PH__UNLESS /* if it is empty or missing */
};

struct ph__piece {
    enum ph__piece_kind kind;
    enum ph__place place;
    struct ph_slice text; /* literal; else none */
    const char *field;    /* its name; NULL of a literal */
    const char *fallback; /* for an empty or missing value, or NULL */
    size_t end;           /* of a section: the piece behind it */
};

enum ph__part_kind {
    PH__PART_HEADER,
    PH__PART_BODY,
    PH__PART_HTML,
    PH__PART_SENDER,
    PH__PART_UNSUBSCRIBE,
    PH__PART_FILE_PATH,
    PH__PART_FILE_NAME
};

struct ph__part {
    enum ph__part_kind kind;
    const char *name; /* of the header; else what errors call it */
    char *source;     /* what the pieces point into; NULL: into the template */
    size_t line;      /* of the template, from 1; 0 = not of it */
    size_t first;     /* piece */
    size_t count;
    bool fixed;      /* the same in each row, and in `fixed` already: there */
    size_t fixed_at; /* of the header fields without a slot */
    size_t fixed_len;
};

/* Something attached to each row. */
struct ph__enclosure {
    struct ph__part path; /* no pieces: it is `data` */
    struct ph__part name; /* no pieces: the last one of the path */
    bool fixed; /* all of it is in `fixed` of the template, at the same place */
    struct ph__buf data;
    char *type; /* these three may be NULL */
    char *inline_id;
    char *description;
};

enum ph__body_kind { PH__BODY_TEXT, PH__BODY_HTML, PH__BODY_AS_IS };

struct ph_template {
    int code; /* the first error met; then nothing changes any more */
    struct ph__buf problem;
    char *text; /* a copy of the source; names and literals point into it */
    struct ph__piece *pieces;
    size_t piece_count;
    size_t piece_cap;
    struct ph__part *parts; /* headers, the body, then what the calls add */
    size_t part_count;
    size_t part_cap;
    struct ph__enclosure *enclosures;
    size_t enclosure_count;
    enum ph__body_kind kind;
    bool has_html;            /* beside the body */
    struct ph__buf type;      /* Content-Type of a text, without its charset */
    struct ph_message *fixed; /* all that is the same in each row */
    struct ph__mime *body;    /* of all rows, if it is; or NULL */
};

/* How a text is to be cut at its tags; and, if it cannot be, why. */
struct ph__cut {
    enum ph__place place;
    bool by_lines; /* a section's tag alone on its line takes the line along */
    size_t line;   /* of the first octet; then, of the problem */
    const char *problem;
};

/* Appends the pieces of a text; message/pieces.c. `text` is changed: names get
 * their '\0'. PH_OK, PH_E_NOMEM or PH_E_CONTENT. */
int ph__pieces_cut(struct ph_template *t, char *text, size_t len,
                   struct ph__cut *cut);
/* Says of the pieces from `first` on where in a header of mailboxes, or of
 * URIs, they stand; message/places.c. PH_OK or PH_E_HEADER and *problem. */
int ph__places_in_list(struct ph_template *t, size_t first,
                       const char **problem);
void ph__places_in_uris(struct ph_template *t, size_t first);
/* True if the pieces are one field and no text. */
bool ph__places_is_whole(const struct ph_template *t, size_t first);
/* True if what comes of the part depends on the row. */
bool ph__part_varies(const struct ph_template *t, const struct ph__part *part);

/* Appends the value, encoded for its place; message/value.c. PH_OK, or an
 * error and `*problem`. */
int ph__value_add(struct ph__buf *out, const char *value, enum ph__place place,
                  const char **problem);
/* The gate for values: in a header, or in a body. */
int ph__value_check(const char *value, bool in_header, const char **problem);

/* The first error stays; PH_OK is none. "what: line 3 problem", without what
 * is not given, "" or 0; message/merge.c. */
void ph__template_fail(struct ph_template *t, int code, const char *what,
                       size_t line, const char *problem);
/* Adds a part; its source is taken, also if there is no memory for it. */
int ph__template_add(struct ph_template *t, struct ph__part part);
/* Renders the parts from `first` on that are the same in each row;
 * message/fill.c. */
void ph__template_fix(struct ph_template *t, size_t first);
/* Makes the body, if it is the same in each row; after each call that has
 * added to it. */
void ph__template_lend(struct ph_template *t);
/* Makes an error of `fixed` the template's. */
void ph__template_fixed_failed(struct ph_template *t, size_t line);

#endif
