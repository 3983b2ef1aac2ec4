#include <string.h>

#include "sink/content.h"

static void keep(struct ph__sink_content *c, const char *data, size_t len)
{
    c->size += len;
    if (c->size > c->data.limit)
        c->too_big = true;
    if (!c->keep || c->too_big || c->problem || !len)
        return;
    if (ph__buf_add(&c->data, data, len))
        c->problem = PH_E_NOMEM;
}

void ph__sink_content_add(struct ph__sink_content *c, const char *data,
                          size_t len)
{
    keep(c, data, len);
}

/* To the end of the line, or of the data. A bare LF is content. */
static const char *skip_line(struct ph__sink_content *c, const char *at,
                             const char *end)
{
    const char *lf = memchr(at, '\n', (size_t)(end - at));
    if (lf && lf > at && lf[-1] == '\r')
        c->at = PH__SINK_AT_START;
    else if (!lf && end[-1] == '\r')
        c->at = PH__SINK_AT_CR;
    return lf ? lf + 1 : end;
}

/* One octet that may be part of CRLF . CRLF; false if it is not and must be
 * looked at as part of a line. What is content and waits is from `*run` on. */
static bool step(struct ph__sink_content *c, const char *at, const char **run)
{
    enum ph__sink_at was = c->at;
    c->at = PH__SINK_IN_LINE;
    switch (was) {
    case PH__SINK_IN_LINE:
        return false;
    case PH__SINK_AT_CR:
        if (*at != '\n')
            return false;
        c->at = PH__SINK_AT_START;
        return true;
    case PH__SINK_AT_START:
        if (*at != '.')
            return false;
        c->at = PH__SINK_AT_DOT;
        break;
    case PH__SINK_AT_DOT:
        if (*at != '\r')
            return false;
        c->at = PH__SINK_AT_DOT_CR;
        break;
    case PH__SINK_AT_DOT_CR:
        c->ended = *at == '\n';
        if (!c->ended) {
            keep(c, "\r", 1); /* held back until now */
            return false;
        }
        break;
    }
    /* A dot that starts a line is never content (RFC 5321 4.5.2). */
    keep(c, *run, (size_t)(at - *run));
    *run = at + 1;
    return true;
}

size_t ph__sink_content_take(struct ph__sink_content *c, const char *data,
                             size_t len)
{
    const char *end = data + len;
    const char *run = data;
    const char *at = data;
    while (at < end && !c->ended) {
        if (c->at == PH__SINK_IN_LINE)
            at = skip_line(c, at, end);
        else
            at += step(c, at, &run);
    }
    if (!c->ended)
        keep(c, run, (size_t)(end - run));
    return (size_t)(at - data);
}
