#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/content.h"

enum { MOST = 400, WIRE = 4 * MOST };

/* What a wire reader gets, byte by byte. */
static size_t drain(struct ph__out *out, char *wire)
{
    struct ph_slice slice;
    size_t len = 0;
    while (ph__out_peek(out, &slice, 1)) {
        size_t n = slice.len > 3 ? 3 : slice.len; /* partial writes too */
        memcpy(wire + len, slice.data, n);
        len += n;
        ph__out_sent(out, n);
    }
    return len;
}

static int encode(const char *body, size_t len, size_t piece, char *wire,
                  size_t *wire_len)
{
    struct ph__out out = {0};
    struct ph__content c = {0};
    int rc = PH_OK;
    for (size_t at = 0; !rc && at < len; at += piece)
        rc = ph__content_add(&c, &out, body + at,
                             len - at < piece ? len - at : piece);
    if (!rc)
        rc = ph__content_end(&c, &out);
    if (!rc)
        rc = ph__out_copy(&out, ".\r\n", 3);
    *wire_len = drain(&out, wire);
    ph__out_done(&out);
    return rc;
}

/* A plain second opinion: octet by octet, no cleverness. */
static int canonical(const char *body, size_t len, char *out, size_t *out_len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        bool crlf = body[i] == '\r' && i + 1 < len && body[i + 1] == '\n';
        if (!body[i] || (body[i] == '\r' && !crlf))
            return PH_E_CONTENT;
        if (body[i] == '\n' && (!n || out[n - 1] != '\r'))
            out[n++] = '\r';
        out[n++] = body[i];
    }
    if (n && out[n - 1] != '\n') {
        out[n++] = '\r';
        out[n++] = '\n';
    }
    *out_len = n;
    return PH_OK;
}

/* What a server makes of the wire: RFC 5321 4.5.2, and where it stops. */
static size_t decode(const char *wire, size_t len, char *out, size_t *taken)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        const char *lf = memchr(wire + at, '\n', len - at);
        size_t line = lf ? (size_t)(lf - wire) + 1 - at : len - at;
        if (line == 3 && !memcmp(wire + at, ".\r\n", 3)) {
            *taken = at + 3;
            return n;
        }
        size_t skip = wire[at] == '.';
        memcpy(out + n, wire + at + skip, line - skip);
        n += line - skip;
        at += line;
    }
    *taken = 0; /* no end */
    return n;
}

static size_t make(char *body, unsigned *seed)
{
    static const char letters[] = ".\r\na\n..\r\n\0xx";
    *seed = *seed * 1103515245u + 12345u;
    size_t len = (*seed >> 16) % 24;
    bool tame = (*seed >> 8) & 1; /* mostly valid ones, too */
    for (size_t i = 0; i < len; i++) {
        *seed = *seed * 1103515245u + 12345u;
        body[i] = letters[(*seed >> 16) % (sizeof(letters) - 1)];
        if (tame && (!body[i] || body[i] == '\r'))
            body[i] = 'b';
    }
    return len;
}

static void
decoding_gives_the_canonical_text_back(void **state) /* U33, S23, MG-02 */
{
    (void)state;
    unsigned seed = 1;
    size_t good = 0;
    for (int round = 0; round < 100000; round++) {
        char body[MOST], want[WIRE], wire[WIRE], got[WIRE];
        size_t want_len = 0, wire_len = 0, taken = 0;
        size_t len = make(body, &seed);
        size_t piece = 1 + seed % 7;
        int expected = canonical(body, len, want, &want_len);
        assert_int_equal(encode(body, len, piece, wire, &wire_len), expected);
        if (expected)
            continue;
        good++;
        size_t got_len = decode(wire, wire_len, got, &taken);
        assert_int_equal(taken, wire_len); /* one end, at the end */
        assert_int_equal(got_len, want_len);
        assert_memory_equal(got, want, want_len);
        for (size_t i = 0; i < wire_len; i++) { /* U34 */
            if (wire[i] == '\n')
                assert_true(i && wire[i - 1] == '\r');
            if (wire[i] == '\r')
                assert_int_equal(wire[i + 1], '\n');
        }
    }
    assert_true(good > 30000);
}

static void long_clean_content_is_not_copied(void **state)
{
    (void)state;
    static char body[4000];
    memset(body, 'a', sizeof(body));
    for (size_t i = 78; i + 1 < sizeof(body); i += 80)
        memcpy(body + i, "\r\n", 2);
    struct ph__out out = {0};
    struct ph__content c = {0};
    struct ph_slice slices[4];
    assert_int_equal(ph__content_add(&c, &out, body, sizeof(body)), PH_OK);
    assert_int_equal(ph__out_peek(&out, slices, 4), 1);
    assert_ptr_equal(slices[0].data, body);
    ph__out_done(&out);
}

static void only_dots_stay_bounded(void **state) /* S18 */
{
    (void)state;
    enum { LINES = 100000 };
    char *body = malloc(3 * LINES);
    struct ph__out out = {0};
    struct ph__content c = {0};
    for (size_t i = 0; i < LINES; i++)
        memcpy(body + 3 * i, ".\r\n", 3);
    assert_int_equal(ph__content_add(&c, &out, body, 3 * LINES), PH_OK);
    assert_int_equal(out.queued, 4 * LINES);
    assert_true(out.count < 100); /* slices */
    ph__out_done(&out);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding_gives_the_canonical_text_back),
        cmocka_unit_test(long_clean_content_is_not_copied),
        cmocka_unit_test(only_dots_stay_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
