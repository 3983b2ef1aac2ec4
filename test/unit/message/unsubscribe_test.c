#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <posthaste/message.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char post[] =
    "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

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

static const char *rendered(struct ph_message *msg)
{
    struct ph_slice out;
    if (ph_message_render(msg, &out))
        fail_msg("%s", ph_message_problem(msg));
    return out.data;
}

/* RFC 8058 3.1: exactly one https URI, a mailto beside it does no harm. */
static const struct {
    const char *uris[4];
    const char *expected;
    bool at_once;
} cases[] = {
    {{"https://x.org/u?a=1&b=%C3%BC"},
     "\r\nList-Unsubscribe: <https://x.org/u?a=1&b=%C3%BC>\r\n",
     true},
    {{"mailto:leave@x.org?subject=leave"},
     "\r\nList-Unsubscribe: <mailto:leave@x.org?subject=leave>\r\n",
     false},
    {{"HTTPS://x.org", "mailto:l@x.org"},
     "\r\nList-Unsubscribe: <HTTPS://x.org>, <mailto:l@x.org>\r\n",
     true},
    {{"http://x.org/"}, "\r\nList-Unsubscribe: <http://x.org/>\r\n", false},
    {{"https://x.org/1", "https://x.org/2"},
     "\r\nList-Unsubscribe: <https://x.org/1>, <https://x.org/2>\r\n",
     false},
    {{"https://x.org/1", "http://x.org/2"},
     "\r\nList-Unsubscribe: <https://x.org/1>, <http://x.org/2>\r\n",
     false},
    {{"https://a.long.name.of.a.host.x.org/1", "mailto:someone@else.x.org"},
     "\r\nList-Unsubscribe: <https://a.long.name.of.a.host.x.org/1>,\r\n"
     " <mailto:someone@else.x.org>\r\n",
     true},
};

static void one_https_uri_is_left_with_one_click(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = simple();
        for (size_t k = 0; cases[i].uris[k]; k++)
            ph_message_list_unsubscribe(msg, cases[i].uris[k]);
        const char *text = rendered(msg);
        if (!strstr(text, cases[i].expected) ||
            !strstr(text, post) == cases[i].at_once)
            fail_msg("%s\n%s", cases[i].uris[0], text);
        ph_message_free(msg);
    }
}

/* S22: what could end the field, or the < > in it. */
static void what_is_no_uri_is_refused(void **state)
{
    static const char chars[] = "has a character that no URI has: "
                                "percent-encode it";
    static const char scheme[] = "is no https:, http: or mailto: URI";
    static const char host[] = "names no host";
    static const struct {
        const char *uri;
        const char *problem;
    } wrong[] = {
        {"", scheme},
        {"x.org", scheme},
        {"mailto:", scheme},
        {"ftp://x.org/", scheme},
        {"javascript:alert(1)", scheme},
        {"https:x.org", host},
        {"https://", host},
        {"http:///path", host},
        {"https://x.org/a b", chars},
        {"https://x.org/\r\nBcc: e@vil", chars},
        {"https://x.org/>, <https://e.vil/", chars},
        {"https://x.org/%", chars},
        {"https://x.org/%4", chars},
        {"https://x.org/%4g", chars},
        {"https://x.org/\xC3\xBC", chars},
        {"https://x.org/{{to}}", chars},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph_message *msg = simple();
        ph_message_list_unsubscribe(msg, wrong[i].uri);
        if (ph_message_check(msg) != PH_E_HEADER ||
            !strstr(ph_message_problem(msg), wrong[i].problem))
            fail_msg("%s: %s", wrong[i].uri, ph_message_problem(msg));
        ph_message_free(msg);
    }
}

static void a_uri_that_no_line_can_hold_is_refused(void **state)
{
    char uri[1000];
    memset(uri, 'x', sizeof(uri) - 1);
    memcpy(uri, "https://", 8);
    uri[sizeof(uri) - 1] = '\0';
    struct ph_message *msg = simple();
    ph_message_list_unsubscribe(msg, uri);
    assert_int_equal(ph_message_check(msg), PH_E_HEADER);
    assert_non_null(strstr(ph_message_problem(msg), "is too long"));
    ph_message_free(msg);
}

/* RFC 2369 2: the field comes once. */
static void the_call_and_the_header_exclude_each_other(void **state)
{
    for (int header_first = 0; header_first < 2; header_first++) {
        struct ph_message *msg = simple();
        if (header_first)
            ph_message_header(msg, "List-Unsubscribe", "<https://x.org/>");
        ph_message_list_unsubscribe(msg, "https://x.org/");
        if (!header_first)
            ph_message_header(msg, "list-unsubscribe", "<https://x.org/>");
        assert_int_equal(ph_message_check(msg), PH_E_HEADER);
        ph_message_free(msg);
    }
    struct ph_message *msg = simple();
    ph_message_list_unsubscribe(msg, "https://x.org/");
    ph_message_header(msg, "List-Unsubscribe-Post", "its-own");
    const char *text = rendered(msg);
    assert_non_null(strstr(text, "\r\nList-Unsubscribe-Post: its-own\r\n"));
    assert_null(strstr(text, post));
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_https_uri_is_left_with_one_click),
        cmocka_unit_test(what_is_no_uri_is_refused),
        cmocka_unit_test(a_uri_that_no_line_can_hold_is_refused),
        cmocka_unit_test(the_call_and_the_header_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
