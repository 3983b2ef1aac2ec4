/* A template compiled: its header read, its text cut at the fields. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "message/header.h"
#include "message/limits.h"
#include "message/parts.h"
#include "message/ready.h"
#include "message/template.h"

enum { FIRST_CAP = 8 };

void ph__template_fail(struct ph_template *t, int code, const char *what,
                       size_t line, const char *problem)
{
    if (t->code || !code)
        return;
    t->code = code;
    ph__buf_format(&t->problem, "%.*s%s", PH__PROBLEM_QUOTE_MAX, what,
                   *what ? ": " : "");
    if (line)
        ph__buf_format(&t->problem, "line %zu ", line);
    ph__buf_add_text(&t->problem, problem);
    if (t->problem.len)
        ph__text_make_printable(t->problem.data, t->problem.len, false);
}

static int complain(struct ph_template *t, int rc, size_t line,
                    const char *what)
{
    ph__template_fail(t, rc, "", line, what);
    return rc;
}

int ph__template_add(struct ph_template *t, struct ph__part part)
{
    if (t->part_count == t->part_cap) {
        size_t cap = t->part_cap ? t->part_cap * 2 : FIRST_CAP;
        struct ph__part *parts = realloc(t->parts, cap * sizeof(*t->parts));
        if (!parts) {
            free(part.source);
            return PH_E_NOMEM;
        }
        t->parts = parts;
        t->part_cap = cap;
    }
    t->parts[t->part_count++] = part;
    return PH_OK;
}

static size_t count_lines(struct ph_slice text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    return lines;
}

/* In place: one line, without blanks at its ends. Returns its length. A line
 * end inside is always followed by a blank, which stays (RFC 5322 2.2.3). */
static size_t unfold(char *value, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        char c = value[i] == '\t' ? ' ' : value[i];
        if (c != '\r' && c != '\n' && (c != ' ' || to))
            value[to++] = c;
    }
    while (to && value[to - 1] == ' ')
        to--;
    return to;
}

static bool once(const char *name)
{
    return ph__text_listed("From,To,Cc,Bcc,Reply-To,Subject,Date,Message-ID,"
                           "MIME-Version,Content-Type,"
                           "Content-Transfer-Encoding,Sender,References,"
                           "In-Reply-To,List-Unsubscribe,"
                           "List-Unsubscribe-Post",
                           name);
}

static bool is_list(const char *name)
{
    return ph__text_listed("From,To,Cc,Bcc,Reply-To,Resent-Bcc", name) ||
           ph__message_holds_mailboxes(name);
}

static const char *field_problem(const struct ph_template *t, const char *name,
                                 const char *value, size_t len)
{
    if (ph__header_name_problem(name, strlen(name)) || strstr(name, "{{"))
        return "is not a header field: 'Name: value'";
    if (once(name) && ph_template_has_header(t, name))
        return "has a header field that may come only once, again";
    return ph__header_text_problem(value, len);
}

static int add_field(struct ph_template *t, const struct ph__ready_field *field,
                     size_t line)
{
    char *name = t->text + (field->name.data - t->text);
    char *value = t->text + (field->value.data - t->text);
    name[field->name.len] = '\0';
    size_t len = unfold(value, field->value.len);
    const char *problem = field_problem(t, name, value, len);
    if (problem)
        return complain(t, PH_E_HEADER, line, problem);
    struct ph__part part = {.kind = PH__PART_HEADER,
                            .name = name,
                            .line = line,
                            .first = t->piece_count};
    struct ph__cut cut = {.place = PH__IN_TEXT};
    int rc = ph__pieces_cut(t, value, len, &cut);
    problem = cut.problem;
    if (!rc && is_list(name))
        rc = ph__places_in_list(t, part.first, &problem);
    if (rc && rc != PH_E_NOMEM)
        return complain(t, rc, line, problem);
    if (!is_list(name) && ph__text_same_len(name, "List-", 5))
        ph__places_in_uris(t, part.first);
    part.count = t->piece_count - part.first;
    return rc ? rc : ph__template_add(t, part);
}

/* Reads the header; `*at` and `*line` end up behind it. */
static int read_header(struct ph_template *t, struct ph_slice text, size_t *at,
                       size_t *line)
{
    struct ph__ready_field field;
    int rc = PH_OK;
    while (!rc && ph__ready_field(&field, text, at)) {
        size_t lines = count_lines(field.whole);
        rc = field.name.len ? add_field(t, &field, *line)
                            : complain(t, PH_E_HEADER, *line,
                                       "is not a header field: 'Name: value'");
        *line += lines;
    }
    if (!rc && !t->part_count)
        rc = complain(t, PH_E_HEADER, *line,
                      "begins without a header: 'Name: value' and so on");
    return rc;
}

static const struct ph__part *find(const struct ph_template *t,
                                   const char *name)
{
    for (size_t i = 0; i < t->part_count; i++)
        if (t->parts[i].kind == PH__PART_HEADER &&
            ph__text_same(t->parts[i].name, name))
            return &t->parts[i];
    return NULL;
}

/* The literal at the start of a header; "" if a field comes first. */
static struct ph_slice literal(const struct ph_template *t,
                               const struct ph__part *part)
{
    if (!part->count || t->pieces[part->first].field)
        return (struct ph_slice){"", 0};
    return t->pieces[part->first].text;
}

/* Up to the next semicolon outside of quotes. */
static size_t parameter_len(const char *s, size_t len)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < len && (quoted || s[i] != ';'); i++)
        quoted ^= s[i] == '"' && (!i || s[i - 1] != '\\');
    return i;
}

/* Keeps the media type and its parameters but charset: we write UTF-8. */
static int keep_type(struct ph__buf *out, struct ph_slice type)
{
    int rc = PH_OK;
    for (size_t at = 0, n; !rc && at < type.len; at += n + 1) {
        n = parameter_len(type.data + at, type.len - at);
        const char *from = type.data + at;
        const char *to = from + n;
        while (from < to && *from == ' ')
            from++;
        while (to > from && to[-1] == ' ')
            to--;
        size_t len = (size_t)(to - from);
        if (!len || (len >= 8 && ph__text_same_len(from, "charset=", 8)))
            continue;
        rc = out->len ? ph__buf_add_text(out, "; ") : PH_OK;
        if (!rc)
            rc = ph__buf_add(out, from, len);
    }
    return rc;
}

static const char *encoding_problem(const struct ph_template *t)
{
    const struct ph__part *part = find(t, "Content-Transfer-Encoding");
    struct ph_slice name = part ? literal(t, part) : (struct ph_slice){0};
    if (!part ||
        (part->count == 1 &&
         ((name.len == 4 && ph__text_same_len(name.data, "7bit", 4)) ||
          (name.len == 4 && ph__text_same_len(name.data, "8bit", 4)) ||
          (name.len == 6 && ph__text_same_len(name.data, "binary", 6)))))
        return NULL;
    return "has encoded text, in which no field could be found: write it as it "
           "is";
}

/* What the body is, by its Content-Type. */
static int read_type(struct ph_template *t)
{
    const struct ph__part *part = find(t, "Content-Type");
    struct ph_slice type =
        part ? literal(t, part) : (struct ph_slice){"text/plain", 10};
    if (part && !part->count)
        return complain(t, PH_E_HEADER, part->line, "has no content type");
    if (type.len < 5 || !ph__text_same_len(type.data, "text/", 5)) {
        t->kind = PH__BODY_AS_IS;
        return PH_OK;
    }
    const struct ph__part *cte = find(t, "Content-Transfer-Encoding");
    const char *problem = encoding_problem(t);
    if (problem)
        return complain(t, PH_E_HEADER, cte->line, problem);
    if (part && part->count > 1)
        return complain(t, PH_E_HEADER, part->line,
                        "has a field in the type of its text");
    if (!ph__text_is_ascii(type.data, type.len))
        return complain(t, PH_E_HEADER, part->line, "is not ASCII");
    bool html = type.len >= 9 && ph__text_same_len(type.data, "text/html", 9);
    t->kind = html ? PH__BODY_HTML : PH__BODY_TEXT;
    int rc = keep_type(&t->type, type);
    return rc == PH_E_LIMIT ? complain(t, rc, part->line, "is too long") : rc;
}

static int read_body(struct ph_template *t, char *text, size_t len, size_t line)
{
    struct ph__part part = {.kind = PH__PART_BODY,
                            .name = "the text",
                            .line = line,
                            .first = t->piece_count};
    struct ph__cut cut = {.place = t->kind == PH__BODY_HTML ? PH__IN_HTML
                                                            : PH__IN_TEXT,
                          .by_lines = true,
                          .line = line};
    int rc = ph__pieces_cut(t, text, len, &cut);
    part.count = t->piece_count - part.first;
    if (rc == PH_E_CONTENT)
        return complain(t, rc, cut.line, cut.problem);
    return rc ? rc : ph__template_add(t, part);
}

static size_t first_bad_line(const char *text, size_t len)
{
    size_t line = 1;
    for (size_t at = 0, step; at < len; at += step, line++) {
        ph__lines_one(text + at, len - at, &step);
        if (!ph__text_is_utf8(text + at, step))
            break;
    }
    return line;
}

static int check(struct ph_template *t, const char *text, size_t len)
{
    struct ph__lines lines;
    if (len > PH__CONTENT_MAX)
        return complain(t, PH_E_LIMIT, 1, "begins a template that is too long");
    ph__lines_scan(&lines, text, len);
    if (lines.problem)
        return complain(t, PH_E_CONTENT, lines.problem_line, lines.problem);
    if (lines.high && !ph__text_is_utf8(text, len))
        return complain(t, PH_E_CONTENT, first_bad_line(text, len),
                        "is not UTF-8");
    return PH_OK;
}

/* A byte order mark says nothing in UTF-8. */
static size_t mark_len(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* Header and body, from a copy whose end is at `len`. */
static int compile(struct ph_template *t, size_t len)
{
    size_t at = mark_len(t->text, len);
    size_t line = 1;
    size_t empty;
    int rc = read_header(t, (struct ph_slice){t->text, len}, &at, &line);
    if (!rc)
        rc = read_type(t);
    if (rc)
        return rc;
    ph__lines_one(t->text + at, len - at, &empty);
    return read_body(t, t->text + at + empty, len - at - empty, line + 1);
}

static int read_source(struct ph_template *t, const char *data, size_t len)
{
    int rc = check(t, data, len);
    if (rc)
        return rc;
    t->text = malloc(len + 1);
    if (!t->text)
        return PH_E_NOMEM;
    if (len)
        memcpy(t->text, data, len);
    t->text[len] = '\0';
    return compile(t, len);
}

struct ph_template *ph_template_new(const char *data, size_t len)
{
    struct ph_template *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    ph__buf_init(&t->problem, PH__PROBLEM_MAX);
    ph__buf_init(&t->type, PH__HEADER_WORD_MAX);
    t->fixed = ph_message_new();
    int rc = t->fixed ? read_source(t, data, len) : PH_E_NOMEM;
    if (!rc)
        ph__template_fix(t, 0);
    else if (!t->code)
        t->code = rc;
    if (!t->code)
        ph__template_lend(t);
    return t;
}

static void free_enclosure(struct ph__enclosure *e)
{
    free(e->path.source);
    free(e->name.source);
    ph__buf_done(&e->data);
    free(e->type);
    free(e->inline_id);
    free(e->description);
}

void ph_template_free(struct ph_template *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->part_count; i++)
        free(t->parts[i].source);
    for (size_t i = 0; i < t->enclosure_count; i++)
        free_enclosure(&t->enclosures[i]);
    ph__mime_free(t->body);
    ph_message_free(t->fixed);
    ph__buf_done(&t->problem);
    ph__buf_done(&t->type);
    free(t->enclosures);
    free(t->parts);
    free(t->pieces);
    free(t->text);
    free(t);
}

int ph_template_check(const struct ph_template *t)
{
    return t ? t->code : PH_E_NOMEM;
}

const char *ph_template_problem(const struct ph_template *t)
{
    int rc = ph_template_check(t);
    if (!rc)
        return "";
    return t && t->problem.len ? t->problem.data : ph_strerror(rc);
}

bool ph_template_has_header(const struct ph_template *t, const char *name)
{
    return t && find(t, name);
}
