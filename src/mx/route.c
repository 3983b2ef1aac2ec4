#include "mx/route.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

static void end_here(struct ph__route *r, enum ph_outcome outcome,
                     enum ph_code code, const char *detail)
{
    r->count = 0;
    r->outcome = outcome;
    r->why = (struct ph_error){.code = code,
                               .stage = PH_STAGE_RESOLVE,
                               .reply = {.text = ""},
                               .detail = detail};
}

/* ---- addresses ---- */

bool ph__route_is_literal(const char *domain)
{
    return domain[0] == '[';
}

void ph__route_literal(struct ph__route *out, const char *domain)
{
    static const char v6[] = "[IPv6:";
    char scratch[sizeof(struct in6_addr)];
    memset(out, 0, sizeof(*out));
    size_t len = strlen(domain);
    size_t skip =
        ph__text_same_len(domain, v6, sizeof(v6) - 1) ? sizeof(v6) - 1 : 1;
    char *name = out->hosts[0].name;
    if (len > skip + 1 && len - skip <= sizeof(out->hosts[0].name))
        memcpy(name, domain + skip, len - skip - 1);
    if (inet_pton(skip > 1 ? AF_INET6 : AF_INET, name, scratch) != 1) {
        end_here(out, PH_REFUSED, PH_E_ADDRESS,
                 "the address literal is no address of IPv4 or IPv6");
        return;
    }
    out->literal = true;
    out->count = 1;
}

/* ---- exchangers ---- */

static bool is_listed(const struct ph__route *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (ph__text_same(r->hosts[i].name, name))
            return true;
    return false;
}

static void add_host(struct ph__route *r, const char *name)
{
    if (r->count == PH__MX_HOSTS || is_listed(r, name))
        return;
    memcpy(r->hosts[r->count++].name, name, strlen(name) + 1);
}

/* The preference from which on hosts are left out. */
static unsigned find_own(const struct ph__dns_answer *mx, const char *own)
{
    for (size_t i = 0; own && i < mx->count; i++)
        if (ph__text_same(mx->records[i].host, own))
            return mx->records[i].service.priority;
    return UINT16_MAX + 1;
}

static void take_exchangers(struct ph__route *r,
                            const struct ph__dns_answer *mx, const char *own)
{
    unsigned end = find_own(mx, own);
    for (size_t i = 0; i < mx->count; i++)
        if (mx->records[i].service.priority < end)
            add_host(r, mx->records[i].host);
}

static void take_domain(struct ph__route *r, const char *domain,
                        const char *own)
{
    r->implicit = true;
    if (!own || !ph__text_same(domain, own))
        add_host(r, domain);
}

/* RFC 7505 3: enhanced status code 5.1.10, though no server has said it. */
static void renounce(struct ph__route *r)
{
    end_here(r, PH_REFUSED, PH_E_PERMANENT,
             "the domain takes no mail: it has a null MX");
    r->why.reply.enhanced[0] = 5;
    r->why.reply.enhanced[1] = 1;
    r->why.reply.enhanced[2] = 10;
}

static void take_hosts(struct ph__route *r, const char *domain,
                       const struct ph__dns_answer *mx, const char *own)
{
    if (mx->status == PH__DNS_FOUND)
        take_exchangers(r, mx, own);
    else
        take_domain(r, domain, own);
    if (!r->count)
        end_here(r, PH_REFUSED, PH_E_PERMANENT,
                 "mail for the domain would come back: its best exchanger has "
                 "the name that we go by");
}

void ph__route_read(struct ph__route *out, const char *domain,
                    const struct ph__dns_answer *mx, const char *own)
{
    memset(out, 0, sizeof(*out));
    out->secure = mx->authentic;
    memcpy(out->next_hop, mx->name, sizeof(out->next_hop));
    switch (mx->status) {
    case PH__DNS_FOUND:
        take_hosts(out, domain, mx, own);
        return;
    case PH__DNS_NO_DATA:
        if (mx->renounced)
            renounce(out);
        else
            take_hosts(out, domain, mx, own);
        return;
    case PH__DNS_NO_NAME:
        end_here(out, PH_REFUSED, PH_E_RESOLVE, "the domain does not exist");
        return;
    case PH__DNS_BAD_NAME:
        end_here(out, PH_REFUSED, PH_E_RESOLVE, ph__dns_words(mx->status));
        return;
    case PH__DNS_NOMEM:
        end_here(out, PH_DEFERRED, PH_E_NOMEM, ph__dns_words(mx->status));
        return;
    case PH__DNS_TROUBLE:
    case PH__DNS_TIMEOUT:
    case PH__DNS_GARBAGE:
        end_here(out, PH_DEFERRED, PH_E_CONNECT, ph__dns_words(mx->status));
        return;
    }
}

/* ---- from one host to the next ---- */

bool ph__route_goes_on(const struct ph_recipient_result *result)
{
    switch (result->outcome) {
    case PH_UNSENT:
        return result->code != PH_E_CANCELED;
    case PH_DEFERRED:
        return true;
    case PH_ACCEPTED:
    case PH_REFUSED:
    case PH_UNCERTAIN:
        return false;
    }
    return false;
}

bool ph__route_outweighs(const struct ph_recipient_result *newer,
                         const struct ph_recipient_result *older)
{
    return newer->outcome != PH_UNSENT || older->outcome != PH_DEFERRED;
}
