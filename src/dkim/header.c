/* Which fields are signed, and how they are hashed. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dkim/parts.h"

/* How a name is listed in h=. Listed once more than there are fields, it is
 * sealed: a field added later breaks the signature (RFC 6376 5.4, 8.15). */
enum seal {
    OPEN,    /* as often as it is there */
    PRESENT, /* sealed if it is there: a server may add one that is missing
              * (RFC 6409 8) */
    ALWAYS   /* sealed even if it is missing: nobody has to add it, and readers
              * would see it */
};

/* The core of a message (RFC 6376 5.4.1), what tells a reader's program how to
 * show it, and unsubscribing, which has to be signed (RFC 8058 4). Left out:
 * what changes on the way (Return-Path, Received), what is added to (Comments,
 * Keywords), and signatures. */
static const struct {
    const char *name;
    enum seal seal;
} rows[] = {
    {"from", ALWAYS},
    {"sender", PRESENT},
    {"reply-to", ALWAYS},
    {"to", PRESENT},
    {"cc", ALWAYS},
    {"subject", ALWAYS},
    {"date", PRESENT},
    {"message-id", PRESENT},
    {"in-reply-to", OPEN},
    {"references", OPEN},
    {"mime-version", OPEN},
    {"content-type", PRESENT},
    {"content-transfer-encoding", PRESENT},
    {"content-disposition", OPEN},
    {"content-id", OPEN},
    {"list-id", OPEN},
    {"list-help", OPEN},
    {"list-subscribe", OPEN},
    {"list-unsubscribe", PRESENT},
    {"list-unsubscribe-post", PRESENT},
    {"list-post", OPEN},
    {"list-owner", OPEN},
    {"list-archive", OPEN},
    {"resent-date", OPEN},
    {"resent-from", OPEN},
    {"resent-to", OPEN},
    {"resent-cc", OPEN},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- fields, read ---- */

/* Length of the field that a text begins with, its last CRLF included; 0 if it
 * has no end, or a line end that is none. */
static size_t field_len(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n' || s[i] == '\0')
            return 0;
        if (s[i] != '\r')
            continue;
        if (++i == len || s[i] != '\n')
            return 0;
        if (i + 1 == len || !is_blank(s[i + 1]))
            return i + 1;
    }
    return 0;
}

/* Of a name, without the blanks behind it (RFC 5322 4.5); 0 if it is none. */
static size_t name_len(const char *s, size_t len)
{
    size_t name = 0;
    while (name < len && s[name] > ' ' && s[name] <= '~' && s[name] != ':')
        name++;
    return name;
}

static bool read_field(struct ph__dkim_field *out, const char *s, size_t len)
{
    size_t whole = field_len(s, len);
    size_t name = name_len(s, whole);
    size_t colon = name;
    while (colon < whole && is_blank(s[colon]))
        colon++;
    if (!name || colon == whole || s[colon] != ':')
        return false;
    *out = (struct ph__dkim_field){
        .name = {s, name},
        .value = {s + colon + 1, whole - colon - 1},
        .whole = {s, whole},
    };
    return true;
}

/* Reads the fields of one slice, to `list` unless it is NULL. */
static int read_slice(size_t *count, struct ph__dkim_field *list,
                      struct ph_slice slice)
{
    for (size_t at = 0; at < slice.len;) {
        struct ph__dkim_field field;
        if (!read_field(&field, slice.data + at, slice.len - at))
            return PH_E_HEADER;
        if (*count == PH__DKIM_HEADER_FIELDS_MAX)
            return PH_E_LIMIT;
        if (list)
            list[*count] = field;
        ++*count;
        at += field.whole.len;
    }
    return PH_OK;
}

static int read_all(size_t *count, struct ph__dkim_field *list,
                    const struct ph_slice *header, size_t slices)
{
    int rc = PH_OK;
    *count = 0;
    for (size_t i = 0; !rc && i < slices; i++)
        rc = read_slice(count, list, header[i]);
    return rc;
}

int ph__dkim_fields_read(struct ph__dkim_fields *out,
                         const struct ph_slice *header, size_t count)
{
    struct ph__dkim_fields fields = {NULL, 0};
    int rc = read_all(&fields.count, NULL, header, count);
    if (rc)
        return rc;
    fields.list = calloc(fields.count + 1, sizeof(*fields.list));
    if (!fields.list)
        return PH_E_NOMEM;
    (void)read_all(&fields.count, fields.list, header, count);
    *out = fields;
    return PH_OK;
}

void ph__dkim_fields_done(struct ph__dkim_fields *fields)
{
    free(fields->list);
    *fields = (struct ph__dkim_fields){NULL, 0};
}

struct ph__dkim_field *ph__dkim_fields_take(struct ph__dkim_fields *fields,
                                            const char *name)
{
    for (size_t i = fields->count; i-- > 0;) {
        struct ph__dkim_field *field = &fields->list[i];
        if (field->taken || !ph__text_is(field->name, name))
            continue;
        field->taken = true;
        return field;
    }
    return NULL;
}

/* ---- fields, hashed ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* A value unfolded, with one space for blanks, and none at its ends: never
 * longer than it was. */
static size_t relax(char *out, struct ph_slice value)
{
    size_t len = 0;
    bool blank = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (is_blank(c) || c == '\r' || c == '\n') {
            blank = len > 0;
            continue;
        }
        if (blank)
            out[len++] = ' ';
        blank = false;
        out[len++] = c;
    }
    return len;
}

static int add_relaxed(struct ph__buf *out, const struct ph__dkim_field *field)
{
    size_t need = field->name.len + 1 + field->value.len;
    int rc = ph__buf_reserve(out, need);
    if (rc)
        return rc;
    char *to = out->data + out->len;
    size_t len = 0;
    for (size_t i = 0; i < field->name.len; i++)
        to[len++] = lower(field->name.data[i]);
    to[len++] = ':';
    len += relax(to + len, field->value);
    memcpy(to + len, "\r\n", 3);
    out->len += len + 2;
    return PH_OK;
}

int ph__dkim_field_add(struct ph__buf *out, const struct ph__dkim_field *field,
                       enum ph__dkim_form form)
{
    if (form == PH__DKIM_RELAXED)
        return add_relaxed(out, field);
    return ph__buf_add(out, field->whole.data, field->whole.len);
}

/* ---- the choice ---- */

/* All fields of a row, the last one first. */
static int select_row(struct ph__buf *canonical, struct ph__dkim_names names,
                      struct ph__dkim_fields *fields, enum ph__dkim_form form,
                      size_t row)
{
    const char *name = rows[row].name;
    const struct ph__dkim_field *field;
    size_t found = 0;
    int rc = PH_OK;
    while (!rc && (field = ph__dkim_fields_take(fields, name))) {
        rc = ph__dkim_field_add(canonical, field, form);
        if (!rc)
            rc = names.add(names.user, name);
        found++;
    }
    bool sealed = rows[row].seal == ALWAYS || (rows[row].seal && found);
    return rc || !sealed ? rc : names.add(names.user, name);
}

static size_t count_named(const struct ph__dkim_fields *fields,
                          const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < fields->count; i++)
        count += ph__text_is(fields->list[i].name, name);
    return count;
}

int ph__dkim_fields_select(struct ph__buf *canonical,
                           struct ph__dkim_names names,
                           struct ph__dkim_fields *fields,
                           enum ph__dkim_form form)
{
    /* From has to be signed; a second one may be what a reader sees (RFC 6376
     * 5.4, 8.15). */
    int rc = count_named(fields, "from") == 1 ? PH_OK : PH_E_HEADER;
    for (size_t row = 0; !rc && row < ROWS; row++)
        rc = select_row(canonical, names, fields, form, row);
    return rc;
}
