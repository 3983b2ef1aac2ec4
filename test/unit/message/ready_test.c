#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ph_message *ready(const char *text)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    ph_message_ready(msg, text, strlen(text), false);
    ph_message_envelope_from(msg, "a@x");
    ph_message_envelope_to(msg, "b@x");
    return msg;
}

static const struct {
    const char *label;
    const char *input;
    const char *expected;
} cases[] = {
    {"nothing", "", ""},
    {"as it is", "From: a@x\r\n\r\nHi\r\n", "From: a@x\r\n\r\nHi\r\n"},
    {"LF becomes CRLF", "From: a@x\n\nHi\n",
     "From: a@x\r\n\r\nHi\r\n"}, /* U34 */
    {"mixed line ends", "A: 1\nB: 2\r\n\nx\r\ny\n",
     "A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n"},
    {"the last line gets its end", "A: 1\n\nx", "A: 1\r\n\r\nx\r\n"},
    {"header only", "A: 1", "A: 1\r\n"},
    {"8 bit", "A: \xFC\n\n\xFC\n", "A: \xFC\r\n\r\n\xFC\r\n"},
    {"dots stay", "A: 1\n\n.\n..\n", "A: 1\r\n\r\n.\r\n..\r\n"},
    {"folding stays", "A: 1\n\t2\n  3\n\nx\n",
     "A: 1\r\n\t2\r\n  3\r\n\r\nx\r\n"},
    {"From_ stays", "From a Mon\nA: 1\n\nx\n",
     "From a Mon\r\nA: 1\r\n\r\nx\r\n"},

    /* U23, S29: Bcc goes. */
    {"Bcc", "A: 1\nBcc: s@x\nB: 2\n\nx\n", "A: 1\r\nB: 2\r\n\r\nx\r\n"},
    {"any case", "A: 1\nbCC: s@x\nB: 2\n\nx\n", "A: 1\r\nB: 2\r\n\r\nx\r\n"},
    {"a blank before the colon", "bCc : s@x\nB: 2\n\nx\n", "B: 2\r\n\r\nx\r\n"},
    {"folded over three lines",
     "A: 1\nbCc :\n s@x,\n\tt@x,\r\n  u@x\nB: 2\n\nx\n",
     "A: 1\r\nB: 2\r\n\r\nx\r\n"},
    {"a continuation of blanks", "Bcc: s@x\n \n t@x\nB: 2\n\nx\n",
     "B: 2\r\n\r\nx\r\n"},
    {"Resent-Bcc", "Resent-BCC: s@x\nA: 1\n\nx\n", "A: 1\r\n\r\nx\r\n"},
    {"several", "Bcc: s@x\nBcc: t@x\nA: 1\nBcc: u@x\n\nx\n",
     "A: 1\r\n\r\nx\r\n"},
    {"the only one", "Bcc: s@x\n\nx\n", "\r\nx\r\n"},
    {"the last, without an end", "A: 1\nBcc: s@x", "A: 1\r\n"},
    {"after a line that is no field", "junk\nBcc: s@x\n\nx\n",
     "junk\r\n\r\nx\r\n"},
    {"in the body it stays", "A: 1\n\nBcc: s@x\n", "A: 1\r\n\r\nBcc: s@x\r\n"},
    {"other names stay", "Bccs: 1\nX-Bcc: 2\n\n",
     "Bccs: 1\r\nX-Bcc: 2\r\n\r\n"},
    {"inside another field it stays", "A: 1\n Bcc: s@x\n\n",
     "A: 1\r\n Bcc: s@x\r\n\r\n"},
};

static void only_line_ends_and_bcc_change(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = ready(cases[i].input);
        struct ph_slice out;
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        if (strcmp(out.data, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, out.data);
        assert_int_equal(out.len, strlen(cases[i].expected));
        assert_false(ph__message_needs_date(msg));
        assert_false(ph__message_needs_id(msg));
        ph_message_free(msg);
    }
}

/* S23, MG-03, U35 */
static void what_cannot_be_sent_is_refused_by_line(void **state)
{
    char long_line[1010];
    memset(long_line, 'x', sizeof(long_line));
    memcpy(long_line, "A: 1\n\n", 6);
    static const struct {
        const char *data;
        size_t len;
        const char *problem;
    } wrong[] = {
        {"A: 1\n\na\rb\n", 10, "message: line 3 has a lone CR"},
        {"A: 1\r\n\r\n\n.\r\r\n", 13, "message: line 4 has a lone CR"},
        {"A\r: 1\n\n", 7, "message: line 1 has a lone CR"},
        {"A: 1\n\na\0b\n", 10, "message: line 3 has a NUL"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph_message *msg = ph_message_new();
        ph_message_ready(msg, wrong[i].data, wrong[i].len, true);
        assert_int_equal(ph_message_check(msg), PH_E_CONTENT);
        assert_string_equal(ph_message_problem(msg), wrong[i].problem);
        ph_message_free(msg);
    }
    for (int allowed = 0; allowed < 2; allowed++) {
        struct ph_message *msg = ph_message_new();
        ph_message_from(msg, "a@x");
        ph_message_to(msg, "a@x");
        ph_message_ready(msg, long_line, 6 + 999, allowed);
        assert_int_equal(ph_message_check(msg), allowed ? PH_OK : PH_E_CONTENT);
        assert_string_equal(ph_message_problem(msg),
                            allowed ? ""
                                    : "message: line 3 has more than 998 "
                                      "octets");
        ph_message_free(msg);
    }
    struct ph_message *msg = ph_message_new();
    ph_message_ready(msg, long_line, 6 + 998, false);
    assert_string_equal(ph_message_problem(msg), "no sender is given");
    ph_message_free(msg);
}

static const struct {
    const char *input;
    const char *id;
} ids[] = {
    {"Message-ID: <1@x>\n\n", "1@x"},
    {"message-id:<1@x>\n\n", "1@x"},
    {"A: 1\nMESSAGE-ID:\n <1@x>\n\n", "1@x"},
    {"Message-ID: (c) <1@x> (d)\n\n", "1@x"},
    {"Message-ID: 1@x\n\n", ""},
    {"Message-ID: <1 2@x>\n\n", ""},
    {"Message-ID: <1@x\n\n", ""},
    {"Message-ID: <1\x80@x>\n\n", ""},
    {"Message-ID: <>\n\n", ""},
    {"Message-ID:\n\n", ""},
    {"A: 1\n\nMessage-ID: <1@x>\n", ""},
    {"", ""},
};

static void the_message_id_is_found(void **state)
{
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct ph_message *msg = ready(ids[i].input);
        assert_string_equal(ph__message_id(msg), ids[i].id);
        ph_message_free(msg);
    }
}

static void eight_bit_is_what_is_sent(void **state)
{
    static const struct {
        const char *input;
        bool eight_bit;
    } bits[] = {
        {"A: 1\n\nx\n", false},
        {"A: 1\n\n\xC3\xBC\n", true},
        {"A: \xFC\n\nx\n", true},
        {"Bcc: \xC3\xBC <s@x>\nA: 1\n\nx\n", false},
        {"Bcc: \xC3\xBC <s@x>\nA: 1\n\n\xC3\xBC\n", true},
    };
    for (size_t i = 0; i < COUNT(bits); i++) {
        struct ph_message *msg = ready(bits[i].input);
        assert_int_equal(ph__message_eight_bit(msg), bits[i].eight_bit);
        ph_message_free(msg);
    }
}

/* Whatever order the calls come in. */
static void address_calls_set_only_the_envelope_of_a_ready_message(void **state)
{
    static const char text[] = "From: x@y\nTo: z@y\n\nHi\n";
    for (int first = 0; first < 2; first++) {
        struct ph_message *msg = ph_message_new();
        struct ph_slice out;
        if (first)
            ph_message_ready(msg, text, strlen(text), false);
        ph_message_from(msg, "Ann <a@x>");
        ph_message_to(msg, "Bob <b@x>");
        ph_message_cc(msg, "c@x");
        ph_message_bcc(msg, "d@x");
        if (!first)
            ph_message_ready(msg, text, strlen(text), false);
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        assert_string_equal(out.data, "From: x@y\r\nTo: z@y\r\n\r\nHi\r\n");
        assert_string_equal(ph_message_sender(msg), "a@x");
        assert_int_equal(ph_message_recipient_count(msg), 3);
        ph_message_free(msg);
    }
}

static void a_ready_message_is_not_composed(void **state)
{
    struct ph_message *msg = ready("A: 1\n\n");
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_subject(msg, "no");
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    assert_string_equal(ph_message_problem(msg),
                        "a ready message cannot be composed too");
    ph_message_free(msg);
}

static void the_sender_of_a_ready_message_must_be_given(void **state)
{
    struct ph_message *msg = ph_message_new();
    ph_message_ready(msg, "From: a@x\n\n", 11, false);
    ph_message_envelope_to(msg, "b@x");
    assert_string_equal(ph_message_problem(msg), "no sender is given");
    ph_message_envelope_from(msg, "");
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_free(msg);
}

static const struct {
    const char *label;
    const char *input;
    const char *expected; /* recipients, each with a blank behind it */
} taken[] = {
    {"all three", "To: a@x\nCc: B <b@x>, c@x\nBcc: d@x\n\n",
     "a@x b@x c@x d@x "},
    {"Bcc, folded, any case", "bCc :\n s@x,\n\tt@x,\r\n  u@x\nTo: a@x\n\n",
     "a@x s@x t@x u@x "},
    {"several fields", "To: a@x\nTo: b@x\nTo: A@x\n\n", "a@x b@x A@x "},
    {"groups", "To: Team: a@x, b@x;\nCc: undisclosed-recipients:;\n\n",
     "a@x b@x "},
    {"latin-1 names", "To: J\xFCrgen <j@x>\n\n", "j@x "},
    {"encoded names", "To: =?utf-8?q?x=40evil?= <j@x>\n\n", "j@x "},
    {"not from the body", "To: a@x\n\nTo: b@x\n", "a@x "},
    {"not from others", "To: a@x\nReply-To: r@x\nX-To: y@x\nFrom: f@x\n\n",
     "a@x "},
    {"sent again: only those of now",
     "Resent-To: n@x\nResent-Bcc: m@x\nTo: a@x\nBcc: d@x\n\n", "n@x m@x "},
    {"sent again, to blind ones only", "Resent-Bcc: m@x\nTo: a@x\n\n", "m@x "},
    {"nothing is left of the message", "Bcc: m@x\n", "m@x "},
};

static void recipients_are_taken_from_the_header(void **state)
{
    for (size_t i = 0; i < COUNT(taken) * 2; i++) {
        const char *text = taken[i / 2].input;
        struct ph_message *msg = ph_message_new();
        struct ph_slice out;
        char got[200] = "";
        ph_message_envelope_from(msg, "f@x");
        if (i % 2)
            ph_message_take_recipients(msg);
        ph_message_ready(msg, text, strlen(text), false);
        ph_message_take_recipients(msg);
        for (size_t k = 0; k < ph_message_recipient_count(msg); k++) {
            strncat(got, ph_message_recipient(msg, k), 20);
            strncat(got, " ", 2);
        }
        if (strcmp(got, taken[i / 2].expected) != 0)
            fail_msg("%s: %s (%s)", taken[i / 2].label, got,
                     ph_message_problem(msg));
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        assert_null(strcasestr(out.data, "bcc"));
        ph_message_free(msg);
    }
}

static void a_bad_address_in_the_header_is_named(void **state)
{
    struct ph_message *msg = ph_message_new();
    static const char text[] = "To: a@x\nCc: b@x, nobody\n\n";
    ph_message_take_recipients(msg);
    assert_string_equal(ph_message_problem(msg),
                        "there is no ready message to take recipients from");
    ph_message_ready(msg, text, strlen(text), false);
    assert_int_equal(ph_message_check(msg), PH_E_ADDRESS);
    assert_string_equal(ph_message_problem(msg), "Cc: 'nobody' has no domain");
    ph_message_free(msg);
}

static struct ph_message *binary(const char *data, size_t len)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    ph_message_ready_binary(msg, data, len);
    ph_message_envelope_from(msg, "a@x");
    ph_message_envelope_to(msg, "b@x");
    return msg;
}

#define BYTES(text) text, sizeof(text) - 1

/* BD-05 */
static void binary_content_is_sent_octet_for_octet(void **state)
{
    static const struct {
        const char *label;
        const char *input;
        size_t len;
        const char *expected;
        size_t expected_len;
        bool eight_bit;
    } binaries[] = {
        {"no line end", BYTES("A: 1\r\n\r\nx"), BYTES("A: 1\r\n\r\nx"), false},
        {"NUL, CR, LF", BYTES("A: 1\r\n\r\n\0\r\n\n\r\r.\0"),
         BYTES("A: 1\r\n\r\n\0\r\n\n\r\r.\0"), false},
        {"high octets", BYTES("A: 1\r\n\r\n\xFF\0"),
         BYTES("A: 1\r\n\r\n\xFF\0"), true},
        {"Bcc goes", BYTES("bCc :\r\n \xC3\xBC@x\r\nA: 1\r\n\r\n\0"),
         BYTES("A: 1\r\n\r\n\0"), false},
        {"Bcc behind the header stays", BYTES("A: 1\r\n\r\nBcc: s@x\n\n"),
         BYTES("A: 1\r\n\r\nBcc: s@x\n\n"), false},
        {"its header is text", BYTES("A: 1\nBcc: s@x\n\nx\n\0"),
         BYTES("A: 1\r\n\r\nx\n\0"), false},
        {"header only", BYTES("A: 1"), BYTES("A: 1\r\n"), false},
        {"no header", BYTES("\r\n\0\n"), BYTES("\r\n\0\n"), false},
        {"nothing", BYTES(""), BYTES(""), false},
    };
    for (size_t i = 0; i < COUNT(binaries); i++) {
        struct ph_message *msg = binary(binaries[i].input, binaries[i].len);
        struct ph_slice out;
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        if (out.len != binaries[i].expected_len ||
            memcmp(out.data, binaries[i].expected, out.len) != 0)
            fail_msg("%s: %s", binaries[i].label, out.data);
        assert_true(ph__message_binary(msg));
        assert_int_equal(ph__message_eight_bit(msg), binaries[i].eight_bit);
        assert_false(ph__message_has_utf8_header(msg));
        ph_message_free(msg);
    }
}

/* S23, S29: whoever takes a CR for a line end would see a Bcc in it. */
static void the_header_of_binary_content_is_made_of_lines(void **state)
{
    char long_line[1100];
    memset(long_line, 'x', sizeof(long_line));
    memcpy(long_line, "A: ", 3);
    memcpy(long_line + 999, "\r\n\r\n", 4);
    const struct {
        const char *data;
        size_t len;
        const char *problem;
    } wrong[] = {
        {BYTES("A: 1\rBcc: s@x\r\n\r\n\0"), "message: line 1 has a lone CR"},
        {BYTES("A: 1\r\nB: \0\r\n\r\nx"), "message: line 2 has a NUL"},
        {BYTES("\0"), "message: line 1 has a NUL"},
        {long_line, sizeof(long_line),
         "message: line 1 has more than 998 octets"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph_message *msg = binary(wrong[i].data, wrong[i].len);
        assert_int_equal(ph_message_check(msg), PH_E_CONTENT);
        assert_string_equal(ph_message_problem(msg), wrong[i].problem);
        ph_message_free(msg);
    }
}

/* Of a message cut anywhere, what is kept is kept as it was. */
static void every_prefix_of_binary_content_is_taken(void **state)
{
    static const char text[] = "To: a@x\r\nBcc: s@x\r\n\r\n\0\r\xFF\n\r\n\0";
    static const char kept[] = "To: a@x\r\n\r\n\0\r\xFF\n\r\n\0";
    enum { HEADER = 21, KEPT_HEADER = 11 };
    for (size_t len = HEADER; len < sizeof(text); len++) {
        struct ph_message *msg = binary(text, len);
        struct ph_slice out;
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        assert_int_equal(out.len, KEPT_HEADER + len - HEADER);
        assert_memory_equal(out.data, kept, out.len);
        ph_message_free(msg);
    }
    for (size_t len = 0; len < HEADER; len++) {
        struct ph_message *msg = binary(text, len);
        /* Cut behind a CR, which then stands alone. */
        bool lone = len && text[len - 1] == '\r';
        assert_int_equal(ph_message_check(msg), lone ? PH_E_CONTENT : PH_OK);
        ph_message_free(msg);
    }
}

static void binary_is_what_was_said_last(void **state)
{
    struct ph_message *msg = binary(BYTES("To: a@x\n\n\0"));
    ph_message_take_recipients(msg);
    assert_int_equal(ph_message_recipient_count(msg), 2);
    ph_message_ready(msg, "A: 1\n\n", 6, false);
    assert_false(ph__message_binary(msg));
    ph_message_ready_binary(msg, NULL, 0);
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    ph_message_free(msg);
    ph_message_ready_binary(NULL, "", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_line_ends_and_bcc_change),
        cmocka_unit_test(what_cannot_be_sent_is_refused_by_line),
        cmocka_unit_test(the_message_id_is_found),
        cmocka_unit_test(eight_bit_is_what_is_sent),
        cmocka_unit_test(
            address_calls_set_only_the_envelope_of_a_ready_message),
        cmocka_unit_test(a_ready_message_is_not_composed),
        cmocka_unit_test(the_sender_of_a_ready_message_must_be_given),
        cmocka_unit_test(recipients_are_taken_from_the_header),
        cmocka_unit_test(a_bad_address_in_the_header_is_named),
        cmocka_unit_test(binary_content_is_sent_octet_for_octet),
        cmocka_unit_test(the_header_of_binary_content_is_made_of_lines),
        cmocka_unit_test(every_prefix_of_binary_content_is_taken),
        cmocka_unit_test(binary_is_what_was_said_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
