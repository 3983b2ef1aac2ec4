/* dkim/parts.h - what the files of this layer share; nobody else includes it,
 * but for its tests. */
#ifndef DKIM_PARTS_H
#define DKIM_PARTS_H

#include "dkim/dkim.h"

/* ---- key.c ---- */

/* Appends the signature of a hash, in base64. PH_OK, PH_E_NOMEM, PH_E_LIMIT,
 * PH_E_INVALID: the key is of no use. */
int ph__dkim_key_sign(struct ph__buf *out, const struct ph__dkim_key *key,
                      const unsigned char hash[PH__DKIM_HASH]);

/* ---- header.c ---- */

struct ph__dkim_field {
    struct ph_slice name;
    struct ph_slice value; /* all behind the colon, the last CRLF included */
    struct ph_slice whole;
    bool taken;
};

/* The fields of a message, which borrow its header. Zeroed: none. */
struct ph__dkim_fields {
    struct ph__dkim_field *list;
    size_t count;
};

/* PH_OK, PH_E_NOMEM, PH_E_HEADER, PH_E_LIMIT. */
int ph__dkim_fields_read(struct ph__dkim_fields *out,
                         const struct ph_slice *header, size_t count);
void ph__dkim_fields_done(struct ph__dkim_fields *fields);

/* Takes the last field of that name that has not been taken, which is the
 * order of h= (RFC 6376 5.4.2). NULL if there is none. */
struct ph__dkim_field *ph__dkim_fields_take(struct ph__dkim_fields *fields,
                                            const char *name);

/* Appends a field in its canonical form (RFC 6376 3.4.1, 3.4.2), with its CRLF.
 * PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int ph__dkim_field_add(struct ph__buf *out, const struct ph__dkim_field *field,
                       enum ph__dkim_form form);

/* Who is told each name of h=, in its order. */
struct ph__dkim_names {
    int (*add)(void *user, const char *name);
    void *user;
};

/* Takes what is to be signed: names to `names`, fields to `canonical`. PH_OK,
 * what a name's `add` returned, PH_E_NOMEM, PH_E_LIMIT, PH_E_HEADER: there is
 * no From, or more than one. */
int ph__dkim_fields_select(struct ph__buf *canonical,
                           struct ph__dkim_names names,
                           struct ph__dkim_fields *fields,
                           enum ph__dkim_form form);

#endif
