#include <stdio.h>
#include <string.h>

#include "sim/peer_parts.h"

enum { SLOW_MS = 900 * 1000 }; /* at most: longer than any client waits */

static size_t write_reply(char *out, size_t size, const struct sim_world *w,
                          const struct sim_conn *c, int code, char mark,
                          const char *enhanced, const char *words)
{
    const struct sim_peer *p = &c->peer;
    char token[48] = "";
    bool coded = w->plan.server.enhanced && enhanced;
    if (p->about != SIM_NOBODY && p->about_to != SIZE_MAX)
        snprintf(token, sizeof(token), " [m%u.%zu]", p->about, p->about_to);
    else if (p->about != SIM_NOBODY)
        snprintf(token, sizeof(token), " [m%u]", p->about);
    int n = snprintf(out, size, "%d%c%s%s%s%s\r\n", code, mark,
                     coded ? enhanced : "", coded ? " " : "", words, token);
    return n > 0 ? (size_t)n : 0;
}

static void say_at(struct sim_world *w, struct sim_conn *c, int code,
                   const char *enhanced, const char *words, uint64_t later)
{
    char text[512];
    size_t len = 0;
    if (sim_chance(&w->server, 30))
        len = write_reply(text, sizeof(text) / 2, w, c, code, '-', enhanced,
                          words);
    len += write_reply(text + len, sizeof(text) / 2, w, c, code, ' ', enhanced,
                       words);
    sim_note(w, "#%u S: %.*s", c->number, (int)len - 2, text);
    sim_net_say(w, c, text, len, later);
}

/* What it says twice is then read as the answer to something else: nothing that
 * is told of this session's mails is the client's fault any more. */
void sim_peer_say(struct sim_world *w, struct sim_conn *c, int code,
                  const char *enhanced, const char *words)
{
    uint64_t later = sim_below(&w->server, w->plan.server.think_ms + 1);
    if (sim_strikes(w, &w->server, SIM_SLOW))
        later += sim_below(&w->server, SLOW_MS);
    say_at(w, c, code, enhanced, words, later);
    c->peer.said = c->down.len;
    if (sim_strikes(w, &w->server, SIM_UNASKED)) {
        c->peer.lied = true;
        say_at(w, c, code, enhanced, words, later);
    }
}

void sim_peer_refuse(struct sim_world *w, struct sim_conn *c,
                     enum sim_scope scope, int code, const char *enhanced,
                     const char *words)
{
    struct sim_peer *p = &c->peer;
    bool for_good = code / 100 == 5;
    sim_peer_say(w, c, code, enhanced, words);
    if (scope == SIM_SESSION || p->about == SIM_NOBODY)
        return;
    struct sim_mail *mail = &w->mails[p->about];
    if (scope == SIM_ONE && code != 452) /* that is about the transaction */
        sim_books_refuse(w, c, &mail->fates[p->about_to], for_good);
    bool all = scope == SIM_MAIL && (for_good || mail->count == 1);
    for (size_t i = 0; all && i < mail->count; i++)
        sim_books_refuse(w, c, &mail->fates[i], for_good);
    for (size_t i = 0; scope == SIM_ACCEPTED && i < p->to_count; i++)
        sim_books_refuse(w, c, &mail->fates[p->to[i]], for_good);
}

void sim_peer_leave(struct sim_world *w, struct sim_conn *c, const char *words)
{
    c->peer.leaving = true;
    c->peer.about = SIM_NOBODY; /* it is about all who are on their way */
    sim_peer_say(w, c, 421, "4.3.2", words);
    sim_net_server_closes(w, c);
}

static void refuse_by_chance(struct sim_world *w, struct sim_conn *c,
                             enum sim_scope scope, bool for_good)
{
    static const struct {
        int code;
        const char *enhanced;
        const char *words;
    } for_now[] = {{450, "4.2.0", "not now"},
                   {451, "4.3.0", "trouble of our own"},
                   {452, "4.3.1", "no room for it"},
                   {454, "4.7.0", "try later"}},
      at_all[] = {{550, "5.7.1", "we do not want it"},
                  {553, "5.1.3", "what is that?"},
                  {554, "5.0.0", "no"},
                  {535, "5.7.8", "who are you?"}};
    size_t i = sim_below(&w->server, 4);
    if (for_good)
        sim_peer_refuse(w, c, scope, at_all[i].code, at_all[i].enhanced,
                        at_all[i].words);
    else
        sim_peer_refuse(w, c, scope, for_now[i].code, for_now[i].enhanced,
                        for_now[i].words);
}

bool sim_peer_misbehaves(struct sim_world *w, struct sim_conn *c,
                         enum sim_scope scope)
{
    if (sim_strikes(w, &w->server, SIM_HANGS_UP))
        sim_net_server_closes(w, c);
    else if (sim_strikes(w, &w->server, SIM_MUTE))
        c->peer.mute = true;
    else if (sim_strikes(w, &w->server, SIM_CLOSING))
        sim_peer_leave(w, c, "closing");
    else if (sim_strikes(w, &w->server, SIM_TEMPORARY))
        refuse_by_chance(w, c, scope, false);
    else if (sim_strikes(w, &w->server, SIM_PERMANENT))
        refuse_by_chance(w, c, scope, true);
    else
        return false;
    return true;
}

void sim_peer_offer(struct sim_world *w, struct sim_conn *c)
{
    const struct sim_server_plan *s = &w->plan.server;
    char limits[64] = "";
    char text[512];
    if (s->mail_max || s->rcpt_max)
        snprintf(limits, sizeof(limits), "250-LIMITS");
    if (s->mail_max)
        snprintf(limits + strlen(limits), 24, " MAILMAX=%u", s->mail_max);
    if (s->rcpt_max)
        snprintf(limits + strlen(limits), 24, " RCPTMAX=%u", s->rcpt_max);
    char size[40] = "";
    if (s->size)
        snprintf(size, sizeof(size), "250-SIZE %llu\r\n",
                 (unsigned long long)s->size_max);
    int n = snprintf(text, sizeof(text),
                     "250-sim.test\r\n%s%s%s%s%s%s%s%s250 HELP\r\n",
                     s->pipelining ? "250-PIPELINING\r\n" : "",
                     s->chunking ? "250-CHUNKING\r\n" : "", size, limits,
                     *limits ? "\r\n" : "",
                     s->starttls && !c->peer.secure ? "250-STARTTLS\r\n" : "",
                     s->login ? "250-AUTH PLAIN\r\n" : "",
                     s->enhanced ? "250-ENHANCEDSTATUSCODES\r\n" : "");
    sim_note(w, "#%u S: %.*s", c->number, n - 2, text);
    sim_net_say(w, c, text, (size_t)n, 0);
}
