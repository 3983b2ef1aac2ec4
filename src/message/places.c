/* Where a field stands: in a header of mailboxes, in one of URIs. */
#include "message/template.h"

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
static bool angle_follows(const struct ph_template *t, size_t i, struct walk w)
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

static bool mailbox_ends(const struct ph_template *t, size_t i)
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

static enum ph__place place_of(const struct ph_template *t, size_t i,
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

int ph__places_in_list(struct ph_template *t, size_t first,
                       const char **problem)
{
    struct walk w = {.fresh = true};
    for (size_t i = first; i < t->piece_count; i++) {
        struct ph__piece *piece = &t->pieces[i];
        for (size_t k = 0; k < piece->text.len; k++)
            walk_over(&w, piece->text.data[k]);
        if (piece->kind == PH__LITERAL)
            continue;
        if (piece->kind != PH__FIELD) {
            *problem = "has a section among mailboxes, where only fields can "
                       "stand";
            return PH_E_HEADER;
        }
        piece->place = place_of(t, i, &w);
        w.fresh = false;
        if (w.comment) {
            *problem = "has a field in a comment, where it would be lost";
            return PH_E_HEADER;
        }
    }
    return PH_OK;
}

static char first_of(const struct ph_template *t, size_t i)
{
    return i < t->piece_count && t->pieces[i].text.len ? *t->pieces[i].text.data
                                                       : '\0';
}

static char last_of(const struct ph__piece *piece)
{
    return piece->text.len ? piece->text.data[piece->text.len - 1] : '\0';
}

void ph__places_in_uris(struct ph_template *t, size_t first)
{
    bool inside = false;
    for (size_t i = first; i < t->piece_count; i++) {
        struct ph__piece *piece = &t->pieces[i];
        for (size_t k = 0; k < piece->text.len; k++)
            inside = piece->text.data[k] == '<' ||
                     (inside && piece->text.data[k] != '>');
        if (piece->kind != PH__FIELD || !inside)
            continue;
        bool whole = last_of(piece - 1) == '<' && first_of(t, i + 1) == '>';
        piece->place = whole ? PH__AS_URI : PH__IN_URI;
    }
}

bool ph__places_is_whole(const struct ph_template *t, size_t first)
{
    size_t fields = 0;
    for (size_t i = first; i < t->piece_count; i++) {
        if (t->pieces[i].kind == PH__LITERAL)
            return false;
        fields += t->pieces[i].kind == PH__FIELD;
    }
    return fields == 1;
}

bool ph__part_varies(const struct ph_template *t, const struct ph__part *part)
{
    for (size_t i = 0; i < part->count; i++)
        if (t->pieces[part->first + i].kind != PH__LITERAL)
            return true;
    return false;
}
