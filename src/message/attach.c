/* What is sent beside the text. */
#include <string.h>

#include "base/text.h"
#include "message/id.h"
#include "message/limits.h"
#include "message/load.h"
#include "message/parameter.h"
#include "message/parts.h"

static const char label[] = "attach";

static void refuse(struct ph_message *msg, int code, const char *bad,
                   const char *problem)
{
    struct ph_slice words = {bad, bad ? strlen(bad) : 0};
    ph__message_fail(msg, code, label, words, problem);
}

static const char *type_of(const struct ph_attachment *a)
{
    return a->type ? a->type : "application/octet-stream";
}

static const char *name_of(const struct ph_attachment *a)
{
    if (a->name || !a->path)
        return a->name;
    const char *slash = strrchr(a->path, '/');
    return slash ? slash + 1 : a->path;
}

/* Of messages only those in UTF-8 may be encoded (RFC 2046 5.2.1, RFC 6532
 * 3.5). */
static bool is_message(const char *type)
{
    return ph__type_is(type, "message/") &&
           !ph__type_is(type, "message/global");
}

static const char *type_problem(const char *type)
{
    const char *problem = ph__type_problem(type);
    if (!problem && ph__type_is(type, "multipart/"))
        return "is made of parts: attach each of them";
    return problem;
}

static const char *id_problem(const struct ph_message *msg, const char *id)
{
    if (!ph__id_is_valid(id, strlen(id)))
        return "is not of the form left@right";
    return ph__entities_have_id(&msg->attached, id)
               ? "is the Content-ID of another attachment"
               : NULL;
}

/* NULL, or what is wrong with one of the words, which `*bad` then is. */
static const char *words_problem(const struct ph_message *msg,
                                 const struct ph_attachment *a,
                                 const char **bad)
{
    const char *problem = type_problem(*bad = type_of(a));
    if (!problem && name_of(a))
        problem = ph__file_name_problem(*bad = name_of(a));
    if (!problem && a->inline_id)
        problem = id_problem(msg, *bad = a->inline_id);
    if (!problem && a->description)
        problem = ph__header_text_problem(*bad = a->description,
                                          strlen(a->description));
    return problem;
}

static bool passes(struct ph_message *msg, const struct ph_attachment *a)
{
    const char *bad = NULL;
    if (a->size != sizeof(*a))
        refuse(msg, PH_E_INVALID, NULL, "was not made by PH_ATTACHMENT");
    else if (!a->data == !a->path)
        refuse(msg, PH_E_INVALID, NULL, "takes either data or a path");
    else if (words_problem(msg, a, &bad))
        refuse(msg, PH_E_HEADER, bad, words_problem(msg, a, &bad));
    return !msg->code;
}

/* Whether text has its canonical form (RFC 2046 4.1.1) already: only then is
 * what arrives, octet for octet, what was given. */
static bool is_canonical(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] == '\n' && (!i || data[i - 1] != '\r'))
            return false;
    return !len || data[len - 1] == '\n';
}

/* Whether a line is one that programs on the way change: they put a '>' before
 * "From ", and take blanks from its end. */
static bool is_fragile(const char *data, size_t len)
{
    for (size_t at = 0, step; at < len; at += step) {
        size_t n = ph__lines_one(data + at, len - at, &step);
        if (n && (data[at + n - 1] == ' ' || data[at + n - 1] == '\t'))
            return true;
        if (n >= 5 && memcmp(data + at, "From ", 5) == 0)
            return true;
    }
    return false;
}

/* A message is never encoded, so it has to be fit to send as it is. */
static const char *encode_message(struct ph_message *msg, struct ph__entity *e,
                                  struct ph_slice data)
{
    struct ph__lines lines;
    ph__lines_scan(&lines, data.data, data.len);
    if (lines.problem)
        ph__message_fail_line(msg, label, lines.problem_line, lines.problem);
    else if (lines.long_line)
        ph__message_fail_line(msg, label, lines.long_line,
                              "has more than 998 octets");
    if (msg->code)
        return "";
    e->verbatim = true;
    e->eight_bit = lines.high;
    ph__message_settle(msg, ph__lines_copy(&e->body, data.data, data.len),
                       label);
    return e->eight_bit ? "8bit" : ph__cte_name(PH__7BIT);
}

static const char *encode_text(struct ph_message *msg, struct ph__entity *e,
                               struct ph_slice data)
{
    struct ph__lines lines;
    enum ph__cte cte = PH__BASE64;
    ph__lines_scan(&lines, data.data, data.len);
    if (!lines.problem && is_canonical(data.data, data.len))
        cte = ph__body_choose(&lines, data.len);
    if (cte == PH__7BIT && is_fragile(data.data, data.len))
        cte = PH__QUOTED_PRINTABLE;
    e->verbatim = cte == PH__7BIT;
    int rc = cte == PH__BASE64
                 ? ph__body_encode_octets(&e->body, data.data, data.len)
                 : ph__body_encode(&e->body, cte, data.data, data.len);
    ph__message_settle(msg, rc, label);
    return ph__cte_name(cte);
}

/* Returns the name of the encoding. */
static const char *encode(struct ph_message *msg, struct ph__entity *e,
                          const char *type, struct ph_slice data)
{
    if (is_message(type))
        return encode_message(msg, e, data);
    if (ph__type_is(type, "text/"))
        return encode_text(msg, e, data);
    ph__message_settle(
        msg, ph__body_encode_octets(&e->body, data.data, data.len), label);
    return ph__cte_name(PH__BASE64);
}

/* Text that is not ASCII has to say what it is, if that can be known. */
static bool lacks_charset(const char *type, struct ph_slice data)
{
    return ph__type_is(type, "text/") && !ph__type_has(type, "charset") &&
           !ph__text_is_ascii(data.data, data.len) &&
           ph__text_is_utf8(data.data, data.len);
}

static int write_type(struct ph__header *h, const struct ph_attachment *a,
                      struct ph_slice data)
{
    const char *type = type_of(a);
    int rc = ph__header_begin_text(h, "Content-Type");
    if (!rc)
        rc = ph__type_write(h, type);
    if (!rc && lacks_charset(type, data))
        rc = ph__parameter_write(h, "charset", "utf-8");
    if (!rc && name_of(a) && !ph__type_has(type, "name"))
        rc = ph__file_name_write_old(h, name_of(a));
    return rc ? rc : ph__header_end(h);
}

static int write_disposition(struct ph__header *h,
                             const struct ph_attachment *a)
{
    int rc = ph__header_begin_text(h, "Content-Disposition");
    const char *words = a->inline_id ? "inline" : "attachment";
    if (!rc)
        rc = ph__header_token(h, words, strlen(words));
    if (!rc && name_of(a))
        rc = ph__file_name_write(h, name_of(a));
    return rc ? rc : ph__header_end(h);
}

static int write_id(struct ph__entity *e, const char *id)
{
    struct ph__buf text = PH__BUF(PH__MESSAGE_ID_MAX + 2);
    int rc = ph__buf_add_text(&e->id, id);
    if (!rc)
        rc = ph__buf_format(&text, "<%s>", id);
    if (!rc)
        rc = ph__header_begin_text(&e->header, "Content-ID");
    if (!rc)
        rc = ph__header_token(&e->header, text.data, text.len);
    ph__buf_done(&text);
    return rc ? rc : ph__header_end(&e->header);
}

static int write_header(struct ph__entity *e, const struct ph_attachment *a,
                        const char *encoding, struct ph_slice data)
{
    struct ph__header *h = &e->header;
    int rc = write_type(h, a, data);
    if (!rc)
        rc = ph__header_field(h, "Content-Transfer-Encoding", encoding);
    if (!rc)
        rc = write_disposition(h, a);
    if (!rc && a->inline_id)
        rc = write_id(e, a->inline_id);
    if (!rc && a->description)
        rc = ph__header_field(h, "Content-Description", a->description);
    return rc;
}

static void add(struct ph_message *msg, const struct ph_attachment *a,
                struct ph_slice data)
{
    struct ph__entity e;
    size_t used = ph__entities_len(&msg->attached);
    if (data.len > PH__CONTENT_MAX) {
        ph__message_settle(msg, PH_E_LIMIT, label);
        return;
    }
    ph__entity_init(&e);
    /* All that is attached has to fit one message. */
    e.body.limit = used < PH__CONTENT_MAX ? PH__CONTENT_MAX - used : 0;
    e.related = a->inline_id;
    const char *encoding = encode(msg, &e, type_of(a), data);
    if (!msg->code)
        ph__message_settle(msg, write_header(&e, a, encoding, data), label);
    if (!msg->code)
        ph__message_settle(msg, ph__entities_add(&msg->attached, &e), label);
    if (msg->code)
        ph__entity_done(&e);
}

void ph_message_attach(struct ph_message *msg, const struct ph_attachment *a)
{
    struct ph__buf file = PH__BUF(PH__CONTENT_MAX);
    struct ph__buf why = PH__BUF(PH__PROBLEM_MAX);
    if (!ph__message_open(msg, a))
        return;
    msg->composed = true;
    if (!passes(msg, a))
        return;
    int rc = a->path ? ph__load_file(&file, a->path, &why) : PH_OK;
    if (rc)
        refuse(msg, rc, a->path, why.len ? why.data : ph_strerror(rc));
    else if (a->path)
        add(msg, a, (struct ph_slice){ph__buf_text(&file), file.len});
    else
        add(msg, a, (struct ph_slice){a->data, a->len});
    ph__buf_done(&why);
    ph__buf_done(&file);
}
