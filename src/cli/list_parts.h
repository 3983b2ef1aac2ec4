/* cli/list_parts.h - what list.c and the formats share. */
#ifndef CLI_LIST_PARTS_H
#define CLI_LIST_PARTS_H

#include <csv.h>

#include "cli/cells.h"
#include "cli/list.h"

struct cli_list {
    char *path;
    int fd;
    int flags; /* of the open file, as we found it */
    struct cli_reader reader;
    /* Reads one row into names and values, and notes what spoils it. */
    enum cli_got (*read_row)(struct cli_list *l);
    struct cli_cells names;
    struct cli_cells values;
    struct ph__buf problem; /* of this row; empty = none */
    uint64_t row;           /* number of the latest */
    uint64_t size;          /* of the file, 0 = not known */
    bool is_file;
    bool begun;    /* a byte order mark was looked for */
    bool returned; /* the row in names and values was handed out */
    int status;

    struct csv_parser csv;
    bool csv_row_ended;
    bool csv_header_done;
    bool csv_finished;
    size_t csv_row_octets;
};

/* The first problem of a row stays. */
void cli_list_note(struct cli_list *l, const char *problem);
/* Says why the rest of the list is lost. */
enum cli_got cli_list_break(struct cli_list *l, int status, const char *what);
/* Adds a cell of the current row, or notes why not. */
void cli_list_add(struct cli_list *l, struct cli_cells *cells, const char *data,
                  size_t len);

/* The next line that is not blank; one that is too long is noted. */
enum cli_got cli_list_line(struct cli_list *l, struct ph_slice *out);
/* Which cell holds the recipient; CLI_CELLS_MAX if none does. */
size_t cli_list_recipient(const struct cli_list *l);

enum cli_got cli_list_read_csv(struct cli_list *l);
enum cli_got cli_list_read_json(struct cli_list *l);
enum cli_got cli_list_read_text(struct cli_list *l);

#endif
