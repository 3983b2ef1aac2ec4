/* Templates of any octets, filled with any values: what comes out has the
 * fields of the template and no other, as many mailboxes, no tag that a value
 * brought along, and no Bcc. S22, S28, MG.
 *
 * An input is strings with a NUL behind each: the values of the template's
 * fields, as many as the first octet says, and then the template. A value of
 * \x01 alone means that the row has none. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/wire.h"
#include "message/limits.h"
#include "message/template.h"

enum { VALUES_MAX = 8, TEXT_MAX = 8 * 1024 };

struct row {
    char *values[VALUES_MAX];
    const char *names[VALUES_MAX]; /* of the fields that they are for */
    size_t count;
};

static size_t find_name(const struct row *row, size_t known, const char *name)
{
    size_t i = 0;
    while (i < known && strcmp(row->names[i], name) != 0)
        i++;
    return i;
}

/* The values are for the first fields of the template, each named once. */
static void name_values(struct row *row, const struct ph_template *t)
{
    size_t known = 0;
    for (size_t i = 0; i < t->piece_count && known < row->count; i++) {
        const char *name = t->pieces[i].field;
        if (name && find_name(row, known, name) == known)
            row->names[known++] = name;
    }
    row->count = known;
}

/* Fields without one get what fits nearly everywhere. */
static const char *value_of(void *user, const char *name)
{
    const struct row *row = user;
    size_t i = find_name(row, row->count, name);
    if (i == row->count)
        return "v@x.org";
    return strcmp(row->values[i], "\x01") == 0 ? NULL : row->values[i];
}

static bool made_by_us(const char *name)
{
    return ph__text_listed("From,Sender,Date,Message-ID,MIME-Version,"
                           "Content-Type,Content-Transfer-Encoding",
                           name);
}

static size_t count_parts(const struct ph_template *t, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < t->part_count; i++)
        count += t->parts[i].kind == PH__PART_HEADER &&
                 ph__text_same(t->parts[i].name, name);
    return count;
}

static void check_names(const struct ph_template *t, const struct wire *wire)
{
    for (size_t i = 0; i < wire->count; i++) {
        struct ph_slice s = wire->fields[i].name;
        struct ph__buf name = PH__BUF(PH__HEADER_NAME_MAX);
        fuzz_add(&name, s.data, s.len);
        size_t asked = count_parts(t, name.data);
        size_t most = asked || !made_by_us(name.data) ? asked : 1;
        MUST(wire_count(wire, name.data) <= most);
        ph__buf_done(&name);
    }
    MUST(!wire_count(wire, "Bcc") && !wire_count(wire, "Resent-Bcc"));
    MUST(wire_count(wire, "From") == 1 && wire_count(wire, "Date") == 1);
    MUST(wire_count(wire, "Message-ID") == 1);
    MUST(wire_count(wire, "MIME-Version") == 1);
    MUST(wire_count(wire, "Content-Type") == 1);
}

static const char *tame_value(enum ph__place place, const char *address)
{
    switch (place) {
    case PH__AS_MAILBOX:
        return "v@x.org";
    case PH__IN_ADDRESS:
        return address;
    case PH__AS_NAME:
        return "\"v\"";
    case PH__IN_QUOTES:
    case PH__IN_TEXT:
    case PH__IN_HTML:
    case PH__AS_URI:
    case PH__IN_URI:
    case PH__IN_PATH:
    case PH__IN_FILE:
        return "v";
    }
    abort();
}

/* How many mailboxes the part has if its values are harmless; or -1. */
static int count_tame(const struct ph_template *t, const struct ph__part *part,
                      const char *address)
{
    struct ph__buf text = PH__BUF(WIRE_TEXT_MAX);
    for (size_t i = 0; i < part->count; i++) {
        const struct ph__piece *piece = &t->pieces[part->first + i];
        struct ph_slice s = piece->text;
        if (piece->field) {
            s.data = tame_value(piece->place, address);
            s.len = strlen(s.data);
        }
        fuzz_add(&text, s.data, s.len);
    }
    int count = wire_count_mailboxes((struct ph_slice){text.data, text.len});
    ph__buf_done(&text);
    return count;
}

/* A value may be no mailbox at all, but never two. */
static void check_mailboxes(const struct ph_template *t,
                            const struct wire *wire)
{
    static const char *const lists[] = {"From", "To", "Cc", "Reply-To"};
    for (size_t i = 0; i < t->part_count; i++) {
        const struct ph__part *part = &t->parts[i];
        for (size_t k = 0; part->kind == PH__PART_HEADER && k < 4; k++) {
            const struct wire_field *field = wire_find(wire, lists[k]);
            if (!field || !ph__text_same(part->name, lists[k]))
                continue;
            int whole = count_tame(t, part, "v@x.org");
            int partial = count_tame(t, part, "v");
            int most = whole > partial ? whole : partial;
            int found = wire_count_mailboxes(field->value);
            MUST(found >= 1);
            MUST(most < 0 || found <= most);
        }
    }
}

static size_t count_char(const char *s, size_t len, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += s[i] == c;
    return count;
}

static bool has_sections(const struct ph_template *t)
{
    for (size_t i = 0; i < t->piece_count; i++)
        if (t->pieces[i].kind == PH__IF || t->pieces[i].kind == PH__UNLESS)
            return true;
    return false;
}

/* Of what HTML is made of, a value brings nothing along. */
static void check_html(const struct ph_template *t, const struct wire *wire)
{
    const struct ph__part *body = &t->parts[t->part_count - 1];
    struct ph__buf text = PH__BUF(WIRE_TEXT_MAX);
    wire_decode_body(&text, wire);
    for (const char *c = "<>\"'"; *c; c++) {
        size_t literal = 0;
        for (size_t i = 0; i < body->count; i++) {
            struct ph_slice s = t->pieces[body->first + i].text;
            literal += count_char(s.data, s.len, *c);
        }
        size_t found = count_char(ph__buf_text(&text), text.len, *c);
        MUST(found == literal || (found < literal && has_sections(t)));
    }
    ph__buf_done(&text);
}

static void complete(struct ph_message *msg, const struct ph_template *t)
{
    MUST(ph_message_recipient_count(msg) == 0); /* of a template: none */
    ph_message_envelope_to(msg, "z@y.org");
    if (!ph_template_has_header(t, "From"))
        ph_message_from(msg, "z@x.org");
    if (ph__message_needs_date(msg))
        ph_message_date(msg, 1751360703);
    if (ph__message_needs_id(msg))
        ph_message_id(msg, "1@x.org");
}

static void check_message(struct ph_message *msg, const struct ph_template *t)
{
    struct ph_slice out;
    struct wire *wire = malloc(sizeof(*wire));
    MUST(wire);
    complete(msg, t);
    int rc = ph_message_render(msg, &out);
    /* A From may turn out to be empty. */
    MUST(rc == PH_OK || rc == PH_E_INVALID);
    if (!rc) {
        wire_check_lines(out, PH__LINE_MAX);
        wire_parse(wire, out);
        check_names(t, wire);
        check_mailboxes(t, wire);
        MUST(ph__message_eight_bit(msg) ==
             !ph__text_is_ascii(out.data, out.len));
        MUST(wire->utf8 == ph__message_has_utf8_header(msg));
        wire_check_envelope(msg);
        wire_check_utf8(wire);
        if (t->kind == PH__BODY_HTML)
            check_html(t, wire);
    }
    free(wire);
}

static void check_fill(const struct ph_template *t, struct row *row)
{
    struct ph_message *msg = ph_message_new();
    MUST(msg);
    name_values(row, t);
    int rc = ph_template_fill(t, value_of, row, msg);
    MUST(rc != PH_E_NOMEM);
    if (rc) {
        const char *why = ph_message_problem(msg);
        MUST(*why && fuzz_is_printable(why, strlen(why), false));
        MUST(ph_message_check(msg) == rc); /* it cannot be sent */
    } else {
        check_message(msg, t);
    }
    ph_message_free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    struct row row = {0};
    size_t count;
    for (size_t wanted = fuzz_octet(&in) % VALUES_MAX; row.count < wanted;)
        row.values[row.count++] = fuzz_string(&in);
    char *octets = fuzz_rest(&in, &count);
    struct ph_template *t = ph_template_new(octets, count);
    MUST(t);
    free(octets); /* it was copied */
    const char *why = ph_template_problem(t);
    MUST(!ph_template_check(t) == !*why);
    MUST(ph_template_check(t) != PH_E_NOMEM);
    MUST(fuzz_is_printable(why, strlen(why), false));
    if (!*why)
        check_fill(t, &row);
    ph_template_free(t);
    for (size_t i = 0; i < VALUES_MAX; i++)
        free(row.values[i]);
    return 0;
}
