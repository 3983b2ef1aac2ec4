#include "scene.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/history.h"
#include "cli/options.h"

#define LINE(outcome, row, to, attempts)                                       \
    "{\"message\":\"m\",\"recipient\":\"" to "\",\"outcome\":\"" outcome       \
    "\",\"attempts\":" #attempts ",\"row\":" #row "}\n"

static int load(struct cli_history *out, const char *data, size_t len)
{
    const char *path = scene_file(data, len);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    int status = cli_history_load(out, fd, path);
    close(fd);
    return status;
}

static enum cli_past_state state_of(const struct cli_history *h, uint64_t row,
                                    const char *to)
{
    const struct cli_past *past = cli_history_find(h, row, to);
    assert_non_null(past);
    return past->state;
}

static void the_last_line_about_a_row_counts(void **state)
{
    (void)state; /* U19 */
    static const char data[] = LINE("pending", 2, "b@x", 1)
        LINE("pending", 1, "a@x", 1) LINE("accepted", 2, "b@x", 1)
            LINE("pending", 3, "c@x", 1) LINE("deferred", 1, "a@x", 1)
                LINE("refused", 4, "d@x", 1) LINE("uncertain", 5, "e@x", 1)
                    LINE("unsent", 6, "f@x", 0) LINE("pending", 1, "a@x", 2)
                        LINE("deferred", 1, "a@x", 2);
    struct cli_history h;
    assert_int_equal(load(&h, data, sizeof(data) - 1), EXIT_DONE);
    assert_int_equal(h.count, 6);
    assert_int_equal(h.end, sizeof(data) - 1);
    assert_int_equal(state_of(&h, 1, "a@x"), CLI_PAST_OPEN);
    assert_int_equal(cli_history_find(&h, 1, "a@x")->attempts, 2);
    assert_int_equal(state_of(&h, 2, "b@x"), CLI_PAST_CLOSED);
    assert_int_equal(state_of(&h, 3, "c@x"), CLI_PAST_PENDING);
    assert_int_equal(state_of(&h, 4, "d@x"), CLI_PAST_CLOSED);
    assert_int_equal(state_of(&h, 5, "e@x"), CLI_PAST_UNCERTAIN);
    assert_int_equal(state_of(&h, 6, "f@x"), CLI_PAST_OPEN);
    cli_history_done(&h);
}

static void a_row_is_known_by_its_number_and_its_recipient(void **state)
{
    (void)state; /* a list that was edited meanwhile */
    static const char data[] =
        LINE("accepted", 1, "a@x", 1) LINE("deferred", 1, "b@x", 1);
    struct cli_history h;
    assert_int_equal(load(&h, data, sizeof(data) - 1), EXIT_DONE);
    assert_int_equal(state_of(&h, 1, "a@x"), CLI_PAST_CLOSED);
    assert_int_equal(state_of(&h, 1, "b@x"), CLI_PAST_OPEN);
    assert_null(cli_history_find(&h, 1, "c@x"));
    assert_null(cli_history_find(&h, 2, "a@x"));
    assert_null(cli_history_find(&h, 0, "a@x"));
    cli_history_done(&h);
}

static void the_file_says_whose_results_it_holds(void **state)
{
    (void)state;
#define BATCH(batch)                                                           \
    "{\"recipient\":\"a@x\",\"outcome\":\"accepted\",\"attempts\":1,"          \
    "\"row\":1,\"batch\":" batch "}\n"
#define PLAIN LINE("accepted", 2, "b@x", 1)
    static const struct {
        const char *data, *list, *template;
    } cases[] = {
        {PLAIN, "", ""}, /* of an older version */
        {BATCH("{\"list\":\"1a\",\"template\":\"2b\"}") PLAIN, "1a", "2b"},
        {BATCH("{\"list\":\"1a\",\"template\":\"2b\"}")
             BATCH("{\"list\":null,\"template\":\"3c\"}"),
         "", "3c"}, /* the latest counts: it was forced */
        {BATCH("7"), "", ""},
        {BATCH("{\"list\":[],\"template\":1}"), "", ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_history h;
        assert_int_equal(load(&h, cases[i].data, strlen(cases[i].data)),
                         EXIT_DONE);
        assert_string_equal(h.batch.list, cases[i].list);
        assert_string_equal(h.batch.template, cases[i].template);
        cli_history_done(&h);
    }
}

static void a_torn_last_line_does_not_count(void **state)
{
    (void)state; /* killed while it was written: at every octet */
    static const char whole[] = LINE("accepted", 1, "a@x", 1);
    static const char both[] =
        LINE("accepted", 1, "a@x", 1) LINE("pending", 2, "b@x", 1);
    for (size_t len = sizeof(whole) - 1; len < sizeof(both) - 1; len++) {
        struct cli_history h;
        assert_int_equal(load(&h, both, len), EXIT_DONE);
        assert_int_equal(h.count, 1);
        assert_int_equal(h.end, sizeof(whole) - 1);
        cli_history_done(&h);
        scene_done(NULL);
    }
}

static void another_kind_of_file_is_refused(void **state)
{
    (void)state;
    static const char *const files[] = {
        "to,name\na@x,Ann\n",
        "{}\n",
        "[]\n",
        "\n",
        LINE("sent", 1, "a@x", 1),
        LINE("accepted", 0, "a@x", 1),
        LINE("accepted", -1, "a@x", 1),
        LINE("accepted", 1, "a@x", -1),
        LINE("accepted", "1", "a@x", 1),
        LINE("accepted", 1, "a@x", 1) "garbage\n" LINE("accepted", 2, "b@x", 1),
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct cli_history h = {.count = 7};
        scene_listen();
        int status = load(&h, files[i], strlen(files[i]));
        assert_non_null(strstr(scene_said(), "something else than results"));
        assert_int_equal(status, EXIT_BAD_DATA);
        assert_int_equal(h.count, 7); /* untouched */
    }
}

static void a_new_file_is_empty(void **state)
{
    (void)state;
    struct cli_history h;
    assert_int_equal(load(&h, "", 0), EXIT_DONE);
    assert_int_equal(h.count, 0);
    assert_null(cli_history_find(&h, 1, "a@x"));
    cli_history_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_line_about_a_row_counts),
        cmocka_unit_test(a_row_is_known_by_its_number_and_its_recipient),
        cmocka_unit_test(the_file_says_whose_results_it_holds),
        cmocka_unit_test(a_torn_last_line_does_not_count),
        cmocka_unit_test(another_kind_of_file_is_refused),
        cmocka_unit_test(a_new_file_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
