#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/retry.h"

enum { STEP = 100, MINUTE = 60000 };

/* A server that has room for `server` sessions, and one who wants all that he
 * may have. */
struct world {
    struct ph__room room;
    uint64_t now;
    unsigned server;
    unsigned open;
    unsigned refused;
};

static void live(struct world *w, uint64_t ms)
{
    for (uint64_t end = w->now + ms; w->now < end; w->now += STEP) {
        ph__room_grow(&w->room, w->now);
        while (w->open < w->room.limit) {
            if (w->open < w->server) {
                w->open++;
                continue;
            }
            w->refused++;
            ph__room_full(&w->room, w->now, w->open);
        }
    }
}

/* U26 */
static void it_settles_at_what_the_server_has_room_for(void **state)
{
    struct world w = {.server = 3};
    ph__room_init(&w.room, 10);
    assert_int_equal(w.room.limit, 10);
    live(&w, STEP);
    assert_int_equal(w.room.limit, 3);
    /* A fourth is asked for ever more rarely: after 1, 2, 4, 8 and 16 minutes,
     * and every 16 from then on. */
    static const struct {
        uint64_t minutes;
        unsigned refused;
    } expected[] = {{1, 1}, {2, 1}, {4, 1}, {8, 1}, {16, 1}, {16, 1}, {64, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        w.refused = 0;
        live(&w, expected[i].minutes * MINUTE);
        assert_int_equal(w.refused, expected[i].refused);
        assert_int_equal(w.open, 3);
        assert_int_equal(w.room.limit, 3);
    }
}

static void room_that_comes_back_is_found(void **state)
{
    struct world w = {.server = 1};
    ph__room_init(&w.room, 4);
    live(&w, 31 * MINUTE);
    assert_true(w.room.quiet_ms == PH__ROOM_QUIET_MOST_MS);
    w.server = 100;
    /* One more, and then in half the time each: 16 + 16 + 8 minutes. */
    live(&w, 40 * MINUTE + STEP);
    assert_int_equal(w.open, 4);
    assert_true(w.room.grow_at == UINT64_MAX);
    live(&w, 1000 * MINUTE);
    assert_int_equal(w.open, 4);
}

static void less_is_half(void **state)
{
    struct ph__room room;
    ph__room_init(&room, 20);
    ph__room_halve(&room, 1000, 11); /* of those that live, not of the limit */
    assert_int_equal(room.limit, 5);
    /* The others say the same until enough of them have gone. */
    for (unsigned open = 10; open > 5; open--)
        ph__room_halve(&room, 2000, open);
    assert_int_equal(room.limit, 5);
    ph__room_halve(&room, 3000, 5);
    assert_int_equal(room.limit, 2);
    assert_true(room.grow_at == 3000 + PH__ROOM_QUIET_MS);
    ph__room_halve(&room, 4000, 1);
    ph__room_halve(&room, 5000, 1);
    ph__room_halve(&room, 6000, 0);
    assert_int_equal(room.limit, 1);
}

static void it_never_falls_to_none_nor_rises_when_refused(void **state)
{
    struct ph__room room;
    ph__room_init(&room, 3);
    ph__room_full(&room, 0, 0);
    assert_int_equal(room.limit, 1);
    ph__room_full(&room, 0, 100);
    assert_int_equal(room.limit, 1);
    ph__room_init(&room, 1);
    ph__room_full(&room, 0, 0);
    ph__room_grow(&room, UINT64_MAX - 1);
    assert_int_equal(room.limit, 1);
}

static void a_burst_of_refusals_counts_once(void **state)
{
    struct ph__room room;
    ph__room_init(&room, 10);
    for (uint64_t now = 0; now < 7; now++)
        ph__room_full(&room, now, 3);
    assert_true(room.quiet_ms == PH__ROOM_QUIET_MS);
    ph__room_grow(&room, room.grow_at - 1);
    assert_int_equal(room.limit, 3);
    ph__room_grow(&room, room.grow_at);
    assert_int_equal(room.limit, 4);
    uint64_t now = UINT64_MAX - 10; /* no sum is too great */
    ph__room_full(&room, now, 3);
    ph__room_full(&room, now, 3);
    assert_true(room.quiet_ms == 2 * PH__ROOM_QUIET_MS);
    assert_true(room.grow_at == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_settles_at_what_the_server_has_room_for),
        cmocka_unit_test(room_that_comes_back_is_found),
        cmocka_unit_test(less_is_half),
        cmocka_unit_test(it_never_falls_to_none_nor_rises_when_refused),
        cmocka_unit_test(a_burst_of_refusals_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
