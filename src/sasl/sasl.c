#include <stdlib.h>
#include <string.h>

#include <gsasl.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "sasl/sasl.h"

/* Strongest first. `client_first`: RFC 4954 4 allows an initial response. */
static const struct {
    const char *name;
    bool client_first;
} mechanisms[] = {
    {"PLAIN", true},  /* RFC 4616 */
    {"LOGIN", false}, /* draft-murchison-sasl-login */
};
enum {
    MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]),
    STEPS_MAX = 16 /* an endless exchange is an attack */
};

struct ph__sasl {
    Gsasl *context;
    Gsasl_session *session;
    bool speaks_first;
    unsigned steps;
    bool done;
};

/* The index of a mechanism given by its name's first `len` octets, or
 * MECHANISMS. */
static size_t find(const char *name, size_t len)
{
    size_t i = 0;
    while (i < MECHANISMS &&
           !ph__text_is((struct ph_slice){name, len}, mechanisms[i].name))
        i++;
    return i;
}

static bool usable(size_t i, const char *offered, unsigned dropped)
{
    return i < MECHANISMS && !(dropped & (1u << i)) &&
           ph__text_listed(offered, mechanisms[i].name);
}

const char *ph__sasl_choose(const char *wanted, const char *offered,
                            unsigned dropped)
{
    if (!wanted) {
        for (size_t i = 0; i < MECHANISMS; i++)
            if (usable(i, offered, dropped))
                return mechanisms[i].name;
        return NULL;
    }
    while (*(wanted += strspn(wanted, ", \t"))) {
        size_t len = strcspn(wanted, ", \t");
        size_t i = find(wanted, len);
        if (usable(i, offered, dropped))
            return mechanisms[i].name;
        wanted += len;
    }
    return NULL;
}

unsigned ph__sasl_bit(const char *mechanism)
{
    size_t i = find(mechanism, strlen(mechanism));
    return i < MECHANISMS ? 1u << i : 0;
}

bool ph__sasl_client_first(const char *mechanism)
{
    size_t i = find(mechanism, strlen(mechanism));
    return i < MECHANISMS && mechanisms[i].client_first;
}

static int translate(int rc)
{
    if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE)
        return PH_OK;
    return rc == GSASL_MALLOC_ERROR ? PH_E_NOMEM : PH_E_AUTH;
}

static int set(struct ph__sasl *s, Gsasl_property property, const char *value)
{
    return translate(gsasl_property_set(s->session, property, value));
}

static int prepare(struct ph__sasl *s, const char *mechanism,
                   const struct ph_credentials *credentials)
{
    int rc = translate(gsasl_init(&s->context));
    if (!rc)
        rc = translate(gsasl_client_start(s->context, mechanism, &s->session));
    if (!rc)
        rc = set(s, GSASL_AUTHID, credentials->user);
    if (!rc)
        rc = set(s, GSASL_PASSWORD, credentials->password);
    if (!rc && credentials->authzid)
        rc = set(s, GSASL_AUTHZID, credentials->authzid);
    return rc;
}

int ph__sasl_new(struct ph__sasl **out, const char *mechanism,
                 const struct ph_credentials *credentials)
{
    struct ph__sasl *s = calloc(1, sizeof(*s));
    if (!s)
        return PH_E_NOMEM;
    s->speaks_first = ph__sasl_client_first(mechanism);
    int rc = prepare(s, mechanism, credentials);
    if (rc) {
        ph__sasl_free(s);
        return rc;
    }
    *out = s;
    return PH_OK;
}

int ph__sasl_step(struct ph__sasl *s, const char *challenge, size_t len,
                  struct ph__buf *out)
{
    /* Whoever speaks first is asked by an empty challenge: RFC 4954 4. */
    if (s->done || (s->speaks_first && !s->steps && len) ||
        ++s->steps > STEPS_MAX)
        return PH_E_AUTH;
    char *answer = NULL;
    size_t answer_len = 0;
    int step = gsasl_step(s->session, challenge, len, &answer, &answer_len);
    int rc = translate(step);
    if (!rc)
        rc = ph__buf_add(out, answer, answer_len);
    s->done = !rc && step == GSASL_OK;
    if (answer)
        OPENSSL_cleanse(answer, answer_len);
    gsasl_free(answer);
    return rc;
}

bool ph__sasl_done(const struct ph__sasl *s)
{
    return s->done;
}

void ph__sasl_free(struct ph__sasl *s)
{
    if (!s)
        return;
    if (s->session)
        gsasl_finish(s->session);
    if (s->context)
        gsasl_done(s->context);
    free(s);
}
