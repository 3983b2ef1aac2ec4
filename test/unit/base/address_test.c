#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define A63 A60 "aaa"
#define A64 A60 "aaaa"

#define UE   "\xC3\xBC"     /* u with dots: two octets */
#define REI  "\xE4\xBE\x8B" /* a Han character: three */
#define UE10 UE UE UE UE UE UE UE UE UE UE

/* AD-01: the table of points of conformance, by its numbers; then more. */
static const struct {
    const char *label;
    const char *input;
    bool accepted;
} cases[] = {
    {"1", "user@example.com", true},
    {"2", "first.last+tag@sub.example.co.uk", true},
    {"3 all atext", "!#$%&'*+-/=?^_`{|}~@example.com", true},
    {"4 quoted", "\"john doe\"@example.com", true},
    {"5 quoted @", "\"a@b\"@example.com", true},
    {"6 quoted-pair", "\"a\\\"b\"@example.com", true},
    {"7 empty quoted string", "\"\"@example.com", true},
    {"8", "\"john\"@example.com", true},
    {"9", "user@localhost", true},
    {"10 literal", "user@[192.0.2.1]", true},
    {"11", "user@[IPv6:2001:db8::1]", true},
    {"12", "user@[IPv6:::1]", true},
    {"13", "user@[IPv6:::ffff:192.0.2.1]", true},
    {"14 A-label", "user@xn--fsqu00a.example", true},
    {"15", "u@a.b", true},
    {"16", "user@EXAMPLE.COM", true},
    {"17 local part limit", A64 "@example.com", true},
    {"18 label limit", "user@" A63 ".example", true},
    {"19 digits are a domain", "user@192.0.2.1", true},
    {"20 UTF-8", "\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B\xE3\x81\x88.jp", true},
    {"21 UTF-8 domain", "user@\xE4\xBE\x8B\xE3\x81\x88.jp", true},
    {"22 :: is two groups", "user@[IPv6:1:2:3:4:5:6:7::]", false},
    {"23 leading dot", ".user@example.com", false},
    {"24 trailing dot", "user.@example.com", false},
    {"25 double dot", "us..er@example.com", false},
    {"26 no domain", "user@", false},
    {"27 no local-part", "@example.com", false},
    {"28 no @", "user", false},
    {"29 label starts with -", "user@-example.com", false},
    {"30 label ends with -", "user@example-.com", false},
    {"31 underscore", "user@exa_mple.com", false},
    {"32 empty label", "user@example..com", false},
    {"33 trailing dot", "user@example.com.", false},
    {"34 octet > 255", "user@[300.1.1.1]", false},
    {"35 no ]", "user@[192.0.2.1", false},
    {"36 tag missing", "user@[2001:db8::1]", false},
    {"37 zone id", "user@[IPv6:fe80::1%eth0]", false},
    {"38 space", "us er@example.com", false},
    {"39 injection", "user@example.com\r\nRCPT TO:<x@y>", false}, /* S19 */
    {"40 control in quotes", "\"a\tb\"@example.com", false},
    {"41 unterminated", "\"unterminated@example.com", false},
    {"42 two @", "a@b@example.com", false},
    {"43 comment", "(c)user@example.com", false},
    {"44a local part over limit", A64 "a@example.com", false},
    {"44b label over limit", "user@" A64 ".example", false},

    {"S19 LF in quotes", "\"a\n\"@example.com", false},
    {"S19 CR in the domain", "user@exam\rple.com", false},
    {"S21 parameter", "a@b> NOTIFY=NEVER", false},
    {"S21 parameter", "a@b> SIZE=1", false},
    {"S21 quoted parameter", "\"a> ORCPT=rfc822;x\"@b", true},
    {"S21 tab", "a\tb@example.com", false},
    {"S24 quoted address", "\"me@evil.org x\"@internal.domain", true},
    {"S24 text behind", "<a@b>c@d", false},
    {"S24 route", "@r1,@r2:u@h", false},
    {"S24 comment inside", "u(x)@h", false},
    {"S24 group", "g: a@b;", false},
    {"S24 encoded word", "=?utf-8?q?x=40evil?=@h", false},
    {"S24 two addresses", "a@b,c@d", false},
    {"quote inside quotes", "\"a\"b\"@example.com", false},
    {"unfinished quoted pair", "\"a\\\"@example.com", false},

    /* RFC 6531 3.3 */
    {"UTF-8 in quotes", "\"" UE " x\"@example.com", true},
    {"UTF-8 beside ASCII", "j" UE "r.g+t@b" UE "r." REI ".org", true},
    {"four octets", "\xF0\x9F\x93\xAE@x.org", true},
    {"UTF-8 and a space", UE " x@example.com", false},
    {"a quoted pair is ASCII", "\"\\" UE "\"@example.com", false},
    {"64 octets in UTF-8", UE10 UE10 UE10 UE UE "@x.org", true},
    {"65 octets, 33 characters", UE10 UE10 UE10 UE UE "a@x.org", false},
    {"UTF-8 label with a hyphen first", "u@-" UE ".org", false},
    {"UTF-8 label with an underscore", "u@" UE "_a.org", false},
    {"a label is measured as an A-label", "u@" UE10 UE10 UE10 UE10 ".org",
     true},

    /* RFC 3629: well-formed, wherever it stands */
    {"no UTF-8", "\xFF@example.com", false},
    {"Latin-1", "j\xFCrg@example.com", false},
    {"Latin-1 in quotes", "\"j\xFCrg\"@example.com", false},
    {"Latin-1 in the domain", "u@j\xFCrg.org", false},
    {"overlong @",
     "a\xC1\x80"
     "b.org",
     false},
    {"overlong slash", "u@a\xE0\x80\xAF.org", false},
    {"overlong NUL", "a\xC0\x80@x.org", false},
    {"surrogate", "\xED\xA0\x80@x.org", false},
    {"above U+10FFFF", "\xF4\x90\x80\x80@x.org", false},
    {"cut off in front of the @", "\xE4\xBE@x.org", false},
    {"cut off at the end", "u@x.\xE4\xBE", false},

    /* AD-03 */
    {"254 octets", A64 "@" A63 "." A63 "." A60 "a", true},
    {"255 octets", A64 "@" A63 "." A63 "." A60 "aa", false},
    {"long literal", "user@[" A64 "]", false},
};

static void verdicts_are_those_of_the_grammar(void **state) /* AD-01, AD-03 */
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *problem = ph__address_problem(
            cases[i].input, strlen(cases[i].input), PH__RECIPIENT);
        if (!problem != cases[i].accepted)
            fail_msg("%s: %s: %s", cases[i].label, cases[i].input,
                     problem ? problem : "accepted");
    }
}

static void nul_is_a_control_character(void **state)
{
    assert_non_null(ph__address_problem("a\0b@x.org", 9, PH__RECIPIENT));
    assert_null(ph__address_problem("ab@x.org", 8, PH__RECIPIENT));
}

static void only_the_sender_may_be_empty(void **state)
{
    assert_null(ph__address_problem("", 0, PH__REVERSE_PATH));
    assert_string_equal(ph__address_problem("", 0, PH__RECIPIENT), "is empty");
}

static void only_the_recipient_may_be_bare_postmaster(void **state)
{
    assert_null(ph__address_problem("PostMaster", 10, PH__RECIPIENT));
    assert_string_equal(ph__address_problem("postmaster", 10, PH__REVERSE_PATH),
                        "has no domain");
}

static void the_last_quote_decides_which_at_separates(void **state)
{
    static const struct {
        const char *input;
        size_t at;
    } ats[] = {
        {"a@b", 1},  {"\"a@b\"@c", 5}, {"\"a\\\"@b\"@c", 7},
        {"none", 4}, {"\"open@x", 7},  {"", 0},
    };
    for (size_t i = 0; i < COUNT(ats); i++)
        assert_int_equal(ph__address_at(ats[i].input, strlen(ats[i].input)),
                         ats[i].at);
}

/* Every octet in every place of an address in UTF-8: what is accepted is
 * well-formed, and has no control, blank or bracket outside of quotes. */
static void one_wrong_octet_spoils_an_address(void **state)
{
    static const char good[] = UE "a@" REI ".org";
    for (size_t at = 0; at < sizeof(good) - 1; at++) {
        for (int c = 0; c < 256; c++) {
            char s[sizeof(good)];
            memcpy(s, good, sizeof(good));
            s[at] = (char)c;
            if (ph__address_problem(s, sizeof(s) - 1, PH__RECIPIENT))
                continue;
            assert_true(ph__text_is_utf8(s, sizeof(s) - 1));
            assert_null(memchr("\r\n\t <>()", c, 8));
        }
    }
}

static void every_prefix_of_a_character_is_refused(void **state)
{
    static const char good[] = "\xF0\x9F\x93\xAE" UE REI;
    for (size_t len = 1; len < sizeof(good); len++) {
        char s[40];
        bool whole = len == 4 || len == 6 || len == 9;
        int n = snprintf(s, sizeof(s), "%.*s@x.org", (int)len, good);
        assert_int_equal(!ph__address_problem(s, (size_t)n, PH__RECIPIENT),
                         whole);
        n = snprintf(s, sizeof(s), "x@%.*s.org", (int)len, good);
        assert_int_equal(!ph__address_problem(s, (size_t)n, PH__RECIPIENT),
                         whole);
    }
}

static void each_half_is_ascii_or_not(void **state)
{
    static const struct {
        const char *input;
        bool local;
        bool domain;
    } halves[] = {
        {"a@x.org", true, true},        {UE "@x.org", false, true},
        {"a@" UE ".org", true, false},  {UE "@" UE ".org", false, false},
        {"\"" UE "@\"@x", false, true}, {"\"@\"@" UE, true, false},
        {"postmaster", true, true},     {"", true, true},
        {"a@[192.0.2.1]", true, true},
    };
    for (size_t i = 0; i < COUNT(halves); i++) {
        const char *s = halves[i].input;
        assert_int_equal(ph__address_local_is_ascii(s, strlen(s)),
                         halves[i].local);
        assert_int_equal(ph__address_domain_is_ascii(s, strlen(s)),
                         halves[i].domain);
    }
}

/* AD-02 */
static void only_needless_quotes_go(void **state)
{
    static const struct {
        const char *input;
        const char *expected;
    } locals[] = {
        {"john", "john"},
        {"\"john\"", "john"},
        {"\"john.doe\"", "john.doe"},
        {"\"j\\o\\hn\"", "john"},
        {"\"" UE "\"", UE},
        {"\"john doe\"", "\"john doe\""},
        {"\"john\\ doe\"", "\"john doe\""},
        {"\".john\"", "\".john\""},
        {"\"a..b\"", "\"a..b\""},
        {"\"a@b\"", "\"a@b\""},
        {"\"\"", "\"\""},
        {"\"a\\\"b\"", "\"a\\\"b\""},
        {"\"\\\"a\\\"\"", "\"\\\"a\\\"\""}, /* quotes are its content */
        {"\"\\\\\"", "\"\\\\\""},
        {"\"=?utf-8?q?x?=\"", "\"=?utf-8?q?x?=\""}, /* S24 */
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(locals); i++) {
        struct ph__buf out = PH__BUF(PH__LOCAL_MAX);
        const char *s = locals[i].input;
        assert_int_equal(ph__address_add_local(&out, s, strlen(s)), PH_OK);
        assert_string_equal(ph__buf_text(&out), locals[i].expected);
        ph__buf_done(&out);
    }
}

static void the_longest_local_parts_are_rewritten(void **state)
{
    struct ph__buf out = PH__BUF(PH__LOCAL_MAX);
    char s[PH__LOCAL_MAX + 1];
    memset(s, '\\', sizeof(s));
    s[0] = s[PH__LOCAL_MAX - 1] = '"';
    assert_int_equal(ph__address_add_local(&out, s, PH__LOCAL_MAX), PH_OK);
    assert_int_equal(out.len, PH__LOCAL_MAX);
    assert_memory_equal(out.data, s, PH__LOCAL_MAX);
    assert_int_equal(ph__address_add_local(&out, s, sizeof(s)), PH_E_LIMIT);
    assert_int_equal(out.len, PH__LOCAL_MAX);
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_the_grammar),
        cmocka_unit_test(nul_is_a_control_character),
        cmocka_unit_test(only_the_sender_may_be_empty),
        cmocka_unit_test(only_the_recipient_may_be_bare_postmaster),
        cmocka_unit_test(the_last_quote_decides_which_at_separates),
        cmocka_unit_test(one_wrong_octet_spoils_an_address),
        cmocka_unit_test(every_prefix_of_a_character_is_refused),
        cmocka_unit_test(each_half_is_ascii_or_not),
        cmocka_unit_test(only_needless_quotes_go),
        cmocka_unit_test(the_longest_local_parts_are_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
