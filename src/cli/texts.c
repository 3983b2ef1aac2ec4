#include <stdlib.h>

#include "cli/options.h"
#include "cli/texts.h"
#include "cli/wrong.h"

int cli_texts_add(struct cli_texts *t, const char *text)
{
    const char **items = realloc(t->items, (t->count + 1) * sizeof(*items));
    if (!items)
        return cli_wrong_memory();
    t->items = items;
    t->items[t->count++] = text;
    return EXIT_DONE;
}

void cli_texts_done(struct cli_texts *t)
{
    free(t->items);
    *t = (struct cli_texts){0};
}
