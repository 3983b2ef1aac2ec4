/* Each allocation fails once, then each call of GNU SASL that may: what needed
 * it says so, and nothing leaks. What GNU SASL frees has been wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

#include "alloc/wrap.h"
#include "unit/sasl/talk.h"

enum { TURNS = 3 };

static const struct ph_credentials user = {.size = sizeof(user),
                                           .user = "user",
                                           .password = "pencil",
                                           .host = "elwood.innosoft.com"};
static const struct ph_credentials bearer = {
    .size = sizeof(bearer), .user = "user", .token = "t", .host = "h"};
static const struct ph_credentials card = {.size = sizeof(card),
                                           .certificate = true};

static const struct {
    const char *mechanism;
    const struct ph_credentials *credentials;
    const char *challenges[TURNS];
    size_t count;
} talks[] = {
    {"PLAIN", &user, {""}, 1},
    {"LOGIN", &user, {"", ""}, 2},
    {"CRAM-MD5", &user, {"<1@x>"}, 1},
    {"DIGEST-MD5",
     &user,
     {"nonce=\"a\",algorithm=md5-sess,qop=\"auth\",realm=\"x\""},
     1},
    {"SCRAM-SHA-1-PLUS",
     &user,
     {"", "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "v=YgmPUhdXTCPY9I7+PKzEdnp1cdo="},
     3},
    {"OAUTHBEARER", &bearer, {"", "{}"}, 1},
    {"XOAUTH2", &bearer, {""}, 1},
    {"EXTERNAL", &card, {""}, 1},
};
enum { TALKS = sizeof(talks) / sizeof(talks[0]) };

/* ---- GNU SASL, failing ---- */

static long gnu_seen;
static long gnu_fail_at;
static long finished;

static bool gnu_fails(void)
{
    return ++gnu_seen == gnu_fail_at;
}

int __real_gsasl_init(Gsasl **context);
int __real_gsasl_client_start(Gsasl *context, const char *mechanism,
                              Gsasl_session **session);
int __real_gsasl_property_set(Gsasl_session *session, Gsasl_property property,
                              const char *value);
int __real_gsasl_step(Gsasl_session *session, const char *in, size_t in_len,
                      char **out, size_t *out_len);
int __wrap_gsasl_init(Gsasl **context);
int __wrap_gsasl_client_start(Gsasl *context, const char *mechanism,
                              Gsasl_session **session);
int __wrap_gsasl_property_set(Gsasl_session *session, Gsasl_property property,
                              const char *value);
int __wrap_gsasl_step(Gsasl_session *session, const char *in, size_t in_len,
                      char **out, size_t *out_len);

int __wrap_gsasl_init(Gsasl **context)
{
    return gnu_fails() ? GSASL_MALLOC_ERROR : __real_gsasl_init(context);
}

int __wrap_gsasl_client_start(Gsasl *context, const char *mechanism,
                              Gsasl_session **session)
{
    return gnu_fails() ? GSASL_MALLOC_ERROR
                       : __real_gsasl_client_start(context, mechanism, session);
}

int __wrap_gsasl_property_set(Gsasl_session *session, Gsasl_property property,
                              const char *value)
{
    return gnu_fails() ? GSASL_MALLOC_ERROR
                       : __real_gsasl_property_set(session, property, value);
}

int __wrap_gsasl_step(Gsasl_session *session, const char *in, size_t in_len,
                      char **out, size_t *out_len)
{
    return gnu_fails() ? GSASL_MALLOC_ERROR
                       : __real_gsasl_step(session, in, in_len, out, out_len);
}

/* U38, S30: it does not overwrite what it frees. */
void __real_gsasl_finish(Gsasl_session *session);
void __wrap_gsasl_finish(Gsasl_session *session);

void __wrap_gsasl_finish(Gsasl_session *session)
{
    static const Gsasl_property secrets[] = {
        GSASL_PASSWORD, GSASL_SCRAM_SALTED_PASSWORD, GSASL_AUTHID};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        const char *held = gsasl_property_fast(session, secrets[i]);
        assert_string_equal(held ? held : "", "");
    }
    finished++;
    __real_gsasl_finish(session);
}

/* ---- the tests ---- */

static int say(struct ph__sasl *s, size_t i)
{
    int rc = PH_OK;
    struct ph__buf out = PH__BUF(PH__SASL_MESSAGE_MAX);
    for (size_t t = 0; t < talks[i].count && !rc; t++) {
        const char *challenge = talks[i].challenges[t];
        rc = ph__sasl_step(s, challenge, strlen(challenge), &out);
        assert_true(!rc || !ph__sasl_done(s));
    }
    ph__buf_done(&out);
    return rc;
}

static int talk(size_t i)
{
    struct ph__sasl *s = NULL;
    const struct ph__sasl_terms terms =
        talk_terms(talks[i].mechanism, talks[i].credentials);
    const char *chosen = ph__sasl_choose(&terms);
    assert_non_null(chosen);
    int rc = ph__sasl_new(&s, chosen, &terms);
    if (rc) {
        assert_null(s);
        return rc;
    }
    rc = say(s, i);
    ph__sasl_free(s);
    return rc;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < TALKS; i++) {
        long n = 0;
        int rc;
        do {
            wrap_fail_at(++n);
            rc = talk(i);
            assert_int_equal(rc, wrap_failed() ? PH_E_NOMEM : PH_OK);
        } while (rc);
        wrap_fail_at(0);
        assert_true(n > 1);
    }
}

static void each_call_of_gnu_sasl_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < TALKS; i++) {
        int rc;
        gnu_fail_at = 0;
        do {
            gnu_seen = 0;
            gnu_fail_at++;
            rc = talk(i);
            assert_int_equal(rc, gnu_seen >= gnu_fail_at ? PH_E_NOMEM : PH_OK);
        } while (rc);
    }
    gnu_fail_at = 0;
    assert_true(finished > TALKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_call_of_gnu_sasl_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
