#include <stdlib.h>
#include <string.h>

#include "fuzz/ear.h"

/* What it concludes. */

/* Of a text: the number at its end, or 0. */
static size_t number_of(const char *text)
{
    const char *at = strrchr(text, '@');
    return at ? strtoul(at + 1, NULL, 10) : 0;
}

static bool same(struct ear_reply said, const struct ph_reply *told)
{
    return said.code && said.code == told->code &&
           (!said.number || said.number == number_of(told->text));
}

/* Somebody said no to it, or to the whole it is a part of. */
static bool was_refused(const struct ear_message *msg, size_t i)
{
    return ear_is_refusal(msg->mail) || ear_is_refusal(msg->data) ||
           ear_is_refusal(msg->chunk) || ear_is_refusal(msg->early) ||
           ear_is_refusal(msg->to[i].rcpt) || ear_is_refusal(msg->to[i].final);
}

/* The reply that is told with a verdict is one that this recipient got; or, of
 * who was abandoned, the one that will be told to have ended the session. */
static void judge_reply(struct ear *e, const struct ear_message *msg, size_t i,
                        const struct ph_verdict *v)
{
    const struct ph_reply *told = &v->why.reply;
    const struct ear_recipient *to = &msg->to[i];
    if (!told->code)
        return;
    MUST(e->codes[told->code]);
    if (v->outcome == PH_ACCEPTED) {
        MUST(same(to->final, told));
        return;
    }
    bool own = same(msg->mail, told) || same(msg->data, told) ||
               same(msg->chunk, told) || same(msg->early, told) ||
               same(to->rcpt, told) || same(to->final, told);
    MUST(own || v->outcome != PH_REFUSED);
    if (!own)
        e->blamed = (struct ear_reply){told->code, number_of(told->text)};
}

void ear_judge_end(const struct ear *e, const struct ph_error *error)
{
    MUST(!e->blamed.code || (error && same(e->blamed, &error->reply)));
    if (error && error->code == PH_E_PROTOCOL)
        MUST(error->reply.code || e->breach || e->reply_begun || e->codes[0]);
}

void ear_judge_rcpt(const struct ear *e, size_t message,
                    const struct ph_event *ev)
{
    const struct ear_message *msg = &e->messages[message];
    MUST(ev->index < msg->env->to_count);
    const struct ear_recipient *to = &msg->to[ev->index];
    MUST(to->heard && to->rcpt.code);
    MUST(ear_is_good(to->rcpt) == !ev->error);
    MUST(!ev->error || same(to->rcpt, &ev->error->reply));
}

void ear_judge(struct ear *e, size_t message, size_t recipient,
               const struct ph_verdict *v)
{
    const struct ear_message *msg = &e->messages[message];
    const struct ear_recipient *to = &msg->to[recipient];
    bool refused = was_refused(msg, recipient);
    bool got_it = msg->complete && ear_is_good(to->final) && !refused;
    bool may_have_it = msg->complete && to->heard && !refused && !got_it;
    /* 421 says what became of everything that has no reply. */
    bool dismissed = e->codes[421];
    bool again = v->outcome == PH_DEFERRED || v->outcome == PH_UNSENT;
    MUST((v->outcome == PH_ACCEPTED) == got_it);
    MUST(!got_it || (to->heard && ear_is_good(to->rcpt)));
    MUST((v->outcome == PH_UNCERTAIN) == (may_have_it && !dismissed));
    MUST(!again || !may_have_it || dismissed); /* nobody gets it twice */
    MUST(!v->postponed || (again && !got_it));
    MUST(v->outcome != PH_UNSENT || !to->heard);
    judge_reply(e, msg, recipient, v);
}
