#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "sasl/sasl.h"

static const struct ph_credentials tim = {
    .size = sizeof(tim), .user = "tim", .password = "tanstaaftanstaaf"};

static void expect(struct ph__sasl *s, const char *challenge, const char *want)
{
    struct ph__buf raw = PH__BUF(1000);
    struct ph__buf text = PH__BUF(1000);
    size_t len = challenge ? strlen(challenge) : 0;
    assert_int_equal(ph__sasl_step(s, challenge, len, &raw), PH_OK);
    assert_int_equal(ph__base64_encode(&text, raw.data, raw.len), PH_OK);
    assert_string_equal(ph__buf_text(&text), want);
    ph__buf_done(&raw);
    ph__buf_done(&text);
}

/* The vectors of RFC 4616 4, RFC 4954 4.1 and the LOGIN draft (AU-04). */
static void plain_is_one_message(void **state)
{
    (void)state;
    struct ph__sasl *s;
    struct ph_credentials kurt = {.size = sizeof(kurt),
                                  .user = "Kurt",
                                  .password = "xipj3plmq",
                                  .authzid = "Ursel"};
    assert_int_equal(ph__sasl_new(&s, "PLAIN", &tim), PH_OK);
    assert_false(ph__sasl_done(s));
    expect(s, NULL, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
    assert_true(ph__sasl_done(s));
    ph__sasl_free(s);
    assert_int_equal(ph__sasl_new(&s, "PLAIN", &kurt), PH_OK);
    expect(s, "", "VXJzZWwAS3VydAB4aXBqM3BsbXE=");
    ph__sasl_free(s);
}

static void login_is_two_and_does_not_read(void **state)
{
    (void)state;
    static const char *const prompts[][2] = {
        {"Username:", "Password:"}, {"User Name", "Password"}, {"", ""}};
    for (size_t i = 0; i < 3; i++) {
        struct ph__sasl *s;
        assert_int_equal(ph__sasl_new(&s, "LOGIN", &tim), PH_OK);
        expect(s, prompts[i][0], "dGlt");
        assert_false(ph__sasl_done(s));
        expect(s, prompts[i][1], "dGFuc3RhYWZ0YW5zdGFhZg==");
        assert_true(ph__sasl_done(s));
        ph__sasl_free(s);
    }
}

static void nothing_is_said_after_the_end(void **state) /* AU-10, S16 */
{
    (void)state;
    struct ph__sasl *s;
    struct ph__buf out = PH__BUF(1000);
    assert_int_equal(ph__sasl_new(&s, "PLAIN", &tim), PH_OK);
    assert_int_equal(ph__sasl_step(s, NULL, 0, &out), PH_OK);
    assert_int_equal(ph__sasl_step(s, "", 0, &out), PH_E_AUTH);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

static void the_first_challenge_of_plain_is_empty(void **state)
{
    (void)state;
    struct ph__sasl *s;
    struct ph__buf out = PH__BUF(1000);
    assert_int_equal(ph__sasl_new(&s, "PLAIN", &tim), PH_OK);
    assert_int_equal(ph__sasl_step(s, "hello", 5, &out), PH_E_AUTH);
    assert_int_equal(out.len, 0);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

static void the_choice_follows_list_offer_and_history(void **state) /* U30 */
{
    (void)state;
    unsigned plain = ph__sasl_bit("PLAIN");
    unsigned login = ph__sasl_bit("LOGIN");
    static const char offer[] = "GSSAPI LOGIN PLAIN";
    assert_string_equal(ph__sasl_choose(NULL, offer, 0), "PLAIN");
    assert_string_equal(ph__sasl_choose(NULL, offer, plain), "LOGIN");
    assert_null(ph__sasl_choose(NULL, offer, plain | login));
    assert_string_equal(ph__sasl_choose("login,plain", offer, 0), "LOGIN");
    assert_null(ph__sasl_choose("PLAIN", "LOGIN", 0));
    assert_null(ph__sasl_choose("GSSAPI", offer, 0));
    assert_null(ph__sasl_choose(NULL, "", 0));
    assert_null(ph__sasl_choose(NULL, "PLAINER XPLAIN", 0));
    assert_int_equal(ph__sasl_bit("GSSAPI"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_one_message),
        cmocka_unit_test(login_is_two_and_does_not_read),
        cmocka_unit_test(nothing_is_said_after_the_end),
        cmocka_unit_test(the_first_challenge_of_plain_is_empty),
        cmocka_unit_test(the_choice_follows_list_offer_and_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
