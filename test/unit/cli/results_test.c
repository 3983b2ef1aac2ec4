#include "scene.h"

#include <signal.h>

#include <sys/resource.h>

#include "cli/options.h"
#include "cli/results.h"

static struct cli_fate fate_of(const char *outcome, uint64_t row,
                               const char *to)
{
    return (struct cli_fate){.message = "id@x",
                             .recipient = to,
                             .outcome = outcome,
                             .stage = "content",
                             .detail = "",
                             .attempts = 1,
                             .server = "mx:25",
                             .row = row};
}

#define PENDING(row, to)                                                       \
    "{\"message\":\"id@x\",\"recipient\":\"" to "\",\"outcome\":\"pending\","  \
    "\"code\":null,\"enhanced\":null,\"reply\":null,\"stage\":\"content\","    \
    "\"attempts\":1,\"server\":\"mx:25\",\"row\":" #row "}\n"

struct waiting {
    struct cli_waiter waiter;
    const char *path;
    size_t written; /* the file's length when it was called */
    int durable, lost;
};

static void on_done(struct cli_waiter *waiter, bool durable)
{
    struct waiting *w = ph__of(waiter, struct waiting, waiter);
    w->durable += durable;
    w->lost += !durable;
    scene_read(w->path, &w->written);
}

static void a_waiter_is_called_when_its_line_is_in_the_file(void **state)
{
    (void)state; /* U19 */
    const char *path = scene_file("", 0);
    struct waiting w[3] = {0};
    struct cli_results *r;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(cli_results_open(&r, &loop, path), EXIT_DONE);
    for (int i = 0; i < 3; i++) {
        struct cli_fate fate = fate_of("pending", (uint64_t)i + 1, "a@x");
        w[i] = (struct waiting){.waiter.done = on_done, .path = path};
        ph__list_init(&w[i].waiter.link);
        assert_true(cli_results_add(r, &fate, &w[i].waiter));
        assert_int_equal(w[i].durable, 0); /* never from inside */
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w[i].durable, 1);
        assert_int_equal(w[i].lost, 0);
        assert_true(w[i].written >= (i + 1) * (sizeof(PENDING(1, "a@x")) - 1));
    }
    /* The second and third waited for the first's, and shared one write. */
    assert_int_equal(w[1].written, w[2].written);
    cli_results_free(r);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_string_equal(scene_read(path, NULL),
                        PENDING(1, "a@x") PENDING(2, "a@x") PENDING(3, "a@x"));
}

static void a_torn_line_is_cut_off_and_the_rest_read(void **state)
{
    (void)state;
    static const char torn[] = PENDING(1, "a@x") "{\"message\":\"id@x\",\"re";
    const char *path = scene_file(torn, sizeof(torn) - 1);
    struct cli_results *r;
    struct cli_fate fate;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(cli_results_open(&r, &loop, path), EXIT_DONE);
    const struct cli_history *h = cli_results_history(r);
    assert_int_equal(h->count, 1);
    assert_true(cli_results_fate(r, &h->entries[0], &fate));
    assert_string_equal(fate.message, "id@x");
    assert_string_equal(fate.recipient, "a@x");
    assert_string_equal(fate.server, "mx:25");
    assert_int_equal(fate.row, 1);
    fate = fate_of("pending", 2, "b@x");
    assert_true(cli_results_add(r, &fate, NULL));
    uv_run(&loop, UV_RUN_DEFAULT);
    cli_results_free(r);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_string_equal(scene_read(path, NULL),
                        PENDING(1, "a@x") PENDING(2, "b@x"));
}

static void a_second_run_is_kept_out(void **state)
{
    (void)state;
    const char *path = scene_file("", 0);
    struct cli_results *first, *second;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(cli_results_open(&first, &loop, path), EXIT_DONE);
    scene_listen();
    int status = cli_results_open(&second, &loop, path);
    assert_non_null(strstr(scene_said(), "another run is writing this file"));
    assert_int_equal(status, EXIT_TRY_LATER);
    cli_results_free(first);
    assert_int_equal(cli_results_open(&second, &loop, path), EXIT_DONE);
    cli_results_free(second);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* A file that may not grow over one line and a half. */
static void a_full_disk_lets_no_row_go(void **state)
{
    (void)state; /* S31 */
    enum { LINE_LEN = sizeof(PENDING(1, "a@x")) - 1 };
    const char *path = scene_file("", 0);
    struct rlimit all, few;
    struct waiting w[2];
    struct cli_results *r;
    uv_loop_t loop;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(cli_results_open(&r, &loop, path), EXIT_DONE);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    few = (struct rlimit){LINE_LEN * 3 / 2, all.rlim_max};
    for (int i = 0; i < 2; i++) {
        struct cli_fate fate = fate_of("pending", (uint64_t)i + 1, "a@x");
        w[i] = (struct waiting){.waiter.done = on_done, .path = path};
        ph__list_init(&w[i].waiter.link);
        if (i == 1) {
            fflush(NULL);
            setrlimit(RLIMIT_FSIZE, &few);
        }
        assert_true(cli_results_add(r, &fate, &w[i].waiter));
        if (i == 0)
            uv_run(&loop, UV_RUN_DEFAULT);
    }
    scene_listen();
    uv_run(&loop, UV_RUN_DEFAULT);
    setrlimit(RLIMIT_FSIZE, &all);
    assert_non_null(strstr(scene_said(), "cannot be written"));
    assert_int_equal(w[0].durable, 1);
    assert_int_equal(w[1].durable, 0);
    assert_int_equal(w[1].lost, 1);
    assert_true(cli_results_failed(r));
    struct cli_fate late = fate_of("accepted", 1, "a@x");
    assert_false(cli_results_add(r, &late, NULL));
    cli_results_free(r);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_string_equal(scene_read(path, NULL), PENDING(1, "a@x"));
}

static void a_file_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    struct cli_results *r;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    scene_listen();
    int status = cli_results_open(&r, &loop, "/nowhere/r.jsonl");
    assert_non_null(strstr(scene_said(), "/nowhere/r.jsonl cannot be written"));
    assert_int_equal(status, EXIT_NO_INPUT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiter_is_called_when_its_line_is_in_the_file),
        cmocka_unit_test(a_torn_line_is_cut_off_and_the_rest_read),
        cmocka_unit_test(a_second_run_is_kept_out),
        cmocka_unit_test(a_full_disk_lets_no_row_go),
        cmocka_unit_test(a_file_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
