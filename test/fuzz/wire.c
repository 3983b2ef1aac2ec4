#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "fuzz/wire.h"
#include "message/mailbox.h"

/* Where the line that starts at `at` ends, without its CRLF. */
static size_t line_len(struct ph_slice message, size_t at)
{
    const char *line = message.data + at;
    const char *lf = memchr(line, '\n', message.len - at);
    MUST(lf && lf > line && lf[-1] == '\r');
    return (size_t)(lf - line) - 1;
}

void wire_check_lines(struct ph_slice message, size_t longest)
{
    for (size_t at = 0; at < message.len;) {
        size_t len = line_len(message, at);
        MUST(len <= longest);
        MUST(!memchr(message.data + at, '\r', len));
        MUST(!memchr(message.data + at, '\0', len));
        at += len + 2;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_all_blank(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len && is_blank(s[i]))
        i++;
    return i == len;
}

static struct wire_field read_field(const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    MUST(colon && colon > line);
    for (const char *c = line; c < colon; c++)
        MUST(*c > ' ' && *c < 127);
    return (struct wire_field){
        .name = {line, (size_t)(colon - line)},
        .value = {colon + 1, len - (size_t)(colon + 1 - line)}};
}

void wire_parse(struct wire *out, struct ph_slice message)
{
    size_t at = 0;
    size_t len;
    out->count = 0;
    out->utf8 = false;
    while ((len = line_len(message, at)) > 0) {
        const char *line = message.data + at;
        MUST(ph__text_no_controls(line, len) && ph__text_is_utf8(line, len));
        out->utf8 |= !ph__text_is_ascii(line, len);
        if (!is_blank(*line)) {
            MUST(out->count < WIRE_FIELDS_MAX);
            out->fields[out->count++] = read_field(line, len);
        } else {
            /* RFC 5322 3.2.2: no line of a fold is of blanks only. */
            MUST(out->count > 0 && !is_all_blank(line, len));
            struct ph_slice *value = &out->fields[out->count - 1].value;
            value->len = (size_t)(line + len - value->data);
        }
        at += len + 2;
        MUST(at < message.len); /* there is an empty line */
    }
    at += 2;
    out->body = (struct ph_slice){message.data + at, message.len - at};
}

bool wire_is_named(const struct wire_field *field, const char *name)
{
    return field->name.len == strlen(name) &&
           ph__text_same_len(field->name.data, name, field->name.len);
}

size_t wire_count(const struct wire *wire, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < wire->count; i++)
        count += wire_is_named(&wire->fields[i], name);
    return count;
}

const struct wire_field *wire_find(const struct wire *wire, const char *name)
{
    const struct wire_field *found = NULL;
    for (size_t i = 0; i < wire->count; i++)
        if (wire_is_named(&wire->fields[i], name))
            found = &wire->fields[i];
    return found;
}

static unsigned hex(char c)
{
    const char *digits = "0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    MUST(at);
    return (unsigned)(at - digits);
}

/* "=4A" at `s`. */
static void add_hex(struct ph__buf *out, const char *s, size_t len)
{
    MUST(len >= 3);
    fuzz_add(out, &(char){(char)(hex(s[1]) << 4 | hex(s[2]))}, 1);
}

/* RFC 2045 6.7: short lines that do not end in a blank. */
static void decode_qp(struct ph__buf *out, struct ph_slice body)
{
    for (size_t at = 0; at < body.len;) {
        const char *line = body.data + at;
        size_t len = line_len(body, at);
        MUST(len <= 76 && (!len || !is_blank(line[len - 1])));
        bool soft = len && line[len - 1] == '=';
        for (size_t i = 0; i < len - soft; i++) {
            MUST(is_blank(line[i]) || (line[i] > ' ' && line[i] < 127));
            if (line[i] != '=') {
                fuzz_add(out, line + i, 1);
                continue;
            }
            add_hex(out, line + i, len - i);
            i += 2;
        }
        if (!soft)
            fuzz_add(out, "\r\n", 2);
        at += len + 2;
    }
}

static void decode_base64(struct ph__buf *out, struct ph_slice body)
{
    for (size_t at = 0; at < body.len;) {
        size_t len = line_len(body, at);
        MUST(len > 0 && len <= 76);
        MUST(ph__base64_decode(out, body.data + at, len) == PH_OK);
        at += len + 2;
    }
}

void wire_decode_body(struct ph__buf *out, const struct wire *wire)
{
    const struct wire_field *cte = wire_find(wire, "Content-Transfer-Encoding");
    MUST(cte && cte->value.len > 1);
    struct ph_slice how = {cte->value.data + 1, cte->value.len - 1};
    if (how.len == 16 && memcmp(how.data, "quoted-printable", 16) == 0) {
        decode_qp(out, wire->body);
    } else if (how.len == 6 && memcmp(how.data, "base64", 6) == 0) {
        decode_base64(out, wire->body);
    } else {
        MUST(how.len == 4 && memcmp(how.data, "7bit", 4) == 0);
        MUST(ph__text_is_ascii(wire->body.data, wire->body.len));
        fuzz_add(out, wire->body.data, wire->body.len);
    }
}

/* "=?utf-8?Q?...?=", and how much of it is text. */
static bool is_encoded(const char *s, size_t len)
{
    return len >= 12 && memcmp(s, "=?utf-8?", 8) == 0 && s[9] == '?' &&
           memcmp(s + len - 2, "?=", 2) == 0;
}

static void decode_word(struct ph__buf *out, const char *word, size_t len)
{
    const char *s = word + 10;
    size_t n = len - 12;
    struct ph__buf text = PH__BUF(76);
    MUST(len <= 75 && n > 0 && !memchr(s, '?', n));
    if (word[8] == 'B')
        MUST(ph__base64_decode(&text, s, n) == PH_OK);
    for (size_t i = 0; word[8] == 'Q' && i < n; i++) {
        if (s[i] == '=') {
            add_hex(&text, s + i, n - i);
            i += 2;
        } else {
            fuzz_add(&text, s[i] == '_' ? " " : s + i, 1);
        }
    }
    /* Whole characters in each word (RFC 2047 5). */
    MUST(text.len && ph__text_is_utf8(text.data, text.len));
    fuzz_add(out, text.data, text.len);
    ph__buf_done(&text);
}

static void unfold(struct ph__buf *out, struct ph_slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] != '\r' && value.data[i] != '\n')
            fuzz_add(out, value.data + i, 1);
}

void wire_decode_text(struct ph__buf *out, const struct wire_field *field)
{
    struct ph__buf flat = PH__BUF(WIRE_TEXT_MAX);
    bool encoded = false; /* the word before */
    unfold(&flat, field->value);
    MUST(!flat.len || flat.data[0] == ' ');
    for (size_t at = flat.len ? 1 : 0; at < flat.len;) {
        const char *s = flat.data + at;
        const char *end = flat.data + flat.len;
        size_t gap = 0;
        while (s + gap < end && s[gap] == ' ')
            gap++;
        const char *word = s + gap;
        const char *blank = memchr(word, ' ', (size_t)(end - word));
        size_t len = (size_t)((blank ? blank : end) - word);
        bool again = is_encoded(word, len);
        /* Blanks between two encoded words are not text. */
        if (!again || !encoded)
            fuzz_add(out, s, gap);
        if (again)
            decode_word(out, word, len);
        else
            fuzz_add(out, word, len);
        encoded = again;
        at += gap + len;
    }
    ph__buf_done(&flat);
}

/* A list is read with its folds taken out; `shown`: MUST be as composed. */
static int read_mailboxes(struct ph_slice text, bool shown)
{
    struct ph__buf flat = PH__BUF(WIRE_TEXT_MAX);
    struct ph__mailbox_reader box;
    int count = 0;
    unfold(&flat, text);
    ph__mailbox_init(&box, ph__buf_text(&flat), flat.len, PH__RECIPIENT);
    for (; ph__mailbox_next(&box); count++) {
        struct ph_slice s = box.address;
        if (!shown)
            continue;
        MUST(ph__text_is_ascii(ph__buf_text(&box.name), box.name.len));
        MUST(ph__text_is_ascii(s.data, s.len) ||
             !ph__address_local_is_ascii(s.data, s.len));
    }
    if (box.rc)
        count = -1;
    ph__mailbox_done(&box);
    ph__buf_done(&flat);
    return count;
}

int wire_count_mailboxes(struct ph_slice text)
{
    return read_mailboxes(text, false);
}

void wire_check_utf8(const struct wire *wire)
{
    for (size_t i = 0; i < wire->count; i++) {
        struct ph_slice value = wire->fields[i].value;
        if (!ph__text_is_ascii(value.data, value.len))
            MUST(read_mailboxes(value, true) > 0);
    }
}

static void check_address(const char *typed, const char *wire,
                          enum ph__address_use use)
{
    struct ph__buf expected = PH__BUF(PH__ADDRESS_MAX);
    struct ph_slice s = {typed, strlen(typed)};
    const char *problem;
    MUST(ph__mailbox_wire(&expected, s, use, &problem) == PH_OK);
    MUST(strcmp(wire, ph__buf_text(&expected)) == 0);
    MUST((typed == wire) == (strcmp(typed, wire) == 0));
    ph__buf_done(&expected);
}

void wire_check_envelope(const struct ph_message *msg)
{
    size_t count = ph_message_recipient_count(msg);
    check_address(ph_message_sender(msg), ph__message_wire_sender(msg),
                  PH__REVERSE_PATH);
    MUST(!ph_message_recipient(msg, count));
    for (size_t i = 0; i < count; i++) {
        const char *wire = ph__message_wire_recipient(msg, i);
        check_address(ph_message_recipient(msg, i), wire, PH__RECIPIENT);
        for (size_t k = 0; k < i; k++)
            MUST(strcmp(wire, ph__message_wire_recipient(msg, k)) != 0);
    }
}
