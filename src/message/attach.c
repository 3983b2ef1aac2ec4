/* Parts become those of a message. */
#include <string.h>

#include "message/limits.h"
#include "message/parts.h"

static const char label[] = "attach";

static void add(struct ph_message *msg, struct ph_part *part)
{
    const char *id = ph__buf_text(&part->entity.id);
    size_t used = ph__parts_len(&msg->attached);
    size_t len = ph__entity_body(&part->entity).len;
    if (*id && ph__parts_have_id(&msg->attached, id))
        ph__message_fail(msg, PH_E_HEADER, label,
                         (struct ph_slice){id, strlen(id)},
                         "is the Content-ID of another attachment");
    else if (msg->attached.count == PH__ATTACHMENTS_MAX ||
             used > PH__CONTENT_MAX || len > PH__CONTENT_MAX - used)
        ph__message_settle(msg, PH_E_LIMIT, label);
    else
        ph__message_settle(msg, ph__parts_add(&msg->attached, part), label);
}

void ph_message_add_part(struct ph_message *msg, struct ph_part *part)
{
    if (!ph__message_open(msg, part))
        return;
    msg->composed = true;
    ph__mime_drop(msg);
    if (!part->code) {
        add(msg, part);
        return;
    }
    msg->code = part->code;
    ph__buf_add_text(&msg->problem, ph_part_problem(part));
}

void ph_message_attach(struct ph_message *msg, const struct ph_attachment *a)
{
    if (!ph__message_open(msg, a))
        return;
    struct ph_part *part = ph_part_new(a);
    if (part)
        ph_message_add_part(msg, part);
    else
        ph__message_settle(msg, PH_E_NOMEM, label);
    ph_part_free(part);
}
