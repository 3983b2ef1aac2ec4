#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dialogue/stage.h"

static void note(struct stage *s, const char *format, ...)
{
    if (s->event_count == EVENTS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(s->events[s->event_count++], EVENT_LINE, format, args);
    va_end(args);
}

const char *stage_error_name(int code)
{
    switch (code) {
#define X(name, number, text)                                                  \
    case PH_E_##name:                                                          \
        return #name;
        PH_ERROR_MAP(X)
#undef X
    }
    return "OK";
}

static bool ask(struct stage *s)
{
    static const char *const verbs[] = {"NOOP", "VRFY", "EXPN", "HELP"};
    if (s->asked == s->query_count || strcmp(ph_machine_state(s->m), "READY"))
        return false;
    const char *text = s->queries[s->asked++];
    const char *blank = strchr(text, ' ');
    for (size_t i = 0; i < 4; i++)
        if (!strncmp(text, verbs[i], 4))
            ph_machine_query(s->m, (enum ph_query)i, blank ? blank + 1 : NULL);
    return true;
}

static void on_ready(struct stage *s)
{
    note(s, "ready");
    if (s->begun < s->message_count) {
        struct message *msg = &s->messages[s->begun++];
        msg->env.user = msg;
        int rc = ph_machine_begin(s->m, &msg->env);
        if (rc)
            note(s, "cannot begin: %s", stage_error_name(rc));
        return;
    }
    if (!ask(s) && !s->idle && s->asked == s->query_count)
        ph_machine_tell(s->m, PH_SIGNAL_QUIT, NULL);
}

static void on_need_body(struct stage *s)
{
    size_t left = strlen(s->body) - s->given;
    size_t len = s->piece && s->piece < left ? s->piece : left;
    if (!s->given)
        note(s, "need-body");
    if (s->hold_body)
        return;
    const char *data = s->body + s->given;
    bool last = s->open_end ? !left : len == left;
    s->given = last ? 0 : s->given + len;
    ph_machine_body(s->m, data, len, last);
}

static void on_done(struct stage *s, const struct message *msg)
{
    note(s, "done");
    for (size_t i = 0; i < msg->env.to_count; i++) {
        struct ph_verdict v;
        ph_machine_verdict(s->m, i, &v);
        note(s, "outcome %zu %s%s %s %s %d", i, v.postponed ? "postponed " : "",
             ph_outcome_name(v.outcome), ph_stage_name(v.why.stage),
             stage_error_name(v.why.code), v.why.reply.code);
    }
}

static void on_event(struct stage *s, const struct ph_event *ev)
{
    const struct ph_error *e = ev->error;
    switch (ev->type) {
    case PH_EVENT_START_TLS:
        note(s, "start-tls");
        return;
    case PH_EVENT_NEED_LOGIN:
        note(s, "need-login");
        if (!s->hold_login)
            ph_machine_log_in(s->m, &s->auth);
        return;
    case PH_EVENT_READY:
        on_ready(s);
        return;
    case PH_EVENT_NEED_BODY:
        on_need_body(s);
        return;
    case PH_EVENT_COMMIT:
        note(s, "commit");
        if (!s->hold_commit)
            ph_machine_tell(s->m, PH_SIGNAL_GO, NULL);
        return;
    case PH_EVENT_RECIPIENT:
        if (e)
            note(s, "recipient %zu refused %d %d.%d.%d %s", ev->index,
                 e->reply.code, e->reply.enhanced[0], e->reply.enhanced[1],
                 e->reply.enhanced[2], e->reply.text);
        else
            note(s, "recipient %zu accepted", ev->index);
        return;
    case PH_EVENT_DONE:
        on_done(s, ev->user);
        return;
    case PH_EVENT_REPLY:
        note(s, "reply %d %s", ev->reply->code, ev->reply->text);
        for (char *c = s->events[s->event_count - 1]; *c; c++)
            *c = *c == '\n' ? '|' : *c;
        return;
    case PH_EVENT_CLOSED:
        if (e)
            note(s, "closed %s %s %d", stage_error_name(e->code),
                 ph_stage_name(e->stage), e->reply.code);
        else
            note(s, "closed");
        return;
    }
}

void stage_pull(struct stage *s)
{
    struct ph_event ev;
    while (ph_machine_next(s->m, &ev))
        on_event(s, &ev);
}

static void feed_part(struct stage *s, const char *data, size_t len)
{
    while (len) {
        size_t taken = ph_machine_feed(s->m, data, len);
        data += taken;
        len -= taken;
        stage_pull(s);
    }
}

void stage_feed(struct stage *s)
{
    size_t before = s->server_total;
    s->server_total += s->server_len;
    size_t cut = s->how->split > before ? s->how->split - before : 0;
    if (cut > s->server_len)
        cut = 0;
    size_t step = s->how->bytewise ? 1 : cut ? cut : s->server_len;
    for (size_t at = 0; at < s->server_len;) {
        size_t n = s->server_len - at < step ? s->server_len - at : step;
        feed_part(s, s->server + at, n);
        at += n;
        if (!s->how->bytewise)
            step = s->server_len;
    }
    s->server_len = 0;
}
