/* What a name server sent, read strictly. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dns/answer.h"
#include "packet.h"

enum { SEED = 7 };

/* An answer in words, to compare: "found ttl=60 name=x: 10 mail.example". */
static void add_record(struct ph__buf *out, enum ph__dns_type type,
                       const struct ph__dns_record *r)
{
    char text[INET6_ADDRSTRLEN] = "";
    switch (type) {
    case PH__DNS_A:
    case PH__DNS_AAAA:
        inet_ntop(type == PH__DNS_A ? AF_INET : AF_INET6, &r->a, text,
                  sizeof(text));
        ph__buf_format(out, " %s", text);
        return;
    case PH__DNS_MX:
        ph__buf_format(out, " %u %s", r->service.priority, r->host);
        return;
    case PH__DNS_SRV:
        ph__buf_format(out, " %u %u %u %s", r->service.priority,
                       r->service.weight, r->service.port, r->host);
        return;
    case PH__DNS_TLSA:
        ph__buf_format(out, " %u %u %u ", r->tlsa.usage, r->tlsa.selector,
                       r->tlsa.matching);
        for (size_t i = 0; i < r->len; i++)
            ph__buf_format(out, "%02x", r->data[i]);
        return;
    case PH__DNS_TXT:
        ph__buf_format(out, " %.*s", (int)r->len, (const char *)r->data);
        return;
    }
}

static void describe(struct ph__buf *out, enum ph__dns_type type,
                     const struct ph__dns_answer *a)
{
    ph__buf_clear(out);
    ph__buf_format(out, "%s%s%s ttl=%u name=%s:", ph__dns_words(a->status),
                   a->authentic ? " authentic" : "",
                   a->renounced ? " renounced" : "", a->ttl, a->name);
    for (size_t i = 0; i < a->count; i++)
        add_record(out, type, &a->records[i]);
}

static void expect(const char *label, const struct packet *p, const char *name,
                   enum ph__dns_type type, const char *expected)
{
    struct ph__buf words = PH__BUF(100000);
    struct ph__dns_reading r;
    /* In memory of its own size, so that what reads past it is caught. */
    uint8_t *message = malloc(p->len ? p->len : 1);
    assert_non_null(message);
    memcpy(message, p->data, p->len);
    ph__dns_read(&r, message, p->len, name, type, SEED);
    free(message);
    describe(&words, type, &r.answer);
    if (strcmp(ph__buf_text(&words), expected))
        fail_msg("%s: '%s', not '%s'", label, words.data, expected);
    ph__dns_reading_done(&r);
    ph__buf_done(&words);
}

static const struct {
    const char *label;
    const char *name;
    enum ph__dns_type type;
    unsigned flags;
    struct rr records[4];
    const char *expected;
} answers[] = {
    {"an address",
     "a.test",
     PH__DNS_A,
     0,
     {{"a.test", PH__DNS_A, 60, "192.0.2.1"},
      {"A.Test", PH__DNS_A, 30, "192.0.2.2"}},
     "found ttl=30 name=a.test: 192.0.2.1 192.0.2.2"},
    {"a dot at the end",
     "a.test.",
     PH__DNS_AAAA,
     0,
     {{"a.test", PH__DNS_AAAA, 60, "2001:db8::1"}},
     "found ttl=60 name=a.test: 2001:db8::1"},
    {"aliases, told backwards",
     "a.test",
     PH__DNS_A,
     PACKET_AD,
     {{"c.test", PH__DNS_A, 60, "192.0.2.1"},
      {"b.test", CNAME, 20, "c.test"},
      {"a.test", CNAME, 0, "b.test"}},
     "found authentic ttl=0 name=c.test: 192.0.2.1"},
    {"an alias of nothing",
     "a.test",
     PH__DNS_A,
     3 | PACKET_AD,
     {{"a.test", CNAME, 20, "b.test"}},
     "no such name authentic ttl=20 name=b.test:"},
    {"somebody else's address",
     "a.test",
     PH__DNS_A,
     0,
     {{"b.test", PH__DNS_A, 60, "192.0.2.1"}},
     "the name has no such record ttl=0 name=a.test:"},
    {"a ring of aliases",
     "a.test",
     PH__DNS_A,
     PACKET_AD,
     {{"a.test", CNAME, 60, "b.test"}, {"b.test", CNAME, 60, "a.test"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"an alias that is no host",
     "a.test",
     PH__DNS_A,
     0,
     {{"a.test", CNAME, 60, "b c.test"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"a time to live with its top bit set",
     "a.test",
     PH__DNS_A,
     0,
     {{"a.test", PH__DNS_A, 0x80000001, "192.0.2.1"}},
     "found ttl=0 name=a.test: 192.0.2.1"},
    {"mail exchangers by preference",
     "a.test",
     PH__DNS_MX,
     0,
     {{"a.test", PH__DNS_MX, 60, "20 b.test"},
      {"a.test", PH__DNS_MX, 60, "10 c.test"}},
     "found ttl=60 name=a.test: 10 c.test 20 b.test"},
    {"null MX",
     "a.test",
     PH__DNS_MX,
     PACKET_AD,
     {{"a.test", PH__DNS_MX, 60, "0 ."}},
     "the name has no such record authentic renounced ttl=60 name=a.test:"},
    {"null MX beside another",
     "a.test",
     PH__DNS_MX,
     0,
     {{"a.test", PH__DNS_MX, 60, "0 ."}, {"a.test", PH__DNS_MX, 60, "1 b"}},
     "found ttl=60 name=a.test: 1 b"},
    {"exchangers that are none",
     "a.test",
     PH__DNS_MX,
     0,
     {{"a.test", PH__DNS_MX, 60, "1 192.0.2.1"},
      {"a.test", PH__DNS_MX, 60, "2 b c"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"services",
     "_submissions._tcp.a.test",
     PH__DNS_SRV,
     0,
     {{"_submissions._tcp.a.test", PH__DNS_SRV, 60, "2 0 465 b.test"},
      {"_submissions._tcp.a.test", PH__DNS_SRV, 60, "1 9 587 c.test"}},
     "found ttl=60 name=_submissions._tcp.a.test: 1 9 587 c.test 2 0 465 "
     "b.test"},
    {"a service not to be had",
     "_s._tcp.a.test",
     PH__DNS_SRV,
     0,
     {{"_s._tcp.a.test", PH__DNS_SRV, 60, "0 0 0 ."}},
     "the name has no such record renounced ttl=60 name=_s._tcp.a.test:"},
    {"what TLS must show",
     "_25._tcp.a.test",
     PH__DNS_TLSA,
     PACKET_AD,
     {{"_25._tcp.a.test", PH__DNS_TLSA, 60, "3 1 1 c0ffee"},
      {"_25._tcp.a.test", PH__DNS_TLSA, 60, "2 0 255 "}},
     "found authentic ttl=60 name=_25._tcp.a.test: 3 1 1 c0ffee 2 0 255 "},
    {"texts, joined",
     "_mta-sts.a.test",
     PH__DNS_TXT,
     0,
     {{"_mta-sts.a.test", PH__DNS_TXT, 60, "v=STS|v1; ||id=1"},
      {"_mta-sts.a.test", PH__DNS_TXT, 60, "x"}},
     "found ttl=60 name=_mta-sts.a.test: v=STSv1; id=1 x"},
    {"no such name",
     "a.test",
     PH__DNS_A,
     3,
     {{0}},
     "no such name ttl=0 name=a.test:"},
    {"no such record",
     "a.test",
     PH__DNS_MX,
     PACKET_AD,
     {{0}},
     "the name has no such record authentic ttl=0 name=a.test:"},
    {"trouble is never authentic",
     "a.test",
     PH__DNS_MX,
     2 | PACKET_AD,
     {{0}},
     "no name server could answer ttl=0 name=a.test:"},
    {"a refusal",
     "a.test",
     PH__DNS_MX,
     5,
     {{0}},
     "no name server could answer ttl=0 name=a.test:"},
    {"cut short, and no more to be had",
     "a.test",
     PH__DNS_A,
     PACKET_TC,
     {{"a.test", PH__DNS_A, 60, "192.0.2.1"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"an address of three octets",
     "a.test",
     PH__DNS_A,
     0,
     {{"a.test", PH__DNS_A, 60, "\\# 010203"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"an address of fifteen",
     "a.test",
     PH__DNS_AAAA,
     0,
     {{"a.test", PH__DNS_AAAA, 60, "\\# 000102030405060708090a0b0c0d0e"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"a preference with no host",
     "a.test",
     PH__DNS_MX,
     0,
     {{"a.test", PH__DNS_MX, 60, "\\# 000a"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"something behind the host",
     "a.test",
     PH__DNS_MX,
     0,
     {{"a.test", PH__DNS_MX, 60, "\\# 000a01610000"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"a text that ends early",
     "a.test",
     PH__DNS_TXT,
     0,
     {{"a.test", PH__DNS_TXT, 60, "\\# 0561"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"a text of nothing",
     "a.test",
     PH__DNS_TXT,
     0,
     {{"a.test", PH__DNS_TXT, 60, "\\# "}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
    {"a constraint of two octets",
     "a.test",
     PH__DNS_TLSA,
     0,
     {{"a.test", PH__DNS_TLSA, 60, "\\# 0301"}},
     "the name server's answer makes no sense ttl=0 name=a.test:"},
};

static void compose(struct packet *p, size_t i)
{
    packet_begin(p, answers[i].flags, answers[i].name, answers[i].type);
    for (size_t j = 0; j < 4 && answers[i].records[j].owner; j++)
        packet_add(p, &answers[i].records[j]);
}

enum { ANSWERS = sizeof(answers) / sizeof(*answers) };

static void each_answer_is_read_for_what_it_is(void **state)
{
    static struct packet p;
    for (size_t i = 0; i < ANSWERS; i++) {
        compose(&p, i);
        expect(answers[i].label, &p, answers[i].name, answers[i].type,
               answers[i].expected);
    }
}

/* Whatever is cut off, it is garbage: never half an answer. */
static void an_answer_cut_anywhere_makes_no_sense(void **state)
{
    static struct packet p;
    for (size_t i = 0; i < ANSWERS; i++) {
        compose(&p, i);
        while (p.len) {
            p.len--;
            struct ph__dns_reading r;
            uint8_t *message = malloc(p.len ? p.len : 1);
            assert_non_null(message);
            memcpy(message, p.data, p.len);
            ph__dns_read(&r, message, p.len, answers[i].name, answers[i].type,
                         SEED);
            free(message);
            assert_int_equal(r.answer.status, PH__DNS_GARBAGE);
            assert_int_equal(r.answer.count, 0);
            ph__dns_reading_done(&r);
        }
    }
}

#define GARBAGE "the name server's answer makes no sense ttl=0 name=a.test:"

static void an_answer_to_something_else_makes_no_sense(void **state)
{
    static struct packet p;
    packet_begin(&p, 0, "b.test", PH__DNS_A);
    expect("another name", &p, "a.test", PH__DNS_A, GARBAGE);
    packet_begin(&p, 0, "a.test", PH__DNS_AAAA);
    expect("another type", &p, "a.test", PH__DNS_A, GARBAGE);
    packet_begin(&p, 0, "a.test", PH__DNS_A);
    p.data[p.len - 1] = 3;
    expect("another class", &p, "a.test", PH__DNS_A, GARBAGE);
    packet_begin(&p, 0, "a.test", PH__DNS_A);
    p.data[5] = 2;
    expect("two questions", &p, "a.test", PH__DNS_A, GARBAGE);
    packet_begin(&p, 0, "a.test", PH__DNS_A);
    p.data[2] &= 0x7f;
    expect("a question itself", &p, "a.test", PH__DNS_A, GARBAGE);
}

/* RFC 1035 4.1.4: pointers, good and bad. 12 is where the question begins. */
static const struct {
    const char *label;
    const char *data; /* of a CNAME; the data of the first record begin at 42 */
    const char *expected;
} pointers[] = {
    {"to the question", "\\# 0162c00e",
     "the name has no such record ttl=60 "
     "name=b.test:"},
    {"to itself", "\\# c02a", GARBAGE},
    {"to a label that leads back to it", "\\# 0162c02a", GARBAGE},
    {"forward", "\\# c02c016200", GARBAGE},
    {"past the end", "\\# c0ff", GARBAGE},
    {"half of one", "\\# c0", GARBAGE},
    {"a label kind that does not exist", "\\# 8000", GARBAGE},
};

static void pointers_lead_back_or_nowhere(void **state)
{
    static struct packet p;
    for (size_t i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
        struct rr rr = {"a.test", CNAME, 60, pointers[i].data};
        packet_begin(&p, 0, "a.test", PH__DNS_A);
        packet_add(&p, &rr);
        expect(pointers[i].label, &p, "a.test", PH__DNS_A,
               pointers[i].expected);
    }
}

/* Strings are joined for the caller; names are read from what came. */
static void a_pointer_into_a_text_is_followed_there(void **state)
{
    static struct packet p;
    static const char second[] = "\xc0\x2b" /* behind the string's length */
                                 "\0\x10\0\1\0\0\0\x3c\0\2\1x";
    struct rr first = {"a.test", PH__DNS_TXT, 60, "\\# 080161047465737400"};
    struct ph__dns_reading r;
    packet_begin(&p, 0, "a.test", PH__DNS_TXT);
    packet_add(&p, &first);
    packet_octets(&p, second, sizeof(second) - 1);
    p.data[7] = 2; /* records */
    ph__dns_read(&r, p.data, p.len, "a.test", PH__DNS_TXT, SEED);
    assert_int_equal(r.answer.count, 2);
    assert_memory_equal(r.records[1].data, "x", 1);
    ph__dns_reading_done(&r);
}

/* Limits: what is kept, what is followed, what is read at all. */
static void huge_answers_are_bounded(void **state)
{
    static struct packet p;
    struct rr rr = {"a.test", PH__DNS_A, 60, "192.0.2.1"};
    struct ph__dns_reading r;
    packet_begin(&p, 0, "a.test", PH__DNS_A);
    for (int i = 0; i < PH__DNS_SECTION; i++)
        packet_add(&p, &rr);
    ph__dns_read(&r, p.data, p.len, "a.test", PH__DNS_A, SEED);
    assert_int_equal(r.answer.status, PH__DNS_FOUND);
    assert_int_equal(r.answer.count, PH__DNS_RECORDS);
    ph__dns_reading_done(&r);
    packet_add(&p, &rr);
    expect("one too many", &p, "a.test", PH__DNS_A, GARBAGE);
}

static void only_so_many_aliases_are_followed(void **state)
{
    static struct packet p;
    packet_begin(&p, 0, "c0", PH__DNS_A);
    for (int i = 0; i <= PH__DNS_CHAIN; i++) {
        char from[10], to[10], last[80];
        snprintf(from, sizeof(from), "c%d", i);
        snprintf(to, sizeof(to), "c%d", i + 1);
        packet_add(&p, &(struct rr){from, CNAME, 60, to});
        snprintf(last, sizeof(last), "%s ttl=%d name=%s:",
                 ph__dns_words(i < PH__DNS_CHAIN ? PH__DNS_NO_DATA
                                                 : PH__DNS_GARBAGE),
                 i < PH__DNS_CHAIN ? 60 : 0, i < PH__DNS_CHAIN ? to : "c0");
        expect("a longer chain", &p, "c0", PH__DNS_A, last);
    }
}

static const struct {
    const char *name;
    bool ok;
} names[] = {{"a", true},
             {"a.b", true},
             {"a.b.", true},
             {"_25._tcp.xn--bcher-kva.example", true},
             {"", false},
             {".", false},
             {"a..b", false},
             {".a", false},
             {"a b", false},
             {"b\xc3\xbc"
              "cher.example",
              false},
             {"a\r\nb", false},
             {"a/b", false},
             {"[192.0.2.1]", false}};

static void names_are_made_of_labels(void **state)
{
    char label[66] = "", longest[300] = "";
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (ph__dns_is_name(names[i].name) != names[i].ok)
            fail_msg("'%s'", names[i].name);
    memset(label, 'a', 63);
    assert_true(ph__dns_is_name(label));
    label[63] = 'a';
    assert_false(ph__dns_is_name(label));
    for (size_t i = 0; i < 253; i++)
        longest[i] = i % 2 ? '.' : 'a';
    assert_true(ph__dns_is_name(longest));
    memcpy(longest + 253, ".a", 3);
    assert_false(ph__dns_is_name(longest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_is_read_for_what_it_is),
        cmocka_unit_test(an_answer_cut_anywhere_makes_no_sense),
        cmocka_unit_test(an_answer_to_something_else_makes_no_sense),
        cmocka_unit_test(pointers_lead_back_or_nowhere),
        cmocka_unit_test(a_pointer_into_a_text_is_followed_there),
        cmocka_unit_test(huge_answers_are_bounded),
        cmocka_unit_test(only_so_many_aliases_are_followed),
        cmocka_unit_test(names_are_made_of_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
