/* base/heap.h - an intrusive heap: the least of many, in O(log n), and any of
 * them taken out, without an allocation. A pairing heap. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: in no heap. */
struct ph__node {
    uint64_t key;
    struct ph__node *child; /* the first of those below */
    struct ph__node *next;  /* its sibling */
    struct ph__node *prev;  /* the sibling before, or the parent; NULL on top */
    bool in;
};
struct ph__heap {
    struct ph__node *top; /* the least key, or NULL */
};

/* Of equal keys any may be first. Not if it is in one already. */
void ph__heap_add(struct ph__heap *heap, struct ph__node *node, uint64_t key);
/* Nothing if it is not in. */
void ph__heap_remove(struct ph__heap *heap, struct ph__node *node);
/* UINT64_MAX when empty. */
uint64_t ph__heap_least(const struct ph__heap *heap);

#endif
