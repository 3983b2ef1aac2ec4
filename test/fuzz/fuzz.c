#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

void fuzz_must(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

unsigned fuzz_octet(struct fuzz_input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return (unsigned char)*in->at++;
}

void fuzz_add(struct ph__buf *out, const char *data, size_t len)
{
    MUST(ph__buf_add(out, data, len) == PH_OK);
}

static size_t room(const struct ph__buf *b)
{
    return b->limit - b->len;
}

static void repeat_octet(struct ph__buf *out, size_t times)
{
    if (!out->len)
        return;
    size_t n = times < room(out) ? times : room(out);
    MUST(ph__buf_reserve(out, n) == PH_OK);
    memset(out->data + out->len, out->data[out->len - 1], n);
    out->len += n;
    out->data[out->len] = '\0';
}

static void repeat_line(struct ph__buf *out, size_t times)
{
    size_t from = out->len ? out->len - 1 : 0;
    while (from && out->data[from - 1] != '\n')
        from--;
    size_t len = out->len - from;
    if (!len)
        return;
    char *line = fuzz_exact(out->data + from, len);
    for (size_t i = 0; i < times && room(out) >= len; i++)
        fuzz_add(out, line, len);
    free(line);
}

static void expand(struct ph__buf *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len && out->len < out->limit; i++) {
        unsigned char c = (unsigned char)data[i];
        size_t times = i + 1 < len ? (unsigned char)data[i + 1] : 0;
        if (c < 0xFD || c > 0xFE) {
            fuzz_add(out, data + i, 1);
            continue;
        }
        if (c == 0xFE)
            repeat_octet(out, times * 64);
        else
            repeat_line(out, times);
        i++;
    }
}

char *fuzz_exact(const char *data, size_t len)
{
    char *block = malloc(len);
    MUST(block || !len);
    if (len)
        memcpy(block, data, len);
    return block;
}

char *fuzz_rest(struct fuzz_input *in, size_t *len)
{
    struct ph__buf all = PH__BUF(in->limit);
    expand(&all, in->at, in->left);
    in->at += in->left;
    in->left = 0;
    char *block = fuzz_exact(ph__buf_text(&all), all.len);
    *len = all.len;
    ph__buf_done(&all);
    return block;
}

char *fuzz_string(struct fuzz_input *in)
{
    struct ph__buf all = PH__BUF(in->limit);
    const char *nul = in->left ? memchr(in->at, '\0', in->left) : NULL;
    size_t len = nul ? (size_t)(nul - in->at) : in->left;
    expand(&all, in->at, len);
    in->at += len + (nul != NULL);
    in->left -= len + (nul != NULL);
    char *text = fuzz_exact(ph__buf_text(&all), all.len + 1);
    ph__buf_done(&all);
    return text;
}

enum fuzz_cut fuzz_cuts(size_t len)
{
    return len > FUZZ_BYTEWISE_MAX ? FUZZ_BYTEWISE : FUZZ_CUTS;
}

size_t fuzz_piece(struct fuzz_cutter *cutter, size_t left)
{
    if (cutter->how == FUZZ_WHOLE)
        return left;
    if (cutter->how == FUZZ_BYTEWISE)
        return 1;
    /* Mostly a few octets, now and then many. */
    cutter->seed = cutter->seed * UINT32_C(1664525) + UINT32_C(1013904223);
    size_t bits = (cutter->seed >> 28) & 7;
    size_t n = 1 + ((cutter->seed >> 8) & ((UINT32_C(1) << (bits * 2)) - 1));
    return n < left ? n : left;
}

bool fuzz_same(const struct ph__buf *a, const struct ph__buf *b)
{
    return a->len == b->len &&
           memcmp(ph__buf_text(a), ph__buf_text(b), a->len) == 0;
}

/* The length of a character that may be shown, or 0 (RFC 3629 4). */
static size_t shown(const unsigned char *s, size_t len)
{
    uint32_t least[] = {0, 0x20, 0xA0, 0x800, 0x10000};
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7F;
    size_t n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC0 || s[0] >= 0xF8 || len < n)
        return 0;
    uint32_t point = s[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        point = point << 6 | (s[i] & 0x3Fu);
    }
    bool surrogate = point >> 11 == 0x1B;
    return point >= least[n] && point <= 0x10FFFF && !surrogate ? n : 0;
}

bool fuzz_is_printable(const char *s, size_t len, bool lines)
{
    for (size_t i = 0; i < len;) {
        size_t n = lines && s[i] == '\n'
                       ? 1
                       : shown((const unsigned char *)s + i, len - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}
