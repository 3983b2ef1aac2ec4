#include "sim/plan.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

const char *sim_fault_name(enum sim_fault f)
{
    static const char *const names[] = {
#define X(name, words) words,
        SIM_FAULT_MAP(X)
#undef X
    };
    return names[f];
}

/* One of them, each as likely. */
#define ONE_OF(r, type, ...)                                                   \
    (((const type[]){__VA_ARGS__})[sim_below(                                  \
        (r), sizeof((const type[]){__VA_ARGS__}) / sizeof(type))])

/* ---- the caller ---- */

/* Few mails teach as much as many; now and then there are many. */
static void draw_caller(struct sim_plan *p, struct sim_random *r)
{
    p->mails = (unsigned)sim_between(r, 1, ONE_OF(r, unsigned, 2, 3, 5, 8, 12));
    if (sim_chance(r, 60))
        p->mails = (unsigned)sim_between(r, 1, 40);
    if (sim_chance(r, 8))
        p->mails = (unsigned)sim_between(r, 40, SIM_MAILS_MAX);
    p->recipients = ONE_OF(r, unsigned, 1, 1, 1, 2, 3, 5);
    if (sim_chance(r, 60))
        p->recipients = SIM_RECIPIENTS_MAX;
    p->content = ONE_OF(r, size_t, 0, 40, 300, 300, 2000);
    p->spread_ms = ONE_OF(r, uint64_t, 0, SECOND, MINUTE, HOUR);
    p->chained = ONE_OF(r, unsigned, 0, 0, 100, 500);
    p->commits = ONE_OF(r, unsigned, 0, 500, 1000, 1000);
    p->canceled = ONE_OF(r, unsigned, 0, 0, 0, 50, 300);
    p->overdue = ONE_OF(r, unsigned, 0, 0, 0, 100, 500);
    p->whole = ONE_OF(r, unsigned, 0, 0, 0, 300);
}

static void draw_lives(struct sim_plan *p, struct sim_random *r)
{
    p->lives = 1;
    while (p->lives < SIM_LIVES_MAX && sim_chance(r, 250))
        p->lives++;
    for (unsigned i = 0; i < p->lives; i++) {
        bool last = i + 1 == p->lives;
        p->ends[i] = last ? ONE_OF(r, enum sim_end, SIM_END_DONE, SIM_END_DONE,
                                   SIM_END_DONE, SIM_END_DRAIN, SIM_END_ABORT)
                          : ONE_OF(r, enum sim_end, SIM_END_CRASH,
                                   SIM_END_CRASH, SIM_END_DRAIN, SIM_END_ABORT);
        p->end_at[i] = p->ends[i] == SIM_END_CRASH
                           ? sim_below(r, 30 + 30 * (uint64_t)p->mails)
                           : sim_below(r, p->spread_ms + MINUTE);
        if (p->ends[i] == SIM_END_CRASH)
            p->commits = 1000; /* the journal has to be asked */
    }
    p->by_force = sim_chance(r, 250);
}

/* ---- the engine ---- */

static void draw_policy(struct ph__policy *out, struct sim_random *r)
{
    *out = (struct ph__policy){0};
    if (sim_chance(r, 200))
        return;
    out->attempts = ONE_OF(r, unsigned, 1, 2, 3, 5, SIM_ENDLESS);
    out->wait_ms = ONE_OF(r, uint64_t, 100, SECOND, MINUTE, 5 * MINUTE);
    out->longest_ms = ONE_OF(r, uint64_t, 0, 10 * MINUTE, HOUR);
    out->outage_ms = ONE_OF(r, uint64_t, 0, MINUTE, HOUR, PH__NEVER, PH__NEVER);
    out->patient = sim_chance(r, 600);
    out->even_uncertain = sim_chance(r, 150);
    out->losses = ONE_OF(r, unsigned, 0, 1, 3, SIM_ENDLESS);
}

static void draw_pace(struct sim_plan *p, struct sim_random *r)
{
    p->paced = sim_chance(r, 150);
    for (int i = 0; p->paced && i < PH__PACE_KINDS; i++) {
        struct ph__pace_limits *l = &p->pace[i];
        if (sim_chance(r, 400))
            continue;
        if (sim_chance(r, 500)) {
            l->count = sim_between(r, 1, 10);
            l->per_ms = ONE_OF(r, uint64_t, SECOND, 10 * SECOND, MINUTE);
            l->burst = sim_between(r, 0, 4);
        }
        if (sim_chance(r, 300))
            l->minute = sim_between(r, 1, 20);
        if (sim_chance(r, 200))
            l->hour = sim_between(r, 5, 100);
        if (sim_chance(r, 100))
            l->day = sim_between(r, 20, 400);
    }
}

static void draw_options(struct sim_plan *p, struct sim_random *r)
{
    struct ph__engine_options *o = &p->options;
    const struct sim_server_plan *s = &p->server;
    *o = (struct ph__engine_options){
        .session = {.size = sizeof(o->session), .tls = PH_TLS_NONE},
        .connections = (unsigned)sim_between(r, 1, SIM_SESSIONS_MAX),
        .messages_per_connection = ONE_OF(r, unsigned, 0, 0, 0, 1, 2, 10),
        .recipients = ONE_OF(r, unsigned, 0, 0, 1, 2, 10),
        .idle_ms = ONE_OF(r, uint64_t, 0, SECOND, 5 * SECOND, 30 * SECOND),
        .dial_ms = ONE_OF(r, uint64_t, 2 * SECOND, 10 * SECOND, MINUTE),
        .silence_ms = ONE_OF(r, uint64_t, 0, 0, 10 * SECOND),
        .silence = "silence",
        .reply_ms = ONE_OF(r, uint64_t, 0, 0, 30 * SECOND),
        .age_ms = ONE_OF(r, uint64_t, 0, 0, 10 * SECOND, 10 * MINUTE),
        .seed = sim_next(r)};
    o->session.ahead = ONE_OF(r, unsigned, 0, 0, 1, 4);
    o->session.chunking = sim_chance(r, 400);
    o->session.ask_login = s->login;
    if (s->starttls)
        o->session.tls = ONE_OF(r, enum ph_tls, PH_TLS_REQUIRED,
                                PH_TLS_OPPORTUNISTIC, PH_TLS_IMPLICIT);
    draw_policy(&o->policy, r);
    draw_pace(p, r);
    if (p->paced && sim_chance(r, 700))
        o->session.ahead = 1;
}

/* ---- the network and the server ---- */

static void draw_faults(struct sim_plan *p, struct sim_random *r)
{
    bool calm = sim_chance(r, 80);
    for (int f = 0; f < SIM_DRAWN; f++)
        p->rates[f] =
            sim_chance(r, 180) ? ONE_OF(r, unsigned, 3, 10, 40, 150, 500) : 0;
    for (int f = 0; calm && f < SIM_DRAWN; f++)
        p->rates[f] = 0;
    p->heal_at = ONE_OF(r, uint64_t, 10 * SECOND, 2 * MINUTE, HOUR, 5 * HOUR);
    p->latency_ms = ONE_OF(r, uint64_t, 0, 1, 20, 200);
    p->jitter_ms = ONE_OF(r, uint64_t, 0, 1, 50, 2000);
    p->cut = ONE_OF(r, unsigned, 0, 0, 100, 700);
    p->partial = ONE_OF(r, unsigned, 0, 0, 100, 700);
    p->drip = ONE_OF(r, unsigned, 0, 0, 0, 20);
}

static void draw_rules(struct sim_server_plan *s, struct sim_random *r)
{
    s->sessions = sim_chance(r, 120) ? (unsigned)sim_between(r, 1, 4) : 0;
    s->wished = sim_chance(r, 60) ? (unsigned)sim_between(r, 1, 4) : 0;
    s->mails_quietly = sim_chance(r, 120) ? (unsigned)sim_between(r, 1, 5) : 0;
    s->mails_a_minute = sim_chance(r, 80) ? (unsigned)sim_between(r, 1, 10) : 0;
    s->rcpts_quietly = sim_chance(r, 200) ? (unsigned)sim_between(r, 1, 7) : 0;
    s->grey_ms = sim_chance(r, 80) ? sim_between(r, SECOND, 10 * MINUTE) : 0;
}

static void draw_server(struct sim_plan *p, struct sim_random *r)
{
    struct sim_server_plan *s = &p->server;
    s->extended = !sim_chance(r, 60);
    s->enhanced = sim_chance(r, 600);
    s->think_ms = ONE_OF(r, uint64_t, 0, 0, 5, 300);
    if (sim_chance(r, 600))
        draw_rules(s, r);
    if (!s->extended)
        return;
    s->pipelining = sim_chance(r, 650);
    s->chunking = sim_chance(r, 350);
    s->size = sim_chance(r, 400);
    s->size_max = s->size && sim_chance(r, 150) ? 400 : 1 << 20;
    s->starttls = sim_chance(r, 200);
    s->login = sim_chance(r, 150);
    s->mail_max = sim_chance(r, 80) ? (unsigned)sim_between(r, 1, 4) : 0;
    s->rcpt_max = sim_chance(r, 80) ? (unsigned)sim_between(r, 1, 4) : 0;
    if (s->rcpt_max)
        p->whole = 0; /* all at once would never be taken */
    s->drops_groups = s->pipelining && !s->chunking && sim_chance(r, 60);
}

bool sim_plan_is_calm(const struct sim_plan *p)
{
    const struct sim_server_plan *s = &p->server;
    for (int f = 0; f < SIM_DRAWN; f++)
        if (p->rates[f])
            return false;
    bool quits = s->mails_quietly && p->options.connections > 1;
    return !s->sessions && !s->wished && !quits && !s->mails_a_minute &&
           !s->rcpts_quietly && !s->grey_ms && !s->drops_groups && !p->drip &&
           p->jitter_ms <= 50;
}

/* ---- worlds in which one thing must hold ---- */

static void draw_peace(struct sim_plan *p)
{
    p->server = (struct sim_server_plan){
        .extended = true, .enhanced = true, .size_max = 1 << 20};
    for (int f = 0; f < SIM_DRAWN; f++)
        p->rates[f] = 0;
    for (int i = 0; i < PH__PACE_KINDS; i++)
        p->pace[i] = (struct ph__pace_limits){0};
    p->paced = false;
    p->canceled = p->overdue = p->whole = 0;
    p->drip = 0;
    p->lives = 1;
    p->ends[0] = SIM_END_DONE;
    p->options.session.tls = PH_TLS_NONE;
    p->options.session.ask_login = false;
}

/* A minute that holds few mails, and a server that refuses many for good: what
 * they had taken of the minute is to be given back. */
static void draw_thrift(struct sim_plan *p, struct sim_random *r)
{
    draw_peace(p);
    p->thrifty = true;
    p->paced = true;
    p->pace[PH__PACE_MESSAGES].minute = sim_between(r, 2, 8);
    p->rates[SIM_PERMANENT] = 200;
    p->mails = (unsigned)sim_between(r, 10, 40);
    p->recipients = 1;
    p->options.session.ahead = 1;
}

/* A server that leaves after some mails without a word, and a caller who is
 * told at once: nobody is to notice (U01). */
static void draw_parting(struct sim_plan *p, struct sim_random *r)
{
    draw_peace(p);
    p->server.mails_quietly = (unsigned)sim_between(r, 1, 3);
    p->mails = (unsigned)sim_between(r, 2, 10);
    p->latency_ms = 100;
    p->jitter_ms = 50;
    p->heal_at = PH__NEVER;
    p->options.connections = 1;
    p->options.reply_ms = 0;
    p->options.silence_ms = 0;
    p->options.dial_ms = MINUTE;
    p->options.policy = (struct ph__policy){0};
}

void sim_plan_draw(struct sim_plan *p, uint64_t seed)
{
    struct sim_random r = {sim_scramble(seed + 1)};
    *p = (struct sim_plan){.seed = seed};
    draw_caller(p, &r);
    draw_lives(p, &r);
    draw_server(p, &r);
    draw_options(p, &r);
    draw_faults(p, &r);
    if (sim_chance(&r, 10))
        draw_thrift(p, &r);
    else if (sim_chance(&r, 10))
        draw_parting(p, &r);
}
