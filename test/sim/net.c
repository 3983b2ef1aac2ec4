#include "sim/net.h"

#include <stdlib.h>
#include <string.h>

#include "sim/books.h"

enum {
    DRIP_MS = 4000,        /* between octets of a slow server */
    STALL_MS = 400 * 1000, /* at most: longer than most deadlines */
    FAULT_OCTETS = 900     /* a fault strikes before one of the first */
};

static uint64_t delay(struct sim_world *w)
{
    const struct sim_plan *p = &w->plan;
    return p->latency_ms + sim_below(&w->net, p->jitter_ms + 1);
}

static void later(struct sim_world *w, const struct sim_conn *c, uint64_t at,
                  enum sim_event_type type, uint64_t arg)
{
    sim_agenda_add(&w->agenda, at, type, c->number, arg);
}

/* ---- setting up ---- */

static void doom(struct sim_world *w, struct sim_stream *s)
{
    static const enum sim_fault faults[] = {SIM_RESET, SIM_HALF_CLOSED,
                                            SIM_SILENT, SIM_STALLED};
    s->fault_at = SIZE_MAX;
    for (size_t i = 0; i < 4 && s->fault_at == SIZE_MAX; i++) {
        if (w->healed || !sim_chance(&w->net, w->plan.rates[faults[i]]))
            continue;
        s->fault_at = sim_below(&w->net, FAULT_OCTETS);
        s->fault = faults[i];
    }
}

struct sim_conn *sim_net_dial(struct sim_world *w, struct ph__session *session)
{
    struct sim_conn *c = sim_resize(NULL, sizeof(*c));
    memset(c, 0, sizeof(*c));
    if (w->conn_count == w->conn_room) {
        w->conn_room = w->conn_room ? 2 * w->conn_room : 16;
        w->conns =
            sim_resize(w->conns, w->conn_room * sizeof(struct sim_conn *));
    }
    c->number = (unsigned)w->conn_count;
    w->conns[w->conn_count++] = c;
    c->session = session;
    c->life = w->life;
    c->peer.mail = SIM_NOBODY;
    doom(w, &c->up);
    doom(w, &c->down);
    c->slow_socket = !w->plan.paced && sim_chance(&w->net, w->plan.partial);
    c->drips = !w->healed && sim_chance(&w->net, w->plan.drip);
    sim_note(w, "#%u dial", c->number);
    if (!sim_strikes(w, &w->net, SIM_DIAL_UNANSWERED))
        later(w, c, w->now + 2 * delay(w), SIM_DIALLED, 0);
    return c;
}

static void on_dialled(struct sim_world *w, struct sim_conn *c)
{
    if (!c->session)
        return;
    if (sim_strikes(w, &w->net, SIM_DIAL_REFUSED)) {
        sim_note(w, "#%u refused", c->number);
        ph__session_failed(c->session, PH_E_CONNECT, PH_STAGE_CONNECT,
                           "connection refused");
        return;
    }
    c->connected = true;
    c->peer.there = true;
    sim_note(w, "#%u connected", c->number);
    ph__session_dialled(c->session, w->now, "[192.0.2.1]");
    sim_peer_meet(w, c);
}

/* ---- octets set out ---- */

static void store(struct sim_stream *s, const char *data, size_t len)
{
    if (s->len + len > s->room) {
        s->room = 2 * (s->len + len) + 256;
        s->data = sim_resize(s->data, s->room);
    }
    memcpy(s->data + s->len, data, len);
    s->len += len;
}

/* They arrive in pieces, in order. */
static void send_off(struct sim_world *w, struct sim_conn *c,
                     struct sim_stream *s, size_t at, enum sim_event_type type,
                     uint64_t later_ms)
{
    bool drips = c->drips && type == SIM_DOWN && !w->healed;
    bool cut = sim_chance(&w->net, w->plan.cut);
    uint64_t when = w->now + delay(w) + later_ms;
    if (s->last_at < when)
        s->last_at = when;
    while (cut && s->len - at > 1 && sim_chance(&w->net, 800)) {
        at += 1 + sim_below(&w->net, s->len - at - 1);
        later(w, c, s->last_at, type, at);
        s->last_at += drips ? DRIP_MS : sim_below(&w->net, 20);
    }
    for (at = s->len - (drips ? 3 : 1); at < s->len; at++) {
        later(w, c, s->last_at, type, at + 1);
        s->last_at += drips ? DRIP_MS : 0;
    }
}

/* Finds the MAIL commands in what the client has written. */
static void scan(struct sim_world *w, struct sim_conn *c)
{
    static const char word[] = "MAIL FROM:<m";
    const char *end;
    while ((end = memchr(c->up.data + c->scanned, '\n',
                         c->up.len - c->scanned)) != NULL) {
        const char *line = c->up.data + c->scanned;
        c->scanned += (size_t)(end - line) + 1;
        if (strncmp(line, word, sizeof(word) - 1) != 0)
            continue;
        size_t at = c->said_count++ % SIM_SAID;
        c->said[at].mail = (unsigned)strtoul(line + sizeof(word) - 1, NULL, 10);
        c->said[at].at = w->now;
    }
}

size_t sim_net_write(struct sim_world *w, struct sim_conn *c, const char *data,
                     size_t len)
{
    size_t n = len;
    if (c->slow_socket && sim_chance(&w->net, 500)) {
        n = sim_below(&w->net, len + 1);
        c->busy = true;
        later(w, c, w->now + sim_below(&w->net, 3000), SIM_WRITABLE, 0);
    }
    if (!n || c->up.dead)
        return n;
    store(&c->up, data, n);
    if (w->plan.paced)
        scan(w, c);
    send_off(w, c, &c->up, c->up.len - n, SIM_UP, 0);
    return n;
}

void sim_net_say(struct sim_world *w, struct sim_conn *c, const char *data,
                 size_t len, uint64_t later_ms)
{
    if (!len || c->down.dead)
        return;
    store(&c->down, data, len);
    send_off(w, c, &c->down, c->down.len - len, SIM_DOWN, later_ms);
}

/* ---- the end ---- */

static void end_stream(struct sim_world *w, struct sim_conn *c,
                       struct sim_stream *s, enum sim_event_type type)
{
    if (s->dead)
        return;
    uint64_t at = w->now + delay(w);
    later(w, c, at < s->last_at ? s->last_at : at, type, 0);
}

void sim_net_client_closes(struct sim_world *w, struct sim_conn *c)
{
    c->session = NULL;
    end_stream(w, c, &c->up, SIM_UP_END);
}

void sim_net_server_closes(struct sim_world *w, struct sim_conn *c)
{
    c->peer.there = false;
    end_stream(w, c, &c->down, SIM_DOWN_END);
}

static void on_lost(struct sim_world *w, struct sim_conn *c, const char *words)
{
    if (!c->session)
        return;
    sim_note(w, "#%u %s", c->number, words);
    ph__session_failed(c->session, PH_E_CLOSED, PH_STAGE_CONNECT, words);
}

static void cut_off(struct sim_world *w, struct sim_conn *c)
{
    c->up.dead = true;
    c->down.dead = true;
    sim_peer_lose(w, c);
}

/* What it had written may arrive; the server may never hear of the end. */
void sim_net_client_dies(struct sim_world *w, struct sim_conn *c)
{
    c->session = NULL;
    switch (sim_below(&w->net, 3)) {
    case 0:
        cut_off(w, c);
        return;
    case 1:
        end_stream(w, c, &c->up, SIM_UP_END);
        return;
    default:
        return;
    }
}

/* ---- octets arrive ---- */

static bool strike(struct sim_world *w, struct sim_conn *c,
                   struct sim_stream *s, const struct sim_event *ev)
{
    enum sim_fault fault = s->fault;
    s->fault_at = SIZE_MAX;
    if (w->healed)
        return false;
    sim_count(w, fault);
    sim_note(w, "#%u %s before the %s's octet %zu", c->number,
             sim_fault_name(fault), s == &c->up ? "client" : "server",
             s->delivered);
    if (fault == SIM_STALLED) {
        s->held_until = w->now + sim_below(&w->net, STALL_MS);
        if (s->last_at < s->held_until)
            s->last_at = s->held_until;
        later(w, c, s->held_until, ev->type, ev->arg);
        return true;
    }
    if (fault == SIM_RESET) {
        cut_off(w, c);
        later(w, c, w->now + delay(w), SIM_LOST, 0);
        return true;
    }
    if (fault == SIM_HALF_CLOSED) {
        s->dead = true;
        later(w, c, w->now, s == &c->up ? SIM_UP_END : SIM_DOWN_END, 0);
        return true;
    }
    c->down.dead = true; /* one way at least */
    c->up.dead |= s == &c->up || sim_chance(&w->net, 500);
    return true;
}

static void deliver(struct sim_world *w, struct sim_conn *c,
                    const struct sim_event *ev)
{
    struct sim_stream *s = ev->type == SIM_UP ? &c->up : &c->down;
    size_t upto = (size_t)ev->arg;
    if (w->now < s->held_until) {
        later(w, c, s->held_until, ev->type, ev->arg);
        return;
    }
    if (s->dead || upto <= s->delivered)
        return;
    bool hit = upto > s->fault_at;
    if (hit && s->fault_at <= s->delivered) {
        if (strike(w, c, s, ev))
            return;
        hit = false;
    }
    size_t from = s->delivered;
    s->delivered = hit ? s->fault_at : upto;
    sim_mix(w, c->number * 2 + (ev->type == SIM_UP), s->delivered);
    if (ev->type == SIM_UP)
        sim_peer_hear(w, c, s->data + from, s->delivered - from);
    else if (c->session) {
        sim_books_hear(w, c);
        ph__session_received(c->session, s->data + from, s->delivered - from);
    }
    if (hit)
        later(w, c, w->now, ev->type, ev->arg);
}

static void on_end(struct sim_world *w, struct sim_conn *c,
                   const struct sim_event *ev)
{
    struct sim_stream *s = ev->type == SIM_UP_END ? &c->up : &c->down;
    if (w->now < s->held_until) {
        later(w, c, s->held_until, ev->type, 0);
        return;
    }
    if (ev->type == SIM_UP_END)
        sim_peer_lose(w, c);
    else
        on_lost(w, c, "the server has closed the connection");
}

void sim_net_event(struct sim_world *w, const struct sim_event *ev)
{
    struct sim_conn *c = w->conns[ev->who];
    if (ev->type == SIM_DIALLED)
        on_dialled(w, c);
    else if (ev->type == SIM_UP || ev->type == SIM_DOWN)
        deliver(w, c, ev);
    else if (ev->type == SIM_UP_END || ev->type == SIM_DOWN_END)
        on_end(w, c, ev);
    else if (ev->type == SIM_LOST)
        on_lost(w, c, "the connection was reset");
    else if (ev->type == SIM_WRITABLE)
        c->busy = false;
}

void sim_net_free(struct sim_world *w)
{
    for (size_t i = 0; i < w->conn_count; i++) {
        free(w->conns[i]->up.data);
        free(w->conns[i]->down.data);
        free(w->conns[i]);
    }
    free(w->conns);
}
