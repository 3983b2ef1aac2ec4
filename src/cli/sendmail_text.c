#include <string.h>

#include "base/text.h"
#include "cli/sendmail_names.h"
#include "cli/sendmail_text.h"
#include "message/body.h"
#include "message/date.h"
#include "message/limits.h"
#include "message/mailbox.h"
#include "message/ready.h"

/* ---- where it ends, and begins ---- */

/* "." alone; or if all is there, "." and half of a line end. */
static bool is_dot(const char *line, size_t len, bool whole, bool all)
{
    if (!whole && len == 2 && line[1] == '\r')
        len = 1;
    return len == 1 && *line == '.' && (whole || all);
}

bool cli_sendmail_dot(size_t *at, struct ph_slice text, bool all)
{
    size_t step;
    for (; *at < text.len; *at += step) {
        const char *line = text.data + *at;
        size_t len = ph__lines_one(line, text.len - *at, &step);
        bool whole = line[step - 1] == '\n';
        if (*at && line[-1] != '\n')
            continue; /* the rest of a line that was looked at */
        if (is_dot(line, len, whole, all))
            return true;
        if (!all && is_dot(line, len, whole, true))
            return false; /* it may become one */
    }
    return false;
}

struct ph_slice cli_sendmail_begin(struct ph_slice text)
{
    size_t step = 0;
    if (text.len >= 5 && memcmp(text.data, "From ", 5) == 0)
        ph__lines_one(text.data, text.len, &step);
    return (struct ph_slice){text.data + step, text.len - step};
}

/* ---- its header ---- */

/* Unlike that of a ready message, this header ends at the first line that is
 * none of a field: programs forget the empty line, or the whole header. */
static bool next_field(struct ph__ready_field *out, struct ph_slice text,
                       size_t *at)
{
    size_t next = *at;
    if (!ph__ready_field(out, text, &next))
        return false;
    bool fits = out->name.len > 0;
    for (size_t i = 0; i < out->name.len && fits; i++)
        fits = out->name.data[i] > ' ' && out->name.data[i] < 127;
    if (fits)
        *at = next;
    return fits;
}

enum known {
    FROM,
    DATE,
    MESSAGE_ID,
    RESENT_FROM,
    RESENT_DATE,
    RESENT_MESSAGE_ID,
    MIME_VERSION,
    CONTENT_TYPE,
    ENCODING,
    KNOWN
};
static const char *const known[KNOWN] = {
    [FROM] = "From",
    [DATE] = "Date",
    [MESSAGE_ID] = "Message-ID",
    [RESENT_FROM] = "Resent-From",
    [RESENT_DATE] = "Resent-Date",
    [RESENT_MESSAGE_ID] = "Resent-Message-ID",
    [MIME_VERSION] = "MIME-Version",
    [CONTENT_TYPE] = "Content-Type",
    [ENCODING] = "Content-Transfer-Encoding",
};

/* Fields in which names get a domain. */
static const char *const mailbox_fields[] = {"From", "Sender", "Reply-To",
                                             "To",   "Cc",     "Bcc"};
/* What the last server writes, and what describes a file (RFC 5321 4.4). */
static const char *const left_out[] = {"Return-Path", "Content-Length"};

struct head {
    struct ph_slice value[KNOWN]; /* of the first such field */
    bool resent;
    size_t len; /* up to its empty line, or to where that is missing */
};

static bool is_one_of(struct ph_slice name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ph__text_is(name, list[i]))
            return true;
    return false;
}

static bool is_resent(struct ph_slice name)
{
    return name.len > 7 && ph__text_same_len(name.data, "Resent-", 7);
}

static bool holds_mailboxes(struct ph_slice name)
{
    size_t skip = is_resent(name) ? 7 : 0;
    struct ph_slice rest = {name.data + skip, name.len - skip};
    return is_one_of(rest, mailbox_fields,
                     sizeof(mailbox_fields) / sizeof(*mailbox_fields));
}

static void read_head(struct head *out, struct ph_slice text)
{
    struct ph__ready_field field;
    *out = (struct head){0};
    while (next_field(&field, text, &out->len)) {
        out->resent |= is_resent(field.name);
        for (size_t i = 0; i < KNOWN; i++)
            if (!out->value[i].data && ph__ready_is(&field, known[i]))
                out->value[i] = field.value;
    }
}

/* ---- its body ---- */

struct body {
    struct ph_slice text;
    struct ph__lines lines;
    bool encode;
};

/* The first word of a value: "text/plain" of "text/plain; charset=x". */
static struct ph_slice first_word(struct ph_slice value)
{
    size_t from = 0, to;
    while (from < value.len && strchr(" \t\r\n", value.data[from]))
        from++;
    for (to = from; to < value.len; to++)
        if (strchr(" \t\r\n;", value.data[to]))
            break;
    return (struct ph_slice){value.data + from, to - from};
}

static bool has_parts(struct ph_slice type)
{
    struct ph_slice word = first_word(type);
    return (word.len > 10 && ph__text_same_len(word.data, "multipart/", 10)) ||
           (word.len > 8 && ph__text_same_len(word.data, "message/", 8));
}

/* RFC 2045 6.2: these say that nothing was done. */
static bool is_encoded(struct ph_slice encoding)
{
    static const char *const plain[] = {"7bit", "8bit", "binary"};
    return encoding.data && !is_one_of(first_word(encoding), plain, 3);
}

static void read_body(struct body *out, struct ph_slice text,
                      const struct head *head)
{
    size_t at = head->len, step;
    if (at < text.len && !ph__lines_one(text.data + at, text.len - at, &step))
        at += step; /* its empty line */
    *out = (struct body){.text = {text.data + at, text.len - at}};
    ph__lines_scan(&out->lines, out->text.data, out->text.len);
    out->encode = (out->lines.problem || out->lines.long_line) &&
                  !has_parts(head->value[CONTENT_TYPE]) &&
                  !is_encoded(head->value[ENCODING]);
}

/* But for NULs, which are in no text, and come through encoded. */
static bool is_utf8(struct ph_slice text)
{
    for (size_t at = 0; at < text.len; at++) {
        const char *from = text.data + at;
        const char *nul = memchr(from, '\0', text.len - at);
        size_t len = nul ? (size_t)(nul - from) : text.len - at;
        if (!ph__text_is_utf8(from, len))
            return false;
        at += len;
    }
    return true;
}

/* RFC 1428 has the last of them, for text that nobody can tell. */
static const char *charset_of(const struct body *b)
{
    if (!b->lines.high)
        return "us-ascii";
    return is_utf8(b->text) ? "utf-8" : "unknown-8bit";
}

static int add_encoded(struct ph__buf *out, const struct head *head,
                       const struct body *b)
{
    enum ph__cte cte = ph__body_choose(&b->lines, b->text.len);
    int rc = PH_OK;
    if (cte == PH__7BIT)
        cte = PH__QUOTED_PRINTABLE; /* NUL and lone CR are no 7-bit text */
    if (!head->value[MIME_VERSION].data)
        rc = ph__buf_add_text(out, "MIME-Version: 1.0\r\n");
    if (!rc && !head->value[CONTENT_TYPE].data)
        rc = ph__buf_format(out, "Content-Type: text/plain; charset=%s\r\n",
                            charset_of(b));
    if (!rc)
        rc = ph__buf_format(out, "Content-Transfer-Encoding: %s\r\n\r\n",
                            ph__cte_name(cte));
    return rc ? rc : ph__body_encode(out, cte, b->text.data, b->text.len);
}

/* ---- all of it ---- */

static int add_from(struct ph__buf *out, const char *name,
                    const struct cli_sendmail_facts *facts)
{
    struct ph_slice address = {facts->address, strlen(facts->address)};
    struct ph__header field;
    ph__header_init(&field);
    int rc = ph__header_begin_text(&field, name);
    if (!rc)
        rc = ph__mailbox_write(&field, true, facts->full_name,
                               strlen(facts->full_name), address);
    if (!rc)
        rc = ph__header_end(&field);
    if (!rc)
        rc = ph__buf_add(out, field.out.data, field.out.len);
    ph__header_done(&field);
    return rc;
}

static int add_date(struct ph__buf *out, const char *name, int64_t date)
{
    int rc = ph__buf_format(out, "%s: ", name);
    if (!rc)
        rc = ph__date_write(out, date);
    return rc ? rc : ph__buf_add_text(out, "\r\n");
}

static int add_missing(struct ph__buf *out, const struct head *head,
                       const struct cli_sendmail_facts *facts)
{
    enum known from = head->resent ? RESENT_FROM : FROM;
    enum known date = head->resent ? RESENT_DATE : DATE;
    enum known id = head->resent ? RESENT_MESSAGE_ID : MESSAGE_ID;
    int rc = PH_OK;
    if (!head->value[from].data)
        rc = add_from(out, known[from], facts);
    if (!rc && !head->value[date].data)
        rc = add_date(out, known[date], facts->date);
    if (!rc && !head->value[id].data)
        rc = ph__buf_format(out, "%s: <%s>\r\n", known[id], facts->id);
    return rc;
}

static int add_mailboxes(struct ph__buf *out,
                         const struct ph__ready_field *field,
                         const char *domain)
{
    struct ph__buf text = PH__BUF(PH__HEADER_TEXT_MAX);
    size_t name = (size_t)(field->value.data - field->whole.data);
    int rc = ph__buf_add(&text, field->whole.data, name);
    if (!rc)
        rc = cli_names_qualify(&text, field->value, domain);
    if (!rc)
        rc = ph__lines_copy(out, ph__buf_text(&text), text.len);
    ph__buf_done(&text);
    return rc;
}

static int add_fields(struct ph__buf *out, struct ph_slice text, bool encode,
                      const char *domain)
{
    struct ph__ready_field field;
    int rc = PH_OK;
    for (size_t at = 0; !rc && next_field(&field, text, &at);) {
        if (is_one_of(field.name, left_out, 2) ||
            (encode && ph__ready_is(&field, known[ENCODING])))
            continue;
        rc = holds_mailboxes(field.name)
                 ? add_mailboxes(out, &field, domain)
                 : ph__lines_copy(out, field.whole.data, field.whole.len);
    }
    return rc;
}

int cli_sendmail_complete(struct ph__buf *out, struct ph_slice text,
                          const struct cli_sendmail_facts *facts)
{
    struct head head;
    struct body body;
    read_head(&head, text);
    read_body(&body, text, &head);
    int rc = add_missing(out, &head, facts);
    if (!rc)
        rc = add_fields(out, text, body.encode, facts->domain);
    if (!rc && body.encode)
        return add_encoded(out, &head, &body);
    if (!rc)
        rc = ph__buf_add_text(out, "\r\n");
    return rc ? rc : ph__buf_add(out, body.text.data, body.text.len);
}

int cli_sendmail_recipients(struct ph_slice text, cli_sendmail_field_cb each,
                            void *user)
{
    static const char *const names[2][3] = {
        {"To", "Cc", "Bcc"}, {"Resent-To", "Resent-Cc", "Resent-Bcc"}};
    struct ph__ready_field field;
    bool resent = false;
    int status = 0;
    for (size_t at = 0; next_field(&field, text, &at);)
        resent |= is_one_of(field.name, names[1], 3);
    for (size_t at = 0; !status && next_field(&field, text, &at);)
        for (size_t i = 0; i < 3 && !status; i++)
            if (ph__ready_is(&field, names[resent][i]))
                status = each(user, names[resent][i], field.value);
    return status;
}
