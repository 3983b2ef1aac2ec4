/* What is sent beside the text: made once, and attached. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "message/id.h"
#include "message/limits.h"
#include "message/load.h"
#include "message/parameter.h"
#include "message/parts.h"

static const char label[] = "attach";

static void refuse(struct ph_part *part, int code, const char *bad,
                   const char *problem)
{
    struct ph_slice words = {bad, bad ? strlen(bad) : 0};
    if (part->code)
        return;
    part->code = code;
    ph__problem_write(&part->problem, label, words, problem);
}

static void settle(struct ph_part *part, int rc)
{
    if (rc)
        refuse(part, rc, NULL, ph_strerror(rc));
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

static const char *id_problem(const char *id)
{
    return ph__id_is_valid(id, strlen(id)) ? NULL
                                           : "is not of the form left@right";
}

/* NULL, or what is wrong with one of the words, which `*bad` then is. */
static const char *words_problem(const struct ph_attachment *a,
                                 const char **bad)
{
    const char *problem = type_problem(*bad = type_of(a));
    if (!problem && name_of(a))
        problem = ph__file_name_problem(*bad = name_of(a));
    if (!problem && a->inline_id)
        problem = id_problem(*bad = a->inline_id);
    if (!problem && a->description)
        problem = ph__header_text_problem(*bad = a->description,
                                          strlen(a->description));
    return problem;
}

static bool passes(struct ph_part *part, const struct ph_attachment *a)
{
    const char *bad = NULL;
    if (!a || a->size != sizeof(*a))
        refuse(part, PH_E_INVALID, NULL, "was not made by PH_ATTACHMENT");
    else if (!a->data == !a->path)
        refuse(part, PH_E_INVALID, NULL, "takes either data or a path");
    else if (words_problem(a, &bad))
        refuse(part, PH_E_HEADER, bad, words_problem(a, &bad));
    return !part->code;
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

static void refuse_line(struct ph_part *part, size_t line, const char *problem)
{
    struct ph__buf words = PH__BUF(PH__PROBLEM_MAX);
    int rc = ph__buf_format(&words, "line %zu %s", line, problem);
    refuse(part, PH_E_CONTENT, NULL, rc ? problem : words.data);
    ph__buf_done(&words);
}

/* A message is never encoded, so it has to be fit to send as it is. */
static const char *encode_message(struct ph_part *part, struct ph_slice data)
{
    struct ph__entity *e = &part->entity;
    struct ph__lines lines;
    ph__lines_scan(&lines, data.data, data.len);
    if (lines.problem)
        refuse_line(part, lines.problem_line, lines.problem);
    else if (lines.long_line)
        refuse_line(part, lines.long_line, "has more than 998 octets");
    if (part->code)
        return "";
    e->verbatim = true;
    e->eight_bit = lines.high;
    settle(part, ph__lines_copy(&e->body, data.data, data.len));
    return e->eight_bit ? "8bit" : ph__cte_name(PH__7BIT);
}

static const char *encode_text(struct ph_part *part, struct ph_slice data)
{
    struct ph__entity *e = &part->entity;
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
    settle(part, rc);
    return ph__cte_name(cte);
}

/* Returns the name of the encoding. */
static const char *encode(struct ph_part *part, const char *type,
                          struct ph_slice data)
{
    if (is_message(type))
        return encode_message(part, data);
    if (ph__type_is(type, "text/"))
        return encode_text(part, data);
    settle(part,
           ph__body_encode_octets(&part->entity.body, data.data, data.len));
    return ph__cte_name(PH__BASE64);
}

/* Text that is not ASCII has to say what it is, if that can be known. */
static bool is_utf8(struct ph_slice data)
{
    return !ph__text_is_ascii(data.data, data.len) &&
           ph__text_is_utf8(data.data, data.len);
}

static int write_type(struct ph__header *h, const struct ph_attachment *a,
                      bool utf8)
{
    const char *type = type_of(a);
    int rc = ph__header_begin_text(h, "Content-Type");
    if (!rc)
        rc = ph__type_write(h, type);
    if (!rc && utf8 && ph__type_is(type, "text/") &&
        !ph__type_has(type, "charset"))
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
                        const char *encoding, bool utf8)
{
    struct ph__header *h = &e->header;
    int rc = write_type(h, a, utf8);
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

static void make(struct ph_part *part, const struct ph_attachment *a,
                 struct ph_slice data)
{
    const char *encoding = encode(part, type_of(a), data);
    if (!part->code)
        settle(part, write_header(&part->entity, a, encoding, is_utf8(data)));
}

/* What is so large is kept on the disk, in base64 whatever it is. */
static bool is_large(const struct ph_attachment *a, size_t len)
{
    return len > PH__SPOOL_ABOVE && !is_message(type_of(a));
}

static int write_large_header(struct ph_part *part,
                              const struct ph_attachment *a)
{
    struct ph__entity *e = &part->entity;
    return write_header(e, a, ph__cte_name(PH__BASE64), e->large.utf8);
}

static int make_large_file(struct ph_part *part, const struct ph_attachment *a,
                           int fd, struct ph__buf *why)
{
    int rc = ph__spool_file(&part->entity.large, fd, PH__CONTENT_MAX, why);
    return rc ? rc : write_large_header(part, a);
}

static int make_small_file(struct ph_part *part, const struct ph_attachment *a,
                           int fd, struct ph__buf *why)
{
    struct ph__buf file = PH__BUF(PH__CONTENT_MAX);
    int rc = ph__load_all(&file, fd, why);
    if (!rc)
        make(part, a, (struct ph_slice){ph__buf_text(&file), file.len});
    ph__buf_done(&file);
    return rc;
}

static void make_of_file(struct ph_part *part, const struct ph_attachment *a)
{
    struct ph__buf why = PH__BUF(PH__PROBLEM_MAX);
    size_t len = 0;
    int fd = -1;
    int rc = ph__load_open(&fd, &len, a->path, &why);
    if (!rc) {
        rc = is_large(a, len) ? make_large_file(part, a, fd, &why)
                              : make_small_file(part, a, fd, &why);
        close(fd);
    }
    if (rc)
        refuse(part, rc, a->path, why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
}

static int make_large_data(struct ph_part *part, const struct ph_attachment *a,
                           struct ph_slice data, struct ph__buf *why)
{
    int rc = ph__spool_octets(&part->entity.large, data, PH__CONTENT_MAX, why);
    return rc ? rc : write_large_header(part, a);
}

static void make_of_data(struct ph_part *part, const struct ph_attachment *a)
{
    struct ph_slice data = {a->data, a->len};
    struct ph__buf why = PH__BUF(PH__PROBLEM_MAX);
    int rc = PH_OK;
    if (data.len > PH__CONTENT_MAX)
        rc = PH_E_LIMIT;
    else if (is_large(a, data.len))
        rc = make_large_data(part, a, data, &why);
    else
        make(part, a, data);
    if (rc)
        refuse(part, rc, why.len ? name_of(a) : NULL,
               why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
}

struct ph_part *ph__part_new(void)
{
    struct ph_part *part = calloc(1, sizeof(*part));
    if (!part)
        return NULL;
    ph__entity_init(&part->entity);
    ph__buf_init(&part->problem, PH__PROBLEM_MAX);
    part->owners = 1;
    return part;
}

void ph__part_share(struct ph_part **to, struct ph_part *from)
{
    if (from)
        from->owners++;
    ph_part_free(*to);
    *to = from;
}

struct ph_part *ph_part_new(const struct ph_attachment *a)
{
    struct ph_part *part = ph__part_new();
    if (!part)
        return NULL;
    if (!passes(part, a))
        return part;
    part->entity.related = a->inline_id;
    if (a->path)
        make_of_file(part, a);
    else
        make_of_data(part, a);
    return part;
}

void ph_part_free(struct ph_part *part)
{
    if (!part || --part->owners)
        return;
    ph__entity_done(&part->entity);
    ph__buf_done(&part->problem);
    free(part);
}

int ph_part_check(const struct ph_part *part)
{
    return part ? part->code : PH_E_NOMEM;
}

const char *ph_part_problem(const struct ph_part *part)
{
    int rc = ph_part_check(part);
    if (!rc)
        return "";
    return part && part->problem.len ? part->problem.data : ph_strerror(rc);
}
