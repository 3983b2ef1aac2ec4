/* Every allocation of client and sink fails once, over STARTTLS and AUTH: each
 * submission is completed exactly once all the same, nothing is reported
 * accepted that the sink did not take, and the loop closes clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include <posthaste.h>

#include "alloc/wrap.h"
#include "certs.h"
#include "sink/sink.h"

enum { MESSAGES = 6 };

struct run {
    uv_loop_t loop;
    struct ph__sink *sink;
    struct ph_client *client;
    size_t submitted;
    size_t completed;
    size_t accepted;
    uint64_t taken; /* by the sink */
};

static void on_sent(const struct ph_result *result, void *user)
{
    struct run *r = user;
    r->completed++;
    r->accepted += result->recipients[0].outcome == PH_ACCEPTED;
}

static void on_closed(void *user)
{
    struct run *r = user;
    r->taken = ph__sink_counts(r->sink)->messages;
    ph__sink_close(r->sink, NULL, NULL);
}

static void submit(struct run *r)
{
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return;
    ph_message_from(msg, "a@example.test");
    ph_message_to(msg, "b@example.test, c@example.test");
    ph_message_subject(msg, "hello");
    ph_message_text(msg, "Hello.\n");
    if (ph_client_send(r->client, msg, NULL, on_sent, r))
        ph_message_free(msg);
    else
        r->submitted++;
}

static bool start(struct run *r)
{
    static const struct ph__sink_options sink = {.listen = "127.0.0.1:0",
                                                 .tls_cert = CERTS "server.pem",
                                                 .tls_key = CERTS "server.key",
                                                 .user = "tim",
                                                 .password = "secret"};
    static const struct ph_credentials tim = {
        .size = sizeof(tim), .user = "tim", .password = "secret"};
    static const struct ph_session_options session = {.size = sizeof(session),
                                                      .auth = &tim};
    struct ph__buf why = PH__BUF(1000);
    int rc = ph__sink_new(&r->sink, &r->loop, &sink, &why);
    ph__buf_done(&why);
    if (rc) {
        r->sink = NULL;
        return false;
    }
    rc = ph_client_new(
        &r->client, &r->loop,
        PH_CLIENT_OPTIONS(.host = "127.0.0.1", .port = ph__sink_port(r->sink),
                          .session = &session, .tls_ca_file = CERTS "ca.pem"));
    if (rc)
        ph__sink_close(r->sink, NULL, NULL);
    return rc == PH_OK;
}

static void run_once(struct run *r, long n)
{
    memset(r, 0, sizeof(*r));
    assert_int_equal(uv_loop_init(&r->loop), 0);
    wrap_fail_at(n);
    if (start(r)) {
        for (size_t i = 0; i < MESSAGES; i++)
            submit(r);
        ph_client_close(r->client, on_closed, r);
    }
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    assert_int_equal(r->completed, r->submitted);
    assert_true(r->accepted <= r->taken);
}

static void each_allocation_may_fail(void **state) /* C06, C10 */
{
    (void)state;
    static struct run r;
    long n = 0;
    do
        run_once(&r, ++n);
    while (wrap_failed() && n < 10000);
    wrap_fail_at(0);
    assert_int_equal(r.accepted, MESSAGES); /* the last run had no failure */
    print_message("%ld allocations failed in turn\n", n - 1);
    assert_true(n > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
