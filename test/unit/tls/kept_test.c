/* Sessions resumed: which, how often, for how long, and what stays true. */
#include <openssl/err.h>

#include "clock.h"
#include "raw.h"
#include "tls/cert.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* A connection from handshake to close_notify; was it resumed? */
static bool visit(struct raw *r, const struct ph__tls_peer *peer)
{
    raw_connect(r, peer);
    assert_int_equal(r->rc, PH_OK);
    assert_true(ph__tls_up(r->client));
    bool resumed = ph__tls_resumed(r->client);
    assert_int_equal(resumed, SSL_session_reused(r->ssl));
    raw_disconnect(r);
    return resumed;
}

static bool visit_port(struct raw *r, uint16_t port)
{
    return visit(r, &(struct ph__tls_peer){.name = MAIL, .port = port});
}

static void the_next_connection_resumes_the_session(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct raw r;
        raw_init(&r, "server", NULL);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        raw_connect_to(&r, MAIL);
        assert_false(ph__tls_resumed(r.client));
        raw_disconnect(&r);
        raw_connect_to(&r, MAIL);
        assert_true(ph__tls_resumed(r.client));
        assert_true(ph__tls_verified(r.client));
        assert_string_equal(ph__tls_problem(r.client), "");
        assert_int_equal(ph__tls_send(r.client, "EHLO", 4, &r.cipher), PH_OK);
        raw_disconnect(&r);
        raw_done(&r);
    }
}

/* RFC 8446 C.4: who sees a ticket twice knows that it is us again. */
static void a_ticket_of_1_3_is_used_once(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_num_tickets(r.ctx, 2);
    assert_false(visit_port(&r, 25));
    SSL_CTX_set_num_tickets(r.ctx, 0);
    assert_true(visit_port(&r, 25));
    assert_true(visit_port(&r, 25));
    assert_false(visit_port(&r, 25));
    raw_done(&r);
}

static void a_session_of_1_2_is_used_again_and_again(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(r.ctx, SSL_OP_NO_TICKET); /* by its identifier */
    assert_false(visit_port(&r, 25));
    for (int i = 0; i < 3; i++)
        assert_true(visit_port(&r, 25));
    raw_done(&r);
}

static const char *const also[] = {"a.test", "b.test"};
static unsigned char octets[32];
static const struct ph__tlsa unusable = {0, 0, 1, octets, sizeof(octets)};

/* S07: all that decides whom we believe. */
static const struct ph__tls_peer others[] = {
    {.name = MAIL, .port = 26},
    {.name = "localhost", .port = 25},
    {.name = MAIL, .port = 25, .also = also, .also_count = 1},
    {.name = MAIL, .port = 25, .also = also + 1, .also_count = 1},
    {.name = MAIL, .port = 25, .also = also, .also_count = 2},
    {.name = MAIL, .port = 25, .tlsa = &unusable, .tlsa_count = 1},
};

static void whoever_is_expected_otherwise_begins_anew(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    assert_false(visit_port(&r, 25));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_false(visit(&r, &others[i]));
        assert_true(visit(&r, &others[i]));
    }
    assert_true(visit_port(&r, 25));
    struct ph__tls_peer dot = {.name = MAIL ".", .port = 25};
    assert_true(visit(&r, &dot)); /* the same name */
    raw_done(&r);
}

/* U31, S07: no certificate is shown again, so the old verdict has to last. */
static void a_resumed_session_keeps_the_truth_about_its_peer(void **state)
{
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem", .insecure = true};
    for (size_t i = 0; i < 2; i++) {
        struct raw r;
        struct ph__tls_cert before, after;
        raw_init(&r, "expired", &opts);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        visit_port(&r, 25);
        for (int n = 0; n < 3; n++) {
            raw_connect_to(&r, MAIL);
            assert_true(ph__tls_resumed(r.client));
            assert_false(ph__tls_verified(r.client));
            assert_int_equal(ph__tls_reason(r.client), PH__TLS_EXPIRED);
            assert_non_null(strstr(ph__tls_problem(r.client), "2021-01-01"));
            assert_int_equal(ph__tls_cert(&after, r.client, 0), PH_OK);
            if (n)
                assert_memory_equal(&before, &after, sizeof(before));
            before = after;
            raw_disconnect(&r);
        }
        raw_done(&r);
    }
}

/* The server has a new key for its tickets, and a new certificate. */
static void a_session_that_is_declined_decides_nothing(void **state)
{
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem", .insecure = true};
    for (size_t i = 0; i < 2; i++) {
        struct raw r, renewed;
        raw_init(&r, "expired", &opts);
        raw_init(&renewed, "server", &opts);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        SSL_CTX_set_max_proto_version(renewed.ctx, versions[i]);
        visit_port(&r, 25);
        SSL_CTX *old = r.ctx;
        r.ctx = renewed.ctx;
        raw_connect_to(&r, MAIL);
        assert_false(ph__tls_resumed(r.client));
        assert_true(ph__tls_verified(r.client));
        assert_string_equal(ph__tls_problem(r.client), "");
        r.ctx = old;
        raw_done(&r);
        raw_done(&renewed);
    }
}

static void a_failed_handshake_leaves_nothing_to_resume(void **state)
{
    struct raw r;
    raw_init(&r, "expired", NULL);
    for (int i = 0; i < 2; i++) {
        raw_connect_to(&r, MAIL);
        assert_int_equal(r.rc, PH_E_TLS);
        assert_false(ph__tls_resumed(r.client));
        assert_int_equal(ph__tls_reason(r.client), PH__TLS_EXPIRED);
    }
    raw_done(&r);
}

/* 64 in all (tls/limits.h): the oldest go. */
static void sessions_of_many_peers_have_a_limit(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_num_tickets(r.ctx, 1);
    for (uint16_t port = 1; port <= 66; port++)
        assert_false(visit_port(&r, port));
    SSL_CTX_set_num_tickets(r.ctx, 0);
    for (uint16_t port = 66; port >= 1; port--)
        assert_int_equal(visit_port(&r, port), port > 2);
    raw_done(&r);
}

/* 4 for one of them. */
static void sessions_of_one_peer_have_a_limit(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_num_tickets(r.ctx, 1);
    assert_false(visit_port(&r, 26));
    SSL_CTX_set_num_tickets(r.ctx, 70);
    assert_false(visit_port(&r, 25));
    SSL_CTX_set_num_tickets(r.ctx, 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(visit_port(&r, 25), i < 4);
    assert_true(visit_port(&r, 26)); /* pushed out by nobody */
    raw_done(&r);
}

static void a_session_is_not_kept_for_ever(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct raw r;
        raw_init(&r, "server", NULL);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        visit_port(&r, 25);
        clock_set_ahead(3500);
        assert_true(visit_port(&r, 25));
        clock_set_ahead(3700);
        assert_false(visit_port(&r, 25));
        clock_set_ahead(-100); /* a clock that was set back */
        assert_false(visit_port(&r, 25));
        clock_set_ahead(0);
        SSL_CTX_set_timeout(r.ctx, 60); /* the server's own word */
        visit_port(&r, 26);
        clock_set_ahead(70);
        assert_false(visit_port(&r, 26));
        clock_set_ahead(0);
        raw_done(&r);
    }
}

/* Else a client that is never idle for long would never look again. */
static void a_verdict_does_not_live_on_from_ticket_to_ticket(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    clock_set_ahead(-3500);
    assert_false(visit_port(&r, 25));
    clock_set_ahead(0); /* OpenSSL's own clock, which made the tickets */
    for (int i = 0; i < 3; i++)
        assert_true(visit_port(&r, 25));
    clock_set_ahead(200);
    assert_false(visit_port(&r, 25));
    clock_set_ahead(0);
    raw_done(&r);
}

static void contexts_share_no_sessions(void **state)
{
    struct raw r, other;
    raw_init(&r, "server", NULL);
    raw_init(&other, "server", NULL);
    visit_port(&r, 25);
    struct ph__tls_context *ours = r.ours;
    r.ours = other.ours;
    assert_false(visit_port(&r, 25));
    r.ours = ours;
    assert_true(visit_port(&r, 25));
    assert_int_equal(ERR_peek_error(), 0);
    raw_done(&r);
    raw_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_connection_resumes_the_session),
        cmocka_unit_test(a_ticket_of_1_3_is_used_once),
        cmocka_unit_test(a_session_of_1_2_is_used_again_and_again),
        cmocka_unit_test(whoever_is_expected_otherwise_begins_anew),
        cmocka_unit_test(a_resumed_session_keeps_the_truth_about_its_peer),
        cmocka_unit_test(a_session_that_is_declined_decides_nothing),
        cmocka_unit_test(a_failed_handshake_leaves_nothing_to_resume),
        cmocka_unit_test(sessions_of_many_peers_have_a_limit),
        cmocka_unit_test(sessions_of_one_peer_have_a_limit),
        cmocka_unit_test(a_session_is_not_kept_for_ever),
        cmocka_unit_test(a_verdict_does_not_live_on_from_ticket_to_ticket),
        cmocka_unit_test(contexts_share_no_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
