#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "sink/store.h"

static const struct ph__sink_to to[] = {{0, 4}, {7, 11}};
static const struct ph__sink_message message = {.connection = 7,
                                                .peer = "1.2.3.4:5",
                                                .hello = "x",
                                                .tls_version = "TLSv1.3",
                                                .tls_cipher = "good",
                                                .user = "ann",
                                                .from = "z\xc3\xa9@b",
                                                .parameters = "A=1 B",
                                                .to_count = 2,
                                                .to = to,
                                                .texts = "a@b\0C \0d@e\0\0",
                                                .content = "h\0i\r\n",
                                                .size = 5,
                                                .chunks = 2,
                                                .flights = 3};

struct place {
    char dir[40];
    struct ph__sink_store *store;
    struct ph__buf why;
};

static void set_up(struct place *out)
{
    snprintf(out->dir, sizeof(out->dir), "/tmp/sink-store-XXXXXX");
    out->store = NULL;
    out->why = PH__BUF(500);
    assert_non_null(mkdtemp(out->dir));
}

static int open_store(struct place *p)
{
    return ph__sink_store_new(&p->store, p->dir, &p->why);
}

static void path(char out[80], const struct place *p, const char *name)
{
    snprintf(out, 80, "%s/%s", p->dir, name);
}

static bool take_away(const struct place *p, const char *name)
{
    char file[80];
    path(file, p, name);
    return remove(file) == 0;
}

static void tear_down(struct place *p)
{
    ph__sink_store_free(p->store);
    ph__buf_done(&p->why);
    assert_int_equal(rmdir(p->dir), 0); /* nothing else is left */
}

static void a_message_becomes_two_files(void **state)
{
    struct place p;
    char file[80], content[10];
    uint64_t number = 0;
    set_up(&p);
    assert_int_equal(open_store(&p), PH_OK);
    assert_int_equal(ph__sink_store_add(&number, p.store, &message, &p.why),
                     PH_OK);
    assert_int_equal(number, 1);
    path(file, &p, "000001.eml");
    FILE *eml = fopen(file, "rb");
    assert_int_equal(fread(content, 1, sizeof(content), eml), 5);
    assert_memory_equal(content, "h\0i\r\n", 5);
    fclose(eml);
    path(file, &p, "000001.json");
    json_t *found = json_load_file(file, 0, NULL);
    json_t *expected = json_pack(
        "{s:i, s:i, s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:[s, s], s:[s, s], "
        "s:[[s], []], s:i, s:i, s:i}",
        "message", 1, "connection", 7, "peer", "1.2.3.4:5", "helo", "x", "tls",
        "version", "TLSv1.3", "cipher", "good", "auth", "ann", "from",
        "z\xc3\xa9@b", "mail_parameters", "A=1", "B", "to", "a@b", "d@e",
        "rcpt_parameters", "C", "size", 5, "chunks", 2, "flights", 3);
    assert_non_null(expected);
    assert_true(json_equal(found, expected));
    json_decref(found);
    json_decref(expected);
    assert_true(take_away(&p, "000001.eml"));
    assert_true(take_away(&p, "000001.json"));
    tear_down(&p);
}

static void what_is_absent_is_null(void **state)
{
    struct ph__sink_message bare = message;
    struct ph__buf text = PH__BUF(1000);
    bare.tls_version = NULL;
    bare.user = NULL;
    bare.to_count = 0;
    assert_int_equal(ph__sink_message_json(&text, &bare, 3), PH_OK);
    json_t *all = json_loads(text.data, 0, NULL);
    assert_true(json_is_null(json_object_get(all, "tls")));
    assert_true(json_is_null(json_object_get(all, "auth")));
    assert_int_equal(json_array_size(json_object_get(all, "to")), 0);
    json_decref(all);
    ph__buf_done(&text);
}

static void numbers_go_on_behind_the_highest(void **state)
{
    static const char *const others[] = {"000041.eml", "7.json", "99.txt",
                                         "x.eml", ".000077.eml.tmp"};
    struct place p;
    char file[80];
    uint64_t number = 0;
    set_up(&p);
    for (size_t i = 0; i < 5; i++) {
        path(file, &p, others[i]);
        fclose(fopen(file, "w"));
    }
    assert_int_equal(open_store(&p), PH_OK);
    assert_int_equal(ph__sink_store_add(&number, p.store, &message, &p.why),
                     PH_OK);
    assert_int_equal(number, 42);
    for (size_t i = 0; i < 5; i++)
        assert_true(take_away(&p, others[i]));
    assert_true(take_away(&p, "000042.eml"));
    assert_true(take_away(&p, "000042.json"));
    tear_down(&p);
}

static void a_failure_leaves_no_file_and_no_number(void **state)
{
    struct place p;
    char file[80];
    uint64_t number = 0;
    set_up(&p);
    assert_int_equal(open_store(&p), PH_OK);
    path(file, &p, "000001.json"); /* a file cannot take its place */
    assert_int_equal(mkdir(file, 0777), 0);
    assert_int_equal(ph__sink_store_add(&number, p.store, &message, &p.why),
                     PH_E_SYSTEM);
    assert_int_equal(number, 0);
    assert_non_null(strstr(p.why.data, "000001.json"));
    assert_true(take_away(&p, "000001.json"));
    assert_int_equal(ph__sink_store_add(&number, p.store, &message, &p.why),
                     PH_OK);
    assert_int_equal(number, 1);
    assert_true(take_away(&p, "000001.eml"));
    assert_true(take_away(&p, "000001.json"));
    tear_down(&p);
}

static void a_place_that_is_none_is_explained(void **state)
{
    struct place p;
    set_up(&p);
    assert_int_equal(rmdir(p.dir), 0);
    assert_int_equal(open_store(&p), PH_E_SYSTEM);
    assert_non_null(strstr(p.why.data, p.dir));
    assert_int_equal(mkdir(p.dir, 0777), 0);
    tear_down(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_becomes_two_files),
        cmocka_unit_test(what_is_absent_is_null),
        cmocka_unit_test(numbers_go_on_behind_the_highest),
        cmocka_unit_test(a_failure_leaves_no_file_and_no_number),
        cmocka_unit_test(a_place_that_is_none_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
