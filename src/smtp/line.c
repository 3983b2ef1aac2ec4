#include <string.h>

#include "smtp/line.h"

static void add(struct ph__line *l, const char *data, size_t len)
{
    if (len > sizeof(l->data) - l->len) {
        l->too_long = true;
        return;
    }
    memcpy(l->data + l->len, data, len);
    l->len += len;
}

void ph__line_add(struct ph__line *l, const char *text)
{
    add(l, text, strlen(text));
}

void ph__line_add_number(struct ph__line *l, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    add(l, digits + at, sizeof(digits) - at);
}

void ph__line_add_xtext(struct ph__line *l, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[3] = {'+', hex[c >> 4], hex[c & 15]};
        if (c >= '!' && c <= '~' && c != '+' && c != '=')
            add(l, text, 1);
        else
            add(l, escaped, sizeof(escaped));
    }
}
