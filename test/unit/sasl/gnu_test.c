#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

#include "base/base64.h"
#include "sasl/parts.h"
#include "unit/sasl/talk.h"

/* Against a server that is not ours: GNU SASL's. */

static const struct ph_credentials ann = {.size = sizeof(ann),
                                          .user = "ann",
                                          .password = "gr\xc3\xbcn",
                                          .host = "mx.test"};
static const struct ph_credentials card = {
    .size = sizeof(card), .certificate = true, .authzid = "ann"};

static bool same(Gsasl_session *server, Gsasl_property property,
                 const char *expected)
{
    const char *value = gsasl_property_fast(server, property);
    return value && !strcmp(value, expected);
}

static int check(Gsasl *context, Gsasl_session *server, Gsasl_property property)
{
    (void)context;
    bool user = property == GSASL_VALIDATE_EXTERNAL
                    ? same(server, GSASL_AUTHZID, "ann")
                    : same(server, GSASL_AUTHID, "ann");
    bool good = (property == GSASL_VALIDATE_EXTERNAL && user) ||
                (property == GSASL_VALIDATE_SIMPLE && user &&
                 same(server, GSASL_PASSWORD, ann.password));
    return good ? GSASL_OK : GSASL_NO_CALLBACK;
}

static Gsasl_session *serve(Gsasl *context, const char *mechanism,
                            const char *password,
                            const struct ph__sasl_binding *binding)
{
    Gsasl_session *server;
    struct ph__buf data = PH__BUF(100);
    gsasl_callback_set(context, check);
    assert_int_equal(ph__base64_encode(&data, binding->data, binding->len),
                     PH_OK);
    assert_int_equal(gsasl_server_start(context, mechanism, &server), GSASL_OK);
    gsasl_property_set(server, GSASL_SERVICE, "smtp");
    gsasl_property_set(server, GSASL_HOSTNAME, "mx.test");
    if (strcmp(mechanism, "PLAIN") != 0 && strcmp(mechanism, "LOGIN") != 0)
        gsasl_property_set(server, GSASL_PASSWORD, password);
    gsasl_property_set(server, GSASL_SCRAM_ITER, "4096");
    gsasl_property_set(server, GSASL_SCRAM_SALT, "QSXCR+Q6sek8bf92");
    if (strstr(mechanism, "-PLUS"))
        gsasl_property_set(server, GSASL_CB_TLS_EXPORTER, data.data);
    ph__buf_done(&data);
    return server;
}

/* As SMTP would; the server's verdict. Its last words are a challenge too, and
 * an empty answer is none. */
static int talk(Gsasl_session *server, struct ph__sasl *s, bool client_first)
{
    int verdict = GSASL_NEEDS_MORE;
    struct ph__buf said = PH__BUF(10000);
    bool answered = !client_first || !ph__sasl_step(s, NULL, 0, &said);
    while (answered && verdict == GSASL_NEEDS_MORE) {
        char *challenge = NULL;
        size_t len = 0;
        verdict = gsasl_step(server, said.data, said.len, &challenge, &len);
        ph__buf_clear(&said);
        if (verdict == GSASL_NEEDS_MORE || (verdict == GSASL_OK && len))
            answered = !ph__sasl_step(s, challenge, len, &said);
        gsasl_free(challenge);
    }
    ph__buf_done(&said);
    return answered ? verdict : GSASL_AUTHENTICATION_ERROR;
}

static bool succeeds(const char *mechanism, const struct ph_credentials *mine,
                     const char *password,
                     const struct ph__sasl_binding *binding)
{
    Gsasl *context;
    assert_int_equal(gsasl_init(&context), GSASL_OK);
    Gsasl_session *server = serve(context, mechanism, password, binding);
    struct ph__sasl *s = talk_begin(mechanism, mine);
    bool good = talk(server, s, ph__sasl_client_first(mechanism)) == GSASL_OK;
    assert_true(!good || ph__sasl_done(s));
    ph__sasl_free(s);
    gsasl_finish(server);
    gsasl_done(context);
    return good;
}

static const char *const mechanisms[] = {
    "PLAIN",       "LOGIN",         "CRAM-MD5",           "DIGEST-MD5",
    "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"};
enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

static void every_mechanism_logs_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < MECHANISMS; i++)
        if (!succeeds(mechanisms[i], &ann, ann.password, &exporter))
            fail_msg("%s", mechanisms[i]);
    assert_true(succeeds("EXTERNAL", &card, "", &exporter));
}

static void a_wrong_password_logs_nobody_in(void **state)
{
    (void)state;
    struct ph_credentials wrong = ann;
    wrong.password = "blau";
    for (size_t i = 0; i < MECHANISMS; i++)
        if (succeeds(mechanisms[i], &wrong, ann.password, &exporter))
            fail_msg("%s", mechanisms[i]);
}

/* Somebody stands between, and has a TLS session with either of us. */
static void another_session_does_not_bind(void **state)
{
    (void)state;
    struct ph__sasl_binding other = exporter;
    other.data[31] ^= 1;
    assert_false(succeeds("SCRAM-SHA-256-PLUS", &ann, ann.password, &other));
    assert_false(succeeds("SCRAM-SHA-1-PLUS", &ann, ann.password, &other));
}

/* S30, U38: only what the salt has made of it. */
static void scram_never_tells_gnu_sasl_the_password(void **state)
{
    (void)state;
    struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &ann);
    talk_hear(s, "hello", NULL, "n,,n=ann,r=" NONCE);
    assert_null(gsasl_property_fast(s->session, GSASL_PASSWORD));
    ph__sasl_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mechanism_logs_in),
        cmocka_unit_test(a_wrong_password_logs_nobody_in),
        cmocka_unit_test(another_session_does_not_bind),
        cmocka_unit_test(scram_never_tells_gnu_sasl_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
