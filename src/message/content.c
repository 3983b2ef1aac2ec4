/* The text of a composed message, in each form it may be given in. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parameter.h"
#include "message/parts.h"

/* False, and the message has failed, if this cannot be sent. */
static bool scan(struct ph_message *msg, struct ph__lines *lines,
                 const char *label, const char *data, size_t len)
{
    if (len > PH__CONTENT_MAX) {
        ph__message_settle(msg, PH_E_LIMIT, label);
        return false;
    }
    ph__lines_scan(lines, data, len);
    if (lines->problem)
        ph__message_fail_line(msg, label, lines->problem_line, lines->problem);
    return !lines->problem;
}

static int write_fields(struct ph__header *h, const char *type,
                        enum ph__cte cte)
{
    bool fits =
        strlen(type) + sizeof("Content-Type: ; charset=utf-8") <= PH__FOLD_AT;
    return ph__buf_format(&h->out,
                          "Content-Type: %s;%s charset=utf-8\r\n"
                          "Content-Transfer-Encoding: %s\r\n",
                          type, fits ? "" : "\r\n", ph__cte_name(cte));
}

/* Of one that is not given yet; NULL, and the message has failed, without
 * memory. */
static struct ph__entity *begin(struct ph_message *msg, struct ph_part **where,
                                const char *label)
{
    *where = ph__part_new();
    if (!*where)
        ph__message_settle(msg, PH_E_NOMEM, label);
    return *where ? &(*where)->entity : NULL;
}

/* Instead of what was given before. */
static void take_text(struct ph_message *msg, struct ph_part **where,
                      const char *label, const char *type, struct ph_slice text)
{
    struct ph__lines lines;
    msg->composed = true;
    ph__mime_drop(msg);
    ph__part_share(where, NULL);
    if (!scan(msg, &lines, label, text.data, text.len))
        return;
    if (lines.high && !ph__text_is_utf8(text.data, text.len)) {
        ph__message_fail(msg, PH_E_CONTENT, label, (struct ph_slice){0},
                         "is not UTF-8");
        return;
    }
    struct ph__entity *e = begin(msg, where, label);
    if (!e)
        return;
    enum ph__cte cte = ph__body_choose(&lines, text.len);
    e->html = ph__type_is(type, "text/html");
    e->verbatim = cte == PH__7BIT;
    int rc = write_fields(&e->header, type, cte);
    if (!rc)
        rc = ph__body_encode(&e->body, cte, text.data, text.len);
    ph__message_settle(msg, rc, label);
}

void ph__message_typed_text(struct ph_message *msg, const char *type,
                            const char *utf8, size_t len)
{
    if (ph__message_open(msg, utf8))
        take_text(msg, &msg->text, "text", *type ? type : "text/plain",
                  (struct ph_slice){utf8, len});
}

void ph_message_text(struct ph_message *msg, const char *utf8)
{
    ph__message_typed_text(msg, "", utf8, utf8 ? strlen(utf8) : 0);
}

void ph_message_html(struct ph_message *msg, const char *utf8)
{
    if (ph__message_open(msg, utf8))
        take_text(msg, &msg->html, "html", "text/html",
                  (struct ph_slice){utf8, strlen(utf8)});
}

/* RFC 5545 3.7.2: a name, as iCalendar has them. */
static bool is_method(const char *method)
{
    size_t len = strlen(method);
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(method[i]) && method[i] != '-')
            return false;
    return len && len <= PH__METHOD_MAX;
}

void ph_message_calendar(struct ph_message *msg, const char *method,
                         const char *utf8)
{
    char type[PH__METHOD_MAX + sizeof("text/calendar; method=")];
    if (!ph__message_open(msg, method) || !ph__message_open(msg, utf8))
        return;
    if (!is_method(method)) {
        ph__message_fail(msg, PH_E_HEADER, "calendar",
                         (struct ph_slice){method, strlen(method)},
                         "is not a method: REQUEST, REPLY, CANCEL ...");
        return;
    }
    snprintf(type, sizeof(type), "text/calendar; method=%s", method);
    take_text(msg, &msg->calendar, "calendar", type,
              (struct ph_slice){utf8, strlen(utf8)});
}

static void take_as_is(struct ph_message *msg, const char *type,
                       const char *cte, struct ph_slice data)
{
    struct ph__lines lines;
    if (!scan(msg, &lines, "text", data.data, data.len))
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
    struct ph__entity *e = begin(msg, &msg->text, "text");
    if (!e)
        return;
    e->html = ph__type_is(type, "text/html");
    e->verbatim = true;
    e->eight_bit = lines.high;
    int rc = ph__header_field(&e->header, "Content-Type", type);
    if (!rc && cte)
        rc = ph__header_field(&e->header, "Content-Transfer-Encoding", cte);
    if (!rc)
        rc = ph__lines_copy(&e->body, data.data, data.len);
    ph__message_settle(msg, rc, "text");
}

void ph__message_as_is(struct ph_message *msg, const char *type,
                       const char *cte, const char *data, size_t len)
{
    if (!ph__message_open(msg, data))
        return;
    msg->composed = true;
    ph__mime_drop(msg);
    ph__part_share(&msg->text, NULL);
    if (ph__message_passes(msg, "content-type", type) &&
        (!cte || ph__message_passes(msg, "content-transfer-encoding", cte)))
        take_as_is(msg, type, cte, (struct ph_slice){data, len});
}
