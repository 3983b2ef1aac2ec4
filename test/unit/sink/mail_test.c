#include <string.h>

#include "stage.h"

static const struct {
    const char *limits;
    uint64_t max_recipients;
    struct stage_talk talk;
} rows[] = {
    {"MAILMAX=2",
     0,
     {"MAIL in a session, refused ones too (RFC 9422 4.1)",
      "MAIL FROM:<x>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\nNOOP\r\n",
      "501 250 250 421 ", ""}},
    {"RCPTMAX=2",
     0,
     {"RCPT in a transaction, refused ones too (RFC 9422 4.2)",
      "MAIL FROM:<>\r\nRCPT TO:<x>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@b.c>\r\n"
      "RSET\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\n",
      "250 501 250 452 250 250 250 ", ""}},
    {"RCPTDOMAINMAX=1",
     0,
     {"domains in a session (RFC 9422 4.3)",
      "MAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@B.C>\r\n"
      "RCPT TO:<postmaster>\r\nRCPT TO:<a@e.f>\r\nRSET\r\nMAIL FROM:<>\r\n"
      "RCPT TO:<a@e.f>\r\n",
      "250 250 250 250 452 250 250 452 ", ""}},
    {NULL,
     2,
     {"accepted recipients in a transaction (U21)",
      "MAIL FROM:<>\r\nRCPT TO:<x>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@b.c>\r\n"
      "RCPT TO:<e@b.c>\r\nDATA\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@b.c>\r\n",
      "250 501 250 250 452 354 250 250 250 ", ":a@b.c,d@b.c,0;"}},
};

static void what_a_session_may_ask_for_has_limits(void **state)
{
    struct ph__buf why = PH__BUF(100);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage stage;
        stage_set_up(&stage, NULL, NULL);
        stage.opts.max_recipients = rows[i].max_recipients;
        if (rows[i].limits)
            assert_int_equal(
                ph__sink_quota_parse(&stage.host.quotas, rows[i].limits, &why),
                PH_OK);
        stage_expect_talk(&stage, "EHLO x\r\n", &rows[i].talk);
        stage_tear_down(&stage);
    }
}

static void requiretls_is_for_tls_only(void **state)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    stage.host.extensions |= 1u << PH__SINK_EXT_REQUIRETLS;
    stage_begin(&s, &stage);
    stage_feed(&s, "EHLO x\r\nMAIL FROM:<> REQUIRETLS\r\n");
    assert_null(strstr(s.out.data, "250-REQUIRETLS"));
    assert_non_null(strstr(s.out.data, "\r\n555 "));
    ph__sink_session_secured(&s, "TLSv1.3", "cipher");
    stage_feed(&s, "EHLO x\r\nMAIL FROM:<> REQUIRETLS\r\n");
    assert_non_null(strstr(s.out.data, "250-REQUIRETLS\r\n"));
    assert_non_null(strstr(s.out.data, "250 2.1.0"));
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

static void what_the_rarer_ones_offer_is_measured(void **state)
{
    struct ph__buf why = PH__BUF(100);
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, NULL, NULL);
    ph__sink_extension_set(&stage.host.extensions,
                           "DELIVERBY,FUTURERELEASE,MT-PRIORITY", NULL, &why);
    ph__sink_quota_parse(&stage.host.quotas, "RCPTMAX=3,MAILMAX=20", &why);
    stage.host.now = 1000000000;
    stage_begin(&s, &stage);
    stage_feed(&s, "EHLO x\r\n");
    static const char *const lines[] = {
        "\r\n250-DELIVERBY 60\r\n",
        "\r\n250-FUTURERELEASE 604800 2001-09-16T01:46:40Z\r\n",
        "\r\n250-MT-PRIORITY\r\n", "\r\n250-LIMITS MAILMAX=20 RCPTMAX=3\r\n"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_non_null(strstr(s.out.data, lines[i]));
    stage_feed(&s, "MAIL FROM:<> HOLDUNTIL=2001-09-16T01:46:40Z BY=60;R\r\n");
    assert_non_null(strstr(s.out.data, "250 2.1.0"));
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_session_may_ask_for_has_limits),
        cmocka_unit_test(requiretls_is_for_tls_only),
        cmocka_unit_test(what_the_rarer_ones_offer_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
