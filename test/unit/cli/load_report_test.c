#include "scene.h"

#include <jansson.h>

#include "cli/load_report.h"
#include "cli/options.h"

static void add(struct cli_load *l, const enum ph_outcome *outcomes,
                size_t count, uint64_t us)
{
    struct ph_recipient_result r[4];
    struct ph_result result = {
        .count = count, .recipients = r, .message_id = "", .server = ""};
    for (size_t i = 0; i < count; i++)
        r[i] = (struct ph_recipient_result){
            .address = "b@x.org",
            .outcome = outcomes[i],
            .code = outcomes[i] == PH_ACCEPTED ? PH_OK : PH_E_PERMANENT,
            .reply = {.text = ""},
            .detail = ""};
    cli_load_add(l, &result, us * 1000);
}

static void percentiles_are_latencies_that_occurred(void **state)
{
    (void)state;
    static const enum ph_outcome good[] = {PH_ACCEPTED};
    static const struct {
        unsigned count, percent;
        uint32_t expected;
    } cases[] = {{1, 0, 1},     {1, 50, 1},    {1, 99, 1},      {1, 100, 1},
                 {2, 50, 1},    {2, 90, 2},    {100, 0, 1},     {100, 50, 50},
                 {100, 90, 90}, {100, 99, 99}, {100, 100, 100}, {10, 99, 10}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_load l;
        assert_int_equal(cli_load_init(&l, cases[i].count), PH_OK);
        for (unsigned us = cases[i].count; us > 0; us--)
            add(&l, good, 1, us);
        cli_load_sort(&l);
        assert_int_equal(cli_load_latency_us(&l, cases[i].percent),
                         cases[i].expected);
        cli_load_done(&l);
    }
}

static void a_message_counts_as_its_first_that_was_not_accepted(void **state)
{
    (void)state;
    static const enum ph_outcome all[] = {PH_ACCEPTED, PH_ACCEPTED};
    static const enum ph_outcome some[] = {PH_ACCEPTED, PH_DEFERRED,
                                           PH_REFUSED};
    struct cli_load l;
    assert_int_equal(cli_load_init(&l, 2), PH_OK);
    add(&l, all, 2, 1);
    add(&l, some, 3, 1);
    assert_int_equal(l.messages.counts[PH_ACCEPTED], 1);
    assert_int_equal(l.messages.counts[PH_DEFERRED], 1);
    assert_int_equal(l.messages.counts[PH_REFUSED], 0);
    assert_int_equal(l.recipients.counts[PH_ACCEPTED], 3);
    assert_int_equal(l.recipients.counts[PH_DEFERRED], 1);
    assert_int_equal(l.recipients.counts[PH_REFUSED], 1);
    assert_int_equal(l.recipients.status, EXIT_REFUSED);
    cli_load_done(&l);
}

static void rates_are_by_what_was_accepted(void **state)
{
    (void)state;
    static const enum ph_outcome good[] = {PH_ACCEPTED};
    static const enum ph_outcome bad[] = {PH_REFUSED};
    struct ph__buf out = PH__BUF(65536);
    struct cli_load l;
    assert_int_equal(cli_load_init(&l, 4), PH_OK);
    for (int i = 0; i < 3; i++)
        add(&l, good, 1, 2500);
    add(&l, bad, 1, 2500);
    cli_load_sort(&l);
    l.secs = 0.5;
    l.stats.octets_sent = 1000;
    l.stats.round_trips = 6;
    assert_int_equal(cli_load_json(&l, &out), PH_OK);
    json_t *o = json_loads(ph__buf_text(&out), 0, NULL);
    assert_float_equal(json_real_value(json_object_get(o, "messages_per_s")), 6,
                       1e-9);
    assert_float_equal(json_real_value(json_object_get(o, "bytes_per_s")), 2000,
                       1e-9);
    assert_float_equal(
        json_real_value(json_object_get(o, "round_trips_per_message")), 1.5,
        1e-9);
    json_t *latency = json_object_get(o, "latency_ms");
    assert_float_equal(json_real_value(json_object_get(latency, "p99")), 2.5,
                       1e-9);
    json_decref(o);
    ph__buf_done(&out);
    cli_load_done(&l);
}

static void of_nothing_there_is_no_latency(void **state)
{
    (void)state;
    struct ph__buf out = PH__BUF(65536);
    struct cli_load l;
    assert_int_equal(cli_load_init(&l, 4), PH_OK);
    cli_load_sort(&l);
    assert_int_equal(cli_load_text(&l, &out), PH_OK);
    assert_null(strstr(ph__buf_text(&out), "latency"));
    assert_null(strstr(ph__buf_text(&out), "nan"));
    ph__buf_clear(&out);
    assert_int_equal(cli_load_json(&l, &out), PH_OK);
    assert_non_null(strstr(ph__buf_text(&out), "\"median\":null"));
    ph__buf_done(&out);
    cli_load_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_latencies_that_occurred),
        cmocka_unit_test(a_message_counts_as_its_first_that_was_not_accepted),
        cmocka_unit_test(rates_are_by_what_was_accepted),
        cmocka_unit_test(of_nothing_there_is_no_latency),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
