#include "scene.h"

#include "cli/sendmail_names.h"

static const struct {
    const char *label, *list, *expected;
} cases[] = {
    {"a name", "root", "root@h"},
    {"addresses stay", "a@x, B <b@y>", "a@x, B <b@y>"},
    {"names among addresses", "a@x, root,b@y , ann", "a@x, root@h,b@y , ann@h"},
    {"in brackets", "Cron Daemon <root>", "Cron Daemon <root@h>"},
    {"with a remark", "root (Cron, Daemon)", "root@h (Cron, Daemon)"},
    {"with quotes", "\"the root\" (x)", "\"the root\"@h (x)"},
    {"postmaster", "postmaster", "postmaster@h"},
    {"a group", "us: ann, b@x; , bob", "us: ann@h, b@x; , bob@h"},
    {"an empty group", "undisclosed-recipients:;", "undisclosed-recipients:;"},
    {"folded", "ann,\r\n bob\r\n", "ann@h,\r\n bob@h\r\n"},
    {"a comma in a name", "\"Lee, Ann\" <ann>", "\"Lee, Ann\" <ann@h>"},
    {"nothing", "", ""},
    {"an empty address", "<>", "<>"},
    /* What cannot be read stays, and so does what follows. */
    {"words", "cron daemon root, ann", "cron daemon root, ann"},
    {"text behind", "<root> x, ann", "<root> x, ann"},
    {"an open remark", "ann, root (x", "ann@h, root (x"},
    {"an open quote", "ann, \"root", "ann@h, \"root"},
    {"an open bracket", "ann, <root", "ann@h, <root"},
    {"no local part", "ro..ot, ann", "ro..ot, ann"},
    {"a control", "ro\001ot", "ro\001ot"},
};

static void names_get_a_domain_and_nothing_else_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1024);
        struct ph_slice list = {cases[i].list, strlen(cases[i].list)};
        int rc = cli_names_qualify(&out, list, "h");
        if (rc || strcmp(ph__buf_text(&out), cases[i].expected) != 0)
            fail_msg("%s: %d, %s", cases[i].label, rc, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

/* Whatever octets: what goes in comes out, but for domains. */
static void hostile_lists_lose_nothing(void **state)
{
    static const char octets[] = "a@,;:<>()\"\\ \t\r\n[].\303\274\0";
    struct ph__buf out = PH__BUF(4096);
    unsigned seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[12];
        size_t len = (size_t)round % sizeof(text);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = octets[(seed >> 16) % (sizeof(octets) - 1)];
        }
        ph__buf_clear(&out);
        struct ph_slice list = {text, len};
        assert_int_equal(cli_names_qualify(&out, list, "!"), PH_OK);
        size_t kept = 0;
        for (size_t i = 0; i < out.len; i++)
            if (kept < len && out.data[i] == text[kept])
                kept++;
            else
                assert_true(out.data[i] == '!' || out.data[i] == '@');
        assert_int_equal(kept, len);
    }
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_get_a_domain_and_nothing_else_changes),
        cmocka_unit_test(hostile_lists_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
