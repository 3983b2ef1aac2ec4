#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "web/limits.h"
#include "web/mail.h"

static int set_up(void **state)
{
    ph__web_mail_begin();
    return 0;
}

static struct ph__web_mail *open_text(const char *text)
{
    struct ph__web_mail *m;
    assert_int_equal(ph__web_mail_new(&m, text, strlen(text)), PH_OK);
    return m;
}

#define PART(type, rest) "--b\r\nContent-Type: " type "\r\n" rest "\r\n"

static const char several[] =
    "Subject: =?utf-8?q?caf=C3=A9?=\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n" /* */
    PART("text/plain", "\r\nfirst") PART("text/plain", "\r\nsecond")
        PART("text/html", "Content-Disposition: attachment\r\n\r\nsaved")
            PART("text/html", "\r\nshown")
                PART("image/png", "Content-ID: <a@b>\r\n\r\nPNG")
                    PART("image/svg+xml", "Content-ID: <c@d>\r\n\r\nSVG")
                        PART("application/pdf; name=\"../a.pdf\"",
                             "Content-Transfer-Encoding: base64\r\n\r\naGk=")
                            PART("message/rfc822",
                                 "\r\nSubject: inner\r\n\r\nx") "--b--\r\n";

static void parts_are_told_apart(void **state)
{
    static const enum ph__web_kind kinds[] = {
        PH__WEB_CONTAINER, PH__WEB_TEXT,      PH__WEB_ATTACHED,
        PH__WEB_ATTACHED,  PH__WEB_PAGE_PART, PH__WEB_EMBEDDED,
        PH__WEB_ATTACHED,  PH__WEB_ATTACHED,  PH__WEB_ATTACHED};
    enum { COUNT = sizeof(kinds) / sizeof(kinds[0]) };
    struct ph__web_mail *m = open_text(several);
    struct ph__buf octets = PH__BUF(1000);
    assert_int_equal(ph__web_mail_parts(m), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(ph__web_mail_part(m, i)->kind, kinds[i]);
        assert_int_equal(ph__web_mail_part(m, i)->depth, i > 0);
    }
    assert_string_equal(ph__web_mail_part(m, 5)->id, "a@b");
    assert_string_equal(ph__web_mail_part(m, 7)->name, "../a.pdf");
    assert_int_equal(ph__web_mail_octets(&octets, m, 7), PH_OK);
    assert_string_equal(octets.data, "hi");
    assert_int_equal(ph__web_mail_size(m, 7), 2);
    ph__buf_clear(&octets);
    assert_int_equal(ph__web_mail_octets(&octets, m, 8), PH_OK);
    assert_non_null(strstr(octets.data, "Subject: inner"));
    ph__buf_done(&octets);
    assert_string_equal(ph__web_mail_value(m, "subject"), "caf\xC3\xA9");
    assert_non_null(ph__web_mail_value(m, "content-type"));
    assert_null(ph__web_mail_value(m, "x-none"));
    ph__web_mail_free(m);
}

static void text_is_shown_whatever_it_claims_to_be_in(void **state)
{
    static const struct {
        const char *charset;
        const char *text;
        const char *expected;
    } cases[] = {
        {"utf-8", "caf\xC3\xA9", "caf\xC3\xA9"},
        {"us-ascii", "caf\xC3\xA9", "caf\xC3\xA9"},
        {"iso-8859-1", "caf\xE9", "caf\xC3\xA9"},
        {"koi8-r", "\xF0", "\xD0\x9F"},
        {"utf-8", "caf\xE9 \x80", "caf\xC3\xA9 \xE2\x82\xAC"},
        {"no-such-charset", "caf\xC3\xA9", "caf\xC3\xA9"},
        {"\"../../x\"", "caf\xE9", "caf\xC3\xA9"},
        {"\"utf-8//TRANSLIT\"", "caf\xE9", "caf\xC3\xA9"},
        {"utf-16", "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf mail = PH__BUF(1000), text = PH__BUF(1000);
        bool cut;
        ph__buf_format(&mail, "Content-Type: text/plain; charset=%s\r\n\r\n%s",
                       cases[i].charset, cases[i].text);
        struct ph__web_mail *m = open_text(mail.data);
        assert_int_equal(ph__web_mail_text(&text, &cut, m, 0, 1000), PH_OK);
        assert_string_equal(ph__buf_text(&text), cases[i].expected);
        ph__web_mail_free(m);
        ph__buf_done(&mail);
        ph__buf_done(&text);
    }
}

/* Everything it says of a message can go into JSON, and is bounded. */
static void look_at_all(const char *content, size_t len)
{
    struct ph__web_mail *m;
    struct ph__buf text = PH__BUF(PH__WEB_TEXT_BYTES);
    bool cut;
    assert_int_equal(ph__web_mail_new(&m, content, len), PH_OK);
    assert_true(ph__web_mail_parts(m) <= PH__WEB_PARTS);
    assert_true(ph__web_mail_fields(m) <= PH__WEB_HEADERS);
    for (size_t i = 0; i < ph__web_mail_fields(m); i++) {
        struct ph__web_field f = ph__web_mail_field(m, i);
        assert_true(ph__text_is_utf8(f.name, strlen(f.name)));
        assert_true(ph__text_is_utf8(f.value, strlen(f.value)));
    }
    for (size_t i = 0; i < ph__web_mail_parts(m); i++) {
        assert_true(ph__web_mail_part(m, i)->depth <= PH__WEB_DEPTH);
        ph__buf_clear(&text);
        assert_int_equal(
            ph__web_mail_text(&text, &cut, m, i, PH__WEB_TEXT_BYTES), PH_OK);
        assert_true(ph__text_is_utf8(ph__buf_text(&text), text.len));
    }
    ph__buf_done(&text);
    ph__web_mail_free(m);
}

static void a_message_may_end_anywhere(void **state)
{
    for (size_t len = 0; len <= sizeof(several) - 1; len++)
        look_at_all(several, len);
}

/* Any octet of it may be any other. */
static void a_message_may_be_damaged_anywhere(void **state)
{
    char copy[sizeof(several)];
    static const char bad[] = {'\0', '\xFF', '\n', '=', ';'};
    for (size_t at = 0; at < sizeof(several) - 1; at++) {
        memcpy(copy, several, sizeof(several));
        copy[at] = bad[at % sizeof(bad)];
        look_at_all(copy, sizeof(copy) - 1);
    }
}

static void repeat(struct ph__buf *out, const char *format, int times)
{
    for (int i = 0; i < times; i++)
        assert_int_equal(ph__buf_format(out, format, i, i), PH_OK);
}

static void parts_and_fields_without_end_are_cut(void **state)
{
    static const struct {
        const char *first;
        const char *each; /* may hold its number twice */
        int times;
    } cases[] = {
        {"Subject: deep\r\n",
         "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", 3000},
        {"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
         "--b\r\n\r\n%d %d\r\n", PH__WEB_PARTS + 1},
        {"", "X-%d: %d\r\n", PH__WEB_HEADERS + 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf mail = PH__BUF(1 << 20);
        assert_int_equal(ph__buf_add_text(&mail, cases[i].first), PH_OK);
        repeat(&mail, cases[i].each, cases[i].times);
        struct ph__web_mail *m = open_text(mail.data);
        assert_true(ph__web_mail_cut(m));
        ph__web_mail_free(m);
        look_at_all(mail.data, mail.len);
        ph__buf_done(&mail);
    }
    struct ph__web_mail *none = NULL;
    assert_int_equal(
        ph__web_mail_new(&none, "", (size_t)PH__WEB_MAIL_BYTES + 1),
        PH_E_LIMIT);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_told_apart),
        cmocka_unit_test(text_is_shown_whatever_it_claims_to_be_in),
        cmocka_unit_test(a_message_may_end_anywhere),
        cmocka_unit_test(a_message_may_be_damaged_anywhere),
        cmocka_unit_test(parts_and_fields_without_end_are_cut),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
