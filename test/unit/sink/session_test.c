#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/session.h"

/* What sessions share, and a note of what they delivered. */
struct scene {
    struct ph__sink_options opts;
    struct ph__sink_host host;
    struct ph__buf notes;
    int answer; /* of deliver() */
};

static int deliver(void *user, struct ph__sink_message *m)
{
    struct scene *scene = user;
    ph__buf_format(&scene->notes, "%s:", m->from);
    for (size_t i = 0; i < m->to_count; i++)
        ph__buf_format(&scene->notes, "%s,", ph__sink_address(m, i));
    ph__buf_format(&scene->notes, "%zu;", m->size);
    return scene->answer;
}

static void set_up(struct scene *out, const char *without, const char *rule)
{
    struct ph__buf why = PH__BUF(400);
    *out = (struct scene){.notes = PH__BUF(4000)};
    out->host.opts = &out->opts;
    out->host.size_limit = 1000;
    out->host.deliver = deliver;
    assert_int_equal(
        ph__sink_extension_set(&out->host.extensions, without, &why), PH_OK);
    if (rule)
        assert_int_equal(ph__sink_faults_add(&out->host.faults, rule, &why),
                         PH_OK);
}

static void tear_down(struct scene *scene)
{
    ph__sink_faults_done(&scene->host.faults);
    ph__buf_done(&scene->notes);
}

static void begin(struct ph__sink_session *out, struct scene *scene)
{
    ph__sink_session_init(out, &scene->host);
    out->user = scene;
    ph__sink_session_greet(out);
}

static void feed(struct ph__sink_session *s, const char *text)
{
    ph__sink_session_feed(s, text, strlen(text));
}

/* The first four octets of every reply line, in order. */
static void codes(char *out, const struct ph__sink_session *s)
{
    size_t used = 0;
    for (const char *at = ph__buf_text(&s->out); *at;) {
        memcpy(out + used, at, 4);
        used += 4;
        at = strstr(at, "\r\n") + 2;
    }
    out[used] = '\0';
}

static void assert_codes(const struct ph__sink_session *s, const char *expected)
{
    char found[1000];
    codes(found, s);
    assert_string_equal(found, expected);
}

static const struct {
    const char *label;
    const char *input;
    const char *codes; /* behind the greeting and EHLO */
    const char *notes;
} dialogues[] = {
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

static void check_dialogue(size_t i, size_t cut, bool octets)
{
    struct scene scene;
    struct ph__sink_session s;
    char expected[200];
    const char *input = dialogues[i].input;
    size_t len = strlen(input);
    set_up(&scene, "SIZE,PIPELINING,SMTPUTF8,DSN,8BITMIME", NULL);
    if (strstr(input, "SIZE="))
        scene.host.extensions |= 1u << PH__SINK_EXT_SIZE;
    begin(&s, &scene);
    feed(&s, "EHLO x\r\n");
    ph__sink_session_sent(&s, s.out.len);
    for (size_t at = 0; octets && at < len; at++)
        ph__sink_session_feed(&s, input + at, 1);
    if (!octets) {
        ph__sink_session_feed(&s, input, cut);
        ph__sink_session_feed(&s, input + cut, len - cut);
    }
    snprintf(expected, sizeof(expected), "%s", dialogues[i].codes);
    assert_codes(&s, expected);
    assert_string_equal(ph__buf_text(&scene.notes), dialogues[i].notes);
    ph__sink_session_done(&s);
    tear_down(&scene);
}

static void dialogues_are_the_same_however_they_are_cut(void **state)
{
    for (size_t i = 0; i < DIALOGUES; i++) {
        for (size_t cut = 0; cut <= strlen(dialogues[i].input); cut++)
            check_dialogue(i, cut, false);
        check_dialogue(i, 0, true);
    }
}

static void lines_too_long_are_refused_and_skipped(void **state)
{
    static const size_t lens[] = {2048, 2049, 12288, 12289, 40000};
    char line[40000];
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        for (size_t chunk = 1; chunk <= lens[i]; chunk = chunk * 5 + 2) {
            struct scene scene;
            struct ph__sink_session s;
            set_up(&scene, NULL, NULL);
            begin(&s, &scene);
            memset(line, 'x', lens[i]);
            memcpy(line, "NOOP ", 5);
            memcpy(line + lens[i] - 2, "\r\n", 2);
            for (size_t at = 0; at < lens[i]; at += chunk)
                ph__sink_session_feed(
                    &s, line + at, chunk < lens[i] - at ? chunk : lens[i] - at);
            feed(&s, "NOOP\r\n");
            assert_codes(&s, lens[i] > 2048 ? "220 500 250 " : "220 250 250 ");
            ph__sink_session_done(&s);
            tear_down(&scene);
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
        struct scene scene;
        struct ph__sink_session s;
        set_up(&scene, NULL, NULL);
        scene.answer = answers[i].answer;
        begin(&s, &scene);
        feed(&s, "HELO x\r\n");
        ph__sink_session_sent(&s, s.out.len);
        feed(&s, "MAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n.\r\nNOOP\r\n");
        assert_codes(&s, answers[i].codes);
        assert_int_equal(s.next, answers[i].next);
        ph__sink_session_done(&s);
        tear_down(&scene);
    }
}

static void content_over_the_limit_is_refused(void **state)
{
    struct scene scene;
    struct ph__sink_session s;
    set_up(&scene, NULL, NULL);
    begin(&s, &scene);
    feed(&s, "HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n");
    for (int i = 0; i < 101; i++)
        feed(&s, "12345678\r\n");
    feed(&s, ".\r\n");
    assert_codes(&s, "220 250 250 250 354 552 ");
    assert_int_equal(scene.notes.len, 0);
    ph__sink_session_done(&s);
    tear_down(&scene);
}

static void nothing_is_heard_behind_starttls(void **state)
{
    struct scene scene;
    struct ph__sink_session s;
    set_up(&scene, NULL, NULL);
    scene.opts.tls_cert = "cert";
    begin(&s, &scene); /* S01 */
    feed(&s, "STARTTLS\r\nMAIL FROM:<a@b.c>\r\n");
    assert_codes(&s, "220 554 ");
    assert_int_equal(s.next, PH__SINK_LEAVE);
    ph__sink_session_done(&s);
    begin(&s, &scene);
    feed(&s, "EHLO before\r\nMAIL FROM:<a@b.c>\r\nSTARTTLS\r\n");
    assert_int_equal(s.next, PH__SINK_SECURE);
    s.next = PH__SINK_GO_ON;
    ph__sink_session_sent(&s, s.out.len);
    ph__sink_session_secured(&s, "TLSv1.3", "cipher");
    feed(&s, "RCPT TO:<a@b.c>\r\nMAIL FROM:<>\r\nSTARTTLS\r\n");
    assert_codes(&s, "503 503 503 ");
    ph__sink_session_done(&s);
    tear_down(&scene);
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
        struct scene scene;
        struct ph__sink_session s;
        set_up(&scene, NULL, rules[i].rule);
        begin(&s, &scene);
        feed(&s, "HELO x\r\nMAIL FROM:<a@b.c>\r\nNOOP\r\n");
        assert_int_equal(s.next, rules[i].next);
        assert_codes(&s, i == 3 ? "220 250 421 " : "220 250 ");
        assert_int_equal(ph__sink_session_sendable(&s), s.out.len);
        ph__sink_session_done(&s);
        tear_down(&scene);
    }
}

static void a_dripping_reply_holds_back_what_follows(void **state)
{
    struct scene scene;
    struct ph__sink_session s;
    set_up(&scene, NULL, "mail=drip");
    begin(&s, &scene);
    feed(&s, "HELO x\r\n");
    size_t before = s.out.len;
    feed(&s, "MAIL FROM:<a@b.c>\r\nNOOP\r\n");
    assert_codes(&s, "220 250 250 250 ");
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
    tear_down(&scene);
}

static void a_full_or_draining_host_sends_away(void **state)
{
    struct scene scene;
    struct ph__sink_session s;
    set_up(&scene, NULL, NULL);
    begin(&s, &scene);
    feed(&s, "HELO x\r\nMAIL FROM:<a@b.c>\r\n");
    scene.host.mode = PH__SINK_DRAINING;
    ph__sink_session_drain(&s);
    assert_int_equal(s.next, PH__SINK_GO_ON);
    feed(&s, "RCPT TO:<d@e.f>\r\nDATA\r\n.\r\n");
    assert_codes(&s, "220 250 250 250 354 250 421 ");
    assert_int_equal(s.next, PH__SINK_LEAVE);
    ph__sink_session_done(&s);
    scene.host.mode = PH__SINK_FULL;
    begin(&s, &scene);
    feed(&s, "HELO x\r\nNOOP\r\nMAIL FROM:<a@b.c>\r\n");
    assert_codes(&s, "220 250 250 421 ");
    ph__sink_session_done(&s);
    tear_down(&scene);
}

static void memory_is_given_back_between_transactions(void **state)
{
    struct scene scene;
    struct ph__sink_session s;
    set_up(&scene, NULL, NULL);
    begin(&s, &scene);
    feed(&s, "HELO x\r\nMAIL FROM:<>\r\n");
    for (int i = 0; i < 1000; i++)
        feed(&s, "RCPT TO:<somebody@example.org>\r\n");
    feed(&s, "DATA\r\n.\r\n");
    ph__sink_session_sent(&s, s.out.len);
    assert_true(s.mail.texts.cap + s.mail.to.cap + s.mail.content.data.cap +
                    s.out.cap + s.line.cap <
                4096);
    ph__sink_session_done(&s);
    tear_down(&scene);
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
