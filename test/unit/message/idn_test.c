#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/text.h"
#include "message/idn.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UE    "\xC3\xBC"
#define SZ    "\xC3\x9F"
#define REI   "\xE4\xBE\x8B"
#define ALEF  "\xD7\x90"
#define UE10  UE UE UE UE UE UE UE UE UE UE
#define REI10 REI REI REI REI REI REI REI REI REI REI
#define A60   "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

/* NULL: it has no form for the wire. */
static const struct {
    const char *label;
    const char *input;
    const char *expected;
} cases[] = {
    /* MG-13, U24: the domain, never the local part */
    {"AD-01 20", "\xE7\x94\xA8\xE6\x88\xB7@" REI "\xE3\x81\x88.jp",
     "\xE7\x94\xA8\xE6\x88\xB7@xn--r8jz45g.jp"},
    {"AD-01 21", "user@" REI "\xE3\x81\x88.jp", "user@xn--r8jz45g.jp"},
    {"UTF-8 local part only", "J" UE "rg@X.org", "J" UE "rg@X.org"},
    {"both", UE "@" UE ".org", UE "@xn--tda.org"},
    {"UTF-8 in quotes", "\"" UE " x\"@" UE ".org", "\"" UE " x\"@xn--tda.org"},

    /* As it is */
    {"null sender", "", ""},
    {"ASCII", "Ann.Lee@EXAMPLE.com", "Ann.Lee@EXAMPLE.com"},
    {"postmaster", "Postmaster", "Postmaster"},
    {"A-label", "u@xn--fsqu00a.example", "u@xn--fsqu00a.example"},
    {"no A-label, though it looks like one", "u@xn--a.org", "u@xn--a.org"},
    {"hyphens in places 3 and 4", "u@r2--x.org", "u@r2--x.org"},
    {"IPv4", UE "@[192.0.2.1]", UE "@[192.0.2.1]"},
    {"IPv6", "u@[IPv6:2001:DB8::1]", "u@[IPv6:2001:DB8::1]"},

    /* UTS 46 */
    {"case", "u@B" UE "CHER.De", "u@xn--bcher-kva.de"},
    {"capital U with dots", "u@\xC3\x9C.org", "u@xn--tda.org"},
    {"composed", "u@u\xCC\x88.org", "u@xn--tda.org"},
    {"non-transitional", "u@fa" SZ ".de", "u@xn--fa-hia.de"},
    {"ideographic full stop", "u@" UE "\xE3\x80\x82org", "u@xn--tda.org"},
    {"soft hyphen is nothing",
     "u@a\xC2\xAD"
     "b.org",
     "u@ab.org"},
    {"right to left", "u@" ALEF "1.org", "u@xn--1-zhc.org"},
    {"its A-label fits, its UTF-8 is 90 octets", "u@" REI10 REI10 REI10 ".jp",
     "u@xn--fsqaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.jp"},

    /* What IDNA refuses */
    {"not a letter", "u@\xF0\x9F\x93\xAE.org", NULL},
    {"line separator", "u@a\xE2\x80\xA8.org", NULL},
    {"C1 control", "u@a\xC2\x85.org", NULL},
    {"private use", "u@\xEE\x80\x80.org", NULL},
    {"unassigned", "u@\xCD\xB8.org", NULL},
    {"joiner out of context", "u@a\xE2\x80\x8D" UE ".org", NULL},
    {"combining first", "u@\xCC\x88u.org", NULL},
    {"Bidi: letters of both kinds", "u@" ALEF "a.org", NULL},
    {"Bidi: ends with the other kind", "u@a" ALEF ".org", NULL},
    {"A-label of something else beside it", "u@" UE ".xn--a", NULL},
    {"mixed A-label", "u@xn--" UE ".org", NULL},
    {"hyphens in places 3 and 4, UTF-8", "u@" UE UE "--" UE ".org", NULL},
    {"label over 63 octets", "u@" UE10 UE10 UE10 UE10 UE10 UE10 ".org", NULL},
    {"ASCII label over 63 octets", "u@" A60 "gggg." UE, NULL},

    /* What the mapping makes of it must not end the address, or name another
     * domain: S19, S24 */
    {"full-width @",
     "u@b\xEF\xBC\xA0"
     "c.org",
     NULL},
    {"full-width >",
     "u@b\xEF\xBC\x9E"
     "c.org",
     NULL},
    {"full-width brackets",
     "u@\xEF\xBC\xBB"
     "127.0.0.1\xEF\xBC\xBD",
     NULL},
    {"full-width low line",
     "u@" UE "\xEF\xBC\xBF"
     "a.org",
     NULL},
    {"ideographic space", "u@a\xE3\x80\x80.org", NULL},
    {"account of", "u@\xE2\x84\x80.org", NULL},
    {"dot behind all", "u@" UE "\xE3\x80\x82", NULL},
    {"two dots", "u@" UE "\xE3\x80\x82.org", NULL},
    {"nothing is left of a label", "u@\xC2\xAD.org", NULL},

    /* AD-02 */
    {"needless quotes", "\"john\"@x.org", "john@x.org"},
    {"needless quotes, UTF-8", "\"" UE "\"@" UE, UE "@xn--tda"},
    {"needed quotes", "\"a@b\"@" UE ".org", "\"a@b\"@xn--tda.org"},

    /* What is no Mailbox does not become one. */
    {"no domain", "ann", NULL},
    {"quoted, no domain", "\"postmaster\"", NULL},
    {"text behind quotes", "\"a\"b@x.org", NULL},
    {"two @", "a@b@" UE, NULL},
    {"line end", "a@" UE "\r\nX: y", NULL},
    {"Latin-1", "a@\xFC.org", NULL},
};

static void domains_become_ascii_and_local_parts_do_not(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(PH__ADDRESS_MAX);
        int rc = ph__idn_address(&out, cases[i].input);
        const char *wanted = cases[i].expected;
        if (rc != (wanted ? PH_OK : PH_E_ADDRESS) ||
            strcmp(ph__buf_text(&out), wanted ? wanted : "") != 0)
            fail_msg("%s: %d %s", cases[i].label, rc, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

/* An address of `local` octets in front of the @, and of labels that are two
 * octets as typed and seven as sent. AD-03. */
static int convert(size_t *sent, size_t local, size_t labels)
{
    char address[PH__ADDRESS_MAX + 1];
    struct ph__buf out = PH__BUF(PH__ADDRESS_MAX);
    size_t len = local;
    memset(address, 'a', local);
    address[len++] = '@';
    for (size_t i = 0; i < labels; i++)
        len += (size_t)snprintf(address + len, sizeof(address) - len, "%s%s",
                                i ? "." : "", UE);
    int rc = ph__idn_address(&out, address);
    *sent = out.len;
    ph__buf_done(&out);
    return rc;
}

static void limits_are_those_of_the_converted_address(void **state)
{
    size_t sent;
    assert_int_equal(convert(&sent, 6, 31), PH_OK); /* 7 + 31 * 8 - 1 */
    assert_int_equal(sent, 254);
    assert_int_equal(convert(&sent, 7, 31), PH_E_ADDRESS);
    assert_int_equal(convert(&sent, 1, 32), PH_E_ADDRESS);
    assert_int_equal(convert(&sent, 1, 60), PH_E_ADDRESS);
}

static void it_is_appended_or_nothing_is(void **state)
{
    struct ph__buf out = PH__BUF(20);
    assert_int_equal(ph__buf_add_text(&out, "<"), PH_OK);
    assert_int_equal(ph__idn_address(&out, "u@" UE ".org"), PH_OK);
    assert_string_equal(out.data, "<u@xn--tda.org");
    assert_int_equal(ph__idn_address(&out, "u@" UE ".org"), PH_E_LIMIT);
    assert_int_equal(ph__idn_address(&out, "u@-" UE), PH_E_ADDRESS);
    assert_string_equal(out.data, "<u@xn--tda.org");
    ph__buf_done(&out);
}

/* Whatever character stands in a domain: the result is ASCII and a Mailbox,
 * with the same local part. */
static void no_character_of_the_first_plane_gets_through(void **state)
{
    for (unsigned c = 0x80; c < 0x10000; c++) {
        char address[20];
        struct ph__buf out = PH__BUF(PH__ADDRESS_MAX);
        snprintf(address, sizeof(address), "u@a%c%c%cb.org", 0xE0 | c >> 12,
                 0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        if (c < 0x800)
            snprintf(address, sizeof(address), "u@a%c%cb.org", 0xC0 | c >> 6,
                     0x80 | (c & 63));
        int rc = ph__idn_address(&out, address);
        if (rc)
            assert_int_equal(rc, PH_E_ADDRESS);
        else if (memcmp(out.data, "u@", 2) != 0 ||
                 !ph__text_is_ascii(out.data, out.len) ||
                 ph__address_problem(out.data, out.len, PH__RECIPIENT))
            fail_msg("U+%04X: %s", c, out.data);
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_become_ascii_and_local_parts_do_not),
        cmocka_unit_test(limits_are_those_of_the_converted_address),
        cmocka_unit_test(it_is_appended_or_nothing_is),
        cmocka_unit_test(no_character_of_the_first_plane_gets_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
