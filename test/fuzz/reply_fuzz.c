/* Replies from any octets: the same however they are cut (RP-11), within the
 * limits, fit for terminals (RP-07, S34). */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "smtp/limits.h"
#include "smtp/reply.h"

enum { LOG_MAX = 1 << 20, OCTETS_MAX = PH__REPLY_OCTETS_MAX + 20000 };

/* The reader, and what was seen from outside. */
struct reading {
    struct ph__reply_reader reader;
    struct ph__buf log;  /* what it said, in words */
    struct ph__buf line; /* the octets of the line at hand */
    size_t lines;        /* of the reply at hand */
    int code;
    size_t octets;
};

static bool is_enhanced(const struct ph_reply *reply)
{
    const int *e = reply->enhanced;
    if (!e[0])
        return !e[1] && !e[2];
    return e[0] == reply->code / 100 && e[1] >= 0 && e[1] <= 999 && e[2] >= 0 &&
           e[2] <= 999;
}

static void check_code(const struct reading *r, int code, bool last)
{
    const char *line = ph__buf_text(&r->line);
    for (int i = 0, unit = 100; i < 3; i++, unit /= 10)
        MUST(line[i] == '0' + code / unit % 10);
    MUST((line[3] == '-') != last);
    MUST(!r->lines || code == r->code);
    MUST(!memchr(line, '\0', r->line.len));
}

/* What is shown is the line without its end; the text ends in what follows the
 * code, or has lost its end to the limit. */
static void check_line(const struct reading *r, const char *text)
{
    const struct ph__buf *shown = &r->reader.shown;
    const char *line = r->line.data;
    const char *last = strrchr(text, '\n');
    last = last ? last + 1 : text;
    size_t len = r->line.len - 1;
    size_t kept = strlen(last);
    len -= len && line[len - 1] == '\r';
    MUST(shown->len == len);
    MUST(fuzz_is_printable(ph__buf_text(shown), len, false));
    if (strlen(text) < PH__REPLY_TEXT_MAX)
        MUST(kept <= len && !memcmp(shown->data + len - kept, last, kept));
}

static void note_reply(struct reading *r, const struct ph_reply *reply)
{
    size_t len = strlen(reply->text);
    MUST(len <= PH__REPLY_TEXT_MAX && len == r->reader.text.len);
    MUST(fuzz_is_printable(reply->text, len, true));
    MUST(is_enhanced(reply));
    MUST(ph__buf_format(&r->log, "%d %d.%d.%d %s\n", reply->code,
                        reply->enhanced[0], reply->enhanced[1],
                        reply->enhanced[2], reply->text) != PH_E_NOMEM);
    r->lines = 0;
    r->octets = 0;
}

static void note_line(struct reading *r, bool last)
{
    const struct ph__buf *shown = &r->reader.shown;
    struct ph_reply reply = ph__reply_get(&r->reader);
    check_code(r, reply.code, last);
    MUST(++r->lines <= PH__REPLY_LINES_MAX);
    MUST(r->octets <= PH__REPLY_OCTETS_MAX);
    MUST(r->line.len <= PH__REPLY_LINE_MAX + 1); /* and the LF */
    check_line(r, reply.text);
    r->code = reply.code;
    fuzz_add(&r->log, ph__buf_text(shown), shown->len);
    fuzz_add(&r->log, "\n", 1);
    ph__buf_clear(&r->line);
    MUST(ph__reply_begun(&r->reader) == !last);
    if (last)
        note_reply(r, &reply);
}

/* One piece; false when the reader has given up. */
static bool read_piece(struct reading *r, const char *piece, size_t len)
{
    const char *at = piece;
    while (len) {
        const char *before = at;
        size_t left = len;
        enum ph__reply_result result = ph__reply_read(&r->reader, &at, &len);
        size_t taken = (size_t)(at - before);
        const char *lf = memchr(before, '\n', left);
        MUST(taken + len == left);
        MUST(taken == (lf ? (size_t)(lf - before) + 1 : left));
        MUST((result != PH__REPLY_MORE) || !lf);
        fuzz_add(&r->line, before, taken);
        r->octets += taken;
        if (result == PH__REPLY_BAD)
            return false;
        if (result != PH__REPLY_MORE)
            note_line(r, result == PH__REPLY_DONE);
        MUST(r->reader.line.len <= PH__REPLY_LINE_MAX);
    }
    return true;
}

static void read_all(struct ph__buf *log, const char *data, size_t len,
                     struct fuzz_cutter cutter)
{
    struct reading r = {.log = PH__BUF(LOG_MAX), .line = PH__BUF(OCTETS_MAX)};
    bool good = true;
    ph__reply_init(&r.reader, true);
    for (size_t at = 0; good && at < len;) {
        size_t n = fuzz_piece(&cutter, len - at);
        char *piece = fuzz_exact(data + at, n);
        good = read_piece(&r, piece, n);
        free(piece);
        at += n;
    }
    if (!good)
        ph__buf_add_text(&r.log, "bad\n");
    else if (ph__reply_begun(&r.reader))
        ph__buf_add_text(&r.log, "begun\n");
    ph__reply_done(&r.reader);
    ph__buf_done(&r.line);
    *log = r.log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, OCTETS_MAX};
    struct ph__buf logs[FUZZ_CUTS] = {{0}};
    size_t count;
    uint32_t seed = fuzz_octet(&in);
    char *octets = fuzz_rest(&in, &count);
    for (enum fuzz_cut how = FUZZ_WHOLE; how < fuzz_cuts(count); how++) {
        read_all(&logs[how], octets, count, (struct fuzz_cutter){how, seed});
        MUST(fuzz_same(&logs[how], &logs[FUZZ_WHOLE]));
    }
    for (enum fuzz_cut how = FUZZ_WHOLE; how < FUZZ_CUTS; how++)
        ph__buf_done(&logs[how]);
    free(octets);
    return 0;
}
