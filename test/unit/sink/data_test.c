#include <string.h>

#include "stage.h"

#define BEGIN "MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nRCPT TO:<g@h.i>\r\n"

/* RFC 3030; BD-02, BD-03, BD-04, BD-07 from the server's side. */
static const struct stage_talk chunks[] = {
    {"one chunk", BEGIN "BDAT 3 LAST\r\nab\nQUIT\r\n", "250 250 250 250 221 ",
     "a@b.c:d@e.f,g@h.i,3;"},
    {"nothing is unstuffed, and no dot ends it",
     BEGIN "BDAT 10\r\n..x\r\n.\r\nM\nBDAT 0 LAST\r\nNOOP\r\n",
     "250 250 250 250 250 250 ", "a@b.c:d@e.f,g@h.i,10;"},
    {"commands inside a chunk are content",
     BEGIN "bdat 6\r\nQUIT\r\nBDAT 2 last\r\n\r\n", "250 250 250 250 250 ",
     "a@b.c:d@e.f,g@h.i,8;"},
    {"BDAT after LAST", BEGIN "BDAT 1 LAST\r\nxBDAT 2\r\nyyBDAT 1 LAST\r\nz",
     "250 250 250 250 503 503 ", "a@b.c:d@e.f,g@h.i,1;"},
    {"two transactions",
     BEGIN "BDAT 1 LAST\r\nx" BEGIN "DATA\r\n.\r\n" BEGIN "BDAT 0 LAST\r\n",
     "250 250 250 250 250 250 250 354 250 250 250 250 250 ",
     "a@b.c:d@e.f,g@h.i,1;a@b.c:d@e.f,g@h.i,0;a@b.c:d@e.f,g@h.i,0;"},
    {"DATA after BDAT spoils", BEGIN "BDAT 1\r\nxDATA\r\nBDAT 1 LAST\r\nx",
     "250 250 250 250 503 503 ", ""},
    {"RCPT after BDAT", BEGIN "BDAT 1\r\nxRCPT TO:<d@e.f>\r\n",
     "250 250 250 250 503 ", ""},
    {"RSET clears",
     BEGIN "BDAT 1\r\nxRSET\r\nBDAT 1\r\nx" BEGIN "BDAT 2 LAST\r\nyy",
     "250 250 250 250 250 503 250 250 250 250 ", "a@b.c:d@e.f,g@h.i,2;"},
    {"too large by chunks: the rest is swallowed and refused",
     BEGIN "BDAT 2\r\nxxBDAT 999\r\n%BDAT 1\r\nxBDAT 1 LAST\r\nxMAIL "
           "FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n",
     "250 250 250 250 552 503 503 503 250 250 ", ""},
    {"as large as may be", BEGIN "BDAT 1\r\nxBDAT 999 LAST\r\n%",
     "250 250 250 250 250 ", "a@b.c:d@e.f,g@h.i,1000;"},
    {"before MAIL", "BDAT 2\r\nxxBDAT 0 LAST\r\nNOOP\r\n", "503 503 250 ", ""},
    {"without recipients",
     "MAIL FROM:<>\r\nBDAT 1\r\nxBDAT 1 LAST\r\nxRSET\r\n", "250 554 503 250 ",
     ""},
    {"no length: what follows is not obeyed", BEGIN "BDAT x\r\nNOOP\r\n",
     "250 250 250 501 ", ""},
    {"more than a length", BEGIN "BDAT 1 LAST X\r\nNOOP\r\n",
     "250 250 250 501 ", ""},
    {"no such number", BEGIN "BDAT 18446744073709551616\r\nNOOP\r\n",
     "250 250 250 501 ", ""},
    {"binary comes by BDAT only",
     "MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<a@b.c>\r\nDATA\r\n"
     "BDAT 2 LAST\r\n\n\r",
     "250 250 503 250 ", ":a@b.c,2;"},
};

/* '%' stands for 999 octets. */
static void widen(char *out, const char *input)
{
    for (; *input; input++) {
        size_t n = *input == '%' ? 999 : 1;
        memset(out, n == 1 ? *input : 'x', n);
        out += n;
    }
    *out = '\0';
}

static void chunks_are_taken_and_refused_however_they_are_cut(void **state)
{
    char input[4000];
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct stage stage;
        struct stage_talk talk = chunks[i];
        widen(input, talk.input);
        talk.input = input;
        stage_set_up(&stage, NULL, NULL);
        stage_expect_talk(&stage, "EHLO x\r\n", &talk);
        stage_tear_down(&stage);
    }
}

/* BD-01: without CHUNKING, BDAT is no command, and no octets belong to it. */
static void chunks_that_are_not_offered_are_unknown(void **state)
{
    static const struct stage_talk talk = {
        "unknown", BEGIN "BDAT 6\r\nNOOP\r\nMAIL FROM:<> BODY=BINARYMIME\r\n",
        "250 250 250 500 250 503 ", ""};
    struct stage stage;
    stage_set_up(&stage, "CHUNKING", NULL);
    stage_expect_talk(&stage, "EHLO x\r\n", &talk);
    stage_tear_down(&stage);
}

static void rules_choose_a_chunk_by_number_or_recipient(void **state)
{
    static const struct {
        const char *rule;
        struct stage_talk talk;
    } rows[] = {
        {"bdat@2=452 later",
         {"the second", BEGIN "BDAT 1\r\nxBDAT 1\r\nxBDAT 1 LAST\r\nxRSET\r\n",
          "250 250 250 250 452 503 250 ", ""}},
        {"bdat@g@*=552",
         {"of a recipient", BEGIN "BDAT 1\r\nxBDAT 1 LAST\r\nx",
          "250 250 250 552 503 ", ""}},
        {"bdat@2=552",
         {"LAST is the stage content", BEGIN "BDAT 1\r\nxBDAT 1 LAST\r\nx",
          "250 250 250 250 250 ", "a@b.c:d@e.f,g@h.i,2;"}},
        {"data=451 later",
         {"BDAT after DATA", BEGIN "DATA\r\nBDAT 1 LAST\r\nxRSET\r\n",
          "250 250 250 451 503 250 ", ""}},
        {"content@g@*=554 no",
         {"a refused LAST spoils", BEGIN "BDAT 1 LAST\r\nxMAIL FROM:<>\r\n",
          "250 250 250 554 503 ", ""}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage stage;
        stage_set_up(&stage, NULL, rows[i].rule);
        stage_expect_talk(&stage, "EHLO x\r\n", &rows[i].talk);
        stage_tear_down(&stage);
    }
}

/* RFC 2033 4.2 and 4.3; LM-04. */
static const struct {
    const char *rule;
    struct stage_talk talk;
} lmtp[] = {
    {NULL,
     {"a reply each", BEGIN "DATA\r\nx\r\n.\r\nNOOP\r\n",
      "250 250 250 354 250 250 250 ", "a@b.c:d@e.f,g@h.i,3;"}},
    {NULL,
     {"also to LAST", BEGIN "BDAT 1\r\nxBDAT 1 LAST\r\nxNOOP\r\n",
      "250 250 250 250 250 250 250 ", "a@b.c:d@e.f,g@h.i,2;"}},
    {NULL,
     {"none accepted",
      "MAIL FROM:<>\r\nRCPT TO:<d>\r\nDATA\r\nBDAT 1\r\nxBDAT 1 LAST\r\nx"
      "RSET\r\n",
      "250 501 503 503 250 ", ""}},
    {NULL,
     {"a chunk refused before",
      BEGIN "BDAT 9999\r\n%%%%%%%%%%"
            "xxxxxxxxxBDAT 0 LAST\r\nMAIL FROM:<>\r\nRSET\r\n",
      "250 250 250 552 503 503 503 250 ", ""}},
    {"content@d@*=452 4.2.2 full",
     {"one of two", BEGIN "DATA\r\n.\r\n" BEGIN "BDAT 0 LAST\r\n",
      "250 250 250 354 452 250 250 250 250 452 250 ",
      "a@b.c:g@h.i,0;a@b.c:g@h.i,0;"}},
    {"content=550 no",
     {"nobody", BEGIN "DATA\r\n.\r\nMAIL FROM:<>\r\n",
      "250 250 250 354 550 550 250 ", ""}},
    {"content@d@*=421 bye",
     {"nothing behind a 421", BEGIN "DATA\r\n.\r\nNOOP\r\n",
      "250 250 250 354 421 ", ""}},
    {"content@g@*=drop",
     {"nor where it drops", BEGIN "DATA\r\n.\r\nNOOP\r\n",
      "250 250 250 354 250 ", "a@b.c:d@e.f,0;"}},
    {NULL,
     {"no SMTP here", "EHLO x\r\nHELO x\r\nNOOP\r\n", "500 500 250 ", ""}},
};

static void lmtp_answers_for_each_recipient(void **state)
{
    char input[12000];
    for (size_t i = 0; i < sizeof(lmtp) / sizeof(lmtp[0]); i++) {
        struct stage stage;
        struct stage_talk talk = lmtp[i].talk;
        widen(input, talk.input);
        talk.input = input;
        stage_set_up(&stage, NULL, lmtp[i].rule);
        stage.opts.lmtp = true;
        stage_expect_talk(&stage, "LHLO x\r\n", &talk);
        stage_tear_down(&stage);
    }
}

static void lhlo_is_unknown_to_smtp(void **state)
{
    static const struct stage_talk talk = {"LHLO", "LHLO x\r\nMAIL FROM:<>\r\n",
                                           "500 503 ", ""};
    struct stage stage;
    stage_set_up(&stage, NULL, NULL);
    stage_expect_talk(&stage, "NOOP\r\n", &talk);
    stage_tear_down(&stage);
}

static void what_cannot_be_stored_is_refused_to_each(void **state)
{
    static const struct {
        int answer;
        struct stage_talk talk;
    } rows[] = {
        {PH_E_LIMIT,
         {"full", BEGIN "DATA\r\n.\r\nNOOP\r\n", "250 250 250 354 452 452 250 ",
          "a@b.c:d@e.f,g@h.i,0;"}},
        {PH_E_CANCELED,
         {"too late", BEGIN "DATA\r\n.\r\nNOOP\r\n", "250 250 250 354 421 ",
          "a@b.c:d@e.f,g@h.i,0;"}},
    };
    for (size_t i = 0; i < 2; i++) {
        struct stage stage;
        stage_set_up(&stage, NULL, NULL);
        stage.opts.lmtp = true;
        stage.answer = rows[i].answer;
        stage_expect_talk(&stage, "LHLO x\r\n", &rows[i].talk);
        stage_tear_down(&stage);
    }
}

/* However long it says it is: nothing of it is kept. */
static void a_refused_chunk_takes_no_memory(void **state)
{
    static char octets[100000];
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage_begin(&s, &stage);
    stage_feed(&s, "EHLO x\r\n" BEGIN "BDAT 18446744073709551615\r\n");
    for (int i = 0; i < 10; i++)
        ph__sink_session_feed(&s, octets, sizeof(octets));
    assert_true(s.mail.content.data.cap + s.line.cap < 4096);
    assert_int_equal(s.next, PH__SINK_GO_ON);
    ph__sink_session_drain(&s); /* it is waited for: it may still say RSET */
    assert_int_equal(s.next, PH__SINK_GO_ON);
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_taken_and_refused_however_they_are_cut),
        cmocka_unit_test(chunks_that_are_not_offered_are_unknown),
        cmocka_unit_test(rules_choose_a_chunk_by_number_or_recipient),
        cmocka_unit_test(lmtp_answers_for_each_recipient),
        cmocka_unit_test(lhlo_is_unknown_to_smtp),
        cmocka_unit_test(what_cannot_be_stored_is_refused_to_each),
        cmocka_unit_test(a_refused_chunk_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
