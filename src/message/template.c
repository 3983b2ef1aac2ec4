/* What a template is told beside its source. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/lines.h"
#include "message/load.h"
#include "message/template.h"

static const char *const names[] = {
    [PH__PART_HTML] = "the HTML",
    [PH__PART_SENDER] = "the envelope sender",
    [PH__PART_UNSUBSCRIBE] = "List-Unsubscribe",
    [PH__PART_FILE_PATH] = "the path of a file",
    [PH__PART_FILE_NAME] = "the name of a file",
};

static bool is_open(struct ph_template *t, const void *argument)
{
    if (!t || t->code)
        return false;
    if (!argument)
        t->code = PH_E_INVALID;
    return argument;
}

/* What a template's own text is held to, too. */
static int check(const char *text, size_t len, size_t *line,
                 const char **problem)
{
    struct ph__lines lines;
    if (len > PH__CONTENT_MAX)
        return PH_E_LIMIT;
    ph__lines_scan(&lines, text, len);
    *line = lines.problem_line;
    *problem = lines.problem;
    if (!*problem && !ph__text_is_utf8(text, len))
        *problem = "is not UTF-8";
    return *problem ? PH_E_CONTENT : PH_OK;
}

static int cut(struct ph_template *t, struct ph__part *part,
               enum ph__place place, size_t *line, const char **problem)
{
    struct ph__cut cut = {
        .place = place, .by_lines = place == PH__IN_HTML, .line = 1};
    int rc = ph__pieces_cut(t, part->source, strlen(part->source), &cut);
    part->count = t->piece_count - part->first;
    *line = cut.line;
    *problem = cut.problem;
    return rc;
}

/* A part of its own text. On failure the template has failed, and the part has
 * nothing to be freed. */
static bool make_part(struct ph_template *t, struct ph__part *out,
                      enum ph__part_kind kind, enum ph__place place,
                      const char *text)
{
    const char *problem = NULL;
    size_t line = 0;
    struct ph__part part = {
        .kind = kind, .name = names[kind], .first = t->piece_count};
    int rc = check(text, strlen(text), &line, &problem);
    if (!rc)
        rc = ph__text_copy(&part.source, text);
    if (!rc)
        rc = cut(t, &part, place, &line, &problem);
    if (!rc) {
        *out = part;
        return true;
    }
    free(part.source);
    ph__template_fail(t, rc, part.name, kind == PH__PART_HTML ? line : 0,
                      problem ? problem : ph_strerror(rc));
    return false;
}

/* A field that is all there is stands for the whole of it. */
static void take_whole(struct ph_template *t, const struct ph__part *part,
                       enum ph__place place)
{
    bool whole = ph__places_is_whole(t, part->first);
    for (size_t i = part->first; whole && i < t->piece_count; i++)
        t->pieces[i].place = place;
}

static void settle(struct ph_template *t, int rc, enum ph__part_kind kind)
{
    ph__template_fail(t, rc, names[kind], 0, ph_strerror(rc));
}

static void add_part(struct ph_template *t, enum ph__part_kind kind,
                     enum ph__place place, const char *text)
{
    struct ph__part part;
    if (!make_part(t, &part, kind, place, text))
        return;
    if (place != PH__IN_HTML)
        take_whole(t, &part, PH__IN_TEXT);
    settle(t, ph__template_add(t, part), kind);
    if (!t->code)
        ph__template_fix(t, t->part_count - 1);
}

void ph_template_html(struct ph_template *t, const char *html)
{
    const char *problem = NULL;
    if (!is_open(t, html))
        return;
    if (t->kind == PH__BODY_AS_IS)
        problem = "cannot stand beside a body that is MIME already";
    else if (t->kind == PH__BODY_HTML || t->has_html)
        problem = "is there already";
    if (problem) {
        ph__template_fail(t, PH_E_INVALID, names[PH__PART_HTML], 0, problem);
        return;
    }
    t->has_html = true;
    add_part(t, PH__PART_HTML, PH__IN_HTML, html);
    ph__template_lend(t);
}

void ph_template_sender(struct ph_template *t, const char *address)
{
    if (is_open(t, address))
        add_part(t, PH__PART_SENDER, PH__IN_PATH, address);
}

void ph_template_list_unsubscribe(struct ph_template *t, const char *uri)
{
    if (is_open(t, uri))
        add_part(t, PH__PART_UNSUBSCRIBE, PH__IN_URI, uri);
}

/* ---- what goes with it ---- */

static int add_enclosure(struct ph_template *t)
{
    size_t n = t->enclosure_count;
    if (n == PH__ATTACHMENTS_MAX)
        return PH_E_LIMIT;
    struct ph__enclosure *all = realloc(t->enclosures, (n + 1) * sizeof(*all));
    if (!all)
        return PH_E_NOMEM;
    t->enclosures = all;
    all[n] = (struct ph__enclosure){.type = NULL};
    ph__buf_init(&all[n].data, PH__CONTENT_MAX);
    t->enclosure_count++;
    return PH_OK;
}

static void load(struct ph_template *t, struct ph__enclosure *e,
                 const char *path)
{
    struct ph__buf why = PH__BUF(PH__PROBLEM_MAX);
    int rc = ph__load_file(&e->data, path, &why);
    ph__template_fail(t, rc, path, 0, why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
}

static void take_content(struct ph_template *t, struct ph__enclosure *e,
                         const struct ph_attachment *a)
{
    if (a->data) {
        settle(t, ph__buf_add(&e->data, a->data, a->len), PH__PART_FILE_PATH);
        return;
    }
    if (!make_part(t, &e->path, PH__PART_FILE_PATH, PH__IN_FILE, a->path))
        return;
    take_whole(t, &e->path, PH__IN_TEXT);
}

static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Of a path with fields the row's own last one is the name, unless one is
 * given. */
static void take_words(struct ph_template *t, struct ph__enclosure *e,
                       const struct ph_attachment *a)
{
    int rc = ph__text_copy(&e->type, a->type);
    if (!rc)
        rc = ph__text_copy(&e->inline_id, a->inline_id);
    if (!rc)
        rc = ph__text_copy(&e->description, a->description);
    settle(t, rc, PH__PART_FILE_NAME);
    const char *name = a->name;
    if (!name && a->path && !ph__part_varies(t, &e->path))
        name = last_of(a->path);
    if (!t->code && name)
        make_part(t, &e->name, PH__PART_FILE_NAME, PH__IN_TEXT, name);
}

/* Read and encoded once if it is the same in each row. If not, what is the same
 * shows here whether it can be sent, with no data and any name. */
static void try_out(struct ph_template *t, struct ph__enclosure *e,
                    const struct ph_attachment *a)
{
    bool own_path = ph__part_varies(t, &e->path);
    bool own_name = ph__part_varies(t, &e->name);
    const char *name = e->name.count ? e->name.source : NULL;
    e->fixed = !own_path && !own_name;
    if (a->path && !own_path && own_name)
        load(t, e, a->path);
    ph_message_attach(
        t->fixed,
        PH_ATTACHMENT(.path = e->fixed ? a->path : NULL,
                      .data = !e->fixed  ? ""
                              : !a->path ? ph__buf_text(&e->data)
                                         : NULL,
                      .len = e->fixed ? e->data.len : 0, .type = e->type,
                      .name = e->fixed ? name : "x", .inline_id = e->inline_id,
                      .description = e->description));
    ph__template_fixed_failed(t, 0);
    if (e->fixed)
        ph__buf_done(&e->data);
}

void ph_template_attach(struct ph_template *t, const struct ph_attachment *a)
{
    if (!is_open(t, a))
        return;
    if (a->size != sizeof(*a) || !a->data == !a->path) {
        ph__template_fail(t, PH_E_INVALID, "attach", 0,
                          "takes either data or a path, by PH_ATTACHMENT");
        return;
    }
    settle(t, add_enclosure(t), PH__PART_FILE_PATH);
    if (t->code)
        return;
    struct ph__enclosure *e = &t->enclosures[t->enclosure_count - 1];
    take_content(t, e, a);
    if (!t->code)
        take_words(t, e, a);
    if (!t->code)
        try_out(t, e, a);
    ph__template_lend(t);
}
