#include <string.h>

#include "stage.h"

static const struct stage_talk dialogues[] = {
    {"one message",
     "MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n",
     "250 250 354 250 221 ", "a@b.c:d@e.f,4;"},
    {"groups behind content (PL-08)",
     "MAIL FROM:<>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nx\r\n.\r\n"
     "MAIL FROM:<g@h.i>\r\nRCPT TO:<j@k.l>\r\nDATA\r\n.\r\n",
     "250 250 354 250 250 250 354 250 ", ":d@e.f,3;g@h.i:j@k.l,0;"},
    {"a refused recipient leaves no trace",
     "MAIL FROM:<a@b.c>\r\nRCPT TO:<d>\r\nRCPT TO:<e@f.g>\r\nRCPT TO:<>\r\n"
     "RCPT TO:<h@i.j>\r\nDATA\r\n.\r\n",
     "250 501 250 501 250 354 250 ", "a@b.c:e@f.g,h@i.j,0;"},
    {"RSET forgets", "MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nRSET\r\nDATA\r\n",
     "250 250 250 503 ", ""},
    {"too much content",
     "MAIL FROM:<a@b.c> SIZE=1001\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\n"
     "RCPT TO:<d@e.f>\r\nDATA\r\nok\r\n.\r\n",
     "552 250 250 250 354 250 ", "a@b.c:d@e.f,d@e.f,4;"},
    {"bare LF does not end a command", "NOOP\nNOOP\r\n\r\n", "500 250 500 ",
     ""},
    {"DATA without anybody", "MAIL FROM:<a@b.c>\r\nDATA\r\nNOOP\r\n",
     "250 554 250 ", ""},
};
enum { DIALOGUES = sizeof(dialogues) / sizeof(dialogues[0]) };

static void dialogues_are_the_same_however_they_are_cut(void **state)
{
    for (size_t i = 0; i < DIALOGUES; i++) {
        struct stage stage;
        stage_set_up(&stage, "SIZE,PIPELINING,SMTPUTF8,DSN,8BITMIME", NULL);
        if (strstr(dialogues[i].input, "SIZE="))
            stage.host.extensions |= 1u << PH__SINK_EXT_SIZE;
        stage_expect_talk(&stage, "EHLO x\r\n", &dialogues[i]);
        stage_tear_down(&stage);
    }
}

static void lines_too_long_are_refused_and_skipped(void **state)
{
    static const size_t lens[] = {2048, 2049, 12288, 12289, 40000};
    char line[40000];
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        for (size_t chunk = 1; chunk <= lens[i]; chunk = chunk * 5 + 2) {
            struct stage stage;
            struct ph__sink_session s;
            stage_set_up(&stage, NULL, NULL);
            stage_begin(&s, &stage);
            memset(line, 'x', lens[i]);
            memcpy(line, "NOOP ", 5);
            memcpy(line + lens[i] - 2, "\r\n", 2);
            for (size_t at = 0; at < lens[i]; at += chunk)
                ph__sink_session_feed(
                    &s, line + at, chunk < lens[i] - at ? chunk : lens[i] - at);
            stage_feed(&s, "NOOP\r\n");
            stage_expect(&s, lens[i] > 2048 ? "220 500 250 " : "220 250 250 ");
            ph__sink_session_done(&s);
            stage_tear_down(&stage);
        }
    }
}

static void what_cannot_be_stored_is_refused_for_now(void **state)
{
    static const struct {
        int answer;
        const char *codes;
        enum ph__sink_next next;
    } answers[] = {
        {PH_OK, "250 250 354 250 250 ", PH__SINK_GO_ON},
        {PH_E_LIMIT, "250 250 354 452 250 ", PH__SINK_GO_ON},
        {PH_E_CANCELED, "250 250 354 421 ", PH__SINK_LEAVE},
    };
    for (size_t i = 0; i < 3; i++) {
        struct stage stage;
        struct ph__sink_session s;
        stage_set_up(&stage, NULL, NULL);
        stage.answer = answers[i].answer;
        stage_begin(&s, &stage);
        stage_feed(&s, "HELO x\r\n");
        ph__sink_session_sent(&s, s.out.len);
        stage_feed(&s,
                   "MAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n.\r\nNOOP\r\n");
        stage_expect(&s, answers[i].codes);
        assert_int_equal(s.next, answers[i].next);
        ph__sink_session_done(&s);
        stage_tear_down(&stage);
    }
}

static void content_over_the_limit_is_refused(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage_begin(&s, &stage);
    stage_feed(&s, "HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n");
    for (int i = 0; i < 101; i++)
        stage_feed(&s, "12345678\r\n");
    stage_feed(&s, ".\r\n");
    stage_expect(&s, "220 250 250 250 354 552 ");
    assert_int_equal(stage.notes.len, 0);
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void nothing_is_heard_behind_starttls(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage.opts.tls_cert = "cert";
    stage_begin(&s, &stage); /* S01 */
    stage_feed(&s, "STARTTLS\r\nMAIL FROM:<a@b.c>\r\n");
    stage_expect(&s, "220 554 ");
    assert_int_equal(s.next, PH__SINK_LEAVE);
    ph__sink_session_done(&s);
    stage_begin(&s, &stage);
    stage_feed(&s, "EHLO before\r\nMAIL FROM:<a@b.c>\r\nSTARTTLS\r\n");
    assert_int_equal(s.next, PH__SINK_SECURE);
    s.next = PH__SINK_GO_ON;
    ph__sink_session_sent(&s, s.out.len);
    ph__sink_session_secured(&s, "TLSv1.3", "cipher");
    stage_feed(&s, "RCPT TO:<a@b.c>\r\nMAIL FROM:<>\r\nSTARTTLS\r\n");
    stage_expect(&s, "503 503 503 ");
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void special_faults_tell_the_connection(void **state)
{
    static const struct {
        const char *rule;
        enum ph__sink_next next;
    } rules[] = {
        {"mail=drop", PH__SINK_DROP},
        {"mail=stall", PH__SINK_STALL},
        {"mail=flood", PH__SINK_FLOOD},
        {"mail=421 bye", PH__SINK_LEAVE},
    };
    for (size_t i = 0; i < 4; i++) {
        struct stage stage;
        struct ph__sink_session s;
        stage_set_up(&stage, NULL, rules[i].rule);
        stage_begin(&s, &stage);
        stage_feed(&s, "HELO x\r\nMAIL FROM:<a@b.c>\r\nNOOP\r\n");
        assert_int_equal(s.next, rules[i].next);
        stage_expect(&s, i == 3 ? "220 250 421 " : "220 250 ");
        assert_int_equal(ph__sink_session_sendable(&s), s.out.len);
        ph__sink_session_done(&s);
        stage_tear_down(&stage);
    }
}

static void a_dripping_reply_holds_back_what_follows(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, "mail=drip");
    stage_begin(&s, &stage);
    stage_feed(&s, "HELO x\r\n");
    size_t before = s.out.len;
    stage_feed(&s, "MAIL FROM:<a@b.c>\r\nNOOP\r\n");
    stage_expect(&s, "220 250 250 250 ");
    assert_int_equal(ph__sink_session_sendable(&s), before);
    ph__sink_session_sent(&s, before);
    size_t slow = s.drip_to;
    for (size_t i = 0; i < slow; i++) {
        assert_int_equal(ph__sink_session_sendable(&s), 0);
        ph__sink_session_sent(&s, 1);
    }
    assert_int_equal(ph__sink_session_sendable(&s), s.out.len);
    assert_memory_equal(s.out.data, "250 2.0.0", 9);
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void a_full_or_draining_host_sends_away(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage_begin(&s, &stage);
    stage_feed(&s, "HELO x\r\nMAIL FROM:<a@b.c>\r\n");
    stage.host.mode = PH__SINK_DRAINING;
    ph__sink_session_drain(&s);
    assert_int_equal(s.next, PH__SINK_GO_ON);
    stage_feed(&s, "RCPT TO:<d@e.f>\r\nDATA\r\n.\r\n");
    stage_expect(&s, "220 250 250 250 354 250 421 ");
    assert_int_equal(s.next, PH__SINK_LEAVE);
    ph__sink_session_done(&s);
    stage.host.mode = PH__SINK_FULL;
    stage_begin(&s, &stage);
    stage_feed(&s, "HELO x\r\nNOOP\r\nMAIL FROM:<a@b.c>\r\n");
    stage_expect(&s, "220 250 250 421 ");
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void memory_is_given_back_between_transactions(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage_begin(&s, &stage);
    stage_feed(&s, "HELO x\r\nMAIL FROM:<>\r\n");
    for (int i = 0; i < 1000; i++)
        stage_feed(&s, "RCPT TO:<somebody@example.org>\r\n");
    stage_feed(&s, "DATA\r\n.\r\n");
    ph__sink_session_sent(&s, s.out.len);
    assert_true(s.mail.texts.cap + s.mail.to.cap + s.mail.content.data.cap +
                    s.out.cap + s.line.cap <
                4096);
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues_are_the_same_however_they_are_cut),
        cmocka_unit_test(lines_too_long_are_refused_and_skipped),
        cmocka_unit_test(what_cannot_be_stored_is_refused_for_now),
        cmocka_unit_test(content_over_the_limit_is_refused),
        cmocka_unit_test(nothing_is_heard_behind_starttls),
        cmocka_unit_test(special_faults_tell_the_connection),
        cmocka_unit_test(a_dripping_reply_holds_back_what_follows),
        cmocka_unit_test(a_full_or_draining_host_sends_away),
        cmocka_unit_test(memory_is_given_back_between_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
