/* web.h - an HTTPS server on the test's loop, which has one answer for
 * everybody, and gives it as badly as wanted. */
#ifndef TEST_WEB_H
#define TEST_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "base/list.h"

enum web_end {
    WEB_ENDS,  /* closes as TLS wants it */
    WEB_CUTS,  /* closes without a word */
    WEB_STAYS, /* leaves that to the client */
};

struct web {
    /* Set before web_open(). */
    const char *cert;   /* of test/certs.py; NULL = no TLS */
    const char *answer; /* head and text; NULL = none, ever */
    size_t more;        /* so many lines of 64 octets behind it */
    enum web_end end;
    /* What it has seen. */
    unsigned connections; /* on which something was asked */
    unsigned requests;
    char request[1024]; /* the latest */

    uint16_t port;
    uv_loop_t *loop;
    uv_tcp_t listener;
    struct ph__tls_context *tls;
    struct ph__link guests;
};

void web_open(struct web *w, uv_loop_t *loop);
void web_close(struct web *w);

#endif
