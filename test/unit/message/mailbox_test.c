#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/mailbox.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What was read, as "name<address>" and so on; a problem as "!problem". */
static void describe(char *out, size_t size, const char *text)
{
    struct ph__mailbox_reader r;
    size_t len = 0;
    out[0] = '\0';
    ph__mailbox_init(&r, text, strlen(text), PH__RECIPIENT);
    while (ph__mailbox_next(&r) && len < size)
        len += (size_t)snprintf(out + len, size - len, "%s%s<%.*s>",
                                len ? " " : "", ph__buf_text(&r.name),
                                (int)r.address.len, r.address.data);
    if (r.rc)
        snprintf(out + len, size - len, "%s!'%.*s' %s", len ? " " : "",
                 (int)r.bad.len, r.bad.data, r.problem);
    ph__mailbox_done(&r);
}

static const struct {
    const char *label;
    const char *input;
    const char *expected;
} cases[] = {
    {"nothing", "", ""},
    {"blanks and commas", " , ,\t ", ""},
    {"bare", "ann@x.org", "<ann@x.org>"},
    {"blanks around", "  ann@x.org ", "<ann@x.org>"},
    {"angle", "<ann@x.org>", "<ann@x.org>"},
    {"name", "Ann Lee <ann@x.org>", "Ann Lee<ann@x.org>"},
    {"blanks in a name are one", "Ann \t Lee  <ann@x.org>",
     "Ann Lee<ann@x.org>"},
    {"blanks within < >", "Ann < ann@x.org >", "Ann<ann@x.org>"},
    {"quoted name", "\"Lee, \\\"Ann\\\"\" <ann@x.org>",
     "Lee, \"Ann\"<ann@x.org>"},
    {"words and quotes", "Ann \"M.\" Lee<ann@x.org>", "Ann M. Lee<ann@x.org>"},
    {"a dot in a name", "Joe Q. Public <j@x.org>", "Joe Q. Public<j@x.org>"},
    {"UTF-8 name", "J\xC3\xBCrgen <j@x.org>", "J\xC3\xBCrgen<j@x.org>"},
    {"brackets in a name", "[list] Ann <a@x.org>", "[list] Ann<a@x.org>"},
    {"comment as a name", "j@x.org (Joe)", "Joe<j@x.org>"},
    {"comment in front", "(x) j@x.org", "x<j@x.org>"},
    {"nested comment", "j@x.org (Joe (his) \\) own)",
     "Joe (his) ) own<j@x.org>"},
    {"comments beside a name", "(a) Joe (b) <j@x.org> (c)", "Joe<j@x.org>"},
    {"two", "a@x.org, B <b@x.org>", "<a@x.org> B<b@x.org>"},
    {"empty ones between", "a@x.org,, ,b@x.org,", "<a@x.org> <b@x.org>"},
    {"semicolons", "a@x.org; b@x.org", "<a@x.org> <b@x.org>"},
    {"group", "Team: a@x.org, \"B\" <b@x.org>;", "<a@x.org> B<b@x.org>"},
    {"empty group", "undisclosed-recipients:;", ""},
    {"group and more", "T: a@x.org;, b@x.org", "<a@x.org> <b@x.org>"},
    {"group that is not closed", "T: a@x.org", "<a@x.org>"},
    {"group in a group", "T: U: a@x.org;;", "!' U' has a group inside a group"},
    {"route", "<@a,@b:u@d>", "<u@d>"},
    {"literal", "user@[192.0.2.1], b@x", "<user@[192.0.2.1]> <b@x>"},
    {"literal with colons", "user@[IPv6:2001:db8::1]",
     "<user@[IPv6:2001:db8::1]>"},
    {"quoted local part", "\"john doe\"@x.org", "<\"john doe\"@x.org>"},
    {"quoted local part in < >", "J <\"a>, <b\"@x.org>", "J<\"a>, <b\"@x.org>"},
    {"postmaster", "postmaster, a@x", "<postmaster> <a@x>"},
    {"no domain", "ann", "!'ann' has no domain"},
    {"two @", "a@b@c", "!'a@b@c' has two @"},
    {"empty < >", "Ann <>", "!'Ann <>' is empty"},
    {"empty < > behind a good one", "a@b, <>", "<a@b> !'<>' is empty"},
    {"unclosed <", "Ann <a@b", "!'Ann <a@b' has no closing >"},
    {"unclosed quote", "\"Ann <a@b>", "!'\"Ann <a@b>' has an unclosed quote"},
    {"unclosed comment", "a@b (x", "!'a@b (x' has an unclosed comment"},
    {"unclosed literal", "a@[1.2.3.4",
     "!'a@[1.2.3.4' has an ill-formed address literal"},
    {"backslash at the end", "\"\\", "!'\"\\' has an unclosed quote"},
    {"UTF-8 local part", "\xC3\xBC@x.org", "<\xC3\xBC@x.org>"}, /* U24 */
    {"UTF-8 domain", "U <u@\xC3\xBC.org>", "U<u@\xC3\xBC.org>"},
    {"a domain that IDNA refuses", "a@x, u@\xF0\x9F\x93\xAE.org",
     "<a@x> !'u@\xF0\x9F\x93\xAE.org' has a domain that has no ASCII form "
     "(IDNA)"},

    /* S24: nobody may find another address in it than we do. */
    {"S24", "\"xclow3n@gmail.com x\"@internal.domain",
     "<\"xclow3n@gmail.com x\"@internal.domain>"},
    {"S24", "<a@b>c@d", "!'<a@b>' has text behind its >"},
    {"S24", "<a@b> <c@d>", "!'<a@b>' has text behind its >"},
    {"S24", "@r1,@r2:u@h", "!'@r1' has nothing before the @"},
    {"S24", "u(x)@h", "!'u(x)@h' has more than an address, without < >"},
    {"S24", "u @h", "!'u @h' has more than an address, without < >"},
    {"S24", "a@b c@d", "!'a@b c@d' has more than an address, without < >"},
    {"S24", "=?utf-8?q?x=40evil?=@h",
     "!'=?utf-8?q?x=40evil?=@h' has an encoded word before the @"},
    {"S24", "a@b <c@d>", "!'a@b' has an @ in its name, without quotes"},
    {"S24", "\"a@b\" <c@d>", "a@b<c@d>"},
    {"S24", "<a@b, c@d>", "!'<a@b, c@d>' has two @"},
    {"S24", "<u(x)@h>", "!'<u(x)@h>' has a character that needs quotes"},
    {"S21", "<a@b> NOTIFY=NEVER", "!'<a@b>' has text behind its >"},
    {"S21", "a@b> SIZE=1",
     "!'a@b> SIZE=1' has more than an address, without < >"},
    {"S19", "<a@b\r\nRCPT TO:<c@d>",
     "!'<a@b\r\nRCPT TO:<c@d>' has a control character"},
    {"S19 in quotes", "<\"a\r\nb\"@x>",
     "!'<\"a\r\nb\"@x>' has a control character"},
};

static void lists_are_read_leniently_and_addresses_strictly(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        char got[400];
        describe(got, sizeof(got), cases[i].input);
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("%s: %s\n got      %s\n expected %s", cases[i].label,
                     cases[i].input, got, cases[i].expected);
    }
}

static void a_sender_needs_a_domain(void **state)
{
    struct ph__mailbox_reader r;
    ph__mailbox_init(&r, "postmaster", 10, PH__REVERSE_PATH);
    assert_false(ph__mailbox_next(&r));
    assert_int_equal(r.rc, PH_E_ADDRESS);
    ph__mailbox_done(&r);
    ph__mailbox_init(&r, "<>", 2, PH__REVERSE_PATH);
    assert_false(ph__mailbox_next(&r));
    assert_string_equal(r.problem, "is empty");
    ph__mailbox_done(&r);
}

/* S25: a mebibyte of what makes parsers slow. A quadratic one would take
 * hours; so would recursion end on the stack. */
static void hostile_lists_are_read_in_linear_time(void **state)
{
    static const char *const units[] = {
        ":",    "(",   "()",    "a()",  "\"\\", "\"\" ",  "<",
        "<<>",  "a ",  "a@b, ", "\\\"", "a:;",  "@",      "[",
        "(a) ", "x@[", ";",     "<a>",  "\t",   "a@b(x)", "\"a\"@",
    };
    size_t len = 1 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(units); i++) {
        size_t unit = strlen(units[i]);
        struct ph__mailbox_reader r;
        for (size_t at = 0; at < len; at++)
            text[at] = units[i][at % unit];
        ph__mailbox_init(&r, text, len, PH__RECIPIENT);
        size_t count = 0;
        while (ph__mailbox_next(&r))
            count++;
        assert_in_range(count, 0, len);
        assert_true(r.rc == PH_OK || r.rc == PH_E_ADDRESS);
        ph__mailbox_done(&r);
    }
    free(text);
}

static void every_prefix_of_a_list_is_safe_to_read(void **state)
{
    static const char text[] = "T: \"L, \\\"A\\\"\" (c(d)\\)) "
                               "<@r:\"q>\"@[IPv6:::1]> (e), a@b (f);, g@h";
    for (size_t len = 0; len < sizeof(text); len++) {
        char *copy = malloc(len + 1);
        struct ph__mailbox_reader r;
        assert_non_null(copy);
        memcpy(copy, text, len);
        ph__mailbox_init(&r, copy, len, PH__RECIPIENT);
        while (ph__mailbox_next(&r))
            assert_true(r.address.len);
        assert_true(r.rc == PH_OK || r.rc == PH_E_ADDRESS);
        ph__mailbox_done(&r);
        free(copy);
    }
}

static void a_list_is_written_folded(void **state)
{
    struct ph__header h;
    struct ph_slice address = {"someone.with.a.long.name@example.org", 36};
    ph__header_init(&h);
    assert_int_equal(ph__header_begin(&h, "To", 2), PH_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            ph__mailbox_write(&h, !i, i ? "Ann, Lee" : "", i ? 8 : 0, address),
            PH_OK);
    assert_string_equal(
        h.out.data, "To: someone.with.a.long.name@example.org, \"Ann, Lee\"\r\n"
                    " <someone.with.a.long.name@example.org>, \"Ann, Lee\"\r\n"
                    " <someone.with.a.long.name@example.org>");
    ph__header_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_leniently_and_addresses_strictly),
        cmocka_unit_test(a_sender_needs_a_domain),
        cmocka_unit_test(hostile_lists_are_read_in_linear_time),
        cmocka_unit_test(every_prefix_of_a_list_is_safe_to_read),
        cmocka_unit_test(a_list_is_written_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
