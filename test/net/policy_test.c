/* What a client bears and what it tells, on a real loop: the engine's rules
 * have tests of their own. */
#include "net/scene.h"

static struct slot one;

static void submit(struct scene *s, const struct ph_send_options *opts)
{
    one = (struct slot){s, s->sent++};
    assert_int_equal(
        ph_client_send(s->client, scene_message(), opts, scene_sent, &one),
        PH_OK);
}

static void hold(struct ph_job *job, void *user)
{
    struct slot *slot = user;
    slot->scene->commits++;
    slot->scene->held = job;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* One turn at a time; the timer has each come to an end, whatever happens. */
static void run_until(struct scene *s, bool (*done)(const void *),
                      const void *of)
{
    uv_timer_t tick;
    uv_timer_init(&s->loop, &tick);
    uv_timer_start(&tick, on_tick, 1, 1);
    while (!done(of))
        uv_run(&s->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&s->loop, UV_RUN_NOWAIT); /* closed, and off our stack */
}

static bool all_told(const void *of)
{
    const struct scene *s = of;
    return s->total_completed == s->sent;
}

static bool one_held(const void *of)
{
    const struct scene *s = of;
    return s->held != NULL;
}

static void run_until_told(struct scene *s)
{
    run_until(s, all_told, s);
}

static void run_until_held(struct scene *s)
{
    run_until(s, one_held, s);
}

/* ---- a queue that is full (U27) ---- */

struct backlog {
    struct scene *scene;
    unsigned left;
    unsigned rooms;
    unsigned turned_away;
    size_t most;
    size_t completed;
};

static void on_one_sent(const struct ph_result *result, void *user)
{
    struct backlog *b = user;
    b->completed += result->code == PH_OK;
}

static void fill(struct backlog *b)
{
    struct ph_stats stats = {.size = sizeof(stats)};
    while (b->left) {
        struct ph_message *msg = scene_message();
        int rc = ph_client_send(b->scene->client, msg, NULL, on_one_sent, b);
        if (rc) {
            assert_int_equal(rc, PH_E_AGAIN);
            b->turned_away++;
            ph_message_free(msg);
            return;
        }
        b->left--;
        ph_client_stats(b->scene->client, &stats);
        size_t now = stats.queued + stats.waiting + stats.under_way;
        b->most = now > b->most ? now : b->most;
    }
    ph_client_close(b->scene->client, scene_client_closed, b->scene);
}

static void on_room(const struct ph_notice *notice, void *user)
{
    struct backlog *b = user;
    if (notice->type != PH_NOTICE_ROOM)
        return;
    b->rooms++;
    fill(b);
}

static void a_full_queue_says_so_and_when_there_is_room(void **state)
{
    (void)state;
    const struct ph_policy policies[] = {
        {.size = sizeof(struct ph_policy), .queue_messages = 8},
        {.size = sizeof(struct ph_policy), .queue_octets = 2500}};
    for (size_t i = 0; i < 2; i++) {
        static struct scene s;
        struct backlog b = {.scene = &s, .left = 100};
        scene_init(&s);
        s.options.policy = &policies[i];
        s.options.notice = on_room;
        s.options.user = &b;
        s.options.trace = NULL;
        scene_start(&s);
        fill(&b);
        scene_run(&s);
        assert_int_equal(b.completed, 100);
        assert_in_range(b.most, 2, 10);
        assert_in_range(b.rooms, 5, 50);
        assert_int_equal(b.rooms, b.turned_away);
        scene_end(&s);
    }
}

/* A list that gets one large file is sent over all connections all the same. */
static void what_messages_share_fills_no_queue(void **state)
{
    (void)state;
    enum { SHARED = 64 * 1024, COUNT = 3 };
    static const char data[SHARED];
    static const struct ph_policy policy = {.size = sizeof(policy),
                                            .queue_octets = 2500};
    static struct scene s;
    struct backlog b = {.scene = &s};
    struct ph_stats stats = {.size = sizeof(stats)};
    struct ph_part *part =
        ph_part_new(PH_ATTACHMENT(.data = data, .len = SHARED));
    scene_init(&s);
    s.options.policy = &policy;
    s.options.trace = NULL;
    scene_start(&s);
    for (size_t i = 0; i < COUNT; i++) {
        struct ph_message *msg = scene_message();
        ph_message_add_part(msg, part);
        assert_int_equal(ph_client_send(s.client, msg, NULL, on_one_sent, &b),
                         PH_OK);
    }
    struct ph_message *large = scene_message();
    ph_message_attach(large, PH_ATTACHMENT(.data = data, .len = SHARED));
    assert_int_equal(ph_client_send(s.client, large, NULL, on_one_sent, &b),
                     PH_E_AGAIN);
    ph_message_free(large);
    ph_part_free(part);
    ph_client_stats(s.client, &stats);
    assert_in_range(stats.queue_octets, COUNT * 100, 2500);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(b.completed, COUNT);
    scene_end(&s);
}

/* ---- time ---- */

static void a_refusal_for_now_is_tried_again(void **state)
{
    (void)state;
    static struct scene s;
    static const struct ph_policy policy = {
        .size = sizeof(policy), .attempts = 2, .wait_secs = 1};
    static const char *const faults[] = {"rcpt=450 4.2.1 not now"};
    struct ph_stats stats = {.size = sizeof(stats)};
    scene_init(&s);
    s.sink_options.replies = faults;
    s.sink_options.reply_count = 1;
    s.options.policy = &policy;
    scene_start(&s);
    submit(&s, NULL);
    run_until_told(&s);
    assert_int_equal(s.outcome[0], PH_DEFERRED);
    ph_client_stats(s.client, &stats);
    assert_int_equal(stats.retries, 1);
    assert_int_equal(stats.outcomes[PH_DEFERRED], 1);
    assert_non_null(strstr(s.trace, "450"));
    assert_non_null(strstr(strstr(s.trace, "450") + 1, "450"));
    scene_end(&s);
}

static void a_deadline_ends_what_is_under_way(void **state)
{
    (void)state;
    static struct scene s;
    static const struct ph_send_options opts = {
        .size = sizeof(opts), .commit = hold, .deadline_secs = 1};
    scene_init(&s);
    scene_start(&s);
    submit(&s, &opts);
    run_until_told(&s);
    assert_int_equal(s.outcome[0], PH_DEFERRED);
    assert_int_equal(s.code[0], PH_E_TIMEOUT);
    scene_end(&s);
}

/* U25: a day's share is not to be had again by starting anew. */
static void what_was_spent_before_counts(void **state)
{
    (void)state;
    static struct scene s;
    static const struct ph_policy policy = {.size = sizeof(policy),
                                            .messages = {.day = 10}};
    static const struct ph_send_options soon = {.size = sizeof(soon),
                                                .deadline_secs = 1};
    struct ph_stats stats = {.size = sizeof(stats)};
    scene_init(&s);
    scene_start(&s);
    assert_int_equal(ph_client_spent(s.client, 60, 1, 1), PH_E_INVALID);
    scene_end(&s);
    scene_init(&s);
    s.options.policy = &policy;
    scene_start(&s);
    assert_int_equal(ph_client_spent(s.client, 3600, 9, 9), PH_OK);
    submit(&s, &soon);
    run_until_told(&s);
    assert_int_equal(s.outcome[0], PH_ACCEPTED);
    submit(&s, &soon);
    run_until_told(&s);
    assert_int_equal(s.outcome[1], PH_UNSENT);
    assert_int_equal(s.code[1], PH_E_TIMEOUT);
    ph_client_stats(s.client, &stats);
    assert_int_equal(stats.health, PH_HEALTH_THROTTLED);
    scene_end(&s);
}

/* U07 */
static void a_close_does_not_wait_longer_than_it_may(void **state)
{
    (void)state;
    static struct scene s;
    static const struct ph_send_options opts = {.size = sizeof(opts),
                                                .commit = hold};
    scene_init(&s);
    scene_start(&s);
    submit(&s, &opts);
    run_until_held(&s);
    ph_client_close_within(s.client, 1, scene_client_closed, &s);
    ph_client_close_within(s.client, 900, scene_client_closed, &s);
    scene_run(&s);
    assert_true(s.client_closed);
    assert_int_equal(s.completed[0], 1);
    scene_end(&s);
}

/* ---- cancel (U13) ---- */

static void canceled_and_told_once_later(void **state)
{
    (void)state;
    static struct scene s;
    struct ph_job *job = NULL;
    const struct ph_send_options waits = {.size = sizeof(waits), .job = &job};
    const struct ph_send_options held = {
        .size = sizeof(held), .job = &job, .commit = hold};
    scene_init(&s);
    scene_start(&s);
    submit(&s, &waits);
    assert_non_null(job);
    ph_job_cancel(job);
    ph_job_cancel(job);
    assert_int_equal(s.completed[0], 0); /* C06 */
    run_until_told(&s);
    assert_int_equal(s.outcome[0], PH_UNSENT);
    assert_int_equal(s.code[0], PH_E_CANCELED);
    submit(&s, &held);
    run_until_held(&s);
    assert_ptr_equal(s.held, job);
    ph_job_cancel(job);
    ph_job_go(job); /* too late, and harmless */
    run_until_told(&s);
    assert_int_equal(s.outcome[1], PH_DEFERRED);
    assert_int_equal(s.code[1], PH_E_CANCELED);
    scene_end(&s);
}

/* ---- what a result and notices say ---- */

struct report {
    char peer[64];
    char dialogue[4096];
    char hint[256];
    enum ph_class about;
    unsigned attempts;
    enum ph_health health[8];
    size_t healths;
    unsigned opened;
    unsigned ended;
    char states[512];
    bool told;
};

static void on_report(const struct ph_result *result, void *user)
{
    struct report *r = user;
    snprintf(r->peer, sizeof(r->peer), "%s", result->peer);
    snprintf(r->dialogue, sizeof(r->dialogue), "%s", result->dialogue);
    snprintf(r->hint, sizeof(r->hint), "%s", result->recipients[0].hint);
    r->about = result->recipients[0].about;
    r->attempts = result->attempts;
    r->told = true;
}

static void on_notice(const struct ph_notice *notice, void *user)
{
    struct report *r = user;
    size_t used = strlen(r->states);
    if (notice->type == PH_NOTICE_HEALTH && r->healths < 8)
        r->health[r->healths++] = notice->health;
    if (notice->type == PH_NOTICE_SESSION)
        *(notice->open ? &r->opened : &r->ended) += 1;
    if (notice->type == PH_NOTICE_STATE)
        snprintf(r->states + used, sizeof(r->states) - used, "%s ",
                 notice->state);
}

static bool is_told(const void *of)
{
    const struct report *r = of;
    return r->told;
}

static void start_report(struct scene *s, struct report *r)
{
    s->options.trace = NULL;
    s->options.dialogue = 20;
    s->options.notice = on_notice;
    s->options.user = r;
    scene_start(s);
    assert_int_equal(
        ph_client_send(s->client, scene_message(), NULL, on_report, r), PH_OK);
    run_until(s, is_told, r);
}

/* U37 */
static void a_failure_comes_with_all_that_is_known(void **state)
{
    (void)state;
    static struct scene s;
    static struct report r;
    static const char *const faults[] = {"rcpt=550 5.1.1 no such user"};
    scene_init(&s);
    s.sink_options.replies = faults;
    s.sink_options.reply_count = 1;
    start_report(&s, &r);
    scene_end(&s);
    assert_non_null(strstr(r.peer, "127.0.0.1"));
    assert_non_null(strstr(r.dialogue, "C: RCPT TO:<b@example.test>\n"));
    assert_non_null(strstr(r.dialogue, "S: 550 5.1.1 no such user\n"));
    assert_int_equal(r.about, PH_CLASS_RECIPIENT);
    assert_string_not_equal(r.hint, "");
    assert_int_equal(r.attempts, 1);
    assert_int_equal(r.opened, 1);
    assert_int_equal(r.ended, 1);
    assert_non_null(strstr(r.states, "GREETING "));
}

static void a_server_that_is_gone_is_a_matter_of_health(void **state)
{
    (void)state;
    static struct scene s;
    static struct report r;
    static const struct ph_policy policy = {
        .size = sizeof(policy), .outage_secs = 1, .patient = true};
    scene_init(&s);
    s.options.policy = &policy;
    s.options.unix_path = "/nonexistent/posthaste";
    start_report(&s, &r);
    assert_in_range(r.healths, 2, 3);
    assert_int_equal(r.health[0], PH_HEALTH_FAILING);
    assert_int_equal(r.health[1], PH_HEALTH_PAUSED);
    assert_int_equal(r.about, PH_CLASS_NETWORK);
    assert_string_equal(r.peer, "");
    scene_end(&s);
}

/* ---- pauses (U01) ---- */

enum { SENDS = 40, PAUSE_MAX_MS = 90, IDLE_MS = 30 };

struct pauses {
    struct scene *scene;
    uv_timer_t timer;
    unsigned left;
    unsigned accepted;
    unsigned troubles; /* notices of ill health */
    uint32_t random;
};

static void on_pause_over(uv_timer_t *timer);

static void pause_then_send(struct pauses *p)
{
    p->random = p->random * 1664525 + 1013904223;
    uv_timer_start(&p->timer, on_pause_over, (p->random >> 16) % PAUSE_MAX_MS,
                   0);
}

static void on_paused_sent(const struct ph_result *result, void *user)
{
    struct pauses *p = user;
    p->accepted += result->code == PH_OK;
    if (--p->left) {
        pause_then_send(p);
        return;
    }
    uv_close((uv_handle_t *)&p->timer, NULL);
    ph_client_close(p->scene->client, scene_client_closed, p->scene);
}

static void on_pause_over(uv_timer_t *timer)
{
    struct pauses *p = timer->data;
    assert_int_equal(ph_client_send(p->scene->client, scene_message(), NULL,
                                    on_paused_sent, p),
                     PH_OK);
}

static void on_trouble(const struct ph_notice *notice, void *user)
{
    struct pauses *p = user;
    p->troubles += notice->type == PH_NOTICE_HEALTH;
}

/* The server closes sessions that rest for a little while, the client would
 * keep them for longer: nobody notices. */
static void pauses_cost_nothing(void **state)
{
    (void)state;
    static struct scene s;
    struct pauses p = {.scene = &s, .left = SENDS, .random = 7};
    scene_init(&s);
    s.sink_options.idle_ms = IDLE_MS;
    s.options.trace = NULL;
    s.options.notice = on_trouble;
    s.options.user = &p;
    scene_start(&s);
    uv_timer_init(&s.loop, &p.timer);
    p.timer.data = &p;
    pause_then_send(&p);
    scene_run(&s);
    assert_int_equal(p.accepted, SENDS);
    assert_int_equal(p.troubles, 0);
    assert_int_equal(s.counts.messages, SENDS);
    assert_in_range(s.counts.connections, 2, SENDS);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_messages_share_fills_no_queue),
        cmocka_unit_test(a_full_queue_says_so_and_when_there_is_room),
        cmocka_unit_test(a_refusal_for_now_is_tried_again),
        cmocka_unit_test(a_deadline_ends_what_is_under_way),
        cmocka_unit_test(what_was_spent_before_counts),
        cmocka_unit_test(a_close_does_not_wait_longer_than_it_may),
        cmocka_unit_test(canceled_and_told_once_later),
        cmocka_unit_test(a_failure_comes_with_all_that_is_known),
        cmocka_unit_test(a_server_that_is_gone_is_a_matter_of_health),
        cmocka_unit_test(pauses_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
