/* dns/answer.h - what a name server sent, read strictly. No I/O. */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/dns.h"

/* An answer and what it points to. */
struct ph__dns_reading {
    struct ph__dns_answer answer;
    struct ph__dns_record *records;
    uint8_t *message; /* a copy, to point into */
};

/* Reads what came for a question, whole or not: the status says what it is.
 * `authentic` is the AD bit, whoever set it. `seed` decides what is random. To
 * be freed whatever the status. */
void ph__dns_read(struct ph__dns_reading *out, const uint8_t *message,
                  size_t len, const char *name, enum ph__dns_type type,
                  uint64_t seed);
void ph__dns_reading_done(struct ph__dns_reading *r);

/* Can it be asked for? Labels of letters, digits, '-' and '_'; a dot at the
 * end is fine. */
bool ph__dns_is_name(const char *name);

#endif
