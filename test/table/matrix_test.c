/* Every state and every reply code against matrix.txt: a change of the table
 * shows there as a diff. Usage: matrix_test matrix.txt [--write] */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "smtp/table.h"

enum { GARBAGE = -1, LAST_CODE = 999, TEXT_LIMIT = 256 * 1024 };

static int add_cell(struct ph__buf *out, enum ph__state state, const char *on,
                    struct ph__edge edge)
{
    return ph__buf_format(out, "%-10s %-7s %-9s %s\n", ph__table[state].name,
                          on, ph__action_name(edge.act),
                          ph__table[edge.next].name);
}

static bool same(struct ph__edge a, struct ph__edge b)
{
    return a.act == b.act && a.next == b.next;
}

/* Codes that do the same are one line; garbage has its own. */
static int add_codes(struct ph__buf *out, enum ph__state state)
{
    int rc = add_cell(out, state, "garbage", ph__edge_for(state, GARBAGE));
    for (int first = 0, last; first <= LAST_CODE && !rc; first = last + 1) {
        struct ph__edge edge = ph__edge_for(state, first);
        last = first;
        while (last < LAST_CODE && same(ph__edge_for(state, last + 1), edge))
            last++;
        char on[32];
        snprintf(on, sizeof(on), first == last ? "%03d" : "%03d-%03d", first,
                 last);
        rc = add_cell(out, state, on, edge);
    }
    return rc;
}

static int add_state(struct ph__buf *out, enum ph__state state)
{
    static const char *const pick[] = {"yes", "no"};
    static const char *const hold[] = {"done", "stop"};
    const struct ph__row *row = &ph__table[state];
    int rc = PH_OK;
    if (row->kind == PICK_ROW || row->kind == HOLD_ROW ||
        row->kind == SEND_ROW) {
        const char *const *names = row->kind == PICK_ROW ? pick : hold;
        for (int i = 0; i < 2 && !rc; i++)
            rc = add_cell(out, state, names[i], row->edge[i]);
    }
    if (!rc && row->kind != PICK_ROW)
        rc = add_codes(out, state);
    return rc;
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
