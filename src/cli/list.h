/* cli/list.h - the list of a batch, read row by row: CSV with a header row,
 * JSON objects, or addresses, a line each. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/reader.h"

struct cli_list;

/* A row that cannot be used says why, and the next one is fine again. */
struct cli_row {
    uint64_t number;     /* 1 is the first one behind the header */
    const char *address; /* as it stands there; "" if there is none */
    const char *problem; /* completes "row 7 ...", or NULL */
};

/* `format` is "csv", "jsonl", "txt", or NULL: what the name of the file ends
 * in. "-" is standard input. EXIT_DONE, or another status after an error
 * message. */
int cli_list_open(struct cli_list **out, const char *path, const char *format);
void cli_list_free(struct cli_list *l);

/* The next row, borrowed until the next call. CLI_GOT_ERROR: the rest of the
 * list is lost; see cli_list_status(). */
enum cli_got cli_list_next(struct cli_list *l, struct cli_row *out);
/* EXIT_DONE, or what an error that was already told asks for. */
int cli_list_status(const struct cli_list *l);

/* The current row's value of a column or key, or NULL. "to" and "email" both
 * stand for the recipient when there is no column of that name. Fits
 * ph_template_fill(). */
const char *cli_list_field(void *list, const char *name);

/* The file's, for messages. */
const char *cli_list_name(const struct cli_list *l);
int cli_list_fd(const struct cli_list *l);
/* Can all rows be counted without waiting for somebody? */
bool cli_list_is_file(const struct cli_list *l);
/* How much of it was read, 0-100; -1 if its size is not known. */
int cli_list_percent(const struct cli_list *l);

#endif
