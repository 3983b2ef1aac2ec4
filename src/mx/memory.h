/* mx/memory.h - the MTA-STS policies of domains, remembered for as long as they
 * say (RFC 8461 3.3). No I/O; `now` is in milliseconds of a steady clock. */
#ifndef MX_MEMORY_H
#define MX_MEMORY_H

#include "base/list.h"
#include "mx/sts.h"

/* Zero is not enough: ph__sts_memory_init(). */
struct ph__sts_memory {
    struct ph__link domains; /* the one used last at the end */
    size_t count;
};

void ph__sts_memory_init(struct ph__sts_memory *m);
void ph__sts_memory_done(struct ph__sts_memory *m);

/* What holds for the domain now, or NULL; borrowed. */
struct ph__sts_policy *ph__sts_recall(struct ph__sts_memory *m,
                                      const char *domain, uint64_t now);
/* Its record tells this id: is the policy to be fetched? Not if that is the one
 * remembered and younger than a day, nor shortly after it failed. */
bool ph__sts_is_due(struct ph__sts_memory *m, const char *domain,
                    const char *id, uint64_t now);
/* What was fetched; takes it. NULL: the fetch failed, or it was no policy; what
 * was remembered stays. PH_E_NOMEM. */
int ph__sts_remember(struct ph__sts_memory *m, const char *domain,
                     const char *id, struct ph__sts_policy *policy,
                     uint64_t now);

#endif
