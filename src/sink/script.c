#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink/script.h"

/* What the lines so far lead to. */
struct reader {
    struct ph__buf steps;
    size_t line;
    bool starttls;        /* the last thing heard */
    bool chunk;           /* the line before was BDAT ... */
    uint64_t chunk_bytes; /* ... with so many octets */
    bool content;         /* the line before was <N octets>: a dot is due */
    uint64_t content_bytes;
    const char *problem;
};

static struct ph_slice slice_of(const char *text)
{
    return (struct ph_slice){text, strlen(text)};
}

static int add(struct reader *r, enum ph__sink_step_kind kind, const char *text,
               uint64_t octets)
{
    struct ph__sink_step step = {kind, r->line, slice_of(text), octets};
    return ph__buf_add(&r->steps, &step, sizeof(step));
}

static int complain(struct reader *r, const char *problem)
{
    r->problem = problem;
    return PH_E_INVALID;
}

static int read_content(struct reader *r, uint64_t octets)
{
    if (r->chunk) {
        r->chunk = false;
        return octets == r->chunk_bytes
                   ? PH_OK
                   : complain(r, "is not as long as BDAT says");
    }
    r->content = true;
    r->content_bytes = octets;
    return PH_OK;
}

static int read_client(struct reader *r, const char *text)
{
    if (r->content) {
        r->content = false;
        return add(r, PH__SINK_STEP_CONTENT, text, r->content_bytes);
    }
    bool last;
    r->chunk = ph__transcript_is_chunk(text, &r->chunk_bytes, &last);
    r->starttls = ph__text_same(text, "STARTTLS");
    int rc = add(r, PH__SINK_STEP_HEAR, text, 0);
    if (!rc && r->chunk && r->chunk_bytes)
        rc = add(r, PH__SINK_STEP_CHUNK, text, r->chunk_bytes);
    return rc;
}

static int read_server(struct reader *r, const char *text)
{
    bool last = strncmp(text, "220", 3) == 0 && (!text[3] || text[3] == ' ');
    r->chunk = false;
    int rc = add(r, PH__SINK_STEP_SAY, text, 0);
    if (!rc && r->starttls && last) {
        r->starttls = false;
        rc = add(r, PH__SINK_STEP_SECURE, text, 0);
    }
    return rc;
}

static int read_line(struct reader *r, const struct ph__transcript_line *line)
{
    bool dot = line->kind == PH__TRANSCRIPT_SAID && !strcmp(line->text, ".");
    r->line = line->number;
    if (r->content && !dot)
        return complain(r, "should be \"C: .\", the end of the content");
    switch (line->kind) {
    case PH__TRANSCRIPT_HEARD:
        return read_server(r, line->text);
    case PH__TRANSCRIPT_SAID:
        return read_client(r, line->text);
    case PH__TRANSCRIPT_CONTENT:
        return read_content(r, line->octets);
    case PH__TRANSCRIPT_SECURED:
        return PH_OK; /* the handshake has a step already */
    }
    return PH_OK;
}

/* The lines of the one session that has some. */
static int read_lines(struct reader *r, const struct ph__transcript *t)
{
    int rc = PH_OK;
    for (size_t i = 0; i < t->count && !rc; i++) {
        const struct ph__dialogue *d = &t->dialogues[i];
        if (d->count && r->steps.len) {
            r->line = d->lines[0].number;
            return complain(r, "begins another session; keep one of them");
        }
        for (size_t k = 0; k < d->count && !rc; k++)
            rc = read_line(r, &d->lines[k]);
    }
    if (!rc && r->content)
        return complain(r, "is the last one, and a dot is missing behind it");
    return rc;
}

static int read_all(struct reader *r, struct ph__buf *text)
{
    struct ph__transcript t;
    int rc = ph__transcript_read(&t, text);
    if (rc)
        return rc;
    rc = read_lines(r, &t);
    ph__transcript_done(&t);
    return rc;
}

/* In words, if it is not for lack of memory. */
static int explain(const struct reader *r, int rc, struct ph__buf *why)
{
    if (rc == PH_E_NOMEM)
        return rc;
    if (r->problem)
        ph__buf_format(why, "line %zu of the script %s", r->line, r->problem);
    else if (rc == PH_E_LIMIT)
        ph__buf_format(why,
                       "the script is longer than %d octets or %d lines, or "
                       "numbers a session beyond %d",
                       PH__SINK_SCRIPT_MAX, PH__SINK_STEPS_MAX,
                       PH__TRANSCRIPT_SESSIONS_MAX);
    else
        ph__buf_add_text(why, "no line of the script has S: or C:");
    return PH_E_INVALID;
}

int ph__sink_script_read(struct ph__sink_script *out, const char *text,
                         struct ph__buf *why)
{
    struct reader r = {
        .steps = PH__BUF(PH__SINK_STEPS_MAX * sizeof(struct ph__sink_step))};
    struct ph__buf copy = PH__BUF(PH__SINK_SCRIPT_MAX);
    int rc = ph__buf_add_text(&copy, text);
    if (!rc)
        rc = read_all(&r, &copy);
    if (rc || !r.steps.len) {
        ph__buf_done(&r.steps);
        ph__buf_done(&copy);
        return explain(&r, rc, why);
    }
    out->count = r.steps.len / sizeof(struct ph__sink_step);
    out->steps = (const void *)r.steps.data; /* both freed by _done() */
    out->text = copy.data;
    return PH_OK;
}

void ph__sink_script_done(struct ph__sink_script *s)
{
    free((void *)s->steps);
    free(s->text);
    *s = (struct ph__sink_script){0};
}

static bool starts(struct ph_slice s, const char *with)
{
    size_t len = strlen(with);
    return s.len >= len && memcmp(s.data, with, len) == 0;
}

/* A glob whose only star is <hidden>: what follows the latest one is tried at
 * each place in turn. */
bool ph__sink_step_fits(const struct ph__sink_step *step, const char *line,
                        size_t len)
{
    static const char any[] = "<hidden>";
    struct ph_slice rest = step->text;
    struct ph_slice retry = {0}; /* behind the latest <hidden> */
    size_t at = 0, from = 0;     /* where it was tried */
    while (at < len || rest.len) {
        if (starts(rest, any)) {
            rest.data += sizeof(any) - 1;
            rest.len -= sizeof(any) - 1;
            retry = rest;
            from = at;
        } else if (at < len && rest.len && *rest.data == line[at]) {
            rest.data++;
            rest.len--;
            at++;
        } else if (retry.data && from < len) {
            rest = retry;
            at = ++from;
        } else {
            return false;
        }
    }
    return true;
}
