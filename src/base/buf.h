/* base/buf.h - a growable buffer that cannot exist without a limit. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <posthaste/types.h>

/* data is NULL or ends with a '\0' that len does not count. */
struct ph__buf {
    char *data;
    size_t len;
    size_t cap;
    size_t limit; /* len never exceeds it */
};

#define PH__BUF(limit_bytes) ((struct ph__buf){.limit = (limit_bytes)})

void ph__buf_init(struct ph__buf *b, size_t limit_bytes);
void ph__buf_done(struct ph__buf *b); /* frees; the limit stays */
void ph__buf_wipe(struct ph__buf *b); /* overwrites, then frees: secrets */

/* All return PH_OK, PH_E_NOMEM or PH_E_LIMIT, and change nothing on error. */
int ph__buf_add(struct ph__buf *b, const void *data, size_t len);
int ph__buf_add_text(struct ph__buf *b, const char *text);
int ph__buf_add_char(struct ph__buf *b, char c);
int ph__buf_format(struct ph__buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for `len` more octets behind data + len; the caller adds to len. */
int ph__buf_reserve(struct ph__buf *b, size_t len);

void ph__buf_drop(struct ph__buf *b, size_t len);  /* from the front */
void ph__buf_clear(struct ph__buf *b);             /* keeps the memory */
const char *ph__buf_text(const struct ph__buf *b); /* never NULL */

#endif
