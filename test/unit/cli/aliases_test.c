#include "scene.h"

#include "cli/aliases.h"
#include "cli/options.h"

static struct cli_alias *find(const struct cli_aliases *a, const char *name)
{
    return cli_aliases_find(a, (struct ph_slice){name, strlen(name)});
}

/* "a@x|!|prog|\ann": the targets, "!" in front of those that are not for us,
 * "\" in front of final ones. */
static const char *targets(const struct cli_alias *alias)
{
    static const char *const marks[] = {[CLI_TARGET_LIST] = "",
                                        [CLI_TARGET_FINAL] = "\\",
                                        [CLI_TARGET_UNFIT] = "!"};
    static char out[256];
    size_t n = 0;
    struct ph_slice target;
    const char *at = alias->targets;
    enum cli_target kind;
    out[0] = '\0';
    while ((kind = cli_alias_target(&target, &at)) != CLI_TARGET_END)
        n +=
            (size_t)snprintf(out + n, sizeof(out) - n, "%s%s%.*s", n ? "|" : "",
                             marks[kind], (int)target.len, target.data);
    return out;
}

static const struct {
    const char *label, *text, *name;
    const char *expected; /* NULL = there is none of that name */
} cases[] = {
    {"one", "root: ann@x.org\n", "root", "ann@x.org"},
    {"without a line end", "root: ann@x.org", "root", "ann@x.org"},
    {"in any case of letters", "Root: ann\n", "rOOT", "ann"},
    {"no blanks", "root:ann,bob\n", "root", "ann|bob"},
    {"many", "root :\tann , bob,,\n", "root", "ann|bob"},
    {"CRLF", "root: ann\r\nann: bob\r\n", "root", "ann"},
    {"the second", "a: b\nroot: ann\nc: d\n", "root", "ann"},
    {"remarks", "# a: b\n\n  # root: c\nroot: ann # b\n", "root", "ann # b"},
    {"none", "a: b\n", "root", NULL},
    {"not its beginning", "roots: a\nroo: b\n", "root", NULL},
    {"more lines", "root: ann,\n\tbob\n  eve@x\na: b\n", "root",
     "ann|bob   eve@x"},
    {"a remark between", "root: ann,\n# c\n\n bob\n", "root", "ann|bob"},
    {"no target", "root:\na: b\n", "root", ""},
    {"no target at the end", "root:", "root", ""},
    {"a quoted name", "\"the root\" : ann\n", "the root", "ann"},
    {"quoted targets", "root: \"a,b\"@x, \"c\\\",d\" <e@x>\n", "root",
     "\"a,b\"@x|\"c\\\",d\" <e@x>"},
    {"a program", "root: \"|/bin/x a, b\", ann, |y\n", "root",
     "!\"|/bin/x a, b\"|ann|!|y"},
    {"a file and a list", "root: /dev/null, :include:/x, :Include:/y\n", "root",
     "!/dev/null|!:include:/x|!:Include:/y"},
    {"a final one", "ann: \\ann, bob\n", "ann", "\\ann|bob"},
    {"an empty file", "", "root", NULL},
};

static void names_lead_to_targets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_aliases a;
        const char *path = scene_file(cases[i].text, strlen(cases[i].text));
        assert_int_equal(cli_aliases_read(&a, path), EXIT_DONE);
        const struct cli_alias *found = find(&a, cases[i].name);
        const char *got = found ? targets(found) : NULL;
        if (!got != !cases[i].expected ||
            (got && strcmp(got, cases[i].expected) != 0))
            fail_msg("%s: %s", cases[i].label, got ? got : "none");
        cli_aliases_done(&a);
        scene_done(NULL);
    }
}

static const struct {
    const char *text;
    size_t len;
    const char *said;
} wrong[] = {
    {TEXT("a: b\nroot ann\n"), ":2: this is no alias"},
    {TEXT(": ann\n"), ":1: this is no alias"},
    {TEXT("root\n"), ":1: this is no alias"},
    {TEXT("the root: ann\n"), ":1: this is no alias"},
    {TEXT("\"root: ann\n"), ":1: this is no alias"},
    {TEXT("\"\": ann\n"), ":1: this is no alias"},
    {TEXT("\"root\n"), ":1: this is no alias"},
    {TEXT("\""), ":1: this is no alias"},
    {TEXT("# x\n b@x\n"), ":2: this goes on"},
    {TEXT("a: b\n# x\nA: c\n"), ":3: this name was there"},
    {TEXT("a: b\0c\n"), ":1: a control"},
    {TEXT("a: b\rc: d\n"), ":1: a control"},
};

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct cli_aliases a;
        const char *path = scene_file(wrong[i].text, wrong[i].len);
        scene_listen();
        int status = cli_aliases_read(&a, path);
        const char *said = scene_said();
        if (status != EXIT_BAD_CONFIG || !strstr(said, wrong[i].said))
            fail_msg("case %zu: %d, %s", i, status, said);
        scene_done(NULL);
    }
}

static void a_file_has_limits(void **state)
{
    struct ph__buf text = PH__BUF(4 << 20);
    struct cli_aliases a;
    (void)state;
    for (int i = 0; i <= CLI_ALIASES_MAX; i++)
        assert_int_equal(ph__buf_format(&text, "a%d: b\n", i), PH_OK);
    scene_listen();
    assert_int_equal(cli_aliases_read(&a, scene_file(text.data, text.len)),
                     EXIT_BAD_CONFIG);
    assert_non_null(strstr(scene_said(), ":10001: these are too many"));
    while (text.len < CLI_ALIASES_OCTETS + (size_t)(128 * 1024))
        assert_int_equal(ph__buf_add_text(&text, "# remark\n"), PH_OK);
    scene_listen();
    assert_int_equal(cli_aliases_read(&a, scene_file(text.data, text.len)),
                     EXIT_BAD_CONFIG);
    assert_int_equal(cli_aliases_read(&a, "/nowhere/aliases"), EXIT_BAD_CONFIG);
    assert_non_null(strstr(scene_said(), "is larger than"));
    ph__buf_done(&text);
}

/* Octets that mean something, at random: all is read, or refused. */
static void hostile_files_are_read_or_refused(void **state)
{
    static const char octets[] = "a:,|/\\\"# \t\r\n\na:b";
    const char *path = scene_file("", 0);
    unsigned seed = 1;
    (void)state;
    scene_listen();
    for (int round = 0; round < 300; round++) {
        struct cli_aliases a;
        char text[64];
        size_t len = (size_t)round % sizeof(text);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = octets[(seed >> 16) % (sizeof(octets) - 1)];
        }
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(text, 1, len, f);
        fclose(f);
        int status = cli_aliases_read(&a, path);
        assert_true(status == EXIT_DONE || status == EXIT_BAD_CONFIG);
        for (size_t i = 0; !status && i < a.count; i++) {
            assert_ptr_equal(find(&a, a.items[i].name), &a.items[i]);
            assert_true(strlen(targets(&a.items[i])) <= 3 * len);
        }
        if (!status)
            cli_aliases_done(&a);
    }
    scene_said();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_to_targets),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_file_has_limits),
        cmocka_unit_test(hostile_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
