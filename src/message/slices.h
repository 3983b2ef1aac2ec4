/* message/slices.h - what is sent, in slices: octets of its own, and between
 * them octets that others have too, which are not copied. */
#ifndef MESSAGE_SLICES_H
#define MESSAGE_SLICES_H

#include "base/buf.h"

struct ph__slices {
    struct ph__buf own; /* what is added here is behind all that was added */
    struct ph__splice {
        size_t at; /* in `own`, before which they stand */
        struct ph_slice others;
    } * splices;
    size_t splice_count;
    size_t splice_cap;

    /* By ph__slices_end() or ph__slices_be(). */
    const struct ph_slice *list;
    size_t count;
    size_t octets;
    struct ph_slice one;   /* the list, if it is short ... */
    struct ph_slice *many; /* ... or long */
};

void ph__slices_init(struct ph__slices *s, size_t limit_bytes);
void ph__slices_done(struct ph__slices *s);
void ph__slices_clear(struct ph__slices *s); /* keeps the memory */
/* Borrowed until `s` is cleared or done; a few octets are copied, as are those
 * of which a slice would cost more. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int ph__slices_add(struct ph__slices *s, struct ph_slice octets);
/* Makes the list, of one slice at least; then nothing more may be added.
 * PH_OK, PH_E_NOMEM, PH_E_LIMIT: over `limit` all in all. */
int ph__slices_end(struct ph__slices *s);
/* Instead: the list is these octets, borrowed. */
void ph__slices_be(struct ph__slices *s, struct ph_slice octets);

#endif
