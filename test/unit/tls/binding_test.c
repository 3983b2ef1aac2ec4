/* Channel bindings: RFC 9266, RFC 5929. gnutls_test asks another library. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "raw.h"
#include "tls/binding.h"

/* What the server's side of OpenSSL has for a type. */
static void theirs(struct ph__tls_binding *b, const struct raw *r,
                   const char *type, const EVP_MD *digest)
{
    unsigned len = 0;
    if (!strcmp(type, "tls-exporter")) {
        b->len = 32;
        SSL_export_keying_material(r->ssl, b->data, 32,
                                   "EXPORTER-Channel-Binding", 24,
                                   (const unsigned char *)"", 0, 1);
    } else if (!strcmp(type, "tls-unique")) {
        b->len = SSL_session_reused(r->ssl)
                     ? SSL_get_finished(r->ssl, b->data, 64)
                     : SSL_get_peer_finished(r->ssl, b->data, 64);
    } else {
        X509_digest(SSL_get_certificate(r->ssl), digest, b->data, &len);
        b->len = len;
    }
}

static void agrees(const struct raw *r, enum ph__tls_binding_type type,
                   const char *name, const EVP_MD *digest)
{
    struct ph__tls_binding ours, other;
    assert_int_equal(ph__tls_bind(&ours, r->client, type), PH_OK);
    assert_string_equal(ours.type, name);
    theirs(&other, r, name, digest);
    assert_true(ours.len > 0);
    assert_int_equal(ours.len, other.len);
    assert_memory_equal(ours.data, other.data, ours.len);
    assert_int_equal(ERR_peek_error(), 0);
}

static void has_none(const struct raw *r, enum ph__tls_binding_type type)
{
    struct ph__tls_binding b = {.type = "untouched"};
    assert_int_equal(ph__tls_bind(&b, r->client, type), PH_E_INVALID);
    assert_string_equal(b.type, "untouched");
    assert_int_equal(ERR_peek_error(), 0);
}

static void
with_1_3_the_exporter_is_best_and_unique_is_not_defined(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    for (int i = 0; i < 2; i++) { /* at first, and resumed */
        raw_connect_to(&r, MAIL);
        assert_int_equal(ph__tls_resumed(r.client), i);
        agrees(&r, PH__TLS_BIND_BEST, "tls-exporter", NULL);
        agrees(&r, PH__TLS_BIND_EXPORTER, "tls-exporter", NULL);
        agrees(&r, PH__TLS_BIND_END_POINT, "tls-server-end-point",
               EVP_sha256());
        has_none(&r, PH__TLS_BIND_UNIQUE);
        raw_disconnect(&r);
    }
    raw_done(&r);
}

static void with_1_2_the_end_point_is_best_and_all_are_there(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    for (int i = 0; i < 2; i++) {
        raw_connect_to(&r, MAIL);
        assert_int_equal(ph__tls_resumed(r.client), i);
        agrees(&r, PH__TLS_BIND_BEST, "tls-server-end-point", EVP_sha256());
        agrees(&r, PH__TLS_BIND_EXPORTER, "tls-exporter", NULL);
        agrees(&r, PH__TLS_BIND_UNIQUE, "tls-unique", NULL);
        raw_disconnect(&r);
    }
    raw_done(&r);
}

/* RFC 9266 4.1, RFC 7627 1: what is derived from a secret that another
 * session may share binds nothing. */
static void without_an_extended_master_secret_less_is_bound(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(r.ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    raw_connect_to(&r, MAIL);
    has_none(&r, PH__TLS_BIND_EXPORTER);
    agrees(&r, PH__TLS_BIND_UNIQUE, "tls-unique", NULL);
    agrees(&r, PH__TLS_BIND_BEST, "tls-server-end-point", EVP_sha256());
    raw_disconnect(&r);
    raw_connect_to(&r, MAIL);
    assert_true(ph__tls_resumed(r.client));
    has_none(&r, PH__TLS_BIND_UNIQUE);
    agrees(&r, PH__TLS_BIND_END_POINT, "tls-server-end-point", EVP_sha256());
    raw_done(&r);
}

struct signature {
    const char *cert;
    const EVP_MD *(*digest)(void);
};

/* RFC 5929 4.1 */
static const struct signature signatures[] = {
    {"server", EVP_sha256},
    {"sha384", EVP_sha384},
    {"sha1", EVP_sha256}, /* too weak to bind with */
};

static void the_end_point_takes_the_digest_of_the_signature(void **state)
{
    struct ph__tls_options opts = {.insecure = true};
    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
        struct raw r;
        raw_init(&r, signatures[i].cert, &opts);
        raw_connect_to(&r, MAIL);
        agrees(&r, PH__TLS_BIND_END_POINT, "tls-server-end-point",
               signatures[i].digest());
        raw_done(&r);
    }
}

static void a_signature_without_a_digest_has_no_end_point(void **state)
{
    struct ph__tls_options opts = {.insecure = true};
    struct raw r;
    raw_init(&r, "ed25519", &opts);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_connect_to(&r, MAIL);
    has_none(&r, PH__TLS_BIND_END_POINT);
    agrees(&r, PH__TLS_BIND_BEST, "tls-exporter", NULL);
    raw_done(&r);
}

static void nothing_is_bound_before_the_handshake(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    raw_begin(&r, &(struct ph__tls_peer){.name = MAIL});
    has_none(&r, PH__TLS_BIND_BEST);
    raw_done(&r);
}

/* Ours on both sides, as a sink that offers SCRAM-SHA-256-PLUS needs it. */
static void our_server_has_the_same(void **state)
{
    struct pair p;
    pair_init(&p, "server", MAIL,
              &(struct ph__tls_options){.ca_file = CERTS "ca.pem"});
    pair_run(&p, WIRE);
    enum ph__tls_binding_type types[] = {PH__TLS_BIND_EXPORTER,
                                         PH__TLS_BIND_END_POINT};
    for (size_t i = 0; i < 2; i++) {
        struct ph__tls_binding a, b;
        assert_int_equal(ph__tls_bind(&a, p.client, types[i]), PH_OK);
        assert_int_equal(ph__tls_bind(&b, p.server, types[i]), PH_OK);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.data, b.data, a.len);
    }
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            with_1_3_the_exporter_is_best_and_unique_is_not_defined),
        cmocka_unit_test(with_1_2_the_end_point_is_best_and_all_are_there),
        cmocka_unit_test(without_an_extended_master_secret_less_is_bound),
        cmocka_unit_test(the_end_point_takes_the_digest_of_the_signature),
        cmocka_unit_test(a_signature_without_a_digest_has_no_end_point),
        cmocka_unit_test(nothing_is_bound_before_the_handshake),
        cmocka_unit_test(our_server_has_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
