/* The recipients of a submission in one domain: from its MX records to the
 * exchanger that takes the message, or the last that does not. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mx/parts.h"

static void try_host(struct ph__mx_delivery *d);

int ph__mx_delivery_new(struct ph__mx_delivery **out, struct ph__mx_job *job,
                        const char *domain, size_t count)
{
    struct ph__mx_delivery *d = calloc(1, sizeof(*d));
    size_t *index = calloc(count, sizeof(*index));
    int rc = d && index ? ph__text_copy(&d->domain, domain) : PH_E_NOMEM;
    if (rc) {
        free(index);
        free(d);
        return rc;
    }
    d->index = index;
    d->count = count;
    d->job = job;
    ph__list_init(&d->link);
    ph__list_append(&job->deliveries, &d->of_job);
    job->open++;
    *out = d;
    return PH_OK;
}

void ph__mx_delivery_free(struct ph__mx_delivery *d)
{
    ph__list_remove(&d->link);
    ph__list_remove(&d->of_job);
    ph__sts_free(d->policy);
    free(d->index);
    free(d->domain);
    free(d);
}

/* ---- the end ---- */

static void finish(struct ph__mx_delivery *d)
{
    struct ph__mx_job *job = d->job;
    struct ph_mx *mx = job->mx;
    if (d->begun)
        mx->active--;
    else
        mx->waiting_count--;
    ph__mx_delivery_free(d);
    ph__mx_job_delivered(job);
    ph__mx_work_soon(mx);
}

static void note_all(struct ph__mx_delivery *d, enum ph_outcome outcome,
                     const struct ph_error *why)
{
    struct ph_recipient_result result = {.outcome = outcome,
                                         .stage = why->stage,
                                         .code = why->code,
                                         .reply = why->reply,
                                         .detail =
                                             why->detail ? why->detail : ""};
    if (!result.reply.text)
        result.reply.text = "";
    for (size_t i = 0; i < d->count; i++)
        ph__mx_job_note(d->job, d->index[i], &result);
}

static void judge(struct ph__mx_delivery *d, enum ph_outcome outcome,
                  const struct ph_error *why)
{
    note_all(d, outcome, why);
    finish(d);
}

static void ask_no_more(struct ph__mx_delivery *d)
{
    for (size_t i = 0; i < 2; i++) {
        ph__dns_cancel(d->query[i]);
        d->query[i] = NULL;
    }
    ph__mx_policy_forget(d);
}

void ph__mx_delivery_cancel(struct ph__mx_delivery *d)
{
    static const struct ph_error why = {.code = PH_E_CANCELED};
    if (d->host)
        return;
    ask_no_more(d);
    judge(d, PH_UNSENT, &why);
}

/* ---- host by host ---- */

static void go_on(struct ph__mx_delivery *d)
{
    if (d->count && ++d->at < d->route.count && !d->job->mx->aborted)
        try_host(d);
    else
        finish(d);
}

void ph__mx_delivery_pass_over(struct ph__mx_delivery *d,
                               const struct ph_error *why)
{
    note_all(d, PH_UNSENT, why);
    go_on(d);
}

/* A domain that is its own host and has no address takes no mail (RFC 5321
 * 5.1). */
static void judge_implicit(const struct ph__mx_delivery *d,
                           struct ph_recipient_result *r)
{
    if (d->route.implicit && r->outcome == PH_UNSENT && r->code == PH_E_RESOLVE)
        r->outcome = PH_REFUSED;
}

/* Where nobody gets it unless everybody does, one who is out ends it. */
static void on_sent(const struct ph_result *result, void *user)
{
    struct ph__mx_delivery *d = user;
    size_t open = 0;
    ph__mx_host_give_back(d->host);
    d->host = NULL;
    ph__mx_job_note_host(d->job, result);
    for (size_t i = 0; i < result->count; i++) {
        struct ph_recipient_result r = result->recipients[i];
        judge_implicit(d, &r);
        ph__mx_job_note(d->job, d->index[i], &r);
        if (ph__route_goes_on(&r))
            d->index[open++] = d->index[i];
    }
    bool whole = !d->job->options.all_or_nothing || open == d->count;
    d->count = whole ? open : 0;
    go_on(d);
}

/* Whoever is asked may answer when this host is given up. */
static void on_commit(struct ph_job *job, void *user)
{
    struct ph__mx_delivery *d = user;
    ph__client_keep_job(job, &d->job->asked);
    d->job->commit(job, d->job->user);
}

void ph__mx_delivery_send(struct ph__mx_delivery *d,
                          const struct ph__mx_peer *peer)
{
    struct ph_send_options opts = d->job->options;
    opts.size = sizeof(opts);
    opts.commit = d->job->commit ? on_commit : NULL;
    int rc = ph__mx_host_take(&d->host, d->job->mx, peer);
    if (!rc) {
        rc = ph__client_send_some(d->host->client, d->job->msg, d->index,
                                  d->count, &opts, on_sent, d);
        if (!rc)
            return;
        ph__mx_host_give_back(d->host);
        d->host = NULL;
    }
    struct ph_error why = {.code = (enum ph_code)rc,
                           .stage = PH_STAGE_CONNECT,
                           .detail = ph_strerror(rc)};
    ph__mx_delivery_pass_over(d, &why);
}

static void try_host(struct ph__mx_delivery *d)
{
    if (d->route.secure && d->job->mx->strict)
        ph__mx_delivery_approach(d);
    else
        ph__mx_policy_send(d);
}

/* ---- the beginning ---- */

/* A domain that takes no mail needs no policy. */
void ph__mx_delivery_look(struct ph__mx_delivery *d)
{
    if (!d->routed)
        return;
    if (d->route.outcome != PH_UNSENT) {
        ask_no_more(d);
        judge(d, d->route.outcome, &d->route.why);
    } else if (!d->query[1] && !d->fetch) {
        ph__mx_policy_recall(d);
        try_host(d);
    }
}

static void on_mx(void *user, const struct ph__dns_answer *answer)
{
    struct ph__mx_delivery *d = user;
    d->query[0] = NULL;
    ph__route_read(&d->route, d->domain, answer,
                   ph__client_hello(d->job->mx->usual));
    d->routed = true;
    ph__mx_delivery_look(d);
}

void ph__mx_delivery_begin(struct ph__mx_delivery *d)
{
    static const struct ph_error homeless = {
        .code = PH_E_ADDRESS,
        .stage = PH_STAGE_RESOLVE,
        .detail = "an address without a domain has no exchanger"};
    static const struct ph_error no_memory = {.code = PH_E_NOMEM,
                                              .stage = PH_STAGE_RESOLVE};
    struct ph_mx *mx = d->job->mx;
    d->begun = true;
    mx->waiting_count--;
    mx->active++;
    if (!*d->domain) {
        judge(d, PH_REFUSED, &homeless);
    } else if (ph__route_is_literal(d->domain)) {
        ph__route_literal(&d->route, d->domain);
        d->routed = true;
        ph__mx_delivery_look(d);
    } else if (ph__dns_ask(&d->query[0], mx->dns, PH__DNS_MX, d->domain, on_mx,
                           d) ||
               ph__mx_policy_ask(d)) {
        ask_no_more(d);
        judge(d, PH_UNSENT, &no_memory);
    }
}
