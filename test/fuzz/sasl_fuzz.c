/* Challenges to each mechanism: the first octet says to which, the second how
 * (a bit each); the rest are challenges, each up to a NUL. What has no answer
 * has none later; what does not show the secret never does; nothing counts as
 * done that was not heard to its end (S16, AU-05). */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "sasl/sasl.h"

/* In place of GNU SASL's: a corpus needs the same nonces every time. */
int gsasl_nonce(char *data, size_t len);
int gsasl_nonce(char *data, size_t len)
{
    memset(data, 0, len);
    return 0;
}

enum { CHALLENGES_MAX = 6, CHALLENGE_MAX = PH__SASL_CHALLENGE_MAX + 100 };
enum { NULS = 1, UNIQUE = 2 }; /* '|' is a NUL; tls-unique */

static const char secret[] = "\xc3\xa9t\xc3\xa9-1999";

static const struct {
    const char *name;
    unsigned rounds; /* until it may be done, the first one being ours */
    unsigned last;
    bool shows;
} mechanisms[] = {{"PLAIN", 1, 1, true},
                  {"LOGIN", 2, 2, true},
                  {"CRAM-MD5", 1, 1, false},
                  {"DIGEST-MD5", 2, 2, false},
                  {"SCRAM-SHA-1", 3, 3, false},
                  {"SCRAM-SHA-256", 3, 3, false},
                  {"SCRAM-SHA-1-PLUS", 3, 3, false},
                  {"SCRAM-SHA-256-PLUS", 3, 3, false},
                  {"OAUTHBEARER", 1, 2, true},
                  {"XOAUTH2", 1, 2, true},
                  {"EXTERNAL", 1, 1, false}};
enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

struct talk {
    struct ph__sasl *s;
    size_t which;
    unsigned rounds;
    bool over;
};

static struct ph__sasl *begin(const char *mechanism, unsigned how)
{
    static const struct ph_credentials credentials = {.size =
                                                          sizeof(credentials),
                                                      .user = "ann",
                                                      .password = secret,
                                                      .token = secret,
                                                      .host = "mx.test",
                                                      .certificate = true};
    const struct ph__sasl_binding binding = {
        how & UNIQUE ? PH_BINDING_TLS_UNIQUE : PH_BINDING_TLS_EXPORTER,
        32,
        {0}};
    const struct ph__sasl_terms terms = {.credentials = &credentials,
                                         .binding = &binding,
                                         .wanted = mechanism,
                                         .offered = mechanism,
                                         .secure = true};
    struct ph__sasl *s = NULL;
    MUST(ph__sasl_choose(&terms));
    MUST(ph__sasl_new(&s, mechanism, &terms) == PH_OK);
    return s;
}

static void check_answer(const struct talk *t, const struct ph__buf *out,
                         const char *challenge, size_t len)
{
    size_t secret_len = strlen(secret);
    bool echo = memmem(challenge, len, secret, secret_len);
    if (!mechanisms[t->which].shows && !echo && out->len)
        MUST(!memmem(out->data, out->len, secret, secret_len));
    MUST(t->rounds <= mechanisms[t->which].last);
}

static void check_words(const struct talk *t)
{
    const char *words = ph__sasl_detail(t->s);
    MUST(strlen(words) <= PH__SASL_DETAIL_MAX);
    MUST(fuzz_is_printable(words, strlen(words), false));
    MUST(ph__sasl_drops(t->s) & ph__sasl_bit(mechanisms[t->which].name));
}

static void hear(struct talk *t, const char *challenge, size_t len)
{
    struct ph__buf out = PH__BUF(4 * PH__SASL_CHALLENGE_MAX);
    char *exact = fuzz_exact(challenge, len);
    int rc = ph__sasl_step(t->s, exact, len, &out);
    MUST(rc == PH_OK || rc == PH_E_AUTH);
    MUST(rc == PH_E_AUTH || !t->over);
    t->over |= rc != PH_OK;
    t->rounds += rc == PH_OK;
    if (rc)
        MUST(!out.len);
    else
        check_answer(t, &out, exact, len);
    if (t->over || t->rounds < mechanisms[t->which].rounds)
        MUST(!ph__sasl_done(t->s));
    check_words(t);
    free(exact);
    ph__buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, CHALLENGE_MAX};
    struct talk t = {.which = fuzz_octet(&in) % MECHANISMS};
    unsigned how = fuzz_octet(&in);
    t.s = begin(mechanisms[t.which].name, how);
    if (ph__sasl_client_first(mechanisms[t.which].name))
        hear(&t, "", 0);
    for (int i = 0; i < CHALLENGES_MAX && in.left; i++) {
        char *challenge = fuzz_string(&in);
        size_t octets = strlen(challenge);
        for (size_t at = 0; how & NULS && at < octets; at++)
            challenge[at] = challenge[at] == '|' ? '\0' : challenge[at];
        hear(&t, challenge, octets);
        free(challenge);
    }
    ph__sasl_free(t.s);
    return 0;
}
