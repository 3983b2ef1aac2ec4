#include <string.h>

#include "message/idn.h"
#include "message/limits.h"
#include "message/mailbox.h"

/* One element of the list while it is read. */
struct element {
    const char *start;
    const char *from;       /* a bare address: from here ... */
    const char *to;         /* ... to here */
    struct ph_slice remark; /* the last comment, without its parentheses */
    bool gap;               /* something stands between the words */
    bool at_sign;           /* a bare @ was seen */
    bool angle;             /* an address in < > was read */
};

int ph__mailbox_wire(struct ph__buf *wire, struct ph_slice address,
                     enum ph__address_use use, const char **problem)
{
    char text[PH__ADDRESS_MAX + 1];
    const char *wrong = ph__address_problem(address.data, address.len, use);
    ph__buf_clear(wire);
    if (wrong) {
        *problem = wrong;
        return PH_E_ADDRESS;
    }
    memcpy(text, address.data, address.len);
    text[address.len] = '\0';
    int rc = ph__idn_address(wire, text);
    if (rc == PH_E_ADDRESS)
        *problem = "has a domain that has no ASCII form (IDNA)";
    return rc;
}

struct ph_slice ph__mailbox_shown(struct ph_slice typed,
                                  const struct ph__buf *wire)
{
    return ph__address_local_is_ascii(typed.data, typed.len)
               ? (struct ph_slice){wire->data, wire->len}
               : typed;
}

void ph__mailbox_init(struct ph__mailbox_reader *r, const char *text,
                      size_t len, enum ph__address_use use)
{
    *r = (struct ph__mailbox_reader){.at = text, .end = text + len, .use = use};
    ph__buf_init(&r->name, PH__MAILBOX_NAME_MAX);
    ph__buf_init(&r->wire, PH__ADDRESS_MAX);
}

void ph__mailbox_done(struct ph__mailbox_reader *r)
{
    ph__buf_done(&r->name);
    ph__buf_done(&r->wire);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool refuse(struct ph__mailbox_reader *r, const struct element *e,
                   const char *problem)
{
    const char *to = r->at;
    while (to > e->start && is_blank(to[-1]))
        to--;
    r->rc = PH_E_ADDRESS;
    r->problem = problem;
    r->bad = (struct ph_slice){e->start, (size_t)(to - e->start)};
    return false;
}

static bool ends_here(const struct ph__mailbox_reader *r)
{
    return r->at == r->end || *r->at == ',' || *r->at == ';';
}

/* Past the ) that closes the comment at r->at; they nest (RFC 5322 3.2.2). */
static bool skip_comment(struct ph__mailbox_reader *r, struct element *e)
{
    const char *inside = r->at + 1;
    size_t depth = 0;
    for (; r->at < r->end; r->at++) {
        if (*r->at == '\\' && r->at + 1 < r->end)
            r->at++;
        else if (*r->at == '(')
            depth++;
        else if (*r->at == ')' && --depth == 0)
            break;
    }
    if (r->at == r->end)
        return refuse(r, e, "has an unclosed comment");
    e->remark = (struct ph_slice){inside, (size_t)(r->at - inside)};
    r->at++;
    return true;
}

static bool skip_blanks(struct ph__mailbox_reader *r, struct element *e)
{
    while (r->at < r->end && (is_blank(*r->at) || *r->at == '(')) {
        if (*r->at != '(')
            r->at++;
        else if (!skip_comment(r, e))
            return false;
    }
    return true;
}

static bool keep(struct ph__mailbox_reader *r, const struct element *e, char c)
{
    r->rc = ph__buf_add_char(&r->name, c);
    if (r->rc == PH_E_LIMIT)
        return refuse(r, e, "has a name that is too long");
    return !r->rc;
}

/* Past the closing quote; its content goes into the name if `into_name`. */
static bool skip_quoted(struct ph__mailbox_reader *r, struct element *e,
                        bool into_name)
{
    for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
        if (*r->at == '\\' && r->at + 1 < r->end)
            r->at++;
        if (into_name && !keep(r, e, *r->at))
            return false;
    }
    if (r->at == r->end)
        return refuse(r, e, "has an unclosed quote");
    r->at++;
    return true;
}

static bool skip_literal(struct ph__mailbox_reader *r, struct element *e)
{
    const char *close = memchr(r->at, ']', (size_t)(r->end - r->at));
    if (!close) {
        r->at = r->end;
        return refuse(r, e, "has an ill-formed address literal");
    }
    r->at = close + 1;
    return true;
}

/* From < to behind >, and nothing may follow but comments. */
static bool read_angle(struct ph__mailbox_reader *r, struct element *e)
{
    struct ph_slice remark = e->remark;
    for (r->at++; r->at < r->end && is_blank(*r->at);)
        r->at++;
    const char *from = r->at;
    while (r->at < r->end && *r->at != '>') {
        if (*r->at == '"' && !skip_quoted(r, e, false))
            return false;
        if (r->at < r->end && *r->at == ':' && *from == '@')
            from = r->at + 1; /* an obsolete route: RFC 5321 F.2 */
        if (r->at < r->end && *r->at != '>' && *r->at != '"')
            r->at++;
    }
    if (r->at == r->end)
        return refuse(r, e, "has no closing >");
    const char *to = r->at++;
    while (to > from && is_blank(to[-1]))
        to--;
    r->address = (struct ph_slice){from, (size_t)(to - from)};
    e->angle = true;
    if (!skip_blanks(r, e))
        return false;
    e->remark = remark;
    return ends_here(r) || refuse(r, e, "has text behind its >");
}

/* A word of a name or a part of a bare address: which it is shows later. */
static bool read_word(struct ph__mailbox_reader *r, struct element *e)
{
    bool apart = e->to && e->to != r->at;
    e->gap |= apart;
    if (!e->from)
        e->from = r->at;
    if (apart && r->name.len && !keep(r, e, ' '))
        return false;
    if (*r->at == '"') {
        if (!skip_quoted(r, e, true))
            return false;
    } else if (*r->at == '[' && r->at > e->start && r->at[-1] == '@') {
        if (!skip_literal(r, e))
            return false;
    } else {
        e->at_sign |= *r->at == '@';
        if (!keep(r, e, *r->at++))
            return false;
    }
    e->to = r->at;
    return true;
}

static bool begin_group(struct ph__mailbox_reader *r, struct element *e)
{
    if (r->in_group)
        return refuse(r, e, "has a group inside a group");
    r->in_group = true;
    r->at++;
    ph__buf_clear(&r->name);
    *e = (struct element){.start = r->at};
    return true;
}

static bool read_element(struct ph__mailbox_reader *r, struct element *e)
{
    while (skip_blanks(r, e)) {
        if (ends_here(r))
            return true;
        if (*r->at == '<')
            return e->at_sign
                       ? refuse(r, e, "has an @ in its name, without quotes")
                       : read_angle(r, e);
        bool ok =
            *r->at == ':' && !e->at_sign ? begin_group(r, e) : read_word(r, e);
        if (!ok)
            return false;
    }
    return false;
}

/* A bare address: the comment behind it is the name, as of old. */
static bool take_bare(struct ph__mailbox_reader *r, struct element *e)
{
    r->address = (struct ph_slice){e->from, (size_t)(e->to - e->from)};
    if (e->gap && e->at_sign)
        return refuse(r, e, "has more than an address, without < >");
    ph__buf_clear(&r->name);
    for (size_t i = 0; i < e->remark.len; i++)
        if (e->remark.data[i] != '\\' && !keep(r, e, e->remark.data[i]))
            return false;
    return true;
}

/* Past what separates elements; false at the end. */
static bool find_element(struct ph__mailbox_reader *r)
{
    for (; r->at < r->end; r->at++) {
        if (*r->at == ';')
            r->in_group = false;
        else if (*r->at != ',' && !is_blank(*r->at))
            return true;
    }
    return false;
}

/* Empty is good enough for an envelope, but not here. */
static bool take_address(struct ph__mailbox_reader *r, const struct element *e)
{
    const char *problem = "is empty";
    int rc = r->address.len
                 ? ph__mailbox_wire(&r->wire, r->address, r->use, &problem)
                 : PH_E_ADDRESS;
    r->rc = rc;
    return rc == PH_E_ADDRESS ? refuse(r, e, problem) : !rc;
}

bool ph__mailbox_next(struct ph__mailbox_reader *r)
{
    while (!r->rc && find_element(r)) {
        struct element e = {.start = r->at};
        ph__buf_clear(&r->name);
        if (!read_element(r, &e))
            return false;
        if (!e.angle && !e.from)
            continue; /* a comment, or the start of an empty group */
        if (!e.angle && !take_bare(r, &e))
            return false;
        return take_address(r, &e);
    }
    return false;
}

int ph__mailbox_write(struct ph__header *h, bool first, const char *name,
                      size_t name_len, struct ph_slice address)
{
    char text[PH__ADDRESS_MAX + 2];
    if (address.len > PH__ADDRESS_MAX)
        return PH_E_ADDRESS;
    int rc = first ? PH_OK : ph__header_comma(h);
    if (!rc)
        rc = ph__header_phrase(h, name, name_len);
    if (rc)
        return rc;
    if (!name_len)
        return ph__header_token(h, address.data, address.len);
    text[0] = '<';
    memcpy(text + 1, address.data, address.len);
    text[address.len + 1] = '>';
    return ph__header_token(h, text, address.len + 2);
}
