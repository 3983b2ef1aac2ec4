/* The object: its life, its envelope, its errors. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"

static void init_path(struct ph__path *path)
{
    ph__buf_init(&path->typed, PH__ADDRESS_MAX);
    ph__buf_init(&path->wire, PH__ADDRESS_MAX);
}

static void done_path(struct ph__path *path)
{
    ph__buf_done(&path->typed);
    ph__buf_done(&path->wire);
}

int ph__path_set(struct ph__path *path, struct ph_slice typed,
                 const struct ph__buf *wire)
{
    ph__buf_clear(&path->typed);
    ph__buf_clear(&path->wire);
    int rc = ph__buf_add(&path->typed, typed.data, typed.len);
    return rc ? rc : ph__buf_add(&path->wire, wire->data, wire->len);
}

struct ph_message *ph_message_new(void)
{
    struct ph_message *msg = calloc(1, sizeof(*msg));
    if (!msg)
        return NULL;
    ph__buf_init(&msg->problem, PH__PROBLEM_MAX);
    init_path(&msg->sender);
    init_path(&msg->first_from);
    ph__recipients_init(&msg->recipients);
    for (size_t i = 0; i < PH__SLOTS; i++)
        ph__header_init(&msg->slots[i]);
    ph__buf_init(&msg->id, PH__MESSAGE_ID_MAX);
    ph__buf_init(&msg->boundary, PH__BOUNDARY_MAX);
    ph__buf_init(&msg->blind, PH__HEADER_TEXT_MAX);
    ph__buf_init(&msg->octets, PH__CONTENT_MAX);
    ph__slices_init(&msg->content, PH__CONTENT_MAX);
    ph__buf_init(&msg->whole, PH__CONTENT_MAX);
    return msg;
}

void ph_message_free(struct ph_message *msg)
{
    if (!msg)
        return;
    ph__buf_done(&msg->problem);
    done_path(&msg->sender);
    done_path(&msg->first_from);
    ph__recipients_done(&msg->recipients);
    for (size_t i = 0; i < PH__SLOTS; i++)
        ph__header_done(&msg->slots[i]);
    ph__buf_done(&msg->id);
    ph_part_free(msg->text);
    ph_part_free(msg->html);
    ph_part_free(msg->calendar);
    ph__parts_done(&msg->attached);
    ph__buf_done(&msg->boundary);
    ph__buf_done(&msg->blind);
    ph__buf_done(&msg->octets);
    ph__signers_done(&msg->signers);
    ph__mime_free(msg->mime);
    ph__slices_done(&msg->content);
    ph__buf_done(&msg->whole);
    free(msg);
}

bool ph__message_open(struct ph_message *msg, const void *argument)
{
    if (!msg || msg->code)
        return false;
    msg->rendered = false;
    if (!argument)
        msg->code = PH_E_INVALID;
    return argument;
}

/* Words that come from outside are cut, so that the problem is told whole. */
void ph__problem_write(struct ph__buf *out, const char *label,
                       struct ph_slice bad, const char *problem)
{
    size_t len =
        bad.len < PH__PROBLEM_QUOTE_MAX ? bad.len : PH__PROBLEM_QUOTE_MAX;
    ph__buf_add_text(out, label);
    ph__buf_add_text(out, ": ");
    if (bad.data) {
        ph__buf_add_char(out, '\'');
        ph__buf_add(out, bad.data, len);
        ph__buf_add_text(out, len < bad.len ? "...' " : "' ");
    }
    ph__buf_add_text(out, problem);
    if (out->len)
        ph__text_make_printable(out->data, out->len, false);
}

void ph__message_fail(struct ph_message *msg, int code, const char *label,
                      struct ph_slice bad, const char *problem)
{
    if (msg->code)
        return;
    msg->code = code;
    ph__problem_write(&msg->problem, label, bad, problem);
}

void ph__message_fail_line(struct ph_message *msg, const char *label,
                           size_t line, const char *problem)
{
    struct ph__buf words = PH__BUF(PH__PROBLEM_MAX);
    int rc = ph__buf_format(&words, "line %zu %s", line, problem);
    ph__message_fail(msg, PH_E_CONTENT, label, (struct ph_slice){0},
                     rc ? problem : words.data);
    ph__buf_done(&words);
}

void ph__message_settle(struct ph_message *msg, int rc, const char *label)
{
    if (rc)
        ph__message_fail(msg, rc, label, (struct ph_slice){0}, ph_strerror(rc));
}

void ph__message_recipient(struct ph_message *msg, struct ph_slice typed,
                           const struct ph__buf *wire)
{
    int rc = ph__recipients_add(&msg->recipients, typed,
                                (struct ph_slice){wire->data, wire->len});
    ph__message_settle(msg, rc, "recipients");
}

bool ph__message_passes(struct ph_message *msg, const char *label,
                        const char *text)
{
    size_t len = strlen(text);
    const char *problem = ph__header_text_problem(text, len);
    if (problem)
        ph__message_fail(msg, PH_E_HEADER, label, (struct ph_slice){text, len},
                         problem);
    return !problem;
}

static bool passes(struct ph_message *msg, struct ph__buf *wire,
                   const char *label, struct ph_slice address,
                   enum ph__address_use use)
{
    const char *problem = NULL;
    int rc = ph__mailbox_wire(wire, address, use, &problem);
    if (rc == PH_E_ADDRESS)
        ph__message_fail(msg, rc, label, address, problem);
    ph__message_settle(msg, rc, label);
    return !rc;
}

void ph_message_envelope_from(struct ph_message *msg, const char *address)
{
    static const char label[] = "envelope-from";
    struct ph__buf wire = PH__BUF(PH__ADDRESS_MAX);
    if (!ph__message_open(msg, address))
        return;
    struct ph_slice typed = {address, strlen(address)};
    if (passes(msg, &wire, label, typed, PH__REVERSE_PATH)) {
        ph__message_settle(msg, ph__path_set(&msg->sender, typed, &wire),
                           label);
        msg->sender_set = true;
    }
    ph__buf_done(&wire);
}

void ph_message_envelope_to(struct ph_message *msg, const char *address)
{
    struct ph__buf wire = PH__BUF(PH__ADDRESS_MAX);
    if (!ph__message_open(msg, address))
        return;
    struct ph_slice typed = {address, strlen(address)};
    if (passes(msg, &wire, "envelope-to", typed, PH__RECIPIENT))
        ph__message_recipient(msg, typed, &wire);
    ph__buf_done(&wire);
}

/* What can be known only when nothing more will be said. */
static const char *missing(const struct ph_message *msg)
{
    if (msg->ready && msg->composed)
        return "a ready message cannot be composed too";
    if (msg->taking && !msg->ready)
        return "there is no ready message to take recipients from";
    if (!msg->ready && !msg->from_count)
        return "no From is given";
    if (!msg->sender_set && !msg->from_count)
        return "no sender is given";
    if (!msg->recipients.count)
        return "no recipient is given";
    return NULL;
}

int ph_message_check(const struct ph_message *msg)
{
    if (!msg)
        return PH_E_NOMEM;
    if (msg->code)
        return msg->code;
    return missing(msg) ? PH_E_INVALID : PH_OK;
}

const char *ph_message_problem(const struct ph_message *msg)
{
    int rc = ph_message_check(msg);
    if (!rc)
        return "";
    if (!msg || msg->code)
        return msg && msg->problem.len ? msg->problem.data : ph_strerror(rc);
    return missing(msg);
}

static const struct ph__path *path_of(const struct ph_message *msg)
{
    return msg->sender_set ? &msg->sender : &msg->first_from;
}

const char *ph_message_sender(const struct ph_message *msg)
{
    return msg ? ph__buf_text(&path_of(msg)->typed) : "";
}

const char *ph__message_wire_sender(const struct ph_message *msg)
{
    const char *typed = ph_message_sender(msg);
    const char *wire = ph__buf_text(&path_of(msg)->wire);
    return strcmp(typed, wire) == 0 ? typed : wire;
}

size_t ph_message_recipient_count(const struct ph_message *msg)
{
    return msg ? msg->recipients.count : 0;
}

const char *ph_message_recipient(const struct ph_message *msg, size_t i)
{
    return msg ? ph__recipients_get(&msg->recipients, i) : NULL;
}

const char *ph__message_wire_recipient(const struct ph_message *msg, size_t i)
{
    return ph__recipients_wire(&msg->recipients, i);
}

/* What is composed is encoded, but for addresses (RFC 6532 3.2). */
bool ph__message_has_utf8_header(const struct ph_message *msg)
{
    if (msg->ready)
        return msg->utf8_header;
    for (size_t i = 0; i < PH__SLOTS; i++) {
        const struct ph__buf *text = &msg->slots[i].out;
        if (!ph__text_is_ascii(text->data, text->len))
            return true;
    }
    return false;
}

bool ph__message_binary(const struct ph_message *msg)
{
    return msg->binary;
}

bool ph__message_eight_bit(const struct ph_message *msg)
{
    bool found =
        msg->ready ? msg->eight_bit : msg->text && msg->text->entity.eight_bit;
    for (size_t i = 0; !found && i < msg->attached.count; i++)
        found = msg->attached.at[i]->entity.eight_bit;
    return found || (msg->mime && msg->mime->eight_bit) ||
           ph__message_has_utf8_header(msg);
}

const char *ph__message_id(const struct ph_message *msg)
{
    return ph__buf_text(&msg->id);
}

bool ph__message_needs_date(const struct ph_message *msg)
{
    return !msg->ready && !msg->slots[PH__DATE].out.len;
}

bool ph__message_needs_id(const struct ph_message *msg)
{
    return !msg->ready && !msg->id.len;
}
