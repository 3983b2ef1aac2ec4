#include "dns/order.h"

#include "base/random.h"

static void swap(struct ph__dns_record *a, struct ph__dns_record *b)
{
    struct ph__dns_record old = *a;
    *a = *b;
    *b = old;
}

static void shuffle(struct ph__dns_record *records, size_t count,
                    struct ph__random *random)
{
    for (size_t i = count; i > 1; i--)
        swap(&records[i - 1], &records[ph__random_next(random) % i]);
}

/* RFC 2782: among equals, those of weight 0 stand first. */
static unsigned rank(const struct ph__dns_record *r)
{
    return 2u * r->service.priority + (r->service.weight > 0);
}

/* Stable, and there are few of them. */
static void sort_by_rank(struct ph__dns_record *records, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j && rank(&records[j]) < rank(&records[j - 1]); j--)
            swap(&records[j], &records[j - 1]);
}

void ph__dns_order_mx(struct ph__dns_record *records, size_t count,
                      uint64_t seed)
{
    struct ph__random random = {seed};
    shuffle(records, count, &random);
    sort_by_rank(records, count);
}

/* Puts one of the records first: each has its weight's share of chances. */
static void draw_first(struct ph__dns_record *records, size_t count,
                       struct ph__random *random)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += records[i].service.weight;
    uint64_t mark = ph__random_next(random) % (sum + 1);
    size_t i = 0;
    for (sum = records[0].service.weight; sum < mark; i++)
        sum += records[i + 1].service.weight;
    for (; i; i--) /* the others keep their order */
        swap(&records[i], &records[i - 1]);
}

void ph__dns_order_srv(struct ph__dns_record *records, size_t count,
                       uint64_t seed)
{
    struct ph__random random = {seed};
    shuffle(records, count, &random);
    sort_by_rank(records, count);
    for (size_t i = 0; i < count; i++) {
        size_t same = 1;
        while (i + same < count && records[i + same].service.priority ==
                                       records[i].service.priority)
            same++;
        draw_first(records + i, same, &random);
    }
}
