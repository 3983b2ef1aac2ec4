#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/buf.h"

enum { SMALLEST = 64 };

void ph__buf_init(struct ph__buf *b, size_t limit_bytes)
{
    *b = PH__BUF(limit_bytes);
}

void ph__buf_done(struct ph__buf *b)
{
    free(b->data);
    ph__buf_init(b, b->limit);
}

void ph__buf_wipe(struct ph__buf *b)
{
    if (b->data)
        OPENSSL_cleanse(b->data, b->cap);
    ph__buf_done(b);
}

int ph__buf_reserve(struct ph__buf *b, size_t len)
{
    if (len > b->limit - b->len)
        return PH_E_LIMIT;
    size_t need = b->len + len + 1;
    if (need <= b->cap)
        return PH_OK;
    size_t cap = b->cap ? b->cap : SMALLEST;
    while (cap < need)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data)
        return PH_E_NOMEM;
    b->data = data;
    b->cap = cap;
    data[b->len] = '\0';
    return PH_OK;
}

int ph__buf_add(struct ph__buf *b, const void *data, size_t len)
{
    int rc = ph__buf_reserve(b, len);
    if (rc || !len)
        return rc;
    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return PH_OK;
}

int ph__buf_add_text(struct ph__buf *b, const char *text)
{
    return ph__buf_add(b, text, strlen(text));
}

int ph__buf_add_char(struct ph__buf *b, char c)
{
    return ph__buf_add(b, &c, 1);
}

int ph__buf_format(struct ph__buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int rc = len < 0 ? PH_E_INVALID : ph__buf_reserve(b, (size_t)len);
    if (!rc) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    return rc;
}

void ph__buf_drop(struct ph__buf *b, size_t len)
{
    if (!len)
        return;
    b->len -= len;
    memmove(b->data, b->data + len, b->len + 1);
}

void ph__buf_clear(struct ph__buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

const char *ph__buf_text(const struct ph__buf *b)
{
    return b->data ? b->data : "";
}
