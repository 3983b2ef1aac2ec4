/* TLS on a connection: the handshake, its failures, the end. */
#include <signal.h>

#include "scene.h"

static void tls_at_once(struct scene *s)
{
    server_start_tls(s);
}

static const struct script secure_echo = {
    .accepted = tls_at_once,
    .received = NULL,
};

static void start_then_close_on_failure(struct scene *s, const char *event)
{
    const char *name = s->data ? s->data : "mail.example.test";
    if (!strcmp(event, "opened"))
        scene_start_tls(s, name);
    if (!strcmp(event, "secured") && !ph__conn_busy(s->conn))
        scene_say(s, "EHLO\r\n");
    if (!strcmp(event, "received") || !strcmp(event, "failed"))
        scene_close(s);
}

static void play(struct scene *s, const struct script *script, const char *cert,
                 const char *name)
{
    scene_init(s, script);
    s->server.cert = cert;
    s->then = start_then_close_on_failure;
    s->data = (char *)name;
    scene_dial(s);
    scene_run(s);
}

static void greet(struct scene *s, const char *data, size_t len)
{
    server_say(s, "250 hello\r\n", 11);
}

static void tls_protects_what_is_said_and_ends_in_order(void **state)
{
    static const struct script polite = {.accepted = tls_at_once,
                                         .received = greet};
    struct scene s;
    play(&s, &polite, "server", "mail.example.test");
    scene_expect(&s, "opened secured received ");
    assert_string_equal(ph__buf_text(&s.got), "250 hello\r\n");
    assert_string_equal(ph__buf_text(&s.server.got), "EHLO\r\n");
    assert_true(s.server.closed_tls); /* RFC 8446 6.1: we said close_notify */
    scene_done(&s);
}

static void check_tls(struct scene *s, const char *event)
{
    const struct ph__tls *tls = ph__conn_tls(s->conn);
    if (!strcmp(event, "opened"))
        assert_null(tls);
    if (!strcmp(event, "secured")) {
        assert_true(ph__tls_up(tls) && ph__tls_verified(tls));
        assert_string_equal(ph__tls_version(tls), "TLSv1.3");
        scene_close(s);
        return;
    }
    start_then_close_on_failure(s, event);
}

static void what_was_agreed_on_can_be_asked(void **state)
{
    struct scene s;
    scene_init(&s, &secure_echo);
    s.then = check_tls;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened secured ");
    scene_done(&s);
}

static void upgrade(struct scene *s, const char *data, size_t len)
{
    if (s->server.tls) {
        server_say(s, "250 hello\r\n", 11);
        return;
    }
    server_say(s, "220 go\r\n", 8);
    server_start_tls(s);
}

static void ask_for_tls(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened"))
        scene_say(s, "STARTTLS\r\n");
    if (!strcmp(event, "received") && !ph__conn_tls(s->conn))
        scene_start_tls(s, "127.0.0.1");
    else if (!strcmp(event, "received"))
        scene_close(s);
    if (!strcmp(event, "secured"))
        scene_say(s, "EHLO\r\n");
}

static void plain_text_comes_first_with_starttls(void **state)
{
    static const struct script upgrading = {.received = upgrade};
    struct scene s;
    scene_init(&s, &upgrading);
    s.then = ask_for_tls;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened received secured received ");
    assert_string_equal(ph__buf_text(&s.got), "220 go\r\n250 hello\r\n");
    assert_string_equal(ph__buf_text(&s.server.got), "STARTTLS\r\nEHLO\r\n");
    scene_done(&s);
}

struct failure {
    const char *cert, *name, *what;
};

/* S06, U31: each says something else. */
static const struct failure failures[] = {
    {"server", "other.test", "not for other.test (depth 0"},
    {"wrong-name", "127.0.0.1", "not for 127.0.0.1 (depth 0"},
    {"expired", "localhost", "certificate has expired (depth 0"},
    {"not-yet", "localhost", "certificate is not yet valid (depth 0"},
    {"self-signed", "localhost", "self-signed certificate (depth 0"},
    {"unknown-ca", "localhost", "issued by CN=Some Other CA)"},
};

static void certificates_that_do_not_convince_fail_with_the_reason(void **state)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
        struct scene s;
        play(&s, &secure_echo, failures[i].cert, failures[i].name);
        scene_expect(&s, "opened failed ");
        scene_expect_failure(&s, PH_E_TLS, PH_STAGE_TLS, failures[i].what);
        /* The server is told by an alert, and hears nothing else. */
        assert_int_equal(s.server.tls_rc, PH_E_TLS);
        assert_int_equal(s.server.got.len, 0);
        scene_done(&s);
    }
}

static void greet_in_clear(struct scene *s)
{
    server_say(s, "220 mail ESMTP\r\n", 16);
}

/* U11 */
static void a_server_that_speaks_first_in_clear_is_named(void **state)
{
    static const struct script clear = {.accepted = greet_in_clear};
    struct scene s;
    play(&s, &clear, "server", "localhost");
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_TLS, PH_STAGE_TLS,
                         "speaks in clear text here: \"220 mail ESMTP\"");
    scene_done(&s);
}

static void cut(struct scene *s, const char *data, size_t len)
{
    server_cut(s);
}

static void end_of_file_in_the_handshake_is_no_tls_error(void **state)
{
    static const struct script cutting = {.received = cut};
    struct scene s;
    play(&s, &cutting, "server", "localhost");
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_TLS,
                         ": closed during the TLS handshake");
    scene_done(&s);
}

/* S09 */
static void an_end_without_close_notify_is_told_from_one_with(void **state)
{
    static const struct script cutting = {.accepted = tls_at_once,
                                          .received = cut};
    struct scene s;
    play(&s, &cutting, "server", "localhost");
    scene_expect(&s, "opened secured failed ");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT,
                         ": closed without close_notify");
    scene_done(&s);
}

static void say_and_close(struct scene *s, const char *data, size_t len)
{
    struct ph__buf cipher = PH__BUF(1000);
    server_say(s, "221 bye\r\n", 9);
    ph__tls_close(s->server.tls, &cipher);
    server_say_raw(s, cipher.data, cipher.len);
    ph__buf_done(&cipher);
}

static void log_only(struct scene *s, const char *event)
{
    if (strcmp(event, "received"))
        start_then_close_on_failure(s, event);
}

/* TL-11 */
static void close_notify_ends_it_after_the_last_words(void **state)
{
    static const struct script closing = {.accepted = tls_at_once,
                                          .received = say_and_close};
    struct scene s;
    scene_init(&s, &closing);
    s.then = log_only;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened secured received failed ");
    assert_string_equal(ph__buf_text(&s.got), "221 bye\r\n");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT,
                         ": closed by the peer");
    assert_true(s.server.closed_tls); /* RFC 8446 6.1: it is answered */
    scene_done(&s);
}

static void start_twice(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened")) {
        scene_start_tls(s, "localhost");
        scene_start_tls(s, "localhost");
        scene_expect(s, "opened ");
    }
    if (!strcmp(event, "failed"))
        scene_close(s);
}

static void tls_out_of_order_is_refused_by_the_loop(void **state)
{
    struct scene s;
    scene_init(&s, &secure_echo);
    s.then = start_twice;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_INVALID, PH_STAGE_TLS,
                         "TLS cannot start now");
    scene_done(&s);
}

static void what_is_no_name_cannot_be_verified(void **state)
{
    struct scene s;
    play(&s, &script_silent, "server", "");
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_TLS, PH_STAGE_TLS,
                         "no certificate can be for that name");
    scene_done(&s);
}

/* Writes this much through TLS to a server that is deaf at first. */
enum { LEN = 8 * 1024 * 1024 + 5, PIECE = 5000, SLICES = 30 };

struct body {
    char *data;
    size_t done;
    size_t busy_times;
};

static void pump(struct scene *s)
{
    struct body *b = s->data;
    while (b->done < LEN && !ph__conn_busy(s->conn)) {
        struct ph_slice slices[SLICES];
        size_t at = b->done, count = 0;
        for (; count < SLICES && at < LEN; count++) {
            size_t n = count == 7 ? 0 : PIECE * (count % 5);
            n = n < LEN - at ? n : LEN - at;
            slices[count] = (struct ph_slice){b->data + at, n};
            at += n;
        }
        ptrdiff_t n = ph__conn_write(s->conn, slices, count);
        assert_true(n > 0 || (!n && ph__conn_busy(s->conn)));
        b->done += (size_t)n;
    }
    if (ph__conn_busy(s->conn) && !b->busy_times++)
        server_read(s, true);
}

static void write_body(struct scene *s, const char *event)
{
    struct body *b = s->data;
    if (!strcmp(event, "opened"))
        scene_start_tls(s, "localhost");
    if (!strcmp(event, "secured"))
        server_read(s, false);
    if (!strcmp(event, "sent")) {
        b->done += s->sent;
        s->sent = 0;
    }
    if (!strcmp(event, "secured") || !strcmp(event, "sent"))
        pump(s);
    if (b->done == LEN)
        scene_close(s);
}

static void a_slow_reader_gets_every_octet_once(void **state)
{
    struct body b = {.data = malloc(LEN)};
    assert_non_null(b.data);
    for (size_t i = 0; i < LEN; i++)
        b.data[i] = (char)(i * 31 + i / 251);
    struct scene s;
    scene_init(&s, &secure_echo);
    s.then = write_body;
    s.data = &b;
    scene_dial(&s);
    scene_run(&s);
    assert_int_equal(b.done, LEN);
    assert_true(b.busy_times > 0);
    assert_int_equal(s.server.got.len, LEN);
    assert_memory_equal(s.server.got.data, b.data, LEN);
    assert_true(s.server.closed_tls);
    scene_done(&s);
    free(b.data);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server's, which writes through libuv */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_protects_what_is_said_and_ends_in_order),
        cmocka_unit_test(what_was_agreed_on_can_be_asked),
        cmocka_unit_test(plain_text_comes_first_with_starttls),
        cmocka_unit_test(
            certificates_that_do_not_convince_fail_with_the_reason),
        cmocka_unit_test(a_server_that_speaks_first_in_clear_is_named),
        cmocka_unit_test(end_of_file_in_the_handshake_is_no_tls_error),
        cmocka_unit_test(an_end_without_close_notify_is_told_from_one_with),
        cmocka_unit_test(close_notify_ends_it_after_the_last_words),
        cmocka_unit_test(tls_out_of_order_is_refused_by_the_loop),
        cmocka_unit_test(what_is_no_name_cannot_be_verified),
        cmocka_unit_test(a_slow_reader_gets_every_octet_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
