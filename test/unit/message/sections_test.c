#include "rows.h"

static const struct {
    const char *label;
    const char *body;
    const char *row[4];
    const char *expected;
} bodies[] = {
    {"a default for a missing field", "{{a|my friend}}\n", {NULL}, "my friend"},
    {"a default for an empty one", "{{a|friend}}\n", {"a="}, "friend"},
    {"no default for a value", "{{a|friend}}\n", {"a=Ann"}, "Ann"},
    {"an empty default", "<{{a|}}>\n", {NULL}, "<>"},
    {"blanks around a default", "<{{ a | b c }}>\n", {NULL}, "<b c>"},
    {"a bar in a default", "{{a|b|c}}\n", {NULL}, "b|c"},
    {"a default is no template", "{{a|#b}}\n", {"b=1"}, "#b"},

    {"a section stays", "x{{#a}}y{{/a}}z\n", {"a=1"}, "xyz"},
    {"a section goes if empty", "x{{#a}}y{{/a}}z\n", {"a="}, "xz"},
    {"a section goes if missing", "x{{#a}}y{{/a}}z\n", {NULL}, "xz"},
    {"otherwise, with a value", "x{{^a}}y{{/a}}z\n", {"a=0"}, "xz"},
    {"otherwise, if missing", "x{{^a}}y{{/a}}z\n", {NULL}, "xyz"},
    {"nothing in it is asked for", "x{{#a}}{{b}}{{/a}}\n", {NULL}, "x"},
    {"blanks in tags", "{{ # a }}y{{ / a }}\n", {"a=1"}, "y"},
    {"nested, both", "{{#a}}1{{#b}}2{{/b}}3{{/a}}4\n", {"a=1", "b=1"}, "1234"},
    {"nested, outer", "{{#a}}1{{#b}}2{{/b}}3{{/a}}4\n", {"a=1"}, "134"},
    {"nested, inner", "{{#a}}1{{#b}}2{{/b}}3{{/a}}4\n", {"b=1"}, "4"},
    {"nested in itself", "{{#a}}1{{^a}}2{{/a}}3{{/a}}4\n", {"a=1"}, "134"},
    {"one behind the other", "{{#a}}1{{/a}}{{^a}}2{{/a}}\n", {NULL}, "2"},
    {"eight deep",
     "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}x"
     "{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}\n",
     {"a=1"},
     "x"},
    {"a value is no section", "{{a}}x\n", {"a={{#b}}"}, "{{#b}}x"},

    {"tags alone take their lines along",
     "1\n{{#a}}\n2\n{{/a}}\n3\n",
     {"a=1"},
     "1\r\n2\r\n3"},
    {"and so when it goes", "1\n{{#a}}\n2\n{{/a}}\n3\n", {NULL}, "1\r\n3"},
    {"with CRLF and blanks",
     "1\r\n \t{{#a}} \r\n2\r\n{{/a}}\r\n3\r\n",
     {"a=1"},
     "1\r\n2\r\n3"},
    {"at the end of the text", "1\n{{#a}}\n2\n{{/a}}", {"a=1"}, "1\r\n2"},
    {"at its beginning", "{{#a}}\n1\n{{/a}}\n2\n", {NULL}, "2"},
    {"two on a line are not alone",
     "1\n{{#a}}{{/a}}\n2\n",
     {NULL},
     "1\r\n\r\n2"},
    {"nor is one beside a word",
     "1\n{{#a}} x\n{{/a}}2\n",
     {"a=1"},
     "1\r\n x\r\n2"},
    {"a field alone keeps its line", "1\n{{a}}\n2\n", {"a="}, "1\r\n\r\n2"},
};

static void defaults_and_sections_go_by_the_row(void **state)
{
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char text[1000];
        char expected[200];
        snprintf(text, sizeof(text), HEAD "\n%s", bodies[i].body);
        snprintf(expected, sizeof(expected), "\r\n\r\n%s\r\n",
                 bodies[i].expected);
        struct ph_message *msg = fill(compile(text), bodies[i].row);
        const char *got = strstr(rendered(msg, bodies[i].label), "\r\n\r\n");
        if (!got || strcmp(got, expected) != 0)
            fail_msg("%s: %s", bodies[i].label, got);
        ph_message_free(msg);
    }
}

static const struct {
    const char *label;
    const char *header;
    const char *row[4];
    const char *expected; /* of the line ends in front to those behind */
} headers[] = {
    {"a default in a subject",
     "Subject: Hi {{a|you}}",
     {NULL},
     "Subject: Hi you"},
    {"a section in a subject",
     "Subject: Hi{{#a}}, {{a}}{{/a}}!",
     {"a=Ann"},
     "Subject: Hi, Ann!"},
    {"blanks that a field leaves", "Subject: Hi {{a}}", {"a="}, "Subject: Hi"},
    {"a default among mailboxes",
     "To: {{a|Reader}} <{{to}}>",
     {"a=", "to=t@y"},
     "To: Reader <t@y>"},
    {"a default is encoded like a value",
     "To: {{a|Lee, Bob}} <{{to}}>",
     {"to=t@y"},
     "To: \"Lee, Bob\" <t@y>"},

    {"part of a URI",
     "List-Unsubscribe: <https://x.org/u?a={{a}}&b=1>",
     {"a=\xC3\xBC&c=/ %2F~"},
     "List-Unsubscribe: <https://x.org/u?a=%C3%BC%26c%3D%2F%20%252F~&b=1>"},
    {"S22 a value that would end a URI",
     "List-Help: <mailto:{{a}}@x.org>",
     {"a=x>, <https://e.vil/"},
     "List-Help: <mailto:x%3E%2C%20%3Chttps%3A%2F%2Fe.vil%2F@x.org>"},
    {"a whole URI",
     "list-archive: <{{a}}>",
     {"a=https://x.org/?a=%20b&c"},
     "list-archive: <https://x.org/?a=%20b&c>"},
    {"beside a URI",
     "List-Id: {{a}} <{{b}}.x.org>",
     {"a=All & <one>", "b=a@b"},
     "List-Id: All & <one> <a%40b.x.org>"},
};

static void headers_go_by_the_row(void **state)
{
    for (size_t i = 0; i < COUNT(headers); i++) {
        char text[1000];
        char expected[200];
        snprintf(text, sizeof(text), HEAD "%s\n\n", headers[i].header);
        snprintf(expected, sizeof(expected), "\r\n%s\r\n", headers[i].expected);
        struct ph_message *msg = fill(compile(text), headers[i].row);
        const char *got = rendered(msg, headers[i].label);
        if (!strstr(got, expected))
            fail_msg("%s: %s", headers[i].label, got);
        ph_message_free(msg);
    }
}

static void a_header_that_comes_out_empty_is_left_out(void **state)
{
    static const char *const row[] = {"a=", NULL};
    struct ph_message *msg =
        fill(compile(HEAD "Subject: {{a}}\nX-A: {{#a}}x{{/a}} {{a}}\nX-B: b\n"
                          "X-C:\nMessage-ID: {{a}}\n\n"),
             row);
    const char *text = rendered(msg, "empty");
    assert_null(strstr(text, "Subject"));
    assert_null(strstr(text, "X-A"));
    assert_non_null(strstr(text, "\r\nX-B: b\r\n"));
    assert_non_null(strstr(text, "\r\nX-C:\r\n"));
    assert_non_null(strstr(text, "\r\nMessage-ID: <1@x>\r\n"));
    ph_message_free(msg);
}

static const struct {
    const char *text;
    int code;
    const char *why;
} wrong[] = {
    {HEAD "\na\n{{#a}}\nb\n", PH_E_CONTENT,
     "line 4 has a section that is never closed"},
    {HEAD "\n{{#a}}\n{{^b}}\n{{/b}}\n", PH_E_CONTENT,
     "line 3 has a section that is never closed"},
    {HEAD "\na\n\n{{/a}}\n", PH_E_CONTENT,
     "line 5 closes a section that is not open"},
    {HEAD "\n{{#a}}\n{{#b}}\n{{/a}}{{/b}}\n", PH_E_CONTENT,
     "line 5 closes another section than the last one opened"},
    {HEAD "Subject: {{#a}}x\n\n", PH_E_CONTENT,
     "line 2 has a section that is never closed"},
    {HEAD "\n{{#}}{{/}}\n", PH_E_CONTENT,
     "line 3 has no field name between \"{{\" and \"}}\""},
    {HEAD "\n{{#a|b}}{{/a}}\n", PH_E_CONTENT,
     "line 3 has no field name between \"{{\" and \"}}\""},
    {HEAD "\n{{|b}}\n", PH_E_CONTENT,
     "line 3 has no field name between \"{{\" and \"}}\""},
    {HEAD "\n{{a|b\nc}}\n", PH_E_CONTENT,
     "line 3 has a brace or a line end in a default"},
    {HEAD "\n{{a|{{b}}}}\n", PH_E_CONTENT,
     "line 3 has a brace or a line end in a default"},
    {HEAD "To: {{#a}}t@y{{/a}}\n\n", PH_E_HEADER,
     "line 2 has a section among mailboxes, where only fields can stand"},
    {HEAD "\n{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}\n{{#a}}",
     PH_E_CONTENT, "line 4 has too many sections in each other"},
    {"From: nobody\n\n", PH_E_ADDRESS,
     "line 1 cannot be sent: From: 'nobody' has no domain"},
    {HEAD "Sender: a@x\nSender: {{a}}\n\n", PH_E_HEADER,
     "line 3 has a header field that may come only once, again"},
};

static void templates_that_do_not_fit_together_say_where(void **state)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph_template *t =
            ph_template_new(wrong[i].text, strlen(wrong[i].text));
        assert_string_equal(ph_template_problem(t), wrong[i].why);
        assert_int_equal(ph_template_check(t), wrong[i].code);
        ph_template_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_and_sections_go_by_the_row),
        cmocka_unit_test(headers_go_by_the_row),
        cmocka_unit_test(a_header_that_comes_out_empty_is_left_out),
        cmocka_unit_test(templates_that_do_not_fit_together_say_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
