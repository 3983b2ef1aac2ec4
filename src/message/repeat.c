/* What is the same in many messages, rendered once: copied, or shared. */
#include "message/parts.h"

static int repeat_header(struct ph__header *to, const struct ph__header *from)
{
    int rc = ph__buf_add(&to->out, from->out.data, from->out.len);
    to->column = from->column;
    to->edge = from->edge;
    to->empty = from->empty;
    return rc;
}

static int repeat_path(struct ph__path *to, const struct ph__path *from)
{
    struct ph_slice typed = {from->typed.data, from->typed.len};
    return ph__path_set(to, typed, &from->wire);
}

void ph__message_repeat_sender(struct ph_message *msg,
                               const struct ph_message *from)
{
    if (!ph__message_open(msg, from))
        return;
    ph__message_settle(msg, repeat_path(&msg->sender, &from->sender),
                       "envelope-from");
    msg->sender_set = true;
}

void ph__message_repeat_slot(struct ph_message *msg,
                             const struct ph_message *from, enum ph__slot slot)
{
    if (!ph__message_open(msg, from))
        return;
    int rc = repeat_header(&msg->slots[slot], &from->slots[slot]);
    if (!rc && slot == PH__FROM)
        rc = repeat_path(&msg->first_from, &from->first_from);
    if (slot == PH__FROM)
        msg->from_count = from->from_count;
    msg->composed = true;
    ph__message_settle(msg, rc, "header");
}

void ph__message_repeat_other(struct ph_message *msg,
                              const struct ph_message *from, size_t at,
                              size_t len)
{
    if (!ph__message_open(msg, from))
        return;
    int rc = ph__buf_add(&msg->slots[PH__OTHER].out,
                         from->slots[PH__OTHER].out.data + at, len);
    msg->once |= from->once;
    msg->composed = true;
    ph__message_settle(msg, rc, "header");
}

void ph__message_repeat_text(struct ph_message *msg,
                             const struct ph_message *from)
{
    if (!ph__message_open(msg, from))
        return;
    msg->composed = true;
    ph__mime_drop(msg);
    ph__part_share(&msg->text, from->text);
}

void ph__message_repeat_html(struct ph_message *msg,
                             const struct ph_message *from)
{
    if (!ph__message_open(msg, from))
        return;
    msg->composed = true;
    ph__mime_drop(msg);
    ph__part_share(&msg->html, from->html);
}

void ph__message_repeat_attached(struct ph_message *msg,
                                 const struct ph_message *from, size_t i)
{
    ph_message_add_part(msg, from->attached.at[i]);
}
