#include "scene.h"

#include "cli/options.h"
#include "cli/template.h"

static const char file_text[] =
    "From: Old <old@x>\nSubject: old\n subject\nX-One: 1\n"
    "Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n"
    "\nbody {{to}}\n";

static const char *two_headers[] = {"x-one: one", "X-Two: {{name}}"};
static const char *from_header[] = {"from: b@x"};
static const char *evil_header[] = {"X: y\r\nBcc: z@x"};

struct given {
    const char *label;
    struct cli_template t; /* path is set when from_file */
    bool from_file;
    const char *expected; /* NULL = refused */
};

static const struct given cases[] = {
    {"a file alone", {0}, true, file_text},
    {"options alone",
     {.from = "a@x", .subject = "hi {{name}}", .text = "t"},
     false,
     "From: a@x\nSubject: hi {{name}}\n\nt"},
    {"a subject alone",
     {.from = "a@x", .subject = "hi"},
     false,
     "From: a@x\nSubject: hi\n\n"},
    {"options stand in for headers, with their folded lines",
     {.from = "a@x", .subject = "new", .headers = {two_headers, 2}},
     true,
     "Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n"
     "From: a@x\nSubject: new\nx-one: one\nX-Two: {{name}}\n"
     "\nbody {{to}}\n"},
    {"plain text stands in for any body",
     {.text = "plain"},
     true,
     "From: Old <old@x>\nSubject: old\n subject\nX-One: 1\n\nplain"},
    {"the account's sender where nobody else is named",
     {.sender = "a@x", .subject = "hi"},
     false,
     "From: a@x\nSubject: hi\n\n"},
    {"not where --from is",
     {.sender = "a@x", .from = "b@x", .subject = "hi"},
     false,
     "From: b@x\nSubject: hi\n\n"},
    {"nor where --header is",
     {.sender = "a@x", .headers = {from_header, 1}},
     false,
     "from: b@x\n\n"},
    {"nor where the file is", {.sender = "a@x"}, true, file_text},
    {"a line end in an option would be a header (S28)",
     {.from = "a@x\nBcc: b@x", .text = "t"},
     false,
     NULL},
    {"likewise in a subject",
     {.from = "a@x", .subject = "x\r\nBcc: b@x"},
     false,
     NULL},
    {"likewise in a header",
     {.from = "a@x", .subject = "s", .headers = {evil_header, 1}},
     false,
     NULL},
    {"no file", {.from = "a@x", .text = "@/nowhere/text"}, false, NULL},
};

static void options_and_file_make_one_template(void **state)
{
    (void)state;
    const char *path = scene_file(file_text, sizeof(file_text) - 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(10000);
        struct cli_template t = cases[i].t;
        t.path = cases[i].from_file ? path : NULL;
        scene_listen();
        int status = cli_template_text(&out, &t);
        assert_int_equal(*scene_said() != '\0', status != EXIT_DONE);
        assert_int_equal(status != EXIT_DONE, cases[i].expected == NULL);
        if (cases[i].expected)
            assert_string_equal(ph__buf_text(&out), cases[i].expected);
        ph__buf_done(&out);
    }
}

static const struct {
    const char *data;
    size_t len;
    const char *expected;
} files[] = {
    {TEXT("\xEF\xBB\xBF"
          "From: a@x\r\nTo: {{to}}\r\n\r\nhi\r\n"),
     "From: a@x\r\nTo: {{to}}\r\n\nhi\r\n"},
    {TEXT("From: a@x"), "From: a@x\n\n"},
    {TEXT("From: a@x\n"), "From: a@x\n\n"},
    {TEXT("From: a@x\n\n\n\nb"), "From: a@x\n\n\n\nb"},
};

static void files_of_all_kinds_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        struct ph__buf out = PH__BUF(10000);
        struct cli_template t = {.path =
                                     scene_file(files[i].data, files[i].len)};
        assert_int_equal(cli_template_text(&out, &t), EXIT_DONE);
        assert_string_equal(ph__buf_text(&out), files[i].expected);
        ph__buf_done(&out);
    }
}

static void a_uri_stands_in_for_the_headers_of_the_file(void **state)
{
    (void)state;
    static const char *uris[] = {"mailto:l@x"};
    static const char text[] = "From: a@x\nlist-unsubscribe:\n <b>\n"
                               "List-Unsubscribe-Post: c\nX: y\n\nbody";
    struct ph__buf out = PH__BUF(10000);
    struct cli_template t = {.path = scene_file(text, sizeof(text) - 1),
                             .unsubscribe = {uris, 1}};
    assert_int_equal(cli_template_text(&out, &t), EXIT_DONE);
    assert_string_equal(ph__buf_text(&out), "From: a@x\nX: y\n\nbody");
    ph__buf_done(&out);
}

/* Results of one are not those of another (U18). */
static void each_option_makes_another_template(void **state)
{
    (void)state;
    static const char *uris[] = {"mailto:l@x"};
    static const struct cli_template others[] = {
        {.from = "a@x", .text = "t"},
        {.from = "a@x", .text = "t", .html = "h"},
        {.from = "a@x", .text = "t", .html = "i"},
        {.from = "a@x", .text = "t", .envelope_from = ""},
        {.from = "a@x", .text = "t", .envelope_from = "{{to}}@x"},
        {.from = "a@x", .text = "t", .unsubscribe = {uris, 1}},
    };
    char digests[COUNT(others)][CLI_DIGEST_ROOM];
    for (size_t i = 0; i < COUNT(others); i++) {
        struct ph_template *made;
        struct cli_template t = others[i];
        assert_int_equal(cli_template_make(&made, &t), EXIT_DONE);
        ph_template_free(made);
        memcpy(digests[i], t.digest, sizeof(t.digest));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digests[i], digests[k]);
    }
    /* Of a text alone it is what it always was. */
    char expected[CLI_DIGEST_ROOM];
    assert_int_equal(cli_identity_of_text(expected, TEXT("From: a@x\n\nt")),
                     EXIT_DONE);
    assert_string_equal(digests[0], expected);
}

static void a_template_that_cannot_work_is_bad_data(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
    } bad[] = {{TEXT("From: a@x\n\n{{name\n")},
               {TEXT("just words\n\nbody\n")},
               {TEXT("From: a@x\n\n\xFF\n")},
               {TEXT("From: a@x\n\nA\0B\n")}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ph_template *made;
        struct cli_template t = {.path = scene_file(bad[i].data, bad[i].len)};
        scene_listen();
        int status = cli_template_make(&made, &t);
        assert_non_null(strstr(scene_said(), t.path));
        assert_int_equal(status, EXIT_BAD_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_file_make_one_template),
        cmocka_unit_test(files_of_all_kinds_are_taken),
        cmocka_unit_test(a_uri_stands_in_for_the_headers_of_the_file),
        cmocka_unit_test(each_option_makes_another_template),
        cmocka_unit_test(a_template_that_cannot_work_is_bad_data),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
