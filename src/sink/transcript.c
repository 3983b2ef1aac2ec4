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

/* Where the reader is in the file. */
struct place {
    size_t session; /* counted from 0 */
    size_t number;  /* of the line */
    uint64_t at;
};

/* Room for one more; *items is NULL or an array of `cap`. */
static int make_room(void **items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return PH_OK;
    size_t more = *cap ? 2 * *cap : LINES_STEP;
    void *grown = realloc(*items, more * size);
    if (!grown)
        return PH_E_NOMEM;
    *items = grown;
    *cap = more;
    return PH_OK;
}

static int find_dialogue(struct ph__dialogue **out, struct ph__transcript *t,
                         size_t session)
{
    int rc = session < t->count ? PH_OK : grow_sessions(t, session + 1);
    if (!rc)
        *out = &t->dialogues[session];
    return rc;
}

static int add_line(struct ph__transcript *t, const struct place *place,
                    const struct ph__transcript_line *line)
{
    struct ph__dialogue *d;
    int rc = find_dialogue(&d, t, place->session);
    void *lines = rc ? NULL : d->lines;
    if (!rc)
        rc = make_room(&lines, d->count, &d->cap, sizeof(*line));
    if (rc)
        return rc;
    d->lines = lines;
    d->lines[d->count++] = *line;
    t->lines++;
    return PH_OK;
}

static int add_remark(struct ph__transcript *t, const struct place *place,
                      const char *text)
{
    struct ph__dialogue *d;
    int rc = find_dialogue(&d, t, place->session);
    void *remarks = rc ? NULL : d->remarks;
    if (!rc)
        rc = make_room(&remarks, d->remark_count, &d->remark_cap,
                       sizeof(*d->remarks));
    if (rc)
        return rc;
    d->remarks = remarks;
    d->remarks[d->remark_count++] = (struct ph__transcript_remark){
        .text = text, .at = place->at, .number = place->number};
    return PH_OK;
}

static const char *behind(const char *text, const char *head)
{
    size_t len = strlen(head);
    return strncmp(text, head, len) == 0 ? text + len : NULL;
}

/* "# session 2" says where the lines that follow belong. True if `text` is
 * such a line. */
static bool take_session(struct place *place, const char *text, int *rc)
{
    const char *digits = behind(text, "# session ");
    uint64_t number;
    if (!digits || !ph__text_to_u64(digits, strlen(digits), &number))
        return false;
    if (number < 1 || number > PH__TRANSCRIPT_SESSIONS_MAX)
        *rc = PH_E_LIMIT;
    else
        place->session = (size_t)number - 1;
    return true;
}

/* "# at 0.012345": up to six digits behind the dot. */
static bool take_time(struct place *place, const char *text)
{
    const char *secs = behind(text, "# at ");
    const char *dot = secs ? strchr(secs, '.') : NULL;
    size_t digits = dot ? strlen(dot + 1) : 0;
    uint64_t whole;
    uint64_t part;
    if (!digits || digits > 6 ||
        !ph__text_to_u64(secs, (size_t)(dot - secs), &whole) ||
        !ph__text_to_u64(dot + 1, digits, &part) ||
        whole > PH__TRANSCRIPT_SECONDS_MAX)
        return false;
    for (; digits < 6; digits++)
        part *= 10;
    uint64_t at = whole * 1000000 + part;
    if (place->at == PH__TRANSCRIPT_NO_TIME || at > place->at)
        place->at = at;
    return true;
}

static int take_line(struct ph__transcript *t, struct place *place, char *text)
{
    struct ph__transcript_line line = {
        .visible = SIZE_MAX, .number = place->number, .at = place->at};
    bool heard = text[0] == 'S' && text[1] == ':';
    bool said = text[0] == 'C' && text[1] == ':';
    int rc = PH_OK;
    if (heard || said) {
        line.kind = heard ? PH__TRANSCRIPT_HEARD : PH__TRANSCRIPT_SAID;
        line.text = text + 2 + (text[2] == ' ');
        return add_line(t, place, &line);
    }
    if (take_session(place, text, &rc) || take_time(place, text))
        return rc;
    line.kind = PH__TRANSCRIPT_SECURED;
    line.text = text;
    if (behind(text, "# TLSv"))
        return add_line(t, place, &line);
    return behind(text, "# ") ? add_remark(t, place, text + 2) : PH_OK;
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
    struct place place = {.at = PH__TRANSCRIPT_NO_TIME};
    int rc = PH_OK;
    if (memchr(text->data, '\0', text->len))
        return PH_E_CONTENT;
    for (char *at = text->data; at < end && !rc;) {
        char *next = cut(at, end);
        place.number++;
        rc = take_line(t, &place, at);
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
    for (size_t i = 0; i < t->count; i++) {
        free(t->dialogues[i].lines);
        free(t->dialogues[i].remarks);
    }
    free(t->dialogues);
    *t = (struct ph__transcript){0};
}
