#include <stdlib.h>
#include <string.h>

#include "engine/class.h"
#include "engine/job.h"

enum {
    WHOLE_MAX = 1 << 20, /* a slice up to this is one piece */
    PIECE = 256 << 10    /* larger ones are cut, for BDAT */
};

/* A text of an earlier turn. */
struct ph__kept {
    struct ph__kept *next;
    char text[];
};

/* ---- results ---- */

/* Whoever may have it already may have it, and who was asked for was, whatever
 * a later attempt says. */
static void set(struct ph_recipient_result *result, enum ph_outcome outcome,
                const struct ph_error *why)
{
    if (result->outcome == PH_UNCERTAIN && outcome != PH_ACCEPTED)
        outcome = PH_UNCERTAIN;
    if (result->outcome == PH_DEFERRED && outcome == PH_UNSENT)
        outcome = PH_DEFERRED;
    result->outcome = outcome;
    result->stage = why->stage;
    result->code = why->code;
    result->reply = why->reply;
    result->detail = why->detail ? why->detail : "";
    if (!result->reply.text)
        result->reply.text = "";
    result->hint = "";
    result->about = ph__class_of(result, &result->hint);
    if (result->about == PH_CLASS_QUOTA && result->outcome == PH_REFUSED)
        result->outcome = PH_DEFERRED; /* whatever digit it begins with (U17) */
}

bool ph__result_is_open(const struct ph_recipient_result *result)
{
    return result->outcome != PH_ACCEPTED && result->about == PH_CLASS_NONE;
}

void ph__result_reopen(struct ph_recipient_result *result)
{
    result->about = PH_CLASS_NONE;
}

size_t ph__job_open(const struct ph__job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->env.to_count; i++)
        n += ph__result_is_open(&job->results[i]);
    return n;
}

static void judge(struct ph_recipient_result *result, enum ph_outcome outcome,
                  const struct ph_error *why)
{
    const struct ph_error before = {.code = result->code,
                                    .stage = result->stage,
                                    .reply = result->reply,
                                    .detail = result->detail};
    if (!ph__result_is_open(result))
        return;
    if (before.code)
        set(result, result->outcome, &before);
    else
        set(result, outcome, why);
}

void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why)
{
    for (size_t i = 0; i < job->env.to_count; i++)
        judge(&job->results[i], outcome, why);
}

struct ph_recipient_result *ph__job_turn_result(const struct ph__job *job,
                                                size_t i)
{
    const struct ph__turn *turn = &job->turn;
    return &job->results[turn->index ? turn->index[i] : i];
}

/* The server takes no more in this transaction. The reply to what came before
 * it, which has ended the session, says nothing of that. */
static bool is_full(const struct ph_verdict *v)
{
    return v->postponed && v->why.reply.code && v->why.stage == PH_STAGE_RCPT;
}

static void note(struct ph__job *job, const struct ph_verdict *v)
{
    bool taken = v->outcome == PH_ACCEPTED || v->outcome == PH_UNCERTAIN;
    job->untouched &= v->postponed && !is_full(v);
    job->answered |= is_full(v) || (!v->postponed && v->why.reply.code);
    job->reached_content |= taken || v->why.stage >= PH_STAGE_DATA;
}

size_t ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m,
                             bool final)
{
    const struct ph__turn *turn = &job->turn;
    size_t accepted = 0;
    bool limited = false;
    bool decided = false;
    job->untouched = true;
    job->answered = false;
    job->reached_content = false;
    for (size_t i = 0; i < turn->env.to_count; i++) {
        struct ph_verdict v;
        ph_machine_verdict(m, i, &v);
        accepted += v.outcome == PH_ACCEPTED;
        limited |= is_full(&v);
        decided |= !v.postponed;
        note(job, &v);
    }
    /* All or nobody: nobody goes in a further turn. */
    final |= job->env.all_or_nothing && decided;
    for (size_t i = 0; i < turn->env.to_count; i++) {
        struct ph_recipient_result *r = ph__job_turn_result(job, i);
        struct ph_verdict v;
        ph_machine_verdict(m, i, &v);
        if (final || !v.postponed)
            set(r, v.outcome, &v.why);
        else if (r->outcome == PH_UNSENT)
            r->outcome = v.outcome; /* deferred, if it was asked for */
    }
    return limited ? accepted : 0;
}

void ph__job_blame_caller(struct ph__job *job)
{
    for (size_t i = 0; i < job->turn.env.to_count; i++) {
        struct ph_recipient_result *r = ph__job_turn_result(job, i);
        if (r->code != PH_E_CLOSED)
            continue;
        r->code = job->canceled;
        r->about = PH_CLASS_CALLER;
    }
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
        if (ph__result_is_open(r))
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
        if (!ph__result_is_open(&job->results[i]))
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
    size_t open = ph__job_open(job);
    bool all = open == job->env.to_count && !turn->to &&
               (open <= max || job->env.all_or_nothing);
    turn->env = job->env;
    turn->env.user = job;
    turn->slice = 0;
    turn->slice_at = 0;
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
    const struct ph_slice *slice = &job->content[turn->slice];
    size_t left = slice->len - turn->slice_at;
    struct ph_slice piece = {slice->data + turn->slice_at,
                             left > WHOLE_MAX ? PIECE : left};
    bool whole = piece.len == left;
    turn->slice += whole ? 1U : 0;
    turn->slice_at = whole ? 0 : turn->slice_at + piece.len;
    *last = turn->slice == job->slices;
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
