/* Ready messages, and the envelope that their headers tell. */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"
#include "message/ready.h"

/* The name of a field that names recipients, or NULL. */
static const char *recipients_of(const struct ph__ready_field *field,
                                 bool resent)
{
    static const char *const names[2][3] = {
        {"To", "Cc", "Bcc"}, {"Resent-To", "Resent-Cc", "Resent-Bcc"}};
    for (size_t i = 0; i < 3; i++)
        if (ph__ready_is(field, names[resent][i]))
            return names[resent][i];
    return NULL;
}

/* RFC 5322 3.6.6: the recipients of a message that was sent again are those
 * of its Resent- fields; the others have had it. */
static bool was_resent(struct ph_slice header)
{
    struct ph__ready_field field;
    for (size_t at = 0; ph__ready_field(&field, header, &at);)
        if (recipients_of(&field, true))
            return true;
    return false;
}

static void take_field(struct ph_message *msg, const char *name,
                       const char *text, size_t len)
{
    struct ph__mailbox_reader box;
    ph__mailbox_init(&box, text, len, PH__RECIPIENT);
    while (!msg->code && ph__mailbox_next(&box))
        ph__message_recipient(msg, box.address, &box.wire);
    if (box.rc == PH_E_ADDRESS)
        ph__message_fail(msg, box.rc, name, box.bad, box.problem);
    ph__message_settle(msg, box.rc, name);
    ph__mailbox_done(&box);
}

static void take_header(struct ph_message *msg, struct ph_slice header,
                        bool resent)
{
    struct ph__buf text = PH__BUF(PH__HEADER_TEXT_MAX);
    struct ph__ready_field field;
    for (size_t at = 0; ph__ready_field(&field, header, &at);) {
        const char *name = recipients_of(&field, resent);
        if (!name)
            continue;
        ph__buf_clear(&text);
        ph__message_settle(msg, ph__ready_unfold(&text, field.value), name);
        take_field(msg, name, ph__buf_text(&text), text.len);
    }
    ph__buf_done(&text);
}

static void take_recipients(struct ph_message *msg)
{
    struct ph_slice seen = {ph__buf_text(&msg->octets), msg->octets.len};
    struct ph_slice blind = {ph__buf_text(&msg->blind), msg->blind.len};
    bool resent = was_resent(seen) || was_resent(blind);
    take_header(msg, seen, resent);
    take_header(msg, blind, resent);
}

void ph_message_take_recipients(struct ph_message *msg)
{
    if (!ph__message_open(msg, msg))
        return;
    bool taken = msg->taking && msg->ready;
    msg->taking = true;
    if (msg->ready && !taken)
        take_recipients(msg);
}

/* The header, or all of it, is made of lines that can be sent. */
static bool fits(struct ph_message *msg, struct ph_slice text, bool long_lines)
{
    struct ph__lines lines;
    ph__lines_scan(&lines, text.data, text.len);
    if (lines.problem)
        ph__message_fail_line(msg, "message", lines.problem_line,
                              lines.problem);
    else if (lines.long_line && !long_lines)
        ph__message_fail_line(msg, "message", lines.long_line,
                              "has more than 998 octets");
    return !msg->code;
}

/* What a client has to know of the message as it will be sent. */
static int examine(struct ph_message *msg)
{
    struct ph_slice all = {ph__buf_text(&msg->octets), msg->octets.len};
    size_t header = ph__ready_header_len(all);
    msg->eight_bit = !ph__text_is_ascii(all.data, all.len);
    msg->utf8_header = msg->eight_bit && !ph__text_is_ascii(all.data, header) &&
                       ph__text_is_utf8(all.data, header);
    ph__buf_clear(&msg->id);
    return ph__ready_message_id(&msg->id, all);
}

/* Text that fits, and octets that follow it as they are. */
static void take_content(struct ph_message *msg, struct ph_slice text,
                         struct ph_slice octets)
{
    msg->ready = true;
    ph__buf_clear(&msg->octets);
    ph__buf_clear(&msg->blind);
    int rc = ph__ready_split(&msg->octets, &msg->blind, text.data, text.len);
    if (!rc)
        rc = ph__buf_add(&msg->octets, octets.data, octets.len);
    if (!rc)
        rc = examine(msg);
    ph__message_settle(msg, rc, "message");
    if (msg->taking && !msg->code)
        take_recipients(msg);
}

static bool is_small_enough(struct ph_message *msg, size_t len)
{
    if (len > PH__CONTENT_MAX)
        ph__message_settle(msg, PH_E_LIMIT, "message");
    return len <= PH__CONTENT_MAX;
}

void ph_message_ready(struct ph_message *msg, const char *data, size_t len,
                      bool long_lines)
{
    struct ph_slice all = {data, len};
    if (!ph__message_open(msg, data) || !is_small_enough(msg, len) ||
        !fits(msg, all, long_lines))
        return;
    msg->binary = false;
    take_content(msg, all, (struct ph_slice){0});
}

void ph_message_ready_binary(struct ph_message *msg, const char *data,
                             size_t len)
{
    if (!ph__message_open(msg, data) || !is_small_enough(msg, len))
        return;
    struct ph_slice header = {data, len};
    header.len = ph__ready_header_len(header);
    if (!fits(msg, header, false))
        return;
    msg->binary = true;
    take_content(msg, header,
                 (struct ph_slice){data + header.len, len - header.len});
}
