#include <string.h>

#include "sink/steps.h"

enum { KEEP_BYTES = 1024 /* of `out`, while nothing happens */ };

static void put(struct ph__sink_session *s, const char *data, size_t len)
{
    if (ph__buf_add(&s->out, data, len))
        s->next = PH__SINK_DROP;
}

static void put_text(struct ph__sink_session *s, const char *text)
{
    put(s, text, strlen(text));
}

static void put_rule(struct ph__sink_session *s,
                     const struct ph__sink_rule *rule)
{
    put(s, rule->code, 3);
    put(s, " ", 1);
    put_text(s, *rule->text ? rule->text : "as it was asked for");
    put(s, "\r\n", 2);
    if (ph__sink_rule_ends(rule))
        s->next = PH__SINK_LEAVE;
}

static bool replaces(const struct ph__sink_rule *rule, const char *reply)
{
    return rule && rule->fault == PH__SINK_FAULT_REPLY &&
           rule->code[0] == reply[0];
}

/* What was put since `from` goes slowly, if the rule says so. Two slow
 * replies in a row take what is between them along. */
static void finish(struct ph__sink_session *s, size_t from)
{
    bool drips = s->rule && s->rule->fault == PH__SINK_FAULT_DRIP;
    s->rule = NULL;
    if (!drips)
        return;
    if (!s->drip_to)
        s->drip_from = from;
    s->drip_to = s->out.len;
}

void ph__sink_reply_lines(struct ph__sink_session *s, const char *lines)
{
    size_t from = s->out.len;
    if (replaces(s->rule, lines))
        put_rule(s, s->rule);
    else
        put_text(s, lines);
    finish(s, from);
}

void ph__sink_reply_say(struct ph__sink_session *s, const char *reply)
{
    size_t from = s->out.len;
    if (replaces(s->rule, reply)) {
        put_rule(s, s->rule);
        finish(s, from);
        return;
    }
    const char *text = reply + 4;
    if (!ph__sink_has(s->host->extensions, PH__SINK_EXT_ENHANCED))
        text = strchr(text, ' ') + 1;
    put(s, reply, 4);
    put_text(s, text);
    put(s, "\r\n", 2);
    finish(s, from);
}

void ph__sink_reply_leave(struct ph__sink_session *s, const char *reply)
{
    ph__sink_reply_say(s, reply);
    if (s->next == PH__SINK_GO_ON)
        s->next = PH__SINK_LEAVE;
}

static bool apply(struct ph__sink_session *s, const struct ph__sink_rule *rule,
                  char good)
{
    switch (rule->fault) {
    case PH__SINK_FAULT_REPLY:
        if (!ph__sink_rule_refuses(rule, good))
            break;
        put_rule(s, rule);
        return true;
    case PH__SINK_FAULT_DRIP:
        break;
    case PH__SINK_FAULT_GARBAGE:
        put_text(s, "??? what\r\n");
        return true;
    case PH__SINK_FAULT_DROP:
        s->next = PH__SINK_DROP;
        return true;
    case PH__SINK_FAULT_STALL:
        s->next = PH__SINK_STALL;
        return true;
    case PH__SINK_FAULT_FLOOD:
        s->flood = good;
        s->next = PH__SINK_FLOOD;
        return true;
    }
    s->rule = rule; /* it changes the reply only */
    return false;
}

const struct ph__sink_rule *
ph__sink_reply_rule(const struct ph__sink_session *s, enum ph__sink_stage stage,
                    const char *argument)
{
    const struct ph__sink_faults *f = &s->host->faults;
    for (size_t i = 0; i < f->count; i++)
        if (ph__sink_rule_matches(&f->rules[i], stage, argument))
            return &f->rules[i];
    return NULL;
}

bool ph__sink_reply_meddle(struct ph__sink_session *s,
                           enum ph__sink_stage stage, char good,
                           const char *argument)
{
    const struct ph__sink_rule *rule = ph__sink_reply_rule(s, stage, argument);
    return rule && apply(s, rule, good);
}

static bool matches_any(const struct ph__sink_session *s,
                        const struct ph__sink_rule *rule,
                        enum ph__sink_stage stage)
{
    const struct ph__sink_to *to = (const void *)s->mail.to.data;
    for (size_t i = 0; i < s->mail.to_count; i++)
        if (ph__sink_rule_matches(rule, stage,
                                  s->mail.texts.data + to[i].address))
            return true;
    return false;
}

bool ph__sink_reply_meddle_any(struct ph__sink_session *s,
                               enum ph__sink_stage stage, char good,
                               const char *or_this)
{
    const struct ph__sink_faults *f = &s->host->faults;
    for (size_t i = 0; i < f->count; i++)
        if (matches_any(s, &f->rules[i], stage) ||
            (or_this && ph__sink_rule_matches(&f->rules[i], stage, or_this)))
            return apply(s, &f->rules[i], good);
    return false;
}

size_t ph__sink_session_sendable(const struct ph__sink_session *s)
{
    return s->drip_to ? s->drip_from : s->out.len;
}

void ph__sink_session_sent(struct ph__sink_session *s, size_t len)
{
    if (len == s->out.len)
        ph__buf_clear(&s->out);
    else
        ph__buf_drop(&s->out, len);
    s->drip_from -= len < s->drip_from ? len : s->drip_from;
    s->drip_to -= len < s->drip_to ? len : s->drip_to;
    if (!s->out.len && s->out.cap > KEEP_BYTES)
        ph__buf_done(&s->out);
}
