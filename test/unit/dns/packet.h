/* DNS messages made of words. */
#ifndef TEST_DNS_PACKET_H
#define TEST_DNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum { CNAME = 5, PACKET_MAX = 65535 };

/* As in a zone file: "192.0.2.1", "10 mail.example", "1 2 25 mail.example",
 * "3 1 1 c0ffee", strings separated by '|'; "\\# hex" are octets as they are.
 */
struct rr {
    const char *owner; /* NULL: the end */
    unsigned type, ttl;
    const char *data;
};

struct packet {
    size_t len;
    uint8_t data[PACKET_MAX];
};

enum { PACKET_QR = 0x8000, PACKET_TC = 0x0200, PACKET_AD = 0x0020 };

/* The header and the question. */
void packet_begin(struct packet *p, unsigned flags, const char *name,
                  unsigned type);
/* One more in the answer section; names are written out. */
void packet_add(struct packet *p, const struct rr *rr);
void packet_octets(struct packet *p, const void *data, size_t len);
void packet_number(struct packet *p, unsigned value, size_t octets);
void packet_name(struct packet *p, const char *name);

#endif
