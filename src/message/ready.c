#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/ready.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* With its continuation lines: those that start with a blank. */
static size_t field_len(const char *data, size_t len)
{
    size_t at = 0, step;
    do {
        ph__lines_one(data + at, len - at, &step);
        at += step;
    } while (at < len && is_blank(data[at]));
    return at;
}

static size_t trim(const char *s, size_t len)
{
    while (len && is_blank(s[len - 1]))
        len--;
    return len;
}

bool ph__ready_field(struct ph__ready_field *out, struct ph_slice message,
                     size_t *at)
{
    const char *data = message.data + *at;
    size_t left = message.len - *at;
    size_t step;
    if (!left || !ph__lines_one(data, left, &step))
        return false;
    size_t len = field_len(data, left);
    const char *colon = memchr(data, ':', len);
    size_t name = colon ? (size_t)(colon - data) : 0;
    size_t value = colon ? name + 1 : 0;
    *out = (struct ph__ready_field){
        .name = {data, trim(data, name)}, /* "Bcc :" was once allowed */
        .value = {data + value, len - value},
        .whole = {data, len}};
    *at += len;
    return true;
}

size_t ph__ready_header_len(struct ph_slice message)
{
    struct ph__ready_field field;
    size_t at = 0;
    size_t empty = 0;
    while (ph__ready_field(&field, message, &at))
        ;
    if (at < message.len)
        ph__lines_one(message.data + at, message.len - at, &empty);
    return at + empty;
}

bool ph__ready_is(const struct ph__ready_field *field, const char *name)
{
    return ph__text_is(field->name, name);
}

int ph__ready_unfold(struct ph__buf *out, struct ph_slice value)
{
    int rc = ph__buf_reserve(out, value.len);
    for (size_t i = 0; !rc && i < value.len; i++) {
        char c = value.data[i];
        if (c != '\r')
            rc = ph__buf_add_char(out, c == '\n' || c == '\t' ? ' ' : c);
    }
    return rc;
}

int ph__ready_split(struct ph__buf *message, struct ph__buf *blind,
                    const char *data, size_t len)
{
    struct ph_slice all = {data, len};
    struct ph__ready_field field;
    size_t at = 0;
    size_t kept = 0; /* up to here it is copied */
    int rc = PH_OK;
    while (!rc && ph__ready_field(&field, all, &at)) {
        if (!ph__ready_is(&field, "Bcc") && !ph__ready_is(&field, "Resent-Bcc"))
            continue;
        size_t from = at - field.whole.len;
        rc = ph__lines_copy(message, data + kept, from - kept);
        if (!rc)
            rc = ph__lines_copy(blind, field.whole.data, field.whole.len);
        kept = at;
    }
    return rc ? rc : ph__lines_copy(message, data + kept, len - kept);
}

static bool is_id(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < '!' || s[i] > '~' || s[i] == '<')
            return false;
    return len && len <= PH__MESSAGE_ID_MAX;
}

int ph__ready_message_id(struct ph__buf *out, struct ph_slice message)
{
    struct ph__ready_field field;
    for (size_t at = 0; ph__ready_field(&field, message, &at);) {
        if (!ph__ready_is(&field, "Message-ID"))
            continue;
        const char *open = memchr(field.value.data, '<', field.value.len);
        size_t left =
            open ? field.value.len - (size_t)(++open - field.value.data) : 0;
        const char *close = open ? memchr(open, '>', left) : NULL;
        size_t len = close ? (size_t)(close - open) : 0;
        return is_id(open, len) ? ph__buf_add(out, open, len) : PH_OK;
    }
    return PH_OK;
}
