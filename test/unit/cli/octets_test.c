#include "scene.h"

#include <unistd.h>

#include "cli/enclosures.h"
#include "cli/octets.h"
#include "cli/options.h"
#include "message/limits.h"

enum { MOST = 4 * PH__SPOOL_ABOVE, LETTER_ROOM = 64 };

/* A file of so many 'a', and this at its end. */
static const char *file_of(size_t len, const char *end)
{
    char *data = malloc(len + 1);
    assert_non_null(data);
    memset(data, 'a', len);
    memcpy(data + len - strlen(end), end, strlen(end));
    const char *path = scene_file(data, len);
    free(data);
    return path;
}

static void only_what_is_small_is_in_memory(void **state)
{
    static const struct {
        size_t len;
        bool read;
    } cases[] = {{0, true},
                 {1, true},
                 {PH__SPOOL_ABOVE, true},
                 {PH__SPOOL_ABOVE + 1, false},
                 {MOST, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *path = file_of(cases[i].len, "");
        struct cli_octets o;
        cli_octets_init(&o, MOST);
        assert_int_equal(cli_octets_read(&o, path), EXIT_DONE);
        assert_int_equal(o.len, cases[i].len);
        assert_int_equal(cli_octets_are_read(&o), cases[i].read);
        assert_in_range(cli_octets_slice(&o).len, 0, PH__SPOOL_ABOVE);
        assert_int_equal(cli_octets_complete(&o, path), EXIT_DONE);
        assert_true(cli_octets_are_read(&o));
        assert_int_equal(cli_octets_slice(&o).len, cases[i].len);
        cli_octets_done(&o);
    }
}

/* As it is with --attach <(program). */
static void what_is_no_file_is_read_whole(void **state)
{
    static char data[60000];
    int ends[2];
    char path[32];
    struct cli_octets o;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], data, sizeof(data)), sizeof(data));
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    cli_octets_init(&o, MOST);
    assert_int_equal(cli_octets_read(&o, path), EXIT_DONE);
    assert_true(cli_octets_are_read(&o));
    assert_int_equal(o.len, sizeof(data));
    cli_octets_done(&o);
    close(ends[0]);
}

static void octets_are_compared_wherever_they_are(void **state)
{
    enum { LEN = 2 * PH__SPOOL_ABOVE };
    const char *paths[] = {file_of(LEN, "b"), file_of(LEN, "b"),
                           file_of(LEN, "c"), file_of(LEN + 1, "b")};
    struct cli_octets o[COUNT(paths)];
    for (size_t i = 0; i < COUNT(paths); i++) {
        cli_octets_init(&o[i], MOST);
        assert_int_equal(cli_octets_read(&o[i], paths[i]), EXIT_DONE);
    }
    assert_int_equal(cli_octets_complete(&o[1], paths[1]), EXIT_DONE);
    assert_true(cli_octets_same(&o[0], &o[1]));
    assert_false(cli_octets_same(&o[0], &o[2]));
    assert_false(cli_octets_same(&o[0], &o[3]));
    for (size_t i = 0; i < COUNT(paths); i++)
        cli_octets_done(&o[i]);
}

static void what_is_too_large_is_told_before_it_is_read(void **state)
{
    static const struct {
        const char *path;
        int status;
        const char *words;
    } cases[] = {
        {NULL, EXIT_BAD_DATA, "is larger than 4194304 octets: send something"},
        {"/nowhere/f", EXIT_NO_INPUT, "cannot be read: No such file"},
        {"/tmp", EXIT_NO_INPUT, "cannot be read: Is a directory"},
    };
    const char *large = scene_file("", 0);
    assert_int_equal(truncate(large, (off_t)1 << 40), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_octets o;
        cli_octets_init(&o, MOST);
        scene_listen();
        int status = cli_octets_read(&o, cases[i].path ? cases[i].path : large);
        assert_non_null(strstr(scene_said(), cases[i].words));
        assert_int_equal(status, cases[i].status);
        cli_octets_done(&o);
    }
}

/* A message is not encoded: what cannot be sent in its last line decides. */
static void a_large_message_is_looked_at_whole(void **state)
{
    static const struct {
        const char *end;
        const char *type;
        bool read;
    } cases[] = {{"\r\nlast\r\n", "message/rfc822", true},
                 {"\rlast\r\n", "application/octet-stream", true}};
    static const char head[] = "Received: from x by y; today\r\n"
                               "From: a@x.org\r\nSubject: s\r\n\r\n";
    enum { LEN = 2 * PH__SPOOL_ABOVE };
    char *data = malloc(LEN);
    assert_non_null(data);
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t end = strlen(cases[i].end);
        for (size_t at = 0; at < LEN; at++)
            data[at] = at % LETTER_ROOM < LETTER_ROOM - 2    ? 'a'
                       : at % LETTER_ROOM == LETTER_ROOM - 2 ? '\r'
                                                             : '\n';
        memcpy(data, head, sizeof(head) - 1);
        memcpy(data + LEN - end, cases[i].end, end);
        struct cli_enclosures list = {.count = 0};
        struct cli_attachment a = {.path = scene_file(data, LEN),
                                   .name = "a.eml"};
        assert_int_equal(cli_enclosures_add(&list, &a), EXIT_DONE);
        assert_string_equal(list.at[0].type, cases[i].type);
        assert_int_equal(cli_octets_are_read(&list.at[0].octets),
                         cases[i].read);
        cli_enclosures_done(&list);
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_small_is_in_memory),
        cmocka_unit_test(what_is_no_file_is_read_whole),
        cmocka_unit_test(octets_are_compared_wherever_they_are),
        cmocka_unit_test(what_is_too_large_is_told_before_it_is_read),
        cmocka_unit_test(a_large_message_is_looked_at_whole),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
