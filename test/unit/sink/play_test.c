#include <string.h>

#include "stage.h"

static const char script[] =
    "S: 220 hi\nC: EHLO x\nS: 250-x\nS: 250 y\nC: MAIL FROM:<>\n"
    "C: AUTH <hidden>\nC: DATA\nS: 250 a\nS: 354 b\nC: <5 octets>\nC: .\n"
    "S: 250 c\nC: BDAT 2\nS: 250 d\nC: QUIT\nS: 221 e\n";

/* Behind "EHLO x". */
static const struct stage_talk talks[] = {
    {"as it stands",
     "MAIL FROM:<>\r\nAUTH x\r\nDATA\r\n..\r\n\r\n.\r\nBDAT 2\r\n\n\nQUIT\r\n",
     "250 354 250 250 221 ", "played;"},
    {"another command", "MAIL FROM:<>\r\nRSET\r\n", "",
     "6:AUTH <hidden>|RSET;"},
    {"a letter more", "MAIL FROM:<> \r\n", "", "5:MAIL FROM:<>|MAIL FROM:<> ;"},
    {"a bare LF", "MAIL FROM:<>\nAUTH x\n", "",
     "5:MAIL FROM:<>|MAIL FROM:<>\n;"},
    {"a dot too many", "MAIL FROM:<>\r\nAUTH x\r\nDATA\r\n.b\r\n.\r\n",
     "250 354 ", "11:<5 octets>|<3 octets>;"},
    {"nothing is looked at behind the end",
     "MAIL FROM:<>\r\nAUTH x\r\nDATA\r\nb\r\n\r\n.\r\nBDAT 2\r\nQUQUIT\r\nNO",
     "250 354 250 250 221 ", "played;"},
};

static void set_up(struct stage *stage, const char *text)
{
    struct ph__buf why = PH__BUF(200);
    stage_set_up(stage, NULL, NULL);
    assert_int_equal(ph__sink_script_read(&stage->host.script, text, &why),
                     PH_OK);
}

static void a_script_is_followed_or_left_at_a_line(void **state)
{
    struct stage stage;
    set_up(&stage, script);
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
        stage_expect_talk(&stage, "EHLO x\r\n", &talks[i]);
    stage_tear_down(&stage);
}

static void who_says_nothing_or_leaves_is_told_apart_once(void **state)
{
    static const struct {
        void (*stop)(struct ph__sink_session *s);
        const char *notes;
    } ends[] = {
        {ph__sink_session_ended, "2:EHLO x|the end of the connection;"},
        {ph__sink_session_expire, "2:EHLO x|nothing for too long;"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct stage stage;
        struct ph__sink_session s;
        set_up(&stage, script);
        stage_begin(&s, &stage);
        stage_feed(&s, "EH");
        ends[i].stop(&s);
        ends[i].stop(&s);
        assert_string_equal(stage.notes.data, ends[i].notes);
        assert_int_equal(s.next, PH__SINK_DROP);
        ph__sink_session_done(&s);
        stage_tear_down(&stage);
    }
}

static void a_line_without_end_is_a_difference(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    set_up(&stage, script);
    stage_begin(&s, &stage);
    for (int i = 0; i < 2000; i++)
        stage_feed(&s, "0123456789");
    assert_string_equal(stage.notes.data, "2:EHLO x|a line that does not end;");
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

/* S01: as in a session of our own. */
static void the_handshake_comes_where_the_script_has_it(void **state)
{
    static const char tls[] =
        "S: 220 hi\nC: STARTTLS\nS: 220 go\nC: EHLO x\nS: 250 x\n";
    struct stage stage;
    struct ph__sink_session s;
    set_up(&stage, tls);
    stage.opts.tls_cert = "cert";
    stage_begin(&s, &stage);
    stage_feed(&s, "STARTTLS\r\n");
    assert_int_equal(s.next, PH__SINK_SECURE);
    s.next = PH__SINK_GO_ON;
    ph__sink_session_secured(&s, "TLSv1.3", "cipher");
    stage_feed(&s, "EHLO x\r\n");
    stage_expect(&s, "220 220 250 ");
    assert_string_equal(stage.notes.data, "played;");
    ph__sink_session_done(&s);
    ph__buf_clear(&stage.notes);
    stage_begin(&s, &stage);
    stage_feed(&s, "STARTTLS\r\nEHLO x\r\n");
    assert_int_equal(s.next, PH__SINK_DROP);
    assert_memory_equal(stage.notes.data, "3:a TLS handshake|", 18);
    ph__sink_session_done(&s);
    stage.opts.tls_cert = NULL; /* then it goes on in clear */
    stage_begin(&s, &stage);
    stage_feed(&s, "STARTTLS\r\nEHLO x\r\n");
    stage_expect(&s, "220 220 250 ");
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void draining_waits_for_what_has_begun(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    set_up(&stage, script);
    stage_begin(&s, &stage);
    ph__sink_session_drain(&s);
    assert_int_equal(s.next, PH__SINK_LEAVE);
    stage_expect(&s, "220 ");
    ph__sink_session_done(&s);
    stage_begin(&s, &stage);
    stage_feed(&s, "E");
    ph__sink_session_drain(&s);
    assert_int_equal(s.next, PH__SINK_GO_ON);
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_is_followed_or_left_at_a_line),
        cmocka_unit_test(who_says_nothing_or_leaves_is_told_apart_once),
        cmocka_unit_test(a_line_without_end_is_a_difference),
        cmocka_unit_test(the_handshake_comes_where_the_script_has_it),
        cmocka_unit_test(draining_waits_for_what_has_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
