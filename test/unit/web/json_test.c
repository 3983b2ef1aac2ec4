#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "web/json.h"
#include "web/limits.h"
#include "web/mail.h"

static const char envelope[] =
    "{\"from\":\"a@b.c\",\"to\":[\"x@y.z\",\"u@v.w\"],\"tls\":{\"version\":"
    "\"TLSv1.3\"},\"auth\":null,\"peer\":\"p\"}";
static const struct ph__web_about about = {77, "posthaste \"send\""};

static int set_up(void **state)
{
    static struct ph__web_mailbox box;
    ph__web_mail_begin();
    ph__web_mailbox_init(&box, 10, PH__WEB_KEEP_BYTES);
    *state = &box;
    return 0;
}

static int tear_down(void **state)
{
    ph__web_mailbox_done(*state);
    return 0;
}

static void add(struct ph__web_mailbox *b, const char *content, size_t len)
{
    assert_int_equal(ph__web_mailbox_add(b, envelope, content, len, 1234),
                     PH_OK);
}

static json_t *read(struct ph__buf *text)
{
    json_t *out = json_loadb(ph__buf_text(text), text->len, 0, NULL);
    assert_non_null(out);
    ph__buf_done(text);
    return out;
}

static json_t *list(struct ph__web_mailbox *b, uint64_t after)
{
    struct ph__buf text = PH__BUF(PH__WEB_ANSWER_BYTES);
    assert_int_equal(ph__web_json_list(&text, b, &about, after), PH_OK);
    return read(&text);
}

static json_t *detail(struct ph__web_mailbox *b, uint64_t id)
{
    struct ph__buf text = PH__BUF(PH__WEB_ANSWER_BYTES);
    assert_int_equal(ph__web_json_detail(&text, ph__web_mailbox_find(b, id)),
                     PH_OK);
    return read(&text);
}

static void assert_json(json_t *taken, const char *expected)
{
    char *text = json_dumps(taken, JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
    json_decref(taken);
}

static void the_list_says_what_one_wants_to_see_first(void **state)
{
    struct ph__web_mailbox *b = *state;
    static const char mail[] = "From: Ann <ann@x.y>\r\nSubject: =?utf-8?q?"
                               "=E2=82=AC?=\r\n\r\nhi\r\n";
    assert_json(list(b, 0),
                "{\"first\":1,\"hint\":\"posthaste \\\"send\\\"\",\"last\":0,"
                "\"messages\":[],\"run\":77}");
    add(b, mail, strlen(mail));
    add(b, "no header", 9);
    json_t *all = list(b, 0);
    json_t *messages = json_object_get(all, "messages");
    assert_int_equal(json_array_size(messages), 2);
    assert_json(json_incref(json_array_get(messages, 0)),
                "{\"attached\":0,\"auth\":null,\"from\":\"Ann <ann@x.y>\","
                "\"id\":1,\"recipients\":2,\"size\":59,\"subject\":\""
                "\xE2\x82\xAC\",\"time\":1234,\"tls\":true,\"to\":\"x@y.z\"}");
    json_t *other = json_array_get(messages, 1);
    assert_string_equal(json_string_value(json_object_get(other, "from")),
                        "a@b.c");
    assert_true(json_is_null(json_object_get(other, "subject")));
    json_decref(all);
}

static void only_what_is_new_is_listed(void **state)
{
    struct ph__web_mailbox *b = *state;
    for (int i = 0; i < 12; i++)
        add(b, "x", 1);
    for (uint64_t after = 0; after < 14; after++) {
        json_t *all = list(b, after);
        size_t count = json_array_size(json_object_get(all, "messages"));
        assert_int_equal(count, after < 2 ? 10 : after < 12 ? 12 - after : 0);
        assert_int_equal(json_integer_value(json_object_get(all, "first")), 3);
        json_decref(all);
    }
}

static void a_detail_has_all_of_it(void **state)
{
    struct ph__web_mailbox *b = *state;
    static const char mail[] =
        "Subject: s\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\n\r\ntext\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n"
        "--b--\r\n";
    add(b, mail, strlen(mail));
    assert_int_equal(ph__web_mailbox_dialogue(b, "C: x\nS: y\n"), PH_OK);
    json_t *all = detail(b, 1);
    assert_true(json_equal(json_object_get(all, "html"), json_true()));
    assert_string_equal(json_string_value(json_object_get(all, "text")),
                        "text");
    assert_string_equal(json_string_value(json_object_get(all, "dialogue")),
                        "C: x\nS: y\n");
    assert_json(json_incref(json_object_get(all, "headers")),
                "[[\"Subject\",\"s\"],[\"Content-Type\","
                "\"multipart/alternative; boundary=b\"]]");
    json_t *parts = json_object_get(all, "parts");
    assert_int_equal(json_array_size(parts), 3);
    assert_json(json_incref(json_array_get(parts, 2)),
                "{\"charset\":null,\"depth\":1,\"encoding\":null,\"kind\":"
                "\"html\",\"name\":null,\"part\":3,\"size\":3,\"type\":\"text/"
                "html\"}");
    json_decref(all);
}

static void a_message_too_large_is_known_by_its_envelope(void **state)
{
    struct ph__web_mailbox *b = *state;
    enum { SIZE = PH__WEB_MAIL_BYTES + 1 };
    char *content = calloc(1, SIZE);
    assert_non_null(content);
    add(b, content, SIZE);
    free(content);
    json_decref(list(b, 0));
    json_t *all = detail(b, 1);
    assert_true(json_is_false(json_object_get(all, "whole")));
    assert_true(json_is_null(json_object_get(all, "text")));
    json_decref(all);
}

/* Whatever came, it is JSON that goes out: read() proves it. */
static void any_octets_become_json(void **state)
{
    struct ph__web_mailbox *b = *state;
    char mail[1024] = "Subject: ";
    for (unsigned seed = 1; seed < 200; seed++) {
        uint32_t x = seed * 2654435761u;
        for (size_t i = 9; i < sizeof(mail); i++) {
            x = x * 1664525u + 1013904223u;
            mail[i] = (char)(x >> 24);
        }
        memcpy(mail + 200, "\r\n\r\n", 4);
        add(b, mail, sizeof(mail));
        json_decref(list(b, seed - 1));
        json_decref(detail(b, seed));
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_list_says_what_one_wants_to_see_first),
        TEST(only_what_is_new_is_listed),
        TEST(a_detail_has_all_of_it),
        TEST(a_message_too_large_is_known_by_its_envelope),
        TEST(any_octets_become_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
