#include "client/dialogue.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 255 };

struct ph__dialogue {
    unsigned lines;
    unsigned next;
    bool full;
    char text[][LINE_MAX_LEN + 1];
};

struct ph__dialogue *ph__dialogue_new(unsigned lines)
{
    struct ph__dialogue *d =
        calloc(1, sizeof(*d) + (size_t)lines * sizeof(d->text[0]));
    if (d)
        d->lines = lines;
    return d;
}

void ph__dialogue_free(struct ph__dialogue *d)
{
    free(d);
}

void ph__dialogue_add(struct ph__dialogue *d, const char *line)
{
    size_t len = strnlen(line, LINE_MAX_LEN);
    memcpy(d->text[d->next], line, len);
    d->text[d->next][len] = '\0';
    d->next = (d->next + 1) % d->lines;
    d->full |= d->next == 0;
}

char *ph__dialogue_text(const struct ph__dialogue *d)
{
    unsigned count = d->full ? d->lines : d->next;
    unsigned first = d->full ? d->next : 0;
    char *text = malloc((size_t)count * sizeof(d->text[0]) + 1);
    char *to = text;
    for (unsigned i = 0; text && i < count; i++) {
        const char *line = d->text[(first + i) % d->lines];
        size_t len = strlen(line);
        memcpy(to, line, len);
        to[len] = '\n';
        to += len + 1;
    }
    if (text)
        *to = '\0';
    return text;
}
