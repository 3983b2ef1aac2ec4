/* What does an idle TLS session keep? Clients and servers in memory; only
 * what the clients allocate is counted: tls_bench CERT KEY [COUNT] */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/tls.h"

enum { WIRE = 64 * 1024 };

struct bench {
    SSL_CTX *servers;
    struct ph__tls_context *clients;
    struct ph__buf cipher, plain; /* shared by all, as net/ shares them */
    size_t octets;                /* that clients hold */
};

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static int receive(struct bench *b, struct ph__tls *t, const char *data,
                   size_t len)
{
    size_t before = in_use();
    int rc = ph__tls_receive(t, data, len, &b->plain, &b->cipher);
    b->octets += in_use() - before;
    return rc;
}

/* Until both are silent: with 1.3 the tickets have come, too. */
static int run_wires(struct bench *b, struct ph__tls *t, SSL *server)
{
    int rc = 0;
    bool moved = true;
    while (!rc && moved) {
        char data[WIRE];
        moved = b->cipher.len > 0;
        BIO_write(SSL_get_rbio(server), b->cipher.data, (int)b->cipher.len);
        ph__buf_clear(&b->cipher);
        (void)SSL_read(server, data, sizeof(data));
        int len = BIO_read(SSL_get_wbio(server), data, sizeof(data));
        if (len > 0)
            rc = receive(b, t, data, (size_t)len);
        moved = moved || len > 0;
    }
    return rc;
}

/* OpenSSL lets go of the buffer that it writes from at the end of a write. */
static int talk(struct bench *b, struct ph__tls *t, SSL *server)
{
    int rc = run_wires(b, t, server);
    size_t before = in_use();
    rc = rc ? rc : ph__tls_send(t, "EHLO bench\r\n", 12, &b->cipher);
    b->octets += in_use() - before;
    rc = rc ? rc : run_wires(b, t, server);
    if (!rc && SSL_write(server, "250 bench\r\n", 11) != 11)
        rc = PH_E_TLS;
    return rc ? rc : run_wires(b, t, server);
}

static struct ph__tls *establish(struct bench *b)
{
    SSL *server = SSL_new(b->servers);
    if (!server)
        return NULL;
    SSL_set_accept_state(server);
    SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    struct ph__tls *t = NULL;
    size_t before = in_use();
    int rc = ph__tls_new(&t, b->clients, "mail.example.test");
    if (!rc)
        rc = ph__tls_start(t, &b->cipher);
    b->octets += in_use() - before;
    if (!rc)
        rc = talk(b, t, server);
    SSL_free(server);
    if (!rc && ph__tls_up(t))
        return t;
    ph__tls_free(t);
    return NULL;
}

static int measure(struct bench *b, int version, size_t count)
{
    struct ph__tls **all = calloc(count, sizeof(struct ph__tls *));
    if (!all)
        return 1;
    SSL_CTX_set_max_proto_version(b->servers, version);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        all[i] = establish(b);
        ok = all[i] != NULL;
        if (i == count / 10) /* warm: caches, kept sessions */
            b->octets = 0;
    }
    size_t counted = count - count / 10 - 1;
    if (ok && counted)
        printf("%s: %zu octets an idle session (%zu of them)\n",
               ph__tls_version(all[0]), b->octets / counted, counted);
    for (size_t i = 0; i < count; i++)
        ph__tls_free(all[i]);
    free(all);
    return ok ? 0 : 1;
}

static int run(struct bench *b, char **argv, size_t count)
{
    struct ph__tls_options opts = {.insecure = true, .ca_file = argv[1]};
    if (SSL_CTX_use_certificate_chain_file(b->servers, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(b->servers, argv[2], SSL_FILETYPE_PEM) != 1)
        return 1;
    /* Memory for the buffers is not a session's. */
    if (ph__buf_reserve(&b->cipher, WIRE) || ph__buf_reserve(&b->plain, WIRE))
        return 1;
    int rc = 0;
    const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; !rc && i < 2; i++) {
        struct ph__buf why = PH__BUF(1024);
        rc = ph__tls_context_new(&b->clients, &opts, &why);
        if (rc)
            fprintf(stderr, "%s\n", ph__buf_text(&why));
        else
            rc = measure(b, versions[i], count);
        ph__tls_context_free(b->clients);
        b->clients = NULL;
        ph__buf_done(&why);
    }
    return rc;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: tls_bench CERT KEY [COUNT]\n");
        return 64;
    }
    struct bench b = {.servers = SSL_CTX_new(TLS_server_method()),
                      .cipher = PH__BUF(4 * WIRE),
                      .plain = PH__BUF(4 * WIRE)};
    if (!b.servers)
        return 1;
    int rc = run(&b, argv, argc > 3 ? strtoul(argv[3], NULL, 10) : 500);
    SSL_CTX_free(b.servers);
    ph__buf_done(&b.cipher);
    ph__buf_done(&b.plain);
    return rc ? 1 : 0;
}
