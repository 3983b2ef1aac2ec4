#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/mailbox.h"

enum { MESSAGES = 3, BYTES = 4096 };

static int set_up(void **state)
{
    static struct ph__web_mailbox box;
    ph__web_mailbox_init(&box, MESSAGES, BYTES);
    *state = &box;
    return 0;
}

static int tear_down(void **state)
{
    ph__web_mailbox_done(*state);
    return 0;
}

static void add(struct ph__web_mailbox *b, size_t size)
{
    static const char content[BYTES];
    assert_int_equal(ph__web_mailbox_add(b, "{}", content, size, 1), PH_OK);
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
    struct ph__web_mailbox *b = *state;
    assert_int_equal(ph__web_mailbox_first(b), 1);
    for (int i = 0; i < MESSAGES + 2; i++)
        add(b, 1);
    assert_int_equal(b->count, MESSAGES);
    assert_int_equal(b->last, MESSAGES + 2);
    assert_int_equal(ph__web_mailbox_first(b), 3);
    assert_null(ph__web_mailbox_find(b, 2));
    assert_int_equal(ph__web_mailbox_find(b, 3)->id, 3);
    assert_null(ph__web_mailbox_find(b, MESSAGES + 3));
}

static void the_oldest_go_when_they_are_too_large(void **state)
{
    struct ph__web_mailbox *b = *state;
    add(b, 1000);
    add(b, 1000);
    assert_int_equal(b->count, 2);
    add(b, 3000);
    assert_int_equal(b->count, 1);
    assert_int_equal(ph__web_mailbox_first(b), 3);
}

static void one_that_fits_nowhere_changes_nothing(void **state)
{
    static const char content[BYTES + 1];
    struct ph__web_mailbox *b = *state;
    add(b, 1);
    assert_int_equal(ph__web_mailbox_add(b, "{}", content, sizeof(content), 1),
                     PH_E_LIMIT);
    assert_int_equal(ph__web_mailbox_add(b, "{}", content, BYTES - 1, 1),
                     PH_E_LIMIT);
    assert_int_equal(b->count, 1);
    assert_int_equal(b->last, 1);
}

static void no_id_comes_twice(void **state)
{
    struct ph__web_mailbox *b = *state;
    add(b, 1);
    add(b, 1);
    uint64_t changes = b->changes;
    ph__web_mailbox_clear(b);
    assert_true(b->changes > changes);
    assert_int_equal(b->count, 0);
    assert_int_equal(b->bytes, 0);
    assert_int_equal(ph__web_mailbox_first(b), 3);
    add(b, 1);
    assert_int_equal(b->last, 3);
}

static void a_message_that_is_held_outlives_the_box(void **state)
{
    struct ph__web_mailbox *b = *state;
    assert_int_equal(ph__web_mailbox_add(b, "{}", "hello", 5, 1), PH_OK);
    struct ph__web_kept *k = ph__web_kept_hold(ph__web_mailbox_find(b, 1));
    ph__web_mailbox_clear(b);
    assert_string_equal(k->content.data, "hello");
    ph__web_kept_release(k);
    ph__web_kept_release(NULL);
}

static void a_dialogue_belongs_to_the_newest(void **state)
{
    struct ph__web_mailbox *b = *state;
    assert_int_equal(ph__web_mailbox_dialogue(b, "S: 220\n"), PH_OK);
    add(b, 1);
    add(b, 1);
    size_t before = b->bytes;
    assert_int_equal(ph__web_mailbox_dialogue(b, "S: 250\n"), PH_OK);
    assert_true(b->bytes > before);
    assert_string_equal(ph__web_mailbox_find(b, 2)->dialogue.data, "S: 250\n");
    assert_int_equal(ph__web_mailbox_find(b, 1)->dialogue.len, 0);
    /* One that was not kept must not lend it to the one before. */
    assert_int_equal(ph__web_mailbox_dialogue(b, "S: 451\n"), PH_OK);
    assert_string_equal(ph__web_mailbox_find(b, 2)->dialogue.data, "S: 250\n");
    ph__web_mailbox_clear(b);
    assert_int_equal(ph__web_mailbox_dialogue(b, "S: 250\n"), PH_OK);
    assert_int_equal(b->bytes, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_oldest_go_when_there_are_too_many),
        TEST(the_oldest_go_when_they_are_too_large),
        TEST(one_that_fits_nowhere_changes_nothing),
        TEST(no_id_comes_twice),
        TEST(a_message_that_is_held_outlives_the_box),
        TEST(a_dialogue_belongs_to_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
