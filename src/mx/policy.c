/* The MTA-STS policy of a domain (RFC 8461): its record, asked for beside the
 * MX, the fetch by whoever can, and what it means for a host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mx/parts.h"

/* A fetch under way. The delivery may be over before it is answered. */
struct ph_fetch {
    struct ph__mx_delivery *delivery; /* or NULL */
    char id[PH__STS_ID_MAX + 1];
};

static uint64_t now(const struct ph_mx *mx)
{
    return uv_now(mx->loop);
}

/* ---- the fetch ---- */

static void start_fetch(struct ph__mx_delivery *d, struct ph_fetch *fetch)
{
    const struct ph_mx *mx = d->job->mx;
    char url[PH__DNS_NAME + 64];
    snprintf(url, sizeof(url), "https://mta-sts.%s/.well-known/mta-sts.txt",
             d->domain);
    fetch->delivery = d;
    d->fetch = fetch;
    mx->fetch(fetch, url, mx->user); /* may answer inside */
}

void ph_fetch_done(struct ph_fetch *fetch, const char *text, size_t len)
{
    struct ph__mx_delivery *d = fetch->delivery;
    struct ph__sts_policy *policy = NULL;
    if (d) {
        struct ph_mx *mx = d->job->mx;
        if (text)
            (void)ph__sts_parse(&policy, text, len); /* else: none */
        (void)ph__sts_remember(&mx->memory, d->domain, fetch->id, policy,
                               now(mx));
        d->fetch = NULL;
        ph__mx_delivery_look(d);
    }
    free(fetch);
}

/* ---- the record ---- */

/* Whatever goes wrong, a policy that is remembered holds (3.3). */
static void on_record(void *user, const struct ph__dns_answer *answer)
{
    struct ph__mx_delivery *d = user;
    struct ph_mx *mx = d->job->mx;
    struct ph_fetch *fetch = NULL;
    char id[PH__STS_ID_MAX + 1];
    d->query[1] = NULL;
    if (ph__sts_read_id(id, answer) &&
        ph__sts_is_due(&mx->memory, d->domain, id, now(mx)))
        fetch = calloc(1, sizeof(*fetch));
    if (!fetch) {
        ph__mx_delivery_look(d);
        return;
    }
    memcpy(fetch->id, id, sizeof(id));
    start_fetch(d, fetch);
}

int ph__mx_policy_ask(struct ph__mx_delivery *d)
{
    struct ph_mx *mx = d->job->mx;
    char name[PH__DNS_NAME];
    int len = snprintf(name, sizeof(name), "_mta-sts.%s", d->domain);
    if (!mx->fetch || !mx->strict || len >= (int)sizeof(name))
        return PH_OK;
    return ph__dns_ask(&d->query[1], mx->dns, PH__DNS_TXT, name, on_record, d);
}

void ph__mx_policy_forget(struct ph__mx_delivery *d)
{
    if (d->fetch)
        d->fetch->delivery = NULL;
    d->fetch = NULL;
    ph__sts_free(d->policy);
    d->policy = NULL;
}

/* ---- what it means ---- */

void ph__mx_policy_recall(struct ph__mx_delivery *d)
{
    struct ph_mx *mx = d->job->mx;
    if (mx->fetch && mx->strict && !d->route.literal)
        d->policy =
            ph__sts_share(ph__sts_recall(&mx->memory, d->domain, now(mx)));
}

bool ph__mx_policy_binds(const struct ph__mx_delivery *d)
{
    return d->policy && d->policy->mode == PH__STS_ENFORCE;
}

/* RFC 8461 4: a host that is listed, TLS, and a certificate for its name. */
void ph__mx_policy_send(struct ph__mx_delivery *d)
{
    static const struct ph_error unlisted = {
        .code = PH_E_TLS,
        .stage = PH_STAGE_TLS,
        .detail = "the domain's MTA-STS policy does not list the exchanger"};
    const char *name = d->route.hosts[d->at].name;
    bool binds = ph__mx_policy_binds(d);
    struct ph__mx_peer peer = {.host = name, .tls_name = name, .strict = binds};
    if (binds && !ph__sts_lists(d->policy, name))
        ph__mx_delivery_pass_over(d, &unlisted);
    else
        ph__mx_delivery_send(d, &peer);
}
