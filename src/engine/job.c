#include <stdlib.h>
#include <string.h>

#include "engine/job.h"

enum {
    WHOLE_MAX = 1 << 20, /* a content up to this is one piece */
    PIECE = 256 << 10    /* larger ones are cut, for BDAT */
};

/* A text of an earlier turn. */
struct ph__kept {
    struct ph__kept *next;
    char text[];
};

/* ---- results ---- */

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

static bool is_open(const struct ph_recipient_result *result)
{
    return result->outcome == PH_UNSENT && result->code == PH_OK;
}

static size_t count_open(const struct ph__job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->env.to_count; i++)
        n += is_open(&job->results[i]);
    return n;
}

bool ph__job_is_open(const struct ph__job *job)
{
    return count_open(job) > 0;
}

void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why)
{
    for (size_t i = 0; i < job->env.to_count; i++)
        if (is_open(&job->results[i]))
            set(&job->results[i], outcome, why);
}

struct ph_recipient_result *ph__job_turn_result(const struct ph__job *job,
                                                size_t i)
{
    const struct ph__turn *turn = &job->turn;
    return &job->results[turn->index ? turn->index[i] : i];
}

size_t ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m,
                             bool final)
{
    const struct ph__turn *turn = &job->turn;
    size_t accepted = 0;
    bool limited = false;
    job->untouched = true;
    for (size_t i = 0; i < turn->env.to_count; i++) {
        struct ph_verdict v;
        ph_machine_verdict(m, i, &v);
        accepted += v.outcome == PH_ACCEPTED;
        limited |= v.postponed && v.why.reply.code;
        job->untouched &= v.postponed && !v.why.reply.code;
        if (final || !v.postponed)
            set(ph__job_turn_result(job, i), v.outcome, &v.why);
    }
    return limited ? accepted : 0;
}

static const char *keep(struct ph__job *job, const char *text)
{
    size_t len = strlen(text);
    struct ph__kept *kept = len ? malloc(sizeof(*kept) + len + 1) : NULL;
    if (!kept)
        return "";
    memcpy(kept->text, text, len + 1);
    kept->next = job->kept;
    job->kept = kept;
    return kept->text;
}

void ph__job_keep_texts(struct ph__job *job)
{
    const struct ph__turn *turn = &job->turn;
    for (size_t i = 0; i < turn->env.to_count; i++) {
        struct ph_recipient_result *r = ph__job_turn_result(job, i);
        if (is_open(r))
            continue;
        r->reply.text = keep(job, r->reply.text);
        r->detail = keep(job, r->detail);
    }
}

/* ---- turns ---- */

static int grow(struct ph__turn *turn, size_t count)
{
    if (turn->to)
        return PH_OK;
    const char **to = calloc(count, sizeof(*to));
    const char **original = calloc(count, sizeof(*original));
    size_t *index = calloc(count, sizeof(*index));
    if (!to || !original || !index) {
        free(to);
        free(original);
        free(index);
        return PH_E_NOMEM;
    }
    turn->to = to;
    turn->original = original;
    turn->index = index;
    return PH_OK;
}

static void choose(struct ph__job *job, size_t max)
{
    struct ph__turn *turn = &job->turn;
    const struct ph_parameters *p = job->env.parameters;
    size_t n = 0;
    for (size_t i = 0; i < job->env.to_count && n < max; i++) {
        if (!is_open(&job->results[i]))
            continue;
        turn->to[n] = job->env.to[i];
        turn->original[n] = p && p->original ? p->original[i] : NULL;
        turn->index[n++] = i;
    }
    turn->env.to = turn->to;
    turn->env.to_count = n;
    if (!p)
        return;
    turn->parameters = *p;
    turn->parameters.original = turn->original;
    turn->env.parameters = &turn->parameters;
}

int ph__job_take_turn(struct ph__job *job, size_t max)
{
    struct ph__turn *turn = &job->turn;
    size_t open = count_open(job);
    bool all = open == job->env.to_count && !turn->to &&
               (open <= max || job->env.all_or_nothing);
    turn->env = job->env;
    turn->env.user = job;
    turn->content_at = 0;
    if (all)
        return PH_OK;
    int rc = grow(turn, job->env.to_count);
    if (!rc)
        choose(job, max);
    return rc;
}

struct ph_slice ph__job_next_piece(struct ph__job *job, bool *last)
{
    struct ph__turn *turn = &job->turn;
    size_t left = job->content.len - turn->content_at;
    struct ph_slice piece = {job->content.data + turn->content_at,
                             left > WHOLE_MAX ? PIECE : left};
    turn->content_at += piece.len;
    *last = piece.len == left;
    return piece;
}

void ph__job_done(struct ph__job *job)
{
    while (job->kept) {
        struct ph__kept *kept = job->kept;
        job->kept = kept->next;
        free(kept);
    }
    free(job->turn.to);
    free(job->turn.original);
    free(job->turn.index);
}
