/* cli/reader.h - a file read a line at a time, never blocking on a pipe. */
#ifndef CLI_READER_H
#define CLI_READER_H

#include "base/buf.h"

enum { CLI_LINE_MAX = 1024 * 1024 };

struct cli_reader {
    int fd; /* borrowed */
    struct ph__buf in;
    size_t at;       /* of `in`, where the next line begins */
    uint64_t offset; /* of the file, likewise */
    bool patient;    /* wait for a pipe instead of saying CLI_GOT_NOTHING */
    bool at_end;
    bool skipping; /* inside a line that is too long */
};

enum cli_got {
    CLI_GOT_LINE,    /* or a piece, or a row */
    CLI_GOT_END,     /* of the file */
    CLI_GOT_NOTHING, /* yet: wait until the file can be read */
    CLI_GOT_LONG,    /* a line over CLI_LINE_MAX, without its text */
    CLI_GOT_ERROR    /* errno says which */
};

void cli_reader_init(struct cli_reader *r, int fd, bool patient);
void cli_reader_done(struct cli_reader *r);

/* Steps over a byte order mark of UTF-8; call it first, and again after
 * CLI_GOT_NOTHING. CLI_GOT_LINE, whatever there is then to read. */
enum cli_got cli_reader_begin(struct cli_reader *r);
/* The next line, without its LF or CRLF; borrowed until the next call.
 * *ended (may be NULL) is false for a last line without a line end. */
enum cli_got cli_reader_line(struct cli_reader *r, struct ph_slice *out,
                             bool *ended);
/* What there is up to and with the next CR or LF; or without one. */
enum cli_got cli_reader_piece(struct cli_reader *r, struct ph_slice *out);

#endif
