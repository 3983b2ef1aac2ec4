#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink/transcript.h"

enum { LINES_STEP = 64 };

static int grow_sessions(struct ph__transcript *t, size_t count)
{
    struct ph__dialogue *d = realloc(t->dialogues, count * sizeof(*d));
    if (!d)
        return PH_E_NOMEM;
    memset(d + t->count, 0, (count - t->count) * sizeof(*d));
    t->dialogues = d;
    t->count = count;
    return PH_OK;
}

static int add_line(struct ph__transcript *t, size_t session,
                    const struct ph__transcript_line *line)
{
    int rc = session < t->count ? PH_OK : grow_sessions(t, session + 1);
    if (rc)
        return rc;
    struct ph__dialogue *d = &t->dialogues[session];
    if (d->count == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : LINES_STEP;
        struct ph__transcript_line *lines =
            realloc(d->lines, cap * sizeof(*lines));
        if (!lines)
            return PH_E_NOMEM;
        d->lines = lines;
        d->cap = cap;
    }
    d->lines[d->count++] = *line;
    t->lines++;
    return PH_OK;
}

/* "# session 2" says where the lines that follow belong. */
static int take_remark(size_t *session, const char *text, bool *secured)
{
    static const char head[] = "# session ";
    size_t len = sizeof(head) - 1;
    uint64_t number;
    *secured = strncmp(text, "# TLSv", 6) == 0;
    if (strncmp(text, head, len) != 0 ||
        !ph__text_to_u64(text + len, strlen(text + len), &number))
        return PH_OK;
    if (number < 1 || number > PH__TRANSCRIPT_SESSIONS_MAX)
        return PH_E_LIMIT;
    *session = (size_t)number - 1;
    return PH_OK;
}

static int take_line(struct ph__transcript *t, size_t *session, char *text,
                     size_t number)
{
    struct ph__transcript_line line = {.visible = SIZE_MAX, .number = number};
    bool secured = false;
    bool heard = text[0] == 'S' && text[1] == ':';
    bool said = text[0] == 'C' && text[1] == ':';
    if (heard || said) {
        line.kind = heard ? PH__TRANSCRIPT_HEARD : PH__TRANSCRIPT_SAID;
        line.text = text + 2 + (text[2] == ' ');
        return add_line(t, *session, &line);
    }
    int rc = take_remark(session, text, &secured);
    line.kind = PH__TRANSCRIPT_SECURED;
    line.text = text;
    return rc || !secured ? rc : add_line(t, *session, &line);
}

/* Ends the line at `at`; returns where the next one begins. */
static char *cut(char *at, char *end)
{
    char *lf = memchr(at, '\n', (size_t)(end - at));
    char *stop = lf ? lf : end;
    *stop = '\0';
    if (stop > at && stop[-1] == '\r')
        stop[-1] = '\0';
    return lf ? lf + 1 : end;
}

static int take_all(struct ph__transcript *t, struct ph__buf *text)
{
    char *end = text->data + text->len;
    size_t session = 0;
    size_t number = 0;
    int rc = PH_OK;
    if (memchr(text->data, '\0', text->len))
        return PH_E_CONTENT;
    for (char *at = text->data; at < end && !rc;) {
        char *next = cut(at, end);
        rc = take_line(t, &session, at, ++number);
        at = next;
    }
    return rc;
}

int ph__transcript_read(struct ph__transcript *out, struct ph__buf *text)
{
    struct ph__transcript t = {0};
    int rc = text->len ? take_all(&t, text) : PH_OK;
    if (rc) {
        ph__transcript_done(&t);
        return rc;
    }
    for (size_t i = 0; i < t.count; i++)
        ph__dialogue_fold(&t.dialogues[i]);
    *out = t;
    return PH_OK;
}

void ph__transcript_done(struct ph__transcript *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->dialogues[i].lines);
    free(t->dialogues);
    *t = (struct ph__transcript){0};
}
