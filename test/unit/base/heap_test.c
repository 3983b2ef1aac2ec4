#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/heap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { NODES = 300 };

/* The same numbers in every run (a linear congruential generator). */
static unsigned random_below(uint64_t *seed, unsigned below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % below;
}

/* A node is where its neighbours say, and not below a greater one. Without
 * recursion: a heap may be as deep as it has nodes. Returns how many. */
static size_t check(const struct ph__heap *heap)
{
    const struct ph__node *todo[NODES];
    size_t waiting = 0, seen = 0;
    if (heap->top) {
        assert_null(heap->top->prev);
        assert_null(heap->top->next);
        todo[waiting++] = heap->top;
    }
    while (waiting) {
        const struct ph__node *node = todo[--waiting], *prev = node;
        seen++;
        assert_true(node->in);
        for (const struct ph__node *c = node->child; c; prev = c, c = c->next) {
            assert_ptr_equal(c->prev, prev);
            assert_true(c->key >= node->key);
            assert_true(waiting < NODES);
            todo[waiting++] = c;
        }
    }
    return seen;
}

/* What a heap is to hold, sorted. */
struct sorted {
    uint64_t keys[NODES];
    size_t count;
};

static void insert(struct sorted *s, uint64_t key)
{
    size_t at = s->count++;
    for (; at && s->keys[at - 1] > key; at--)
        s->keys[at] = s->keys[at - 1];
    s->keys[at] = key;
}

static void erase(struct sorted *s, uint64_t key)
{
    size_t at = 0;
    while (s->keys[at] != key)
        at++;
    s->count--;
    memmove(s->keys + at, s->keys + at + 1,
            (s->count - at) * sizeof(s->keys[0]));
}

static uint64_t least(const struct sorted *s)
{
    return s->count ? s->keys[0] : UINT64_MAX;
}

static void many_operations(unsigned keys, uint64_t seed)
{
    static struct ph__node nodes[NODES];
    struct ph__heap heap = {0};
    struct sorted expected = {.count = 0};
    memset(nodes, 0, sizeof nodes);
    for (int i = 0; i < 20000; i++) {
        bool top = heap.top && random_below(&seed, 4) == 0;
        struct ph__node *n =
            top ? heap.top : &nodes[random_below(&seed, NODES)];
        if (n->in) {
            erase(&expected, n->key);
            ph__heap_remove(&heap, n);
            assert_false(n->in);
        } else {
            uint64_t key = random_below(&seed, keys);
            insert(&expected, key);
            ph__heap_add(&heap, n, key);
            assert_true(n->key == key);
        }
        assert_true(ph__heap_least(&heap) == least(&expected));
        if (i % 16 == 0)
            assert_int_equal(check(&heap), expected.count);
    }
    while (heap.top) {
        erase(&expected, heap.top->key);
        ph__heap_remove(&heap, heap.top);
        assert_true(ph__heap_least(&heap) == least(&expected));
    }
    assert_int_equal(expected.count, 0);
}

static void it_agrees_with_a_sorted_array(void **state)
{
    many_operations(1000000, 1);
}

static void equal_keys_are_no_trouble(void **state)
{
    many_operations(3, 2);
    many_operations(1, 3);
}

/* The first removal melds the others, so that there are several levels. */
static void removal_works_in_every_place(void **state)
{
    for (size_t out = 0; out < 9; out++) {
        struct ph__node nodes[10] = {0};
        struct ph__heap heap = {0};
        for (size_t i = 0; i < COUNT(nodes); i++)
            ph__heap_add(&heap, &nodes[i], (i * 7) % 10);
        ph__heap_remove(&heap, heap.top); /* the key 0 */
        struct ph__node *victim = NULL;
        for (size_t i = 0, n = 0; i < COUNT(nodes); i++)
            if (nodes[i].in && n++ == out)
                victim = &nodes[i];
        uint64_t gone = victim->key;
        ph__heap_remove(&heap, victim);
        assert_int_equal(check(&heap), 8);
        for (uint64_t key = 1; key < 10; key++) {
            if (key == gone)
                continue;
            assert_true(ph__heap_least(&heap) == key);
            ph__heap_remove(&heap, heap.top);
        }
        assert_null(heap.top);
    }
}

static void what_is_not_in_is_not_removed(void **state)
{
    struct ph__node a = {0}, b = {0};
    struct ph__heap heap = {0};
    assert_true(ph__heap_least(&heap) == UINT64_MAX);
    ph__heap_remove(&heap, &a);
    ph__heap_add(&heap, &a, 5);
    ph__heap_remove(&heap, &b);
    assert_true(ph__heap_least(&heap) == 5);
    ph__heap_remove(&heap, &a);
    ph__heap_remove(&heap, &a);
    assert_null(heap.top);
    ph__heap_add(&heap, &a, UINT64_MAX); /* a key like any other */
    assert_ptr_equal(heap.top, &a);
}

/* As many children as there are: must not be a recursion as deep. */
static void a_million_come_out_in_order(void **state)
{
    size_t count = 1000000;
    struct ph__node *nodes = calloc(count, sizeof *nodes);
    assert_non_null(nodes);
    struct ph__heap heap = {0};
    for (size_t i = 0; i < count; i++)
        ph__heap_add(&heap, &nodes[i], i);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(heap.top, &nodes[i]);
        ph__heap_remove(&heap, heap.top);
    }
    free(nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_a_sorted_array),
        cmocka_unit_test(equal_keys_are_no_trouble),
        cmocka_unit_test(removal_works_in_every_place),
        cmocka_unit_test(what_is_not_in_is_not_removed),
        cmocka_unit_test(a_million_come_out_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
