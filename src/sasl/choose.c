#include <string.h>

#include "base/text.h"
#include "sasl/parts.h"

#define PASSWORD PH__NEEDS_PASSWORD
#define TEXT     (PH__NEEDS_PASSWORD | PH__NEEDS_TEXT)
#define BINDING  (TEXT | PH__NEEDS_BINDING)
#define DIGEST   (TEXT | PH__NEEDS_DIGEST)
#define SHOWN    (PH__NEEDS_PASSWORD | PH__NEEDS_SECRECY)
#define TOKEN    (PH__NEEDS_TOKEN | PH__NEEDS_SECRECY)
#define EXTERNAL (PH__NEEDS_CERTIFICATE | PH__NEEDS_ASKING)

#define SCRAM                                                                  \
    PH__CLIENT_FIRST, 3, PH__SASL_CHALLENGE_MAX, ph__gnu_start, ph__scram_step
#define GNU    PH__SASL_CHALLENGE_MAX, ph__gnu_start, ph__gnu_step
#define BEARER PH__CLIENT_FIRST, 2, PH__SASL_CHALLENGE_MAX

/* The order of the default choice. A mechanism is a line here. */
static const struct ph__mechanism mechanisms[] = {
    /* RFC 7628; and what Google had before it */
    {"OAUTHBEARER", TOKEN, BEARER, ph__oauthbearer_start, ph__bearer_step},
    {"XOAUTH2", TOKEN, BEARER, ph__xoauth2_start, ph__bearer_step},
    /* RFC 7677, RFC 5802 */
    {"SCRAM-SHA-256-PLUS", BINDING, SCRAM},
    {"SCRAM-SHA-256", TEXT, SCRAM},
    {"SCRAM-SHA-1-PLUS", BINDING, SCRAM},
    {"SCRAM-SHA-1", TEXT, SCRAM},
    /* RFC 2831 */
    {"DIGEST-MD5", DIGEST, PH__SERVER_FIRST, 2, PH__SASL_DIGEST_MAX,
     ph__gnu_start, ph__digest_step},
    /* RFC 2195 */
    {"CRAM-MD5", TEXT, PH__SERVER_FIRST, 1, GNU},
    /* RFC 4616; draft-murchison-sasl-login */
    {"PLAIN", SHOWN, PH__CLIENT_FIRST, 1, GNU},
    {"LOGIN", SHOWN, PH__ANY_PROMPT, 2, GNU},
    /* RFC 4422 A */
    {"EXTERNAL", EXTERNAL, PH__CLIENT_FIRST, 1, GNU},
};
enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

const struct ph__mechanism *ph__mechanism_named(const char *name, size_t len)
{
    for (size_t i = 0; i < MECHANISMS; i++)
        if (strlen(mechanisms[i].name) == len &&
            ph__text_same_len(mechanisms[i].name, name, len))
            return &mechanisms[i];
    return NULL;
}

static unsigned bit(const struct ph__mechanism *mechanism)
{
    return mechanism ? 1u << (mechanism - mechanisms) : 0;
}

unsigned ph__sasl_bit(const char *mechanism)
{
    return bit(ph__mechanism_named(mechanism, strlen(mechanism)));
}

bool ph__sasl_client_first(const char *mechanism)
{
    const struct ph__mechanism *m =
        ph__mechanism_named(mechanism, strlen(mechanism));
    return m && m->opening == PH__CLIENT_FIRST;
}

/* ---- what the session has ---- */

/* Text in the sense of RFC 4013; what fails for want of memory only is. 2.2 has
 * the flag the wrong way round: a password with characters that are newer than
 * Unicode 3.2 is left to PLAIN and LOGIN. */
static bool prepared(const char *s)
{
    char *out = NULL;
    int rc = gsasl_saslprep(s, GSASL_ALLOW_UNASSIGNED, &out, NULL);
    bool empty = rc == GSASL_OK && !*out;
    ph__text_wipe(out);
    return rc != GSASL_SASLPREP_ERROR && !empty;
}

/* GNU SASL puts names into the directives of DIGEST-MD5 as they are, where
 * quotes need a backslash, and hashes them in UTF-8, which ISO 8859-1 goes
 * before (RFC 2831 2.1.2.1, 7.2). */
static bool plain(const char *s)
{
    return !s || (ph__text_is_ascii(s, strlen(s)) && !strpbrk(s, "\"\\"));
}

static unsigned means(const struct ph__sasl_terms *terms)
{
    const struct ph_credentials *c = terms->credentials;
    unsigned have = c->certificate && terms->secure ? PH__NEEDS_CERTIFICATE : 0;
    if (terms->secure || c->plaintext)
        have |= PH__NEEDS_SECRECY;
    if (terms->secure && terms->binding && terms->binding->type)
        have |= PH__NEEDS_BINDING;
    if (terms->wanted)
        have |= PH__NEEDS_ASKING;
    if (!c->user)
        return have;
    if (c->token)
        have |= PH__NEEDS_TOKEN;
    if (c->host && plain(c->host) && plain(c->user) && plain(c->authzid))
        have |= PH__NEEDS_DIGEST;
    /* With a token a password is only for those that are asked for. */
    if (!c->password || (c->token && !terms->wanted))
        return have;
    bool text = prepared(c->user) && prepared(c->password);
    return have | PH__NEEDS_PASSWORD | (text ? PH__NEEDS_TEXT : 0);
}

bool ph__mechanism_allowed(const struct ph__mechanism *m,
                           const struct ph__sasl_terms *terms)
{
    return !(m->needs & ~(means(terms) | PH__NEEDS_ASKING));
}

/* ---- the choice ---- */

static bool usable(const struct ph__mechanism *m,
                   const struct ph__sasl_terms *terms, unsigned have)
{
    return m && !(m->needs & ~have) && !(terms->dropped & bit(m)) &&
           ph__text_listed(terms->offered, m->name);
}

static const char *choose_wanted(const struct ph__sasl_terms *terms,
                                 unsigned have)
{
    const char *at = terms->wanted;
    while (*(at += strspn(at, ", \t"))) {
        size_t len = strcspn(at, ", \t");
        const struct ph__mechanism *m = ph__mechanism_named(at, len);
        if (usable(m, terms, have))
            return m->name;
        at += len;
    }
    return NULL;
}

const char *ph__sasl_choose(const struct ph__sasl_terms *terms)
{
    unsigned have = means(terms);
    if (terms->wanted)
        return choose_wanted(terms, have);
    for (size_t i = 0; i < MECHANISMS; i++)
        if (usable(&mechanisms[i], terms, have))
            return mechanisms[i].name;
    return NULL;
}
