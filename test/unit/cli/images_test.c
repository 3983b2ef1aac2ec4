#include "scene.h"

#include <unistd.h>

#include "cli/images.h"
#include "cli/options.h"

/* Enough for libmagic; the last octets make different pictures. */
#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"

static char folder[] = "/tmp/cli-images-XXXXXX";
static const char *const names[] = {"a.png", "b c.png", "copy.png", "no.png"};

static void put(const char *name, const char *data, size_t len)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
}

static int make_files(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    put("a.png", TEXT(PNG "a"));
    put("b c.png", TEXT(PNG "b"));
    put("copy.png", TEXT(PNG "a"));
    put("no.png", TEXT("root:x:0:0:root:/root:/bin/bash\n"));
    return 0;
}

static int remove_files(void **state)
{
    char path[64];
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return scene_done(state);
}

/* "$N" in `expected` is the Content-ID of the part N. */
static const struct {
    const char *label;
    const char *html;
    const char *shown[2]; /* --inline, in the folder, with ;cid= */
    int status;
    const char *expected;
    size_t count;
} cases[] = {
    {.label = "none", .html = "<p>x</p>", .expected = "<p>x</p>"},
    {.label = "a file, in each kind of quotes, once",
     .html = "<img src=\"a.png\"><img alt=x src='a.png'><img src=a.png >",
     .expected =
         "<img src=\"cid:$0\"><img alt=x src='cid:$0'><img src=cid:$0 >",
     .count = 1},
    {.label = "what is around it stays",
     .html = "\n<!-- <img src=\"a.png\"> -->\t<img\nsrc = \"b%20c.png\"/>&amp;",
     .expected =
         "\n<!-- <img src=\"a.png\"> -->\t<img\nsrc = \"cid:$0\"/>&amp;",
     .count = 1},
    {.label = "the web and fields stay",
     .html = "<img src=https://x.org/a.png><img src=\"data:,x\">"
             "<img src='{{logo}}.png'>",
     .expected = "<img src=https://x.org/a.png><img src=\"data:,x\">"
                 "<img src='{{logo}}.png'>"},
    {.label = "the same octets under two names are two parts",
     .html = "<img src=a.png><img src=copy.png>",
     .expected = "<img src=cid:$0><img src=cid:$1>",
     .count = 2},
    {.label = "two ways to one file",
     .html = "<img src=a.png><img src=./a.png>",
     .expected = "<img src=cid:$0><img src=cid:$0>",
     .count = 1},
    {.label = "what is given is shown by its ID, its left side, its name",
     .html = "<img src=cid:x@y><img src=cid:a.png><img src=a.png><img "
             "src=cid:left><img src='cid:b%20c.png'>",
     .shown = {"a.png;cid=x@y", "b c.png;cid=left"},
     .expected = "<img src=cid:$0><img src=cid:$0><img src=cid:$0><img "
                 "src=cid:$1><img src='cid:$1'>",
     .count = 2},
    {.label = "an ID is stronger than a name",
     .html = "<img src=cid:a.png>",
     .shown = {"a.png;cid=x@y", "b c.png;cid=a.png"},
     .expected = "<img src=cid:$1>",
     .count = 2},
    {.label = "given twice",
     .html = "<img src=cid:a.png>",
     .shown = {"a.png", "a.png"},
     .expected = "<img src=cid:$0>",
     .count = 1},
    {.label = "an ID that URLs and attributes would not hold",
     .html = "<img src=cid:a.png>",
     .shown = {"a.png;cid=a%'&=b@x"},
     .expected = "<img src=cid:a%25%27%26%3Db@x>",
     .count = 1},

    {.label = "no file",
     .html = "<img src=nowhere.png>",
     .status = EXIT_NO_INPUT},
    {.label = "a directory", .html = "<img src=.>", .status = EXIT_NO_INPUT},
    {.label = "no image", .html = "<img src=no.png>", .status = EXIT_BAD_DATA},
    {.label = "no image, wherever it is", /* S27 */
     .html = "<img src=/etc/passwd>",
     .status = EXIT_BAD_DATA},
    {.label = "a device",
     .html = "<img src=/dev/zero>",
     .status = EXIT_NO_INPUT},
    {.label = "a NUL", .html = "<img src=a.png%00>", .status = EXIT_BAD_DATA},
    {.label = "no such part",
     .html = "<img src=cid:logo>",
     .shown = {"a.png"},
     .status = EXIT_BAD_DATA},
    {.label = "which of them?",
     .html = "<img src=cid:logo>",
     .shown = {"a.png;cid=logo", "b c.png;cid=logo"},
     .status = EXIT_BAD_DATA},
};

static void give(struct cli_enclosures *list, const char *text)
{
    char spec[128];
    struct cli_attachment a;
    snprintf(spec, sizeof(spec), "%s/%s", folder, text);
    assert_int_equal(cli_attachment_parse(&a, CLI_INLINE, spec), EXIT_DONE);
    assert_int_equal(cli_enclosures_add(list, &a), EXIT_DONE);
    cli_attachment_done(&a);
}

static void fill_in(struct ph__buf *out, const char *text,
                    const struct cli_enclosures *list)
{
    for (; *text; text++) {
        if (*text != '$') {
            ph__buf_add_char(out, *text);
            continue;
        }
        size_t i = (size_t)(*++text - '0');
        assert_true(i < list->count);
        ph__buf_add_text(out, list->at[i].cid);
    }
}

static void images_are_taken_along_or_it_is_said_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_enclosures list = {.count = 0};
        struct ph__buf out = PH__BUF(10000), expected = PH__BUF(10000);
        struct ph_slice html = {cases[i].html, strlen(cases[i].html)};
        for (size_t k = 0; k < 2 && cases[i].shown[k]; k++)
            give(&list, cases[i].shown[k]);
        scene_listen();
        int status = cli_images_take(&out, &list, html, folder);
        bool quiet = *scene_said() == '\0';
        if (status != cases[i].status || quiet != !status)
            fail_msg("%s: status %d", cases[i].label, status);
        if (!status) {
            fill_in(&expected, cases[i].expected, &list);
            assert_string_equal(ph__buf_text(&out), ph__buf_text(&expected));
            assert_int_equal(list.count, cases[i].count);
        }
        cli_enclosures_done(&list);
        ph__buf_done(&out);
        ph__buf_done(&expected);
    }
}

static void a_content_id_is_that_of_name_and_octets(void **state)
{
    (void)state;
    static const struct {
        const char *cid, *name, *expected;
    } ids[] = {
        {NULL, "logo.png", "logo.png@2cf24dba5fb0a30e"},
        {NULL, "..a..b é.", "__a._b____@2cf24dba5fb0a30e"},
        {NULL, "", "_@2cf24dba5fb0a30e"},
        {"left", "logo.png", "left@2cf24dba5fb0a30e"},
        {"a@b", "logo.png", "a@b"},
    };
    for (size_t i = 0; i < COUNT(ids); i++) {
        char *id = NULL;
        assert_int_equal(
            cli_cid_make(&id, ids[i].cid, ids[i].name, "2cf24dba5fb0a30e26e8"),
            EXIT_DONE);
        assert_string_equal(id, ids[i].expected);
        free(id);
    }
}

static void images_are_beside_the_file_of_the_html(void **state)
{
    (void)state;
    static const char *const bases[][2] = {
        {"<p>/</p>", "."},  {"@a.html", "."},         {"@-", "."},
        {"@d/a.html", "d"}, {"@/d/e/a.html", "/d/e"}, {"@/a.html", "/"}};
    for (size_t i = 0; i < COUNT(bases); i++) {
        char *base = NULL;
        assert_int_equal(cli_images_base(&base, bases[i][0]), PH_OK);
        assert_string_equal(base, bases[i][1]);
        free(base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_taken_along_or_it_is_said_why_not),
        cmocka_unit_test(a_content_id_is_that_of_name_and_octets),
        cmocka_unit_test(images_are_beside_the_file_of_the_html),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
