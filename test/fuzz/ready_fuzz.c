/* Ready messages from any octets: refused, or sent as they are but for line
 * ends and Bcc, which nobody sees (RFC 5322 3.6.3); recipients from the header
 * are addresses that may pass. S23, S25, MG. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/wire.h"
#include "message/internal.h"
#include "message/limits.h"

enum { OCTETS_MAX = 16 * 1024 };

/* The first octet of an input is a set of these. */
enum option {
    LONG_LINES = 1, /* but not in the header of what is binary */
    TAKING = 2,
    TAKING_FIRST = 4,
    NO_ENVELOPE = 8,
    BINARY = 16
};

/* What is to be sent. */
struct expected {
    struct ph__buf all;
    size_t header; /* octets of it, the empty line included */
};

static bool is_blind(const char *line, size_t len)
{
    static const char *const names[] = {"bcc", "resent-bcc"};
    const char *colon = memchr(line, ':', len);
    size_t n = colon ? (size_t)(colon - line) : 0;
    while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
        n--;
    for (size_t i = 0; i < 2; i++)
        if (n == strlen(names[i]) && ph__text_same_len(line, names[i], n))
            return true;
    return false;
}

/* What is to be sent; false if these octets cannot be. */
static bool expect(struct expected *out, const char *data, size_t len,
                   unsigned options)
{
    bool header = true;
    bool blind = false;
    bool long_lines = (options & (LONG_LINES | BINARY)) == LONG_LINES;
    for (size_t at = 0; at < len;) {
        if (!header && options & BINARY) {
            fuzz_add(&out->all, data + at, len - at);
            return true;
        }
        const char *line = data + at;
        const char *lf = memchr(line, '\n', len - at);
        size_t n = lf ? (size_t)(lf - line) : len - at;
        at += n + (lf != NULL);
        n -= lf && n && line[n - 1] == '\r';
        if (memchr(line, '\r', n) || memchr(line, '\0', n) ||
            (n > PH__LINE_MAX && !long_lines))
            return false;
        bool in_header = header;
        header = header && n;
        bool goes_on = line > data && n && (*line == ' ' || *line == '\t');
        if (header && !goes_on)
            blind = is_blind(line, n);
        if (header && blind)
            continue;
        fuzz_add(&out->all, line, n);
        fuzz_add(&out->all, "\r\n", 2);
        if (in_header)
            out->header = out->all.len;
    }
    return true;
}

static void check_id(const struct ph_message *msg, struct ph_slice out)
{
    const char *id = ph__message_id(msg);
    size_t len = strlen(id);
    MUST(len <= PH__MESSAGE_ID_MAX);
    MUST(!len || memmem(out.data, out.len, id, len));
    for (size_t i = 0; i < len; i++)
        MUST(id[i] > ' ' && id[i] < 127 && id[i] != '<' && id[i] != '>');
}

/* The calls that the options ask for. */
static void make(struct ph_message *msg, const char *data, size_t len,
                 unsigned options)
{
    if (options & TAKING_FIRST)
        ph_message_take_recipients(msg);
    if (options & BINARY)
        ph_message_ready_binary(msg, data, len);
    else
        ph_message_ready(msg, data, len, options & LONG_LINES);
    if (options & TAKING)
        ph_message_take_recipients(msg);
    wire_check_envelope(msg);
    if (options & NO_ENVELOPE)
        return;
    ph_message_envelope_from(msg, "");
    ph_message_envelope_to(msg, "z@y.org");
}

static void check_refusal(const struct ph_message *msg, int rc, bool fine,
                          unsigned options)
{
    const char *problem = ph_message_problem(msg);
    MUST(*problem && fuzz_is_printable(problem, strlen(problem), false));
    if (rc == PH_E_CONTENT)
        MUST(!fine);
    else if (rc == PH_E_ADDRESS)
        MUST(options & (TAKING | TAKING_FIRST));
    else
        MUST(rc == PH_E_INVALID && options & NO_ENVELOPE);
}

static void check_message(const struct ph_message *msg, struct ph_slice out,
                          const struct expected *expected, unsigned options)
{
    bool binary = options & BINARY;
    size_t longest =
        options & LONG_LINES && !binary ? 2 * OCTETS_MAX : PH__LINE_MAX;
    struct ph_slice header = {out.data, expected->header};
    bool header_is_ascii = ph__text_is_ascii(header.data, header.len);
    MUST(*ph_message_problem(msg) == '\0');
    MUST(out.len == expected->all.len &&
         memcmp(out.data, ph__buf_text(&expected->all), out.len) == 0);
    wire_check_lines(binary ? header : out, longest);
    MUST(ph__message_binary(msg) == binary);
    MUST(ph__message_eight_bit(msg) == !ph__text_is_ascii(out.data, out.len));
    MUST(ph__message_has_utf8_header(msg) ==
         (!header_is_ascii && ph__text_is_utf8(header.data, header.len)));
    check_id(msg, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, OCTETS_MAX};
    struct expected expected = {.all = PH__BUF(2 * OCTETS_MAX)};
    struct ph_slice out;
    size_t count;
    unsigned options = fuzz_octet(&in);
    char *octets = fuzz_rest(&in, &count);
    bool fine = expect(&expected, octets, count, options);
    struct ph_message *msg = ph_message_new();
    MUST(msg);
    make(msg, octets, count, options);
    free(octets); /* it was copied */
    int rc = ph_message_render(msg, &out);
    MUST(fine || rc == PH_E_CONTENT);
    if (rc)
        check_refusal(msg, rc, fine, options);
    else
        check_message(msg, out, &expected, options);
    ph_message_free(msg);
    ph__buf_done(&expected.all);
    return 0;
}
