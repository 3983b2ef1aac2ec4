/* Mail to each domain's own exchangers, all on one loop: a name server, three
 * exchangers, and the client. */
#include "mx/limits.h"
#include "net/mx_scene.h"

/* Two exchangers: mx1 before mx2. */
static void begin(struct mx_scene *s)
{
    mx_scene_init(s);
    s->session.tls = PH_TLS_NONE;
    mx_scene_record(s, "two.test", PH__DNS_MX, 0, "20 mx2.test");
    mx_scene_record(s, "two.test", PH__DNS_MX, 0, "10 mx1.test");
}

static void finish(struct mx_scene *s)
{
    ph_mx_close(s->mx, mx_scene_closed, s);
    mx_scene_end(s);
}

/* ---- host by host ---- */

static const struct {
    const char *label;
    const char *fault;   /* of the first exchanger; see sink/faults.h */
    const char *address; /* of it, if it is another than where it listens */
    enum ph_outcome outcome;
    unsigned second; /* messages that the second one gets */
} hosts[] = {
    {"the first one takes it", NULL, NULL, PH_ACCEPTED, 0},
    {"nobody listens", NULL, "127.0.0.9", PH_ACCEPTED, 1},
    {"it has no address", NULL, "", PH_ACCEPTED, 1},
    {"554 in the greeting", "greeting=554 no", NULL, PH_ACCEPTED, 1},
    {"421 in the greeting", "greeting=421 busy", NULL, PH_ACCEPTED, 1},
    {"it hangs up", "greeting=drop", NULL, PH_ACCEPTED, 1},
    {"it makes no sense", "greeting=garbage", NULL, PH_ACCEPTED, 1},
    {"550 to EHLO and HELO", "hello=550 who?", NULL, PH_ACCEPTED, 1},
    {"451 to MAIL", "mail=451 later", NULL, PH_ACCEPTED, 1},
    {"451 to RCPT", "rcpt=451 later", NULL, PH_ACCEPTED, 1},
    {"451 to DATA", "data=451 later", NULL, PH_ACCEPTED, 1},
    {"452 to the content", "content=452 full", NULL, PH_ACCEPTED, 1},
    {"550 to RCPT is for good", "rcpt=550 unknown", NULL, PH_REFUSED, 0},
    {"550 to MAIL as well", "mail=550 go away", NULL, PH_REFUSED, 0},
    {"554 to the content as well", "content=554 spam", NULL, PH_REFUSED, 0},
    {"lost behind the content: it may be there", "content=drop", NULL,
     PH_UNCERTAIN, 0},
};

/* DL-01, DL-03 (RFC 5321 5.1) */
static void the_next_host_is_tried_where_it_may_help(void **state)
{
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        static struct mx_scene s;
        begin(&s);
        s.sink_options[0].replies = &hosts[i].fault;
        s.sink_options[0].reply_count = hosts[i].fault != NULL;
        if (hosts[i].address) {
            mx_scene_record(&s, "far.test", PH__DNS_MX, 0, "10 away.test");
            mx_scene_record(&s, "far.test", PH__DNS_MX, 0, "20 mx2.test");
            mx_scene_host(&s, "away.test", 0,
                          *hosts[i].address ? hosts[i].address : NULL);
        }
        mx_scene_start(&s);
        mx_scene_send(&s, hosts[i].address ? "b@far.test" : "b@two.test");
        finish(&s);
        if (s.fates[0].outcome != hosts[i].outcome ||
            s.counts[1].messages != hosts[i].second)
            fail_msg("%s: %s, %d", hosts[i].label,
                     ph_outcome_name(s.fates[0].outcome), s.fates[0].code);
        if (!hosts[i].second)
            assert_int_equal(s.counts[1].connections, 0);
    }
}

static void only_the_undecided_go_on(void **state)
{
    static struct mx_scene s;
    static const char *const faults[] = {"rcpt@c@*=451 later",
                                         "rcpt@d@*=550 unknown"};
    begin(&s);
    s.sink_options[0].replies = faults;
    s.sink_options[0].reply_count = 2;
    mx_scene_start(&s);
    mx_scene_send(&s, "b@two.test c@two.test d@TWO.test");
    finish(&s);
    assert_int_equal(s.fates[0].outcome, PH_ACCEPTED);
    assert_int_equal(s.fates[1].outcome, PH_ACCEPTED);
    assert_int_equal(s.fates[2].outcome, PH_REFUSED);
    assert_int_equal(s.fates[2].reply.code, 550);
    assert_int_equal(s.counts[0].recipients, 1);
    assert_int_equal(s.counts[1].recipients, 1);
    assert_int_equal(s.commits, 2);
}

static void a_servers_not_now_is_what_is_told(void **state)
{
    static struct mx_scene s;
    static const char *const later[] = {"rcpt=451 4.7.1 greylisted"};
    static const char *const drop[] = {"greeting=drop"};
    begin(&s);
    s.sink_options[0].replies = later;
    s.sink_options[1].replies = drop;
    s.sink_options[0].reply_count = s.sink_options[1].reply_count = 1;
    mx_scene_start(&s);
    mx_scene_send(&s, "b@two.test");
    finish(&s);
    assert_int_equal(s.fates[0].outcome, PH_DEFERRED);
    assert_int_equal(s.fates[0].reply.code, 451);
    assert_int_equal(s.fates[0].reply.enhanced[1], 7);
    assert_int_equal(s.counts[1].connections, 1);
}

/* Whoever is asked may be writing to a disk when the session is lost (U19). */
static void a_go_that_comes_late_is_for_nobody(void **state)
{
    static struct mx_scene s;
    begin(&s);
    s.hold = true;
    mx_scene_start(&s);
    mx_scene_send(&s, "b@two.test");
    while (!s.held)
        uv_run(&s.loop, UV_RUN_ONCE);
    struct ph_job *late = s.held;
    ph__sink_close(s.sinks[0], NULL, NULL);
    s.sinks[0] = NULL;
    while (s.commits < 2)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_ptr_not_equal(s.held, late);
    ph_job_go(late);
    for (int turns = 0; turns < 10; turns++)
        uv_run(&s.loop, UV_RUN_NOWAIT);
    assert_int_equal(s.taken, 0);
    ph_job_go(s.held);
    finish(&s);
    assert_int_equal(s.accepted, 1);
    assert_int_equal(s.counts[1].messages, 1);
}

/* ---- what the DNS says ---- */

/* DL-02, DL-03, DL-04: one message, a domain of each kind. */
static void one_domain_does_not_hurt_another(void **state)
{
    static struct mx_scene s;
    char to[256];
    begin(&s);
    mx_scene_record(&s, "null.test", PH__DNS_MX, 0, "0 .");
    mx_scene_record(&s, "trouble.test", PH__DNS_MX, 2, NULL);
    mx_scene_host(&s, "own.test", 0, "127.0.0.4");
    mx_scene_host(&s, "empty.test", 0, NULL);
    mx_scene_record(&s, "loop.test", PH__DNS_MX, 0, "5 us.test");
    mx_scene_start(&s);
    snprintf(to, sizeof(to),
             "b@null.test b@gone.test b@trouble.test b@own.test b@empty.test "
             "b@loop.test b@two.test b@[127.0.0.4]");
    mx_scene_send(&s, to);
    finish(&s);
    static const struct {
        enum ph_outcome outcome;
        enum ph_code code;
    } expected[] = {
        {PH_REFUSED, PH_E_PERMANENT}, {PH_REFUSED, PH_E_RESOLVE},
        {PH_DEFERRED, PH_E_CONNECT},  {PH_ACCEPTED, PH_OK},
        {PH_REFUSED, PH_E_RESOLVE},   {PH_REFUSED, PH_E_PERMANENT},
        {PH_ACCEPTED, PH_OK},         {PH_ACCEPTED, PH_OK},
    };
    assert_int_equal(s.fate_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(s.fates[i].outcome, expected[i].outcome);
        assert_int_equal(s.fates[i].code, expected[i].code);
        if (expected[i].code)
            assert_int_equal(s.fates[i].stage, PH_STAGE_RESOLVE);
    }
    assert_int_equal(s.fates[0].reply.enhanced[2], 10); /* 5.1.10 */
    assert_int_equal(s.counts[0].messages, 1);
    assert_int_equal(s.counts[2].messages, 2); /* implicit MX, literal */
}

static void domains_share_the_sessions_of_an_exchanger(void **state)
{
    static struct mx_scene s;
    begin(&s);
    mx_scene_record(&s, "a.test", PH__DNS_MX, 0, "10 mx3.test");
    mx_scene_record(&s, "b.test", PH__DNS_MX, 0, "10 MX3.test");
    mx_scene_start(&s);
    for (int i = 0; i < 10; i++)
        mx_scene_send(&s, "x@a.test y@b.test");
    finish(&s);
    assert_int_equal(s.accepted, 20);
    assert_int_equal(s.counts[2].connections, 1);
    assert_int_equal(s.counts[2].messages, 20);
}

static void only_so_many_domains_at_once(void **state)
{
    static struct mx_scene s;
    struct ph_stats stats = {.size = sizeof(stats)};
    begin(&s);
    s.options.deliveries = 1;
    mx_scene_record(&s, "a.test", PH__DNS_MX, 0, "10 mx3.test");
    mx_scene_start(&s);
    mx_scene_send(&s, "x@a.test y@two.test z@gone.test");
    ph_mx_stats(s.mx, &stats);
    assert_int_equal(stats.queued, 3);
    while (!s.commits) /* the first one has it */
        uv_run(&s.loop, UV_RUN_ONCE);
    ph_mx_stats(s.mx, &stats);
    assert_int_equal(stats.queued, 2);
    assert_int_equal(stats.open, 1);
    while (!s.told)
        uv_run(&s.loop, UV_RUN_ONCE);
    ph_mx_stats(s.mx, &stats);
    assert_int_equal(stats.messages, 2);
    assert_int_equal(stats.connections, 2);
    finish(&s);
}

/* Idle sessions of too many exchangers: the one used longest ago goes first. */
static void only_so_many_exchangers_are_kept(void **state)
{
    static struct mx_scene s;
    struct ph_stats stats = {.size = sizeof(stats)};
    char to[64];
    begin(&s);
    s.options.deliveries = 1;
    mx_scene_start(&s);
    mx_scene_send(&s, "b@[127.0.0.2]");
    for (int i = 0; i < 40; i++) { /* nobody listens there */
        snprintf(to, sizeof(to), "b@[127.0.1.%d]", i);
        mx_scene_send(&s, to);
        while (s.told < s.sent)
            uv_run(&s.loop, UV_RUN_ONCE);
        ph_mx_stats(s.mx, &stats);
        assert_int_equal(stats.open, i + 2 <= 1 + PH__MX_SPARE);
        assert_int_equal(stats.messages, 1);
    }
    mx_scene_send(&s, "c@[127.0.0.2]");
    finish(&s);
    assert_int_equal(s.accepted, 2);
    assert_int_equal(s.counts[0].connections, 2);
}

/* ---- options ---- */

static void what_is_for_one_server_is_refused(void **state)
{
    static const struct ph_credentials auth = {
        .size = sizeof(auth), .user = "tim", .password = "secret"};
    static const struct ph_session_options sessions[] = {
        {.size = sizeof(*sessions), .auth = &auth},
        {.size = sizeof(*sessions), .lmtp = true},
        {.size = sizeof(*sessions), .tls = PH_TLS_IMPLICIT}};
    const struct ph_client_options *bad[] = {
        PH_CLIENT_OPTIONS(.host = "mail.test"),
        PH_CLIENT_OPTIONS(.port = 587),
        PH_CLIENT_OPTIONS(.unix_path = "/x"),
        PH_CLIENT_OPTIONS(.tls_name = "mail.test"),
        PH_CLIENT_OPTIONS(.session = &sessions[0]),
        PH_CLIENT_OPTIONS(.session = &sessions[1]),
        PH_CLIENT_OPTIONS(.session = &sessions[2]),
        PH_CLIENT_OPTIONS(.tls_cert_file = "/nowhere"),
    };
    uv_loop_t loop;
    struct ph_mx *mx = NULL;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_not_equal(
            ph_mx_new(&mx, &loop, PH_MX_OPTIONS(.client = bad[i])), PH_OK);
    assert_null(mx);
    assert_int_equal(ph_mx_new(&mx, &loop, NULL), PH_OK);
    ph_mx_close(mx, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void all_or_nothing_is_for_one_domain(void **state)
{
    static const struct ph_send_options all = {.size = sizeof(all),
                                               .all_or_nothing = true};
    static const char *const fault[] = {"rcpt@c@*=550 unknown"};
    static struct mx_scene s;
    begin(&s);
    s.sink_options[0].replies = fault;
    s.sink_options[0].reply_count = 1;
    mx_scene_start(&s);
    assert_int_equal(mx_scene_try(&s, "b@two.test b@a.test", &all),
                     PH_E_INVALID);
    assert_int_equal(mx_scene_try(&s, "b@two.test c@two.test", &all), PH_OK);
    finish(&s);
    assert_int_equal(s.accepted, 0);
    assert_int_equal(s.fates[1].outcome, PH_REFUSED);
}

/* ---- the end, at any time ---- */

static void at_any_time(int how, bool hold)
{
    enum { TURNS = 60 };
    for (int turns = 0; turns < TURNS; turns++) {
        static struct mx_scene s;
        begin(&s);
        s.hold = hold;
        mx_scene_host(&s, "own.test", 0, "127.0.0.4");
        mx_scene_record(&s, "mute.test", PH__DNS_MX, 0, NULL);
        mx_scene_silence(&s);
        mx_scene_start(&s);
        mx_scene_send(&s, "b@two.test c@own.test");
        mx_scene_send(&s, how == ABORT ? "d@mute.test" : "d@two.test");
        for (int i = 0; i < turns; i++)
            uv_run(&s.loop, UV_RUN_NOWAIT);
        if (how == ABORT)
            ph_mx_abort(s.mx, mx_scene_closed, &s);
        else
            ph_mx_close(s.mx, mx_scene_closed, &s);
        assert_int_equal(mx_scene_try(&s, "late@two.test", NULL), PH_E_INVALID);
        mx_scene_end(&s);
        assert_int_equal(s.told, 2);
        if (how == CLOSE)
            assert_int_equal(s.accepted, 3);
    }
}

static void a_close_finishes_what_there_is(void **state) /* C05 */
{
    at_any_time(CLOSE, false);
}

static void an_abort_tells_everybody_once(void **state)
{
    at_any_time(ABORT, false);
    at_any_time(ABORT, true); /* with somebody who never says ph_job_go() */
}

static void an_abort_hastens_a_close(void **state)
{
    static struct mx_scene s;
    begin(&s);
    s.hold = true;
    mx_scene_start(&s);
    mx_scene_send(&s, "b@two.test");
    ph_mx_close(s.mx, mx_scene_closed, &s);
    while (!s.held)
        uv_run(&s.loop, UV_RUN_ONCE);
    ph_mx_abort(s.mx, NULL, NULL);
    mx_scene_end(&s);
    assert_int_equal(s.accepted, 0);
    assert_int_equal(s.counts[1].connections, 0); /* no further host */
}

static void closing_inside_a_callback_is_fine(void **state)
{
    for (int how = CLOSE; how <= ABORT; how++) {
        static struct mx_scene s;
        begin(&s);
        s.in_callback = how;
        mx_scene_start(&s);
        mx_scene_send(&s, "b@gone.test");
        mx_scene_send(&s, "b@two.test");
        mx_scene_end(&s);
        assert_int_equal(s.told, 2);
        assert_int_equal(s.accepted, how == CLOSE);
    }
}

static void an_idle_session_serves_the_next(void **state)
{
    static struct mx_scene s;
    struct ph_stats stats = {.size = sizeof(stats)};
    begin(&s);
    mx_scene_start(&s);
    mx_scene_send(&s, "b@two.test");
    while (!s.told)
        uv_run(&s.loop, UV_RUN_ONCE);
    ph_mx_stats(s.mx, &stats);
    assert_int_equal(stats.open, 1);
    mx_scene_send(&s, "c@two.test");
    finish(&s);
    assert_int_equal(s.counts[0].connections, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_host_is_tried_where_it_may_help),
        cmocka_unit_test(only_the_undecided_go_on),
        cmocka_unit_test(a_servers_not_now_is_what_is_told),
        cmocka_unit_test(a_go_that_comes_late_is_for_nobody),
        cmocka_unit_test(one_domain_does_not_hurt_another),
        cmocka_unit_test(domains_share_the_sessions_of_an_exchanger),
        cmocka_unit_test(only_so_many_domains_at_once),
        cmocka_unit_test(only_so_many_exchangers_are_kept),
        cmocka_unit_test(what_is_for_one_server_is_refused),
        cmocka_unit_test(all_or_nothing_is_for_one_domain),
        cmocka_unit_test(a_close_finishes_what_there_is),
        cmocka_unit_test(an_abort_tells_everybody_once),
        cmocka_unit_test(an_abort_hastens_a_close),
        cmocka_unit_test(closing_inside_a_callback_is_fine),
        cmocka_unit_test(an_idle_session_serves_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
