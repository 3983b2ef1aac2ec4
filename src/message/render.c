/* A composed message as it will be sent. */
#include <string.h>

#include "message/limits.h"
#include "message/parts.h"
#include "message/ready.h"

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
    if (!rc && ph__message_unsubscribes_at_once(msg))
        rc = ph__buf_add_text(
            out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    if (!rc)
        rc = add_id(msg, out);
    if (!rc)
        rc = ph__buf_add(out, other->data, other->len);
    return rc ? rc : ph__buf_add_text(out, "MIME-Version: 1.0\r\n");
}

/* Of messages of any kind, in front of what was there. */
static int sign(struct ph_message *msg, struct ph__to_sign *what)
{
    what->now = (uint64_t)msg->signed_at;
    int rc = ph__signers_write(&msg->content.own, &msg->signers, what);
    if (rc && rc != PH_E_NOMEM)
        ph__message_fail(msg, rc, "dkim", (struct ph_slice){0},
                         rc == PH_E_CONTENT ? "a lone CR or LF cannot be signed"
                         : rc == PH_E_HEADER ? "there must be one From"
                                             : ph_strerror(rc));
    return rc;
}

static int sign_composed(struct ph_message *msg, const struct ph__buf *header)
{
    struct ph__mime *mime = msg->mime;
    const struct ph_slice fields[] = {
        {header->data, header->len},
        {mime->content.own.data, mime->fields},
    };
    struct ph__to_sign what = {.header = fields,
                               .header_count = 2,
                               .body = mime->content.list,
                               .body_count = mime->content.count,
                               .skip = mime->fields + 2,
                               .digests = &mime->digests};
    return sign(msg, &what);
}

static int add_signed_header(struct ph_message *msg)
{
    struct ph__buf header = PH__BUF(msg->content.own.limit);
    int rc = add_header(msg, &header);
    if (!rc)
        rc = sign_composed(msg, &header);
    if (!rc)
        rc = ph__buf_add(&msg->content.own, header.data, header.len);
    ph__buf_done(&header);
    return rc;
}

static size_t estimate(const struct ph_message *msg)
{
    enum { FIXED = 512 };
    size_t len = FIXED + msg->id.len;
    for (enum ph__slot slot = 0; slot < PH__SLOTS; slot++)
        len += msg->slots[slot].out.len;
    return len + msg->mime->content.own.len;
}

/* The header, and behind it what it is the header of. */
static int compose(struct ph_message *msg)
{
    struct ph__slices *out = &msg->content;
    int rc = ph__mime_settle(msg);
    if (!rc)
        rc = ph__buf_reserve(&out->own, estimate(msg));
    if (!rc)
        rc = msg->signers.count ? add_signed_header(msg)
                                : add_header(msg, &out->own);
    for (size_t i = 0; !rc && i < msg->mime->content.count; i++)
        rc = ph__slices_add(out, msg->mime->content.list[i]);
    return rc ? rc : ph__slices_end(out);
}

/* The header of a ready message, without the empty line behind it. */
static struct ph_slice ready_fields(struct ph_slice all)
{
    size_t len = ph__ready_header_len(all);
    bool empty_line = len == 2 || (len > 2 && all.data[len - 3] == '\n');
    return (struct ph_slice){all.data, empty_line ? len - 2 : len};
}

static int sign_ready(struct ph_message *msg)
{
    struct ph_slice all = {msg->octets.data, msg->octets.len};
    struct ph_slice fields = ready_fields(all);
    struct ph__digests digests = {.made = {false}};
    struct ph__to_sign what = {.header = &fields,
                               .header_count = 1,
                               .body = &all,
                               .body_count = 1,
                               .skip = ph__ready_header_len(all),
                               .digests = &digests};
    int rc = sign(msg, &what);
    if (!rc)
        rc = ph__slices_add(&msg->content, all);
    return rc ? rc : ph__slices_end(&msg->content);
}

static int render(struct ph_message *msg)
{
    int rc = PH_OK;
    ph__slices_clear(&msg->content);
    ph__buf_clear(&msg->whole);
    if (!msg->ready)
        rc = compose(msg);
    else if (msg->signers.count)
        rc = sign_ready(msg);
    else
        ph__slices_be(
            &msg->content,
            (struct ph_slice){ph__buf_text(&msg->octets), msg->octets.len});
    if (rc == PH_E_LIMIT)
        ph__message_settle(msg, rc, "message");
    msg->rendered = !rc;
    return rc;
}

int ph__message_content(const struct ph__slices **out, struct ph_message *msg)
{
    int rc = ph_message_check(msg);
    if (rc)
        return rc;
    if (ph__message_needs_date(msg) || ph__message_needs_id(msg) ||
        (msg->signers.count && !msg->signed_at_given))
        return PH_E_INVALID;
    rc = msg->rendered ? PH_OK : render(msg);
    if (!rc)
        *out = &msg->content;
    return rc;
}

size_t ph__message_own_octets(const struct ph_message *msg)
{
    const struct ph__mime *mime = msg->ready ? NULL : msg->mime;
    if (!mime)
        return msg->content.octets;
    return mime->owners > 1 ? msg->content.own.len
                            : msg->content.octets - mime->shared;
}

static int join(struct ph__buf *out, const struct ph__slices *slices)
{
    int rc = ph__buf_reserve(out, slices->octets);
    for (size_t i = 0; !rc && i < slices->count; i++)
        rc = ph__buf_add(out, slices->list[i].data, slices->list[i].len);
    return rc;
}

int ph_message_render(struct ph_message *msg, struct ph_slice *out)
{
    const struct ph__slices *slices;
    int rc = ph__message_content(&slices, msg);
    if (rc)
        return rc;
    if (slices->count == 1) {
        *out = slices->list[0];
        return PH_OK;
    }
    if (!msg->whole.len)
        rc = join(&msg->whole, slices);
    if (!rc)
        *out = (struct ph_slice){msg->whole.data, msg->whole.len};
    return rc;
}
