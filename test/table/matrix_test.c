/* Every state and every reply code against matrix.txt: a change of the table
 * shows there as a diff. Usage: matrix_test matrix.txt [--write] */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "smtp/table.h"

enum { GARBAGE = -1, LAST_CODE = 999, TEXT_LIMIT = 256 * 1024 };

/* When a reply comes; or that it is an answer, not a reply. */
static int add_cell(struct ph__buf *out, enum ph__state state, const char *when,
                    const char *on, struct ph__edge edge)
{
    return ph__buf_format(out, "%-10s %-5s %-7s %-12s %s\n",
                          ph__table[state].name, when, on,
                          ph__action_name(edge.act), ph__table[edge.next].name);
}

static bool same(struct ph__edge a, struct ph__edge b)
{
    return a.act == b.act && a.next == b.next;
}

typedef struct ph__edge edge_fn(enum ph__state state, int code);

/* The last of the codes from `first` on that do the same. */
static int last_like(enum ph__state state, int first, edge_fn *edge_on)
{
    int last = first;
    while (last < LAST_CODE &&
           same(edge_on(state, last + 1), edge_on(state, first)))
        last++;
    return last;
}

/* Codes that do the same are one line; garbage has its own, unless all do. */
static int add_codes(struct ph__buf *out, enum ph__state state,
                     const char *when, edge_fn *edge_on)
{
    struct ph__edge edge = edge_on(state, GARBAGE);
    if (last_like(state, GARBAGE, edge_on) == LAST_CODE)
        return add_cell(out, state, when, "any", edge);
    int rc = add_cell(out, state, when, "garbage", edge);
    for (int first = 0, last; first <= LAST_CODE && !rc; first = last + 1) {
        last = last_like(state, first, edge_on);
        char on[32];
        snprintf(on, sizeof(on), first == last ? "%03d" : "%03d-%03d", first,
                 last);
        rc = add_cell(out, state, when, on, edge_on(state, first));
    }
    return rc;
}

static int add_answers(struct ph__buf *out, enum ph__state state,
                       const char *first, const char *second)
{
    const struct ph__edge *edge = ph__table[state].edge;
    int rc = add_cell(out, state, "-", first, edge[0]);
    return rc ? rc : add_cell(out, state, "-", second, edge[1]);
}

/* A PICK row that met a reply would be a breach: said too, because the machine
 * may ask for it. */
static int add_state(struct ph__buf *out, enum ph__state state)
{
    int rc = PH_OK;
    enum ph__kind kind = ph__table[state].kind;
    if (kind == PICK_ROW)
        rc = add_answers(out, state, "yes", "no");
    else if (kind == HOLD_ROW)
        rc = add_answers(out, state, "done", "stop");
    if (!rc)
        rc = add_codes(out, state, "due", ph__edge_for);
    return rc ? rc : add_codes(out, state, "early", ph__edge_early);
}

static bool read_golden(struct ph__buf *out, const char *path)
{
    FILE *f = fopen(path, "rb");
    char chunk[4096];
    size_t len = 0;
    int rc = f ? PH_OK : PH_E_SYSTEM;
    while (!rc && (len = fread(chunk, 1, sizeof(chunk), f)) > 0)
        rc = ph__buf_add(out, chunk, len);
    if (f)
        fclose(f);
    return !rc;
}

static bool write_golden(const struct ph__buf *matrix, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return false;
    bool ok = fwrite(matrix->data, 1, matrix->len, f) == matrix->len;
    return fclose(f) == 0 && ok;
}

static size_t line_len(const char *s)
{
    size_t len = strcspn(s, "\n");
    return len + (s[len] == '\n');
}

static bool has_line(const char *text, const char *line, size_t len)
{
    for (; *text; text += line_len(text))
        if (line_len(text) == len && memcmp(text, line, len) == 0)
            return true;
    return false;
}

/* Lines of `a` that `b` has not. */
static void print_missing(char sign, const char *a, const char *b)
{
    for (; *a; a += line_len(a))
        if (!has_line(b, a, line_len(a)))
            printf("%c%.*s", sign, (int)line_len(a), a);
}

static int compare(const struct ph__buf *matrix, const struct ph__buf *golden)
{
    if (strcmp(ph__buf_text(matrix), ph__buf_text(golden)) == 0)
        return 0;
    puts("The table is not what matrix.txt says. If that is meant, run\n"
         "matrix_test test/table/matrix.txt --write");
    print_missing('-', ph__buf_text(golden), ph__buf_text(matrix));
    print_missing('+', ph__buf_text(matrix), ph__buf_text(golden));
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    struct ph__buf matrix = PH__BUF(TEXT_LIMIT);
    struct ph__buf golden = PH__BUF(TEXT_LIMIT);
    bool write = argc > 2 && strcmp(argv[2], "--write") == 0;
    int rc = PH_OK;
    for (enum ph__state s = ST_START; s < ST_COUNT && !rc; s++)
        rc = add_state(&matrix, s);
    int status = 2;
    if (!rc && write)
        status = write_golden(&matrix, argv[1]) ? 0 : 2;
    else if (!rc && read_golden(&golden, argv[1]))
        status = compare(&matrix, &golden);
    ph__buf_done(&matrix);
    ph__buf_done(&golden);
    return status;
}
