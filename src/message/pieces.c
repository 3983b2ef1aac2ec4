/* A text cut at its tags: fields and sections. */
#include <stdlib.h>
#include <string.h>

#include "message/limits.h"
#include "message/template.h"

enum { FIRST_CAP = 8 };

/* What stands between {{ and }}. */
struct tag {
    char sign; /* # ^ / or '\0' of a field */
    const char *name;
    const char *fallback; /* or NULL */
    char *begin;          /* the first brace */
    char *end;            /* behind the last one */
};

struct cutter {
    struct ph_template *t;
    struct ph__cut *cut;
    char *begin;
    char *at; /* what is before it was cut */
    char *end;
    size_t depth; /* sections that are open: */
    size_t open[PH__SECTIONS_MAX];
    const char *opened_at[PH__SECTIONS_MAX];
};

/* PH_E_CONTENT, and the line of `where`. */
static int complain(const struct cutter *c, const char *where,
                    const char *problem)
{
    c->cut->problem = problem;
    for (const char *s = c->begin; s < where; s++)
        c->cut->line += *s == '\n';
    return PH_E_CONTENT;
}

static int add_piece(struct ph_template *t, struct ph__piece piece)
{
    if (t->piece_count == t->piece_cap) {
        size_t cap = t->piece_cap ? t->piece_cap * 2 : FIRST_CAP;
        struct ph__piece *pieces = realloc(t->pieces, cap * sizeof(*t->pieces));
        if (!pieces)
            return PH_E_NOMEM;
        t->pieces = pieces;
        t->piece_cap = cap;
    }
    t->pieces[t->piece_count++] = piece;
    return PH_OK;
}

static int add_literal(struct cutter *c, const char *end)
{
    size_t len = (size_t)(end - c->at);
    struct ph__piece piece = {.kind = PH__LITERAL, .text = {c->at, len}};
    return len ? add_piece(c->t, piece) : PH_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the blanks around it; gets its '\0', which overwrites a blank, a bar
 * or a brace. NULL if it could not stand between braces on one line. */
static const char *trim(char *from, char *to)
{
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    for (const char *c = from; c < to; c++)
        if (strchr("{}\r\n", *c))
            return NULL;
    *to = '\0';
    return from;
}

/* The tag that begins at `at`. */
static int read_tag(const struct cutter *c, char *at, struct tag *out)
{
    char *close = memmem(at, (size_t)(c->end - at), "}}", 2);
    if (!close)
        return complain(c, at, "has an unfinished \"{{\"");
    char *from = at + 2;
    while (from < close && is_blank(*from))
        from++;
    *out = (struct tag){.begin = at, .end = close + 2};
    if (from < close && strchr("#^/", *from))
        out->sign = *from++;
    char *bar = memchr(from, '|', (size_t)(close - from));
    if (bar && !out->sign) {
        out->fallback = trim(bar + 1, close);
        if (!out->fallback)
            return complain(c, at, "has a brace or a line end in a default");
    }
    out->name = out->sign && bar ? NULL : trim(from, bar ? bar : close);
    return out->name && *out->name
               ? PH_OK
               : complain(c, at, "has no field name between \"{{\" and \"}}\"");
}

/* Is there nothing else on its line but blanks? Then `*from` and `*to` are the
 * line, with its end. */
static bool has_line_alone(const struct cutter *c, const struct tag *tag,
                           const char **from, char **to)
{
    char *begin = tag->begin;
    char *end = tag->end;
    while (begin > c->begin && is_blank(begin[-1]))
        begin--;
    while (end < c->end && is_blank(*end))
        end++;
    if (begin > c->begin && begin[-1] != '\n')
        return false;
    if (end < c->end && *end == '\r')
        end++;
    if (end < c->end && *end++ != '\n')
        return false;
    *from = begin;
    *to = end;
    return true;
}

static int open_section(struct cutter *c, const struct tag *tag)
{
    if (c->depth == PH__SECTIONS_MAX)
        return complain(c, tag->begin, "has too many sections in each other");
    struct ph__piece piece = {.kind = tag->sign == '#' ? PH__IF : PH__UNLESS,
                              .field = tag->name};
    c->opened_at[c->depth] = tag->begin;
    c->open[c->depth++] = c->t->piece_count;
    return add_piece(c->t, piece);
}

static int close_section(struct cutter *c, const struct tag *tag)
{
    if (!c->depth)
        return complain(c, tag->begin, "closes a section that is not open");
    struct ph__piece *piece = &c->t->pieces[c->open[--c->depth]];
    if (strcmp(piece->field, tag->name) != 0)
        return complain(c, tag->begin,
                        "closes another section than the last one opened");
    piece->end = c->t->piece_count;
    return PH_OK;
}

static int add_tag(struct cutter *c, const struct tag *tag)
{
    const struct ph__piece field = {.kind = PH__FIELD,
                                    .place = c->cut->place,
                                    .field = tag->name,
                                    .fallback = tag->fallback};
    if (!tag->sign)
        return add_piece(c->t, field);
    return tag->sign == '/' ? close_section(c, tag) : open_section(c, tag);
}

/* Up to and with the tag that begins at `open`. */
static int cut_one(struct cutter *c, char *open)
{
    struct tag tag;
    int rc = read_tag(c, open, &tag);
    if (rc)
        return rc;
    const char *from = tag.begin;
    char *to = tag.end;
    if (tag.sign && c->cut->by_lines)
        has_line_alone(c, &tag, &from, &to);
    rc = add_literal(c, from);
    c->at = to;
    return rc ? rc : add_tag(c, &tag);
}

int ph__pieces_cut(struct ph_template *t, char *text, size_t len,
                   struct ph__cut *cut)
{
    struct cutter c = {
        .t = t, .cut = cut, .begin = text, .at = text, .end = text + len};
    int rc = PH_OK;
    while (!rc && c.at < c.end) {
        char *open = memmem(c.at, (size_t)(c.end - c.at), "{{", 2);
        if (!open)
            break;
        rc = cut_one(&c, open);
    }
    if (!rc && c.depth)
        return complain(&c, c.opened_at[c.depth - 1],
                        "has a section that is never closed");
    return rc ? rc : add_literal(&c, c.end);
}
