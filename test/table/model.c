#include "table/model.h"

#include <string.h>

const struct ph__transaction *model_current(const struct ph_machine *m)
{
    return m->recv.tx == PH__NO_TX ? NULL : ph__tx(m, m->recv.tx);
}

/* The content of the transaction has left completely. */
static bool content_left(const struct ph_machine *m)
{
    const struct ph__flight *f = &m->flight;
    for (size_t i = 0; i < f->count; i++) {
        const struct ph__said *said = &f->said[(f->first + i) % PH__FLIGHT_MAX];
        if (said->tx == m->recv.tx &&
            (said->state == ST_DOT || said->state == ST_LAST))
            return said->end <= m->out.sent;
    }
    return false;
}

void model_init(struct model *model, const struct ph_machine *m, int code)
{
    const struct ph__transaction *tx = model_current(m);
    *model = (struct model){.rcpt = m->recv.rcpt,
                            .code = code,
                            .open = tx && tx->open,
                            .lmtp = m->config.lmtp,
                            .spoiled = tx && tx->spoiled,
                            .in_doubt = code != 421 && content_left(m),
                            .suspect = m->suspect};
    model->count = model->open ? tx->env.to_count : 0;
    if (model->count)
        memcpy(model->fates, tx->fates, model->count * sizeof(*tx->fates));
}

static void decide(struct model *model, size_t i, enum ph_outcome outcome,
                   int code, bool postponed)
{
    struct ph__fate *fate = &model->fates[i];
    if (i < model->count && !fate->decided)
        *fate = (struct ph__fate){.outcome = outcome,
                                  .decided = true,
                                  .postponed = postponed,
                                  .reply_code = code};
}

static void judge(struct model *model, size_t i)
{
    enum ph_outcome by_digit = model->code / 100 == 2   ? PH_ACCEPTED
                               : model->code / 100 == 4 ? PH_DEFERRED
                                                        : PH_REFUSED;
    decide(model, i, by_digit, model->code, false);
}

static void judge_accepted(struct model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        if (!model->fates[i].accepted)
            continue;
        judge(model, i);
        if (model->lmtp)
            return;
    }
}

static void end(struct model *model)
{
    for (size_t i = 0; i < model->count; i++)
        decide(model, i, PH_UNSENT, 0, true);
    model->open = false;
}

static void withdraw(struct model *model)
{
    for (size_t i = 0; i < model->count; i++)
        decide(model, i, PH_DEFERRED, 0, false);
    end(model);
}

static void refuse(struct model *model)
{
    bool lmtp = model->lmtp;
    model->lmtp = false; /* it is about all */
    judge_accepted(model);
    model->lmtp = lmtp;
    end(model);
}

static void spoil(struct model *model)
{
    for (size_t i = 0; i < model->count; i++)
        judge(model, i);
    model->spoiled = true;
}

static bool taints(enum ph__action act)
{
    return act == ACT_spoil_last || act == ACT_refuse_last ||
           act == ACT_decline_last || act == ACT_reject_last;
}

void model_follow(struct model *model, enum ph__action act)
{
    model->suspect |= taints(act);
    switch (act) {
    case ACT_accept:
        if (!model->spoiled && model->rcpt < model->count)
            model->fates[model->rcpt].accepted = true;
        return;
    case ACT_reject:
    case ACT_reject_last:
        judge(model, model->rcpt);
        return;
    case ACT_postpone:
        decide(model, model->rcpt, PH_DEFERRED, model->code, true);
        return;
    case ACT_spoil:
    case ACT_spoil_last:
        spoil(model);
        return;
    case ACT_refuse:
    case ACT_refuse_last:
        refuse(model);
        return;
    case ACT_deliver:
    case ACT_decline:
    case ACT_decline_last:
        judge_accepted(model);
        return;
    case ACT_withdraw:
        withdraw(model);
        return;
    case ACT_finish:
        end(model);
        return;
    case ACT_begin: /* and what follows is about another transaction */
        model->count = 0;
        return;
    case ACT_pass:
    case ACT_learn:
    case ACT_forget:
    case ACT_challenge:
    case ACT_drop:
    case ACT_only_plain:
    case ACT_report:
    case ACT_turn_away:
    case ACT_unfit:
    case ACT_next:
    case ACT_fail:
    case ACT_no_ehlo:
    case ACT_no_tls:
    case ACT_no_auth:
    case ACT_no_proof:
    case ACT_breach:
        return;
    }
}

/* The session is over, and nobody has judged this one. */
static const char *abandoned(const struct model *model, size_t i,
                             const struct ph__fate *got)
{
    if (!got->decided || got->outcome == PH_ACCEPTED ||
        got->outcome == PH_REFUSED)
        return "the end of the session decided what it cannot know";
    bool uncertain = got->outcome == PH_UNCERTAIN;
    if (uncertain && !model->in_doubt)
        return "uncertain, and no content has left";
    if (!uncertain && model->in_doubt && model->fates[i].accepted)
        return "the content has left, and it is not uncertain";
    return NULL;
}

const char *model_differs(const struct model *model, size_t i,
                          const struct ph__fate *got, bool closed)
{
    const struct ph__fate *want = &model->fates[i];
    if (!want->decided && closed)
        return abandoned(model, i, got);
    if (got->decided != want->decided)
        return "an outcome that no action says, or none";
    if (!want->decided)
        return got->accepted == want->accepted
                   ? NULL
                   : "accepted, or not, against the action";
    return got->outcome == want->outcome &&
                   got->reply_code == want->reply_code &&
                   got->postponed == want->postponed
               ? NULL
               : "another outcome than the actions say";
}
