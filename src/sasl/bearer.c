#include <string.h>

#include "sasl/parts.h"

/* XOAUTH2 and OAUTHBEARER: one message, and if the server has an error to tell,
 * one more, after which it says so in SMTP too. They name one identity: the one
 * to act as. */

#define END "\1"

int ph__xoauth2_start(struct ph__sasl *s, const struct ph__sasl_terms *terms)
{
    const struct ph_credentials *c = terms->credentials;
    return ph__buf_format(&s->message, "user=%s" END "auth=Bearer %s" END END,
                          c->authzid ? c->authzid : c->user, c->token);
}

/* RFC 5801 4: a saslname. */
static int add_name(struct ph__buf *out, const char *name)
{
    int rc = PH_OK;
    for (; *name && !rc; name++)
        rc = *name == ','   ? ph__buf_add_text(out, "=2C")
             : *name == '=' ? ph__buf_add_text(out, "=3D")
                            : ph__buf_add_char(out, *name);
    return rc;
}

/* RFC 7628 3.1 */
int ph__oauthbearer_start(struct ph__sasl *s,
                          const struct ph__sasl_terms *terms)
{
    const struct ph_credentials *c = terms->credentials;
    struct ph__buf *out = &s->message;
    int rc = ph__buf_add_text(out, "n,a=");
    if (!rc)
        rc = add_name(out, c->authzid ? c->authzid : c->user);
    if (!rc)
        rc = ph__buf_add_text(out, "," END);
    if (!rc && c->host)
        rc = ph__buf_format(out, "host=%s" END, c->host);
    if (!rc && c->port)
        rc = ph__buf_format(out, "port=%u" END, c->port);
    if (!rc)
        rc = ph__buf_format(out, "auth=Bearer %s" END END, c->token);
    return rc;
}

int ph__bearer_step(struct ph__sasl *s, const char *challenge, size_t len,
                    struct ph__buf *out)
{
    if (s->round == 1) {
        int rc = ph__buf_add(out, s->message.data, s->message.len);
        ph__buf_wipe(&s->message);
        s->done = !rc;
        return rc;
    }
    s->done = false;
    ph__sasl_keep(s, challenge, len);
    bool xoauth2 = s->mechanism->start == ph__xoauth2_start;
    return xoauth2 ? PH_OK : ph__buf_add_text(out, END); /* RFC 7628 3.2.3 */
}
