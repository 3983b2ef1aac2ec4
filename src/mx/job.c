/* A submission: its recipients by domain, and what became of each. */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "message/internal.h"
#include "mx/parts.h"

/* ---- recipients by domain ---- */

struct place {
    char *domain;
    size_t index;
};

static int by_domain(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->domain, y->domain);
    return order ? order : x->index < y->index ? -1 : x->index > y->index;
}

/* ASCII letters of a domain do not differ by case (RFC 5321 2.4). */
static int find_place(struct place *out, const struct ph_message *msg, size_t i)
{
    const char *address = ph__message_wire_recipient(msg, i);
    size_t len = strlen(address);
    size_t at = ph__address_at(address, len);
    out->index = i;
    int rc = ph__text_copy(&out->domain, at < len ? address + at + 1 : "");
    for (char *c = out->domain; !rc && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return rc;
}

/* A delivery for the first few places, which have one domain. */
static int add_delivery(struct ph__mx_job *job, const struct place *places,
                        size_t count)
{
    struct ph__mx_delivery *d;
    int rc = ph__mx_delivery_new(&d, job, places->domain, count);
    for (size_t i = 0; !rc && i < count; i++)
        d->index[i] = places[i].index;
    return rc;
}

static int add_deliveries(struct ph__mx_job *job, struct place *places)
{
    int rc = PH_OK;
    qsort(places, job->count, sizeof(*places), by_domain);
    for (size_t i = 0, next; !rc && i < job->count; i = next) {
        next = i + 1;
        while (next < job->count &&
               !strcmp(places[i].domain, places[next].domain))
            next++;
        rc = add_delivery(job, &places[i], next - i);
    }
    return rc;
}

static int split(struct ph__mx_job *job)
{
    struct place *places = calloc(job->count, sizeof(*places));
    int rc = places ? PH_OK : PH_E_NOMEM;
    for (size_t i = 0; !rc && i < job->count; i++)
        rc = find_place(&places[i], job->msg, i);
    if (!rc)
        rc = add_deliveries(job, places);
    for (size_t i = 0; places && i < job->count; i++)
        free(places[i].domain);
    free(places);
    return rc;
}

/* ---- birth and death ---- */

static int set_up(struct ph__mx_job *job, const struct ph_send_options *opts)
{
    if (opts) {
        job->options = *opts;
        job->options.parameters = NULL;
        job->commit = opts->commit;
    }
    if (opts && opts->parameters) {
        int rc = ph__parameters_copy(&job->parameters, opts->parameters);
        if (rc)
            return rc;
        job->options.parameters = &job->parameters;
    }
    job->results = calloc(job->count, sizeof(*job->results));
    if (!job->results)
        return PH_E_NOMEM;
    for (size_t i = 0; i < job->count; i++) {
        job->results[i].address = ph_message_recipient(job->msg, i);
        job->results[i].reply.text = job->results[i].detail = "";
    }
    int rc = split(job);
    bool whole = opts && opts->all_or_nothing;
    return rc ? rc : whole && job->open > 1 ? PH_E_INVALID : PH_OK;
}

int ph__mx_job_new(struct ph__mx_job **out, struct ph_mx *mx,
                   struct ph_message *msg, const struct ph_send_options *opts)
{
    struct ph__mx_job *job = calloc(1, sizeof(*job));
    if (!job)
        return PH_E_NOMEM;
    ph__list_init(&job->link);
    ph__list_init(&job->deliveries);
    ph__list_init(&job->asked);
    job->mx = mx;
    job->msg = msg;
    job->count = ph_message_recipient_count(msg);
    job->secure = true;
    int rc = set_up(job, opts);
    if (rc) {
        job->msg = NULL; /* still the caller's */
        ph__mx_job_free(job);
        return rc;
    }
    *out = job;
    return PH_OK;
}

/* Those that are not empty are ours. */
static void free_text(const char *text)
{
    if (text && *text)
        free((char *)text);
}

void ph__mx_job_free(struct ph__mx_job *job)
{
    while (!ph__list_empty(&job->deliveries))
        ph__mx_delivery_free(
            ph__of(job->deliveries.next, struct ph__mx_delivery, of_job));
    for (size_t i = 0; job->results && i < job->count; i++) {
        free_text(job->results[i].reply.text);
        free_text(job->results[i].detail);
    }
    free(job->results);
    ph__client_free_kept(&job->asked);
    ph__parameters_done(&job->parameters);
    ph_message_free(job->msg);
    free(job);
}

/* ---- results ---- */

static void keep_text(const char **out, const char *text)
{
    char *copy = NULL;
    free_text(*out);
    *out = "";
    if (*text && !ph__text_copy(&copy, text))
        *out = copy;
}

void ph__mx_job_note(struct ph__mx_job *job, size_t recipient,
                     const struct ph_recipient_result *result)
{
    struct ph_recipient_result *own = &job->results[recipient];
    if (!ph__route_outweighs(result, own))
        return;
    own->outcome = result->outcome;
    own->stage = result->stage;
    own->code = result->code;
    own->about = result->about;
    own->hint = result->hint;
    own->reply.code = result->reply.code;
    memcpy(own->reply.enhanced, result->reply.enhanced,
           sizeof(own->reply.enhanced));
    keep_text(&own->reply.text, result->reply.text);
    keep_text(&own->detail, result->detail);
}

void ph__mx_job_note_host(struct ph__mx_job *job,
                          const struct ph_result *result)
{
    size_t len = strlen(result->server);
    if (len && len < sizeof(job->server))
        memcpy(job->server, result->server, len + 1);
    job->attempts += result->attempts;
    if (result->attempts)
        job->secure = job->secure && result->secure;
}

void ph__mx_job_delivered(struct ph__mx_job *job)
{
    if (--job->open)
        return;
    ph__list_remove(&job->link);
    ph__list_append(&job->mx->finished, &job->link);
}

static int first_failure(const struct ph__mx_job *job)
{
    for (size_t i = 0; i < job->count; i++)
        if (job->results[i].outcome != PH_ACCEPTED)
            return job->results[i].code;
    return PH_OK;
}

void ph__mx_job_tell(struct ph__mx_job *job)
{
    struct ph_result result = {.code = first_failure(job),
                               .count = job->count,
                               .recipients = job->results,
                               .message_id = ph__message_id(job->msg),
                               .server = job->server,
                               .attempts = job->attempts,
                               .secure = job->attempts && job->secure,
                               .mechanism = "",
                               .peer = "",
                               .tls = "",
                               .cipher = "",
                               .elapsed_ms =
                                   uv_now(job->mx->loop) - job->submitted,
                               .dialogue = ""};
    if (job->cb)
        job->cb(&result, job->user);
    ph__mx_job_free(job);
}
