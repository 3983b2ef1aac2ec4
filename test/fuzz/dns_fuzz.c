/* What a name server sends. The first octet says which type is asked for and
 * whether all of the message follows (RAW) or only flags, the number of answers
 * and these; the second is the seed. What was read is within the limits, lies
 * in the message, and reads the same when it is written anew; a message that
 * was cut is none. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "dns/answer.h"
#include "fuzz/fuzz.h"

enum { TYPES = 6, RAW = 8, MESSAGE_MAX = 16 * 1024, WRITTEN_MAX = 256 * 1024 };

static const char asked[] = "mx.test";

struct question {
    enum ph__dns_type type;
    const char *name;
    uint64_t seed;
};

static const enum ph__dns_type types[TYPES] = {
#define X(name, number) PH__DNS_##name,
    PH__DNS_TYPE_MAP(X)
#undef X
};

/* ---- messages ---- */

static void add_number(struct ph__buf *out, uint32_t value, int octets)
{
    while (octets--)
        fuzz_add(out, &(char){(char)(value >> 8 * octets)}, 1);
}

/* Written out, with no pointers. */
static void add_name(struct ph__buf *out, const char *name)
{
    while (*name) {
        size_t label = strcspn(name, ".");
        add_number(out, (uint32_t)label, 1);
        fuzz_add(out, name, label);
        name += label + (name[label] == '.');
    }
    add_number(out, 0, 1);
}

static void add_question(struct ph__buf *out, const struct question *q,
                         unsigned flags, unsigned count)
{
    add_number(out, 0, 2);
    add_number(out, 0x8000 | (flags & 0x2f), 2); /* AD, and how it went */
    add_number(out, 1, 2);
    add_number(out, count, 2);
    add_number(out, 0, 4);
    add_name(out, q->name);
    add_number(out, q->type, 2);
    add_number(out, 1, 2);
}

/* RFC 1035 3.3.14: in strings of up to 255 octets. */
static void add_strings(struct ph__buf *out, const char *data, size_t len)
{
    do {
        size_t n = len < 255 ? len : 255;
        add_number(out, (uint32_t)n, 1);
        fuzz_add(out, data, n);
        data += n;
        len -= n;
    } while (len);
}

static void add_data(struct ph__buf *out, enum ph__dns_type type,
                     const struct ph__dns_record *r)
{
    switch (type) {
    case PH__DNS_A:
        fuzz_add(out, (const char *)&r->a, 4);
        return;
    case PH__DNS_AAAA:
        fuzz_add(out, (const char *)&r->aaaa, 16);
        return;
    case PH__DNS_SRV:
    case PH__DNS_MX:
        add_number(out, r->service.priority, 2);
        if (type == PH__DNS_SRV) {
            add_number(out, r->service.weight, 2);
            add_number(out, r->service.port, 2);
        }
        add_name(out, r->host);
        return;
    case PH__DNS_TLSA:
        add_number(out, r->tlsa.usage, 1);
        add_number(out, r->tlsa.selector, 1);
        add_number(out, r->tlsa.matching, 1);
        fuzz_add(out, (const char *)r->data, r->len);
        return;
    case PH__DNS_TXT:
        add_strings(out, (const char *)r->data, r->len);
        return;
    }
}

static void add_record(struct ph__buf *out, enum ph__dns_type type,
                       const struct ph__dns_answer *a,
                       const struct ph__dns_record *r)
{
    struct ph__buf data = PH__BUF(WRITTEN_MAX);
    add_data(&data, type, r);
    add_name(out, a->name);
    add_number(out, type, 2);
    add_number(out, 1, 2);
    add_number(out, a->ttl, 4);
    add_number(out, (uint32_t)data.len, 2);
    fuzz_add(out, ph__buf_text(&data), data.len);
    ph__buf_done(&data);
}

/* ---- what holds of an answer ---- */

static bool is_letter(char c)
{
    char low = (char)(c | 0x20);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* RFC 1035 2.3.4; nothing that could end a line or a word somewhere. */
static void check_name(const char *name, bool empty_too)
{
    size_t label = 0, len = strlen(name);
    MUST(len <= 254 && (len || empty_too));
    for (size_t i = 0; i < len; i++) {
        MUST(is_letter(name[i]) || (name[i] == '.' && label));
        label = name[i] == '.' ? 0 : label + 1;
        MUST(label <= 63);
    }
    MUST(label || !len);
}

static void check_record(const struct ph__dns_reading *r, size_t len,
                         enum ph__dns_type type, size_t i)
{
    const struct ph__dns_record *record = &r->answer.records[i];
    bool service = type == PH__DNS_MX || type == PH__DNS_SRV;
    struct in_addr address;
    if (service) {
        check_name(record->host, false);
        MUST(inet_pton(AF_INET, record->host, &address) != 1);
        MUST(!i || record[-1].service.priority <= record->service.priority);
    }
    if (type != PH__DNS_TXT && type != PH__DNS_TLSA)
        return;
    MUST(record->data >= r->message && record->len <= len);
    MUST(record->data + record->len <= r->message + len);
}

static void check(const struct ph__dns_reading *r, const struct question *q,
                  const uint8_t *message, size_t len)
{
    const struct ph__dns_answer *a = &r->answer;
    bool said = a->status == PH__DNS_FOUND || a->status == PH__DNS_NO_NAME ||
                a->status == PH__DNS_NO_DATA;
    MUST(said || a->status == PH__DNS_GARBAGE || a->status == PH__DNS_TROUBLE);
    MUST((a->status == PH__DNS_FOUND) == (a->count > 0));
    MUST(a->count <= PH__DNS_RECORDS && a->ttl <= INT32_MAX);
    MUST(!a->renounced || (a->status == PH__DNS_NO_DATA &&
                           (q->type == PH__DNS_MX || q->type == PH__DNS_SRV)));
    check_name(a->name, true);
    if (said) /* a whole answer, to a query (RFC 1035 4.1.1) */
        MUST(len >= 12 && (message[2] & 0xfa) == 0x80);
    MUST(a->authentic == (said && message[3] & 0x20));
    MUST(said || !a->ttl);
    for (size_t i = 0; i < a->count; i++)
        check_record(r, len, q->type, i);
}

static void read_exact(struct ph__dns_reading *out, const struct question *q,
                       const char *message, size_t len)
{
    char *exact = fuzz_exact(message, len);
    ph__dns_read(out, (const uint8_t *)exact, len, q->name, q->type, q->seed);
    check(out, q, (const uint8_t *)exact, len);
    free(exact);
}

/* ---- the same again ---- */

static bool equal(enum ph__dns_type type, const struct ph__dns_record *r,
                  const struct ph__dns_record *s)
{
    struct ph__buf a = PH__BUF(WRITTEN_MAX), b = a;
    add_data(&a, type, r);
    add_data(&b, type, s);
    bool same = fuzz_same(&a, &b);
    ph__buf_done(&a);
    ph__buf_done(&b);
    return same;
}

static size_t count_of(const struct ph__dns_answer *a, enum ph__dns_type type,
                       const struct ph__dns_record *r)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        n += equal(type, &a->records[i], r);
    return n;
}

/* Those of one preference come in any order. */
static void check_same(const struct ph__dns_answer *a,
                       const struct ph__dns_answer *b, enum ph__dns_type type)
{
    bool shuffled = type == PH__DNS_MX || type == PH__DNS_SRV;
    MUST(a->status == b->status && a->authentic == b->authentic);
    MUST(a->renounced == b->renounced && a->ttl == b->ttl);
    MUST(a->count == b->count && !strcmp(a->name, b->name));
    for (size_t i = 0; i < a->count; i++)
        if (shuffled)
            MUST(count_of(a, type, &a->records[i]) ==
                 count_of(b, type, &a->records[i]));
        else
            MUST(equal(type, &a->records[i], &b->records[i]));
}

static void check_reseeded(const struct ph__dns_answer *a,
                           const struct question *q, const struct ph__buf *m)
{
    struct question other = *q;
    struct ph__dns_reading again;
    other.seed = ~q->seed;
    read_exact(&again, &other, m->data, m->len);
    check_same(a, &again.answer, q->type);
    ph__dns_reading_done(&again);
}

static void check_rewritten(const struct ph__dns_answer *a,
                            const struct question *q)
{
    struct ph__dns_reading again;
    struct question direct = {q->type, a->name, q->seed};
    struct ph__buf m = PH__BUF(WRITTEN_MAX);
    if (a->status != PH__DNS_FOUND)
        return;
    add_question(&m, &direct, a->authentic ? 0x20 : 0, (unsigned)a->count);
    for (size_t i = 0; i < a->count; i++)
        add_record(&m, q->type, a, &a->records[i]);
    read_exact(&again, &direct, m.data, m.len);
    check_same(a, &again.answer, q->type);
    ph__dns_reading_done(&again);
    ph__buf_done(&m);
}

/* What lies behind the answers may be missing, as far as we care. */
static void check_cut(const struct ph__dns_answer *a, const struct question *q,
                      const struct ph__buf *m)
{
    struct fuzz_cutter cutter = {FUZZ_PIECES, (uint32_t)q->seed};
    for (size_t len = 0; len < m->len; len += fuzz_piece(&cutter, m->len)) {
        struct ph__dns_reading cut;
        read_exact(&cut, q, m->data, len);
        if (cut.answer.status != PH__DNS_GARBAGE)
            check_same(a, &cut.answer, q->type);
        ph__dns_reading_done(&cut);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, MESSAGE_MAX};
    struct ph__buf m = PH__BUF(MESSAGE_MAX + 64);
    struct ph__dns_reading reading;
    size_t rest_len;
    unsigned options = fuzz_octet(&in);
    struct question q = {types[(options & 7) % TYPES], asked, fuzz_octet(&in)};
    if (!(options & RAW)) {
        unsigned flags = fuzz_octet(&in);
        add_question(&m, &q, flags, fuzz_octet(&in));
    }
    char *rest = fuzz_rest(&in, &rest_len);
    fuzz_add(&m, rest, rest_len);
    free(rest);
    read_exact(&reading, &q, ph__buf_text(&m), m.len);
    check_reseeded(&reading.answer, &q, &m);
    check_rewritten(&reading.answer, &q);
    check_cut(&reading.answer, &q, &m);
    ph__dns_reading_done(&reading);
    ph__buf_done(&m);
    return 0;
}
