#include "pair.h"

static struct ph__tls_context *context(const struct ph__tls_options *opts)
{
    struct ph__tls_context *ctx = NULL;
    struct ph__buf why = PH__BUF(1000);
    if (ph__tls_context_new(&ctx, opts, &why))
        fail_msg("%s", ph__buf_text(&why));
    ph__buf_done(&why);
    return ctx;
}

void pair_init(struct pair *p, const char *cert, const char *name,
               const struct ph__tls_options *client)
{
    memset(p, 0, sizeof(*p));
    p->to_server = p->to_client = PH__BUF(WIRE);
    p->at_server = p->at_client = PH__BUF(WIRE);
    struct ph__buf pem = PH__BUF(1000), key = PH__BUF(1000);
    ph__buf_format(&pem, CERTS "%s.pem", cert);
    ph__buf_format(&key, CERTS "%s.key", cert);
    struct ph__tls_context *ours = context(client);
    struct ph__tls_context *theirs = context(&(struct ph__tls_options){
        .server = true, .cert_file = pem.data, .key_file = key.data});
    assert_int_equal(ph__tls_new(&p->client, ours, name), PH_OK);
    assert_int_equal(ph__tls_new(&p->server, theirs, NULL), PH_OK);
    /* The sessions keep what they need. */
    ph__tls_context_free(ours);
    ph__tls_context_free(theirs);
    ph__buf_done(&pem);
    ph__buf_done(&key);
    assert_int_equal(ph__tls_start(p->client, &p->to_server), PH_OK);
    assert_int_equal(ph__tls_start(p->server, &p->to_client), PH_OK);
}

void pair_done(struct pair *p)
{
    ph__tls_free(p->client);
    ph__tls_free(p->server);
    ph__buf_done(&p->to_server);
    ph__buf_done(&p->to_client);
    ph__buf_done(&p->at_server);
    ph__buf_done(&p->at_client);
}

void pair_to_client(struct pair *p, size_t len)
{
    int rc = ph__tls_receive(p->client, p->to_client.data, len, &p->at_client,
                             &p->to_server);
    p->client_rc = p->client_rc ? p->client_rc : rc;
    ph__buf_drop(&p->to_client, len);
}

void pair_to_server(struct pair *p, size_t len)
{
    int rc = ph__tls_receive(p->server, p->to_server.data, len, &p->at_server,
                             &p->to_client);
    p->server_rc = p->server_rc ? p->server_rc : rc;
    ph__buf_drop(&p->to_server, len);
}

void pair_run(struct pair *p, size_t step)
{
    while (p->to_server.len || p->to_client.len) {
        size_t out = p->to_server.len, in = p->to_client.len;
        if (out)
            pair_to_server(p, out < step ? out : step);
        if (in)
            pair_to_client(p, in < step ? in : step);
    }
}
