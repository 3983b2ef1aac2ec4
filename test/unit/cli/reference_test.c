#include "scene.h"

#include "cli/reference.h"

static const struct {
    const char *value;
    enum cli_reference kind;
    const char *text;
} cases[] = {
    {"logo.png", CLI_BY_PATH, "logo.png"},
    {"img/a%20b.png", CLI_BY_PATH, "img/a b.png"},
    {"/srv/a.png", CLI_BY_PATH, "/srv/a.png"},
    {"../a.png", CLI_BY_PATH, "../a.png"},
    {" \n a.png\t", CLI_BY_PATH, "a.png"},
    {"a.png?v=2#top", CLI_BY_PATH, "a.png"},
    {"a%3Fb%23.png", CLI_BY_PATH, "a?b#.png"},
    {"caf%C3%A9.png", CLI_BY_PATH, "café.png"},
    {"100%.png", CLI_BY_PATH, "100%.png"},
    {"a%2", CLI_BY_PATH, "a%2"},
    {"a%zz%4", CLI_BY_PATH, "a%zz%4"},
    {"%41", CLI_BY_PATH, "A"},
    {"a&amp;b&lt;&gt;&quot;&apos;.png", CLI_BY_PATH, "a&b<>\"'.png"},
    {"&#97;&#x62;&#X63;&#233;&#x20AC;&#x1F600;", CLI_BY_PATH, "abcé€😀"},
    {"a&b;&#;&#x;&eacute;", CLI_BY_PATH, "a&b;&"}, /* the rest: a fragment */
    {"&amp", CLI_BY_PATH, "&amp"},
    {"&#xD800;", CLI_BY_PATH, "&"},
    {"&#x110000;", CLI_BY_PATH, "&"},
    {"&#99999999999999999999;", CLI_BY_PATH, "&"},
    {"1:2.png", CLI_BY_PATH, "1:2.png"},
    {"./a:b.png", CLI_BY_PATH, "./a:b.png"},
    {"cid:logo.png", CLI_BY_CID, "logo.png"},
    {"CID:a%25b@c", CLI_BY_CID, "a%b@c"},
    {"cid:", CLI_BY_CID, ""},
    {"c&#105;d:x", CLI_BY_CID, "x"},
    {"", CLI_ELSEWHERE, ""},
    {"  ", CLI_ELSEWHERE, ""},
    {"#top", CLI_ELSEWHERE, ""},
    {"?a", CLI_ELSEWHERE, ""},
    {"http://x.org/a.png", CLI_ELSEWHERE, ""},
    {"HTTPS:a.png", CLI_ELSEWHERE, ""},
    {"htt&#112;s://x.org/", CLI_ELSEWHERE, ""},
    {"//x.org/a.png", CLI_ELSEWHERE, ""},
    {"data:image/png;base64,AAAA", CLI_ELSEWHERE, ""},
    {"file:///etc/passwd", CLI_ELSEWHERE, ""},
    {"x-y+z.1:a", CLI_ELSEWHERE, ""},
    {"img/{{logo}}.png", CLI_ELSEWHERE, ""},
    {"cid:{{logo}}", CLI_ELSEWHERE, ""},
    {"a%00.png", CLI_NO_NAME, NULL},
};

static void references_are_read_as_a_browser_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1000);
        enum cli_reference kind = CLI_NO_NAME;
        size_t len = strlen(cases[i].value);
        char *value = malloc(len + 1); /* ends with its block, but for one */
        assert_non_null(value);
        memcpy(value, cases[i].value, len);
        assert_int_equal(
            cli_reference_read(&kind, &out, (struct ph_slice){value, len}),
            PH_OK);
        if (kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].value, (int)kind);
        if (cases[i].text)
            assert_string_equal(ph__buf_text(&out), cases[i].text);
        free(value);
        ph__buf_done(&out);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const ids[] = {"logo.png@0123", "a%b&c'd#e=f@x",
                                      "a@[127.0.0.1]", "{{x}}?/@y"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct ph__buf url = PH__BUF(1000), id = PH__BUF(1000);
        enum cli_reference kind;
        assert_int_equal(cli_reference_write(&url, ids[i]), PH_OK);
        assert_null(strpbrk(url.data, " \"'<>&=`\n"));
        struct ph_slice value = {url.data, url.len};
        assert_int_equal(cli_reference_read(&kind, &id, value), PH_OK);
        assert_int_equal(kind, CLI_BY_CID);
        assert_string_equal(ph__buf_text(&id), ids[i]);
        ph__buf_done(&url);
        ph__buf_done(&id);
    }
}

static void a_limit_is_kept(void **state)
{
    (void)state;
    struct ph__buf out = PH__BUF(3);
    enum cli_reference kind = CLI_NO_NAME;
    assert_int_equal(
        cli_reference_read(&kind, &out, (struct ph_slice){TEXT("abcd")}),
        PH_E_LIMIT);
    assert_int_equal(kind, CLI_NO_NAME);
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_read_as_a_browser_would),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_limit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
