#include "scene.h"

#include "cli/tags.h"

static const struct {
    const char *label;
    const char *html;
    const char *expected; /* each value in [] */
} cases[] = {
    {"nothing", "", ""},
    {"text", "a < b > c & <3", ""},
    {"quotes of both kinds, and none",
     "<img src=\"a'b\"><img src='a\"b'>"
     "<img src=a/b.png>",
     "[a'b][a\"b][a/b.png]"},
    {"case, blanks and line ends", "<IMG\n\tSrc \n=\f \"a\"\r\n>", "[a]"},
    {"other attributes", "<img alt='>' width=1 checked src=a title=x>", "[a]"},
    {"blanks in a value stay", "<img src=\" a b \">", "[ a b ]"},
    {"the first of two counts", "<img src=a src=b>", "[a]"},
    {"also if it is empty", "<img src src=b><img src= src=b><img src=''>",
     "[][src=b][]"},
    {"no src", "<img><img alt=src><img data-src=a><imgs src=a>", ""},
    {"slashes", "<img/src=a /><img src=\"b\"/><img src=c/>", "[a][b][c/]"},
    {"no blank behind a value", "<img alt=\"x\"src=\"a\">", "[a]"},
    {"an equals sign begins a name", "<img =src=a><img = src=b>", "[b]"},
    {"other elements", "<a src=a><video src=b></video><input src=c>", ""},
    {"end tags", "</img src=a></ img src=b></><img src=c>", "[c]"},
    {"comments",
     "<!-- <img src=a> --><img src=b><!---><img src=c><!--><img "
     "src=d><!----><img src=e><!-- x --!><img src=f>",
     "[b][c][d][e][f]"},
    {"for Outlook and the others",
     "<!--[if mso]><img src=a><![endif]--><!--[if !mso]><!--><img src=b>"
     "<!--<![endif]-->",
     "[b]"},
    {"a comment without an end", "<!-- <img src=a> -- >", ""},
    {"declarations",
     "<!DOCTYPE html><?xml <img src=a> ?><![CDATA[<img "
     "src=b>]]><img src=c>",
     "[c]"},
    {"scripts and styles",
     "<script>\"<img src=a>\"</scripts></script ><STYLE><img src=b></style>"
     "<title><img src=c></title><textarea></text<img src=d></textarea/>"
     "<img src=e>",
     "[e]"},
    {"an end tag has attributes", "<style></style <img src=a>>", ""},
    {"a script without an end", "<script><img src=a></script", ""},
    {"plain text", "<img src=a><plaintext><img src=b></plaintext>", "[a]"},
    {"a tag without an end", "<img src=a><img src=\"b>", "[a]"},
    {"nor an unquoted one", "<img src=a", ""},
    {"a tag in a tag", "<img <img src=a>", "[a]"},
    {"fields of a row", "<img {{x}} src=\"{{logo}}\">{{<img src=a>}}",
     "[{{logo}}][a]"},
    {"a lone <", "<<img src=a><", "[a]"},
};

static void read_all(struct ph__buf *out, const char *html, size_t len)
{
    struct cli_tags tags = {.html = {html, len}};
    struct ph_slice value;
    const char *last = html;
    while (cli_tags_image(&tags, &value)) {
        assert_true(value.data >= last && value.data <= html + len);
        assert_true(value.len <= (size_t)(html + len - value.data));
        last = value.data + value.len;
        ph__buf_add_char(out, '[');
        ph__buf_add(out, value.data, value.len);
        ph__buf_add_char(out, ']');
    }
}

static void images_are_found_where_a_browser_finds_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf found = PH__BUF(1000);
        read_all(&found, cases[i].html, strlen(cases[i].html));
        if (strcmp(ph__buf_text(&found), cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&found));
        ph__buf_done(&found);
    }
}

/* In a block of its own, so that reading further is noticed; what was found
 * before the cut is found all the same. */
static void html_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *html = cases[i].html;
        for (size_t len = 0; len < strlen(html); len++) {
            struct ph__buf found = PH__BUF(1000);
            char *part = malloc(len ? len : 1);
            assert_non_null(part);
            memcpy(part, html, len);
            read_all(&found, part, len);
            assert_memory_equal(cases[i].expected, ph__buf_text(&found),
                                found.len);
            free(part);
            ph__buf_done(&found);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_found_where_a_browser_finds_them),
        cmocka_unit_test(html_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
