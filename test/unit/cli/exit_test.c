#include "scene.h"

#include "cli/exit.h"

/* From the worst to the best. */
static const int order[] = {64, 65, 66, 78, 68, 77, 76, 69, 75, 0};

static void the_worse_status_wins(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t j = i; j < COUNT(order); j++) {
            assert_int_equal(cli_exit_worse(order[i], order[j]), order[i]);
            assert_int_equal(cli_exit_worse(order[j], order[i]), order[i]);
        }
}

static const struct {
    enum ph_outcome outcome;
    enum ph_stage stage;
    enum ph_code code;
    int reply;
    int expected;
} fates[] = {
    {PH_ACCEPTED, PH_STAGE_CONTENT, PH_OK, 250, 0},
    {PH_REFUSED, PH_STAGE_RCPT, PH_E_PERMANENT, 550, 69},
    {PH_REFUSED, PH_STAGE_MAIL, PH_E_PERMANENT, 552, 69},
    {PH_REFUSED, PH_STAGE_MAIL, PH_E_CONTENT, 0, 69}, /* 8-bit, no 8BITMIME */
    {PH_REFUSED, PH_STAGE_RCPT, PH_E_ADDRESS, 0, 69}, /* no SMTPUTF8 */
    /* Of mx: no such domain; null MX. */
    {PH_REFUSED, PH_STAGE_RESOLVE, PH_E_RESOLVE, 0, 68},
    {PH_REFUSED, PH_STAGE_RESOLVE, PH_E_PERMANENT, 0, 69},
    {PH_DEFERRED, PH_STAGE_RCPT, PH_E_TEMPORARY, 450, 75},
    {PH_DEFERRED, PH_STAGE_CONTENT, PH_E_CLOSED, 0, 75},
    {PH_UNCERTAIN, PH_STAGE_CONTENT, PH_E_DOUBT, 0, 75},
    {PH_UNCERTAIN, PH_STAGE_CONTENT, PH_E_PROTOCOL, 0, 76},
    {PH_UNSENT, PH_STAGE_INPUT, PH_E_ADDRESS, 0, 65},
    {PH_UNSENT, PH_STAGE_RESOLVE, PH_E_RESOLVE, 0, 68},
    {PH_UNSENT, PH_STAGE_RESOLVE, PH_E_CONNECT, 0, 75}, /* no resolver */
    {PH_UNSENT, PH_STAGE_CONNECT, PH_E_CONNECT, 0, 75},
    {PH_UNSENT, PH_STAGE_CONNECT, PH_E_TIMEOUT, 0, 75},
    {PH_UNSENT, PH_STAGE_TLS, PH_E_TLS, 0, 76},
    {PH_UNSENT, PH_STAGE_TLS, PH_E_CLOSED, 0, 75},
    {PH_UNSENT, PH_STAGE_STARTTLS, PH_E_NO_TLS, 454, 76},
    {PH_UNSENT, PH_STAGE_GREETING, PH_E_PERMANENT, 554, 75},
    {PH_UNSENT, PH_STAGE_GREETING, PH_E_TEMPORARY, 421, 75},
    {PH_UNSENT, PH_STAGE_HELLO, PH_E_PROTOCOL, 0, 76},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_AUTH, 535, 77},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_AUTH, 0, 77},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_AUTH, 454, 75},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_TEMPORARY, 454, 75},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_CLOSED, 0, 75},
    {PH_UNSENT, PH_STAGE_QUIT, PH_E_CANCELED, 0, 75},
};

static void each_fate_asks_for_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fates); i++) {
        struct ph_recipient_result r = {.outcome = fates[i].outcome,
                                        .stage = fates[i].stage,
                                        .code = fates[i].code,
                                        .reply = {.code = fates[i].reply}};
        assert_int_equal(cli_exit_for(&r), fates[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worse_status_wins),
        cmocka_unit_test(each_fate_asks_for_its_status),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
