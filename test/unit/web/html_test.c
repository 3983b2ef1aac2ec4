#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "web/html.h"
#include "web/limits.h"

static int set_up(void **state)
{
    ph__web_mail_begin();
    return 0;
}

/* The HTML as it is shown, with a PNG <a&b@c> and an SVG <evil> beside it. */
static void show(struct ph__buf *out, const char *html)
{
    struct ph__buf mail = PH__BUF(1 << 20);
    struct ph__web_mail *m;
    size_t part;
    bool cut;
    assert_int_equal(
        ph__buf_format(&mail,
                       "Content-Type: multipart/related; boundary=b\r\n\r\n"
                       "--b\r\nContent-Type: text/html\r\n\r\n%s\r\n"
                       "--b\r\nContent-Type: IMAGE/PNG\r\n"
                       "Content-ID: <a&b@c>\r\n\r\nPNG\r\n"
                       "--b\r\nContent-Type: image/svg+xml\r\n"
                       "Content-ID: <evil>\r\n\r\nSVG\r\n--b--\r\n",
                       html),
        PH_OK);
    assert_int_equal(ph__web_mail_new(&m, mail.data, mail.len), PH_OK);
    assert_true(ph__web_mail_find(&part, m, PH__WEB_PAGE_PART));
    assert_int_equal(ph__web_html(out, &cut, m, part), PH_OK);
    assert_false(cut);
    ph__web_mail_free(m);
    ph__buf_done(&mail);
}

static void pictures_stand_in_the_html(void **state)
{
#define URL "data:image/png;base64,UE5H"
    static const struct {
        const char *html;
        const char *expected;
    } cases[] = {
        {"<p>cid", "<p>cid"},
        {"<img src=\"cid:a&b@c\">", "<img src=\"" URL "\">"},
        {"<img src='CID:a&amp;b%40c'>", "<img src='" URL "'>"},
        {"<img src=cid:a&b@c>", "<img src=" URL ">"},
        {"a{background:url(cid:a&b@c)}", "a{background:url(" URL ")}"},
        {"cid:a&b@c cid:a&b@c", URL " " URL},
        {"cid:a&b@cc", "cid:a&b@cc"},
        {"cid:a&b", "cid:a&b"},
        {"cid:a&b@c%", "cid:a&b@c%"},
        {"cid:%zz", "cid:%zz"},
        {"cid:", "cid:"},
        {"cid:cid:a&b@c", "cid:cid:a&b@c"},
        {"<link rel=preconnect href=x>", "<no-link rel=preconnect href=x>"},
        {"<<LiNk\nrel=x><lin", "<<no-LiNk\nrel=x><lin"},
        {"cid:<link>", "cid:<no-link>"},
        {"<IFRAME src=x><frameset><frame src=x>",
         "<no-IFRAME src=x><no-frameset><no-frame src=x>"},
        /* Nothing that can hold a script. */
        {"<img src=cid:evil>", "<img src=cid:evil>"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf out = PH__BUF(1000);
        show(&out, cases[i].html);
        assert_string_equal(ph__buf_text(&out), cases[i].expected);
        ph__buf_done(&out);
    }
}

static void pictures_without_end_are_left_out(void **state)
{
    struct ph__buf html = PH__BUF(1 << 19), out = PH__BUF(1 << 20);
    for (int i = 0; i < 2 * PH__WEB_IMAGES; i++)
        assert_int_equal(ph__buf_add_text(&html, "cid:a&b@c "), PH_OK);
    show(&out, html.data);
    size_t shown = 0;
    for (const char *at = out.data; (at = strstr(at, URL)); at++)
        shown++;
    assert_int_equal(shown, PH__WEB_IMAGES);
    ph__buf_done(&html);
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_stand_in_the_html),
        cmocka_unit_test(pictures_without_end_are_left_out),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
