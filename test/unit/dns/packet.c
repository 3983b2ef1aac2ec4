#include "packet.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/dns.h"

void packet_octets(struct packet *p, const void *data, size_t len)
{
    assert_true(len <= sizeof(p->data) - p->len);
    memcpy(p->data + p->len, data, len);
    p->len += len;
}

void packet_number(struct packet *p, unsigned value, size_t octets)
{
    for (size_t i = octets; i--;)
        packet_octets(p, &(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

void packet_name(struct packet *p, const char *name)
{
    while (*name && strcmp(name, ".")) {
        size_t len = strcspn(name, ".");
        packet_number(p, (unsigned)len, 1);
        packet_octets(p, name, len);
        name += len + (name[len] == '.');
    }
    packet_number(p, 0, 1);
}

void packet_begin(struct packet *p, unsigned flags, const char *name,
                  unsigned type)
{
    p->len = 0;
    packet_number(p, 0, 2);
    packet_number(p, PACKET_QR | flags, 2);
    packet_number(p, 1, 2);
    packet_octets(p, "\0\0\0\0\0", 6);
    packet_name(p, name);
    packet_number(p, type, 2);
    packet_number(p, 1, 2);
}

static void add_hex(struct packet *p, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        char octet[3] = {hex[0], hex[1], '\0'};
        packet_number(p, (unsigned)strtoul(octet, NULL, 16), 1);
    }
}

/* Numbers at the beginning of the data, and what follows them. */
static const char *add_numbers(struct packet *p, const char *data, size_t count,
                               size_t octets)
{
    while (count--) {
        char *end;
        packet_number(p, (unsigned)strtoul(data, &end, 10), octets);
        data = end + (*end == ' ');
    }
    return data;
}

static void add_strings(struct packet *p, const char *data)
{
    for (;;) {
        size_t len = strcspn(data, "|");
        packet_number(p, (unsigned)len, 1);
        packet_octets(p, data, len);
        if (!data[len])
            return;
        data += len + 1;
    }
}

static void add_data(struct packet *p, unsigned type, const char *data)
{
    uint8_t address[16];
    if (!strncmp(data, "\\# ", 3))
        add_hex(p, data + 3);
    else if (type == PH__DNS_A && inet_pton(AF_INET, data, address) == 1)
        packet_octets(p, address, 4);
    else if (type == PH__DNS_AAAA && inet_pton(AF_INET6, data, address) == 1)
        packet_octets(p, address, 16);
    else if (type == PH__DNS_MX)
        packet_name(p, add_numbers(p, data, 1, 2));
    else if (type == PH__DNS_SRV)
        packet_name(p, add_numbers(p, data, 3, 2));
    else if (type == PH__DNS_TLSA)
        add_hex(p, add_numbers(p, data, 3, 1));
    else if (type == PH__DNS_TXT)
        add_strings(p, data);
    else
        packet_name(p, data);
}

void packet_add(struct packet *p, const struct rr *rr)
{
    unsigned count = (unsigned)p->data[6] << 8 | p->data[7];
    count++;
    p->data[6] = (uint8_t)(count >> 8);
    p->data[7] = (uint8_t)count;
    packet_name(p, rr->owner);
    packet_number(p, rr->type, 2);
    packet_number(p, 1, 2);
    packet_number(p, rr->ttl, 4);
    size_t at = p->len;
    packet_number(p, 0, 2);
    add_data(p, rr->type, rr->data);
    size_t len = p->len - at - 2;
    p->data[at] = (uint8_t)(len >> 8);
    p->data[at + 1] = (uint8_t)len;
}
