#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/trace.h"

enum { ROOM = 1 << 20 };

static int make(struct ph__trace *out, struct ph__transcript *t,
                struct ph__buf *text, const char *said, size_t len, size_t only)
{
    *text = PH__BUF(ROOM);
    assert_int_equal(ph__buf_add(text, said, len), PH_OK);
    assert_int_equal(ph__transcript_read(t, text), PH_OK);
    int rc = ph__trace_make(out, t, only);
    if (rc)
        ph__transcript_done(t);
    if (rc)
        ph__buf_done(text);
    return rc;
}

static void unmake(struct ph__trace *trace, struct ph__transcript *t,
                   struct ph__buf *text)
{
    ph__trace_done(trace);
    ph__transcript_done(t);
    ph__buf_done(text);
}

/* "1:C2 hello @5+3/1 20;" - two lines of the client's, in this phase, at 5 ms,
 * 3 ms after what was before, the end of round trip 1, of 20 octets. */
static void draw(struct ph__buf *out, const struct ph__trace *t)
{
    static const char kinds[] = {[PH__FLIGHT_SAID] = 'C',
                                 [PH__FLIGHT_HEARD] = 'S',
                                 [PH__FLIGHT_SECURED] = 'T',
                                 [PH__FLIGHT_REMARK] = '#'};
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < t->sessions[i].count; k++) {
            const struct ph__flight *f = &t->sessions[i].flights[k];
            int rc = ph__buf_format(out, "%zu:%c%zu %s", t->sessions[i].number,
                                    kinds[f->kind], f->count,
                                    ph__phase_name(f->phase));
            if (!rc && t->timed)
                rc = ph__buf_format(out, " @%" PRIu64 "+%" PRIu64,
                                    f->from / 1000, f->gap / 1000);
            if (!rc && f->trip)
                rc = ph__buf_format(out, "/%zu", f->trip);
            if (!rc && f->octets)
                rc = ph__buf_format(out, " %" PRIu64 "%s", f->octets,
                                    f->hides ? "+" : "");
            assert_int_equal(rc, PH_OK);
            assert_int_equal(ph__buf_add_char(out, ';'), PH_OK);
        }
}

static const struct {
    const char *label;
    const char *text;
    const char *expected;
} cases[] = {
    {"lines that come together are a flight",
     "S: 220 x\nC: EHLO y\nS: 250-x\nS: 250 y\n",
     "1:S1 greeting 7;1:C1 hello 8;1:S2 hello/1 14;"},
    {"lines further apart than a millisecond are two, and one round trip",
     "# at 0.001\nS: 220 x\nC: NOOP\n# at 0.005\nS: 250-x\n# at 0.0055\nS: "
     "250-y\n# at 0.009\nS: 250 z\nC: QUIT\n",
     "1:S1 greeting @1+0 7;1:C1 quit @1+0 6;1:S2 quit @5+4/1 14;1:S1 quit "
     "@9+3 7;1:C1 quit @9+0 6;"},
    {"the first session begins with the file, the others with what is first",
     "# at 0.003\n# connected to a\n# session 2\n# at 0.007\n# connected to b\n"
     "# at 0.009\nS: 220 x\n",
     "1:#0 connect @3+3;2:#0 connect @7+0;2:S1 greeting @9+2 7;"},
    {"a file cut at its front does not begin at zero",
     "# at 5.0\nS: 250 x\n# at 5.004\nS: 250 y\n",
     "1:S1 greeting @5000+0 7;1:S1 greeting @5004+4 7;"},
    {"each reply is of the phase of its command",
     "S: 220 x\nC: EHLO x\nS: 250 x\nC: MAIL FROM:<>\nC: RCPT TO:<a>\nC: "
     "DATA\nS: 250 x\nS: 250 x\nS: 354 x\nC: <9 octets>\nC: .\nC: QUIT\nS: 250 "
     "x\nS: 221 x\n",
     "1:S1 greeting 7;1:C1 hello 8;1:S1 hello/1 7;1:C3 envelope 33;1:S3 "
     "envelope/2 21;1:C3 content 18;1:S2 content/3 14;"},
    {"TLS and logging in; what is hidden is not counted",
     "S: 220 x\nC: STARTTLS\nS: 220 x\n# TLSv1.3, x\nC: AUTH LOGIN\nS: 334 "
     "a\nC: <hidden>\nS: 334 b\nC: abcdefgh\nS: 235 x\nC: AUTH PLAIN "
     "<hidden>\n",
     "1:S1 greeting 7;1:C1 tls 10;1:S1 tls/1 7;1:T1 tls;1:C1 auth 12;1:S1 "
     "auth/2 7;1:C1 auth 2+;1:S1 auth/3 7;1:C1 auth 2+;1:S1 auth/4 7;1:C1 "
     "auth 13+;"},
    {"time before MAIL or QUIT is nobody's",
     "# at 0.0\nS: 220 x\n# at 0.4\nC: MAIL FROM:<>\n# at 0.5\nS: 250 x\n# at "
     "0.9\nC: QUIT\n",
     "1:S1 greeting @0+0 7;1:C1 envelope @400+400 14;1:S1 envelope @500+100/1 "
     "7;1:C1 quit @900+400 6;"},
    {"a wait in vain is of what was waited for",
     "# at 0.0\n# connected to x\nS: 220 x\nC: DATA\n# at 2.0\n# no answer in "
     "time\n",
     "1:#0 connect @0+0;1:S1 greeting @0+0 7;1:C1 envelope @0+0 6;1:#0 "
     "envelope @2000+2000;"},
};

static void a_dialogue_becomes_flights(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ph__trace trace;
        struct ph__transcript t;
        struct ph__buf text;
        struct ph__buf picture = PH__BUF(ROOM);
        assert_int_equal(
            make(&trace, &t, &text, cases[i].text, strlen(cases[i].text), 0),
            PH_OK);
        draw(&picture, &trace);
        if (strcmp(ph__buf_text(&picture), cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&picture));
        ph__buf_done(&picture);
        unmake(&trace, &t, &text);
    }
}

/* Cut anywhere: no microsecond is lost, and none is counted twice. */
static void what_was_spent_is_the_whole_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (size_t len = 1; len <= strlen(cases[i].text); len++) {
            struct ph__trace trace;
            struct ph__transcript t;
            struct ph__buf text;
            if (make(&trace, &t, &text, cases[i].text, len, 0))
                continue;
            for (size_t k = 0; k < trace.count; k++) {
                const struct ph__trace_session *s = &trace.sessions[k];
                uint64_t sum = 0;
                for (size_t p = 0; p < PH__PHASE_COUNT; p++)
                    sum += s->spent[p];
                assert_int_equal(sum, s->end - s->begin);
                assert_true(s->begin >= trace.begin && s->end <= trace.end);
            }
            unmake(&trace, &t, &text);
        }
}

static void one_session_of_several_may_be_had(void **state)
{
    (void)state;
    static const char said[] =
        "S: 220 a\n# session 3\nS: 220 b\nC: QUIT\n# session 2\n# refused\n";
    static const struct {
        size_t only;
        int rc;
        size_t sessions;
    } asked[] = {
        {0, PH_OK, 3}, {3, PH_OK, 1}, {2, PH_OK, 1}, {4, PH_E_INVALID, 0}};
    for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
        struct ph__trace trace;
        struct ph__transcript t;
        struct ph__buf text;
        assert_int_equal(
            make(&trace, &t, &text, said, sizeof(said) - 1, asked[i].only),
            asked[i].rc);
        if (asked[i].rc)
            continue;
        assert_int_equal(trace.count, asked[i].sessions);
        if (asked[i].only)
            assert_int_equal(trace.sessions[0].number, asked[i].only);
        unmake(&trace, &t, &text);
    }
}

static void nothing_to_see_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"x", "posthaste: no\n", "# at 0.5\n",
                                        "# session 5\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct ph__trace trace;
        struct ph__transcript t;
        struct ph__buf text;
        assert_int_equal(make(&trace, &t, &text, texts[i], strlen(texts[i]), 0),
                         PH_E_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dialogue_becomes_flights),
        cmocka_unit_test(what_was_spent_is_the_whole_time),
        cmocka_unit_test(one_session_of_several_may_be_had),
        cmocka_unit_test(nothing_to_see_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
