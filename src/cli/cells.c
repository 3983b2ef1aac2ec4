#include <stdlib.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/reader.h"

void cli_cells_init(struct cli_cells *c)
{
    *c = (struct cli_cells){.text = PH__BUF(CLI_LINE_MAX)};
}

void cli_cells_done(struct cli_cells *c)
{
    ph__buf_done(&c->text);
    free(c->at);
    cli_cells_init(c);
}

void cli_cells_clear(struct cli_cells *c)
{
    ph__buf_clear(&c->text);
    c->count = 0;
}

static int make_room(struct cli_cells *c)
{
    if (c->count < c->cap)
        return PH_OK;
    if (c->cap == CLI_CELLS_MAX)
        return PH_E_LIMIT;
    size_t cap = c->cap ? 2 * c->cap : 16;
    size_t *at = realloc(c->at, cap * sizeof(*at));
    if (!at)
        return PH_E_NOMEM;
    c->at = at;
    c->cap = cap;
    return PH_OK;
}

int cli_cells_add(struct cli_cells *c, const char *data, size_t len)
{
    if (!ph__text_is_utf8(data, len)) /* a NUL is not, either */
        return PH_E_CONTENT;
    int rc = make_room(c);
    if (!rc)
        rc = ph__buf_reserve(&c->text, len + 1);
    if (rc)
        return rc;
    c->at[c->count++] = c->text.len;
    rc = ph__buf_add(&c->text, data, len);
    return rc ? rc : ph__buf_add_char(&c->text, '\0');
}

const char *cli_cells_get(const struct cli_cells *c, size_t i)
{
    return i < c->count ? c->text.data + c->at[i] : NULL;
}

size_t cli_cells_find(const struct cli_cells *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (ph__text_same(cli_cells_get(c, i), name))
            return i;
    return CLI_CELLS_MAX;
}
