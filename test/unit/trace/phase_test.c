#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/phase.h"

static enum ph__phase say(struct ph__phase_reader *r, const char *text)
{
    struct ph__transcript_line line = {
        .kind = PH__TRANSCRIPT_SAID, .text = text, .visible = SIZE_MAX};
    return ph__phase_of(r, &line);
}

static enum ph__phase hear(struct ph__phase_reader *r, const char *text)
{
    struct ph__transcript_line line = {
        .kind = PH__TRANSCRIPT_HEARD, .text = text, .visible = SIZE_MAX};
    return ph__phase_of(r, &line);
}

static void commands_have_phases(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ph__phase phase;
    } said[] = {
        {"ehlo x", PH__PHASE_HELLO},   {"LHLO x", PH__PHASE_HELLO},
        {"STARTTLS", PH__PHASE_TLS},   {"AUTH PLAIN", PH__PHASE_AUTH},
        {"*", PH__PHASE_AUTH},         {"MAIL FROM:<>", PH__PHASE_ENVELOPE},
        {"BDAT 5", PH__PHASE_CONTENT}, {".", PH__PHASE_CONTENT},
        {"RSET", PH__PHASE_QUIT},      {"", PH__PHASE_QUIT},
        {"MAILBOX", PH__PHASE_QUIT},   {"AUTHENTICATE", PH__PHASE_QUIT}};
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        struct ph__phase_reader r = {0};
        assert_int_equal(say(&r, said[i].text), said[i].phase);
    }
}

/* However many commands are due, of however many phases. */
static void what_is_due_is_bounded(void **state)
{
    (void)state;
    struct ph__phase_reader r = {0};
    enum { MANY = 5 * PH__TRACE_DUE_MAX };
    assert_int_equal(hear(&r, "220 x"), PH__PHASE_GREETING);
    for (int i = 0; i < MANY; i++)
        say(&r, i % 2 ? "MAIL FROM:<>" : "QUIT");
    for (int i = 0; i < MANY; i++)
        hear(&r, "250 x");
    assert_int_equal(r.due_count, 0);
    say(&r, "EHLO x");
    assert_int_equal(hear(&r, "250 x"), PH__PHASE_HELLO);
}

static void a_reply_goes_on_until_its_last_line(void **state)
{
    (void)state;
    struct ph__phase_reader r = {0};
    hear(&r, "220-x");
    assert_int_equal(hear(&r, "220 x"), PH__PHASE_GREETING);
    say(&r, "EHLO x");
    say(&r, "AUTH PLAIN");
    assert_int_equal(hear(&r, "250-x"), PH__PHASE_HELLO);
    assert_int_equal(hear(&r, "250 x"), PH__PHASE_HELLO);
    assert_int_equal(hear(&r, "235"), PH__PHASE_AUTH);
}

/* LMTP, RFC 2033 4.2: one for each recipient. */
static void further_replies_are_of_the_phase_of_the_first(void **state)
{
    (void)state;
    struct ph__phase_reader r = {0};
    hear(&r, "220 x");
    say(&r, ".");
    assert_int_equal(hear(&r, "250 x"), PH__PHASE_CONTENT);
    assert_int_equal(hear(&r, "250 x"), PH__PHASE_CONTENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_have_phases),
        cmocka_unit_test(what_is_due_is_bounded),
        cmocka_unit_test(a_reply_goes_on_until_its_last_line),
        cmocka_unit_test(further_replies_are_of_the_phase_of_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
