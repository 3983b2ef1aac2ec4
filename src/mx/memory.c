#include "mx/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct entry {
    struct ph__link link;
    char *domain;
    struct ph__sts_policy *policy; /* NULL: none was ever had */
    uint64_t fetched;
    char id[PH__STS_ID_MAX + 1];     /* of the policy */
    char failed[PH__STS_ID_MAX + 1]; /* of the last that could not be had */
    uint64_t failed_at;
};

static bool is_within(uint64_t then, uint64_t now, uint32_t secs)
{
    return now - then < (uint64_t)secs * 1000;
}

void ph__sts_memory_init(struct ph__sts_memory *m)
{
    ph__list_init(&m->domains);
    m->count = 0;
}

static void forget(struct ph__sts_memory *m, struct entry *e)
{
    ph__list_remove(&e->link);
    m->count--;
    ph__sts_free(e->policy);
    free(e->domain);
    free(e);
}

static struct entry *oldest(const struct ph__sts_memory *m)
{
    return ph__of(m->domains.next, struct entry, link);
}

void ph__sts_memory_done(struct ph__sts_memory *m)
{
    while (!ph__list_empty(&m->domains))
        forget(m, oldest(m));
}

/* It becomes the one used last. */
static struct entry *find(struct ph__sts_memory *m, const char *domain)
{
    for (struct ph__link *l = m->domains.next; l != &m->domains; l = l->next) {
        struct entry *e = ph__of(l, struct entry, link);
        if (!ph__text_same(e->domain, domain))
            continue;
        ph__list_remove(l);
        ph__list_append(&m->domains, l);
        return e;
    }
    return NULL;
}

static struct entry *add(struct ph__sts_memory *m, const char *domain)
{
    struct entry *e = calloc(1, sizeof(*e));
    if (!e || ph__text_copy(&e->domain, domain)) {
        free(e);
        return NULL;
    }
    if (m->count == PH__STS_DOMAINS_MAX)
        forget(m, oldest(m));
    ph__list_append(&m->domains, &e->link);
    m->count++;
    return e;
}

struct ph__sts_policy *ph__sts_recall(struct ph__sts_memory *m,
                                      const char *domain, uint64_t now)
{
    const struct entry *e = find(m, domain);
    if (!e || !e->policy || !is_within(e->fetched, now, e->policy->max_age))
        return NULL;
    return e->policy;
}

bool ph__sts_is_due(struct ph__sts_memory *m, const char *domain,
                    const char *id, uint64_t now)
{
    const struct entry *e = find(m, domain);
    if (!e)
        return true;
    if (!strcmp(e->failed, id) &&
        is_within(e->failed_at, now, PH__STS_RETRY_SECS))
        return false;
    return !e->policy || strcmp(e->id, id) != 0 ||
           !is_within(e->fetched, now, e->policy->max_age) ||
           !is_within(e->fetched, now, PH__STS_REFRESH_SECS);
}

static void copy_id(char out[PH__STS_ID_MAX + 1], const char *id)
{
    size_t len = strnlen(id, PH__STS_ID_MAX);
    memcpy(out, id, len);
    out[len] = '\0';
}

int ph__sts_remember(struct ph__sts_memory *m, const char *domain,
                     const char *id, struct ph__sts_policy *policy,
                     uint64_t now)
{
    struct entry *e = find(m, domain);
    if (!e)
        e = add(m, domain);
    if (!e) {
        ph__sts_free(policy);
        return PH_E_NOMEM;
    }
    if (!policy) {
        copy_id(e->failed, id);
        e->failed_at = now;
        return PH_OK;
    }
    ph__sts_free(e->policy);
    e->policy = policy;
    e->fetched = now;
    e->failed[0] = '\0';
    copy_id(e->id, id);
    return PH_OK;
}
