#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "smtp/limits.h"
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

/* Commands are ASCII (RFC 5321 2.4) as long as SMTPUTF8 is not spoken. */
static bool sendable(const char *address, enum ph__address_use use)
{
    size_t len = strlen(address);
    return !ph__address_problem(address, len, use) &&
           ph__text_is_ascii(address, len);
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
    return PH_OK;
}

int ph__transaction_begin(struct ph__transaction *tx,
                          const struct ph_envelope *env)
{
    int rc = check(env);
    if (rc)
        return rc;
    if (env->to_count > tx->cap) {
        struct ph__fate *fates =
            realloc(tx->fates, env->to_count * sizeof(*fates));
        if (!fates)
            return PH_E_NOMEM;
        tx->fates = fates;
        tx->cap = env->to_count;
    }
    memset(tx->fates, 0, env->to_count * sizeof(*tx->fates));
    ph__buf_clear(&tx->texts);
    tx->last_text = SIZE_MAX;
    tx->env = *env;
    tx->accepted = 0;
    tx->open = true;
    tx->spoiled = false;
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
    tx->accepted -= fate->accepted;
    *fate = (struct ph__fate){.outcome = outcome,
                              .decided = true,
                              .code = why->code,
                              .stage = why->stage,
                              .state = why->state,
                              .reply_code = why->reply.code};
    memcpy(fate->enhanced, why->reply.enhanced, sizeof(fate->enhanced));
    fate->text = why->reply.code ? keep_text(tx, why->reply.text) : SIZE_MAX;
}

void ph__transaction_accept(struct ph__transaction *tx, size_t i)
{
    if (tx->fates[i].decided || tx->fates[i].accepted)
        return;
    tx->fates[i].accepted = true;
    tx->accepted++;
}
