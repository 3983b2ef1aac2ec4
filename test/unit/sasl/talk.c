#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

#include "unit/sasl/talk.h"

#define OCTETS                                                                 \
    {                                                                          \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,  \
            20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31                     \
    }

const struct ph__sasl_binding exporter = {PH_BINDING_TLS_EXPORTER, 32, OCTETS};
const struct ph__sasl_binding unique = {PH_BINDING_TLS_UNIQUE, 32, OCTETS};

/* In place of GNU SASL's, which asks the system: what is published can be
 * repeated only with the nonce that was published. */
int gsasl_nonce(char *data, size_t len)
{
    static const unsigned char nonce[] = {0x7f, 0x29, 0x28, 0xf9, 0xdd, 0xa5,
                                          0x6d, 0xb1, 0x60, 0x38, 0xd4, 0x6f,
                                          0xf6, 0xa9, 0x31, 0x75, 0xac, 0x0b};
    for (size_t i = 0; i < len; i++)
        data[i] = (char)nonce[i % sizeof(nonce)];
    return GSASL_OK;
}

struct ph__sasl_terms talk_terms(const char *mechanism,
                                 const struct ph_credentials *credentials)
{
    return (struct ph__sasl_terms){.credentials = credentials,
                                   .binding = &exporter,
                                   .wanted = mechanism,
                                   .offered = mechanism,
                                   .secure = true};
}

struct ph__sasl *talk_begin(const char *mechanism,
                            const struct ph_credentials *credentials)
{
    struct ph__sasl *s = NULL;
    const struct ph__sasl_terms terms = talk_terms(mechanism, credentials);
    assert_int_equal(ph__sasl_check(credentials), PH_OK);
    assert_int_equal(ph__sasl_new(&s, mechanism, &terms), PH_OK);
    return s;
}

void talk_hear(struct ph__sasl *s, const char *label, const char *challenge,
               const char *expected)
{
    struct ph__buf out = PH__BUF(PH__SASL_MESSAGE_MAX);
    size_t len = challenge ? strlen(challenge) : 0;
    char *exact = malloc(len + !len);
    assert_non_null(exact);
    if (challenge)
        memcpy(exact, challenge, len);
    int rc = ph__sasl_step(s, challenge ? exact : NULL, len, &out);
    for (size_t i = 0; i < out.len; i++)
        out.data[i] = out.data[i] ? out.data[i] : '|';
    if (rc != (expected ? PH_OK : PH_E_AUTH) ||
        strcmp(ph__buf_text(&out), expected ? expected : ""))
        fail_msg("%s: on '%s' it says %d '%s'", label, challenge, rc,
                 ph__buf_text(&out));
    free(exact);
    ph__buf_done(&out);
}
