/* Addresses that need no name server: literals, names with a meaning, the hosts
 * file. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dns/parts.h"

/* Is `host` this name, or under it? A dot at its end is fine. */
static bool is_in(const char *host, const char *name)
{
    size_t len = strlen(host), n = strlen(name);
    if (len && host[len - 1] == '.')
        len--;
    return len >= n && ph__text_same_len(host + len - n, name, n) &&
           (len == n || host[len - n - 1] == '.');
}

/* Answers with addresses of the query's family: `count`, one behind another. */
static void answer(struct ph__dns_query *q, char *const *addresses,
                   size_t count)
{
    struct ph__dns_reading *r = &q->reading;
    if (count > PH__DNS_RECORDS)
        count = PH__DNS_RECORDS;
    if (count)
        r->records = calloc(count, sizeof(*r->records));
    if (count && !r->records) {
        ph__dns_finish(q, PH__DNS_NOMEM);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (q->type == PH__DNS_A)
            memcpy(&r->records[i].a, addresses[i], sizeof(struct in_addr));
        else
            memcpy(&r->records[i].aaaa, addresses[i], sizeof(struct in6_addr));
    r->answer.records = r->records;
    r->answer.count = count;
    ph__dns_finish(q, count ? PH__DNS_FOUND : PH__DNS_NO_DATA);
}

static bool know_literal(struct ph__dns_query *q)
{
    struct in_addr a;
    struct in6_addr aaaa;
    bool v4 = uv_inet_pton(AF_INET, q->name, &a) == 0;
    bool v6 = !v4 && uv_inet_pton(AF_INET6, q->name, &aaaa) == 0;
    if (!v4 && !v6)
        return false;
    bool of_type = v4 == (q->type == PH__DNS_A);
    answer(q, (char *[]){v4 ? (char *)&a : (char *)&aaaa}, of_type);
    return true;
}

/* RFC 6761 6.3, 6.4: one name means us, and another nobody, whatever a name
 * server knows of them. */
static bool know_special(struct ph__dns_query *q)
{
    struct in_addr a = {.s_addr = htonl(INADDR_LOOPBACK)};
    struct in6_addr aaaa = IN6ADDR_LOOPBACK_INIT;
    if (is_in(q->name, "invalid")) {
        ph__dns_finish(q, PH__DNS_NO_NAME);
        return true;
    }
    if (!is_in(q->name, "localhost"))
        return false;
    answer(q, (char *[]){q->type == PH__DNS_A ? (char *)&a : (char *)&aaaa}, 1);
    return true;
}

/* PH__DNS_FOUND, NO_NAME (not in the file) or NOMEM. */
static enum ph__dns_status look_up(struct ph__dns_query *q, int family,
                                   struct hostent **out)
{
    int rc = ares_gethostbyname_file(q->dns->channel, q->name, family, out);
    if (rc == ARES_ENOMEM)
        return PH__DNS_NOMEM;
    return rc ? PH__DNS_NO_NAME : PH__DNS_FOUND;
}

/* A name that the file has in one family has no address in the other. */
static bool know_from_file(struct ph__dns_query *q)
{
    const char *lookups = q->dns->saved.lookups;
    int families[] = {AF_INET, AF_INET6};
    struct hostent *found[2] = {NULL, NULL};
    enum ph__dns_status status[2];
    if (lookups && !strchr(lookups, 'f'))
        return false;
    for (int i = 0; i < 2; i++)
        status[i] = look_up(q, families[i], &found[i]);
    struct hostent *mine = found[q->type == PH__DNS_AAAA];
    size_t count = 0;
    while (mine && mine->h_addr_list[count])
        count++;
    bool known = found[0] || found[1];
    bool nomem = status[0] == PH__DNS_NOMEM || status[1] == PH__DNS_NOMEM;
    if (nomem)
        ph__dns_finish(q, PH__DNS_NOMEM);
    else if (known)
        answer(q, mine ? mine->h_addr_list : NULL, count);
    for (int i = 0; i < 2; i++)
        if (found[i])
            ares_free_hostent(found[i]);
    return nomem || known;
}

bool ph__dns_know(struct ph__dns_query *q)
{
    bool is_address = q->type == PH__DNS_A || q->type == PH__DNS_AAAA;
    if (!is_address)
        return false;
    if (know_literal(q))
        return true;
    return ph__dns_is_name(q->name) && (know_special(q) || know_from_file(q));
}
