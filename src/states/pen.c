#include "states/pen.h"

static const char *entity(char c)
{
    return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;
}

void ph__pen_xml(struct ph__pen *pen, const char *text, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i <= len && !pen->rc; i++) {
        const char *instead = i < len ? entity(text[i]) : "";
        if (!instead)
            continue;
        pen->rc = ph__buf_add(pen->out, text + from, i - from);
        PH__WRITE(pen, "%s", instead);
        from = i + 1;
    }
}
