/* dns/dns.h - names looked up on a uv_loop_t, with no thread: c-ares asks,
 * this layer watches its sockets and reads the answers. The only layer that
 * sees <ares.h>. Knows nothing of SMTP. */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include <netinet/in.h>
#include <uv.h>

#include <posthaste/types.h>

enum {
    PH__DNS_NAME = 256,    /* RFC 1035 2.3.4: 253 characters, a dot, a NUL */
    PH__DNS_RECORDS = 64,  /* kept of an answer; what follows is ignored */
    PH__DNS_SECTION = 512, /* an answer of more records is refused */
    PH__DNS_CHAIN = 16     /* CNAMEs followed */
};

/* The types asked for, with their numbers. */
#define PH__DNS_TYPE_MAP(X)                                                    \
    X(A, 1)     /* RFC 1035 3.4.1 */                                           \
    X(MX, 15)   /* RFC 1035 3.3.9 */                                           \
    X(TXT, 16)  /* RFC 1035 3.3.14 */                                          \
    X(AAAA, 28) /* RFC 3596 */                                                 \
    X(SRV, 33)  /* RFC 2782 */                                                 \
    X(TLSA, 52) /* RFC 6698 */

enum ph__dns_type {
#define X(name, number) PH__DNS_##name = (number),
    PH__DNS_TYPE_MAP(X)
#undef X
};

/* How a query ended. The first four say something of the name; the others may
 * end otherwise another time. */
#define PH__DNS_STATUS_MAP(X)                                                  \
    X(FOUND, "found")                                                          \
    X(NO_NAME, "no such name")                                                 \
    X(NO_DATA, "the name has no such record")                                  \
    X(BAD_NAME, "not a name")                                                  \
    X(TROUBLE, "no name server could answer") /* SERVFAIL, REFUSED, nobody */  \
    X(TIMEOUT, "no name server answered in time")                              \
    X(GARBAGE, "the name server's answer makes no sense")                      \
    X(NOMEM, "out of memory")

enum ph__dns_status {
#define X(name, text) PH__DNS_##name,
    PH__DNS_STATUS_MAP(X)
#undef X
};
const char *ph__dns_words(enum ph__dns_status status);

/* One record, as its type has it. Pointers lead into the answer. */
struct ph__dns_record {
    union {
        struct in_addr a;
        struct in6_addr aaaa;
        struct {
            uint16_t priority; /* MX: preference */
            uint16_t weight;   /* SRV */
            uint16_t port;     /* SRV */
        } service;
        struct {
            uint8_t usage, selector, matching;
        } tlsa;
    };
    char host[PH__DNS_NAME]; /* MX, SRV: without a dot at its end */
    const uint8_t *data;     /* TLSA: association data; TXT: strings, joined */
    size_t len;
};

struct ph__dns_answer {
    enum ph__dns_status status;
    /* The resolver has validated it (the AD bit, RFC 4035 3.2.3), and is one
     * whose word counts: see ph__dns_options. Also of NO_NAME and NO_DATA. */
    bool authentic;
    /* NO_DATA with a reason: null MX (RFC 7505), or SRV target "." (RFC 2782):
     * the owner says that there is no such service. */
    bool renounced;
    uint32_t ttl; /* seconds; the least of the CNAMEs and records; 0 if none */
    /* Where CNAMEs led; what was looked up if there were none. */
    char name[PH__DNS_NAME];
    /* In the order in which to use them: MX by preference, equal ones shuffled
     * (RFC 5321 5.1); SRV by priority and weight (RFC 2782); others as the
     * resolver has them (RFC 5321 5.1). */
    const struct ph__dns_record *records;
    size_t count; /* >= 1 if FOUND, else 0 */
};

struct ph__dns_options {
    /* "127.0.0.1:5353,[::1]:53"; NULL: what resolv.conf says. */
    const char *servers;
    /* AD is one bit of an unprotected packet: it is worth something only from a
     * resolver that validates, on a path that nobody else writes to. False:
     * it counts if every server is a loopback address. True: always. */
    bool trust;
    unsigned timeout_ms; /* of a first try; 0: resolv.conf's, or 5 s */
    unsigned tries;      /* each with twice the time; 0: resolv.conf's, or 4 */
};

struct ph__dns;
struct ph__dns_query;
/* `answer` is borrowed during the call; any call is legal inside. */
typedef void (*ph__dns_cb)(void *user, const struct ph__dns_answer *answer);

/* `options` may be NULL; copied. PH_E_NOMEM, PH_E_INVALID (servers),
 * PH_E_SYSTEM (the resolver's files cannot be read). */
int ph__dns_new(struct ph__dns **out, uv_loop_t *loop,
                const struct ph__dns_options *options);
/* Asks; `cb` runs once, from the loop, unless the query is cancelled or `d`
 * closed. A and AAAA obey the hosts file and the search list of resolv.conf,
 * and need no server for addresses, localhost and invalid (RFC 6761 6.3, 6.4).
 * The name is in ASCII: a domain in UTF-8 goes as A-labels. PH_E_NOMEM. */
int ph__dns_ask(struct ph__dns_query **out, struct ph__dns *d,
                enum ph__dns_type type, const char *name, ph__dns_cb cb,
                void *user);
/* Its `cb` will not run; not to be called after it has. NULL is fine. A loop
 * is not kept alive by what was cancelled. */
void ph__dns_cancel(struct ph__dns_query *q);
/* No `cb` runs any more. Closes every handle, frees, then calls `closed` (may
 * be NULL) as the last touch. Once. */
void ph__dns_close(struct ph__dns *d, void (*closed)(void *user), void *user);

#endif
