#include <netinet/in.h>
#include <string.h>

#include "cli/packet.h"

enum { TCP_LEN = 20, V4_LEN = 20, V6_LEN = 40, HOPS = 64, TCP = 6 };

static bool take_v4(struct cli_end *end, const struct sockaddr *a)
{
    struct sockaddr_in in;
    if (a->sa_family != AF_INET)
        return false;
    memcpy(&in, a, sizeof(in));
    memcpy(end->address, &in.sin_addr, 4);
    end->port = ntohs(in.sin_port);
    return true;
}

static bool take_v6(struct cli_end *end, const struct sockaddr *a)
{
    struct sockaddr_in6 in;
    if (a->sa_family != AF_INET6)
        return false;
    memcpy(&in, a, sizeof(in));
    memcpy(end->address, &in.sin6_addr, 16);
    end->port = ntohs(in.sin6_port);
    return true;
}

bool cli_wire_init(struct cli_wire *w, const struct sockaddr *local,
                   const struct sockaddr *peer)
{
    enum { INVENTED = 40000, SMTP = 25 };
    *w = (struct cli_wire){
        .ends = {{{127, 0, 0, 1}, INVENTED, 0}, {{127, 0, 0, 1}, SMTP, 0}}};
    if (!local || !peer)
        return false;
    w->v6 = peer->sa_family == AF_INET6;
    return w->v6 ? take_v6(&w->ends[0], local) && take_v6(&w->ends[1], peer)
                 : take_v4(&w->ends[0], local) && take_v4(&w->ends[1], peer);
}

static void put16(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* RFC 1071: a sum of words, to be folded. */
static uint32_t add_words(uint32_t sum, const unsigned char *at, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)(at[i] << 8 | at[i + 1]);
    return len % 2 ? sum + (uint32_t)(at[len - 1] << 8) : sum;
}

static uint32_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void write_ip(unsigned char *at, const struct cli_wire *w, int from,
                     size_t rest)
{
    const unsigned char *source = w->ends[from].address;
    const unsigned char *target = w->ends[!from].address;
    if (w->v6) {
        at[0] = 6 << 4;
        put16(at + 4, (uint32_t)rest);
        at[6] = TCP;
        at[7] = HOPS;
        memcpy(at + 8, source, 16);
        memcpy(at + 24, target, 16);
        return;
    }
    at[0] = 4 << 4 | V4_LEN / 4;
    put16(at + 2, (uint32_t)(V4_LEN + rest));
    put16(at + 6, 1 << 14); /* not to be fragmented */
    at[8] = HOPS;
    at[9] = TCP;
    memcpy(at + 12, source, 4);
    memcpy(at + 16, target, 4);
    put16(at + 10, fold(add_words(0, at, V4_LEN)));
}

/* Its checksum is also of both addresses, the protocol and the length. */
static void write_tcp(unsigned char *at, const struct cli_wire *w, int from,
                      unsigned flags, struct ph_slice data)
{
    const struct cli_end *me = &w->ends[from];
    const struct cli_end *you = &w->ends[!from];
    size_t width = w->v6 ? 16 : 4;
    uint32_t sum = TCP + TCP_LEN + (uint32_t)data.len;
    put16(at, me->port);
    put16(at + 2, you->port);
    put32(at + 4, me->next);
    put32(at + 8, flags & CLI_TCP_ACK ? you->next : 0);
    at[12] = TCP_LEN / 4 << 4;
    at[13] = (unsigned char)flags;
    put16(at + 14, 0xffff); /* the window */
    if (data.len)
        memcpy(at + TCP_LEN, data.data, data.len);
    sum = add_words(sum, me->address, width);
    sum = add_words(sum, you->address, width);
    sum = add_words(sum, at, TCP_LEN + data.len);
    put16(at + 16, fold(sum));
}

int cli_wire_packet(struct ph__buf *out, struct cli_wire *w, int from,
                    unsigned flags, struct ph_slice data)
{
    size_t head = w->v6 ? V6_LEN : V4_LEN;
    size_t len = head + TCP_LEN + data.len;
    ph__buf_clear(out);
    int rc = ph__buf_reserve(out, len);
    if (rc)
        return rc;
    unsigned char *at = (unsigned char *)out->data;
    memset(at, 0, head + TCP_LEN);
    write_ip(at, w, from, TCP_LEN + data.len);
    write_tcp(at + head, w, from, flags, data);
    out->len = len;
    bool counts = flags & (CLI_TCP_SYN | CLI_TCP_FIN);
    w->ends[from].next += (uint32_t)data.len + counts;
    return PH_OK;
}
