#include "base/heap.h"

/* Two heaps become one: the greater top goes below the other. */
static struct ph__node *meld(struct ph__node *a, struct ph__node *b)
{
    if (!a || !b)
        return a ? a : b;
    struct ph__node *top = b->key < a->key ? b : a;
    struct ph__node *below = top == a ? b : a;
    below->prev = top;
    below->next = top->child;
    if (below->next)
        below->next->prev = below;
    top->child = below;
    return top;
}

/* The heaps of a list of siblings become one, or NULL: in pairs from the left,
 * which is what makes it O(log n), then all from the right. In loops, because
 * there may be as many siblings as nodes. */
static struct ph__node *meld_all(struct ph__node *first)
{
    struct ph__node *pairs = NULL; /* a stack, by `next` */
    while (first) {
        struct ph__node *a = first, *b = a->next;
        first = b ? b->next : NULL;
        struct ph__node *pair = meld(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    struct ph__node *top = NULL;
    while (pairs) {
        struct ph__node *next = pairs->next;
        top = meld(top, pairs);
        pairs = next;
    }
    if (top) {
        top->next = NULL;
        top->prev = NULL;
    }
    return top;
}

void ph__heap_add(struct ph__heap *heap, struct ph__node *node, uint64_t key)
{
    *node = (struct ph__node){.key = key, .in = true};
    heap->top = meld(heap->top, node);
}

static void cut(struct ph__node *node)
{
    if (node->prev->child == node)
        node->prev->child = node->next;
    else
        node->prev->next = node->next;
    if (node->next)
        node->next->prev = node->prev;
}

void ph__heap_remove(struct ph__heap *heap, struct ph__node *node)
{
    if (!node->in)
        return;
    struct ph__node *below = meld_all(node->child);
    if (node == heap->top) {
        heap->top = below;
    } else {
        cut(node);
        heap->top = meld(heap->top, below);
    }
    *node = (struct ph__node){0};
}

uint64_t ph__heap_least(const struct ph__heap *heap)
{
    return heap->top ? heap->top->key : UINT64_MAX;
}
