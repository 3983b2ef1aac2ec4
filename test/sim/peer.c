#include <stdlib.h>
#include <string.h>

#include "sim/peer_parts.h"

enum { IDLE_MS = 300 * 1000 }; /* then it closes */

/* "\0tim\0secret" (RFC 4616) */
static const char secret[] = "AHRpbQBzZWNyZXQ=";

/* ---- sessions ---- */

unsigned sim_peer_count(struct sim_world *w)
{
    unsigned n = 0;
    for (size_t i = w->first_live; i < w->conn_count; i++) {
        struct sim_conn *c = w->conns[i];
        if (c->peer.there && w->now - c->peer.last_heard > IDLE_MS)
            sim_net_server_closes(w, c);
        n += c->peer.there;
        if (i == w->first_live && !c->peer.there && !c->session)
            w->first_live++;
    }
    return n;
}

static void greet(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    unsigned limit = sim_rule(w, w->plan.server.sessions);
    if (limit && sim_peer_count(w) > limit) {
        sim_count(w, SIM_TOO_MANY_SESSIONS);
        sim_peer_leave(w, c, "too many connections");
        return;
    }
    if (!sim_peer_misbehaves(w, c, SIM_SESSION))
        sim_peer_say(w, c, 220, NULL, "sim.test ESMTP");
    p->mode = SIM_COMMANDS;
}

void sim_peer_meet(struct sim_world *w, struct sim_conn *c)
{
    c->peer.about = SIM_NOBODY;
    c->peer.last_heard = w->now;
    if (w->plan.options.session.tls == PH_TLS_IMPLICIT)
        c->peer.mode = SIM_SHAKING;
    else
        greet(w, c);
}

void sim_peer_secured(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    bool first = !p->knows_us && w->plan.options.session.tls == PH_TLS_IMPLICIT;
    if (!p->there)
        return;
    p->secure = true;
    p->mode = SIM_COMMANDS;
    p->knows_us = false; /* RFC 3207 4.2 */
    p->extended = false;
    if (first)
        greet(w, c);
}

void sim_peer_lose(struct sim_world *w, struct sim_conn *c)
{
    if (!c->peer.there)
        return;
    sim_note(w, "#%u the server sees the end", c->number);
    sim_net_server_closes(w, c);
}

/* ---- commands ---- */

static bool is(const char *line, const char *verb)
{
    size_t len = strlen(verb);
    return !strncasecmp(line, verb, len) &&
           (line[len] == '\0' || line[len] == ' ');
}

static void on_hello(struct sim_world *w, struct sim_conn *c, bool extended)
{
    struct sim_peer *p = &c->peer;
    if (extended && !w->plan.server.extended) {
        sim_peer_say(w, c, 502, "5.5.1", "what is EHLO?");
        return;
    }
    if (sim_peer_misbehaves(w, c, SIM_SESSION))
        return;
    p->knows_us = true;
    p->extended = extended;
    sim_peer_reset(p);
    if (extended)
        sim_peer_offer(w, c);
    else
        sim_peer_say(w, c, 250, NULL, "sim.test");
}

static void on_starttls(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    if (!p->extended || p->secure || !w->plan.server.starttls)
        sim_violation(w, "STARTTLS that was not offered");
    if (sim_peer_misbehaves(w, c, SIM_SESSION))
        return;
    sim_peer_say(w, c, 220, "2.0.0", "go");
    p->mode = SIM_SHAKING;
}

static void on_auth(struct sim_world *w, struct sim_conn *c, const char *line)
{
    struct sim_peer *p = &c->peer;
    if (!p->extended || p->logged_in || !w->plan.server.login)
        sim_violation(w, "AUTH that was not offered, or twice");
    if (sim_peer_misbehaves(w, c, SIM_SESSION))
        return;
    p->logged_in =
        !strncasecmp(line, "AUTH PLAIN ", 11) && !strcmp(line + 11, secret);
    if (p->logged_in)
        sim_peer_say(w, c, 235, "2.7.0", "welcome");
    else
        sim_peer_say(w, c, 535, "5.7.8", "that is not the secret");
}

static void on_rset(struct sim_world *w, struct sim_conn *c)
{
    sim_peer_reset(&c->peer);
    if (!sim_peer_misbehaves(w, c, SIM_SESSION))
        sim_peer_say(w, c, 250, "2.0.0", "forgotten");
}

static void on_quit(struct sim_world *w, struct sim_conn *c)
{
    c->peer.leaving = true;
    sim_peer_reset(&c->peer);
    if (!sim_peer_misbehaves(w, c, SIM_SESSION))
        sim_peer_say(w, c, 221, "2.0.0", "bye");
    if (c->peer.there && !c->peer.mute)
        sim_net_server_closes(w, c);
}

/* RFC 2920 3.1: nobody may speak on before he was answered. */
static void check_turn(struct sim_world *w, const struct sim_conn *c)
{
    const struct sim_peer *p = &c->peer;
    bool groups = p->extended && w->plan.server.pipelining;
    if (!groups && !p->lied && c->down.delivered < c->down.len)
        sim_violation(w, "#%u: a command before the reply to the one before",
                      c->number);
}

static void on_command(struct sim_world *w, struct sim_conn *c,
                       const char *line)
{
    struct sim_peer *p = &c->peer;
    p->about = SIM_NOBODY;
    p->about_to = SIZE_MAX;
    check_turn(w, c);
    if (is(line, "EHLO") || is(line, "HELO"))
        on_hello(w, c, is(line, "EHLO"));
    else if (is(line, "STARTTLS"))
        on_starttls(w, c);
    else if (is(line, "AUTH"))
        on_auth(w, c, line);
    else if (is(line, "MAIL"))
        sim_peer_mail(w, c, line);
    else if (is(line, "RCPT"))
        sim_peer_rcpt(w, c, line);
    else if (is(line, "DATA"))
        sim_peer_data(w, c);
    else if (is(line, "BDAT"))
        sim_peer_bdat(w, c, line);
    else if (is(line, "RSET"))
        on_rset(w, c);
    else if (is(line, "QUIT"))
        on_quit(w, c);
    else {
        if (!p->lied && !w->plan.server.drops_groups)
            sim_violation(w, "#%u: what is \"%.60s\"?", c->number, line);
        p->lied = true; /* this is about nothing that was said */
        sim_peer_say(w, c, 500, "5.5.2", "what?");
    }
}

/* ---- octets ---- */

/* One line, if it is whole by now. Returns how much was taken. */
static size_t take_line(struct sim_world *w, struct sim_conn *c,
                        const char *data, size_t len)
{
    struct sim_peer *p = &c->peer;
    const char *lf = memchr(data, '\n', len);
    size_t n = lf ? (size_t)(lf - data) + 1 : len;
    if (p->line_len + n >= SIM_LINE_MAX) {
        sim_violation(w, "#%u: a line of more than %d octets", c->number,
                      SIM_LINE_MAX);
        return len;
    }
    memcpy(p->line + p->line_len, data, n);
    p->line_len += n;
    if (!lf)
        return n;
    size_t end = p->line_len - 1;
    bool whole = end && p->line[end - 1] == '\r';
    if (!whole && !p->lied && !w->plan.server.drops_groups)
        sim_violation(w, "#%u: a line feed without its CR", c->number);
    end -= whole;
    p->line[end] = '\0';
    p->line_len = 0;
    sim_note(w, "#%u C: %s", c->number, p->line);
    if (p->mode == SIM_SHAKING)
        sim_violation(w, "#%u: in clear during the handshake", c->number);
    else if (p->mode == SIM_CONTENT)
        sim_peer_content_line(w, c, p->line, end);
    else
        on_command(w, c, p->line);
    return n;
}

static size_t take_chunk(struct sim_world *w, struct sim_conn *c,
                         const char *data, size_t len)
{
    size_t n = len < c->peer.chunk_left ? len : (size_t)c->peer.chunk_left;
    sim_peer_content_octets(w, c, data, n);
    return n;
}

void sim_peer_hear(struct sim_world *w, struct sim_conn *c, const char *data,
                   size_t len)
{
    struct sim_peer *p = &c->peer;
    p->last_heard = w->now;
    while (len && p->there && !p->mute && !p->leaving && !w->failed) {
        bool command = p->mode == SIM_COMMANDS;
        size_t n = p->mode == SIM_CHUNK ? take_chunk(w, c, data, len)
                                        : take_line(w, c, data, len);
        data += n;
        len -= n;
        if (command && len && !p->line_len && w->plan.server.drops_groups &&
            !w->healed) {
            p->mangles = true;
            sim_count(w, SIM_GROUP_DROPPED);
            return; /* it reads one command a packet, whatever it says */
        }
    }
}
