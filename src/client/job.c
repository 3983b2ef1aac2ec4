#include <stdlib.h>
#include <string.h>

#include "client/parts.h"
#include "message/internal.h"
#include "message/slices.h"

/* `index` NULL: all of them. */
static int set_envelope(struct ph_job *job, const size_t *index, size_t count)
{
    struct ph__job *j = &job->job;
    const struct ph__slices *content;
    int rc = ph__message_content(&content, job->msg);
    if (rc)
        return rc;
    j->content = content->list;
    j->slices = content->count;
    job->own_octets = ph__message_own_octets(job->msg);
    job->to = &job->one_to;
    j->results = &job->one_result;
    if (count > 1) {
        job->to = calloc(count, sizeof(*job->to));
        j->results = calloc(count, sizeof(*j->results));
        if (!job->to || !j->results)
            return PH_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = index ? index[i] : i;
        job->to[i] = ph__message_wire_recipient(job->msg, at);
        j->results[i].address = ph_message_recipient(job->msg, at);
    }
    j->env =
        (struct ph_envelope){.size = sizeof(j->env),
                             .from = ph__message_wire_sender(job->msg),
                             .to = job->to,
                             .to_count = count,
                             .content_size = content->octets,
                             .eight_bit = ph__message_eight_bit(job->msg),
                             .binary = ph__message_binary(job->msg),
                             .utf8 = ph__message_has_utf8_header(job->msg)};
    return PH_OK;
}

int ph__job_new(struct ph_job **out, struct ph_client *c,
                struct ph_message *msg, const size_t *index, size_t count,
                const struct ph_send_options *opts)
{
    struct ph_job *job = calloc(1, sizeof(*job));
    if (!job)
        return PH_E_NOMEM;
    job->client = c;
    job->msg = msg;
    ph__list_init(&job->job.link);
    int rc = set_envelope(job, index, count);
    if (!rc && opts && opts->parameters)
        rc = ph__job_set_parameters(job, opts->parameters);
    if (rc) {
        ph__job_drop(job);
        return rc;
    }
    job->commit = opts ? opts->commit : NULL;
    job->job.env.commit = job->commit != NULL;
    job->job.env.all_or_nothing = opts && opts->all_or_nothing;
    job->submitted = uv_now(c->loop);
    if (opts && opts->deadline_secs)
        job->job.deadline = job->submitted + opts->deadline_secs * 1000ULL;
    if (opts && opts->job)
        *opts->job = job;
    *out = job;
    return PH_OK;
}

/* The message is still the caller's. */
void ph__job_drop(struct ph_job *job)
{
    job->msg = NULL;
    ph__job_free(job);
}

void ph__job_submit(struct ph_job *job, ph_sent_cb cb, void *user)
{
    struct ph_client *c = job->client;
    job->cb = cb;
    job->user = user;
    c->pending++;
    c->pending_octets += job->own_octets;
    ph__engine_submit(c->engine, &job->job);
    ph__client_pump_soon(c);
}

void ph__job_free(struct ph_job *job)
{
    ph__job_free_parameters(job);
    if (job->to != &job->one_to) {
        free(job->to);
        free(job->job.results);
    }
    if (!job->borrowed)
        ph_message_free(job->msg);
    ph__job_done(&job->job);
    free(job);
}

static int first_failure(const struct ph__job *job)
{
    for (size_t i = 0; i < job->env.to_count; i++)
        if (job->results[i].outcome != PH_ACCEPTED)
            return job->results[i].code;
    return PH_OK;
}

/* What is known of the session that had it last. */
static char *add_session(struct ph_result *result, const struct ph_job *job)
{
    const struct ph__session *last = job->job.last;
    struct ph__link_up *link = last ? ph__session_user(last) : NULL;
    result->peer = result->tls = result->cipher = result->dialogue = "";
    if (!link)
        return NULL;
    ph__link_trace(link); /* the last word, too */
    result->peer = ph__conn_peer(link->conn);
    result->tls = link->tls;
    result->cipher = link->cipher;
    char *text = result->code && link->dialogue
                     ? ph__dialogue_text(link->dialogue)
                     : NULL;
    if (text)
        result->dialogue = text;
    return text;
}

static void count(struct ph_client *c, const struct ph_job *job)
{
    for (size_t i = 0; i < job->job.env.to_count; i++)
        c->outcomes[job->job.results[i].outcome]++;
    ph__client_count_out(c, job->own_octets);
}

/* The last the client does with it: the callback, once. */
void ph__job_finish(struct ph_job *job)
{
    struct ph_client *c = job->client;
    const struct ph__job *j = &job->job;
    struct ph_result result = {.code = first_failure(j),
                               .count = j->env.to_count,
                               .recipients = j->results,
                               .message_id = ph__message_id(job->msg),
                               .server = j->reached ? c->settings.server : "",
                               .attempts = j->attempts,
                               .secure = j->secure,
                               .elapsed_ms = uv_now(c->loop) - job->submitted,
                               .mechanism = j->mechanism ? j->mechanism : ""};
    char *text = add_session(&result, job);
    count(c, job);
    if (job->cb)
        job->cb(&result, job->user);
    free(text);
    job->over = true;
    if (!job->kept)
        ph__job_free(job);
}
