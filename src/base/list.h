/* base/list.h - an intrusive, doubly linked list; a ring with a head. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct ph__link {
    struct ph__link *next;
    struct ph__link *prev;
};

/* The struct of `type` whose `member` is the link `ptr` points to. */
#define ph__of(ptr, type, member)                                              \
    ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline void ph__list_init(struct ph__link *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool ph__list_empty(const struct ph__link *head)
{
    return head->next == head;
}

static inline void ph__list_append(struct ph__link *head, struct ph__link *link)
{
    link->next = head;
    link->prev = head->prev;
    head->prev->next = link;
    head->prev = link;
}

/* Afterwards the link is a list of its own: removing it twice is fine. */
static inline void ph__list_remove(struct ph__link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    ph__list_init(link);
}

#endif
