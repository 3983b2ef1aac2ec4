/* posthaste/tap.h - the octets of a client's sessions as they go by, in the
 * clear: for captures and statistics. */
#ifndef POSTHASTE_TAP_H
#define POSTHASTE_TAP_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr; /* <sys/socket.h> */

enum ph_tap_type {
    PH_TAP_OPENED = 1, /* connected, through a proxy too */
    PH_TAP_SECURED,    /* TLS is up: what follows is encrypted on the wire */
    PH_TAP_SENT,       /* these octets were taken by the kernel */
    PH_TAP_RECEIVED,   /* these have arrived */
    PH_TAP_CLOSED      /* the last of a session that was opened */
};

/* Borrowed during the call, all of it.
 *
 * With AUTH, whatever follows the mechanism's name and every answer is
 * overwritten with '*', octet by octet. So is the rest of a reply from where
 * it repeats one of them; for that, replies are told line by line from AUTH
 * on, and not as they arrive. Content stays as it is. What the memory does not
 * suffice for is left out. */
struct ph_tap {
    enum ph_tap_type type;
    unsigned session;              /* its number, as in the trace */
    uint64_t at_ns;                /* uv_hrtime() */
    const struct ph_slice *slices; /* of SENT and RECEIVED */
    size_t count;
    /* Of OPENED: both ends of the socket, or NULL. The peer is the proxy if
     * there is one. */
    const struct sockaddr *local;
    const struct sockaddr *peer;
};

/* Calls of the client are fine; what they bring about happens afterwards. */
typedef void (*ph_tap_cb)(void *user, const struct ph_tap *tap);

#ifdef __cplusplus
}
#endif
#endif
