#include "mx/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mx/parts.h"

/* ---- peers ---- */

static bool same_records(const struct ph__mx_peer *a,
                         const struct ph__mx_peer *b)
{
    if (a->tlsa_count != b->tlsa_count)
        return false;
    for (size_t i = 0; i < a->tlsa_count; i++) {
        const struct ph__tlsa *x = &a->tlsa[i], *y = &b->tlsa[i];
        if (x->usage != y->usage || x->selector != y->selector ||
            x->matching != y->matching || x->len != y->len ||
            memcmp(x->data, y->data, x->len) != 0)
            return false;
    }
    return true;
}

static bool same_peer(const struct ph__mx_peer *a, const struct ph__mx_peer *b)
{
    if (a->strict != b->strict || a->also_count != b->also_count ||
        !ph__text_same(a->host, b->host) ||
        !ph__text_same(a->tls_name, b->tls_name))
        return false;
    for (size_t i = 0; i < a->also_count; i++)
        if (!ph__text_same(a->also[i], b->also[i]))
            return false;
    return same_records(a, b);
}

static int copy(const char **out, const char *text)
{
    char *made = NULL;
    int rc = ph__text_copy(&made, text);
    *out = made;
    return rc;
}

/* The data lie behind the records. */
static int copy_records(struct ph__mx_peer *out, const struct ph__mx_peer *peer)
{
    size_t size = peer->tlsa_count * sizeof(*peer->tlsa);
    size_t used = size;
    if (!size)
        return PH_OK;
    for (size_t i = 0; i < peer->tlsa_count; i++)
        size += peer->tlsa[i].len;
    struct ph__tlsa *records = malloc(size);
    if (!records)
        return PH_E_NOMEM;
    memcpy(records, peer->tlsa, used);
    for (size_t i = 0; i < peer->tlsa_count; i++) {
        unsigned char *data = (unsigned char *)records + used;
        if (records[i].len)
            memcpy(data, peer->tlsa[i].data, records[i].len);
        records[i].data = data;
        used += records[i].len;
    }
    out->tlsa = records;
    out->tlsa_count = peer->tlsa_count;
    return PH_OK;
}

static int copy_peer(struct ph__mx_peer *out, const struct ph__mx_peer *peer)
{
    int rc = copy(&out->host, peer->host);
    if (!rc)
        rc = copy(&out->tls_name, peer->tls_name);
    out->strict = peer->strict;
    for (size_t i = 0; !rc && i < peer->also_count; i++) {
        rc = copy(&out->also[i], peer->also[i]);
        out->also_count = i + 1;
    }
    return rc ? rc : copy_records(out, peer);
}

static void free_peer(struct ph__mx_peer *peer)
{
    for (size_t i = 0; i < peer->also_count; i++)
        free((char *)peer->also[i]);
    free((struct ph__tlsa *)peer->tlsa);
    free((char *)peer->tls_name);
    free((char *)peer->host);
}

/* ---- hosts ---- */

static void free_host(struct ph__mx_host *host)
{
    free_peer(&host->peer);
    free(host);
}

static int make_host(struct ph__mx_host **out, struct ph_mx *mx,
                     const struct ph__mx_peer *peer)
{
    struct ph__mx_host *host = calloc(1, sizeof(*host));
    int rc = host ? copy_peer(&host->peer, peer) : PH_E_NOMEM;
    if (!rc) {
        const struct ph__mx_peer *own = &host->peer;
        struct ph__client_peer whom = {.host = own->host,
                                       .port = mx->port,
                                       .tls_name = own->tls_name,
                                       .also = own->also,
                                       .also_count = own->also_count,
                                       .tlsa = own->tlsa,
                                       .tlsa_count = own->tlsa_count};
        rc = ph__client_new_like(&host->client,
                                 own->strict ? mx->strict : mx->usual, &whom);
    }
    if (rc) {
        if (host)
            free_host(host);
        return rc;
    }
    host->mx = mx;
    ph__list_append(&mx->hosts, &host->link);
    mx->host_count++;
    *out = host;
    return PH_OK;
}

static struct ph__mx_host *find(struct ph_mx *mx,
                                const struct ph__mx_peer *peer)
{
    for (struct ph__link *l = mx->hosts.next; l != &mx->hosts; l = l->next) {
        struct ph__mx_host *host = ph__of(l, struct ph__mx_host, link);
        if (!host->closing && same_peer(&host->peer, peer))
            return host;
    }
    return NULL;
}

int ph__mx_host_take(struct ph__mx_host **out, struct ph_mx *mx,
                     const struct ph__mx_peer *peer)
{
    struct ph__mx_host *host = find(mx, peer);
    int rc = host ? PH_OK : make_host(&host, mx, peer);
    if (rc)
        return rc;
    host->users++;
    *out = host;
    return PH_OK;
}

/* The one that nobody has used for the longest time. */
static struct ph__mx_host *find_spare(struct ph_mx *mx)
{
    for (struct ph__link *l = mx->hosts.next; l != &mx->hosts; l = l->next) {
        struct ph__mx_host *host = ph__of(l, struct ph__mx_host, link);
        if (!host->closing && !host->users)
            return host;
    }
    return NULL;
}

void ph__mx_host_give_back(struct ph__mx_host *host)
{
    struct ph_mx *mx = host->mx;
    host->users--;
    ph__list_remove(&host->link);
    ph__list_append(&mx->hosts, &host->link);
    struct ph__mx_host *spare =
        mx->host_count > mx->deliveries + PH__MX_SPARE ? find_spare(mx) : NULL;
    if (spare)
        ph__mx_host_close(spare, false);
}

static void on_closed(void *user)
{
    struct ph__mx_host *host = user;
    struct ph_mx *mx = host->mx;
    ph__list_remove(&host->link);
    free_host(host);
    ph__mx_finish_close(mx);
}

/* An abort also hastens a close under way. */
void ph__mx_host_close(struct ph__mx_host *host, bool abort)
{
    if (!host->closing) {
        ph__mx_add_stats(&host->mx->past, host->client);
        host->mx->host_count--;
        host->closing = true;
        ph_client_close(host->client, on_closed, host);
    }
    if (abort)
        ph_client_abort(host->client, on_closed, host);
}

void ph__mx_add_stats(struct ph_stats *sum, const struct ph_client *client)
{
    struct ph_stats s = {.size = sizeof(s)};
    ph_client_stats(client, &s);
    sum->connections += s.connections;
    sum->handshakes += s.handshakes;
    sum->messages += s.messages;
    sum->round_trips += s.round_trips;
    sum->octets_sent += s.octets_sent;
    sum->octets_received += s.octets_received;
    sum->open += s.open;
}
