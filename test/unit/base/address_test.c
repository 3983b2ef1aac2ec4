#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define A63 A60 "aaa"
#define A64 A60 "aaaa"

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
    {"octets that are not UTF-8", "\xFF@example.com", false},
    {"254 octets", A64 "@" A63 "." A63 "." A60 "a", true},
    {"255 octets", A64 "@" A63 "." A63 "." A60 "aa", false},
    {"long literal", "user@[" A64 "]", false},
};

static void verdicts_are_those_of_the_grammar(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_the_grammar),
        cmocka_unit_test(nul_is_a_control_character),
        cmocka_unit_test(only_the_sender_may_be_empty),
        cmocka_unit_test(only_the_recipient_may_be_bare_postmaster),
        cmocka_unit_test(the_last_quote_decides_which_at_separates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
