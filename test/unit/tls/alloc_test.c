/* Every allocation fails once: an error code, no leak, no crash. */
#include "alloc/wrap.h"
#include "raw.h"
#include "tls/cert.h"

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static int make_context(bool server)
{
    static const char *const pins[] = {PIN, PIN};
    struct ph__tls_options client = {
        .ca_file = CERTS "absent.pem", .pins = pins, .pin_count = 2};
    struct ph__tls_options ours = {.server = true,
                                   .cert_file = CERTS "server.pem",
                                   .key_file = CERTS "server.key"};
    struct ph__tls_context *ctx = NULL;
    struct ph__buf why = PH__BUF(1000);
    int rc = ph__tls_context_new(&ctx, server ? &ours : &client, &why);
    if (rc)
        assert_null(ctx);
    ph__tls_context_free(ctx);
    ph__buf_done(&why);
    return rc;
}

static void contexts_survive_it(void **state)
{
    wrap_fail_at(1);
    assert_int_equal(make_context(true), PH_E_NOMEM);
    for (long n = 1;; n++) {
        wrap_fail_at(n);
        int rc = make_context(false);
        if (!wrap_failed())
            break;
        assert_true(rc == PH_E_NOMEM || rc == PH_E_TLS);
    }
    assert_true(wrap_count() > 1);
    wrap_fail_at(0);
}

/* The pair's client, whose allocations count; the server's do not. */
static int live(struct pair *p)
{
    while (p->to_server.len || p->to_client.len) {
        wrap_pause(true);
        pair_to_server(p, p->to_server.len);
        wrap_pause(false);
        pair_to_client(p, p->to_client.len);
        if (p->client_rc)
            return p->client_rc;
    }
    return ph__tls_send(p->client, "EHLO\r\n", 6, &p->to_server);
}

static long run_life(const char *cert, int expected)
{
    long n = 1;
    for (;; n++) {
        struct pair p;
        wrap_pause(true);
        pair_init(&p, cert, "localhost",
                  &(struct ph__tls_options){.ca_file = CERTS "ca.pem"});
        wrap_pause(false);
        wrap_fail_at(n);
        int rc = live(&p);
        bool failed = wrap_failed();
        wrap_fail_at(0);
        /* A text that could not be allocated changes no verdict. */
        assert_true(rc == expected || (failed && rc == PH_E_NOMEM));
        if (expected)
            assert_true(*ph__tls_problem(p.client) || rc == PH_E_NOMEM);
        pair_done(&p);
        if (!failed)
            return n;
    }
}

static void sessions_survive_it(void **state)
{
    assert_true(run_life("server", PH_OK) > 1);
    assert_true(run_life("expired", PH_E_TLS) > 1);
    assert_true(run_life("wrong-name", PH_E_TLS) > 2);
}

static void making_a_session_survives_it(void **state)
{
    static const char *const also[] = {"a.test", "b.test."};
    static const struct ph__tls_peer peer = {
        .name = "localhost", .also = also, .also_count = 2};
    struct ph__tls_context *ctx;
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem"};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, NULL), PH_OK);
    long n = 1;
    for (;; n++) {
        struct ph__tls *t = NULL;
        wrap_fail_at(n);
        int rc = ph__tls_new_peer(&t, ctx, &peer);
        bool failed = wrap_failed();
        assert_int_equal(rc, failed ? PH_E_NOMEM : PH_OK);
        assert_int_equal(failed, t == NULL);
        ph__tls_free(t);
        if (!failed)
            break;
    }
    assert_true(n > 4);
    wrap_fail_at(0);
    ph__tls_context_free(ctx);
}

static void facts_are_all_there_or_none(void **state)
{
    struct raw r;
    raw_init(&r, "chain", NULL);
    raw_connect_to(&r, MAIL);
    long n = 1;
    for (;; n++) {
        struct ph__tls_cert c = {.subject = "untouched"};
        wrap_fail_at(n);
        int rc = ph__tls_cert(&c, r.client, 0);
        bool failed = wrap_failed();
        wrap_fail_at(0);
        assert_int_equal(rc, failed ? PH_E_NOMEM : PH_OK);
        assert_string_equal(c.subject,
                            failed ? "untouched" : "CN=mail.example.test");
        if (!failed)
            break;
    }
    assert_true(n > 1);
    raw_done(&r);
}

/* A first connection on which an allocation fails; is the second resumed? */
static bool visit_twice(long n, bool *failed)
{
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem", .insecure = true};
    struct raw r;
    raw_init(&r, "expired", &opts);
    raw_begin(&r, &(struct ph__tls_peer){.name = MAIL, .port = 25});
    wrap_fail_at(n);
    raw_run(&r);
    *failed = wrap_failed();
    wrap_fail_at(0);
    assert_true(r.rc == PH_OK || (*failed && r.rc == PH_E_NOMEM));
    if (!r.rc)
        raw_disconnect(&r);
    raw_connect_to(&r, MAIL);
    assert_true(ph__tls_up(r.client));
    bool resumed = ph__tls_resumed(r.client);
    /* What could not be remembered in words is remembered all the same. */
    assert_false(ph__tls_verified(r.client));
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_EXPIRED);
    assert_non_null(strstr(ph__tls_problem(r.client), "has expired"));
    raw_done(&r);
    return resumed;
}

static void a_session_is_kept_with_its_truth_or_not_at_all(void **state)
{
    bool failed = true;
    bool resumed = false;
    for (long n = 1; failed; n++)
        resumed = visit_twice(n, &failed);
    assert_true(resumed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_survive_it),
        cmocka_unit_test(sessions_survive_it),
        cmocka_unit_test(making_a_session_survives_it),
        cmocka_unit_test(facts_are_all_there_or_none),
        cmocka_unit_test(a_session_is_kept_with_its_truth_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
