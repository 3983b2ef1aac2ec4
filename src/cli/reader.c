#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli/reader.h"

enum { CHUNK = 64 * 1024 };

void cli_reader_init(struct cli_reader *r, int fd, bool patient)
{
    *r = (struct cli_reader){
        .fd = fd, .patient = patient, .in = PH__BUF(CLI_LINE_MAX + 2 * CHUNK)};
}

void cli_reader_done(struct cli_reader *r)
{
    ph__buf_done(&r->in);
}

static bool would_block(const struct cli_reader *r)
{
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    return !r->patient && poll(&p, 1, 0) == 0;
}

/* More of the file behind what `in` holds. */
static enum cli_got fill(struct cli_reader *r)
{
    ph__buf_drop(&r->in, r->at);
    r->at = 0;
    if (r->at_end)
        return CLI_GOT_END;
    if (would_block(r))
        return CLI_GOT_NOTHING;
    if (ph__buf_reserve(&r->in, CHUNK)) {
        errno = ENOMEM;
        return CLI_GOT_ERROR;
    }
    ssize_t n;
    do
        n = read(r->fd, r->in.data + r->in.len, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? CLI_GOT_NOTHING : CLI_GOT_ERROR;
    r->in.len += (size_t)n;
    r->in.data[r->in.len] = '\0';
    r->at_end = n == 0;
    return n ? CLI_GOT_LINE : CLI_GOT_END;
}

static struct ph_slice take(struct cli_reader *r, size_t len)
{
    struct ph_slice taken = {len ? r->in.data + r->at : "", len};
    r->at += len;
    r->offset += len;
    return taken;
}

enum cli_got cli_reader_begin(struct cli_reader *r)
{
    static const char mark[] = "\xEF\xBB\xBF";
    while (r->in.len < sizeof(mark) - 1) {
        enum cli_got got = fill(r);
        if (got == CLI_GOT_END)
            return CLI_GOT_LINE;
        if (got != CLI_GOT_LINE)
            return got;
    }
    if (memcmp(r->in.data, mark, sizeof(mark) - 1) == 0)
        take(r, sizeof(mark) - 1);
    return CLI_GOT_LINE;
}

/* Forgets the beginning of a line that is too long; its end says so. */
static void skip(struct cli_reader *r)
{
    r->skipping = true;
    take(r, r->in.len - r->at);
}

/* Reads until `in` holds the end of a line: *out is its place, or NULL at the
 * end of the file. */
static enum cli_got find_end(struct cli_reader *r, const char **out)
{
    size_t known = 0; /* octets of the line that hold no LF */
    for (;;) {
        size_t left = r->in.len - r->at;
        *out = left > known
                   ? memchr(r->in.data + r->at + known, '\n', left - known)
                   : NULL;
        if (*out)
            return CLI_GOT_LINE;
        if (left > CLI_LINE_MAX)
            skip(r);
        known = r->in.len - r->at;
        enum cli_got got = fill(r);
        if (got == CLI_GOT_END && (known || r->skipping))
            return CLI_GOT_LINE;
        if (got != CLI_GOT_LINE)
            return got;
    }
}

enum cli_got cli_reader_line(struct cli_reader *r, struct ph_slice *out,
                             bool *ended)
{
    const char *end;
    enum cli_got got = find_end(r, &end);
    if (got != CLI_GOT_LINE)
        return got;
    size_t len = end ? (size_t)(end - r->in.data) - r->at : r->in.len - r->at;
    struct ph_slice line = take(r, len + (end ? 1 : 0));
    bool too_long = r->skipping || len > CLI_LINE_MAX;
    r->skipping = false;
    if (len && line.data[len - 1] == '\r')
        len--;
    *out = (struct ph_slice){too_long ? "" : line.data, too_long ? 0 : len};
    if (ended)
        *ended = end != NULL;
    return too_long ? CLI_GOT_LONG : CLI_GOT_LINE;
}

static size_t piece_length(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] == '\n' || data[i] == '\r')
            return i + 1;
    return len;
}

enum cli_got cli_reader_piece(struct cli_reader *r, struct ph_slice *out)
{
    enum cli_got got = r->at < r->in.len ? CLI_GOT_LINE : fill(r);
    if (got == CLI_GOT_LINE)
        *out = take(r, piece_length(r->in.data + r->at, r->in.len - r->at));
    return got;
}
