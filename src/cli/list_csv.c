#include <stdio.h>
#include <string.h>

#include "cli/list_parts.h"
#include "cli/options.h"

/* A quote that is never closed would swallow the rest of any file. */
enum { ROW_MAX = 64 * 1024 * 1024 };

static void take_cell(void *data, size_t len, void *list)
{
    struct cli_list *l = list;
    cli_list_add(l, l->csv_header_done ? &l->values : &l->names,
                 len ? data : "", len);
}

static void end_row(int end, void *list)
{
    (void)end;
    struct cli_list *l = list;
    l->csv_row_ended = true;
    l->csv_row_octets = 0;
}

/* Two columns of one name: which one would {{name}} be? (S28) */
static const char *twin(const struct cli_list *l)
{
    for (size_t i = 0; i < l->names.count; i++) {
        const char *name = cli_cells_get(&l->names, i);
        if (*name && cli_cells_find(&l->names, name) != i)
            return name;
    }
    return NULL;
}

static enum cli_got end_header(struct cli_list *l)
{
    char text[256];
    l->csv_header_done = true;
    if (l->status)
        return CLI_GOT_ERROR;
    if (l->problem.len) {
        snprintf(text, sizeof(text), "the header row %s", l->problem.data);
        return cli_list_break(l, EXIT_BAD_DATA, text);
    }
    const char *name = twin(l);
    if (name) {
        snprintf(text, sizeof(text),
                 "two columns are called '%s': rename one of them", name);
        return cli_list_break(l, EXIT_BAD_DATA, text);
    }
    if (cli_list_recipient(l) < CLI_CELLS_MAX)
        return CLI_GOT_LINE;
    return cli_list_break(
        l, EXIT_BAD_DATA,
        "the header row has no column 'to' or 'email': name the column with "
        "the addresses so, and separate columns by commas");
}

static enum cli_got feed(struct cli_list *l, struct ph_slice piece)
{
    l->csv_row_octets += piece.len;
    if (l->csv_row_octets > ROW_MAX)
        return cli_list_break(l, EXIT_BAD_DATA,
                              "a row is larger than 64 MiB: close its quotes");
    if (csv_parse(&l->csv, piece.data, piece.len, take_cell, end_row, l) ==
        piece.len)
        return CLI_GOT_LINE;
    return cli_list_break(l, EXIT_TRY_LATER, csv_strerror(csv_error(&l->csv)));
}

/* The last row may lack its line end, but not the end of its quotes: then only
 * csv_fini() would end it. */
static enum cli_got finish(struct cli_list *l)
{
    if (l->csv_finished)
        return CLI_GOT_END;
    l->csv_finished = true;
    csv_parse(&l->csv, "\n", 1, take_cell, end_row, l);
    if (l->csv_row_ended)
        return CLI_GOT_LINE;
    csv_fini(&l->csv, take_cell, end_row, l);
    if (!l->csv_row_ended)
        return CLI_GOT_END;
    return cli_list_break(l, EXIT_BAD_DATA,
                          "the last row has a quote that is not closed");
}

/* One row, of which earlier calls may have read a part. */
static enum cli_got read_row(struct cli_list *l)
{
    while (!l->csv_row_ended) {
        struct ph_slice piece;
        enum cli_got got = cli_reader_piece(&l->reader, &piece);
        if (got == CLI_GOT_END)
            got = finish(l);
        else if (got == CLI_GOT_LINE)
            got = feed(l, piece);
        if (got != CLI_GOT_LINE)
            return got;
    }
    l->csv_row_ended = false;
    return CLI_GOT_LINE;
}

enum cli_got cli_list_read_csv(struct cli_list *l)
{
    enum cli_got got = CLI_GOT_LINE;
    if (!l->csv_header_done) {
        got = read_row(l);
        if (got == CLI_GOT_END)
            return cli_list_break(l, EXIT_BAD_DATA,
                                  "there is no header row: begin with one");
        if (got == CLI_GOT_LINE)
            got = end_header(l);
    }
    if (got == CLI_GOT_LINE)
        got = read_row(l);
    if (got == CLI_GOT_LINE && l->values.count > l->names.count)
        cli_list_note(l, "has more cells than the header row: quote a cell "
                         "that holds a comma");
    return got;
}
