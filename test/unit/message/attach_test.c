#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ph_message *simple(void)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@y.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    return msg;
}

/* What stands behind MIME-Version. */
static const char *rendered(struct ph_message *msg)
{
    static const char mime[] = "MIME-Version: 1.0\r\n";
    struct ph_slice got;
    if (ph_message_render(msg, &got))
        fail_msg("%s", ph_message_problem(msg));
    assert_int_equal(got.len, strlen(got.data));
    return strstr(got.data, mime) + sizeof(mime) - 1;
}

static void check(const struct ph_attachment *a, const char *expected)
{
    struct ph_message *msg = simple();
    ph_message_attach(msg, a);
    assert_string_equal(rendered(msg), expected);
    ph_message_free(msg);
}

static void check_refused(const struct ph_attachment *a, int code,
                          const char *problem)
{
    struct ph_message *msg = simple();
    ph_message_attach(msg, a);
    assert_int_equal(ph_message_check(msg), code);
    assert_string_equal(ph_message_problem(msg), problem);
    ph_message_free(msg);
}

static void all_fields_are_written(void **state)
{
    check(PH_ATTACHMENT(.data = "a\0b", .len = 3, .type = "image/png",
                        .name = "a.png", .inline_id = "1@x",
                        .description = "\xC3\xBC"),
          "Content-Type: image/png; name=\"a.png\"\r\n"
          "Content-Transfer-Encoding: base64\r\n"
          "Content-Disposition: inline; filename=\"a.png\"\r\n"
          "Content-ID: <1@x>\r\n"
          "Content-Description: =?utf-8?B?w7w=?=\r\n"
          "\r\nYQBi\r\n");
    check(PH_ATTACHMENT(.data = "", .len = 0),
          "Content-Type: application/octet-stream\r\n"
          "Content-Transfer-Encoding: base64\r\n"
          "Content-Disposition: attachment\r\n"
          "\r\n");
    check(PH_ATTACHMENT(.data = "", .type = "a/b; name=x", .name = "y"),
          "Content-Type: a/b; name=x\r\n"
          "Content-Transfer-Encoding: base64\r\n"
          "Content-Disposition: attachment; filename=\"y\"\r\n"
          "\r\n");
}

/* Text is legible where that changes no octet of it. */
static void the_encoding_keeps_every_octet(void **state)
{
    static const struct {
        const char *type;
        const char *data;
        const char *expected; /* behind "Content-Type: " */
    } cases[] = {
        {"text/x", "a\r\nb\r\n", "text/x\r\n|7bit|a\r\nb\r\n"},
        {"text/x", "a\nb\n", "text/x\r\n|base64|YQpiCg==\r\n"},
        {"text/x", "a\r\nb\n", "text/x\r\n|base64|YQ0KYgo=\r\n"},
        {"text/x", "a\r\nb", "text/x\r\n|base64|YQ0KYg==\r\n"},
        {"text/x", "a\rb\r\n", "text/x\r\n|base64|YQ1iDQo=\r\n"},
        {"text/x", "From a\r\n", "text/x\r\n|quoted-printable|=46rom a\r\n"},
        {"text/x", "a \r\n", "text/x\r\n|quoted-printable|a=20\r\n"},
        {"text/x", "\n", "text/x\r\n|base64|Cg==\r\n"},
        {"text/x", "abcdefghijk\xC3\xBC\r\n",
         "text/x; charset=utf-8\r\n|quoted-printable|abcdefghijk=C3=BC\r\n"},
        {"text/x", "\xC3\xBC\r\n",
         "text/x; charset=utf-8\r\n|base64|w7wNCg==\r\n"},
        {"text/x", "\xFC\r\n", "text/x\r\n|base64|/A0K\r\n"},
        {"TEXT/x; Charset=a", "\xC3\xBC\r\n",
         "TEXT/x; Charset=a\r\n|base64|w7wNCg==\r\n"},
        {"application/json", "{}\r\n",
         "application/json\r\n|base64|e30NCg==\r\n"},
        {"message/rfc822", "A: b\n\nc",
         "message/rfc822\r\n|7bit|A: b\r\n\r\nc\r\n"},
        {"message/rfc822", "A: b\n\n\xFC",
         "message/rfc822\r\n|8bit|A: b\r\n\r\n\xFC\r\n"},
        {"message/global", "A: b\n\n",
         "message/global\r\n|base64|QTogYgoK\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char expected[300];
        const char *bar = strchr(cases[i].expected, '|');
        const char *body = strchr(bar + 1, '|');
        snprintf(expected, sizeof(expected),
                 "Content-Type: %.*sContent-Transfer-Encoding: %.*s\r\n"
                 "Content-Disposition: attachment\r\n\r\n%s",
                 (int)(bar - cases[i].expected), cases[i].expected,
                 (int)(body - bar - 1), bar + 1, body + 1);
        check(PH_ATTACHMENT(.data = cases[i].data, .len = strlen(cases[i].data),
                            .type = cases[i].type),
              expected);
    }
}

static void only_messages_with_high_octets_take_8bitmime(void **state)
{
    struct ph_message *msg = simple();
    ph_message_text(msg, "\xC3\xBC");
    ph_message_attach(msg, PH_ATTACHMENT(.data = "\xC3\xBC", .len = 2));
    assert_false(ph__message_eight_bit(msg));
    ph_message_attach(msg, PH_ATTACHMENT(.data = "A:\xC3\xBC\n", .len = 5,
                                         .type = "message/rfc822"));
    assert_true(ph__message_eight_bit(msg));
    assert_non_null(strstr(rendered(msg), "_1\"\r\n"
                                          "Content-Transfer-Encoding: 8bit"));
    ph_message_free(msg);
}

/* S22. */
static void what_cannot_be_sent_is_refused_with_words(void **state)
{
    check_refused(PH_ATTACHMENT(.name = "x"), PH_E_INVALID,
                  "attach: takes either data or a path");
    check_refused(PH_ATTACHMENT(.data = "x", .path = "x"), PH_E_INVALID,
                  "attach: takes either data or a path");
    check_refused(&(struct ph_attachment){.data = "x"}, PH_E_INVALID,
                  "attach: was not made by PH_ATTACHMENT");
    check_refused(PH_ATTACHMENT(.data = "", .type = "text"), PH_E_HEADER,
                  "attach: 'text' is not of the form type/subtype");
    check_refused(
        PH_ATTACHMENT(.data = "", .type = "multipart/x"), PH_E_HEADER,
        "attach: 'multipart/x' is made of parts: attach each of them");
    check_refused(PH_ATTACHMENT(.data = "", .name = "a/b"), PH_E_HEADER,
                  "attach: 'a/b' is a path, not the name of a file");
    check_refused(PH_ATTACHMENT(.data = "", .name = "a\"\r\nX: y"), PH_E_HEADER,
                  "attach: 'a\"??X: y' has a control character or line end");
    check_refused(PH_ATTACHMENT(.data = "", .inline_id = "<a@b>"), PH_E_HEADER,
                  "attach: '<a@b>' is not of the form left@right");
    check_refused(PH_ATTACHMENT(.data = "", .description = "a\nb"), PH_E_HEADER,
                  "attach: 'a?b' has a control character or line end");
    check_refused(PH_ATTACHMENT(.data = "A: b\n\n\r.\r", .len = 9,
                                .type = "message/rfc822"),
                  PH_E_CONTENT, "attach: line 3 has a lone CR");
    check_refused(
        PH_ATTACHMENT(.path = "/nowhere/x"), PH_E_SYSTEM,
        "attach: '/nowhere/x' cannot be read: No such file or directory");
    check_refused(PH_ATTACHMENT(.path = "/dev/zero"), PH_E_SYSTEM,
                  "attach: '/dev/zero' cannot be read: it is not a file");
    check_refused(PH_ATTACHMENT(.data = "", .len = SIZE_MAX), PH_E_LIMIT,
                  "attach: larger than a limit allows");
    check_refused(PH_ATTACHMENT(.data = "", .len = SIZE_MAX, .type = "text/x"),
                  PH_E_LIMIT, "attach: larger than a limit allows");
}

static void a_content_id_is_had_by_one(void **state)
{
    struct ph_message *msg = simple();
    ph_message_attach(msg, PH_ATTACHMENT(.data = "", .inline_id = "a@b"));
    ph_message_attach(msg, PH_ATTACHMENT(.data = "", .inline_id = "b@b"));
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_attach(msg, PH_ATTACHMENT(.data = "", .inline_id = "a@b"));
    assert_string_equal(ph_message_problem(msg),
                        "attach: 'a@b' is the Content-ID of another "
                        "attachment");
    ph_message_free(msg);
}

static void a_thousand_are_enough(void **state)
{
    struct ph_message *msg = simple();
    for (size_t i = 0; i < 1000; i++)
        ph_message_attach(msg, PH_ATTACHMENT(.data = ""));
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_attach(msg, PH_ATTACHMENT(.data = ""));
    assert_int_equal(ph_message_check(msg), PH_E_LIMIT);
    ph_message_free(msg);
}

static void a_file_is_read_at_once_and_named_as_it_is(void **state)
{
    char path[] = "/tmp/posthaste-attach-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    close(fd);
    struct ph_message *msg = simple();
    ph_message_attach(msg, PH_ATTACHMENT(.path = path));
    unlink(path);
    const char *got = rendered(msg);
    assert_non_null(strstr(got, "\r\n\r\nYWJj\r\n"));
    const char *name = strstr(got, "filename=\"posthaste-attach-");
    assert_non_null(name);
    assert_memory_equal(name + 10, path + 5, strlen(path + 5));
    ph_message_free(msg);
}

static void a_ready_message_takes_no_attachment(void **state)
{
    struct ph_message *msg = ph_message_new();
    ph_message_ready(msg, "A: b\n\n", 6, false);
    ph_message_envelope_from(msg, "");
    ph_message_envelope_to(msg, "a@x.org");
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_attach(msg, PH_ATTACHMENT(.data = ""));
    assert_int_equal(ph_message_check(msg), PH_E_INVALID);
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields_are_written),
        cmocka_unit_test(the_encoding_keeps_every_octet),
        cmocka_unit_test(only_messages_with_high_octets_take_8bitmime),
        cmocka_unit_test(what_cannot_be_sent_is_refused_with_words),
        cmocka_unit_test(a_content_id_is_had_by_one),
        cmocka_unit_test(a_thousand_are_enough),
        cmocka_unit_test(a_file_is_read_at_once_and_named_as_it_is),
        cmocka_unit_test(a_ready_message_takes_no_attachment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
