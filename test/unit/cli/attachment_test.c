#include "scene.h"

#include "cli/attachment.h"
#include "cli/options.h"

struct spec {
    const char *label;
    const char *text;
    const char *path; /* NULL = refused */
    const char *type, *name, *cid;
};

static const struct spec attached[] = {
    {"a file", "a.png", "a.png", NULL, NULL, NULL},
    {"all of it", "d/a;type=text/csv;name=b.csv", "d/a", "text/csv", "b.csv",
     NULL},
    {"in any order", "a;name=b;type=x/y", "a", "x/y", "b", NULL},
    {"a path with semicolons", "a;b;named=x; name=y;c", "a;b;named=x; name=y;c",
     NULL, NULL, NULL},
    {"a type with parameters", "a;type=text/csv; header=present;charset=\"x\"",
     "a", "text/csv; header=present;charset=\"x\"", NULL, NULL},
    {"a name in quotes", "a;name=\"x;type=y\"", "a", NULL, "x;type=y", NULL},
    {"with escapes", "a;name=\"\\\"x\\\\\\y\\\"\";type=x/y", "a", "x/y",
     "\"x\\\\y\"", NULL},
    {"quotes within are themselves", "a;name=x\"y\"", "a", NULL, "x\"y\"",
     NULL},
    {"a type in quotes", "a;type=\"x/y\"", "a", "x/y", NULL, NULL},
    {"standard input", "-;name=log.txt", "-", NULL, "log.txt", NULL},
    {"a name in UTF-8", "a;name=été.pdf", "a", NULL, "été.pdf", NULL},
    {"fields of a row", "{{a}};name={{a}}/{{b}}.pdf", "{{a}}", NULL,
     "{{a}}/{{b}}.pdf", NULL},

    {.label = "nothing", .text = ""},
    {.label = "no file", .text = ";name=x"},
    {.label = "standard input without a name", .text = "-"},
    {.label = "twice the same", .text = "a;name=x;name=y"},
    {.label = "an empty name", .text = "a;name="},
    {.label = "an empty name in quotes", .text = "a;name=\"\";type=x/y"},
    {.label = "a quote that does not end", .text = "a;name=\"x;type=x/y"},
    {.label = "nor behind a backslash", .text = "a;name=\"x\\\""},
    {.label = "words behind a quote", .text = "a;name=\"x\"y"},
    {.label = "a semicolon behind a quote", .text = "a;name=\"x\";"},
    {.label = "an empty type", .text = "a;type="},
    {.label = "half a type", .text = "a;type=png"},
    {.label = "a type that is no more", .text = "a;type=x/y\r\nBcc: z@x"},
    {.label = "a type that is made of parts", .text = "a;type=multipart/mixed"},
    {.label = "a path as name", .text = "a;name=../x"},
    {.label = "a line end in a name", .text = "a;name=x\ny"}, /* S22 */
    {.label = "octets that are no text", .text = "a;name=\xff"},
    {.label = "a Content-ID", .text = "a;cid=x@y"},
};

static const struct spec shown[] = {
    {"a file", "a.png", "a.png", NULL, NULL, NULL},
    {"a Content-ID", "a.png;cid=logo@x.org", "a.png", NULL, NULL, "logo@x.org"},
    {"its left side", "a.png;cid=logo", "a.png", NULL, NULL, "logo"},
    {"with more", "a;cid=l;type=x/y;name=n", "a", "x/y", "n", "l"},
    {"fields of a row", "a;cid={{a}} {{b}}", "a", NULL, NULL, "{{a}} {{b}}"},
    {.label = "none", .text = "a;cid="},
    {.label = "blanks", .text = "a;cid=a b"},
    {.label = "brackets", .text = "a;cid=<a@b>"},
    {.label = "no left side", .text = "a;cid=@b"},
    {.label = "two right sides", .text = "a;cid=a@b@c"},
};

static void check_text(const char *label, const char *found,
                       const char *expected)
{
    if (!found != !expected || (found && strcmp(found, expected) != 0))
        fail_msg("%s: '%s' instead of '%s'", label, found, expected);
}

static void check(const struct spec *s, enum cli_attach_as as)
{
    struct cli_attachment a = {.memory = NULL};
    scene_listen();
    int status = cli_attachment_parse(&a, as, s->text);
    const char *said = scene_said();
    if (status != (s->path ? EXIT_DONE : EXIT_USAGE_ERROR))
        fail_msg("%s: status %d: %s", s->label, status, said);
    assert_int_equal(*said != '\0', status != EXIT_DONE);
    check_text(s->label, a.path, s->path);
    check_text(s->label, a.type, s->type);
    check_text(s->label, a.name, s->name);
    check_text(s->label, a.cid, s->cid);
    cli_attachment_done(&a);
}

static void a_semicolon_counts_in_front_of_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attached); i++)
        check(&attached[i], CLI_ATTACHED);
    for (size_t i = 0; i < COUNT(shown); i++)
        check(&shown[i], CLI_INLINE);
}

/* Whatever is cut off, it is taken or refused, and nothing is read behind. */
static void no_beginning_is_read_beyond_its_end(void **state)
{
    (void)state;
    static const char whole[] = "a;type=\"x/y\";name=\"\\\"b\\\\\";cid=c@d";
    for (size_t len = 0; len < sizeof(whole); len++) {
        struct cli_attachment a = {.memory = NULL};
        char *text = strndup(whole, len);
        assert_non_null(text);
        scene_listen();
        int status = cli_attachment_parse(&a, CLI_INLINE, text);
        assert_int_equal(*scene_said() == '\0', status == EXIT_DONE);
        free(text); /* it was copied */
        if (len == sizeof(whole) - 1)
            assert_string_equal(a.name, "\"b\\");
        cli_attachment_done(&a);
    }
}

static void those_of_a_command_line_keep_their_order(void **state)
{
    (void)state;
    struct cli_attachments list = {0};
    assert_int_equal(cli_attachments_add(&list, CLI_ATTACHED, "a"), EXIT_DONE);
    scene_listen();
    assert_int_equal(cli_attachments_add(&list, CLI_ATTACHED, ""),
                     EXIT_USAGE_ERROR);
    assert_non_null(strstr(scene_said(), "posthaste: --attach"));
    assert_int_equal(cli_attachments_add(&list, CLI_INLINE, "b;cid=c"),
                     EXIT_DONE);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].path, "a");
    assert_int_equal(list.items[1].as, CLI_INLINE);
    cli_attachments_done(&list);
    assert_int_equal(list.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_semicolon_counts_in_front_of_a_key),
        cmocka_unit_test(no_beginning_is_read_beyond_its_end),
        cmocka_unit_test(those_of_a_command_line_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
