/* The header fields that a message is composed of. */
#include <string.h>

#include "base/text.h"
#include "message/date.h"
#include "message/id.h"
#include "message/limits.h"
#include "message/parts.h"

static const char *const slot_names[PH__SLOTS] = {
    [PH__FROM] = "From",
    [PH__TO] = "To",
    [PH__CC] = "Cc",
    [PH__REPLY_TO] = "Reply-To",
    [PH__SUBJECT] = "Subject",
    [PH__DATE] = "Date",
    [PH__UNSUBSCRIBE] = "List-Unsubscribe",
};

/* Where the mailboxes of a list go. */
struct list {
    const char *label;
    struct ph__header *header; /* NULL = nowhere */
    bool first;                /* in its field */
    bool is_from;
    bool to_envelope;
    size_t count;
};

static struct ph_slice text_slice(const char *text)
{
    return (struct ph_slice){text, strlen(text)};
}

static int take_mailbox(struct ph_message *msg, struct list *list,
                        const struct ph__mailbox_reader *box)
{
    int rc = PH_OK;
    if (list->is_from && !msg->from_count++)
        rc = ph__path_set(&msg->first_from, box->address, &box->wire);
    if (!rc && list->header)
        rc = ph__mailbox_write(list->header, list->first,
                               ph__buf_text(&box->name), box->name.len,
                               ph__mailbox_shown(box->address, &box->wire));
    if (!rc && list->to_envelope)
        ph__message_recipient(msg, box->address, &box->wire);
    list->first = false;
    list->count++;
    return rc;
}

static void take_list(struct ph_message *msg, struct list *list,
                      struct ph_slice text)
{
    struct ph__mailbox_reader box;
    int rc = PH_OK;
    ph__mailbox_init(&box, text.data, text.len,
                     list->is_from ? PH__REVERSE_PATH : PH__RECIPIENT);
    while (!rc && ph__mailbox_next(&box))
        rc = take_mailbox(msg, list, &box);
    if (box.rc == PH_E_ADDRESS)
        ph__message_fail(msg, box.rc, list->label, box.bad, box.problem);
    ph__message_settle(msg, rc ? rc : box.rc, list->label);
    ph__mailbox_done(&box);
}

/* One kind of field: its name is written when its first mailbox comes. */
static size_t add_slot(struct ph_message *msg, enum ph__slot slot,
                       const char *label, const char *text, bool to_envelope)
{
    struct ph__header *h = &msg->slots[slot];
    const char *name = slot_names[slot];
    struct list list = {.label = label,
                        .header = h,
                        .first = !h->out.len,
                        .is_from = slot == PH__FROM,
                        .to_envelope = to_envelope};
    if (!ph__message_passes(msg, label, text))
        return 0;
    if (list.first)
        ph__message_settle(msg, ph__header_begin(h, name, strlen(name)), label);
    take_list(msg, &list, text_slice(text));
    if (list.first)
        ph__header_clear(h);
    return list.count;
}

static void add_public(struct ph_message *msg, enum ph__slot slot,
                       const char *label, const char *text, bool to_envelope)
{
    if (!ph__message_open(msg, text))
        return;
    if (!add_slot(msg, slot, label, text, to_envelope))
        ph__message_fail(msg, PH_E_ADDRESS, label, text_slice(text),
                         "has no address");
}

static void forget_from(struct ph_message *msg)
{
    ph__header_clear(&msg->slots[PH__FROM]);
    ph__buf_clear(&msg->first_from.typed);
    ph__buf_clear(&msg->first_from.wire);
    msg->from_count = 0;
}

void ph_message_from(struct ph_message *msg, const char *mailbox)
{
    if (!ph__message_open(msg, mailbox))
        return;
    forget_from(msg);
    add_public(msg, PH__FROM, "from", mailbox, false);
}

void ph_message_to(struct ph_message *msg, const char *mailboxes)
{
    add_public(msg, PH__TO, "to", mailboxes, true);
}

void ph_message_cc(struct ph_message *msg, const char *mailboxes)
{
    add_public(msg, PH__CC, "cc", mailboxes, true);
}

void ph_message_bcc(struct ph_message *msg, const char *mailboxes)
{
    struct list list = {.label = "bcc", .to_envelope = true};
    if (!ph__message_open(msg, mailboxes) ||
        !ph__message_passes(msg, "bcc", mailboxes))
        return;
    take_list(msg, &list, text_slice(mailboxes));
    if (!list.count)
        ph__message_fail(msg, PH_E_ADDRESS, "bcc", text_slice(mailboxes),
                         "has no address");
}

void ph_message_reply_to(struct ph_message *msg, const char *mailboxes)
{
    if (!ph__message_open(msg, mailboxes))
        return;
    msg->composed = true;
    add_public(msg, PH__REPLY_TO, "reply-to", mailboxes, false);
}

void ph__message_list(struct ph_message *msg, enum ph__slot slot,
                      const char *mailboxes)
{
    if (!ph__message_open(msg, mailboxes))
        return;
    if (slot == PH__FROM)
        forget_from(msg);
    add_slot(msg, slot, slot_names[slot], mailboxes, false);
}

/* Subject and Date: the last call counts. */
static void set_text(struct ph_message *msg, enum ph__slot slot,
                     const char *label, const char *text)
{
    struct ph__header *h = &msg->slots[slot];
    const char *name = slot_names[slot];
    msg->composed = true;
    if (!ph__message_passes(msg, label, text))
        return;
    ph__header_clear(h);
    int rc = ph__header_begin(h, name, strlen(name));
    if (!rc)
        rc = ph__header_text(h, text, strlen(text));
    ph__message_settle(msg, rc, label);
}

void ph_message_subject(struct ph_message *msg, const char *utf8)
{
    if (ph__message_open(msg, utf8))
        set_text(msg, PH__SUBJECT, "subject", utf8);
}

void ph__message_date_text(struct ph_message *msg, const char *text)
{
    if (ph__message_open(msg, text))
        set_text(msg, PH__DATE, "date", text);
}

void ph_message_date(struct ph_message *msg, int64_t unix_secs)
{
    struct ph__buf text = PH__BUF(PH__FOLD_AT);
    if (!ph__message_open(msg, msg))
        return;
    int rc = ph__date_write(&text, unix_secs);
    if (rc == PH_E_INVALID)
        ph__message_fail(msg, PH_E_HEADER, "date", (struct ph_slice){0},
                         "is before 1900 or after 9999");
    ph__message_settle(msg, rc, "date");
    if (!rc)
        set_text(msg, PH__DATE, "date", text.data);
    if (!rc)
        ph__message_sign_at(msg, unix_secs);
    ph__buf_done(&text);
}

/* One of those that need their own call: two of them would contradict each
 * other, and a Bcc would be seen (RFC 5322 3.6). */
static bool has_own_call(const char *name)
{
    return ph__text_listed("From,To,Cc,Bcc,Reply-To,Subject,Date,Message-ID,"
                           "MIME-Version,Content-Type,"
                           "Content-Transfer-Encoding,Resent-Bcc",
                           name);
}

bool ph__message_holds_mailboxes(const char *name)
{
    return ph__text_listed("Sender,Resent-From,Resent-Sender,Resent-To,"
                           "Resent-Cc,Resent-Reply-To,Mail-Reply-To,"
                           "Mail-Followup-To,Errors-To,Return-Receipt-To,"
                           "Disposition-Notification-To",
                           name);
}

static unsigned once_bit(const char *name)
{
    if (ph__text_same(name, "Sender"))
        return PH__HAS_SENDER;
    if (ph__text_same(name, "References"))
        return PH__HAS_REFERENCES;
    if (ph__text_listed("List-Unsubscribe,List-Unsubscribe-Post", name))
        return ph__text_same(name, "List-Unsubscribe")
                   ? PH__HAS_UNSUBSCRIBE
                   : PH__HAS_UNSUBSCRIBE_POST;
    return ph__text_same(name, "In-Reply-To") ? PH__HAS_IN_REPLY_TO : 0;
}

static bool is_unsubscribe_again(const struct ph_message *msg, const char *name)
{
    return msg->slots[PH__UNSUBSCRIBE].out.len &&
           ph__text_same(name, "List-Unsubscribe");
}

static const char *name_problem(const struct ph_message *msg, const char *name)
{
    const char *problem = ph__header_name_problem(name, strlen(name));
    if (problem)
        return problem;
    if (has_own_call(name))
        return "is not set as a header: it has an option or a call of its own";
    if (msg->once & once_bit(name) || is_unsubscribe_again(msg, name))
        return "comes twice";
    return NULL;
}

static void write_mailboxes(struct ph_message *msg, const char *name,
                            const char *text)
{
    struct ph__header *h = &msg->slots[PH__OTHER];
    struct list list = {.label = name, .header = h, .first = true};
    take_list(msg, &list, text_slice(text));
    if (!list.count)
        ph__message_fail(msg, PH_E_ADDRESS, name, text_slice(text),
                         "has no address");
}

void ph_message_header(struct ph_message *msg, const char *name,
                       const char *utf8)
{
    if (!ph__message_open(msg, name) || !ph__message_open(msg, utf8))
        return;
    const char *problem = name_problem(msg, name);
    msg->composed = true;
    if (problem)
        ph__message_fail(msg, PH_E_HEADER, "header", text_slice(name), problem);
    if (problem || !ph__message_passes(msg, name, utf8))
        return;
    struct ph__header *h = &msg->slots[PH__OTHER];
    msg->once |= once_bit(name);
    int rc = ph__header_begin(h, name, strlen(name));
    if (!rc && ph__message_holds_mailboxes(name))
        write_mailboxes(msg, name, utf8);
    else if (!rc)
        rc = ph__header_text(h, utf8, strlen(utf8));
    if (!rc)
        rc = ph__header_end(h);
    ph__message_settle(msg, rc, name);
}

void ph_message_id(struct ph_message *msg, const char *id)
{
    if (!ph__message_open(msg, id))
        return;
    msg->composed = true;
    if (!ph__id_is_valid(id, strlen(id))) {
        ph__message_fail(msg, PH_E_HEADER, "message-id", text_slice(id),
                         "is not of the form left@right");
        return;
    }
    ph__buf_clear(&msg->id);
    ph__message_settle(msg, ph__buf_add_text(&msg->id, id), "message-id");
}
