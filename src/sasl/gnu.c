#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "sasl/parts.h"

int ph__gnu_code(int rc)
{
    if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE)
        return PH_OK;
    return rc == GSASL_MALLOC_ERROR ? PH_E_NOMEM : PH_E_AUTH;
}

static int set(struct ph__sasl *s, Gsasl_property property, const char *value)
{
    return ph__gnu_code(gsasl_property_set(s->session, property, value));
}

/* GNU SASL takes it in base64. Only for -PLUS: with the others, where it should
 * say "y" (RFC 5802 6), 2.2 says nothing at all. */
static int bind(struct ph__sasl *s, const struct ph__sasl_binding *binding)
{
    struct ph__buf text = PH__BUF(2 * PH__SASL_BINDING_MAX);
    Gsasl_property property = binding->type == PH_BINDING_TLS_UNIQUE
                                  ? GSASL_CB_TLS_UNIQUE
                                  : GSASL_CB_TLS_EXPORTER;
    int rc = ph__base64_encode(&text, binding->data, binding->len);
    if (!rc)
        rc = set(s, property, ph__buf_text(&text));
    ph__buf_done(&text);
    return rc;
}

int ph__gnu_start(struct ph__sasl *s, const struct ph__sasl_terms *terms)
{
    const struct ph_credentials *c = terms->credentials;
    const unsigned needs = s->mechanism->needs;
    bool scram = s->mechanism->step == ph__scram_step; /* salts it itself */
    int rc = ph__gnu_code(gsasl_init(&s->context));
    if (!rc)
        rc = ph__gnu_code(
            gsasl_client_start(s->context, s->mechanism->name, &s->session));
    if (!rc)
        rc = set(s, GSASL_AUTHID, c->user);
    if (!rc && needs & PH__NEEDS_PASSWORD && !scram)
        rc = set(s, GSASL_PASSWORD, c->password);
    if (!rc)
        rc = set(s, GSASL_AUTHZID, c->authzid);
    if (!rc)
        rc = set(s, GSASL_SERVICE, "smtp"); /* RFC 4954 4 */
    if (!rc)
        rc = set(s, GSASL_HOSTNAME, c->host);
    if (!rc && needs & PH__NEEDS_BINDING)
        rc = bind(s, terms->binding);
    return rc;
}

int ph__gnu_step(struct ph__sasl *s, const char *challenge, size_t len,
                 struct ph__buf *out)
{
    char *answer = NULL;
    size_t answer_len = 0;
    int step = gsasl_step(s->session, challenge, len, &answer, &answer_len);
    int rc = ph__gnu_code(step);
    if (!rc)
        rc = ph__buf_add(out, answer, answer_len);
    s->done = !rc && step == GSASL_OK;
    if (answer)
        OPENSSL_cleanse(answer, answer_len);
    gsasl_free(answer);
    return rc;
}

/* RFC 2831. GNU SASL answers with qop=auth whatever the server offers. */
int ph__digest_step(struct ph__sasl *s, const char *challenge, size_t len,
                    struct ph__buf *out)
{
    if (memchr(challenge, '\0', len))
        return PH_E_AUTH;
    size_t before = out->len;
    int rc = ph__gnu_step(s, challenge, len, out);
    if (s->round == 2) {
        s->impostor = rc == PH_E_AUTH; /* rspauth, 2.1.3 */
        return rc;
    }
    const char *qops = gsasl_property_fast(s->session, GSASL_QOPS);
    if (rc || (qops && ph__text_listed(qops, "qop-auth")))
        return rc;
    OPENSSL_cleanse(out->data + before, out->len - before);
    out->len = before;
    return PH_E_AUTH;
}

/* GNU SASL frees its copies as they are. That it holds the property at the
 * address it returns is what its manual says, and wiping does no harm there. */
static void wipe(Gsasl_session *session)
{
    static const Gsasl_property properties[] = {GSASL_PASSWORD,
                                                GSASL_SCRAM_SALTED_PASSWORD,
                                                GSASL_AUTHID, GSASL_AUTHZID};
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        char *held = (char *)gsasl_property_fast(session, properties[i]);
        if (held)
            OPENSSL_cleanse(held, strlen(held));
    }
}

void ph__gnu_done(struct ph__sasl *s)
{
    if (s->session) {
        wipe(s->session);
        gsasl_finish(s->session);
    }
    if (s->context)
        gsasl_done(s->context);
}
