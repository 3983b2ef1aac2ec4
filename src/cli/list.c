#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/text.h"
#include "cli/list_parts.h"
#include "cli/options.h"
#include "cli/wrong.h"

enum { PROBLEM_MAX = 512, CELL_STEP = 64 * 1024 };

static const struct format {
    const char *name;
    enum cli_got (*read_row)(struct cli_list *l);
} formats[] = {{"csv", cli_list_read_csv},
               {"jsonl", cli_list_read_json},
               {"txt", cli_list_read_text}};
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

static const struct format *find_format(const char *path, const char *name)
{
    const char *dot = strrchr(path, '.');
    const char *wanted = name ? name : dot ? dot + 1 : "";
    for (int i = 0; i < FORMATS; i++)
        if (ph__text_same(formats[i].name, wanted))
            return &formats[i];
    return NULL;
}

static int open_file(struct cli_list *l, const char *path)
{
    struct stat about;
    bool standard = strcmp(path, "-") == 0;
    l->path = strdup(standard ? "standard input" : path);
    if (!l->path)
        return cli_wrong_memory();
    l->fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 || fstat(l->fd, &about))
        return cli_wrong_file(l->path, errno);
    l->flags = fcntl(l->fd, F_GETFL);
    l->is_file = S_ISREG(about.st_mode);
    l->size = l->is_file ? (uint64_t)about.st_size : 0;
    return EXIT_DONE;
}

int cli_list_open(struct cli_list **out, const char *path, const char *name)
{
    const struct format *format = find_format(path, name);
    if (!format) {
        cli_error("%s: the format of this list is not known: give --format "
                  "csv, jsonl or txt",
                  path);
        return EXIT_USAGE_ERROR;
    }
    struct cli_list *l = calloc(1, sizeof(*l));
    if (!l || csv_init(&l->csv, 0)) {
        free(l);
        cli_wrong_memory();
        return EXIT_TRY_LATER;
    }
    /* By itself it grows 128 octets at a time: quadratic for a long field. */
    csv_set_blk_size(&l->csv, 64 * 1024);
    csv_set_blk_size(&l->csv, CELL_STEP); /* large cells grow in few steps */
    l->fd = -1;
    cli_cells_init(&l->names);
    cli_cells_init(&l->values);
    ph__buf_init(&l->problem, PROBLEM_MAX);
    l->read_row = format->read_row;
    int status = open_file(l, path);
    cli_reader_init(&l->reader, l->fd, false);
    if (status) {
        cli_list_free(l);
        return status;
    }
    *out = l;
    return EXIT_DONE;
}

void cli_list_free(struct cli_list *l)
{
    if (!l)
        return;
    csv_free(&l->csv);
    cli_cells_done(&l->names);
    cli_cells_done(&l->values);
    cli_reader_done(&l->reader);
    ph__buf_done(&l->problem);
    /* Watching makes it non-blocking, and standard input is not only ours. */
    if (l->fd >= 0 && !l->is_file && l->flags >= 0)
        fcntl(l->fd, F_SETFL, l->flags);
    if (l->fd >= 0)
        close(l->fd);
    free(l->path);
    free(l);
}

/* ---- for the formats ---- */

void cli_list_note(struct cli_list *l, const char *problem)
{
    int rc = l->problem.len ? PH_OK : ph__buf_add_text(&l->problem, problem);
    if (rc)
        cli_list_break(l, EXIT_TRY_LATER, ph_strerror(rc));
}

enum cli_got cli_list_break(struct cli_list *l, int status, const char *what)
{
    cli_error("%s: %s", l->path, what);
    l->status = status;
    return CLI_GOT_ERROR;
}

void cli_list_add(struct cli_list *l, struct cli_cells *cells, const char *data,
                  size_t len)
{
    int rc = cli_cells_add(cells, data, len);
    if (rc == PH_E_CONTENT)
        cli_list_note(l, "has a cell that is not UTF-8 or holds a NUL");
    else if (rc == PH_E_LIMIT)
        cli_list_note(l, "is larger than 1 MiB or has more than 4096 cells");
    else if (rc)
        cli_list_break(l, EXIT_TRY_LATER, ph_strerror(rc));
    /* Those behind it must not move up. */
    if (rc && cells->count < cells->cap)
        cli_cells_add(cells, "", 0);
}

static bool is_blank(struct ph_slice line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t')
            return false;
    return true;
}

enum cli_got cli_list_line(struct cli_list *l, struct ph_slice *out)
{
    enum cli_got got;
    do
        got = cli_reader_line(&l->reader, out, NULL);
    while (got == CLI_GOT_LINE && is_blank(*out));
    if (got != CLI_GOT_LONG)
        return got;
    cli_list_note(l, "is longer than 1 MiB");
    return CLI_GOT_LINE;
}

enum cli_got cli_list_read_text(struct cli_list *l)
{
    struct ph_slice line;
    enum cli_got got = cli_list_line(l, &line);
    if (got == CLI_GOT_LINE) {
        cli_list_add(l, &l->names, "to", 2);
        cli_list_add(l, &l->values, line.data, line.len);
    }
    return got;
}

/* ---- rows ---- */

static enum cli_got begin(struct cli_list *l)
{
    enum cli_got got = cli_reader_begin(&l->reader);
    if (got != CLI_GOT_LINE)
        return got;
    l->begun = true;
    const char *text = ph__buf_text(&l->reader.in);
    if (strncmp(text, "\xFF\xFE", 2) == 0 || strncmp(text, "\xFE\xFF", 2) == 0)
        return cli_list_break(l, EXIT_BAD_DATA,
                              "this is UTF-16: save it as UTF-8");
    return CLI_GOT_LINE;
}

size_t cli_list_recipient(const struct cli_list *l)
{
    size_t to = cli_cells_find(&l->names, "to");
    return to < CLI_CELLS_MAX ? to : cli_cells_find(&l->names, "email");
}

/* The address of the row, without blanks around it. */
static const char *find_address(struct cli_list *l)
{
    char *text = (char *)cli_cells_get(&l->values, cli_list_recipient(l));
    if (!text)
        return "";
    size_t len = strlen(text);
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        text[--len] = '\0';
    return text + strspn(text, " \t");
}

static void forget_row(struct cli_list *l)
{
    if (!l->csv_header_done)
        cli_cells_clear(&l->names);
    cli_cells_clear(&l->values);
    ph__buf_clear(&l->problem);
    l->returned = false;
}

enum cli_got cli_list_next(struct cli_list *l, struct cli_row *out)
{
    if (l->status)
        return CLI_GOT_ERROR;
    if (l->returned)
        forget_row(l);
    enum cli_got got = l->begun ? CLI_GOT_LINE : begin(l);
    if (got == CLI_GOT_LINE)
        got = l->read_row(l);
    if (got == CLI_GOT_ERROR && !l->status)
        return cli_list_break(l,
                              errno == ENOMEM ? EXIT_TRY_LATER : EXIT_NO_INPUT,
                              strerror(errno));
    if (got != CLI_GOT_LINE || l->status)
        return l->status ? CLI_GOT_ERROR : got;
    l->returned = true;
    const char *address = find_address(l);
    if (!*address)
        cli_list_note(l, "has no address in its column 'to' or 'email'");
    *out = (struct cli_row){.number = ++l->row,
                            .address = address,
                            .problem = l->problem.len ? l->problem.data : NULL};
    return CLI_GOT_LINE;
}

const char *cli_list_field(void *list, const char *name)
{
    const struct cli_list *l = list;
    size_t i = cli_cells_find(&l->names, name);
    if (i == CLI_CELLS_MAX &&
        (ph__text_same(name, "to") || ph__text_same(name, "email")))
        i = cli_list_recipient(l);
    return cli_cells_get(&l->values, i);
}

int cli_list_status(const struct cli_list *l)
{
    return l->status;
}

const char *cli_list_name(const struct cli_list *l)
{
    return l->path;
}

int cli_list_fd(const struct cli_list *l)
{
    return l->fd;
}

bool cli_list_is_file(const struct cli_list *l)
{
    return l->is_file;
}

int cli_list_percent(const struct cli_list *l)
{
    if (!l->size)
        return -1;
    uint64_t percent = l->reader.offset * 100 / l->size;
    return percent > 100 ? 100 : (int)percent;
}
