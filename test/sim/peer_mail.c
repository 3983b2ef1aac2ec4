#include <stdlib.h>
#include <string.h>

#include "sim/peer_parts.h"

enum { WISH_RATE = 300 }; /* a session too many is told so, in a thousand */

void sim_peer_reset(struct sim_peer *p)
{
    p->mail = SIM_NOBODY;
    p->refused = false;
    p->to_count = 0;
    p->asked = 0;
    p->full = false;
    p->lone = false;
    p->content_at = 0;
}

/* Reads "<m12@" or "<r12.3@"; false if there is no such mail. */
static bool read_address(const struct sim_world *w, const char *line,
                         const char *word, unsigned *mail, size_t *to)
{
    char *end;
    size_t len = strlen(word);
    if (strncasecmp(line, word, len) != 0)
        return false;
    *mail = (unsigned)strtoul(line + len, &end, 10);
    if (*mail >= w->plan.mails)
        return false;
    if (to) {
        *to = *end == '.' ? strtoul(end + 1, &end, 10) : SIZE_MAX;
        if (*to >= w->mails[*mail].count)
            return false;
    }
    return !strncmp(end, "@sim.test>", 10);
}

/* ---- MAIL ---- */

static bool is_too_fast(const struct sim_world *w)
{
    unsigned limit = sim_rule(w, w->plan.server.mails_a_minute);
    if (!limit || w->minute_at < limit)
        return false;
    size_t room = sizeof(w->minute) / sizeof(w->minute[0]);
    return w->now - w->minute[(w->minute_at - limit) % room] < 60000;
}

/* The rules of the server; true if it has said no. */
static bool mail_against_rules(struct sim_world *w, struct sim_conn *c)
{
    const struct sim_server_plan *s = &w->plan.server;
    unsigned wished = sim_rule(w, s->wished);
    unsigned quietly = sim_rule(w, s->mails_quietly);
    if (quietly && c->peer.done >= quietly) {
        sim_count(w, SIM_TOO_MANY_MAILS);
        sim_peer_leave(w, c, "too many mails in a session");
    } else if (wished && sim_peer_count(w) > wished &&
               sim_chance(&w->server, WISH_RATE)) {
        sim_count(w, SIM_FEWER_SESSIONS);
        sim_peer_say(
            w, c, 432, "4.3.2",
            "too many connections"); /* Once is enough; and with groups the
                                        client hears the rest out. */
        if (!s->pipelining && !c->peer.asked_less && !c->peer.lied)
            sim_books_expect(w, c, &(struct sim_receipt){.says = SIM_FEWER});
        c->peer.asked_less = true;
    } else if (is_too_fast(w)) {
        sim_count(w, SIM_TOO_FAST);
        sim_peer_say(w, c, 450, "4.7.1", "too many mails");
    } else
        return false;
    return true;
}

static void check_mail(struct sim_world *w, const struct sim_conn *c)
{
    const struct sim_server_plan *s = &w->plan.server;
    const struct sim_peer *p = &c->peer;
    if (p->lied || s->drops_groups)
        return;
    if (!p->knows_us)
        sim_violation(w, "#%u: MAIL before EHLO", c->number);
    if (p->mail != SIM_NOBODY)
        sim_violation(w, "#%u: MAIL within a transaction", c->number);
    if (s->login && !p->logged_in)
        sim_violation(w, "#%u: MAIL before AUTH", c->number);
    if (w->plan.options.session.tls == PH_TLS_REQUIRED && !p->secure)
        sim_violation(w, "#%u: MAIL in clear", c->number);
    unsigned most = w->plan.options.messages_per_connection;
    if (most && p->mails >= most)
        sim_violation(w, "#%u: more mails than a session may have", c->number);
    if (s->mail_max && p->mails >= s->mail_max)
        sim_violation(w, "#%u: more mails than MAILMAX", c->number);
}

void sim_peer_mail(struct sim_world *w, struct sim_conn *c, const char *line)
{
    struct sim_peer *p = &c->peer;
    unsigned number;
    check_mail(w, c);
    sim_peer_reset(p);
    if (!read_address(w, line, "MAIL FROM:<m", &number, NULL)) {
        sim_violation(w, "#%u: whose mail is \"%.60s\"?", c->number, line);
        return;
    }
    p->about = number;
    p->mail = number;
    p->refused = true;
    p->mails++;
    p->began_at = w->now;
    sim_books_begin(w, c);
    if (mail_against_rules(w, c) || sim_peer_misbehaves(w, c, SIM_MAIL))
        return;
    p->refused = false;
    sim_peer_say(w, c, 250, "2.1.0", "from you?");
}

/* ---- RCPT ---- */

static bool rcpt_against_rules(struct sim_world *w, struct sim_conn *c,
                               struct sim_fate *fate)
{
    const struct sim_server_plan *s = &w->plan.server;
    unsigned most = s->rcpt_max ? s->rcpt_max : sim_rule(w, s->rcpts_quietly);
    if (!fate->known_since)
        fate->known_since = w->now + 1;
    if (most && c->peer.to_count >= most) {
        sim_count(w, SIM_TOO_MANY_RCPTS);
        c->peer.full = true;
        sim_peer_say(w, c, 452, "4.5.3", "too many recipients");
    } else if (!w->healed && w->now + 1 < fate->known_since + s->grey_ms) {
        sim_count(w, SIM_GREYLISTED);
        sim_peer_refuse(w, c, SIM_ONE, 450, "4.7.1", "come back later");
    } else
        return false;
    return true;
}

static void take_recipient(struct sim_world *w, struct sim_conn *c, size_t to)
{
    struct sim_peer *p = &c->peer;
    for (size_t i = 0; i < p->to_count; i++)
        if (p->to[i] == to)
            sim_violation(w, "m%u.%zu is asked for twice", p->mail, to);
    p->to[p->to_count++] = to;
    sim_peer_say(w, c, 250, "2.1.5", "to that one");
}

void sim_peer_rcpt(struct sim_world *w, struct sim_conn *c, const char *line)
{
    const struct sim_server_plan *s = &w->plan.server;
    struct sim_peer *p = &c->peer;
    unsigned mail;
    size_t to;
    if (!read_address(w, line, "RCPT TO:<r", &mail, &to)) {
        sim_violation(w, "#%u: who is \"%.60s\"?", c->number, line);
        return;
    }
    p->about = mail;
    p->about_to = to;
    sim_books_ask(w, c, mail, to);
    if (p->mail == SIM_NOBODY || p->refused) {
        sim_peer_say(w, c, 503, "5.5.1", "MAIL first");
        return;
    }
    if (mail != p->mail) {
        if (!s->drops_groups && !p->lied)
            sim_violation(w, "#%u: m%u's transaction, and m%u's recipient",
                          c->number, p->mail, mail);
        sim_peer_say(w, c, 503, "5.5.1", "whose is that?");
        return;
    }
    p->asked++;
    if (s->rcpt_max && p->asked > s->rcpt_max && !p->lied)
        sim_violation(w, "#%u: more recipients than RCPTMAX", c->number);
    if (!rcpt_against_rules(w, c, &w->mails[mail].fates[to]) &&
        !sim_peer_misbehaves(w, c, SIM_ONE) && p->to_count < SIM_RECIPIENTS_MAX)
        take_recipient(w, c, to);
}

/* ---- the content ---- */

static bool is_out_of_order(struct sim_world *w, struct sim_conn *c)
{
    const struct sim_peer *p = &c->peer;
    if (p->mail == SIM_NOBODY || p->refused)
        sim_peer_say(w, c, 503, "5.5.1", "MAIL first");
    else if (!p->to_count)
        sim_peer_say(w, c, 554, "5.5.1", "no valid recipients");
    else
        return false;
    return true;
}

void sim_peer_data(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    p->about = p->mail;
    if (w->plan.thrifty)
        sim_books_content(w, c); /* it has been asked for */
    bool lone = p->mail != SIM_NOBODY && !p->refused && !p->to_count &&
                sim_chance(&w->server, 200);
    if (!lone &&
        (is_out_of_order(w, c) || sim_peer_misbehaves(w, c, SIM_ACCEPTED)))
        return;
    sim_peer_say(w, c, 354, NULL, "and then a dot");
    p->lone = lone;
    p->mode = SIM_CONTENT;
}

/* It was whole, and it is the mail's: the server takes it, or not. */
static void end_content(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    p->mode = SIM_COMMANDS;
    p->done++;
    p->about = p->mail;
    p->about_to = SIZE_MAX;
    if (!p->lone && !p->lied &&
        p->content_at != sim_books_expected(w, p->mail)) {
        sim_violation(w, "m%u: a content of %zu octets in place of %zu",
                      p->mail, p->content_at, sim_books_expected(w, p->mail));
        return;
    }
    if (!p->lone && !w->plan.thrifty)
        sim_books_content(w, c);
    if (p->lone)
        sim_peer_say(w, c, 554, "5.5.1", "nobody would get it");
    else if (!sim_peer_misbehaves(w, c, SIM_ACCEPTED)) {
        w->minute[w->minute_at++ % 16] = w->now;
        bool lost = sim_strikes(w, &w->server, SIM_REPLY_LOST);
        if (!lost)
            sim_peer_say(w, c, 250, "2.0.0", "taken");
        sim_books_accept(w, c, !lost);
        if (lost && sim_chance(&w->server, 500))
            sim_net_server_closes(w, c);
        else if (lost)
            p->mute = true;
    }
    unsigned quietly = sim_rule(w, w->plan.server.mails_quietly);
    if (quietly && p->done >= quietly && p->there && c->number % 2) {
        sim_count(w, SIM_TOO_MANY_MAILS);
        sim_net_server_closes(w, c);
    }
    sim_peer_reset(p);
}

static void compare(struct sim_world *w, struct sim_conn *c, const char *data,
                    size_t len)
{
    struct sim_peer *p = &c->peer;
    if (p->mail == SIM_NOBODY || p->refused)
        return; /* nobody gets it */
    if (p->lied)
        ; /* it has lost its place itself */
    else if (p->lone ||
             !sim_books_matches(w, p->mail, p->content_at, data, len))
        sim_violation(w, "m%u: its content is another one from octet %zu on",
                      p->mail, p->content_at);
    p->content_at += len;
}

/* RFC 5321 4.5.2 */
void sim_peer_content_line(struct sim_world *w, struct sim_conn *c,
                           const char *line, size_t len)
{
    if (len == 1 && *line == '.') {
        end_content(w, c);
        return;
    }
    bool stuffed = len && *line == '.';
    compare(w, c, line + stuffed, len - stuffed);
    compare(w, c, "\r\n", 2);
}

static void end_chunk(struct sim_world *w, struct sim_conn *c)
{
    struct sim_peer *p = &c->peer;
    p->mode = SIM_COMMANDS;
    p->about = p->mail;
    p->about_to = SIZE_MAX;
    if (is_out_of_order(w, c))
        return;
    if (p->chunk_last)
        end_content(w, c);
    else if (sim_peer_misbehaves(w, c, SIM_ACCEPTED))
        p->refused = true; /* until RSET (RFC 3030 2) */
    else
        sim_peer_say(w, c, 250, "2.0.0", "go on");
}

/* RFC 3030 2: its octets come whatever was answered. */
void sim_peer_bdat(struct sim_world *w, struct sim_conn *c, const char *line)
{
    struct sim_peer *p = &c->peer;
    char *end;
    p->chunk_left = strtoull(line + 4, &end, 10);
    p->chunk_last = !strcasecmp(end, " LAST");
    if (!w->plan.server.chunking || (!p->chunk_last && *end))
        sim_violation(w, "#%u: \"%.60s\"", c->number, line);
    p->mode = SIM_CHUNK;
    if (!p->chunk_left)
        end_chunk(w, c);
}

void sim_peer_content_octets(struct sim_world *w, struct sim_conn *c,
                             const char *data, size_t len)
{
    struct sim_peer *p = &c->peer;
    if (p->to_count)
        compare(w, c, data, len);
    p->chunk_left -= len;
    if (!p->chunk_left)
        end_chunk(w, c);
}
