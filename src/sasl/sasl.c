#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "sasl/parts.h"

/* ---- credentials ---- */

/* A string has no NUL inside, so PLAIN's three parts stay three (RFC 4616 2).
 */
static bool fits(const char *s, size_t max)
{
    size_t len = s ? strlen(s) : 1;
    return len && len <= max && (!s || ph__text_no_controls(s, len));
}

int ph__sasl_check(const struct ph_credentials *c)
{
    bool user = c->user && (c->password || c->token);
    if (c->size != sizeof(*c) || (!user && !c->certificate))
        return PH_E_INVALID;
    return fits(c->user, PH__SASL_NAME_MAX) &&
                   fits(c->authzid, PH__SASL_NAME_MAX) &&
                   fits(c->host, PH__SASL_NAME_MAX) &&
                   fits(c->password, PH__SASL_PASSWORD_MAX) &&
                   fits(c->token, PH__SASL_TOKEN_MAX) &&
                   fits(c->mechanisms, SIZE_MAX)
               ? PH_OK
               : PH_E_INVALID;
}

/* ---- an exchange ---- */

int ph__sasl_new(struct ph__sasl **out, const char *mechanism,
                 const struct ph__sasl_terms *terms)
{
    const struct ph__mechanism *m =
        ph__mechanism_named(mechanism, strlen(mechanism));
    if (!m || !ph__mechanism_allowed(m, terms))
        return PH_E_INVALID;
    struct ph__sasl *s = calloc(1, sizeof(*s));
    if (!s)
        return PH_E_NOMEM;
    s->mechanism = m;
    s->credentials = terms->credentials;
    s->record = terms->record;
    ph__buf_init(&s->message, PH__SASL_MESSAGE_MAX);
    ph__buf_init(&s->nonce, PH__SCRAM_NONCE_MAX);
    ph__buf_init(&s->detail, PH__SASL_DETAIL_MAX);
    int rc = s->record ? PH_OK : m->start(s, terms);
    if (rc) {
        ph__sasl_free(s);
        return rc;
    }
    *out = s;
    return PH_OK;
}

/* May a challenge of this length come now? */
static bool expected(const struct ph__sasl *s, size_t len)
{
    const struct ph__mechanism *m = s->mechanism;
    if (s->failed || s->round == m->rounds || len > m->challenge_max)
        return false;
    switch (m->opening) {
    case PH__SERVER_FIRST:
        return len > 0;
    case PH__CLIENT_FIRST:
        return s->round ? len > 0 : !len;
    case PH__ANY_PROMPT:
        return true;
    }
    return false;
}

/* Words in place of what was said. Whoever speaks once and may be told why it
 * was not enough has said all before that. */
static int repeat(struct ph__sasl *s, bool challenged, struct ph__buf *out)
{
    bool bearer = s->mechanism->step == ph__bearer_step;
    if (challenged && !s->record->answered)
        return PH_E_AUTH;
    s->done = s->round == (bearer ? 1 : s->mechanism->rounds);
    return ph__buf_add_text(out, "recorded");
}

int ph__sasl_step(struct ph__sasl *s, const char *challenge, size_t len,
                  struct ph__buf *out)
{
    int rc = PH_E_AUTH;
    if (expected(s, len)) {
        s->round++;
        rc = s->record ? repeat(s, challenge != NULL, out)
                       : s->mechanism->step(s, challenge, len, out);
    }
    s->failed |= rc != PH_OK;
    return rc;
}

void ph__sasl_keep(struct ph__sasl *s, const char *words, size_t len)
{
    size_t kept = len < PH__SASL_DETAIL_MAX ? len : PH__SASL_DETAIL_MAX;
    ph__buf_clear(&s->detail);
    if (ph__buf_add(&s->detail, words, kept)) /* it can be done without */
        return;
    ph__text_make_printable(s->detail.data, s->detail.len, false);
}

bool ph__sasl_done(const struct ph__sasl *s)
{
    return s->done && !s->failed;
}

unsigned ph__sasl_drops(const struct ph__sasl *s)
{
    return s->impostor ? ~0u : ph__sasl_bit(s->mechanism->name);
}

const char *ph__sasl_detail(const struct ph__sasl *s)
{
    return ph__buf_text(&s->detail);
}

void ph__sasl_free(struct ph__sasl *s)
{
    if (!s)
        return;
    ph__gnu_done(s);
    ph__buf_wipe(&s->message);
    ph__buf_done(&s->nonce);
    ph__buf_done(&s->detail);
    free(s);
}
