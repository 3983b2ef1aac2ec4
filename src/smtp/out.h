/* smtp/out.h - what is to be written: slices, in order. Content is borrowed,
 * commands are kept in blocks that never move. */
#ifndef SMTP_OUT_H
#define SMTP_OUT_H

#include <posthaste/types.h>

struct ph__block; /* memory for commands */

struct ph__out {
    struct ph_slice *slices; /* the first `head` are gone */
    size_t head;
    size_t count;
    size_t cap;
    struct ph__block *blocks; /* the newest first */
    uint64_t queued;          /* octets ever queued */
    uint64_t sent;            /* octets ever sent */
    uint64_t secret;     /* of `queued`: what was said with AUTH last ... */
    uint64_t secret_end; /* ... up to here */
    bool measuring;      /* nothing is kept: only `queued` counts */
};

/* PH_E_NOMEM. A borrowed slice must stay until it is sent. */
int ph__out_copy(struct ph__out *out, const char *data, size_t len);
int ph__out_borrow(struct ph__out *out, const char *data, size_t len);
size_t ph__out_peek(const struct ph__out *out, struct ph_slice *slices,
                    size_t max);
void ph__out_sent(struct ph__out *out, size_t len);
void ph__out_clear(struct ph__out *out); /* forgets what is queued */
void ph__out_done(struct ph__out *out);

static inline bool ph__out_empty(const struct ph__out *out)
{
    return out->queued == out->sent;
}

#endif
