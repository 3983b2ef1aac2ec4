/* What messages share: signers, and bodies. */
#include <string.h>

#include "message/parts.h"

void ph_message_sign(struct ph_message *msg, struct ph_dkim *dkim)
{
    if (!ph__message_open(msg, dkim))
        return;
    if (!dkim->code) {
        ph__message_settle(msg, ph__signers_add(&msg->signers, dkim), "dkim");
        return;
    }
    msg->code = dkim->code;
    ph__buf_add_text(&msg->problem, ph_dkim_problem(dkim));
}

void ph__message_sign_at(struct ph_message *msg, int64_t unix_secs)
{
    if (msg->signed_at_given || msg->code)
        return;
    msg->signed_at = unix_secs;
    msg->signed_at_given = true;
}

int ph__message_lend_body(struct ph__mime **out, struct ph_message *msg)
{
    if (msg->code)
        return msg->code;
    int rc = ph__mime_settle(msg);
    if (rc)
        return rc;
    msg->mime_given = true;
    msg->mime->owners++;
    *out = msg->mime;
    return PH_OK;
}

void ph__message_borrow_body(struct ph_message *msg, struct ph__mime *mime)
{
    if (!ph__message_open(msg, mime))
        return;
    ph__mime_drop(msg);
    msg->mime = mime;
    msg->mime_given = true;
    mime->owners++;
}
