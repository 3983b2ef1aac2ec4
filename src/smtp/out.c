#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "smtp/limits.h"
#include "smtp/out.h"

enum { BLOCK_LEN = 512, FIRST_SLICES = 4 };

struct ph__block {
    struct ph__block *older;
    size_t len;
    size_t cap;
    char data[];
};

static int add_slice(struct ph__out *out, const char *data, size_t len)
{
    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : FIRST_SLICES;
        struct ph_slice *slices = realloc(out->slices, cap * sizeof(*slices));
        if (!slices)
            return PH_E_NOMEM;
        out->slices = slices;
        out->cap = cap;
    }
    out->slices[out->count++] = (struct ph_slice){data, len};
    out->queued += len;
    return PH_OK;
}

int ph__out_borrow(struct ph__out *out, const char *data, size_t len)
{
    return len ? add_slice(out, data, len) : PH_OK;
}

static struct ph__block *block_with_room(struct ph__out *out, size_t len)
{
    struct ph__block *block = out->blocks;
    if (block && block->cap - block->len >= len)
        return block;
    size_t cap = block ? block->cap * 2 : BLOCK_LEN;
    while (cap < len)
        cap *= 2;
    if (cap > PH__OUT_TEXT_MAX)
        cap = len > PH__OUT_TEXT_MAX ? len : PH__OUT_TEXT_MAX;
    block = malloc(sizeof(*block) + cap);
    if (!block)
        return NULL;
    *block = (struct ph__block){.older = out->blocks, .cap = cap};
    out->blocks = block;
    return block;
}

int ph__out_copy(struct ph__out *out, const char *data, size_t len)
{
    if (!len)
        return PH_OK;
    struct ph__block *block = block_with_room(out, len);
    if (!block)
        return PH_E_NOMEM;
    char *at = block->data + block->len;
    struct ph_slice *last =
        out->count > out->head ? &out->slices[out->count - 1] : NULL;
    if (last && last->data + last->len == at) {
        last->len += len;
        out->queued += len;
    } else if (add_slice(out, at, len)) {
        return PH_E_NOMEM;
    }
    memcpy(at, data, len);
    block->len += len;
    return PH_OK;
}

size_t ph__out_peek(const struct ph__out *out, struct ph_slice *slices,
                    size_t max)
{
    size_t n = out->count - out->head;
    if (n > max)
        n = max;
    if (n)
        memcpy(slices, out->slices + out->head, n * sizeof(*slices));
    return n;
}

/* Commands may hold secrets. */
static void free_blocks(struct ph__out *out, struct ph__block *keep)
{
    while (out->blocks) {
        struct ph__block *block = out->blocks;
        out->blocks = block->older;
        OPENSSL_cleanse(block->data, block->len);
        if (block != keep)
            free(block);
    }
    out->blocks = keep;
    if (keep) {
        keep->older = NULL;
        keep->len = 0;
    }
}

static struct ph__block *oldest(struct ph__block *block)
{
    while (block && block->older)
        block = block->older;
    return block;
}

void ph__out_clear(struct ph__out *out)
{
    out->head = 0;
    out->count = 0;
    out->sent = out->queued;
    free_blocks(out, oldest(out->blocks));
}

void ph__out_sent(struct ph__out *out, size_t len)
{
    if (len > out->queued - out->sent)
        len = (size_t)(out->queued - out->sent);
    out->sent += len;
    while (len) {
        struct ph_slice *first = &out->slices[out->head];
        size_t n = first->len < len ? first->len : len;
        first->data += n;
        first->len -= n;
        len -= n;
        out->head += !first->len;
    }
    if (ph__out_empty(out))
        ph__out_clear(out);
}

void ph__out_done(struct ph__out *out)
{
    ph__out_clear(out);
    free_blocks(out, NULL);
    free(out->slices);
    out->slices = NULL;
    out->cap = 0;
}
