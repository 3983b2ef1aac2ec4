/* What follows the header of a composed message. */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"

/* False, and the message has failed, if this cannot be sent. */
static bool scan(struct ph_message *msg, struct ph__lines *lines,
                 const char *data, size_t len)
{
    if (len > PH__CONTENT_MAX) {
        ph__message_settle(msg, PH_E_LIMIT, "text");
        return false;
    }
    ph__lines_scan(lines, data, len);
    if (lines->problem)
        ph__message_fail_line(msg, "text", lines->problem_line, lines->problem);
    return !lines->problem;
}

static void forget_body(struct ph_message *msg)
{
    msg->composed = true;
    msg->eight_bit = false;
    ph__buf_clear(&msg->body);
    ph__buf_clear(&msg->type);
    ph__header_clear(&msg->mime);
}

void ph__message_typed_text(struct ph_message *msg, const char *type,
                            const char *utf8, size_t len)
{
    struct ph__lines lines;
    if (!ph__message_open(msg, utf8))
        return;
    forget_body(msg);
    if (!scan(msg, &lines, utf8, len))
        return;
    if (lines.high && !ph__text_is_utf8(utf8, len)) {
        ph__message_fail(msg, PH_E_CONTENT, "text", (struct ph_slice){0},
                         "is not UTF-8");
        return;
    }
    msg->cte = ph__body_choose(&lines, len);
    int rc = ph__buf_add_text(&msg->type, type);
    if (!rc)
        rc = ph__body_encode(&msg->body, msg->cte, utf8, len);
    ph__message_settle(msg, rc, "text");
}

void ph_message_text(struct ph_message *msg, const char *utf8)
{
    ph__message_typed_text(msg, "", utf8, utf8 ? strlen(utf8) : 0);
}

static int add_mime(struct ph__header *h, const char *name, const char *value)
{
    int rc = ph__header_begin(h, name, strlen(name));
    if (!rc)
        rc = ph__header_text(h, value, strlen(value));
    return rc ? rc : ph__header_end(h);
}

void ph__message_as_is(struct ph_message *msg, const char *type,
                       const char *cte, const char *data, size_t len)
{
    struct ph__lines lines;
    if (!ph__message_open(msg, data))
        return;
    forget_body(msg);
    if (!ph__message_passes(msg, "content-type", type) ||
        (cte && !ph__message_passes(msg, "content-transfer-encoding", cte)) ||
        !scan(msg, &lines, data, len))
        return;
    if (!ph__text_is_ascii(type, strlen(type))) {
        ph__message_fail(msg, PH_E_HEADER, "content-type",
                         (struct ph_slice){type, strlen(type)}, "is not ASCII");
        return;
    }
    if (lines.long_line) {
        ph__message_fail_line(msg, "text", lines.long_line,
                              "has more than 998 octets");
        return;
    }
    msg->eight_bit = lines.high;
    int rc = add_mime(&msg->mime, "Content-Type", type);
    if (!rc && cte)
        rc = add_mime(&msg->mime, "Content-Transfer-Encoding", cte);
    if (!rc)
        rc = ph__lines_copy(&msg->body, data, len);
    ph__message_settle(msg, rc, "text");
}
