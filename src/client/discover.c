#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uv.h>

#include <posthaste/discover.h>

#include "base/buf.h"
#include "dns/dns.h"
#include "message/idn.h"

enum { SERVICES = 2, PLACES = 2 * PH__DNS_RECORDS };

/* RFC 8314 3.3: implicit TLS before STARTTLS. */
static const char *const services[SERVICES] = {"_submissions._tcp.",
                                               "_submission._tcp."};

struct search {
    struct ph__dns *dns;
    struct ph__dns_query *queries[SERVICES]; /* under way, or NULL */
    char domain[PH__DNS_NAME];
    struct ph_place places[PLACES]; /* each service has its half */
    char hosts[PLACES][PH__DNS_NAME];
    size_t counts[SERVICES];
    bool trouble; /* somebody could not tell */
    bool nomem;
    ph_discovery_cb cb;
    void *user;
};

/* The domain itself, or a name below it. */
static bool lies_within(const char *host, const char *domain)
{
    size_t len = strlen(host);
    size_t of = strlen(domain);
    return len >= of && strcasecmp(host + len - of, domain) == 0 &&
           (len == of || host[len - of - 1] == '.');
}

static void add(struct search *s, size_t service,
                const struct ph__dns_answer *answer)
{
    size_t first = service * PH__DNS_RECORDS;
    s->counts[service] = answer->count;
    for (size_t i = 0; i < answer->count; i++) {
        const struct ph__dns_record *r = &answer->records[i];
        char *host = s->hosts[first + i];
        memcpy(host, r->host, PH__DNS_NAME);
        s->places[first + i] = (struct ph_place){
            .host = host,
            .port = r->service.port,
            .implicit_tls = service == 0,
            .vouched = answer->authentic || lies_within(host, s->domain)};
    }
}

static void tell(void *user)
{
    struct search *s = user;
    struct ph_discovery found = {.detail = ""};
    memmove(s->places + s->counts[0], s->places + PH__DNS_RECORDS,
            s->counts[1] * sizeof(s->places[0]));
    found.places = s->places;
    found.count = s->counts[0] + s->counts[1];
    if (s->nomem) {
        found.count = 0;
        found.code = PH_E_NOMEM;
        found.detail = ph_strerror(PH_E_NOMEM);
    } else if (!found.count && s->trouble) {
        found.code = PH_E_CONNECT;
        found.detail = "no name server could tell where mail is handed in";
    } else if (!found.count) {
        found.code = PH_E_RESOLVE;
        found.detail = "the domain does not say where mail is handed in";
    }
    s->cb(&found, s->user);
    free(s);
}

static void answered(struct search *s, size_t service,
                     const struct ph__dns_answer *answer)
{
    s->queries[service] = NULL;
    add(s, service, answer);
    s->nomem |= answer->status == PH__DNS_NOMEM;
    s->trouble |= answer->status == PH__DNS_TROUBLE ||
                  answer->status == PH__DNS_TIMEOUT ||
                  answer->status == PH__DNS_GARBAGE;
    if (!s->queries[0] && !s->queries[1])
        ph__dns_close(s->dns, tell, s);
}

static void on_submissions(void *user, const struct ph__dns_answer *answer)
{
    answered(user, 0, answer);
}

static void on_submission(void *user, const struct ph__dns_answer *answer)
{
    answered(user, 1, answer);
}

static int ask(struct search *s, size_t service, ph__dns_cb cb)
{
    char name[sizeof("_submissions._tcp.") + PH__DNS_NAME];
    snprintf(name, sizeof(name), "%s%s", services[service], s->domain);
    return ph__dns_ask(&s->queries[service], s->dns, PH__DNS_SRV, name, cb, s);
}

/* What was begun is given up, and nobody is told. */
static void give_up(struct search *s)
{
    ph__dns_cancel(s->queries[0]);
    if (s->dns)
        ph__dns_close(s->dns, free, s);
    else
        free(s);
}

/* By way of an address: a domain of mail is what can stand behind the @. */
static int to_ascii(char *out, const char *domain)
{
    struct ph__buf address = PH__BUF(2 * PH__DNS_NAME);
    struct ph__buf ascii = PH__BUF(PH__DNS_NAME);
    int rc = ph__buf_format(&address, "x@%s", domain);
    if (!rc)
        rc = ph__idn_address(&ascii, address.data);
    if (!rc && ascii.data[2] != '[')
        memcpy(out, ascii.data + 2, ascii.len - 1);
    bool literal = !rc && !*out;
    ph__buf_done(&address);
    ph__buf_done(&ascii);
    return rc == PH_E_NOMEM ? rc : rc || literal ? PH_E_INVALID : PH_OK;
}

int ph_discover(struct uv_loop_s *loop, const char *domain,
                const char *resolvers, ph_discovery_cb cb, void *user)
{
    const struct ph__dns_options options = {.servers = resolvers};
    if (!loop || !domain || !*domain || !cb)
        return PH_E_INVALID;
    struct search *s = calloc(1, sizeof(*s));
    if (!s)
        return PH_E_NOMEM;
    s->cb = cb;
    s->user = user;
    int rc = to_ascii(s->domain, domain);
    if (!rc)
        rc = ph__dns_new(&s->dns, loop, &options);
    if (!rc)
        rc = ask(s, 0, on_submissions);
    if (!rc)
        rc = ask(s, 1, on_submission);
    if (rc)
        give_up(s);
    return rc;
}
