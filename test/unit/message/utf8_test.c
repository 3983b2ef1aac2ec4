/* Addresses in UTF-8: what is typed, what goes over the wire, what is shown,
 * and when it takes SMTPUTF8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UE "\xC3\xBC"

typedef void call(struct ph_message *msg, const char *address);

static struct ph_message *simple(void)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    ph_message_from(msg, "Ann <ann@x.org>");
    ph_message_to(msg, "bob@y.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    return msg;
}

static const char *render(struct ph_message *msg)
{
    struct ph_slice out;
    if (ph_message_render(msg, &out))
        fail_msg("%s", ph_message_problem(msg));
    return out.data;
}

/* U24, MG-13: what this layer decides of the matrix; whether the server has
 * SMTPUTF8 is another's to ask. */
static const struct {
    const char *typed;
    const char *wire;
    const char *shown;
    bool utf8;
} matrix[] = {
    {"u@z.org", "u@z.org", "u@z.org", false},
    {"u@" UE ".org", "u@xn--tda.org", "u@xn--tda.org", false},
    {UE "@z.org", UE "@z.org", UE "@z.org", true},
    {UE "@" UE ".org", UE "@xn--tda.org", UE "@" UE ".org", true},
    {"\"" UE "\"@z.org", UE "@z.org", "\"" UE "\"@z.org", true},
    {"\"u\"@z.org", "u@z.org", "u@z.org", false}, /* AD-02 */
    {"\"u v\"@z.org", "\"u v\"@z.org", "\"u v\"@z.org", false},
    {"u@[192.0.2.1]", "u@[192.0.2.1]", "u@[192.0.2.1]", false},
};

static void a_recipient_has_its_form_for_each_place(void **state)
{
    static call *const calls[] = {ph_message_to, ph_message_cc, ph_message_bcc,
                                  ph_message_envelope_to};
    for (size_t i = 0; i < COUNT(matrix) * COUNT(calls); i++) {
        size_t row = i / COUNT(calls);
        call *add = calls[i % COUNT(calls)];
        bool shown = add == ph_message_to || add == ph_message_cc;
        struct ph_message *msg = simple();
        add(msg, matrix[row].typed);
        const char *text = render(msg);
        assert_string_equal(ph_message_recipient(msg, 1), matrix[row].typed);
        assert_string_equal(ph__message_wire_recipient(msg, 1),
                            matrix[row].wire);
        assert_int_equal(ph__message_has_utf8_header(msg),
                         shown && matrix[row].utf8);
        assert_int_equal(ph__message_eight_bit(msg), shown && matrix[row].utf8);
        assert_int_equal(ph__message_eight_bit(msg),
                         !ph__text_is_ascii(text, strlen(text)));
        if (shown && !strstr(text, matrix[row].shown))
            fail_msg("%s is not shown: %s", matrix[row].shown, text);
        if (!shown)
            assert_null(strstr(text, "z.org"));
        ph_message_free(msg);
    }
}

static void a_sender_has_its_form_for_each_place(void **state)
{
    static call *const calls[] = {ph_message_from, ph_message_envelope_from};
    for (size_t i = 0; i < COUNT(matrix) * COUNT(calls); i++) {
        size_t row = i / COUNT(calls);
        bool shown = calls[i % COUNT(calls)] == ph_message_from;
        struct ph_message *msg = simple();
        char line[80];
        calls[i % COUNT(calls)](msg, matrix[row].typed);
        snprintf(line, sizeof(line), "From: %s\r\n",
                 shown ? matrix[row].shown : "Ann <ann@x.org>");
        assert_memory_equal(render(msg), line, strlen(line));
        assert_string_equal(ph_message_sender(msg), matrix[row].typed);
        assert_string_equal(ph__message_wire_sender(msg), matrix[row].wire);
        assert_int_equal(ph__message_has_utf8_header(msg),
                         shown && matrix[row].utf8);
        assert_int_equal(ph__message_eight_bit(msg), shown && matrix[row].utf8);
        ph_message_free(msg);
    }
}

/* RFC 6531 3.4 asks for the header, too, whoever is in the envelope. */
static void headers_of_mailboxes_show_and_need_the_same(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *expected;
        bool utf8;
    } headers[] = {
        {"Reply-To", "R <r@" UE ".org>", "Reply-To: R <r@xn--tda.org>\r\n",
         false},
        {"Reply-To", "R <" UE "@r.org>", "Reply-To: R <" UE "@r.org>\r\n",
         true},
        {"Sender", "s@" UE ".org", "Sender: s@xn--tda.org\r\n", false},
        {"Sender", UE "@" UE ".org", "Sender: " UE "@" UE ".org\r\n", true},
        {"X-Note", UE "@" UE ".org", "X-Note: =?utf-8?", false},
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct ph_message *msg = simple();
        if (strcmp(headers[i].name, "Reply-To") == 0)
            ph_message_reply_to(msg, headers[i].value);
        else
            ph_message_header(msg, headers[i].name, headers[i].value);
        assert_non_null(strstr(render(msg), headers[i].expected));
        assert_int_equal(ph__message_has_utf8_header(msg), headers[i].utf8);
        assert_int_equal(ph__message_eight_bit(msg), headers[i].utf8);
        ph_message_free(msg);
    }
}

static void the_one_sender_of_several_authors_is_shown_like_them(void **state)
{
    static const struct {
        const char *from;
        const char *sender;
    } authors[] = {
        {"a@" UE ".org, b@x.org", "\r\nSender: a@xn--tda.org\r\n"},
        {UE "@" UE ".org, b@x.org", "\r\nSender: " UE "@" UE ".org\r\n"},
    };
    for (size_t i = 0; i < COUNT(authors); i++) {
        struct ph_message *msg = simple();
        ph_message_from(msg, authors[i].from);
        assert_non_null(strstr(render(msg), authors[i].sender));
        ph_message_free(msg);
    }
}

static void a_from_that_was_replaced_needs_nothing(void **state)
{
    struct ph_message *msg = simple();
    ph_message_from(msg, UE "@x.org");
    assert_true(ph__message_has_utf8_header(msg));
    ph_message_from(msg, "ann@x.org");
    assert_false(ph__message_has_utf8_header(msg));
    assert_false(ph__message_eight_bit(msg));
    ph_message_envelope_from(msg, UE "@x.org");
    ph_message_envelope_from(msg, "");
    assert_string_equal(ph__message_wire_sender(msg), "");
    ph_message_free(msg);
}

static void what_does_not_change_is_the_same_pointer(void **state)
{
    struct ph_message *msg = simple();
    assert_ptr_equal(ph__message_wire_sender(msg), ph_message_sender(msg));
    assert_ptr_equal(ph__message_wire_recipient(msg, 0),
                     ph_message_recipient(msg, 0));
    ph_message_to(msg, UE "@y.org");
    assert_ptr_equal(ph__message_wire_recipient(msg, 1),
                     ph_message_recipient(msg, 1));
    assert_null(ph__message_wire_recipient(msg, 2));
    ph_message_free(msg);
}

static void the_same_address_in_two_forms_is_one_recipient(void **state)
{
    struct ph_message *msg = simple();
    ph_message_to(msg, "U <u@" UE ".org>, u@XN--tda.ORG, \"u\"@" UE ".ORG");
    ph_message_envelope_to(msg, "u@\xC3\x9C.org");
    ph_message_bcc(msg, "u@u\xCC\x88.org");
    assert_int_equal(ph_message_recipient_count(msg), 2);
    assert_string_equal(ph_message_recipient(msg, 1), "u@" UE ".org");
    ph_message_to(msg, "U@" UE ".org, \xC3\x9C@x.org, " UE "@x.org");
    assert_int_equal(ph_message_recipient_count(msg), 5);
    ph_message_free(msg);
}

static void what_has_no_ascii_form_is_refused_at_once(void **state)
{
    static call *const calls[] = {
        ph_message_from,       ph_message_to,       ph_message_cc,
        ph_message_bcc,        ph_message_reply_to, ph_message_envelope_from,
        ph_message_envelope_to};
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct ph_message *msg = simple();
        calls[i](msg, "u@\xD7\x90"
                      "a.org"); /* Bidi */
        assert_int_equal(ph_message_check(msg), PH_E_ADDRESS);
        assert_non_null(strstr(ph_message_problem(msg), "no ASCII form"));
        ph_message_to(msg, "c@y.org");
        assert_int_equal(ph_message_check(msg), PH_E_ADDRESS);
        assert_int_equal(ph_message_recipient_count(msg), 1);
        ph_message_free(msg);
    }
}

static void a_ready_message_needs_it_for_its_header(void **state)
{
    static const struct {
        const char *label;
        const char *input;
        bool utf8;
        bool eight_bit;
    } ready[] = {
        {"ASCII", "To: a@x\n\nx\n", false, false},
        {"body", "To: a@x\n\n" UE "\n", false, true},
        {"header", "To: " UE "@x\n\nx\n", true, true},
        {"its first line", UE ": 1\n\nx\n", true, true},
        {"folded", "A: 1\n " UE "\n\n", true, true},
        {"header alone", "A: " UE, true, true},
        {"Bcc, which goes", "Bcc: " UE "@x\nA: 1\n\nx\n", false, false},
        {"Latin-1", "A: \xFC\n\nx\n", false, true},
        {"Latin-1 body", "A: " UE "\n\n\xFC\n", true, true},
        {"nothing", "", false, false},
        {"no header", "\n" UE "\n", false, true},
    };
    for (size_t i = 0; i < COUNT(ready); i++) {
        struct ph_message *msg = ph_message_new();
        ph_message_ready(msg, ready[i].input, strlen(ready[i].input), false);
        ph_message_from(msg, "a@x");
        ph_message_to(msg, "b@x");
        assert_int_equal(ph_message_check(msg), PH_OK);
        if (ph__message_has_utf8_header(msg) != ready[i].utf8 ||
            ph__message_eight_bit(msg) != ready[i].eight_bit)
            fail_msg("%s", ready[i].label);
        ph_message_free(msg);
    }
}

static void a_ready_message_shows_what_it_says(void **state)
{
    static const char text[] = "To: u@" UE ".org, \"v\"@x\n\nx\n";
    struct ph_message *msg = ph_message_new();
    ph_message_ready(msg, text, strlen(text), false);
    ph_message_take_recipients(msg);
    ph_message_envelope_from(msg, "");
    assert_string_equal(render(msg), "To: u@" UE ".org, \"v\"@x\r\n\r\nx\r\n");
    assert_string_equal(ph_message_recipient(msg, 0), "u@" UE ".org");
    assert_string_equal(ph__message_wire_recipient(msg, 0), "u@xn--tda.org");
    assert_string_equal(ph__message_wire_recipient(msg, 1), "v@x");
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recipient_has_its_form_for_each_place),
        cmocka_unit_test(a_sender_has_its_form_for_each_place),
        cmocka_unit_test(headers_of_mailboxes_show_and_need_the_same),
        cmocka_unit_test(the_one_sender_of_several_authors_is_shown_like_them),
        cmocka_unit_test(a_from_that_was_replaced_needs_nothing),
        cmocka_unit_test(what_does_not_change_is_the_same_pointer),
        cmocka_unit_test(the_same_address_in_two_forms_is_one_recipient),
        cmocka_unit_test(what_has_no_ascii_form_is_refused_at_once),
        cmocka_unit_test(a_ready_message_needs_it_for_its_header),
        cmocka_unit_test(a_ready_message_shows_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
