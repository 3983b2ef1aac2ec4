#include <string.h>

#include "states/wrap.h"

size_t ph__wrap_len(const char *text, size_t width)
{
    size_t len = strcspn(text, " ");
    while (text[len]) {
        size_t more = len + 1 + strcspn(text + len + 1, " ");
        if (more > width)
            break;
        len = more;
    }
    return len;
}

const char *ph__wrap_next(const char *text, size_t len)
{
    return text + len + (text[len] == ' ');
}

int ph__wrap_count(const char *text, size_t width)
{
    int n = 0;
    for (; *text; n++)
        text = ph__wrap_next(text, ph__wrap_len(text, width));
    return n;
}
