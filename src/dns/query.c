/* One query: where its name is looked for, and what came of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "dns/parts.h"

enum { AD = 0x20 }; /* in the fourth octet of a header (RFC 4035 3.2.3) */

static void ask(struct ph__dns_query *q, const char *name);

void ph__dns_query_free(struct ph__dns_query *q)
{
    ph__list_remove(&q->link);
    ph__dns_reading_done(&q->reading);
    free(q);
}

void ph__dns_finish(struct ph__dns_query *q, enum ph__dns_status status)
{
    struct ph__dns_answer *a = &q->reading.answer;
    q->is_done = true;
    a->status = status;
    if (!*a->name)
        memcpy(a->name, q->name, sizeof(a->name));
    ph__list_remove(&q->link);
    ph__list_append(&q->dns->done, &q->link);
    ph__dns_tell_soon(q->dns);
}

/* ---- the search list of resolv.conf ---- */

static bool has_enough_dots(const struct ph__dns_query *q)
{
    int dots = 0;
    for (const char *p = q->name; *p; p++)
        dots += *p == '.';
    return dots >= q->dns->saved.ndots;
}

static bool is_searched(const struct ph__dns_query *q)
{
    bool is_address = q->type == PH__DNS_A || q->type == PH__DNS_AAAA;
    return is_address && q->name[strlen(q->name) - 1] != '.';
}

/* The next name to ask for: as it is, and under each domain of the list. With
 * few dots as it is comes last. False when there is none. */
static bool next_name(struct ph__dns_query *q, char *out, size_t size)
{
    int domains = is_searched(q) ? q->dns->saved.ndomains : 0;
    int as_it_is = has_enough_dots(q) ? 0 : domains;
    while (q->step <= domains) {
        int step = q->step++;
        int n = snprintf(out, size, "%s", q->name);
        if (step == as_it_is)
            return true;
        const char *domain = q->dns->saved.domains[step - (step > as_it_is)];
        n = snprintf(out, size, "%s.%s", q->name, domain);
        if (n > 0 && (size_t)n < size && ph__dns_is_name(out))
            return true;
    }
    return false;
}

/* ---- asking ---- */

static enum ph__dns_status status_of(int rc)
{
    switch (rc) {
    case ARES_ENOTFOUND:
        return PH__DNS_NO_NAME;
    case ARES_EBADNAME:
        return PH__DNS_BAD_NAME;
    case ARES_ENOMEM:
    case ARES_ECANCELLED: /* by us, when a socket could not be watched */
        return PH__DNS_NOMEM;
    case ARES_ETIMEOUT:
        return PH__DNS_TIMEOUT;
    case ARES_EBADRESP:
    case ARES_EFORMERR:
        return PH__DNS_GARBAGE;
    default:
        return PH__DNS_TROUBLE;
    }
}

static bool draw(void *out, size_t len)
{
    return getrandom(out, len, 0) == (ssize_t)len;
}

static uint64_t make_seed(void)
{
    uint64_t seed = 0;
    /* Without it the order is not random; nothing is less safe. */
    (void)draw(&seed, sizeof(seed));
    return seed;
}

static void read_answer(struct ph__dns_query *q, const char *name,
                        const uint8_t *message, size_t len)
{
    struct ph__dns_reading *r = &q->reading;
    char next[PH__DNS_NAME];
    ph__dns_reading_done(r);
    ph__dns_read(r, message, len, name, q->type, make_seed());
    r->answer.authentic = r->answer.authentic && q->dns->trusted;
    if (r->answer.status == PH__DNS_NO_NAME && next_name(q, next, sizeof(next)))
        ask(q, next);
    else
        ph__dns_finish(q, r->answer.status);
}

/* What c-ares says; `name` as it was asked for stands in the reading. */
static void on_answer(void *arg, int rc, int timeouts, unsigned char *message,
                      int len)
{
    struct ph__dns_query *q = arg;
    char name[PH__DNS_NAME];
    (void)timeouts;
    if (!q->cb) {
        ph__dns_query_free(q);
        return;
    }
    if (rc || !message || len < 0) {
        ph__dns_finish(q, status_of(rc));
        return;
    }
    memcpy(name, q->reading.answer.name, sizeof(name));
    read_answer(q, name, message, (size_t)len);
}

static void ask(struct ph__dns_query *q, const char *name)
{
    struct ph__dns *d = q->dns;
    unsigned char *message;
    unsigned short id; /* not to be guessed by who would answer first */
    int len;
    if (!draw(&id, sizeof(id))) {
        ph__dns_finish(q, PH__DNS_TROUBLE);
        return;
    }
    int rc = ares_create_query(name, 1, (int)q->type, id, 1, &message, &len,
                               PH__DNS_UDP);
    if (rc) {
        ph__dns_finish(q, status_of(rc));
        return;
    }
    snprintf(q->reading.answer.name, PH__DNS_NAME, "%s", name);
    /* RFC 6840 5.7: who asks so wants to hear whether it was validated. */
    message[3] |= AD;
    ares_send(d->channel, message, len, on_answer, q);
    ares_free_string(message);
}

void ph__dns_begin(struct ph__dns_query *q)
{
    char name[PH__DNS_NAME];
    if (ph__dns_know(q))
        return;
    if (!ph__dns_is_name(q->name))
        ph__dns_finish(q, PH__DNS_BAD_NAME);
    else if (next_name(q, name, sizeof(name)))
        ask(q, name);
}
