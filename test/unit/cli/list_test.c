#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/list.h"
#include "cli/options.h"

struct row {
    const char *address;
    const char *name; /* the field "name", or NULL */
    bool bad;
};
struct given {
    const char *label;
    const char *format;
    const char *data;
    size_t len;
    int status; /* at the end */
    struct row rows[6];
};

static const struct given cases[] = {
    {"csv",
     "csv",
     TEXT("to,name\na@x,Ann\nb@x,Bob\n"),
     0,
     {{"a@x", "Ann", false}, {"b@x", "Bob", false}}},
    {"no line end at the end",
     "csv",
     TEXT("to,name\na@x,Ann"),
     0,
     {{"a@x", "Ann", false}}},
    {"CRLF",
     "csv",
     TEXT("to,name\r\na@x,Ann\r\nb@x,Bob\r\n"),
     0,
     {{"a@x", "Ann", false}, {"b@x", "Bob", false}}},
    {"CR",
     "csv",
     TEXT("to,name\ra@x,Ann\rb@x,Bob\r"),
     0,
     {{"a@x", "Ann", false}, {"b@x", "Bob", false}}},
    {"byte order mark",
     "csv",
     TEXT("\xEF\xBB\xBFto,name\na@x,Ann\n"),
     0,
     {{"a@x", "Ann", false}}},
    {"email, in another place and case",
     "csv",
     TEXT("Name,E-Mail,EMAIL\nAnn,no,a@x\n"),
     0,
     {{"a@x", "Ann", false}}},
    {"to before email",
     "csv",
     TEXT("email,TO,name\nno@x,a@x,Ann\n"),
     0,
     {{"a@x", "Ann", false}}},
    {"blanks around",
     "csv",
     TEXT("to , name\n  a@x\t, Ann \n\" b@x \",Bob\n"),
     0,
     {{"a@x", "Ann", false}, {"b@x", "Bob", false}}},
    {"quotes, commas and line ends",
     "csv",
     TEXT("to,name\na@x,\"Lee, \"\"Ann\"\"\n2nd\"\nb@x,Bob\n"),
     0,
     {{"a@x", "Lee, \"Ann\"\n2nd", false}, {"b@x", "Bob", false}}},
    {"empty lines are no rows",
     "csv",
     TEXT("to,name\n\n\na@x,Ann\n\n"),
     0,
     {{"a@x", "Ann", false}}},
    {"missing and empty cells",
     "csv",
     TEXT("to,name\na@x\nb@x,\n"),
     0,
     {{"a@x", NULL, false}, {"b@x", "", false}}},
    {"no address",
     "csv",
     TEXT("to,name\n,Ann\n\"  \",Bob\nc@x,Cy\n"),
     0,
     {{"", "Ann", true}, {"", "Bob", true}, {"c@x", "Cy", false}}},
    {"too many cells",
     "csv",
     TEXT("to,name\na@x,Lee, Ann\nb@x,Bob\n"),
     0,
     {{"a@x", "Lee", true}, {"b@x", "Bob", false}}},
    {"a NUL",
     "csv",
     TEXT("to,name\na@x,A\0n\nb@x,Bob\n"),
     0,
     {{"a@x", "", true}, {"b@x", "Bob", false}}},
    {"not UTF-8",
     "csv",
     TEXT("to,name\na@x,\xE4\nb@x,\xC3\xA4\n"),
     0,
     {{"a@x", "", true}, {"b@x", "\xC3\xA4", false}}},
    {"the same address twice is two rows",
     "csv",
     TEXT("to,name\na@x,1\na@x,2"),
     0,
     {{"a@x", "1", false}, {"a@x", "2", false}}},
    {"a quote that is not closed",
     "csv",
     TEXT("to,name\na@x,Ann\nb@x,\"Bob\nc@x,Cy\n"),
     EXIT_BAD_DATA,
     {{"a@x", "Ann", false}}},
    {"no column for addresses",
     "csv",
     TEXT("mail,name\na@x,Ann\n"),
     EXIT_BAD_DATA,
     {{0}}},
    {"semicolons", "csv", TEXT("to;name\na@x;Ann\n"), EXIT_BAD_DATA, {{0}}},
    {"two columns of one name",
     "csv",
     TEXT("to,name,Name\na@x,1,2\n"),
     EXIT_BAD_DATA,
     {{0}}},
    {"nothing at all", "csv", TEXT(""), EXIT_BAD_DATA, {{0}}},
    {"only a header", "csv", TEXT("to,name\n"), 0, {{0}}},
    {"a header that is not UTF-8",
     "csv",
     TEXT("to,n\xE4me\na@x,1\n"),
     EXIT_BAD_DATA,
     {{0}}},
    {"UTF-16", "csv", TEXT("\xFF\xFEt\0o\0\n\0"), EXIT_BAD_DATA, {{0}}},

    {"jsonl",
     "jsonl",
     TEXT("{\"to\":\"a@x\",\"name\":\"Ann\"}\n"
          "{\"name\":\"B\\u00f6b\",\"EMail\":\"b@x\"}"),
     0,
     {{"a@x", "Ann", false},
      {"b@x",
       "B\xC3\xB6"
       "b",
       false}}},
    {"numbers, booleans, null",
     "jsonl",
     TEXT("{\"to\":\"a@x\",\"name\":42}\n{\"to\":\"b@x\",\"name\":0.1}\n"
          "{\"to\":\"c@x\",\"name\":true}\n{\"to\":\"d@x\",\"name\":null}\n"),
     0,
     {{"a@x", "42", false},
      {"b@x", "0.1", false},
      {"c@x", "true", false},
      {"d@x", "", false}}},
    {"bad objects",
     "jsonl",
     TEXT("{\"to\":\"a@x\",\"name\":[1]}\n[]\n{\"to\":\n"
          "{\"to\":\"a@x\",\"to\":\"b@x\"}\n{\"name\":\"Ann\"}\n"
          "{\"to\":\"f@x\",\"name\":\"F\"}\n"),
     0,
     {{"a@x", NULL, true},
      {"", NULL, true},
      {"", NULL, true},
      {"", NULL, true},
      {"", "Ann", true},
      {"f@x", "F", false}}},
    {"an escaped NUL",
     "jsonl",
     TEXT("{\"to\":\"a@x\",\"name\":\"\\u0000\"}\n"),
     0,
     {{"", NULL, true}}},
    {"CRLF, blank lines and a mark",
     "jsonl",
     TEXT("\xEF\xBB\xBF{\"to\":\"a@x\"}\r\n\r\n \n{\"to\":\"b@x\"}\r\n"),
     0,
     {{"a@x", NULL, false}, {"b@x", NULL, false}}},

    {"txt",
     "txt",
     TEXT("a@x\r\n\n  b@x \nAnn Lee <c@x>"),
     0,
     {{"a@x", NULL, false},
      {"b@x", NULL, false},
      {"Ann Lee <c@x>", NULL, false}}},
    {"txt with a NUL",
     "txt",
     TEXT("a@x\0.org\nb@x\n"),
     0,
     {{"", NULL, true}, {"b@x", NULL, false}}},
    {"nothing", "txt", TEXT(""), 0, {{0}}},
};

static size_t count_rows(const struct given *c)
{
    size_t n = 0;
    while (n < COUNT(c->rows) && c->rows[n].address)
        n++;
    return n;
}

static void check_row(struct cli_list *l, const struct row *e, size_t number)
{
    struct cli_row row;
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
    assert_int_equal(row.number, number);
    assert_string_equal(row.address, e->address);
    assert_int_equal(row.problem != NULL, e->bad);
    const char *name = cli_list_field(l, "name");
    if (e->name && name)
        assert_string_equal(name, e->name);
    else
        assert_true(e->bad || (!e->name && !name));
}

static void lists_are_read_row_by_row(void **state)
{
    (void)state; /* S28 */
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct given *c = &cases[i];
        struct cli_list *l;
        struct cli_row row;
        const char *path = scene_file(c->data, c->len);
        assert_int_equal(cli_list_open(&l, path, c->format), EXIT_DONE);
        for (size_t r = 0; r < count_rows(c); r++)
            check_row(l, &c->rows[r], r + 1);
        scene_listen();
        enum cli_got got = cli_list_next(l, &row);
        const char *said = scene_said();
        assert_int_equal(got, c->status ? CLI_GOT_ERROR : CLI_GOT_END);
        assert_int_equal(*said != '\0', c->status != 0);
        assert_int_equal(cli_list_status(l), c->status);
        assert_int_equal(cli_list_next(l, &row), got); /* it stays so */
        cli_list_free(l);
    }
}

/* A pipe whose writer is slow: an octet at a time. */
static void a_list_on_a_pipe_is_never_waited_for(void **state)
{
    (void)state;
    static const char data[] =
        "\xEF\xBB\xBFto,name\r\n\"a@x\",\"An\n\"\r\nb@x,";
    int ends[2];
    struct cli_list *l;
    struct cli_row row;
    assert_int_equal(pipe(ends), 0);
    int real = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    assert_int_equal(cli_list_open(&l, "-", "csv"), EXIT_DONE);
    dup2(real, STDIN_FILENO);
    assert_false(cli_list_is_file(l));
    int rows = 0;
    for (size_t i = 0; i < sizeof(data) - 1; i++) {
        assert_int_equal(cli_list_next(l, &row), CLI_GOT_NOTHING);
        assert_int_equal(write(ends[1], data + i, 1), 1);
        if (strncmp(data + i, "\r\nb", 3) != 0)
            continue;
        assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
        assert_string_equal(row.address, "a@x");
        assert_string_equal(cli_list_field(l, "name"), "An\n");
        rows++;
    }
    close(ends[1]);
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
    assert_string_equal(row.address, "b@x");
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_END);
    assert_int_equal(rows, 1);
    cli_list_free(l);
    close(ends[0]);
    close(real);
}

static void both_names_stand_for_the_recipient(void **state)
{
    (void)state;
    struct cli_list *l;
    struct cli_row row;
    const char *path = scene_file(TEXT("email,x\na@x,1\n"));
    assert_int_equal(cli_list_open(&l, path, "csv"), EXIT_DONE);
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
    assert_string_equal(cli_list_field(l, "to"), "a@x");
    assert_string_equal(cli_list_field(l, "Email"), "a@x");
    assert_null(cli_list_field(l, "y"));
    assert_int_equal(cli_list_percent(l), 100);
    cli_list_free(l);
}

/* One row of `big` octets in a cell, then one that is fine. */
static void read_big(const char *format, const char *before, const char *after,
                     size_t big)
{
    struct ph__buf data = PH__BUF(64 << 20);
    struct cli_list *l;
    struct cli_row row;
    assert_int_equal(ph__buf_add_text(&data, before), PH_OK);
    assert_int_equal(ph__buf_reserve(&data, big), PH_OK);
    memset(data.data + data.len, 'x', big);
    data.len += big;
    assert_int_equal(ph__buf_add_text(&data, after), PH_OK);
    const char *path = scene_file(data.data, data.len);
    ph__buf_done(&data);
    assert_int_equal(cli_list_open(&l, path, format), EXIT_DONE);
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
    assert_non_null(row.problem);
    assert_int_equal(cli_list_next(l, &row), CLI_GOT_LINE);
    assert_null(row.problem);
    assert_string_equal(row.address, "b@x");
    assert_int_equal(row.number, 2);
    cli_list_free(l);
}

static void a_row_that_is_too_large_spoils_no_other(void **state)
{
    (void)state; /* S28: 10 MiB, and a million columns */
    enum { BIG = 10 << 20 };
    read_big("csv", "to,name\na@x,\"", "\n\"\nb@x,Bob\n", BIG);
    read_big("jsonl", "{\"to\":\"", "\"}\n{\"to\":\"b@x\"}\n", BIG);
    read_big("txt", "", "\nb@x\n", BIG);
    struct ph__buf commas = PH__BUF(4 << 20);
    assert_int_equal(ph__buf_add_text(&commas, "to,name\n"), PH_OK);
    for (int i = 0; i < 1000000; i++)
        assert_int_equal(ph__buf_add_char(&commas, ','), PH_OK);
    assert_int_equal(ph__buf_add_text(&commas, "\nb@x,Bob\n"), PH_OK);
    read_big("csv", commas.data, "", 0);
    ph__buf_done(&commas);
}

static void the_name_of_the_file_says_its_format(void **state)
{
    (void)state;
    struct cli_list *l;
    scene_listen();
    assert_int_equal(cli_list_open(&l, "/tmp/list", NULL), EXIT_USAGE_ERROR);
    assert_int_equal(cli_list_open(&l, "-", NULL), EXIT_USAGE_ERROR);
    assert_int_equal(cli_list_open(&l, "/tmp/l.xlsx", NULL), EXIT_USAGE_ERROR);
    assert_int_equal(cli_list_open(&l, "/tmp/l.csv", "xml"), EXIT_USAGE_ERROR);
    assert_int_equal(cli_list_open(&l, "/nowhere/l.CSV", NULL), EXIT_NO_INPUT);
    assert_non_null(strstr(scene_said(), "/nowhere/l.CSV cannot be read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_row_by_row),
        cmocka_unit_test(a_list_on_a_pipe_is_never_waited_for),
        cmocka_unit_test(both_names_stand_for_the_recipient),
        cmocka_unit_test(a_row_that_is_too_large_spoils_no_other),
        cmocka_unit_test(the_name_of_the_file_says_its_format),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
