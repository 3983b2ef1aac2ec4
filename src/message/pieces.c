/* A text cut at its {{fields}}. */
#include <stdlib.h>
#include <string.h>

#include "message/template.h"

enum { FIRST_CAP = 8 };

static int add_piece(struct ph__template *t, struct ph__piece piece)
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

static int add_literal(struct ph__template *t, const char *text, size_t len)
{
    if (!len)
        return PH_OK;
    return add_piece(t, (struct ph__piece){.text = {text, len}});
}

/* What stands between {{ and }}, without blanks around it; gets its '\0',
 * which overwrites a blank or a brace. NULL if that is no name. */
static const char *trim_name(char *from, char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    for (const char *c = from; c < to; c++)
        if (*c == '{' || *c == '}' || *c == '\n' || *c == '\r')
            return NULL;
    *to = '\0';
    return from < to ? from : NULL;
}

/* Behind the field that starts at `at`, or NULL with a problem. */
static char *read_field(char *at, char *end, const char **out_name,
                        const char **problem)
{
    char *close = memmem(at, (size_t)(end - at), "}}", 2);
    *problem = "has an unfinished \"{{\"";
    if (!close)
        return NULL;
    *out_name = trim_name(at + 2, close);
    if (*out_name)
        return close + 2;
    *problem = "has no field name between \"{{\" and \"}}\"";
    return NULL;
}

int ph__pieces_cut(struct ph__template *t, char *text, size_t len,
                   enum ph__place place, const char **problem)
{
    char *end = text + len;
    int rc = PH_OK;
    while (!rc && text < end) {
        char *open = memmem(text, (size_t)(end - text), "{{", 2);
        rc = add_literal(t, text, (size_t)((open ? open : end) - text));
        if (rc || !open)
            break;
        struct ph__piece piece = {.place = place};
        text = read_field(open, end, &piece.field, problem);
        if (!text)
            return PH_E_CONTENT;
        rc = add_piece(t, piece);
    }
    return rc;
}

/* Where we are in a header of mailboxes. */
struct walk {
    bool quoted;
    bool escaped;
    bool angle;
    bool comment;
    bool fresh; /* nothing of this mailbox but blanks so far */
};

static bool ends_mailbox(char c)
{
    return c == ',' || c == ';';
}

static void walk_quoted(struct walk *w, char c)
{
    w->quoted = w->escaped || c != '"';
    w->escaped = !w->escaped && c == '\\';
}

static void walk_over(struct walk *w, char c)
{
    if (w->quoted) {
        walk_quoted(w, c);
        return;
    }
    w->quoted = c == '"';
    w->angle = c == '<' || (w->angle && c != '>');
    w->comment = c == '(' || (w->comment && c != ')');
    if (!w->angle && (ends_mailbox(c) || c == ':'))
        w->fresh = true;
    else if (c != ' ')
        w->fresh = false;
}

/* Does an address in < > follow in this mailbox, behind piece `i`? */
static bool angle_follows(const struct ph__template *t, size_t i, struct walk w)
{
    for (i++; i < t->piece_count; i++) {
        struct ph_slice text = t->pieces[i].text;
        for (size_t k = 0; k < text.len; k++) {
            if (!w.quoted && ends_mailbox(text.data[k]))
                return false;
            walk_over(&w, text.data[k]);
            if (w.angle)
                return true;
        }
    }
    return false;
}

static bool mailbox_ends(const struct ph__template *t, size_t i)
{
    if (i + 1 == t->piece_count)
        return true;
    struct ph_slice text = t->pieces[i + 1].text;
    size_t k = 0;
    while (k < text.len && text.data[k] == ' ')
        k++;
    return k < text.len ? ends_mailbox(text.data[k])
                        : text.len && i + 2 == t->piece_count;
}

static enum ph__place place_of(const struct ph__template *t, size_t i,
                               const struct walk *w)
{
    if (w->quoted)
        return PH__IN_QUOTES;
    if (w->angle)
        return PH__IN_ADDRESS;
    if (angle_follows(t, i, *w))
        return PH__AS_NAME;
    return w->fresh && mailbox_ends(t, i) ? PH__AS_MAILBOX : PH__IN_ADDRESS;
}

int ph__pieces_cut_list(struct ph__template *t, char *text, size_t len,
                        const char **problem)
{
    struct walk w = {.fresh = true};
    size_t first = t->piece_count;
    int rc = ph__pieces_cut(t, text, len, PH__IN_ADDRESS, problem);
    for (size_t i = first; !rc && i < t->piece_count; i++) {
        struct ph__piece *piece = &t->pieces[i];
        for (size_t k = 0; k < piece->text.len; k++)
            walk_over(&w, piece->text.data[k]);
        if (!piece->field)
            continue;
        piece->place = place_of(t, i, &w);
        w.fresh = false;
        if (w.comment) {
            *problem = "has a field in a comment, where it would be lost";
            return PH_E_HEADER;
        }
    }
    return rc;
}
