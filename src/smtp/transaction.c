#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "smtp/limits.h"
#include "smtp/parameters.h"
#include "smtp/transaction.h"

void ph__transaction_init(struct ph__transaction *tx)
{
    *tx = (struct ph__transaction){0};
    ph__buf_init(&tx->texts, PH__TEXTS_MAX);
}

void ph__transaction_done(struct ph__transaction *tx)
{
    ph__buf_done(&tx->texts);
    free(tx->fates);
    tx->fates = NULL;
}

static bool sendable(const char *address, enum ph__address_use use)
{
    return !ph__address_problem(address, strlen(address), use);
}

static int check(const struct ph_envelope *env)
{
    if (env->size != sizeof(*env) || !env->from || !env->to_count || !env->to)
        return PH_E_INVALID;
    if (env->to_count > PH__RECIPIENTS_MAX)
        return PH_E_LIMIT;
    if (!sendable(env->from, PH__REVERSE_PATH))
        return PH_E_ADDRESS;
    for (size_t i = 0; i < env->to_count; i++)
        if (!sendable(env->to[i], PH__RECIPIENT))
            return PH_E_ADDRESS;
    return ph__parameters_check(env);
}

int ph__transaction_begin(struct ph__transaction *tx,
                          const struct ph_envelope *env)
{
    int rc = check(env);
    if (rc)
        return rc;
    struct ph__transaction old = *tx;
    if (env->to_count > old.cap) {
        struct ph__fate *fates =
            realloc(old.fates, env->to_count * sizeof(*fates));
        if (!fates)
            return PH_E_NOMEM;
        old.fates = fates;
        old.cap = env->to_count;
    }
    memset(old.fates, 0, env->to_count * sizeof(*old.fates));
    ph__buf_clear(&old.texts);
    *tx = (struct ph__transaction){.env = *env,
                                   .fates = old.fates,
                                   .cap = old.cap,
                                   .texts = old.texts,
                                   .last_text = SIZE_MAX,
                                   .limit = env->to_count,
                                   .open = true};
    return PH_OK;
}

/* Where `text` stands in texts. The same text is kept once when it comes again
 * at once: one reply often decides many. Without memory it is "". */
static size_t keep_text(struct ph__transaction *tx, const char *text)
{
    struct ph__buf *b = &tx->texts;
    size_t at = b->len;
    if (tx->last_text < b->len && strcmp(b->data + tx->last_text, text) == 0)
        return tx->last_text;
    if (ph__buf_add(b, text, strlen(text) + 1))
        return SIZE_MAX;
    tx->last_text = at;
    return at;
}

void ph__transaction_decide(struct ph__transaction *tx, size_t i,
                            enum ph_outcome outcome, const struct ph_error *why)
{
    struct ph__fate *fate = &tx->fates[i];
    if (fate->decided)
        return;
    bool by_reply = why->reply.code != 0;
    bool has_detail = !by_reply && why->detail && *why->detail;
    tx->accepted -= fate->accepted;
    *fate = (struct ph__fate){.outcome = outcome,
                              .decided = true,
                              .code = why->code,
                              .stage = why->stage,
                              .state = why->state,
                              .reply_code = why->reply.code};
    memcpy(fate->enhanced, why->reply.enhanced, sizeof(fate->enhanced));
    fate->text = by_reply ? keep_text(tx, why->reply.text) : SIZE_MAX;
    fate->detail = has_detail ? keep_text(tx, why->detail) : SIZE_MAX;
}

void ph__transaction_postpone(struct ph__transaction *tx, size_t i,
                              enum ph_outcome outcome,
                              const struct ph_error *why)
{
    if (tx->fates[i].decided)
        return;
    ph__transaction_decide(tx, i, outcome, why);
    tx->fates[i].postponed = true;
}

void ph__transaction_decide_all(struct ph__transaction *tx,
                                enum ph_outcome outcome,
                                const struct ph_error *why)
{
    for (size_t i = 0; i < tx->env.to_count; i++)
        ph__transaction_decide(tx, i, outcome, why);
}

void ph__transaction_postpone_all(struct ph__transaction *tx,
                                  enum ph_outcome outcome,
                                  const struct ph_error *why)
{
    for (size_t i = 0; i < tx->env.to_count; i++)
        ph__transaction_postpone(tx, i, outcome, why);
}

void ph__transaction_accept(struct ph__transaction *tx, size_t i)
{
    if (tx->fates[i].decided || tx->fates[i].accepted)
        return;
    tx->fates[i].accepted = true;
    tx->accepted++;
}

size_t ph__transaction_next(const struct ph__transaction *tx, size_t i)
{
    while (i < tx->limit && tx->fates[i].decided)
        i++;
    return i;
}

static const char *text_at(const struct ph__transaction *tx, size_t i,
                           size_t offset)
{
    bool has = tx->fates[i].decided && offset < tx->texts.len;
    return has ? tx->texts.data + offset : "";
}

void ph__transaction_verdict(const struct ph__transaction *tx, size_t i,
                             struct ph_verdict *out)
{
    const struct ph__fate *fate = &tx->fates[i];
    *out = (struct ph_verdict){
        .outcome = fate->outcome,
        .postponed = fate->postponed,
        .why = {.code = fate->code,
                .stage = fate->stage,
                .state = fate->state ? fate->state : "",
                .reply = {.code = fate->reply_code,
                          .text = text_at(tx, i, fate->text)},
                .detail = text_at(tx, i, fate->detail)}};
    memcpy(out->why.reply.enhanced, fate->enhanced, sizeof(fate->enhanced));
}
