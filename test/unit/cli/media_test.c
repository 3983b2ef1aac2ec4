#include "scene.h"

#include "cli/media.h"
#include "cli/options.h"

#define PNG    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"
#define LETTER "From: a@x.org\nTo: b@x.org\nSubject: s\n\nhello\n"

static const struct {
    const char *name;
    const char *data;
    size_t len;
    const char *type;
} cases[] = {
    {"a.png", TEXT(PNG), "image/png"},
    {"passwd.png", TEXT("root:x:0:0:root:/root:/bin/bash\n"), "text/plain"},
    {"a.txt", TEXT(PNG), "image/png"},
    {"a.pdf", TEXT("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n"), "application/pdf"},
    {"a", TEXT("hello\n"), "text/plain"},
    {"a.CSV", TEXT("a;b\n1;2\n"), "text/csv"},
    {"a.csv", TEXT(""), "text/csv"},
    {"a", TEXT(""), "text/plain"},
    {"a.md", TEXT("# Title\n\ntext\n"), "text/markdown"},
    {"a.html", TEXT("<p>hello</p>\n"), "text/html"},
    {"a.html.txt", TEXT("plain words\n"), "text/plain"},
    {"csv", TEXT("a;b\n"), "text/plain"},
    {"a.ics", TEXT("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"),
     "text/calendar"},
    {"a.eml", TEXT("Received: from x by y; today\n" LETTER), "message/rfc822"},
    /* What is no message, or cannot be sent as one, stays what it is. */
    {"a.log", TEXT("Received: from x by y; today\n" LETTER), "text/plain"},
    {"a.eml", TEXT("Received: from x by y; today\n" LETTER "a\rb\n"),
     "application/octet-stream"},
    /* Any octets: libmagic takes them for an image. */
    {"a.bin", TEXT("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24"),
     "application/octet-stream"},
};

static void types_are_what_a_reader_can_use(void **state)
{
    (void)state;
    struct cli_media media = {NULL};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *type = NULL;
        struct ph_slice data = {cases[i].data, cases[i].len};
        assert_int_equal(cli_media_type(&type, &media, cases[i].name, data),
                         EXIT_DONE);
        if (strcmp(type, cases[i].type) != 0)
            fail_msg("%s, case %zu: %s", cases[i].name, i, type);
    }
    cli_media_done(&media);
}

static void images_are_those_that_readers_show(void **state)
{
    (void)state;
    assert_true(cli_media_is_image("image/png"));
    assert_true(cli_media_is_image("IMAGE/JPEG; x=y"));
    assert_false(cli_media_is_image("image/x-tga"));
    assert_false(cli_media_is_image("image/pngx"));
    assert_false(cli_media_is_image("text/plain"));
}

static void without_a_database_it_says_so(void **state)
{
    (void)state;
    struct cli_media media = {NULL};
    const char *type = NULL;
    setenv("MAGIC", "/nowhere/magic", 1);
    scene_listen();
    int status =
        cli_media_type(&type, &media, "a", (struct ph_slice){TEXT("hello\n")});
    unsetenv("MAGIC");
    assert_non_null(strstr(scene_said(), "type="));
    assert_int_equal(status, EXIT_TRY_LATER);
    assert_null(type);
    cli_media_done(&media);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_what_a_reader_can_use),
        cmocka_unit_test(images_are_those_that_readers_show),
        cmocka_unit_test(without_a_database_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
