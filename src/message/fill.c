/* A template filled: its pieces put together with a row's values. */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"
#include "message/template.h"

struct fill {
    const struct ph__template *t;
    ph__field_cb field;
    void *user;
    struct ph_message *msg;
    struct ph__buf *why;
    struct ph__buf text; /* of the part at hand */
    struct ph__buf type; /* Content-Type of a body that is MIME already */
    struct ph__buf cte;
};

static int complain(struct fill *f, int rc, const char *field,
                    const struct ph__part *part, const char *problem)
{
    ph__buf_clear(f->why);
    ph__buf_format(f->why, "field '%.80s' in %s: %s", field,
                   part->name ? part->name : "the text",
                   problem ? problem : ph_strerror(rc));
    if (f->why->len)
        ph__text_make_printable(f->why->data, f->why->len, false);
    return rc;
}

static int add_field(struct fill *f, const struct ph__part *part,
                     const struct ph__piece *piece)
{
    const char *problem = NULL;
    const char *value = f->field(f->user, piece->field);
    if (!value)
        return complain(f, PH_E_INVALID, piece->field, part,
                        "the row has no such field");
    int rc = ph__value_check(value, part->name, &problem);
    if (!rc)
        rc = ph__value_add(&f->text, value, piece->place, &problem);
    return rc ? complain(f, rc, piece->field, part, problem) : PH_OK;
}

static int put_together(struct fill *f, const struct ph__part *part)
{
    ph__buf_clear(&f->text);
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < part->count; i++) {
        const struct ph__piece *piece = &f->t->pieces[part->first + i];
        rc = piece->field
                 ? add_field(f, part, piece)
                 : ph__buf_add(&f->text, piece->text.data, piece->text.len);
    }
    return rc;
}

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
    while (slot < PH__OTHER && !ph__text_same(names[slot], name))
        slot++;
    return slot;
}

/* A Bcc is known to the envelope only. */
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
    case PH__OTHER:
    case PH__SLOTS:
        set_other(f, name);
    }
}

static void set_body(struct fill *f)
{
    const char *text = ph__buf_text(&f->text);
    if (f->t->kind == PH__BODY_AS_IS)
        ph__message_as_is(f->msg, ph__buf_text(&f->type),
                          f->cte.len ? f->cte.data : NULL, text, f->text.len);
    else
        ph__message_typed_text(f->msg, ph__buf_text(&f->t->type), text,
                               f->text.len);
}

static int fill_part(struct fill *f, const struct ph__part *part)
{
    int rc = put_together(f, part);
    if (rc)
        return rc;
    if (part->name)
        set_header(f, part->name);
    else
        set_body(f);
    if (!f->msg->code)
        return PH_OK;
    ph__buf_clear(f->why);
    ph__buf_add_text(f->why, ph_message_problem(f->msg));
    return f->msg->code;
}

int ph__template_fill(const struct ph__template *t, ph__field_cb field,
                      void *user, struct ph_message *msg, struct ph__buf *why)
{
    struct fill f = {
        .t = t, .field = field, .user = user, .msg = msg, .why = why};
    ph__buf_init(&f.text, PH__CONTENT_MAX);
    ph__buf_init(&f.type, PH__HEADER_WORD_MAX);
    ph__buf_init(&f.cte, PH__HEADER_WORD_MAX);
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < t->part_count; i++)
        rc = fill_part(&f, &t->parts[i]);
    if (rc) /* half a message must not be sent */
        ph__message_fail(msg, rc, "template", (struct ph_slice){0},
                         ph_strerror(rc));
    ph__buf_done(&f.text);
    ph__buf_done(&f.type);
    ph__buf_done(&f.cte);
    return rc;
}
