#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sasl/talk.h"

#define MORE     "3rfcNHYJY1ZVvWVs7j" /* what the server adds to our nonce */
#define SALT     ",s=QSXCR+Q6sek8bf92"
#define FIRST    "r=" NONCE MORE SALT ",i=4096"
#define MORE256  "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define FIRST256 "r=" NONCE MORE256 ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define HELLO    "n,,n=user,r=" NONCE
#define BOUND    "p=tls-exporter,,n=user,r=" NONCE
#define EXPORTER                                                               \
    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define UNIQUE                                                                 \
    "c=cD10bHMtdW5pcXVlLCwAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw=="
#define FINAL "c=biws,r=" NONCE MORE ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
#define PROOF "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="

static const struct ph_credentials user = {
    .size = sizeof(user), .user = "user", .password = "pencil"};
/* SASLprep makes IX of both (RFC 4013 3). */
static const struct ph_credentials ix = {.size = sizeof(ix),
                                         .user = "I\xc2\xadX",
                                         .password = "\xe2\x85\xa8",
                                         .authzid = "Ursel"};

/* AU-04, AU-06: RFC 5802 5; the others were computed with another program, for
 * the nonce of RFC 5802 5 and the rest of RFC 7677 3. */
static const struct {
    const char *label;
    const char *mechanism;
    const struct ph__sasl_binding *binding;
    const struct ph_credentials *credentials;
    const char *hello;
    const char *first;
    const char *final;
    const char *proof;
} vectors[] = {
    {"RFC 5802 5", "SCRAM-SHA-1", NULL, &user, HELLO, FIRST, FINAL, PROOF},
    {"not bound, though it could be", "SCRAM-SHA-1", &exporter, &user, HELLO,
     FIRST, FINAL, PROOF},
    {"bound to an exporter", "SCRAM-SHA-1-PLUS", &exporter, &user, BOUND, FIRST,
     EXPORTER ",r=" NONCE MORE ",p=i0z2xFi+ITaJvbLXpcWyruGx26U=",
     "v=YgmPUhdXTCPY9I7+PKzEdnp1cdo="},
    {"SHA-256", "SCRAM-SHA-256", NULL, &user, HELLO, FIRST256,
     "c=biws,r=" NONCE MORE256
     ",p=2FUSN0pPcS7P8hBhsxBJOiUDbRoW4KVNGZT0LxVnSek=",
     "v=zJZjsVp2g+W9jd01vgbsshippfH1sM0tLdBvs+e3DF4="},
    {"SHA-256, bound to an exporter", "SCRAM-SHA-256-PLUS", &exporter, &user,
     BOUND, FIRST256,
     EXPORTER ",r=" NONCE MORE256
              ",p=SmmG1yuBZlVCk2EJhIfhLzRXsoOjWihO8SG6z+wDEfM=",
     "v=SvfizvAzVzyK6DyZ4xGECzkVJAkYCszMtw8TNLohaIU="},
    {"SHA-256, bound to the handshake", "SCRAM-SHA-256-PLUS", &unique, &user,
     "p=tls-unique,,n=user,r=" NONCE, FIRST256,
     UNIQUE ",r=" NONCE MORE256
            ",p=c0AI4K67O35tAMk1zObLwWODqjT/yWg3nhMLNPLBP0M=",
     "v=gyoFJdvAs8ul0ZVWyTRFPwNz+EahnUDEF65J33inWzs="},
    {"prepared, as somebody else", "SCRAM-SHA-256", NULL, &ix,
     "n,a=Ursel,n=IX,r=" NONCE, FIRST256,
     "c=bixhPVVyc2VsLA==,r=" NONCE MORE256
     ",p=wGACA9lAarcUX+K5dekJSYQiYb98OZ9XN2TvyFqa5M8=",
     "v=vYfRiVsmOGAPELmJTXGwrCaU25Q7hYvZSvLSSJ+mJcE="},
};

static void published_vectors_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const char *label = vectors[i].label;
        struct ph__sasl_terms terms =
            talk_terms(vectors[i].mechanism, vectors[i].credentials);
        struct ph__sasl *s;
        terms.binding = vectors[i].binding;
        assert_int_equal(ph__sasl_new(&s, vectors[i].mechanism, &terms), PH_OK);
        talk_hear(s, label, NULL, vectors[i].hello);
        talk_hear(s, label, vectors[i].first, vectors[i].final);
        assert_false(ph__sasl_done(s)); /* AU-05 */
        talk_hear(s, label, vectors[i].proof, "");
        assert_true(ph__sasl_done(s));
        talk_hear(s, label, vectors[i].proof, NULL);
        assert_false(ph__sasl_done(s));
        ph__sasl_free(s);
    }
}

/* S16, AU-05: the server's first message, with a fault in it. */
static void a_first_message_with_a_fault_is_the_last(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nothing", ""},
        {"no words", "hello"},
        {"another nonce", "r=gyko+d2lbbFgONRv9qkxdawLx" SALT ",i=4096"},
        {"only our nonce", "r=" NONCE SALT ",i=4096"},
        {"a part of our nonce", "r=fyko+d2lbbFg" SALT ",i=4096"},
        {"no nonce", "s=QSXCR+Q6sek8bf92,i=4096"},
        {"no salt", "r=" NONCE MORE ",i=4096"},
        {"an empty salt", "r=" NONCE MORE ",s=,i=4096"},
        {"a salt that is no base64", "r=" NONCE MORE ",s=QSX,i=4096"},
        {"no count", "r=" NONCE MORE SALT},
        {"an empty count", "r=" NONCE MORE SALT ",i="},
        {"i=0", "r=" NONCE MORE SALT ",i=0"},
        {"i=1", "r=" NONCE MORE SALT ",i=1"},
        {"one too few", "r=" NONCE MORE SALT ",i=4095"},
        {"one too many", "r=" NONCE MORE SALT ",i=600001"},
        {"i=2^31", "r=" NONCE MORE SALT ",i=2147483648"},
        {"i=2^32+4096", "r=" NONCE MORE SALT ",i=4294971392"},
        {"i=2^64+4096", "r=" NONCE MORE SALT ",i=18446744073709555712"},
        {"a sign", "r=" NONCE MORE SALT ",i=-4096"},
        {"hexadecimal", "r=" NONCE MORE SALT ",i=0x2000"},
        {"another order", "s=QSXCR+Q6sek8bf92,r=" NONCE MORE ",i=4096"},
        {"twice", "r=" NONCE MORE ",r=" NONCE MORE SALT ",i=4096"},
        {"an extension that must be known", "m=x," FIRST},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
        talk_hear(s, cases[i][0], NULL, HELLO);
        talk_hear(s, cases[i][0], cases[i][1], NULL);
        talk_hear(s, cases[i][0], FIRST, NULL);
        assert_false(ph__sasl_done(s));
        ph__sasl_free(s);
    }
}

static void an_octet_0_ends_it(void **state)
{
    (void)state;
    static const char first[] = FIRST ",x=\0";
    struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
    struct ph__buf out = PH__BUF(1000);
    talk_hear(s, "hello", NULL, HELLO);
    assert_int_equal(ph__sasl_step(s, first, sizeof(first) - 1, &out),
                     PH_E_AUTH);
    assert_int_equal(out.len, 0);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

static void what_may_follow_the_count_is_overlooked(void **state)
{
    (void)state;
    struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
    struct ph__buf out = PH__BUF(1000);
    static const char first[] = FIRST ",x=y";
    talk_hear(s, "hello", NULL, HELLO);
    assert_int_equal(ph__sasl_step(s, first, strlen(first), &out), PH_OK);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

/* AU-05: whoever does not know the password is shown nothing more. */
static void a_server_without_the_proof_is_an_impostor(void **state)
{
    (void)state;
    static const char *const proofs[] = {
        "v=rmF9pqV8S7suAoZWja4dJRkFsKR=", "v=", "x", "v=rmF9pqV8S7suAoZWja4",
        "v=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="};
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
        struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
        talk_hear(s, "hello", NULL, HELLO);
        talk_hear(s, "first", FIRST, FINAL);
        assert_int_equal(ph__sasl_drops(s), ph__sasl_bit("SCRAM-SHA-1"));
        talk_hear(s, proofs[i], proofs[i], NULL);
        assert_int_equal(ph__sasl_drops(s), ~0u);
        talk_hear(s, "the right one, too late", PROOF, NULL);
        assert_false(ph__sasl_done(s));
        ph__sasl_free(s);
    }
}

/* RFC 5802 7: the server's word for what is wrong; its 535 follows. */
static void an_error_of_the_server_is_told(void **state)
{
    (void)state;
    struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
    talk_hear(s, "hello", NULL, HELLO);
    talk_hear(s, "first", FIRST, FINAL);
    talk_hear(s, "error", "e=invalid-proof", "");
    assert_string_equal(ph__sasl_detail(s), "e=invalid-proof");
    assert_false(ph__sasl_done(s));
    assert_int_equal(ph__sasl_drops(s), ph__sasl_bit("SCRAM-SHA-1"));
    talk_hear(s, "proof", PROOF, NULL);
    assert_false(ph__sasl_done(s));
    ph__sasl_free(s);
}

static void an_error_may_come_at_once(void **state)
{
    (void)state;
    struct ph__sasl *s = talk_begin("SCRAM-SHA-1", &user);
    talk_hear(s, "hello", NULL, HELLO);
    talk_hear(s, "error", "e=unknown-user", "");
    talk_hear(s, "first", FIRST, NULL);
    assert_false(ph__sasl_done(s));
    assert_int_equal(ph__sasl_drops(s), ph__sasl_bit("SCRAM-SHA-1"));
    ph__sasl_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_come_out),
        cmocka_unit_test(a_first_message_with_a_fault_is_the_last),
        cmocka_unit_test(an_octet_0_ends_it),
        cmocka_unit_test(what_may_follow_the_count_is_overlooked),
        cmocka_unit_test(a_server_without_the_proof_is_an_impostor),
        cmocka_unit_test(an_error_of_the_server_is_told),
        cmocka_unit_test(an_error_may_come_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
