/* What the DNS says of a host's TLS, asked for before it is spoken to: its
 * addresses, then its TLSA records (RFC 7672 2.2.2, 2.2.3). */
#include <string.h>

#include "base/text.h"
#include "mx/parts.h"
#include "tls/limits.h"

static void ask_for_records(struct ph__mx_delivery *d);

static const char *host_name(const struct ph__mx_delivery *d)
{
    return d->route.hosts[d->at].name;
}

static void pass_over(struct ph__mx_delivery *d, enum ph_code code,
                      const char *detail)
{
    struct ph_error why = {
        .code = code, .stage = PH_STAGE_RESOLVE, .detail = detail};
    ph__mx_delivery_pass_over(d, &why);
}

/* ---- TLSA records ---- */

/* The names of a certificate that a trust anchor has signed: beside the base
 * domain, what the mail is for, and where its CNAMEs lead (RFC 7672 3.2.2). */
static void add_names(struct ph__mx_peer *peer, const struct ph__mx_delivery *d)
{
    peer->also[peer->also_count++] = d->domain;
    if (!ph__text_same(d->domain, d->route.next_hop))
        peer->also[peer->also_count++] = d->route.next_hop;
}

static void send_with_records(struct ph__mx_delivery *d, const char *base,
                              const struct ph__dns_answer *answer)
{
    struct ph__tlsa records[PH__TLS_RECORDS_MAX];
    size_t count = answer->count;
    if (count > PH__TLS_RECORDS_MAX)
        count = PH__TLS_RECORDS_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct ph__dns_record *r = &answer->records[i];
        records[i] = (struct ph__tlsa){.usage = r->tlsa.usage,
                                       .selector = r->tlsa.selector,
                                       .matching = r->tlsa.matching,
                                       .data = r->data,
                                       .len = r->len};
    }
    struct ph__mx_peer peer = {.host = host_name(d),
                               .tls_name = base,
                               .strict = true,
                               .tlsa = records,
                               .tlsa_count = count};
    if (ph__dane_needs_names(answer->records, count))
        add_names(&peer, d);
    ph__mx_delivery_send(d, &peer);
}

static void on_records(void *user, const struct ph__dns_answer *answer)
{
    struct ph__mx_delivery *d = user;
    bool expanded = d->asks_expanded;
    d->query[0] = NULL;
    d->asks_expanded = false;
    switch (ph__dane_records(answer)) {
    case PH__DANE_USE:
        send_with_records(d, expanded ? d->expanded : host_name(d), answer);
        return;
    case PH__DANE_BLIND: /* what is required anyway is more */
        if (d->job->mx->floor || ph__mx_policy_binds(d))
            ph__mx_policy_send(d);
        else
            send_with_records(d, expanded ? d->expanded : host_name(d), answer);
        return;
    case PH__DANE_AVOID:
        pass_over(d, PH_E_CONNECT,
                  "the exchanger's TLSA records cannot be looked up");
        return;
    case PH__DANE_NONE:
    case PH__DANE_ASK:
        if (expanded)
            ask_for_records(d);
        else
            ph__mx_policy_send(d);
        return;
    }
}

static void ask_for_records(struct ph__mx_delivery *d)
{
    struct ph_mx *mx = d->job->mx;
    char name[PH__DNS_NAME];
    const char *host = d->asks_expanded ? d->expanded : host_name(d);
    if (!ph__dane_name(name, mx->port, host))
        ph__mx_policy_send(d); /* there can be none */
    else if (ph__dns_ask(&d->query[0], mx->dns, PH__DNS_TLSA, name, on_records,
                         d))
        pass_over(d, PH_E_NOMEM, ph_strerror(PH_E_NOMEM));
}

/* ---- addresses ---- */

static void weigh_addresses(struct ph__mx_delivery *d)
{
    switch (ph__dane_addresses(d->answer[0], d->answer[1])) {
    case PH__DANE_ASK:
        d->asks_expanded = !ph__text_same(d->expanded, host_name(d));
        ask_for_records(d);
        return;
    case PH__DANE_AVOID:
        pass_over(d, PH_E_CONNECT,
                  "the exchanger's address cannot be looked up");
        return;
    case PH__DANE_NONE:
    case PH__DANE_USE:
    case PH__DANE_BLIND:
        ph__mx_policy_send(d);
        return;
    }
}

static void on_address(struct ph__mx_delivery *d, size_t i,
                       const struct ph__dns_answer *answer)
{
    d->query[i] = NULL;
    d->answer[i] = (struct ph__dane_answer){.status = answer->status,
                                            .authentic = answer->authentic};
    if (answer->status == PH__DNS_FOUND)
        memcpy(d->expanded, answer->name, sizeof(d->expanded));
    if (!d->query[1 - i])
        weigh_addresses(d);
}

static void on_a(void *user, const struct ph__dns_answer *answer)
{
    on_address(user, 0, answer);
}

static void on_aaaa(void *user, const struct ph__dns_answer *answer)
{
    on_address(user, 1, answer);
}

void ph__mx_delivery_approach(struct ph__mx_delivery *d)
{
    struct ph_mx *mx = d->job->mx;
    const char *name = host_name(d);
    int rc = ph__dns_ask(&d->query[0], mx->dns, PH__DNS_A, name, on_a, d);
    if (!rc)
        rc = ph__dns_ask(&d->query[1], mx->dns, PH__DNS_AAAA, name, on_aaaa, d);
    if (!rc)
        return;
    ph__dns_cancel(d->query[0]);
    d->query[0] = NULL;
    pass_over(d, PH_E_NOMEM, ph_strerror(rc));
}
