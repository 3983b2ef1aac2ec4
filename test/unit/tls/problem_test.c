/* What is said when it is not the certificate: U11, S03, S09, C11. */
#include <openssl/err.h>

#include "raw.h"
#include "tls/binding.h"
#include "tls/cert.h"

static const struct ph__tls_options trusting = {.ca_file = CERTS "ca.pem"};

static void begin(struct raw *r)
{
    raw_init(r, "server", NULL);
    raw_begin(r, &(struct ph__tls_peer){.name = MAIL, .port = 465});
}

static int tell(struct raw *r, const char *data, size_t len)
{
    return ph__tls_receive(r->client, data, len, &r->plain, &r->cipher);
}

struct answer {
    const char *label, *octets;
    enum ph__tls_reason reason;
    const char *problem;
};

static const struct answer answers[] = {
    {"greeting", "220 mx.test ESMTP\r\n", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"220 mx.test ESMTP\": use "
     "STARTTLS, or the port where TLS comes first (465)"},
    {"several lines", "554-no\r\n554 at all\r\n", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"554-no\": "},
    {"no line end", "421 busy", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"421 busy\": "},
    {"empty line", "\r\n220 mx\r\n", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"\": "},
    {"control characters", "220 \033[2J\001\r\n", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"220 ?[2J?\": "},
    {"web server", "HTTP/1.0 400 Bad Request\r\n", PH__TLS_CLEAR_TEXT,
     "the server speaks in clear text here: \"HTTP/1.0 400 Bad Request\": "},
    {"octets", "\377\373\001\377\373\003", PH__TLS_NOT_TLS,
     "the peer does not speak TLS here: check host and port"},
    {"an alert", "\025\003\003\000\002\002\050", PH__TLS_CIPHER,
     "no cipher, group or signature in common (the peer's alert: handshake "
     "failure): "},
    {"an old version's alert", "\025\003\001\000\002\002\106", PH__TLS_VERSION,
     "no version of TLS in common (1.2 is the oldest accepted here; the "
     "peer's alert: protocol version): the older side has to be updated"},
    {"an alert without a reason", "\025\003\003\000\002\002\120",
     PH__TLS_FAILED,
     "TLS failed (the peer's alert: internal error): ask the server's "
     "postmaster"},
};

/* The NULs in alerts are part of them. */
static size_t length(const struct answer *a)
{
    return *a->octets == '\025' ? 7 : strlen(a->octets);
}

static void check_answer(const struct answer *a, size_t step)
{
    struct raw r;
    begin(&r);
    size_t len = length(a);
    int rc = PH_OK;
    for (size_t at = 0; at < len && !rc; at += step)
        rc = tell(&r, a->octets + at, at + step < len ? step : len - at);
    assert_int_equal(rc, PH_E_TLS);
    if (ph__tls_reason(r.client) != a->reason)
        fail_msg("%s: %s", a->label, ph__tls_problem(r.client));
    /* Octet by octet it is told as soon as it is known. */
    if (step >= len &&
        strncmp(ph__tls_problem(r.client), a->problem, strlen(a->problem)))
        fail_msg("%s: %s", a->label, ph__tls_problem(r.client));
    assert_int_equal(r.plain.len, 0);
    assert_int_equal(ERR_peek_error(), 0);
    raw_done(&r);
}

static void what_a_server_answers_to_a_hello_is_named(void **state)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        for (size_t step = 1; step <= 100; step += step < 8 ? 1 : 92)
            check_answer(&answers[i], step);
}

static void a_long_greeting_is_cut(void **state)
{
    struct raw r;
    char line[5000];
    memset(line, '2', sizeof(line));
    begin(&r);
    assert_int_equal(tell(&r, line, sizeof(line)), PH_E_TLS);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_CLEAR_TEXT);
    assert_true(strlen(ph__tls_problem(r.client)) < 250);
    raw_done(&r);
}

/* An SMTP client at our TLS port: what it says may be a secret. */
static void a_client_in_clear_is_not_quoted(void **state)
{
    struct pair p;
    pair_init(&p, "server", MAIL, &trusting);
    ph__buf_clear(&p.to_server);
    ph__buf_add_text(&p.to_server, "AUTH PLAIN AHMAcw==\r\n");
    pair_to_server(&p, p.to_server.len);
    assert_int_equal(ph__tls_reason(p.server), PH__TLS_NOT_TLS);
    assert_null(strstr(ph__tls_problem(p.server), "AUTH"));
    pair_done(&p);
}

/* ---- client certificates ---- */

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void ask_for_certificate(struct raw *r, const char *ca, int version)
{
    SSL_CTX_set_max_proto_version(r->ctx, version);
    SSL_CTX_set_verify(r->ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    assert_int_equal(SSL_CTX_load_verify_file(r->ctx, ca), 1);
}

static void run_asked(const struct ph__tls_options *opts, const char *ca,
                      int version, enum ph__tls_reason reason)
{
    struct raw r;
    raw_init(&r, "server", opts);
    ask_for_certificate(&r, ca, version);
    raw_connect_to(&r, MAIL);
    assert_string_equal(ph__tls_reason_name(ph__tls_reason(r.client)),
                        ph__tls_reason_name(reason));
    assert_int_equal(r.rc, reason ? PH_E_TLS : PH_OK);
    X509 *shown = SSL_get0_peer_certificate(r.ssl);
    assert_int_equal(shown != NULL, reason == PH__TLS_NO_REASON);
    raw_done(&r);
}

/* TL-12: with TLS 1.3 the client learns it after its handshake is done. */
static void a_server_that_asks_gets_the_certificate_or_is_named(void **state)
{
    static const struct ph__tls_options showing = {
        .ca_file = CERTS "ca.pem",
        .cert_file = CERTS "client.pem",
        .key_file = CERTS "client.key"};
    for (size_t i = 0; i < 2; i++) {
        run_asked(&showing, CERTS "ca.pem", versions[i], PH__TLS_NO_REASON);
        run_asked(&showing, CERTS "other-ca.pem", versions[i],
                  PH__TLS_CERT_REFUSED);
        run_asked(&trusting, CERTS "ca.pem", versions[i], PH__TLS_CERT_WANTED);
    }
}

static void a_server_that_only_would_like_one_is_content(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_verify(r.ctx, SSL_VERIFY_PEER, NULL);
    raw_connect_to(&r, MAIL);
    assert_true(ph__tls_verified(r.client));
    assert_string_equal(ph__tls_problem(r.client), "");
    raw_done(&r);
}

/* ---- ends ---- */

/* S09 */
static void an_end_after_close_notify_is_told_from_a_cut(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct raw r;
        raw_init(&r, "server", NULL);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        raw_connect_to(&r, MAIL);
        SSL_write(r.ssl, "221 bye\r\n", 9);
        SSL_shutdown(r.ssl);
        raw_run(&r);
        assert_string_equal(ph__buf_text(&r.plain), "221 bye\r\n");
        assert_int_equal(ph__tls_end(r.client), PH_OK);
        assert_string_equal(ph__tls_problem(r.client), "");

        raw_connect_to(&r, MAIL);
        SSL_write(r.ssl, "250 ok\r\n", 8);
        raw_run(&r);
        assert_int_equal(ph__tls_end(r.client), PH_E_CLOSED);
        assert_int_equal(ph__tls_reason(r.client), PH__TLS_CUT);
        assert_string_equal(ph__tls_problem(r.client),
                            "the connection was cut without a close_notify: "
                            "take what came last for incomplete");
        assert_true(ph__tls_verified(r.client)); /* as it was */
        assert_int_equal(ph__tls_end(r.client), PH_E_CLOSED);
        assert_int_equal(tell(&r, "x", 1), PH_E_TLS);
        raw_done(&r);
    }
}

static void an_end_within_a_record_is_a_cut(void **state)
{
    struct pair p;
    pair_init(&p, "server", MAIL, &trusting);
    pair_run(&p, WIRE);
    ph__tls_close(p.server, &p.to_client);
    for (size_t len = p.to_client.len - 1; len > 0; len--) {
        /* All but the last octet of the close_notify. */
        pair_to_client(&p, 1);
        assert_false(ph__tls_closed(p.client));
    }
    assert_int_equal(ph__tls_end(p.client), PH_E_CLOSED);
    pair_done(&p);
}

/* S03 */
static void an_end_in_the_handshake_is_a_cut_there(void **state)
{
    struct raw r;
    begin(&r);
    assert_int_equal(ph__tls_end(r.client), PH_E_CLOSED);
    assert_non_null(strstr(ph__tls_problem(r.client), "in the handshake"));
    assert_false(ph__tls_verified(r.client));
    raw_done(&r);
}

static void what_broke_it_outlives_the_end(void **state)
{
    struct raw r;
    begin(&r);
    assert_int_equal(tell(&r, "220 mx\r\n", 8), PH_E_TLS);
    assert_int_equal(ph__tls_end(r.client), PH_E_CLOSED);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_CLEAR_TEXT);
    raw_done(&r);
}

/* ---- the error queue, which is the thread's ---- */

static void somebody_elses_error(void)
{
    ERR_raise(ERR_LIB_SSL, ERR_R_INTERNAL_ERROR);
}

/* C11: no call sees what was left there, or leaves something. */
static void no_call_sees_or_leaves_an_error(void **state)
{
    struct raw r;
    struct ph__tls_cert cert;
    struct ph__tls_binding binding;
    raw_init(&r, "chain", NULL);
    for (int i = 0; i < 2; i++) {
        somebody_elses_error();
        raw_begin(&r, &(struct ph__tls_peer){.name = MAIL});
        assert_int_equal(ERR_peek_error(), 0);
        do
            somebody_elses_error();
        while (raw_step(&r));
        ERR_clear_error();
        assert_int_equal(r.rc, PH_OK);
        assert_true(ph__tls_verified(r.client));
        somebody_elses_error();
        assert_int_equal(ph__tls_send(r.client, "x", 1, &r.cipher), PH_OK);
        assert_int_equal(ERR_peek_error(), 0);
        somebody_elses_error();
        assert_int_equal(ph__tls_cert(&cert, r.client, 0), PH_OK);
        assert_int_equal(ERR_peek_error(), 0);
        somebody_elses_error();
        assert_int_equal(ph__tls_bind(&binding, r.client, PH__TLS_BIND_BEST),
                         PH_OK);
        assert_int_equal(ERR_peek_error(), 0);
        somebody_elses_error();
        ph__tls_close(r.client, &r.cipher);
        assert_int_equal(ERR_peek_error(), 0);
        raw_disconnect(&r);
    }
    raw_done(&r);
}

/* ---- secrets for a dissector ---- */

static void gather(void *user, const char *line)
{
    struct ph__buf *out = user;
    ph__buf_add_text(out, line);
    ph__buf_add_text(out, "\n");
}

static struct ph__buf server_keys = {.limit = 10000};

static void gather_servers(const SSL *ssl, const char *line)
{
    gather(&server_keys, line);
}

/* What both sides write for the same session is the same. */
static bool all_lines_are_in(char *lines, const char *other)
{
    size_t count = 0;
    for (char *line = lines, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (!strstr(other, line))
            return false;
        count++;
    }
    return count > 0;
}

static void the_key_log_has_the_lines_the_server_has(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct ph__buf keys = PH__BUF(10000);
        struct ph__tls_options opts = {.ca_file = CERTS "ca.pem",
                                       .key_log = gather,
                                       .key_log_user = &keys};
        struct raw r;
        raw_init(&r, "server", &opts);
        SSL_CTX_set_max_proto_version(r.ctx, versions[i]);
        SSL_CTX_set_keylog_callback(r.ctx, gather_servers);
        raw_connect_to(&r, MAIL);
        const char *first = versions[i] == TLS1_2_VERSION
                                ? "CLIENT_RANDOM "
                                : "SERVER_HANDSHAKE_TRAFFIC_SECRET ";
        assert_non_null(strstr(ph__buf_text(&keys), first));
        assert_true(all_lines_are_in(keys.data, ph__buf_text(&server_keys)));
        raw_done(&r);
        ph__buf_done(&keys);
        ph__buf_done(&server_keys);
    }
}

/* ---- words ---- */

static const char *const words[] = {
#define X(name, word, what, advice) word,
    PH__TLS_REASON_MAP(X)
#undef X
};

static void each_reason_has_a_word_of_its_own(void **state)
{
    assert_string_equal(ph__tls_reason_name(PH__TLS_NO_REASON), "");
    assert_string_equal(ph__tls_reason_name(PH__TLS_FAILED), "failed");
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(words[i], words[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_server_answers_to_a_hello_is_named),
        cmocka_unit_test(a_long_greeting_is_cut),
        cmocka_unit_test(a_client_in_clear_is_not_quoted),
        cmocka_unit_test(a_server_that_asks_gets_the_certificate_or_is_named),
        cmocka_unit_test(a_server_that_only_would_like_one_is_content),
        cmocka_unit_test(an_end_after_close_notify_is_told_from_a_cut),
        cmocka_unit_test(an_end_within_a_record_is_a_cut),
        cmocka_unit_test(an_end_in_the_handshake_is_a_cut_there),
        cmocka_unit_test(what_broke_it_outlives_the_end),
        cmocka_unit_test(no_call_sees_or_leaves_an_error),
        cmocka_unit_test(the_key_log_has_the_lines_the_server_has),
        cmocka_unit_test(each_reason_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
