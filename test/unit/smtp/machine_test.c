/* What the dialogues cannot say: how long a wait lasts, and how long a command
 * may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <posthaste/machine.h>

#include "smtp/limits.h"

static struct ph_machine *session(void)
{
    struct ph_machine *m;
    assert_int_equal(
        ph_machine_new(
            &m,
            &(struct ph_session_options){
                .size = sizeof(struct ph_session_options), .tls = PH_TLS_NONE}),
        PH_OK);
    return m;
}

static void send_all(struct ph_machine *m)
{
    struct ph_slice out[8];
    for (size_t n; (n = ph_machine_output(m, out, 8)) > 0;)
        for (size_t i = 0; i < n; i++)
            ph_machine_sent(m, out[i].len);
}

static void pull(struct ph_machine *m)
{
    struct ph_event event;
    while (ph_machine_next(m, &event))
        ;
}

/* What was to be said has left; then this comes. */
static void hear(struct ph_machine *m, const char *reply)
{
    send_all(m);
    assert_int_equal(ph_machine_feed(m, reply, strlen(reply)), strlen(reply));
    pull(m);
}

static unsigned epoch(const struct ph_machine *m)
{
    unsigned now;
    ph_machine_timeout(m, &now);
    return now;
}

static void
a_trickled_reply_has_no_more_time(void **state) /* RP-10, U10, S12 */
{
    (void)state;
    struct ph_machine *m = session();
    static const char greeting[] = "220-slow\r\n220-er\r\n220 mx\r\n";
    unsigned begun = epoch(m);
    assert_int_equal(ph_machine_timeout(m, NULL), 300);
    for (size_t i = 0; greeting[i]; i++) {
        assert_int_equal(epoch(m), begun);
        ph_machine_feed(m, greeting + i, 1);
    }
    assert_int_not_equal(epoch(m), begun);
    ph_machine_free(m);
}

static struct ph_machine *at_need_body(void)
{
    static const char *const to[] = {"b@y.test"};
    static const struct ph_envelope env = {
        .size = sizeof(env), .from = "a@x.test", .to = to, .to_count = 1};
    struct ph_machine *m = session();
    hear(m, "220 mx\r\n");
    hear(m, "250 mx\r\n");
    assert_int_equal(ph_machine_begin(m, &env), PH_OK);
    hear(m, "250 ok\r\n");
    hear(m, "250 ok\r\n");
    hear(m, "354 go\r\n");
    assert_string_equal(ph_machine_state(m), "BODY");
    return m;
}

static void content_that_moves_has_time(void **state) /* TO-02, TO-03 */
{
    (void)state;
    static char body[10000];
    struct ph_machine *m = at_need_body();
    memset(body, 'x', sizeof(body));
    assert_int_equal(ph_machine_body(m, body, sizeof(body), true), PH_OK);
    pull(m);
    for (unsigned before = epoch(m), i = 0; i < 100; i++, before = epoch(m)) {
        assert_int_equal(ph_machine_timeout(m, NULL), 180);
        ph_machine_sent(m, 100);
        assert_int_not_equal(epoch(m), before);
    }
    unsigned before = epoch(m);
    send_all(m);
    assert_int_not_equal(epoch(m), before);
    assert_int_equal(ph_machine_timeout(m, NULL), 600);
    unsigned waits = epoch(m);
    ph_machine_feed(m, "250-trickled", 12);
    assert_int_equal(epoch(m), waits);
    ph_machine_free(m);
}

/* local part, domain: as long as RFC 5321 4.5.3.1.1-3 lets them be */
static void longest_address(char out[256], char octet)
{
    static const char d[] = "dddddddddddddddddddddddddddddddd"
                            "dddddddddddddddddddddddddddddddd";
    char local[64];
    memset(local, octet, sizeof(local));
    snprintf(out, 256, "%.64s@%.63s.%.63s.%.61s", local, d, d, d);
    assert_int_equal(strlen(out), 254);
}

static void expect_line(struct ph_machine *m, const char *begins, size_t least)
{
    struct ph_slice out[2];
    assert_int_equal(ph_machine_output(m, out, 2), 1);
    assert_memory_equal(out[0].data, begins, strlen(begins));
    assert_in_range(out[0].len, least, PH__COMMAND_MAX);
    assert_memory_equal(out[0].data + out[0].len - 2, "\r\n", 2);
    assert_ptr_equal(memchr(out[0].data, '\n', out[0].len),
                     out[0].data + out[0].len - 1);
}

static void the_longest_command_fits(void **state) /* TX-24 */
{
    (void)state;
    char address[256];
    char id[PH__ENVELOPE_ID_MAX + 1] = {0};
    char original[256 + 8];
    longest_address(address, '=');
    memset(id, '+', PH__ENVELOPE_ID_MAX);
    snprintf(original, sizeof(original), "rfc822;%s", address);
    const char *to[] = {address};
    const char *originals[] = {original};
    struct ph_parameters all = {.size = sizeof(all),
                                .notify = PH_NOTIFY_SUCCESS |
                                          PH_NOTIFY_FAILURE | PH_NOTIFY_DELAY,
                                .original = originals,
                                .ret = PH_RETURN_HEADERS,
                                .envelope_id = id,
                                .auth = address,
                                .deliver_by_secs = -999999999,
                                .by_notify = true,
                                .by_trace = true,
                                .hold_until = "2030-01-01T00:00:00Z",
                                .priority = "-9"};
    struct ph_envelope env = {.size = sizeof(env),
                              .from = address,
                              .to = to,
                              .to_count = 1,
                              .content_size = UINT64_MAX,
                              .eight_bit = true,
                              .utf8 = true,
                              .parameters = &all};
    struct ph_machine *m = session();
    hear(m, "220 mx\r\n");
    hear(m, "250-mx\r\n250-SIZE\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
            "250-AUTH PLAIN\r\n250-DELIVERBY\r\n250-FUTURERELEASE 9999999999 "
            "2040-01-01T00:00:00Z\r\n250 MT-PRIORITY\r\n");
    assert_int_equal(ph_machine_begin(m, &env), PH_OK);
    expect_line(m, "MAIL FROM:<", 254 + 300);
    hear(m, "250 ok\r\n");
    expect_line(m, "RCPT TO:<", 254 + 254 + 2 * 64);
    ph_machine_free(m);
}

/* S01, S02: what is spoken into the upgrade to TLS, or while nothing is due, is
 * shown as far as it has come; its first octet ends the session. */
static void what_comes_too_early_is_traced(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        const char *said;
        const char *traced; /* behind "C: STARTTLS" */
    } cases[] = {
        {"whole", "220 go\r\n250 x\r\n", "S: 220 go\nS: 250 x\n"},
        {"half a line", "220 go\r\n250 inje", "S: 220 go\nS: 250 inje\n"},
        {"one octet", "220 go\r\n2", "S: 220 go\nS: 2\n"},
        {"of several lines", "220 go\r\n250-x\r\n250 y\r\n",
         "S: 220 go\nS: 250-x\n"},
        {"octets of any kind", "220 go\r\n\x16\x03\x01\x1b[",
         "S: 220 go\nS: ????[\n"},
    };
    const struct ph_session_options opts = {.size = sizeof(opts), .trace = 1};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph_machine *m;
        const char *traced;
        char expected[200];
        assert_int_equal(ph_machine_new(&m, &opts), PH_OK);
        hear(m, "220 mx\r\n");
        hear(m, "250-mx\r\n250 STARTTLS\r\n");
        send_all(m);
        assert_true(ph_machine_trace(m, &traced) > 0);
        hear(m, cases[i].said);
        assert_string_equal(ph_machine_state(m), "CLOSED");
        snprintf(expected, sizeof(expected),
                 "%s# that came before any reply was due\n", cases[i].traced);
        ph_machine_trace(m, &traced);
        if (strcmp(traced, expected))
            fail_msg("%s: %s", cases[i].label, traced);
        ph_machine_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trickled_reply_has_no_more_time),
        cmocka_unit_test(content_that_moves_has_time),
        cmocka_unit_test(the_longest_command_fits),
        cmocka_unit_test(what_comes_too_early_is_traced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
