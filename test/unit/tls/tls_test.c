#include <stdlib.h>

#include <openssl/err.h>

#include "pair.h"

static const struct ph__tls_options trusting = {.ca_file = CERTS "ca.pem"};

static void start(struct pair *p)
{
    pair_init(p, "server", "mail.example.test", &trusting);
}

static void start_and_shake(struct pair *p)
{
    start(p);
    pair_run(p, WIRE);
    assert_true(ph__tls_up(p->client) && ph__tls_up(p->server));
}

static void greet_each_other(struct pair *p, size_t step)
{
    assert_int_equal(ph__tls_send(p->client, "EHLO\r\n", 6, &p->to_server), 0);
    assert_int_equal(ph__tls_send(p->server, "250 \r\n", 6, &p->to_client), 0);
    pair_run(p, step);
    assert_string_equal(ph__buf_text(&p->at_server), "EHLO\r\n");
    assert_string_equal(ph__buf_text(&p->at_client), "250 \r\n");
    assert_int_equal(p->client_rc, PH_OK);
    assert_int_equal(p->server_rc, PH_OK);
}

static void octets_may_come_one_at_a_time(void **state)
{
    struct pair p;
    start(&p);
    pair_run(&p, 1);
    assert_true(ph__tls_up(p.client) && ph__tls_verified(p.client));
    assert_string_equal(ph__tls_version(p.client), "TLSv1.3");
    assert_non_null(strstr(ph__tls_cipher(p.client), "TLS_"));
    assert_string_equal(ph__tls_problem(p.client), "");
    greet_each_other(&p, 1);
    pair_done(&p);
}

/* The server's first flight, cut in two at `at`; false when it is shorter. */
static bool handshake_with_cut_flight(size_t at)
{
    struct pair p;
    start(&p);
    pair_to_server(&p, p.to_server.len);
    bool cut = at < p.to_client.len;
    if (cut)
        pair_to_client(&p, at);
    assert_int_equal(p.client_rc, PH_OK);
    assert_false(cut && ph__tls_up(p.client));
    pair_run(&p, WIRE);
    assert_true(ph__tls_up(p.client) && ph__tls_up(p.server));
    pair_done(&p);
    return cut;
}

static void the_servers_flight_may_be_cut_anywhere(void **state)
{
    size_t at = 1;
    while (handshake_with_cut_flight(at))
        at++;
    assert_true(at > 500);
}

static bool handshake_with_cut_hello(size_t at)
{
    struct pair p;
    start(&p);
    bool cut = at < p.to_server.len;
    if (cut)
        pair_to_server(&p, at);
    assert_false(cut && p.to_client.len);
    pair_run(&p, WIRE);
    assert_true(ph__tls_up(p.client) && ph__tls_up(p.server));
    pair_done(&p);
    return cut;
}

static void the_clients_hello_may_be_cut_anywhere(void **state)
{
    size_t at = 1;
    while (handshake_with_cut_hello(at))
        at++;
    assert_true(at > 100);
}

static void data_may_come_right_behind_the_handshake(void **state)
{
    struct pair p;
    start(&p);
    pair_to_server(&p, p.to_server.len);
    pair_to_client(&p, p.to_client.len);
    assert_true(ph__tls_up(p.client));
    assert_false(ph__tls_up(p.server));
    assert_int_equal(ph__tls_send(p.client, "EHLO", 4, &p.to_server), PH_OK);
    pair_to_server(&p, p.to_server.len);
    assert_true(ph__tls_up(p.server));
    assert_string_equal(ph__buf_text(&p.at_server), "EHLO");
    pair_done(&p);
}

static void much_data_goes_in_large_records_and_comes_out_the_same(void **state)
{
    struct pair p;
    start_and_shake(&p);
    enum { MUCH = 1024 * 1024 + 7 };
    char *data = malloc(MUCH);
    assert_non_null(data);
    for (size_t i = 0; i < MUCH; i++)
        data[i] = (char)(i * 7 + i / 253);
    assert_int_equal(ph__tls_send(p.client, data, MUCH, &p.to_server), PH_OK);
    /* 16 KiB and a TLS 1.3 record's overhead: RFC 8446 5.2 */
    assert_int_equal((uint8_t)p.to_server.data[3] * 256 +
                         (uint8_t)p.to_server.data[4],
                     16 * 1024 + 17);
    pair_run(&p, 64 * 1024 - 1);
    assert_int_equal(p.at_server.len, MUCH);
    assert_memory_equal(p.at_server.data, data, MUCH);
    free(data);
    pair_done(&p);
}

static void close_notify_is_said_once_and_heard(void **state)
{
    struct pair p;
    start_and_shake(&p);
    assert_int_equal(ph__tls_send(p.server, "221", 3, &p.to_client), PH_OK);
    ph__tls_close(p.server, &p.to_client);
    size_t len = p.to_client.len;
    ph__tls_close(p.server, &p.to_client);
    assert_int_equal(p.to_client.len, len);
    assert_false(ph__tls_closed(p.client));
    pair_run(&p, WIRE);
    assert_true(ph__tls_closed(p.client));
    assert_false(ph__tls_closed(p.server));
    assert_string_equal(ph__buf_text(&p.at_client), "221");
    assert_int_equal(p.client_rc, PH_OK);

    /* What comes behind it is ignored; we may still close. */
    ph__buf_add_text(&p.to_client, "anything");
    pair_to_client(&p, p.to_client.len);
    assert_int_equal(p.client_rc, PH_OK);
    ph__tls_close(p.client, &p.to_server);
    pair_run(&p, WIRE);
    assert_true(ph__tls_closed(p.server));
    pair_done(&p);
}

static void after_close_nothing_is_sent(void **state)
{
    struct pair p;
    start_and_shake(&p);
    ph__tls_close(p.client, &p.to_server);
    size_t len = p.to_server.len;
    assert_int_equal(ph__tls_send(p.client, "x", 1, &p.to_server), PH_E_TLS);
    assert_int_equal(p.to_server.len, len);
    pair_done(&p);
}

static void nothing_is_sent_before_the_handshake(void **state)
{
    struct pair p;
    start(&p);
    size_t len = p.to_server.len;
    assert_int_equal(ph__tls_send(p.client, "x", 1, &p.to_server), PH_E_TLS);
    ph__tls_close(p.client, &p.to_server);
    assert_int_equal(p.to_server.len, len);
    assert_string_equal(ph__tls_version(p.client), "");
    assert_string_equal(ph__tls_cipher(p.client), "");
    pair_done(&p);
}

/* U11: a server that speaks SMTP where TLS was expected. */
static void plain_text_is_told_from_a_broken_handshake(void **state)
{
    struct pair p;
    start(&p);
    ph__buf_add_text(&p.to_client, "220 mail.example.test ESMTP\r\n");
    pair_to_client(&p, p.to_client.len);
    assert_int_equal(p.client_rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(p.client), PH__TLS_CLEAR_TEXT);
    assert_string_equal(
        ph__tls_problem(p.client),
        "the server speaks in clear text here: \"220 mail.example.test "
        "ESMTP\": use STARTTLS, or the port where TLS comes first (465)");
    /* It stays broken. */
    ph__buf_add_text(&p.to_client, "x");
    assert_int_equal(
        ph__tls_receive(p.client, "x", 1, &p.at_client, &p.to_server),
        PH_E_TLS);
    assert_false(ph__tls_up(p.client));
    pair_done(&p);
}

static void a_tampered_record_ends_the_session_with_an_alert(void **state)
{
    struct pair p;
    start_and_shake(&p);
    assert_int_equal(ph__tls_send(p.client, "QUIT", 4, &p.to_server), PH_OK);
    p.to_server.data[p.to_server.len - 1] ^= 1;
    pair_to_server(&p, p.to_server.len);
    assert_int_equal(p.server_rc, PH_E_TLS);
    assert_int_equal(p.at_server.len, 0);
    pair_run(&p, WIRE);
    assert_int_equal(p.client_rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(p.client), PH__TLS_DAMAGED);
    assert_non_null(strstr(ph__tls_problem(p.client),
                           "(the peer's alert: bad record mac): try again"));
    pair_done(&p);
}

/* TL-12, TLS 1.3: the client is done before the server has judged its last
 * flight. */
static void an_alert_after_the_handshake_is_a_tls_error(void **state)
{
    struct pair p;
    start(&p);
    pair_to_server(&p, p.to_server.len);
    pair_to_client(&p, p.to_client.len);
    assert_true(ph__tls_up(p.client));
    p.to_server.data[p.to_server.len - 1] ^= 1;
    pair_run(&p, WIRE);
    assert_int_equal(p.server_rc, PH_E_TLS);
    assert_false(ph__tls_up(p.server));
    assert_int_equal(p.client_rc, PH_E_TLS);
    assert_non_null(strstr(ph__tls_problem(p.client), "the peer's alert: "));
    pair_done(&p);
}

/* C11: the queue is the thread's, shared by every session and by the caller. */
static void errors_do_not_leak_between_sessions(void **state)
{
    struct pair good, bad;
    start(&good);
    start(&bad);
    pair_to_server(&good, good.to_server.len);
    ph__buf_add_text(&bad.to_client, "550 no TLS\r\n");
    pair_to_client(&bad, bad.to_client.len);
    assert_int_equal(bad.client_rc, PH_E_TLS);
    assert_int_equal(ERR_peek_error(), 0);

    ERR_raise(ERR_LIB_SSL, ERR_R_INTERNAL_ERROR); /* somebody else's */
    pair_run(&good, 100);
    ERR_raise(ERR_LIB_SSL, ERR_R_INTERNAL_ERROR);
    greet_each_other(&good, WIRE);
    assert_int_equal(ERR_peek_error(), 0);
    pair_done(&good);
    pair_done(&bad);
}

static void a_full_buffer_ends_the_session(void **state)
{
    struct pair p;
    start_and_shake(&p);
    p.to_server.limit = 10;
    assert_int_equal(ph__tls_send(p.client, "more than ten", 13, &p.to_server),
                     PH_E_LIMIT);
    assert_int_equal(ph__tls_send(p.client, "x", 1, &p.to_server), PH_E_TLS);
    assert_int_equal(ph__tls_send(p.server, "250", 3, &p.to_client), PH_OK);
    pair_done(&p);

    start_and_shake(&p);
    assert_int_equal(ph__tls_send(p.server, "250", 3, &p.to_client), PH_OK);
    p.at_client.limit = 10;
    pair_run(&p, WIRE);
    assert_int_equal(p.client_rc, PH_E_LIMIT);
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_may_come_one_at_a_time),
        cmocka_unit_test(the_servers_flight_may_be_cut_anywhere),
        cmocka_unit_test(the_clients_hello_may_be_cut_anywhere),
        cmocka_unit_test(data_may_come_right_behind_the_handshake),
        cmocka_unit_test(
            much_data_goes_in_large_records_and_comes_out_the_same),
        cmocka_unit_test(close_notify_is_said_once_and_heard),
        cmocka_unit_test(after_close_nothing_is_sent),
        cmocka_unit_test(nothing_is_sent_before_the_handshake),
        cmocka_unit_test(plain_text_is_told_from_a_broken_handshake),
        cmocka_unit_test(a_tampered_record_ends_the_session_with_an_alert),
        cmocka_unit_test(an_alert_after_the_handshake_is_a_tls_error),
        cmocka_unit_test(errors_do_not_leak_between_sessions),
        cmocka_unit_test(a_full_buffer_ends_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
