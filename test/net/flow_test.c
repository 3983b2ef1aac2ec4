/* The client on a real loop against a server that reads when it has nothing to
 * say, has limits, and leaves: nothing stands still, and the books balance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include <posthaste.h>

#include "net/peer.h"

#define ALL "250-PIPELINING\r\n250-SIZE\r\n250-CHUNKING\r\n250 8BITMIME\r\n"

enum { OUTCOMES = 16 };

struct books {
    uv_loop_t loop;
    struct peer peer;
    struct ph_session_options session;
    struct ph_client_options options;
    struct ph_client *client;
    size_t submitted;
    size_t results;                /* of these, told of */
    size_t outcomes[OUTCOMES];     /* recipients by outcome */
    unsigned accepted[PEER_NAMES]; /* r<N>@... was told so, so many times */
    unsigned uncertain[PEER_NAMES];
};

static void open_books(struct books *b)
{
    memset(b, 0, sizeof(*b));
    assert_int_equal(uv_loop_init(&b->loop), 0);
    b->peer.extensions = ALL;
    b->peer.visit = 7;
    b->session = (struct ph_session_options){.size = sizeof(b->session),
                                             .tls = PH_TLS_NONE};
    b->options = (struct ph_client_options){.size = sizeof(b->options),
                                            .host = "127.0.0.1",
                                            .session = &b->session,
                                            .connections = 1};
}

static void start(struct books *b)
{
    peer_open(&b->peer, &b->loop);
    b->options.port = b->peer.port;
    assert_int_equal(ph_client_new(&b->client, &b->loop, &b->options), PH_OK);
}

static void client_closed(void *user)
{
    struct books *b = user;
    peer_close(&b->peer);
}

static void note(const struct ph_result *result, void *user)
{
    struct books *b = user;
    if (++b->results == b->submitted)
        ph_client_close(b->client, client_closed, b);
    for (size_t i = 0; i < result->count; i++) {
        const struct ph_recipient_result *r = &result->recipients[i];
        size_t n = strtoul(r->address + 1, NULL, 10);
        b->outcomes[r->outcome]++;
        b->accepted[n] += r->outcome == PH_ACCEPTED;
        b->uncertain[n] += r->outcome == PH_UNCERTAIN;
    }
}

/* To r<first>@... and so on. */
static void submit(struct books *b, size_t first, size_t count,
                   const char *text)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "a@example.test");
    for (size_t i = 0; i < count; i++) {
        char address[64];
        snprintf(address, sizeof(address), "r%zu@example.test", first + i);
        ph_message_envelope_to(msg, address);
    }
    ph_message_text(msg, text);
    b->submitted++;
    assert_int_equal(ph_client_send(b->client, msg, NULL, note, b), PH_OK);
}

static void run(struct books *b)
{
    uv_run(&b->loop, UV_RUN_DEFAULT);
    peer_done(&b->peer);
    assert_int_equal(uv_loop_close(&b->loop), 0);
}

/* Whoever was told to be accepted has it, once; whoever has it was told so, or
 * is uncertain. */
static void check_books(const struct books *b, size_t names)
{
    for (size_t i = 0; i < names; i++) {
        assert_in_range(b->peer.received[i], 0, 1);
        assert_in_range(b->accepted[i], 0, b->peer.received[i]);
        assert_in_range(b->peer.received[i], 0,
                        b->accepted[i] + b->uncertain[i]);
    }
}

/* ---- nothing stands still ---- */

static void check_ten_thousand(bool chunking)
{
    static struct books b;
    open_books(&b);
    b.peer.reply_octets = 2000;
    b.options.recipients = 20000;
    b.session.chunking = chunking;
    start(&b);
    submit(&b, 0, 10000, "Hello.\n");
    run(&b);
    assert_int_equal(b.results, 1);
    assert_int_equal(b.outcomes[PH_ACCEPTED], 10000);
    assert_int_equal(b.peer.transactions, 1);
    assert_int_equal(b.peer.connections, 1);
    check_books(&b, 10000);
}

/* PL-10: what it answers is far more than the sockets hold. */
static void ten_thousand_recipients_do_not_deadlock(void **state)
{
    (void)state;
    check_ten_thousand(false);
    check_ten_thousand(true);
}

/* Two messages, lines that begin with a dot among them. */
static void check_slow_reader(bool chunking)
{
    enum { LONG = 5 << 20 };
    static struct books b;
    char *text = malloc(LONG + 1);
    assert_non_null(text);
    for (size_t i = 0; i < LONG; i++)
        text[i] = i % 32 == 31 ? '\n' : i % 32 ? 'x' : '.';
    text[LONG] = '\0';
    open_books(&b);
    b.session.chunking = chunking;
    start(&b);
    submit(&b, 0, 1, text);
    submit(&b, 1, 1, text);
    run(&b);
    assert_int_equal(b.outcomes[PH_ACCEPTED], 2);
    assert_in_range(b.peer.size_got, LONG + LONG / 32, LONG + LONG / 32 + 1000);
    assert_int_equal(b.peer.size_got, b.peer.size_said); /* TX-12 */
    check_books(&b, 2);
    free(text);
}

static void a_slow_reader_gets_every_octet(void **state) /* PL-10 */
{
    (void)state;
    check_slow_reader(false);
    check_slow_reader(true);
}

/* ---- limits ---- */

/* U21, TX-06: seven at a time, and 100 wanted: fifteen transactions. */
static void too_many_recipients_go_in_further_transactions(void **state)
{
    (void)state;
    static struct books b;
    open_books(&b);
    b.peer.recipients_max = 7;
    start(&b);
    submit(&b, 0, 100, "Hello.\n");
    run(&b);
    assert_int_equal(b.results, 1);
    assert_int_equal(b.outcomes[PH_ACCEPTED], 100);
    assert_int_equal(b.peer.transactions, 15);
    assert_int_equal(b.peer.connections, 1);
    check_books(&b, 100);
}

/* ---- servers that leave ---- */

static void fifty(struct books *b, enum peer_end end, bool chunking)
{
    static char text[20001];
    memset(text, 'x', sizeof(text) - 1);
    open_books(b);
    b->peer.end = end;
    b->session.chunking = chunking;
    start(b);
    for (size_t i = 0; i < 50; i++)
        submit(b, i, 1, text);
    run(b);
    assert_int_equal(b->results, 50);
    check_books(b, 50);
}

/* U26: the next one rode behind the seventh; it goes by the next connection. */
static void a_server_that_leaves_costs_nobody_anything(void **state)
{
    (void)state;
    static struct books b;
    static const enum peer_end ends[] = {PEER_LEAVES, PEER_SAYS_421};
    for (size_t i = 0; i < 2; i++) {
        fifty(&b, ends[i], false);
        assert_int_equal(b.outcomes[PH_ACCEPTED], 50);
        assert_int_equal(b.peer.messages, 50);
        assert_int_equal(b.peer.connections, 8);
    }
}

/* With BDAT several contents are under way when it leaves: those that had left
 * are uncertain, or with 421 are not. */
static void chunks_under_way_are_uncertain_or_sent_again(void **state)
{
    (void)state;
    static struct books b;
    static const enum peer_end ends[] = {PEER_LEAVES, PEER_SAYS_421};
    for (size_t i = 0; i < 2; i++) {
        fifty(&b, ends[i], true);
        assert_int_equal(b.outcomes[PH_ACCEPTED], b.peer.messages);
        assert_int_equal(b.outcomes[PH_REFUSED], 0);
    }
}

/* Half a content is none. Whether it had left for the kernel's buffers decides
 * between deferred and uncertain; those behind it go by the next connection. */
static void a_reset_amid_a_content_is_about_that_message(void **state)
{
    (void)state;
    static struct books b;
    fifty(&b, PEER_RESETS, false);
    assert_int_equal(b.outcomes[PH_ACCEPTED], 43);
    assert_int_equal(b.outcomes[PH_DEFERRED] + b.outcomes[PH_UNCERTAIN], 7);
    assert_int_equal(b.peer.messages, 43);
    assert_int_equal(b.peer.connections, 8);
}

/* TX-13: more than any buffer holds: it has not left. */
static void a_content_cut_short_is_deferred(void **state)
{
    (void)state;
    enum { LARGE = 32 << 20 };
    static struct books b;
    char *text = malloc(LARGE + 1);
    assert_non_null(text);
    memset(text, 'x', LARGE);
    for (size_t i = 77; i < LARGE; i += 78)
        text[i] = '\n';
    text[LARGE] = '\0';
    open_books(&b);
    b.peer.end = PEER_RESETS;
    b.peer.visit = 1;
    start(&b);
    submit(&b, 0, 1, text);
    run(&b);
    free(text);
    assert_int_equal(b.outcomes[PH_DEFERRED], 1);
    assert_int_equal(b.peer.messages, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_recipients_do_not_deadlock),
        cmocka_unit_test(a_slow_reader_gets_every_octet),
        cmocka_unit_test(too_many_recipients_go_in_further_transactions),
        cmocka_unit_test(a_server_that_leaves_costs_nobody_anything),
        cmocka_unit_test(chunks_under_way_are_uncertain_or_sent_again),
        cmocka_unit_test(a_reset_amid_a_content_is_about_that_message),
        cmocka_unit_test(a_content_cut_short_is_deferred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
