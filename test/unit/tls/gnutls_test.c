/* Another library on the server's side: where OpenSSL would agree with its
 * own mistakes. */
#include <errno.h>

#include <gnutls/gnutls.h>

#include "raw.h"
#include "tls/binding.h"

#define ONLY_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
static const char *const both[] = {ONLY_1_2, ONLY_1_3};

struct judge {
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t ticket_key;
    gnutls_session_t session;
    struct ph__tls_context *ours;
    struct ph__tls *client;
    struct ph__buf to_server, to_client, at_server, at_client;
    bool up;       /* GnuTLS says so */
    bool cut;      /* its transport has come to an end */
    int server_rc; /* its first error */
    int client_rc; /* our first error */
};

static ssize_t push(gnutls_transport_ptr_t user, const void *data, size_t len)
{
    struct judge *j = user;
    assert_int_equal(ph__buf_add(&j->to_client, data, len), PH_OK);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t user, void *data, size_t len)
{
    struct judge *j = user;
    if (!j->to_server.len && !j->cut) {
        gnutls_transport_set_errno(j->session, EAGAIN);
        return -1;
    }
    size_t n = len < j->to_server.len ? len : j->to_server.len;
    if (n)
        memcpy(data, j->to_server.data, n);
    ph__buf_drop(&j->to_server, n);
    return (ssize_t)n;
}

static void judge_init(struct judge *j, const struct ph__tls_options *opts)
{
    static const struct ph__tls_options trusting = {.ca_file = CERTS "ca.pem"};
    *j = (struct judge){.to_server = PH__BUF(WIRE),
                        .to_client = PH__BUF(WIRE),
                        .at_server = PH__BUF(WIRE),
                        .at_client = PH__BUF(WIRE)};
    gnutls_certificate_allocate_credentials(&j->credentials);
    assert_int_equal(gnutls_certificate_set_x509_key_file(
                         j->credentials, CERTS "sha384.pem", CERTS "sha384.key",
                         GNUTLS_X509_FMT_PEM),
                     0);
    assert_int_equal(gnutls_session_ticket_key_generate(&j->ticket_key), 0);
    struct ph__buf why = PH__BUF(1000);
    int rc = ph__tls_context_new(&j->ours, opts ? opts : &trusting, &why);
    assert_int_equal(rc, PH_OK);
}

static void judge_hang_up(struct judge *j)
{
    if (j->session)
        gnutls_deinit(j->session);
    j->session = NULL;
    ph__tls_free(j->client);
    j->client = NULL;
    ph__buf_done(&j->to_server);
    ph__buf_done(&j->to_client);
    ph__buf_done(&j->at_server);
    ph__buf_done(&j->at_client);
    j->up = j->cut = false;
    j->server_rc = j->client_rc = 0;
}

static void judge_done(struct judge *j)
{
    judge_hang_up(j);
    gnutls_certificate_free_credentials(j->credentials);
    gnutls_memset(j->ticket_key.data, 0, j->ticket_key.size);
    gnutls_free(j->ticket_key.data);
    ph__tls_context_free(j->ours);
}

static void serve(struct judge *j)
{
    if (j->server_rc)
        return;
    int rc = 0;
    if (!j->up) {
        rc = gnutls_handshake(j->session);
        j->up = rc == 0;
    }
    char data[4096];
    while (j->up &&
           (rc = (int)gnutls_record_recv(j->session, data, sizeof(data))) > 0)
        ph__buf_add(&j->at_server, data, (size_t)rc);
    if (rc >= 0 || !gnutls_error_is_fatal(rc))
        return;
    j->server_rc = rc;
    gnutls_alert_send_appropriate(j->session, rc);
}

static void judge_run(struct judge *j)
{
    do {
        serve(j);
        struct ph__buf taken = j->to_client;
        j->to_client = PH__BUF(WIRE);
        int rc = ph__tls_receive(j->client, taken.data, taken.len,
                                 &j->at_client, &j->to_server);
        j->client_rc = j->client_rc ? j->client_rc : rc;
        ph__buf_done(&taken);
    } while (j->to_server.len && !j->server_rc);
}

static void judge_connect(struct judge *j, const char *priority, bool ask)
{
    judge_hang_up(j);
    gnutls_init(&j->session, GNUTLS_SERVER);
    assert_int_equal(gnutls_priority_set_direct(j->session, priority, NULL), 0);
    gnutls_credentials_set(j->session, GNUTLS_CRD_CERTIFICATE, j->credentials);
    gnutls_session_ticket_enable_server(j->session, &j->ticket_key);
    gnutls_certificate_server_set_request(j->session, ask ? GNUTLS_CERT_REQUIRE
                                                          : GNUTLS_CERT_IGNORE);
    gnutls_transport_set_ptr(j->session, j);
    gnutls_transport_set_push_function(j->session, push);
    gnutls_transport_set_pull_function(j->session, pull);
    assert_int_equal(ph__tls_new(&j->client, j->ours, MAIL), PH_OK);
    assert_int_equal(ph__tls_start(j->client, &j->to_server), PH_OK);
    judge_run(j);
}

/* ---- */

static void we_understand_each_other(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct judge j;
        judge_init(&j, NULL);
        judge_connect(&j, both[i], false);
        assert_true(j.up && ph__tls_up(j.client));
        assert_true(ph__tls_verified(j.client));
        const char *version =
            gnutls_protocol_get_name(gnutls_protocol_get_version(j.session));
        assert_string_equal(version, i ? "TLS1.3" : "TLS1.2");
        assert_int_equal(ph__tls_send(j.client, "EHLO", 4, &j.to_server), 0);
        judge_run(&j);
        assert_string_equal(ph__buf_text(&j.at_server), "EHLO");
        assert_int_equal(gnutls_record_send(j.session, "250 ", 4), 4);
        judge_run(&j);
        assert_string_equal(ph__buf_text(&j.at_client), "250 ");
        judge_done(&j);
    }
}

/* S10, TL-10 */
static void servers_of_the_past_are_named(void **state)
{
    struct judge j;
    judge_init(&j, NULL);
    judge_connect(&j, "LEGACY:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1", false);
    assert_int_equal(j.client_rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(j.client), PH__TLS_VERSION);
    judge_done(&j);
}

static void its_tickets_resume_sessions(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct judge j;
        judge_init(&j, NULL);
        for (int n = 0; n < 3; n++) {
            judge_connect(&j, both[i], false);
            assert_true(j.up && ph__tls_verified(j.client));
            assert_int_equal(ph__tls_resumed(j.client), n > 0);
            assert_int_equal(gnutls_session_is_resumed(j.session), n > 0);
            ph__tls_close(j.client, &j.to_server);
        }
        judge_done(&j);
    }
}

static void check_binding(const struct judge *j, enum ph__tls_binding_type type,
                          gnutls_channel_binding_t theirs)
{
    struct ph__tls_binding b;
    gnutls_datum_t other;
    assert_int_equal(ph__tls_bind(&b, j->client, type), PH_OK);
    assert_int_equal(gnutls_session_channel_binding(j->session, theirs, &other),
                     0);
    assert_int_equal(b.len, other.size);
    assert_memory_equal(b.data, other.data, b.len);
    gnutls_free(other.data);
}

/* The certificate's signature has SHA-384: RFC 5929 4.1 wants that. */
static void it_computes_the_same_bindings(void **state)
{
    struct judge j;
    judge_init(&j, NULL);
    for (int n = 0; n < 2; n++) {
        judge_connect(&j, ONLY_1_3, false);
        check_binding(&j, PH__TLS_BIND_EXPORTER, GNUTLS_CB_TLS_EXPORTER);
        check_binding(&j, PH__TLS_BIND_BEST, GNUTLS_CB_TLS_EXPORTER);
        ph__tls_close(j.client, &j.to_server);
    }
    judge_connect(&j, ONLY_1_2, false);
    check_binding(&j, PH__TLS_BIND_EXPORTER, GNUTLS_CB_TLS_EXPORTER);
    check_binding(&j, PH__TLS_BIND_UNIQUE, GNUTLS_CB_TLS_UNIQUE);
    check_binding(&j, PH__TLS_BIND_END_POINT, GNUTLS_CB_TLS_SERVER_END_POINT);
    ph__tls_close(j.client, &j.to_server);
    judge_connect(&j, ONLY_1_2, false);
    assert_true(ph__tls_resumed(j.client));
    check_binding(&j, PH__TLS_BIND_UNIQUE, GNUTLS_CB_TLS_UNIQUE);
    judge_done(&j);
}

/* TL-12 */
static void it_gets_our_certificate_or_we_say_that_it_wants_one(void **state)
{
    static const struct ph__tls_options showing = {
        .ca_file = CERTS "ca.pem",
        .cert_file = CERTS "client.pem",
        .key_file = CERTS "client.key"};
    for (size_t i = 0; i < 4; i++) {
        bool have = i < 2;
        struct judge j;
        judge_init(&j, have ? &showing : NULL);
        judge_connect(&j, both[i % 2], true);
        assert_int_equal(j.up, have);
        assert_int_equal(j.client_rc, have ? PH_OK : PH_E_TLS);
        assert_int_equal(ph__tls_reason(j.client),
                         have ? PH__TLS_NO_REASON : PH__TLS_CERT_WANTED);
        unsigned shown = 0;
        if (have)
            (void)gnutls_certificate_get_peers(j.session, &shown);
        assert_int_equal(shown, have);
        judge_done(&j);
    }
}

/* S09, TL-11 */
static void each_side_knows_how_the_other_ended(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct judge j;
        judge_init(&j, NULL);
        judge_connect(&j, both[i], false);
        gnutls_bye(j.session, GNUTLS_SHUT_WR);
        judge_run(&j);
        assert_int_equal(ph__tls_end(j.client), PH_OK);
        ph__tls_close(j.client, &j.to_server);
        j.cut = true;
        serve(&j);
        assert_int_equal(j.server_rc, 0); /* it heard ours */

        judge_connect(&j, both[i], false);
        assert_int_equal(ph__tls_end(j.client), PH_E_CLOSED);
        j.cut = true;
        serve(&j);
        assert_int_equal(j.server_rc, GNUTLS_E_PREMATURE_TERMINATION);
        judge_done(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(we_understand_each_other),
        cmocka_unit_test(servers_of_the_past_are_named),
        cmocka_unit_test(its_tickets_resume_sessions),
        cmocka_unit_test(it_computes_the_same_bindings),
        cmocka_unit_test(it_gets_our_certificate_or_we_say_that_it_wants_one),
        cmocka_unit_test(each_side_knows_how_the_other_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
