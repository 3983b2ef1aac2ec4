/* Domains with a policy of MTA-STS (RFC 8461), and what becomes of mail to
 * them. */
#include "net/mx_scene.h"

enum { NOBODY = 0, FIRST = 1, SECOND = 2 };

#define AD             PACKET_AD
#define ENFORCE(hosts) "version: STSv1\nmode: enforce\nmax_age: 9999\n" hosts
#define BOTH           "mx: mail.example.test\nmx: b.example.test\n"

/* The domain's web server. */
struct web {
    const char *policy; /* NULL: it fails */
    unsigned fetches;
    char url[200];
    bool late; /* answer nothing for now */
    struct ph_fetch *waiting;
};

static void fetch(struct ph_fetch *f, const char *url, void *user)
{
    struct web *w = user;
    w->fetches++;
    snprintf(w->url, sizeof(w->url), "%s", url);
    if (w->late)
        w->waiting = f;
    else
        ph_fetch_done(f, w->policy, w->policy ? strlen(w->policy) : 0);
}

struct sts {
    const char *label;
    const char *policy;
    const char *shown; /* by mail.example.test; NULL: it has no STARTTLS */
    int taken_by;
    bool secure;
};

static void show(struct ph__sink_options *sink, const char *name,
                 char paths[2][500])
{
    snprintf(paths[0], 500, CERTS "%s.pem", name);
    snprintf(paths[1], 500, CERTS "%s.key", name);
    sink->tls_cert = paths[0];
    sink->tls_key = paths[1];
}

static void set_id(struct mx_scene *s, const char *id)
{
    char text[64];
    snprintf(text, sizeof(text), "v=STSv1; id=%s;", id);
    mx_scene_clear(s, "_mta-sts.sts.test", PH__DNS_TXT);
    mx_scene_record(s, "_mta-sts.sts.test", PH__DNS_TXT, 0, text);
}

/* sts.test has two exchangers: mail.example.test, which may show anything, and
 * b.example.test with a certificate for it. */
static void begin(struct mx_scene *s, struct web *w, const struct sts *c)
{
    static char first[2][500], second[2][500];
    memset(w, 0, sizeof(*w));
    w->policy = c->policy;
    mx_scene_init(s);
    s->options.fetch = fetch;
    s->options.user = w;
    mx_scene_record(s, "sts.test", PH__DNS_MX, 0, "10 mail.example.test");
    mx_scene_record(s, "sts.test", PH__DNS_MX, 0, "20 b.example.test");
    mx_scene_host(s, "mail.example.test", 0, "127.0.0.2");
    mx_scene_host(s, "b.example.test", 0, "127.0.0.3");
    set_id(s, "1");
    if (c->shown)
        show(&s->sink_options[0], c->shown, first);
    show(&s->sink_options[1], "wildcard", second);
    mx_scene_start(s);
}

static int taken_by(const struct mx_scene *s)
{
    return ph__sink_counts(s->sinks[0])->messages   ? FIRST
           : ph__sink_counts(s->sinks[1])->messages ? SECOND
                                                    : NOBODY;
}

static void send_one(struct mx_scene *s)
{
    size_t told = s->told;
    mx_scene_send(s, "b@sts.test");
    while (s->told == told)
        uv_run(&s->loop, UV_RUN_ONCE);
}

/* MS-01 */
static const struct sts cases[] = {
    {"as it should be", ENFORCE(BOTH), "server", FIRST, true},
    {"by a wildcard", ENFORCE("mx: *.example.test\n"), "server", FIRST, true},
    {"the first one is not listed", ENFORCE("mx: b.example.test\n"), "server",
     SECOND, true},
    {"its certificate is for another name", ENFORCE(BOTH), "wrong-name", SECOND,
     true},
    {"it has expired", ENFORCE(BOTH), "expired", SECOND, true},
    {"nobody vouches for it", ENFORCE(BOTH), "self-signed", SECOND, true},
    {"no STARTTLS", ENFORCE(BOTH), NULL, SECOND, true},
    {"nobody is listed", ENFORCE("mx: c.example.test\n"), "server", NOBODY,
     false},
    {"only a test: no STARTTLS",
     "version: STSv1\nmode: testing\nmax_age: 9999\n" BOTH, NULL, FIRST, false},
    {"only a test: an unlisted host",
     "version: STSv1\nmode: testing\nmax_age: 9999\nmx: x.test\n", "expired",
     FIRST, true},
    {"it says that there is none", "version: STSv1\nmode: none\nmax_age: 9\n",
     NULL, FIRST, false},
    {"it makes no sense", "<html>", NULL, FIRST, false},
    {"it cannot be had", NULL, NULL, FIRST, false},
};

static void an_enforced_policy_decides_who_gets_mail(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        static struct mx_scene s;
        struct web w;
        begin(&s, &w, &cases[i]);
        send_one(&s);
        int by = taken_by(&s);
        if (by != cases[i].taken_by || s.secure != cases[i].secure)
            fail_msg("%s: %d, %s", cases[i].label, by,
                     s.secure ? "secure" : "in clear");
        if (by == NOBODY) { /* not for good: MS-04 */
            assert_int_equal(s.fates[0].outcome, PH_UNSENT);
            assert_int_equal(s.fates[0].code, PH_E_TLS);
        }
        assert_string_equal(w.url,
                            "https://mta-sts.sts.test/.well-known/mta-sts.txt");
        mx_scene_end(&s);
    }
}

/* MS-03: then the first exchanger has no way to lose its TLS. */
static void a_policy_outlives_its_record(void **state)
{
    static const struct sts strict = {"", ENFORCE(BOTH), NULL, SECOND, true};
    static const unsigned lost[] = {0, 2, 3}; /* no data, trouble, no name */
    for (size_t i = 0; i < 3; i++) {
        static struct mx_scene s;
        struct web w;
        begin(&s, &w, &strict);
        send_one(&s);
        send_one(&s); /* the same id: no second fetch */
        assert_int_equal(w.fetches, 1);
        mx_scene_clear(&s, "_mta-sts.sts.test", PH__DNS_TXT);
        mx_scene_record(&s, "_mta-sts.sts.test", PH__DNS_TXT, lost[i], NULL);
        send_one(&s);
        set_id(&s, "2"); /* a newer one, which cannot be had: nor soon again */
        w.policy = NULL;
        send_one(&s);
        send_one(&s);
        assert_int_equal(w.fetches, 2);
        assert_int_equal(s.accepted, 5);
        assert_int_equal(taken_by(&s), SECOND);
        mx_scene_end(&s);
    }
}

static void a_newer_policy_counts_at_once(void **state) /* MS-04 */
{
    static const struct sts nobody = {"", ENFORCE("mx: x.test\n"), "server",
                                      NOBODY, false};
    static struct mx_scene s;
    struct web w;
    begin(&s, &w, &nobody);
    send_one(&s);
    assert_int_equal(s.accepted, 0);
    w.policy = ENFORCE(BOTH);
    send_one(&s);
    assert_int_equal(s.accepted, 0); /* nobody has said that it changed */
    set_id(&s, "2");
    send_one(&s);
    assert_int_equal(s.accepted, 1);
    assert_int_equal(w.fetches, 2);
    mx_scene_end(&s);
}

/* MS-05 (RFC 8461 2): a certificate that pleases the policy, and a TLSA record
 * that it does not fit. */
static void dane_is_not_overruled(void **state)
{
    static const struct sts good = {"", ENFORCE(BOTH), "server", FIRST, true};
    for (int usable = 0; usable < 2; usable++) {
        static struct mx_scene s;
        struct web w;
        char record[100];
        begin(&s, &w, &good);
        mx_scene_record(&s, "sts.test", PH__DNS_MX, AD, NULL);
        mx_scene_record(&s, "mail.example.test", PH__DNS_A, AD, NULL);
        mx_scene_record(&s, "mail.example.test", PH__DNS_AAAA, AD, NULL);
        snprintf(record, sizeof(record), "%d 1 1 %064d", usable ? 3 : 1, 0);
        mx_scene_tlsa(&s, "mail.example.test", AD, record);
        send_one(&s);
        assert_int_equal(taken_by(&s), usable ? SECOND : FIRST);
        assert_true(s.secure);
        mx_scene_end(&s);
    }
}

/* Records that cannot be used do not take the policy's place. */
static void unusable_records_leave_the_policy(void **state)
{
    static const struct sts bad = {"", ENFORCE(BOTH), "self-signed", SECOND,
                                   true};
    static struct mx_scene s;
    struct web w;
    char record[100];
    begin(&s, &w, &bad);
    mx_scene_record(&s, "sts.test", PH__DNS_MX, AD, NULL);
    mx_scene_record(&s, "mail.example.test", PH__DNS_A, AD, NULL);
    mx_scene_record(&s, "mail.example.test", PH__DNS_AAAA, AD, NULL);
    snprintf(record, sizeof(record), "1 1 1 %064d", 0);
    mx_scene_tlsa(&s, "mail.example.test", AD, record);
    send_one(&s);
    assert_int_equal(taken_by(&s), SECOND);
    mx_scene_end(&s);
}

/* Though the same exchanger has one open, for a domain without a policy. */
static void a_strict_domain_rides_on_no_other_session(void **state)
{
    static const struct sts bad = {"", ENFORCE(BOTH), "self-signed", SECOND,
                                   true};
    static struct mx_scene s;
    struct web w;
    begin(&s, &w, &bad);
    mx_scene_record(&s, "plain.test", PH__DNS_MX, 0, "10 mail.example.test");
    mx_scene_send(&s, "b@plain.test");
    while (!s.told)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(taken_by(&s), FIRST);
    send_one(&s);
    assert_int_equal(ph__sink_counts(s.sinks[0])->messages, 1);
    assert_int_equal(ph__sink_counts(s.sinks[1])->messages, 1);
    mx_scene_end(&s);
}

static void an_answer_may_come_at_any_time(void **state)
{
    static const struct sts good = {"", ENFORCE(BOTH), "server", FIRST, true};
    enum { IN_TIME, ABORTED, CLOSED, TIMES };
    for (int when = IN_TIME; when < TIMES; when++) {
        static struct mx_scene s;
        struct web w;
        begin(&s, &w, &good);
        w.late = true;
        mx_scene_send(&s, "b@sts.test");
        while (!w.waiting)
            uv_run(&s.loop, UV_RUN_ONCE);
        if (when != IN_TIME)
            ph_mx_abort(s.mx, mx_scene_closed, &s);
        if (when == CLOSED)
            mx_scene_end(&s);
        ph_fetch_done(w.waiting, w.policy, strlen(w.policy));
        if (when != CLOSED)
            mx_scene_end(&s);
        assert_int_equal(s.accepted, when == IN_TIME);
    }
}

static void a_domain_without_mail_needs_no_policy(void **state)
{
    static const struct sts good = {"", ENFORCE(BOTH), "server", FIRST, true};
    static struct mx_scene s;
    struct web w;
    begin(&s, &w, &good);
    mx_scene_record(&s, "null.test", PH__DNS_MX, 0, "0 .");
    mx_scene_record(&s, "_mta-sts.null.test", PH__DNS_TXT, 0, "x");
    mx_scene_silence(&s);
    mx_scene_send(&s, "b@null.test c@[127.0.0.2]");
    while (!s.told)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(s.fates[0].outcome, PH_REFUSED);
    assert_int_equal(s.fates[1].outcome, PH_ACCEPTED);
    assert_int_equal(w.fetches, 0);
    mx_scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_enforced_policy_decides_who_gets_mail),
        cmocka_unit_test(a_policy_outlives_its_record),
        cmocka_unit_test(a_newer_policy_counts_at_once),
        cmocka_unit_test(dane_is_not_overruled),
        cmocka_unit_test(unusable_records_leave_the_policy),
        cmocka_unit_test(a_strict_domain_rides_on_no_other_session),
        cmocka_unit_test(an_answer_may_come_at_any_time),
        cmocka_unit_test(a_domain_without_mail_needs_no_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
