/* A template filled: its pieces put together with a row's values. */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"
#include "message/template.h"

struct fill {
    const struct ph_template *t;
    ph_field_cb field;
    void *user;
    struct ph_message *msg;
    struct ph__buf text; /* of the part at hand */
    struct ph__buf name; /* of the file at hand */
    struct ph__buf type; /* Content-Type of a body that is MIME already */
    struct ph__buf cte;
};

static void init_fill(struct fill *f, const struct ph_template *t,
                      ph_field_cb field, void *user, struct ph_message *msg)
{
    *f = (struct fill){.t = t, .field = field, .user = user, .msg = msg};
    ph__buf_init(&f->text, PH__CONTENT_MAX);
    ph__buf_init(&f->name, PH__FILE_NAME_MAX);
    ph__buf_init(&f->type, PH__HEADER_WORD_MAX);
    ph__buf_init(&f->cte, PH__HEADER_WORD_MAX);
}

static void done_fill(struct fill *f)
{
    ph__buf_done(&f->text);
    ph__buf_done(&f->name);
    ph__buf_done(&f->type);
    ph__buf_done(&f->cte);
}

/* ---- pieces ---- */

static void complain(struct fill *f, int rc, const char *field,
                     const struct ph__part *part, const char *problem)
{
    struct ph__buf label = PH__BUF(PH__PROBLEM_MAX);
    int no_words =
        ph__buf_format(&label, "field '%.80s' in %s", field, part->name);
    ph__message_fail(f->msg, rc, no_words ? part->name : label.data,
                     (struct ph_slice){0}, problem ? problem : ph_strerror(rc));
    ph__buf_done(&label);
}

static bool is_body(const struct ph__part *part)
{
    return part->kind == PH__PART_BODY || part->kind == PH__PART_HTML;
}

static void add_field(struct fill *f, struct ph__buf *out,
                      const struct ph__part *part,
                      const struct ph__piece *piece)
{
    const char *problem = NULL;
    const char *value = f->field(f->user, piece->field);
    if (piece->fallback && (!value || !*value))
        value = piece->fallback;
    if (!value) {
        complain(f, PH_E_INVALID, piece->field, part,
                 "the row has no such field");
        return;
    }
    int rc = ph__value_check(value, !is_body(part), &problem);
    if (!rc)
        rc = ph__value_add(out, value, piece->place, &problem);
    if (rc)
        complain(f, rc, piece->field, part, problem);
}

static bool stays(const struct fill *f, const struct ph__piece *piece)
{
    const char *value = f->field(f->user, piece->field);
    bool empty = !value || !*value;
    return piece->kind == PH__IF ? !empty : empty;
}

static void put_together(struct fill *f, struct ph__buf *out,
                         const struct ph__part *part)
{
    size_t end = part->first + part->count;
    ph__buf_clear(out);
    for (size_t i = part->first; i < end && !f->msg->code;) {
        const struct ph__piece *piece = &f->t->pieces[i++];
        switch (piece->kind) {
        case PH__LITERAL:
            ph__message_settle(
                f->msg, ph__buf_add(out, piece->text.data, piece->text.len),
                part->name);
            break;
        case PH__FIELD:
            add_field(f, out, part, piece);
            break;
        case PH__IF:
        case PH__UNLESS:
            if (!stays(f, piece))
                i = piece->end;
        }
    }
}

/* ---- parts ---- */

/* "<left@right>" */
static void set_id(struct ph_message *msg, struct ph__buf *text)
{
    size_t len = text->len;
    bool framed = len > 1 && text->data[0] == '<' && text->data[len - 1] == '>';
    if (framed)
        text->data[len - 1] = '\0';
    ph_message_id(msg, framed ? text->data + 1 : ph__buf_text(text));
}

static enum ph__slot slot_of(const char *name)
{
    static const char *const names[] = {
        [PH__FROM] = "From",       [PH__TO] = "To",
        [PH__CC] = "Cc",           [PH__REPLY_TO] = "Reply-To",
        [PH__SUBJECT] = "Subject", [PH__DATE] = "Date",
    };
    enum ph__slot slot = PH__FROM;
    while (slot <= PH__DATE && !ph__text_same(names[slot], name))
        slot++;
    return slot <= PH__DATE ? slot : PH__OTHER;
}

/* A Bcc is known to the envelope only; the rest of these waits for the body. */
static void set_other(struct fill *f, const char *name)
{
    const char *text = ph__buf_text(&f->text);
    if (ph__text_listed("Bcc,Resent-Bcc,MIME-Version", name))
        return;
    if (ph__text_same(name, "Message-ID"))
        set_id(f->msg, &f->text);
    else if (ph__text_same(name, "Content-Type"))
        ph__message_settle(f->msg, ph__buf_add_text(&f->type, text), name);
    else if (ph__text_same(name, "Content-Transfer-Encoding"))
        ph__message_settle(f->msg, ph__buf_add_text(&f->cte, text), name);
    else
        ph_message_header(f->msg, name, text);
}

static void set_header(struct fill *f, const char *name)
{
    const char *text = ph__buf_text(&f->text);
    enum ph__slot slot = slot_of(name);
    switch (slot) {
    case PH__FROM:
    case PH__TO:
    case PH__CC:
    case PH__REPLY_TO:
        ph__message_list(f->msg, slot, text);
        return;
    case PH__SUBJECT:
        ph_message_subject(f->msg, text);
        return;
    case PH__DATE:
        ph__message_date_text(f->msg, text);
        return;
    case PH__UNSUBSCRIBE:
    case PH__OTHER:
    case PH__SLOTS:
        set_other(f, name);
    }
}

/* Blanks at the ends are what a field left that turned out to be empty. */
static void trim(struct ph__buf *text)
{
    size_t front = strspn(ph__buf_text(text), " ");
    ph__buf_drop(text, front);
    while (text->len && text->data[text->len - 1] == ' ')
        text->data[--text->len] = '\0';
}

static bool is_text_header(const char *name)
{
    enum ph__slot slot = slot_of(name);
    return slot == PH__SUBJECT || slot == PH__DATE ||
           (slot == PH__OTHER && !ph__message_holds_mailboxes(name));
}

static void fill_header(struct fill *f, const struct ph__part *part)
{
    bool may_go = ph__part_varies(f->t, part) && is_text_header(part->name);
    if (may_go)
        trim(&f->text);
    if (f->text.len || !may_go)
        set_header(f, part->name);
}

static bool is_blank(const struct ph__buf *text)
{
    const char *s = ph__buf_text(text);
    return !s[strspn(s, " \t\r\n")];
}

static bool has_blank_text(const struct ph_message *msg)
{
    return !msg->text || is_blank(&msg->text->entity.body);
}

static void fill_body(struct fill *f)
{
    const char *text = ph__buf_text(&f->text);
    if (f->t->has_html && is_blank(&f->text))
        return;
    if (f->t->kind == PH__BODY_AS_IS)
        ph__message_as_is(f->msg, ph__buf_text(&f->type),
                          f->cte.len ? f->cte.data : NULL, text, f->text.len);
    else
        ph__message_typed_text(f->msg, ph__buf_text(&f->t->type), text,
                               f->text.len);
}

/* That of a field which is empty would be the null one, which nobody meant. */
static void fill_sender(struct fill *f, const struct ph__part *part)
{
    if (part->count && !f->text.len)
        ph__message_fail(f->msg, PH_E_ADDRESS, part->name, (struct ph_slice){0},
                         "is empty");
    ph_message_envelope_from(f->msg, ph__buf_text(&f->text));
}

static void fill_part(struct fill *f, const struct ph__part *part)
{
    put_together(f, &f->text, part);
    if (f->msg->code)
        return;
    switch (part->kind) {
    case PH__PART_HEADER:
        fill_header(f, part);
        break;
    case PH__PART_BODY:
        fill_body(f);
        break;
    case PH__PART_HTML:
        ph_message_html(f->msg, ph__buf_text(&f->text));
        break;
    case PH__PART_SENDER:
        fill_sender(f, part);
        break;
    case PH__PART_UNSUBSCRIBE:
        if (f->text.len)
            ph_message_list_unsubscribe(f->msg, f->text.data);
        break;
    case PH__PART_FILE_PATH:
    case PH__PART_FILE_NAME:
        break; /* of enclosures */
    }
}

/* ---- what goes with it ---- */

static void fill_enclosure(struct fill *f, size_t i)
{
    const struct ph__enclosure *e = &f->t->enclosures[i];
    if (e->fixed) {
        ph__message_repeat_attached(f->msg, f->t->fixed, i);
        return;
    }
    bool from_file = ph__part_varies(f->t, &e->path);
    put_together(f, &f->text, &e->path);
    put_together(f, &f->name, &e->name);
    if (f->msg->code || (from_file && !f->text.len))
        return;
    ph_message_attach(
        f->msg,
        PH_ATTACHMENT(.path = from_file ? f->text.data : NULL,
                      .data = from_file ? NULL : ph__buf_text(&e->data),
                      .len = from_file ? 0 : e->data.len, .type = e->type,
                      .name = f->name.len ? f->name.data : NULL,
                      .inline_id = e->inline_id,
                      .description = e->description));
}

/* ---- what is the same in each row ---- */

static void repeat(struct ph_message *msg, const struct ph_template *t,
                   const struct ph__part *part)
{
    switch (part->kind) {
    case PH__PART_HEADER:
        if (slot_of(part->name) == PH__OTHER)
            ph__message_repeat_other(msg, t->fixed, part->fixed_at,
                                     part->fixed_len);
        else
            ph__message_repeat_slot(msg, t->fixed, slot_of(part->name));
        break;
    case PH__PART_BODY:
        if (!t->has_html || !has_blank_text(t->fixed))
            ph__message_repeat_text(msg, t->fixed);
        break;
    case PH__PART_HTML:
        ph__message_repeat_html(msg, t->fixed);
        break;
    case PH__PART_SENDER:
        ph__message_repeat_sender(msg, t->fixed);
        break;
    case PH__PART_UNSUBSCRIBE:
    case PH__PART_FILE_PATH:
    case PH__PART_FILE_NAME:
        break; /* never fixed */
    }
}

/* A header that is not written where it stands is left to each row. */
static bool can_be_fixed(const struct ph_template *t,
                         const struct ph__part *part)
{
    if (ph__part_varies(t, part))
        return false;
    if (part->kind == PH__PART_BODY)
        return t->kind != PH__BODY_AS_IS;
    return part->kind != PH__PART_HEADER ||
           !ph__text_listed("Bcc,Resent-Bcc,MIME-Version,Message-ID,"
                            "Content-Type,Content-Transfer-Encoding",
                            part->name);
}

void ph__template_fixed_failed(struct ph_template *t, size_t line)
{
    struct ph__buf words = PH__BUF(2 * PH__PROBLEM_MAX);
    const struct ph_message *msg = t->fixed;
    if (!msg->code)
        return;
    const char *problem =
        msg->problem.len ? ph__buf_text(&msg->problem) : ph_strerror(msg->code);
    ph__buf_format(&words, "%s%s", line ? "cannot be sent: " : "", problem);
    ph__template_fail(t, msg->code, "", line, words.len ? words.data : problem);
    ph__buf_done(&words);
}

void ph__template_fix(struct ph_template *t, size_t first)
{
    struct fill f;
    struct ph__buf *other = &t->fixed->slots[PH__OTHER].out;
    init_fill(&f, t, NULL, NULL, t->fixed);
    for (size_t i = first; i < t->part_count && !t->code; i++) {
        struct ph__part *part = &t->parts[i];
        if (!can_be_fixed(t, part))
            continue;
        part->fixed_at = other->len;
        fill_part(&f, part);
        part->fixed_len = other->len - part->fixed_at;
        part->fixed = part->kind != PH__PART_UNSUBSCRIBE;
        ph__template_fixed_failed(t, part->line);
    }
    done_fill(&f);
}

/* Its body will be what the template makes it. */
static bool is_bare(const struct ph_message *msg)
{
    return !msg->html && !msg->calendar && !msg->attached.count &&
           !msg->boundary_given;
}

static bool is_of_body(const struct ph__part *part)
{
    return part->kind == PH__PART_BODY || part->kind == PH__PART_HTML;
}

void ph__template_lend(struct ph_template *t)
{
    struct ph_message *fixed = t->fixed;
    bool same = !t->code;
    for (size_t i = 0; same && i < t->part_count; i++)
        same = t->parts[i].fixed || !is_of_body(&t->parts[i]);
    for (size_t i = 0; same && i < t->enclosure_count; i++)
        same = t->enclosures[i].fixed;
    ph__mime_free(t->body);
    t->body = NULL;
    if (!same)
        return;
    if (t->has_html && has_blank_text(fixed))
        ph__part_share(&fixed->text, NULL);
    int rc = ph__message_lend_body(&t->body, fixed);
    if (rc)
        ph__template_fail(t, rc, "", 0, ph_strerror(rc));
}

int ph_template_fill(const struct ph_template *t, ph_field_cb field, void *user,
                     struct ph_message *msg)
{
    struct fill f;
    int rc = ph_template_check(t);
    if (!ph__message_open(msg, msg))
        return ph_message_check(msg);
    if (rc) {
        ph__message_fail(msg, rc, "template", (struct ph_slice){0},
                         ph_template_problem(t));
        return rc;
    }
    bool bare = is_bare(msg);
    init_fill(&f, t, field, user, msg);
    for (size_t i = 0; i < t->part_count && !msg->code; i++) {
        if (t->parts[i].fixed)
            repeat(msg, t, &t->parts[i]);
        else
            fill_part(&f, &t->parts[i]);
    }
    for (size_t i = 0; i < t->enclosure_count && !msg->code; i++)
        fill_enclosure(&f, i);
    if (t->body && bare)
        ph__message_borrow_body(msg, t->body);
    done_fill(&f);
    return msg->code;
}
