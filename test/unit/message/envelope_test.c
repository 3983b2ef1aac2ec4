/* What may be in an envelope, through the calls that everybody uses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define A63 A60 "aaa"
#define A64 A60 "aaaa"

#define USER   "\xE7\x94\xA8\xE6\x88\xB7"
#define DOMAIN "\xE4\xBE\x8B\xE3\x81\x88.jp"

/* AD-01: an address that is accepted, and how it goes over the wire: NULL is
 * as typed. One that begins beyond ASCII then takes SMTPUTF8 (RFC 6531). */
static const struct {
    const char *label;
    const char *input;
    const char *wire;
    bool utf8;
} accepted[] = {
    {"1", "user@example.com", NULL, false},
    {"2", "first.last+tag@sub.example.co.uk", NULL, false},
    {"3 all atext", "!#$%&'*+-/=?^_`{|}~@example.com", NULL, false},
    {"4 quoted", "\"john doe\"@example.com", NULL, false},
    {"5 quoted @", "\"a@b\"@example.com", NULL, false},
    {"6 quoted-pair", "\"a\\\"b\"@example.com", NULL, false},
    {"7 empty quoted string", "\"\"@example.com", NULL, false},
    {"8 needless quotes", "\"john\"@example.com", "john@example.com", false},
    {"9", "user@localhost", NULL, false},
    {"10 literal", "user@[192.0.2.1]", NULL, false},
    {"11", "user@[IPv6:2001:db8::1]", NULL, false},
    {"12", "user@[IPv6:::1]", NULL, false},
    {"13", "user@[IPv6:::ffff:192.0.2.1]", NULL, false},
    {"14 A-label", "user@xn--fsqu00a.example", NULL, false},
    {"15", "u@a.b", NULL, false},
    {"16", "user@EXAMPLE.COM", NULL, false},
    {"17 local part limit", A64 "@example.com", NULL, false},
    {"18 label limit", "user@" A63 ".example", NULL, false},
    {"19 digits are a domain", "user@192.0.2.1", NULL, false},
    {"20 UTF-8", USER "@" DOMAIN, USER "@xn--r8jz45g.jp", true},
    {"21 UTF-8 domain", "user@" DOMAIN, "user@xn--r8jz45g.jp", false},
};

/* AD-01 */
static const struct {
    const char *label;
    const char *input;
} refused[] = {
    {"22 :: is two groups", "user@[IPv6:1:2:3:4:5:6:7::]"},
    {"23 leading dot", ".user@example.com"},
    {"24 trailing dot", "user.@example.com"},
    {"25 double dot", "us..er@example.com"},
    {"26 no domain", "user@"},
    {"27 no local part", "@example.com"},
    {"28 no @", "user"},
    {"29 label starts with -", "user@-example.com"},
    {"30 label ends with -", "user@example-.com"},
    {"31 underscore", "user@exa_mple.com"},
    {"32 empty label", "user@example..com"},
    {"33 trailing dot", "user@example.com."},
    {"34 octet > 255", "user@[300.1.1.1]"},
    {"35 no ]", "user@[192.0.2.1"},
    {"36 tag missing", "user@[2001:db8::1]"},
    {"37 zone id", "user@[IPv6:fe80::1%eth0]"},
    {"38 space", "us er@example.com"},
    {"39 injection", "user@example.com\r\nRCPT TO:<x@y>"}, /* S19 */
    {"40 control in quotes", "\"a\tb\"@example.com"},
    {"41 unterminated", "\"unterminated@example.com"},
    {"42 two @", "a@b@example.com"},
    {"43 comment", "(c)user@example.com"},
    {"44 local part over limit", A64 "a@example.com"},
    {"44 label over limit", "user@" A64 ".example"},
};

static struct ph_message *letter(void)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "ann@x.org");
    ph_message_text(msg, "hello");
    return msg;
}

typedef void (*set_cb)(struct ph_message *msg, const char *address);

static void assert_wire(const char *label, const char *got, const char *wanted,
                        bool utf8)
{
    if (!got || strcmp(got, wanted) != 0)
        fail_msg("%s: %s in the place of %s", label, got ? got : "nothing",
                 wanted);
    if (ph__address_local_is_ascii(got, strlen(got)) == utf8)
        fail_msg("%s: SMTPUTF8", label);
}

static void good_addresses_are_kept_and_sent_in_their_least_form(void **state)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        const char *input = accepted[i].input, *label = accepted[i].label;
        const char *wire = accepted[i].wire ? accepted[i].wire : input;
        struct ph_message *msg = letter();
        ph_message_envelope_from(msg, input);
        ph_message_envelope_to(msg, input);
        assert_string_equal(ph_message_problem(msg), "");
        assert_string_equal(ph_message_sender(msg), input);
        assert_string_equal(ph_message_recipient(msg, 0), input);
        assert_wire(label, ph__message_wire_sender(msg), wire,
                    accepted[i].utf8);
        assert_wire(label, ph__message_wire_recipient(msg, 0), wire,
                    accepted[i].utf8);
        ph_message_free(msg);
    }
}

static void assert_refused(set_cb set, const char *label, const char *input)
{
    struct ph_message *msg = letter();
    set(msg, input);
    if (ph_message_check(msg) != PH_E_ADDRESS || !*ph_message_problem(msg))
        fail_msg("%s: %s", label, ph_strerror(ph_message_check(msg)));
    assert_int_equal(ph_message_recipient_count(msg), 0);
    ph_message_free(msg);
}

static void bad_addresses_are_refused_in_words(void **state)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_refused(ph_message_envelope_from, refused[i].label,
                       refused[i].input);
        assert_refused(ph_message_envelope_to, refused[i].label,
                       refused[i].input);
    }
}

/* What headers allow besides, and who is in the envelope then: addresses with
 * a blank between. */
static const struct {
    const char *label;
    const char *input;
    const char *envelope;
} header_forms[] = {
    {"obsolete phrase", "Joe Q. Public <j@x.org>", "j@x.org"},
    {"quoted name", "\"Joe\" <j@x.org>", "j@x.org"},
    {"comment behind", "j@x.org (Joe)", "j@x.org"},
    {"group", "Team: a@x.org, \"B\" <b@x.org>;", "a@x.org b@x.org"},
    {"empty group", "undisclosed-recipients:;", ""},
    {"obsolete route", "<@a,@b:u@d>", "u@d"},
};

static void headers_may_say_it_in_other_ways(void **state)
{
    for (size_t i = 0; i < COUNT(header_forms); i++) {
        struct ph_message *msg = letter();
        char got[64] = "";
        size_t len = 0;
        ph_message_to(msg, header_forms[i].input);
        for (size_t n = 0; n < ph_message_recipient_count(msg); n++)
            len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s",
                                    n ? " " : "",
                                    ph__message_wire_recipient(msg, n));
        if (strcmp(got, header_forms[i].envelope) != 0)
            fail_msg("%s: %s", header_forms[i].label, got);
        ph_message_free(msg);
    }
}

static void an_envelope_takes_no_header_form(void **state)
{
    for (size_t i = 0; i < COUNT(header_forms); i++)
        assert_refused(ph_message_envelope_to, header_forms[i].label,
                       header_forms[i].input);
}

static void null_sender_and_bare_postmaster_have_one_place_each(void **state)
{
    struct ph_message *msg = letter();
    ph_message_envelope_from(msg, "");
    ph_message_envelope_to(msg, "Postmaster");
    assert_string_equal(ph_message_problem(msg), "");
    assert_string_equal(ph__message_wire_sender(msg), "");
    assert_string_equal(ph__message_wire_recipient(msg, 0), "Postmaster");
    ph_message_free(msg);
    assert_refused(ph_message_envelope_to, "null recipient", "");
    assert_refused(ph_message_envelope_from, "bare sender", "postmaster");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_addresses_are_kept_and_sent_in_their_least_form),
        cmocka_unit_test(bad_addresses_are_refused_in_words),
        cmocka_unit_test(headers_may_say_it_in_other_ways),
        cmocka_unit_test(an_envelope_takes_no_header_form),
        cmocka_unit_test(null_sender_and_bare_postmaster_have_one_place_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
