#include "scene.h"

#include "base/text.h"
#include "cli/presets.h"
#include "sasl/sasl.h"

/* Each of them, by the list that people are shown. */
static char *next_name(char **list)
{
    char *name = *list;
    char *comma = name ? strstr(name, ", ") : NULL;
    if (comma)
        *comma = '\0';
    *list = comma ? comma + 2 : NULL;
    return name;
}

static void check_mechanisms(const char *list)
{
    char name[32];
    for (; *list; list += strspn(list, ",")) {
        size_t len = strcspn(list, ",");
        assert_true(len < sizeof(name));
        snprintf(name, sizeof(name), "%.*s", (int)len, list);
        assert_int_not_equal(ph__sasl_bit(name), 0);
        list += len;
    }
}

static void presets_are_complete_and_encrypted(void **state)
{
    (void)state;
    struct ph__buf list = PH__BUF(1024);
    assert_int_equal(cli_preset_list(&list), PH_OK);
    char *rest = list.data;
    int count = 0;
    for (char *name; (name = next_name(&rest)) != NULL; count++) {
        const struct cli_preset *p = cli_preset_named(name);
        assert_non_null(p);
        assert_string_equal(p->name, name);
        assert_ptr_equal(cli_preset_of(p->host), p);
        /* Only these two ports make TLS required. */
        assert_int_equal(p->port, p->implicit_tls ? 465 : 587);
        check_mechanisms(p->mechanisms);
        assert_int_equal(strncmp(p->secret, "use ", 4) == 0 ||
                             strncmp(p->secret, "allow ", 6) == 0,
                         true);
        assert_int_equal(strlen(p->checked), strlen("2026-11"));
    }
    assert_true(count >= 12);
    ph__buf_done(&list);
}

static void names_are_taken_in_any_case_and_whole(void **state)
{
    (void)state;
    assert_non_null(cli_preset_named("GMail"));
    assert_null(cli_preset_named("gmai"));
    assert_null(cli_preset_named(""));
    assert_non_null(cli_preset_of("SMTP.gmail.com"));
    assert_null(cli_preset_of("smtp.gmail.com.example.org"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_complete_and_encrypted),
        cmocka_unit_test(names_are_taken_in_any_case_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
