/* The encoder of content: what it writes does not depend on how the content is
 * cut, nor on how it is sent; a server reads the content from it again, and no
 * end before its end (S23, S25, MG-01; RFC 5321 4.1.1.4, 4.5.2). */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "sink/content.h"
#include "smtp/content.h"

enum { OCTETS_MAX = 16 * 1024, WIRE_MAX = 4 * OCTETS_MAX };

/* With CRLF line ends, the last one too; false if it cannot be sent. */
static bool make_canonical(struct ph__buf *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool lf = data[i] == '\n';
        bool crlf = data[i] == '\r' && i + 1 < len && data[i + 1] == '\n';
        if (data[i] == '\0' || (data[i] == '\r' && !crlf))
            return false;
        fuzz_add(out, lf || crlf ? "\r\n" : data + i, lf || crlf ? 2 : 1);
        i += crlf;
    }
    if (out->len && out->data[out->len - 1] != '\n')
        fuzz_add(out, "\r\n", 2);
    return true;
}

/* Sends what is queued, up to `most` octets of it. */
static void send_some(struct ph__buf *wire, struct ph__out *out, size_t most)
{
    struct ph_slice slices[3];
    size_t count = ph__out_peek(out, slices, 3);
    size_t sent = 0;
    MUST((count == 0) == ph__out_empty(out));
    for (size_t i = 0; i < count && sent < most; i++) {
        size_t left = most - sent;
        size_t n = slices[i].len < left ? slices[i].len : left;
        MUST(n);
        fuzz_add(wire, slices[i].data, n);
        sent += n;
    }
    ph__out_sent(out, sent);
    MUST(out->sent == wire->len);
}

static void send_all(struct ph__buf *wire, struct ph__out *out,
                     struct fuzz_cutter *cutter)
{
    while (!ph__out_empty(out))
        send_some(wire, out, fuzz_piece(cutter, OCTETS_MAX));
}

static int add_piece(struct ph__buf *wire, struct ph__content *content,
                     struct ph__out *out, struct ph_slice data,
                     struct fuzz_cutter *cutter)
{
    char *piece = fuzz_exact(data.data, data.len);
    int rc = ph__content_add(content, out, piece, data.len);
    if (!rc)
        send_all(wire, out, cutter);
    ph__out_clear(out);
    free(piece); /* borrowed until here */
    return rc;
}

/* What goes over the wire, and the dot. */
static int encode(struct ph__buf *wire, const char *data, size_t len,
                  struct fuzz_cutter cutter)
{
    struct ph__content content = {0};
    struct ph__out out = {0};
    int rc = PH_OK;
    for (size_t at = 0; !rc && at < len;) {
        size_t n = fuzz_piece(&cutter, len - at);
        rc = add_piece(wire, &content, &out, (struct ph_slice){data + at, n},
                       &cutter);
        at += n;
    }
    if (!rc)
        rc = ph__content_end(&content, &out);
    if (!rc)
        rc = ph__out_copy(&out, ".\r\n", 3);
    if (!rc)
        send_all(wire, &out, &cutter);
    ph__out_done(&out);
    MUST(rc == PH_OK || rc == PH_E_CONTENT);
    return rc;
}

/* No line but the last is a dot alone; each ends in CRLF. */
static void check_lines(const struct ph__buf *wire)
{
    for (size_t at = 0; at < wire->len;) {
        const char *line = wire->data + at;
        const char *lf = memchr(line, '\n', wire->len - at);
        MUST(lf && lf > line && lf[-1] == '\r');
        size_t len = (size_t)(lf - line) - 1;
        MUST(!memchr(line, '\r', len));
        at += len + 2;
        MUST((len == 1 && *line == '.') == (at == wire->len));
        MUST(*line != '.' || len == 1 || line[1] == '.');
    }
}

/* The server of another author would do; ours must, cut in any way. */
static void check_server(const struct ph__buf *wire,
                         const struct ph__buf *expected,
                         struct fuzz_cutter cutter)
{
    struct ph__sink_content got = {.keep = true, .data = PH__BUF(WIRE_MAX)};
    for (size_t at = 0; at < wire->len;) {
        size_t n = fuzz_piece(&cutter, wire->len - at);
        MUST(!got.ended);
        MUST(ph__sink_content_take(&got, wire->data + at, n) == n);
        at += n;
    }
    MUST(got.ended && !got.too_big && got.size == expected->len);
    MUST(fuzz_same(&got.data, expected));
    ph__buf_done(&got.data);
}

/* Up to the first CRLF . CRLF, counting the one before the content, with a dot
 * less at the start of lines. Returns how many octets that is, or `len`. */
static size_t read_plainly(struct ph__buf *out, const char *data, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        bool start = !at || (at > 1 && !memcmp(data + at - 2, "\r\n", 2));
        bool dot = start && data[at] == '.';
        if (dot && len - at >= 3 && !memcmp(data + at, ".\r\n", 3))
            return at + 3;
        if (!dot)
            fuzz_add(out, data + at, 1);
    }
    return len;
}

/* Octets that no encoder of ours wrote. */
static void check_any(const char *data, size_t len, struct fuzz_cutter cutter)
{
    struct ph__sink_content got = {.keep = true, .data = PH__BUF(WIRE_MAX)};
    struct ph__buf expected = PH__BUF(WIRE_MAX);
    size_t end = read_plainly(&expected, data, len);
    size_t used = 0;
    for (size_t at = 0; at < len && !got.ended;) {
        size_t n = fuzz_piece(&cutter, len - at);
        used += ph__sink_content_take(&got, data + at, n);
        at += n;
    }
    MUST(used == end);
    if (got.ended)
        MUST(fuzz_same(&got.data, &expected));
    else /* a CR behind a dot may wait */
        MUST(got.data.len + 1 >= expected.len);
    ph__buf_done(&got.data);
    ph__buf_done(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, OCTETS_MAX};
    struct ph__buf expected = PH__BUF(WIRE_MAX);
    size_t count;
    uint32_t seed = fuzz_octet(&in);
    char *octets = fuzz_rest(&in, &count);
    bool fine = make_canonical(&expected, octets, count);
    struct ph__buf first = PH__BUF(WIRE_MAX);
    for (enum fuzz_cut how = FUZZ_WHOLE; how < fuzz_cuts(count); how++) {
        struct ph__buf wire = PH__BUF(WIRE_MAX);
        struct fuzz_cutter cutter = {how, seed};
        int rc = encode(how ? &wire : &first, octets, count, cutter);
        MUST((rc == PH_OK) == fine);
        if (fine && how)
            MUST(fuzz_same(&wire, &first));
        check_any(octets, count, cutter);
        if (fine)
            check_server(&first, &expected, cutter);
        ph__buf_done(&wire);
    }
    if (fine)
        check_lines(&first);
    ph__buf_done(&first);
    ph__buf_done(&expected);
    free(octets);
    return 0;
}
