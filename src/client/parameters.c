#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client/parts.h"

/* RFC 3461 4.2: the address as it was given. One that only SMTPUTF8 can carry
 * has none: "utf-8;" needs an encoding of its own (RFC 6533 3). */
static int make_original(char **out, const char *address)
{
    static const char type[] = "rfc822;";
    size_t len = strlen(address);
    if (!ph__text_is_ascii(address, len))
        return PH_OK;
    char *text = malloc(sizeof(type) + len);
    if (!text)
        return PH_E_NOMEM;
    memcpy(text, type, sizeof(type) - 1);
    memcpy(text + sizeof(type) - 1, address, len + 1);
    *out = text;
    return PH_OK;
}

static int make_originals(struct ph_job *job)
{
    size_t count = job->job.env.to_count;
    job->original = calloc(count, sizeof(*job->original));
    int rc = job->original ? PH_OK : PH_E_NOMEM;
    for (size_t i = 0; i < count && !rc; i++)
        rc = make_original(&job->original[i], job->job.results[i].address);
    job->parameters.original = (const char *const *)job->original;
    return rc;
}

static int copy(const char **out, const char *text)
{
    char *made = NULL;
    int rc = ph__text_copy(&made, text);
    *out = made;
    return rc;
}

int ph__parameters_copy(struct ph_parameters *out,
                        const struct ph_parameters *p)
{
    if (p->size != sizeof(*p))
        return PH_E_INVALID;
    *out = *p;
    out->original = NULL;
    out->envelope_id = out->auth = out->hold_until = out->priority = NULL;
    int rc = copy(&out->envelope_id, p->envelope_id);
    if (!rc)
        rc = copy(&out->auth, p->auth);
    if (!rc)
        rc = copy(&out->hold_until, p->hold_until);
    return rc ? rc : copy(&out->priority, p->priority);
}

void ph__parameters_done(struct ph_parameters *p)
{
    free((char *)p->envelope_id);
    free((char *)p->auth);
    free((char *)p->hold_until);
    free((char *)p->priority);
}

int ph__job_set_parameters(struct ph_job *job, const struct ph_parameters *p)
{
    int rc = ph__parameters_copy(&job->parameters, p);
    if (!rc && p->notify)
        rc = make_originals(job);
    job->job.env.parameters = &job->parameters;
    return rc;
}

void ph__job_free_parameters(struct ph_job *job)
{
    ph__parameters_done(&job->parameters);
    for (size_t i = 0; job->original && i < job->job.env.to_count; i++)
        free(job->original[i]);
    free(job->original);
}
