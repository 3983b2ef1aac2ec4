#include "raw.h"

static const struct ph__tls_options trusting = {.ca_file = CERTS "ca.pem"};

void raw_init(struct raw *r, const char *cert,
              const struct ph__tls_options *opts)
{
    *r = (struct raw){.cipher = PH__BUF(WIRE), .plain = PH__BUF(WIRE)};
    r->ctx = SSL_CTX_new(TLS_server_method());
    assert_non_null(r->ctx);
    SSL_CTX_set_security_level(r->ctx, 0);
    struct ph__buf pem = PH__BUF(1000), key = PH__BUF(1000),
                   why = PH__BUF(1000);
    ph__buf_format(&pem, CERTS "%s.pem", cert);
    ph__buf_format(&key, CERTS "%s.key", cert);
    int ok = SSL_CTX_use_certificate_chain_file(r->ctx, pem.data) == 1 &&
             SSL_CTX_use_PrivateKey_file(r->ctx, key.data, SSL_FILETYPE_PEM);
    assert_true(ok);
    if (ph__tls_context_new(&r->ours, opts ? opts : &trusting, &why))
        fail_msg("%s", ph__buf_text(&why));
    ph__buf_done(&pem);
    ph__buf_done(&key);
}

static void drop_connection(struct raw *r)
{
    ph__tls_free(r->client);
    r->client = NULL;
    SSL_free(r->ssl);
    r->ssl = NULL;
    ph__buf_clear(&r->cipher);
    ph__buf_clear(&r->plain);
    r->rc = PH_OK;
}

void raw_done(struct raw *r)
{
    drop_connection(r);
    ph__tls_context_free(r->ours);
    SSL_CTX_free(r->ctx);
    ph__buf_done(&r->cipher);
    ph__buf_done(&r->plain);
}

void raw_begin(struct raw *r, const struct ph__tls_peer *peer)
{
    drop_connection(r);
    r->ssl = SSL_new(r->ctx);
    assert_non_null(r->ssl);
    SSL_set_accept_state(r->ssl);
    SSL_set_bio(r->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    assert_int_equal(ph__tls_new_peer(&r->client, r->ours, peer), PH_OK);
    assert_int_equal(ph__tls_start(r->client, &r->cipher), PH_OK);
}

bool raw_step(struct raw *r)
{
    bool moved = r->cipher.len;
    if (moved)
        BIO_write(SSL_get_rbio(r->ssl), r->cipher.data, (int)r->cipher.len);
    ph__buf_clear(&r->cipher);
    char data[4096];
    (void)SSL_read(r->ssl, data, sizeof(data));
    int len;
    while ((len = BIO_read(SSL_get_wbio(r->ssl), data, sizeof(data))) > 0) {
        int rc = ph__tls_receive(r->client, data, (size_t)len, &r->plain,
                                 &r->cipher);
        r->rc = r->rc ? r->rc : rc;
        moved = true;
    }
    return moved;
}

void raw_run(struct raw *r)
{
    while (raw_step(r))
        ;
}

void raw_connect(struct raw *r, const struct ph__tls_peer *peer)
{
    raw_begin(r, peer);
    raw_run(r);
}

void raw_connect_to(struct raw *r, const char *name)
{
    raw_connect(r, &(struct ph__tls_peer){.name = name, .port = 25});
}

void raw_disconnect(struct raw *r)
{
    ph__tls_close(r->client, &r->cipher);
    SSL_shutdown(r->ssl);
    raw_run(r);
    assert_true(ph__tls_closed(r->client));
    drop_connection(r);
}
