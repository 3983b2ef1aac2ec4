/* cli/packet.h - IP packets with TCP segments in them, as they might have been
 * on the wire (RFC 791, RFC 8200, RFC 9293). */
#ifndef CLI_PACKET_H
#define CLI_PACKET_H

#include "base/buf.h"

struct sockaddr;

enum {
    CLI_SEGMENT_MAX = 32768,                   /* octets in one segment */
    CLI_PACKET_MAX = CLI_SEGMENT_MAX + 40 + 20 /* with both headers */
};

enum cli_tcp_flag {
    CLI_TCP_FIN = 1,
    CLI_TCP_SYN = 2,
    CLI_TCP_PUSH = 8,
    CLI_TCP_ACK = 16
};

/* One end: IPv4 in the first four octets, or IPv6. */
struct cli_end {
    unsigned char address[16];
    uint16_t port;
    uint32_t next; /* sequence number of what it will say */
};

struct cli_wire {
    bool v6;
    struct cli_end ends[2]; /* the client's, the server's */
};

/* From the addresses of a socket; 127.0.0.1 where there are none, or no IP:
 * then, false. */
bool cli_wire_init(struct cli_wire *w, const struct sockaddr *local,
                   const struct sockaddr *peer);
/* A packet of end `from` (0 or 1), in place of what `out` holds; counts what it
 * said. PH_E_NOMEM. */
int cli_wire_packet(struct ph__buf *out, struct cli_wire *w, int from,
                    unsigned flags, struct ph_slice data);

#endif
