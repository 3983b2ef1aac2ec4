/* A client and a server of tls/, and the wires between them. */
#ifndef TEST_TLS_PAIR_H
#define TEST_TLS_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "certs.h"
#include "tls/tls.h"

enum { WIRE = 4 * 1024 * 1024 };

struct pair {
    struct ph__tls *client, *server;
    struct ph__buf to_server, to_client; /* ciphertext under way */
    struct ph__buf at_server, at_client; /* plaintext that arrived */
    int client_rc, server_rc;            /* the first failure of each */
};

/* `cert` is a name of certs.py, `name` what the client expects. */
void pair_init(struct pair *p, const char *cert, const char *name,
               const struct ph__tls_options *client);
void pair_done(struct pair *p);
/* Hands over the first `len` octets that are under way. */
void pair_to_client(struct pair *p, size_t len);
void pair_to_server(struct pair *p, size_t len);
/* Hands over everything, `step` octets at a time, until the wires are still. */
void pair_run(struct pair *p, size_t step);

#endif
