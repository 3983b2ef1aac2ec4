#include <string.h>

#include "states/grid.h"

struct grid {
    enum ph__grid_style style;
    size_t columns;
    int width[PH__GRID_COLUMNS];
};

static size_t cell_len(const char *cell)
{
    return strcspn(cell, "\t\n");
}

static int measure(struct grid *g, const char *cells)
{
    size_t column = 0;
    for (const char *s = cells; *s; s++) {
        size_t len = cell_len(s);
        if (column == PH__GRID_COLUMNS)
            return PH_E_LIMIT;
        if ((int)len > g->width[column])
            g->width[column] = (int)len;
        column++;
        if (column > g->columns)
            g->columns = column;
        s += len;
        if (*s == '\n')
            column = 0;
    }
    return PH_OK;
}

static void write_rule(struct ph__pen *pen, const struct grid *g)
{
    bool markdown = g->style == PH__GRID_MARKDOWN;
    for (size_t i = 0; i < g->columns; i++) {
        PH__WRITE(pen, "%s", markdown ? "| " : i ? "  " : "");
        for (int n = 0; n < g->width[i]; n++)
            PH__WRITE(pen, "-");
        PH__WRITE(pen, "%s", markdown ? " " : "");
    }
    PH__WRITE(pen, "%s\n", markdown ? "|" : "");
}

/* Writes one row and returns where the next begins. */
static const char *write_row(struct ph__pen *pen, const struct grid *g,
                             const char *s)
{
    bool markdown = g->style == PH__GRID_MARKDOWN;
    for (size_t i = 0; i < g->columns; i++) {
        int len = (int)cell_len(s);
        bool last = s[len] == '\n';
        /* No blanks at the end of a line. */
        int width = last && !markdown ? len : g->width[i];
        PH__WRITE(pen, "%s%-*.*s%s",
                  markdown ? "| "
                  : i      ? "  "
                           : "",
                  width, len, s, markdown ? " " : "");
        s += len;
        if (*s == '\t')
            s++;
        else if (!markdown)
            break;
    }
    PH__WRITE(pen, "%s\n", markdown ? "|" : "");
    return s + 1;
}

void ph__grid_write(struct ph__pen *pen, const char *cells,
                    enum ph__grid_style style)
{
    struct grid g = {.style = style};
    if (!pen->rc)
        pen->rc = measure(&g, cells);
    const char *s = cells;
    bool heading = true;
    while (*s && !pen->rc) {
        s = write_row(pen, &g, s);
        if (heading)
            write_rule(pen, &g);
        heading = false;
    }
}
