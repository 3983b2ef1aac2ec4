#include "dns/answer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dns/order.h"

enum {
    HEADER = 12,  /* RFC 1035 4.1.1 */
    QUESTION = 4, /* type and class, behind the name */
    FIXED = 10,   /* of a record, behind its name: RFC 1035 4.1.3 */
    LABEL = 63,   /* RFC 1035 2.3.4 */
    TYPE_CNAME = 5,
    CLASS_IN = 1,
    RCODE_NXDOMAIN = 3,
    LOOKS_ODD = '?' /* stands for an octet that no host name has */
};

struct message {
    const uint8_t *data; /* as it came: names may point anywhere in it */
    size_t len;
    size_t answers; /* where they begin */
    size_t count;
};

/* A record, its name read, its data not. */
struct raw {
    char owner[PH__DNS_NAME];
    unsigned type, class;
    uint32_t ttl;
    size_t at, len; /* of its data */
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static bool fits_host_name(char c)
{
    return ph__text_is_alnum(c) || c == '-' || c == '_';
}

bool ph__dns_is_name(const char *name)
{
    size_t len = strlen(name), label = 0;
    if (len && name[len - 1] == '.')
        len--;
    if (!len || len > PH__DNS_NAME - 3)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dot = name[i] == '.';
        if (dot ? !label : !fits_host_name(name[i]) || label == LABEL)
            return false;
        label = dot ? 0 : label + 1;
    }
    return label;
}

/* One label as text; false if there is no room. */
static bool add_label(char *out, size_t *used, const uint8_t *label, size_t len)
{
    if (*used + len + 2 > PH__DNS_NAME)
        return false;
    if (*used)
        out[(*used)++] = '.';
    for (size_t i = 0; i < len; i++) {
        char c = (char)label[i];
        out[(*used)++] = fits_host_name(c) ? c : LOOKS_ODD;
    }
    return true;
}

/* Reads the name at `*at`, which moves behind it. Each pointer must lead to
 * before the one that was followed last, so there is an end (RFC 1035 4.1.4:
 * "a prior occurrence"). */
static bool read_name(const struct message *m, size_t *at, char *out)
{
    size_t here = *at, lowest = *at, used = 0;
    bool jumped = false;
    while (here < m->len && m->data[here]) {
        size_t len = m->data[here];
        if (len > LABEL) {
            if (len < 0xc0 || here + 1 >= m->len)
                return false;
            if (!jumped)
                *at = here + 2;
            jumped = true;
            here = get16(m->data + here) & 0x3fff;
            if (here >= lowest)
                return false;
            lowest = here;
            continue;
        }
        if (here + 1 + len >= m->len ||
            !add_label(out, &used, m->data + here + 1, len))
            return false;
        here += 1 + len;
    }
    if (here >= m->len)
        return false;
    if (!jumped)
        *at = here + 1;
    out[used] = '\0';
    return true;
}

/* The record at `*at`, which moves behind it. */
static bool read_record(const struct message *m, size_t *at, struct raw *out)
{
    if (!read_name(m, at, out->owner) || m->len - *at < FIXED)
        return false;
    const uint8_t *p = m->data + *at;
    out->type = get16(p);
    out->class = get16(p + 2);
    out->ttl = get32(p + 4);
    if (out->ttl > INT32_MAX) /* RFC 2181 8 */
        out->ttl = 0;
    out->len = get16(p + 8);
    out->at = *at + FIXED;
    if (m->len - out->at < out->len)
        return false;
    *at = out->at + out->len;
    return true;
}

/* A name that fills the data from `skip` on. */
static bool read_host(const struct message *m, const struct raw *raw,
                      size_t skip, char *out)
{
    size_t at = raw->at + skip;
    return raw->len > skip && read_name(m, &at, out) &&
           at == raw->at + raw->len;
}

/* The next record of the type that belongs to `owner`; false at the end.
 * Everything up to `count` has been found to be readable. */
static bool find(const struct message *m, size_t *at, size_t *left,
                 const char *owner, unsigned type, struct raw *out)
{
    while (*left) {
        --*left;
        if (!read_record(m, at, out))
            return false;
        if (out->type == type && out->class == CLASS_IN &&
            ph__text_same(out->owner, owner))
            return true;
    }
    return false;
}

static void lower_ttl(struct ph__dns_answer *a, uint32_t ttl)
{
    if (ttl < a->ttl)
        a->ttl = ttl;
}

/* Goes where CNAMEs lead; false if they lead nowhere. */
static bool follow(const struct message *m, struct ph__dns_answer *a)
{
    char name[PH__DNS_NAME];
    memcpy(name, a->name, sizeof(name));
    for (unsigned hops = 0; hops <= PH__DNS_CHAIN; hops++) {
        size_t at = m->answers, left = m->count;
        struct raw raw;
        if (!find(m, &at, &left, name, TYPE_CNAME, &raw)) {
            memcpy(a->name, name, sizeof(name));
            return true;
        }
        if (!read_host(m, &raw, 0, name) || strchr(name, LOOKS_ODD))
            return false;
        lower_ttl(a, raw.ttl);
    }
    return false;
}

static bool read_service(const struct message *m, const struct raw *raw,
                         bool is_srv, struct ph__dns_record *out)
{
    size_t fixed = is_srv ? 6 : 2;
    if (!read_host(m, raw, fixed, out->host))
        return false;
    const uint8_t *p = m->data + raw->at;
    out->service.priority = (uint16_t)get16(p);
    if (is_srv) {
        out->service.weight = (uint16_t)get16(p + 2);
        out->service.port = (uint16_t)get16(p + 4);
    }
    return true;
}

static bool read_tlsa(const uint8_t *data, size_t len,
                      struct ph__dns_record *out)
{
    if (len < 3)
        return false;
    out->tlsa.usage = data[0];
    out->tlsa.selector = data[1];
    out->tlsa.matching = data[2];
    out->data = data + 3;
    out->len = len - 3;
    return true;
}

/* Joins the strings in place: what is dropped are their lengths. */
static bool read_text(uint8_t *data, size_t len, struct ph__dns_record *out)
{
    size_t at = 0, used = 0;
    while (at < len) {
        size_t n = data[at++];
        if (n > len - at)
            return false;
        memmove(data + used, data + at, n);
        used += n;
        at += n;
    }
    out->data = data;
    out->len = used;
    return len > 0;
}

static bool read_data(const struct message *m, const struct raw *raw,
                      enum ph__dns_type type, uint8_t *copy,
                      struct ph__dns_record *out)
{
    const uint8_t *p = m->data + raw->at;
    switch (type) {
    case PH__DNS_A:
        if (raw->len == sizeof(out->a))
            memcpy(&out->a, p, sizeof(out->a));
        return raw->len == sizeof(out->a);
    case PH__DNS_AAAA:
        if (raw->len == sizeof(out->aaaa))
            memcpy(&out->aaaa, p, sizeof(out->aaaa));
        return raw->len == sizeof(out->aaaa);
    case PH__DNS_MX:
    case PH__DNS_SRV:
        return read_service(m, raw, type == PH__DNS_SRV, out);
    case PH__DNS_TLSA:
        return read_tlsa(copy + raw->at, raw->len, out);
    case PH__DNS_TXT:
        return read_text(copy + raw->at, raw->len, out);
    }
    return false;
}

static bool is_host(const char *name)
{
    struct in_addr address;
    return ph__dns_is_name(name) && inet_pton(AF_INET, name, &address) != 1;
}

/* Takes out what cannot be used: addresses, names that no host has and, among
 * others, the root, which alone says that there is no service (RFC 7505 3,
 * RFC 2782). Where nothing is left there is no answer: to take it for the
 * absence of MX records would send mail where it does not belong. */
static enum ph__dns_status weed_hosts(struct ph__dns_reading *r)
{
    struct ph__dns_answer *a = &r->answer;
    size_t kept = 0;
    a->renounced = a->count == 1 && !*r->records[0].host;
    for (size_t i = 0; i < a->count; i++)
        if (is_host(r->records[i].host))
            r->records[kept++] = r->records[i];
    a->count = kept;
    if (a->renounced)
        return PH__DNS_NO_DATA;
    return kept ? PH__DNS_FOUND : PH__DNS_GARBAGE;
}

static enum ph__dns_status arrange(struct ph__dns_reading *r,
                                   enum ph__dns_type type, uint64_t seed)
{
    if (type != PH__DNS_MX && type != PH__DNS_SRV)
        return PH__DNS_FOUND;
    enum ph__dns_status status = weed_hosts(r);
    if (type == PH__DNS_MX)
        ph__dns_order_mx(r->records, r->answer.count, seed);
    else
        ph__dns_order_srv(r->records, r->answer.count, seed);
    return status;
}

/* What is told along with a status must go with it. */
static void settle(struct ph__dns_answer *a)
{
    bool says_something = a->status == PH__DNS_FOUND ||
                          a->status == PH__DNS_NO_NAME ||
                          a->status == PH__DNS_NO_DATA;
    if (a->status != PH__DNS_FOUND)
        a->count = 0;
    if (!says_something)
        a->authentic = false;
    if (!says_something || a->ttl == UINT32_MAX)
        a->ttl = 0;
}

static enum ph__dns_status collect(struct ph__dns_reading *r,
                                   const struct message *m,
                                   enum ph__dns_type type)
{
    struct ph__dns_answer *a = &r->answer;
    size_t at = m->answers, left = m->count;
    size_t room = m->count < PH__DNS_RECORDS ? m->count : PH__DNS_RECORDS;
    struct raw raw;
    if (!room)
        return PH__DNS_NO_DATA;
    r->records = calloc(room, sizeof(*r->records));
    if (!r->records)
        return PH__DNS_NOMEM;
    a->records = r->records;
    while (a->count < room && find(m, &at, &left, a->name, type, &raw)) {
        if (!read_data(m, &raw, type, r->message, &r->records[a->count]))
            return PH__DNS_GARBAGE;
        lower_ttl(a, raw.ttl);
        a->count++;
    }
    return a->count ? PH__DNS_FOUND : PH__DNS_NO_DATA;
}

/* Is it an answer to this question, and can all its answers be read? */
static bool open_message(struct message *m, const char *name,
                         enum ph__dns_type type)
{
    char asked[PH__DNS_NAME];
    size_t at = HEADER;
    struct raw raw;
    bool answers = m->len >= HEADER && (m->data[2] & 0xfa) == 0x80;
    if (!answers || get16(m->data + 4) != 1 || !read_name(m, &at, asked) ||
        m->len - at < QUESTION || get16(m->data + at) != (unsigned)type ||
        get16(m->data + at + 2) != CLASS_IN || !ph__text_same(asked, name))
        return false;
    m->answers = at + QUESTION;
    m->count = get16(m->data + 6);
    if (m->count > PH__DNS_SECTION)
        return false;
    at = m->answers;
    for (size_t i = 0; i < m->count; i++)
        if (!read_record(m, &at, &raw))
            return false;
    return true;
}

static enum ph__dns_status read_message(struct ph__dns_reading *r,
                                        struct message *m,
                                        enum ph__dns_type type)
{
    struct ph__dns_answer *a = &r->answer;
    if (!open_message(m, a->name, type))
        return PH__DNS_GARBAGE;
    unsigned rcode = m->data[3] & 0x0f;
    if (rcode && rcode != RCODE_NXDOMAIN)
        return PH__DNS_TROUBLE;
    a->authentic = m->data[3] & 0x20;
    if (!follow(m, a))
        return PH__DNS_GARBAGE;
    return rcode ? PH__DNS_NO_NAME : collect(r, m, type);
}

void ph__dns_read(struct ph__dns_reading *out, const uint8_t *message,
                  size_t len, const char *name, enum ph__dns_type type,
                  uint64_t seed)
{
    struct ph__dns_answer *a = &out->answer;
    size_t dot = strlen(name);
    memset(out, 0, sizeof(*out));
    memcpy(a->name, name, dot);
    if (dot && name[dot - 1] == '.')
        a->name[dot - 1] = '\0';
    out->message = malloc(len ? len : 1);
    if (!out->message) {
        a->status = PH__DNS_NOMEM;
        return;
    }
    if (len)
        memcpy(out->message, message, len);
    struct message m = {.data = message, .len = len};
    a->ttl = UINT32_MAX;
    a->status = read_message(out, &m, type);
    if (a->status == PH__DNS_FOUND)
        a->status = arrange(out, type, seed);
    settle(a);
}

void ph__dns_reading_done(struct ph__dns_reading *r)
{
    free(r->records);
    free(r->message);
    memset(r, 0, sizeof(*r));
}
