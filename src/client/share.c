#include "client/share.h"

#include <stdlib.h>

#include "base/text.h"
#include "client/parts.h"

int ph__client_new_like(struct ph_client **out, const struct ph_client *like,
                        const struct ph__client_peer *peer)
{
    struct ph_client *c = ph__client_alloc(like->loop);
    if (!c)
        return PH_E_NOMEM;
    c->like = like;
    c->tls = like->tls;
    c->numbers = like->numbers;
    c->engine_options = like->engine_options; /* one pace for all */
    c->engine_options.policy = (struct ph__policy){0};
    int rc = ph__settings_share(&c->settings, &like->settings, peer);
    if (!rc)
        rc = ph__client_open(c);
    if (rc) {
        ph__client_free(c);
        return rc;
    }
    *out = c;
    return PH_OK;
}

void ph__client_side_with(struct ph_client *c, const struct ph_client *other)
{
    c->numbers = other->numbers;
    c->engine_options.pace = other->engine_options.pace;
}

void ph__client_keep_job(struct ph_job *job, struct ph__link *keeper)
{
    if (job->kept)
        return;
    job->kept = true;
    ph__list_append(keeper, &job->keeper);
}

void ph__client_free_kept(struct ph__link *keeper)
{
    while (!ph__list_empty(keeper)) {
        struct ph_job *job = ph__of(keeper->next, struct ph_job, keeper);
        ph__list_remove(&job->keeper);
        ph__job_free(job);
    }
}

const char *ph__client_hello(const struct ph_client *c)
{
    return c->settings.hello;
}

int ph__client_send_some(struct ph_client *c, struct ph_message *msg,
                         const size_t *index, size_t count,
                         const struct ph_send_options *opts, ph_sent_cb cb,
                         void *user)
{
    struct ph_job *job;
    int rc = ph__job_new(&job, c, msg, index, count, opts);
    if (rc)
        return rc;
    job->borrowed = true;
    ph__job_submit(job, cb, user);
    return PH_OK;
}
