/* A composed message as it will be sent. */
#include <string.h>

#include "message/limits.h"
#include "message/mime.h"

static int add_slot(const struct ph_message *msg, struct ph__buf *out,
                    enum ph__slot slot)
{
    const struct ph__buf *text = &msg->slots[slot].out;
    if (!text->len)
        return PH_OK;
    int rc = ph__buf_add(out, text->data, text->len);
    return rc ? rc : ph__buf_add(out, "\r\n", 2);
}

static int add_from(const struct ph_message *msg, struct ph__buf *out)
{
    int rc = add_slot(msg, out, PH__FROM);
    /* Several authors need one sender: RFC 5322 3.6.2. */
    if (rc || msg->from_count < 2 || msg->once & PH__HAS_SENDER)
        return rc;
    const struct ph__path *first = &msg->first_from;
    struct ph_slice typed = {first->typed.data, first->typed.len};
    return ph__buf_format(out, "Sender: %s\r\n",
                          ph__mailbox_shown(typed, &first->wire).data);
}

static int add_id(const struct ph_message *msg, struct ph__buf *out)
{
    return ph__buf_format(out, "Message-ID: <%s>\r\n", msg->id.data);
}

static int add_header(const struct ph_message *msg, struct ph__buf *out)
{
    const struct ph__buf *other = &msg->slots[PH__OTHER].out;
    int rc = add_from(msg, out);
    for (enum ph__slot slot = PH__TO; !rc && slot < PH__OTHER; slot++)
        rc = add_slot(msg, out, slot);
    if (!rc)
        rc = add_id(msg, out);
    if (!rc)
        rc = ph__buf_add(out, other->data, other->len);
    return rc ? rc : ph__buf_add_text(out, "MIME-Version: 1.0\r\n");
}

/* So that one allocation is enough. */
static size_t estimate(const struct ph_message *msg)
{
    enum { FIXED = 512, LEVELS = 6, DELIMITERS = PH__BOUNDARY_MAX + 8 };
    size_t len = FIXED + msg->id.len;
    for (enum ph__slot slot = 0; slot < PH__SLOTS; slot++)
        len += msg->slots[slot].out.len;
    len += msg->text.header.out.len + msg->text.body.len;
    len += msg->html.header.out.len + msg->html.body.len;
    len += msg->calendar.header.out.len + msg->calendar.body.len;
    return len + ph__entities_len(&msg->attached) +
           (msg->attached.count + LEVELS) * DELIMITERS;
}

static int compose(struct ph_message *msg)
{
    ph__buf_clear(&msg->out);
    int rc = ph__buf_reserve(&msg->out, estimate(msg));
    if (!rc)
        rc = add_header(msg, &msg->out);
    if (!rc)
        rc = ph__mime_write(msg, &msg->out);
    if (rc == PH_E_LIMIT)
        ph__message_settle(msg, rc, "message");
    return rc;
}

int ph_message_render(struct ph_message *msg, struct ph_slice *out)
{
    int rc = ph_message_check(msg);
    if (rc)
        return rc;
    if (ph__message_needs_date(msg) || ph__message_needs_id(msg))
        return PH_E_INVALID;
    if (!msg->ready && !msg->rendered) {
        rc = compose(msg);
        if (rc)
            return rc;
        msg->rendered = true;
    }
    *out = (struct ph_slice){ph__buf_text(&msg->out), msg->out.len};
    return PH_OK;
}
