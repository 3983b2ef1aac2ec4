#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

static void check_render(struct ph_message *msg, const char *expected)
{
    struct ph_slice got;
    int rc = ph_message_render(msg, &got);
    if (rc)
        fail_msg("%s: %s", ph_strerror(rc), ph_message_problem(msg));
    assert_string_equal(got.data, expected);
    assert_int_equal(got.len, strlen(expected));
}

static void headers_have_one_order_whatever_the_calls(void **state)
{
    struct ph_message *msg = ph_message_new();
    ph_message_text(msg, "Hello\n");
    ph_message_header(msg, "X-One", "1");
    ph_message_id(msg, "1@x.org");
    ph_message_date(msg, 1751360703);
    ph_message_subject(msg, "Hi");
    ph_message_reply_to(msg, "r@x.org");
    ph_message_bcc(msg, "b@y.org");
    ph_message_cc(msg, "c@y.org");
    ph_message_to(msg, "Bob Lee <bob@y.org>");
    ph_message_header(msg, "X-Two", "2");
    ph_message_to(msg, "\"Lee, C.\" <d@y.org>");
    ph_message_from(msg, "Ann <ann@x.org>");
    check_render(msg, "From: Ann <ann@x.org>\r\n"
                      "To: Bob Lee <bob@y.org>, \"Lee, C.\" <d@y.org>\r\n"
                      "Cc: c@y.org\r\n"
                      "Reply-To: r@x.org\r\n"
                      "Subject: Hi\r\n"
                      "Date: Tue, 01 Jul 2025 09:05:03 +0000\r\n"
                      "Message-ID: <1@x.org>\r\n"
                      "X-One: 1\r\n"
                      "X-Two: 2\r\n"
                      "MIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: 7bit\r\n"
                      "\r\n"
                      "Hello\r\n");
    assert_false(ph__message_eight_bit(msg));
    assert_string_equal(ph_message_sender(msg), "ann@x.org");
    assert_int_equal(ph_message_recipient_count(msg), 4);
    assert_string_equal(ph_message_recipient(msg, 0), "b@y.org");
    assert_string_equal(ph_message_recipient(msg, 3), "d@y.org");
    assert_null(ph_message_recipient(msg, 4));
    ph_message_free(msg);
}

static void the_last_from_subject_text_date_and_id_count(void **state)
{
    struct ph_message *msg = simple();
    ph_message_from(msg, "zoe@x.org");
    ph_message_subject(msg, "old");
    ph_message_subject(msg, "new");
    ph_message_text(msg, "f\xC3\xBCr\n");
    ph_message_text(msg, "new\n");
    ph_message_date(msg, 86400);
    ph_message_id(msg, "2@x.org");
    check_render(msg, "From: zoe@x.org\r\n"
                      "To: bob@y.org\r\n"
                      "Subject: new\r\n"
                      "Date: Fri, 02 Jan 1970 00:00:00 +0000\r\n"
                      "Message-ID: <2@x.org>\r\n"
                      "MIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: 7bit\r\n"
                      "\r\n"
                      "new\r\n");
    assert_string_equal(ph_message_sender(msg), "zoe@x.org");
    ph_message_free(msg);
}

static void a_change_after_rendering_is_rendered(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice before, after;
    assert_int_equal(ph_message_render(msg, &before), PH_OK);
    assert_null(strstr(before.data, "Subject"));
    ph_message_subject(msg, "later");
    assert_int_equal(ph_message_render(msg, &after), PH_OK);
    assert_non_null(strstr(after.data, "Subject: later\r\n"));
    ph_message_free(msg);
}

/* RFC 5322 3.6.2 */
static void several_authors_have_one_sender(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    ph_message_from(msg, "a@x.org, B <b@x.org>");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_memory_equal(
        out.data, "From: a@x.org, B <b@x.org>\r\nSender: a@x.org\r\nTo:", 48);
    ph_message_header(msg, "Sender", "b@x.org");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_null(strstr(out.data, "Sender: a@x.org"));
    assert_non_null(strstr(out.data, "Sender: b@x.org\r\n"));
    ph_message_free(msg);
}

static void other_headers_of_mailboxes_are_written_strictly(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    ph_message_header(msg, "Sender", "J\xC3\xBCrgen Q. <j@x.org> (me)");
    ph_message_header(msg, "X-Note", "J\xC3\xBCrgen Q. <j@x.org>");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_non_null(
        strstr(out.data, "Sender: =?utf-8?Q?J=C3=BCrgen_Q=2E?= <j@x.org>\r\n"));
    assert_non_null(
        strstr(out.data, "X-Note: =?utf-8?Q?J=C3=BCrgen?= Q. <j@x.org>\r\n"));
    assert_int_equal(ph_message_recipient_count(msg), 1);
    ph_message_free(msg);
}

static void date_and_id_are_asked_for(void **state)
{
    struct ph_message *msg = ph_message_new();
    struct ph_slice out = {"untouched", 9};
    ph_message_from(msg, "a@x");
    ph_message_to(msg, "b@x");
    assert_true(ph__message_needs_date(msg));
    assert_true(ph__message_needs_id(msg));
    assert_string_equal(ph__message_id(msg), "");
    assert_int_equal(ph_message_check(msg), PH_OK);
    assert_int_equal(ph_message_render(msg, &out), PH_E_INVALID);
    ph_message_date(msg, 0);
    assert_false(ph__message_needs_date(msg));
    assert_int_equal(ph_message_render(msg, &out), PH_E_INVALID);
    assert_string_equal(out.data, "untouched");
    ph_message_id(msg, "x@y");
    assert_false(ph__message_needs_id(msg));
    assert_string_equal(ph__message_id(msg), "x@y");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    ph_message_free(msg);
}

static void the_envelope_can_differ_from_the_header(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    ph_message_envelope_from(msg, "");
    ph_message_envelope_to(msg, "c@z.org");
    ph_message_envelope_to(msg, "bob@Y.org");
    assert_string_equal(ph_message_sender(msg), "");
    assert_int_equal(ph_message_recipient_count(msg), 2);
    assert_string_equal(ph_message_recipient(msg, 1), "c@z.org");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_null(strstr(out.data, "c@z.org"));
    ph_message_envelope_from(msg, "bounce@x.org");
    assert_string_equal(ph_message_sender(msg), "bounce@x.org");
    ph_message_free(msg);
}

/* U23, MG-08 */
static void bcc_is_in_the_envelope_only(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    ph_message_bcc(msg, "Secret <s@z.org>, bob@y.org");
    assert_int_equal(ph_message_recipient_count(msg), 2);
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_null(strstr(out.data, "z.org"));
    assert_null(strcasestr(out.data, "bcc"));
    ph_message_free(msg);
}

/* U35: 500 recipients, a long subject; MG-04 */
static void large_headers_keep_short_lines(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    char text[2049];
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof(text), "N\xC3\xA4me, %d <user%d@example.org>", i,
                 i);
        for (char *c = strchr(text, ','); c; c = NULL)
            *c = ' ';
        ph_message_to(msg, text);
    }
    for (size_t i = 0; i < 2048; i += 2)
        memcpy(text + i, "\xC3\xBC", 3);
    ph_message_subject(msg, text);
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_int_equal(ph_message_recipient_count(msg), 501);
    for (const char *s = out.data; *s;) {
        size_t len = strcspn(s, "\r");
        assert_in_range(len, 0, 78);
        s += len + 2;
    }
    ph_message_free(msg);
}

enum call { FROM, TO, CC, BCC, REPLY, SUBJECT, VALUE, NAME, ID, EFROM, ETO };

static void call(struct ph_message *msg, enum call which, const char *s)
{
    switch (which) {
    case FROM:
        ph_message_from(msg, s);
        break;
    case TO:
        ph_message_to(msg, s);
        break;
    case CC:
        ph_message_cc(msg, s);
        break;
    case BCC:
        ph_message_bcc(msg, s);
        break;
    case REPLY:
        ph_message_reply_to(msg, s);
        break;
    case SUBJECT:
        ph_message_subject(msg, s);
        break;
    case VALUE:
        ph_message_header(msg, "X-Test", s);
        break;
    case NAME:
        ph_message_header(msg, s, "value");
        break;
    case ID:
        ph_message_id(msg, s);
        break;
    case EFROM:
        ph_message_envelope_from(msg, s);
        break;
    case ETO:
        ph_message_envelope_to(msg, s);
        break;
    }
}

/* MG-07, S19, S22: at the start, in the middle, at the end. */
static void no_string_carries_a_line_end(void **state)
{
    static const char *const wrong[] = {
        "\r\n",     "\n", "\r", "\t", "\x01", "\x7F", "\r\nRCPT TO:<e@vil>\r\n",
        "\r\n \r\n"};
    static const char *const frames[][2] = {{"", "a@x.org"},
                                            {"a@x", ".org"},
                                            {"a@x.org", ""},
                                            {"A", " <a@x.org>"},
                                            {"\"", "\"@x.org"}};
    for (enum call which = FROM; which <= ETO; which++) {
        for (size_t i = 0; i < COUNT(wrong) * COUNT(frames); i++) {
            const char *const *frame = frames[i % COUNT(frames)];
            char text[100];
            struct ph_message *msg = simple();
            struct ph_slice out;
            snprintf(text, sizeof(text), "%s%s%s", frame[0],
                     wrong[i / COUNT(frames)], frame[1]);
            call(msg, which, text);
            int rc = ph_message_check(msg);
            if (rc != PH_E_HEADER && rc != PH_E_ADDRESS)
                fail_msg("call %d took %s", which, text);
            assert_int_equal(ph_message_render(msg, &out), rc);
            assert_null(strpbrk(ph_message_problem(msg), "\r\n"));
            ph_message_free(msg);
        }
    }
}

static const struct {
    enum call call;
    const char *input;
    int code;
    const char *problem;
} problems[] = {
    {TO, "a@b@c", PH_E_ADDRESS, "to: 'a@b@c' has two @"},
    {TO, "", PH_E_ADDRESS, "to: '' has no address"},
    {TO, "undisclosed-recipients:;", PH_E_ADDRESS,
     "to: 'undisclosed-recipients:;' has no address"},
    {CC, "good@x, bad@", PH_E_ADDRESS, "cc: 'bad@' has nothing behind the @"},
    {BCC, "x", PH_E_ADDRESS, "bcc: 'x' has no domain"},
    {BCC, " ", PH_E_ADDRESS, "bcc: ' ' has no address"},
    {FROM, "postmaster", PH_E_ADDRESS, "from: 'postmaster' has no domain"},
    {FROM, "<>", PH_E_ADDRESS, "from: '<>' is empty"},
    {REPLY, "A <a@b", PH_E_ADDRESS, "reply-to: 'A <a@b' has no closing >"},
    {EFROM, "A <a@b>", PH_E_ADDRESS,
     "envelope-from: 'A <a@b>' has a character that needs quotes"},
    {ETO, "", PH_E_ADDRESS, "envelope-to: '' is empty"},
    {ETO, "a@\xC3\xBC..org", PH_E_ADDRESS, /* U24 */
     "envelope-to: 'a@\xC3\xBC..org' has an empty label in its domain"},
    {TO, "A <a@\xF0\x9F\x93\xAE.org>", PH_E_ADDRESS,
     "to: 'A <a@\xF0\x9F\x93\xAE.org>' has a domain that has no ASCII form "
     "(IDNA)"},
    {SUBJECT, "a\nb", PH_E_HEADER,
     "subject: 'a?b' has a control character or line end"},
    {SUBJECT, "\xFC", PH_E_HEADER, "subject: '?' is not UTF-8"},
    {NAME, "X Y", PH_E_HEADER,
     "header: 'X Y' has a character that no header name has"},
    {NAME, "bcc", PH_E_HEADER,
     "header: 'bcc' is not set as a header: it has an option or a call of its "
     "own"},
    {NAME, "Resent-BCC", PH_E_HEADER,
     "header: 'Resent-BCC' is not set as a header: it has an option or a call "
     "of its own"},
    {NAME, "Sender", PH_E_ADDRESS, "Sender: 'value' has no domain"},
    {ID, "<a@b>", PH_E_HEADER,
     "message-id: '<a@b>' is not of the form left@right"},
};

static void problems_are_told_in_words(void **state)
{
    for (size_t i = 0; i < COUNT(problems); i++) {
        struct ph_message *msg = simple();
        assert_string_equal(ph_message_problem(msg), "");
        call(msg, problems[i].call, problems[i].input);
        assert_string_equal(ph_message_problem(msg), problems[i].problem);
        assert_int_equal(ph_message_check(msg), problems[i].code);
        ph_message_free(msg);
    }
}

static void the_first_error_stays(void **state)
{
    struct ph_message *msg = simple();
    ph_message_to(msg, "nonsense");
    ph_message_subject(msg, "a\nb");
    ph_message_to(msg, "c@y.org");
    assert_int_equal(ph_message_check(msg), PH_E_ADDRESS);
    assert_string_equal(ph_message_problem(msg),
                        "to: 'nonsense' has no domain");
    ph_message_free(msg);
}

static void long_words_from_outside_are_cut(void **state)
{
    struct ph_message *msg = simple();
    char text[2000];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ph_message_to(msg, text);
    const char *problem = ph_message_problem(msg);
    assert_in_range(strlen(problem), 100, 200);
    assert_non_null(strstr(problem, "x...' has no domain"));
    ph_message_free(msg);
}

static void headers_that_come_once_come_once(void **state)
{
    static const char *const names[] = {"References", "in-reply-to"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct ph_message *msg = simple();
        ph_message_header(msg, names[i], "<a@b>");
        ph_message_header(msg, "Comments", "one");
        ph_message_header(msg, "Comments", "two");
        assert_int_equal(ph_message_check(msg), PH_OK);
        ph_message_header(msg, names[i], "<c@d>");
        assert_int_equal(ph_message_check(msg), PH_E_HEADER);
        ph_message_free(msg);
    }
}

static void what_is_missing_is_invalid(void **state)
{
    struct ph_message *msg = ph_message_new();
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    assert_string_equal(ph_message_problem(msg), "no From is given");
    ph_message_envelope_from(msg, "a@b");
    assert_string_equal(ph_message_problem(msg), "no From is given");
    ph_message_from(msg, "a@b");
    assert_string_equal(ph_message_problem(msg), "no recipient is given");
    ph_message_reply_to(msg, "c@d");
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    ph_message_to(msg, "c@d");
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_text(msg, NULL);
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    ph_message_free(msg);
}

static void no_message_is_out_of_memory(void **state)
{
    struct ph_slice out;
    ph_message_from(NULL, "a@b");
    ph_message_date(NULL, 0);
    ph_message_text(NULL, "x");
    ph_message_ready(NULL, "x", 1, false);
    ph_message_take_recipients(NULL);
    assert_int_equal(ph_message_check(NULL), PH_E_NOMEM);
    assert_int_equal(ph_message_render(NULL, &out), PH_E_NOMEM);
    assert_string_equal(ph_message_problem(NULL), "out of memory");
    assert_int_equal(ph_message_recipient_count(NULL), 0);
    assert_null(ph_message_recipient(NULL, 0));
    assert_string_equal(ph_message_sender(NULL), "");
    ph_message_free(NULL);
}

static const struct {
    const char *label;
    const char *text;
    const char *tail; /* of the message, or the problem */
    int code;
} texts[] = {
    {"none", "", "7bit\r\n\r\n", PH_OK},
    {"no line end", "a", "7bit\r\n\r\na\r\n", PH_OK},
    {"dots", ".\n", "7bit\r\n\r\n.\r\n", PH_OK}, /* S23: stuffed later */
    {"Q", "gr\xC3\xBCn und blau",
     "quoted-printable\r\n\r\ngr=C3=BCn und blau\r\n", PH_OK},
    {"B", "\xC3\xBC\xC3\xBC", "base64\r\n\r\nw7zDvA0K\r\n", PH_OK},
    {"CR", "a\nb\rc", "text: line 2 has a lone CR", PH_E_CONTENT}, /* U34 */
    {"smuggled", "a\r\n.\r\rb", "text: line 2 has a lone CR", PH_E_CONTENT},
    {"latin-1", "gr\xFCn", "text: is not UTF-8", PH_E_CONTENT},
};

static void text_is_made_fit(void **state)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ph_message *msg = simple();
        struct ph_slice out = {"", 0};
        ph_message_text(msg, texts[i].text);
        assert_int_equal(ph_message_check(msg), texts[i].code);
        assert_int_equal(ph_message_render(msg, &out), texts[i].code);
        const char *got = texts[i].code ? ph_message_problem(msg) : out.data;
        size_t len = strlen(texts[i].tail);
        assert_true(strlen(got) >= len);
        assert_string_equal(got + strlen(got) - len, texts[i].tail);
        ph_message_free(msg);
    }
}

static void dates_outside_the_grammar_are_refused(void **state)
{
    struct ph_message *msg = simple();
    ph_message_date(msg, INT64_MAX);
    assert_int_equal(ph_message_check(msg), PH_E_HEADER);
    assert_string_equal(ph_message_problem(msg),
                        "date: is before 1900 or after 9999");
    ph_message_free(msg);
}

static void a_long_id_is_not_folded(void **state)
{
    struct ph_message *msg = simple();
    struct ph_slice out;
    char id[301];
    memset(id, 'a', 300);
    id[100] = '@';
    id[300] = '\0';
    ph_message_id(msg, id);
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_non_null(strstr(out.data, "\r\nMessage-ID: <aaa"));
    assert_string_equal(ph__message_id(msg), id);
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_have_one_order_whatever_the_calls),
        cmocka_unit_test(the_last_from_subject_text_date_and_id_count),
        cmocka_unit_test(a_change_after_rendering_is_rendered),
        cmocka_unit_test(several_authors_have_one_sender),
        cmocka_unit_test(other_headers_of_mailboxes_are_written_strictly),
        cmocka_unit_test(date_and_id_are_asked_for),
        cmocka_unit_test(the_envelope_can_differ_from_the_header),
        cmocka_unit_test(bcc_is_in_the_envelope_only),
        cmocka_unit_test(large_headers_keep_short_lines),
        cmocka_unit_test(no_string_carries_a_line_end),
        cmocka_unit_test(problems_are_told_in_words),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(long_words_from_outside_are_cut),
        cmocka_unit_test(headers_that_come_once_come_once),
        cmocka_unit_test(what_is_missing_is_invalid),
        cmocka_unit_test(no_message_is_out_of_memory),
        cmocka_unit_test(text_is_made_fit),
        cmocka_unit_test(dates_outside_the_grammar_are_refused),
        cmocka_unit_test(a_long_id_is_not_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
