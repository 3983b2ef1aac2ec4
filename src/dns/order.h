/* dns/order.h - in which order records are to be used. No I/O: what is random
 * comes from a seed. */
#ifndef DNS_ORDER_H
#define DNS_ORDER_H

#include "dns/dns.h"

/* By preference; equal ones in any order (RFC 5321 5.1). */
void ph__dns_order_mx(struct ph__dns_record *records, size_t count,
                      uint64_t seed);
/* By priority; equal ones drawn by weight (RFC 2782). */
void ph__dns_order_srv(struct ph__dns_record *records, size_t count,
                       uint64_t seed);

#endif
