#include "engine/job.h"

static void set(struct ph_recipient_result *result, enum ph_outcome outcome,
                const struct ph_error *why)
{
    result->outcome = outcome;
    result->stage = why->stage;
    result->code = why->code;
    result->reply = why->reply;
    result->detail = why->detail ? why->detail : "";
    if (!result->reply.text)
        result->reply.text = "";
}

void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why)
{
    for (size_t i = 0; i < job->env.to_count; i++)
        set(&job->results[i], outcome, why);
}

void ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m)
{
    for (size_t i = 0; i < job->env.to_count; i++) {
        struct ph_verdict verdict;
        ph_machine_verdict(m, i, &verdict);
        set(&job->results[i], verdict.outcome, &verdict.why);
    }
}
