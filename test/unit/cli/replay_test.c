/* What replay prints of a dialogue, and where it finds the first difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/replay_run.h"

enum { ROOM = 1 << 20 };

static enum cli_replayed replay(struct ph__buf *out, const char *data,
                                size_t len)
{
    struct ph__buf text = PH__BUF(ROOM);
    struct ph__transcript t;
    struct cli_script script;
    int code = PH_OK;
    assert_int_equal(ph__buf_add(&text, data, len), PH_OK);
    assert_int_equal(ph__transcript_read(&t, &text), PH_OK);
    enum cli_replayed what = CLI_SAME;
    if (t.count) {
        assert_int_equal(cli_script_learn(&script, &t.dialogues[0]), PH_OK);
        what = cli_replay_dialogue(out, &code, &t.dialogues[0], &script, 0);
        cli_script_done(&script);
    }
    assert_int_equal(code, PH_OK);
    ph__transcript_done(&t);
    ph__buf_done(&text);
    return what;
}

#define HELLO "S: 220 x\nC: EHLO me\nS: 250-x\nS: 250-PIPELINING\n"

static const struct {
    const char *label;
    const char *text;
    const char *says; /* the last line but those of a session's end */
} same[] = {
    {"a message",
     HELLO "S: 250 SIZE 9\nC: MAIL FROM:<a@b> SIZE=9\nC: RCPT TO:<c@d>\n"
           "C: DATA\nS: 250\nS: 250\nS: 354\nC: <9 octets>\nC: .\nC: QUIT\n"
           "S: 250 ok\nS: 221\n",
     "DOT        250      deliver    GOOD .. QUIT\n"},
    {"BDAT in two chunks",
     HELLO "S: 250 CHUNKING\nC: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nS: 250\n"
           "S: 250\nC: BDAT 4\nC: <4 octets>\nS: 250\nC: BDAT 2 LAST\n"
           "C: <2 octets>\nS: 250 ok\nC: QUIT\nS: 221\n",
     "LAST       250      deliver    GOOD .. READY\n"},
    {"all that MAIL and RCPT can say",
     HELLO
     "S: 250-DSN\nS: 250-8BITMIME\nS: 250-SMTPUTF8\nS: 250-DELIVERBY\n"
     "S: 250-FUTURERELEASE 99 2099-01-01T00:00:00Z\nS: 250-MT-PRIORITY\n"
     "S: 250 AUTH PLAIN\n"
     "C: MAIL FROM:<\"a>\"@b> BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=a+2Bb "
     "AUTH=<> BY=-3;NT HOLDFOR=9 MT-PRIORITY=-2\n"
     "C: RCPT TO:<\xC3\xBC@d> NOTIFY=FAILURE,DELAY "
     "ORCPT=rfc822;c+2Bd@x\nC: DATA\nS: 250\nS: 250\nS: 554 no\n"
     "C: RSET\nS: 250\nC: QUIT\nS: 221\n",
     "DATA       554      refuse     CLEAR .. RSET\n"},
    {"a refusal of everybody",
     HELLO
     "S: 250 x\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<c@d>\n"
     "S: 550-5.1.1 who\nS: 550 5.1.1 is that?\nC: RSET\nS: 250\nC: QUIT\n",
     "RCPT       550      reject     MORE .. RSET\n"},
    {"STARTTLS",
     "S: 220 x\nC: EHLO me\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\n"
     "S: 220\n# TLSv1.3\nC: EHLO me\nS: 250 x\nC: QUIT\nS: 221\n",
     "HANDSHAKE  done     forget     EHLO\n"},
    {"LOGIN",
     HELLO "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 VQ==\nC: <hidden>\n"
           "S: 334 UA==\nC: <hidden>\nS: 235\nC: QUIT\nS: 221\n",
     "ANSWER     334      challenge  ANSWERED .. ANSWER\n"},
    {"SCRAM, whose nonce is another one now",
     HELLO "S: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 <hidden>\n"
           "S: 334 cj14LHM9ZUE9PSxpPTQwOTY=\nC: <hidden>\nS: 334 dj1lQT09\n"
           "C: \nS: 235\nC: QUIT\nS: 221\n",
     "ANSWER     235      pass       PROVEN .. READY\n"},
    {"a server that does not prove itself",
     HELLO "S: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 <hidden>\n"
           "S: 334 cj14LHM9ZUE9PSxpPTQwOTY=\nC: <hidden>\nS: 334 dj1lQT09\n"
           "C: *\nS: 501 well\nC: QUIT\nS: 221\n",
     "CANCEL     501      drop       CAN_AUTH .. QUIT\n"},
    {"a server that skips the proof",
     HELLO "S: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 <hidden>\n"
           "S: 235 come in\n",
     "AUTH       235      pass       PROVEN .. CLOSED\n"},
    {"a token that the server explains, and no password for RFC 4954 6",
     "# TLSv1.3\nS: 220 x\nC: EHLO me\nS: 250-x\nS: 250 AUTH PLAIN XOAUTH2\n"
     "C: AUTH XOAUTH2\nS: 334 \nC: <hidden>\nS: 334 e30=\nC: \n"
     "S: 432 transition\nC: QUIT\nS: 221\n",
     "ANSWER     432      pass       TRANSITION .. QUIT\n"},
    {"a channel binding",
     "S: 220 x\nC: EHLO me\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\n"
     "S: 220\n# TLSv1.3\nC: EHLO me\nS: 250-x\nS: 250 AUTH SCRAM-SHA-256-PLUS "
     "PLAIN\n"
     "C: AUTH SCRAM-SHA-256-PLUS <hidden>\nS: 535 no\nC: QUIT\nS: 221\n",
     "AUTH       535      fail       QUIT\n"},
    {"LMTP",
     "S: 220 x\nC: LHLO me\nS: 250 x\nC: MAIL FROM:<>\nS: 250\n"
     "C: RCPT TO:<a@b>\nS: 250\nC: RCPT TO:<c@d>\nS: 250\nC: DATA\n"
     "S: 354\nC: <4 octets>\nC: .\nS: 250 a\nS: 452 c\nC: RSET\nS: 250\n",
     "DOT        452      decline    BAD .. RSET\n"},
    {"HELO", "S: 220 x\nC: EHLO me\nS: 500 what?\nC: HELO me\nS: 250 x\n",
     "EHLO       500      pass       MAY_HELO .. HELO\n"},
    {"a question",
     HELLO "S: 250 x\nC: VRFY ann\nS: 252 maybe\nC: NOOP\nS: 250\n",
     "QUERY      252      report     READY\n"},
    {"nothing asked for a reply", HELLO "S: 250 x\nS: 250 ghost\n",
     "READY      early    pass       CLOSED\n"}, /* S13 */
    {"half a line in the clear, behind the 220", /* S01 */
     "S: 220 x\nC: EHLO me\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\n"
     "S: 220\nS: 250 inje\n# that came before any reply was due\n",
     "HANDSHAKE  early    breach     CLOSED\n"},
    {"no reply at all", "S: hello\n",
     "GREETING   garbage  breach     CLOSED\n"},
};

static void transitions_are_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        struct ph__buf out = PH__BUF(ROOM);
        if (replay(&out, same[i].text, strlen(same[i].text)) != CLI_SAME ||
            !strstr(ph__buf_text(&out), same[i].says))
            fail_msg("%s:\n%s", same[i].label, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

/* The machine cannot know what a client would have said next. */
static void a_recording_may_end_behind_any_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        for (size_t len = 1; same[i].text[len]; len++) {
            struct ph__buf out = PH__BUF(ROOM);
            enum cli_replayed what = replay(&out, same[i].text, len);
            assert_int_not_equal(what, CLI_NO_REPLAY);
            ph__buf_done(&out);
        }
    }
}

static const struct {
    const char *label;
    const char *text;
    const char *says; /* the last line */
} other[] = {
    {"another command", "S: 220 x\nC: QUIT\nS: 221\n",
     "line 2: the transcript says: 'QUIT', the machine says 'EHLO "
     "[127.0.0.1]' (state EHLO)\n"},
    {"a command too early", "C: EHLO me\nS: 220 x\n",
     "line 1: the transcript says: 'EHLO me', the machine says nothing (state "
     "GREETING)\n"},
    {"nothing said", "S: 220 x\nS: 220 x\n",
     "line 2: the server says: '220 x', the machine says 'EHLO [127.0.0.1]' "
     "(state EHLO)\n"},
    {"content nobody asked for",
     HELLO "S: 250 x\nC: MAIL FROM:<>\nC: RCPT TO:<a@b>\nC: DATA\nS: 250\n"
           "S: 250\nS: 554 no\nC: <7 octets>\nC: .\n",
     "line 12: the transcript says: '<7 octets>', the machine says 'RSET' "
     "(state RSET)\n"},
    {"a reply after the end",
     "S: 220 x\nC: EHLO me\nS: 250 x\nC: QUIT\n"
     "S: 221 bye\nS: 250 and\n",
     "line 6: the server says: '250 and', the machine says nothing (state "
     "CLOSED)\n"},
    {"an answer to what nobody could answer",
     HELLO "S: 250 AUTH CRAM-MD5\nC: AUTH CRAM-MD5\nS: 334 \nC: <hidden>\n",
     "line 8: the transcript says: '<hidden>', the machine says '*' (state "
     "CANCEL)\n"},
    {"credentials where they would be seen",
     HELLO "S: 250 x\nC: AUTH PLAIN <hidden>\n",
     "line 6: the transcript says: 'AUTH PLAIN <hidden>', the machine says "
     "'QUIT' (state QUIT)\n"},
};

static void the_first_difference_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++) {
        struct ph__buf out = PH__BUF(ROOM);
        size_t len = strlen(other[i].says);
        enum cli_replayed what =
            replay(&out, other[i].text, strlen(other[i].text));
        if (what != CLI_DIFFERS || out.len < len ||
            strcmp(out.data + out.len - len, other[i].says) != 0)
            fail_msg("%s:\n%s", other[i].label, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transitions_are_printed),
        cmocka_unit_test(a_recording_may_end_behind_any_line),
        cmocka_unit_test(the_first_difference_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
