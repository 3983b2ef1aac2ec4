#include <stdio.h>

#include "sim/plan.h"

/* What a seed means, for whoever reads its dialogue. */

static void say(const char *name, uint64_t value)
{
    if (value == PH__NEVER)
        printf(" %s=never", name);
    else if (value)
        printf(" %s=%llu", name, (unsigned long long)value);
}

static void print_engine(const struct ph__engine_options *o)
{
    static const char *const tls[] = {"required", "opportunistic", "none",
                                      "implicit"};
    printf("engine: tls=%s", tls[o->session.tls]);
    say("connections", o->connections);
    say("messages_per_connection", o->messages_per_connection);
    say("recipients", o->recipients);
    say("idle_ms", o->idle_ms);
    say("dial_ms", o->dial_ms);
    say("silence_ms", o->silence_ms);
    say("reply_ms", o->reply_ms);
    say("age_ms", o->age_ms);
    say("ahead", o->session.ahead);
    say("chunking", o->session.chunking);
    say("ask_login", o->session.ask_login);
    printf("\npolicy:");
    say("attempts", o->policy.attempts);
    say("wait_ms", o->policy.wait_ms);
    say("longest_ms", o->policy.longest_ms);
    say("greylist_ms", o->policy.greylist_ms);
    say("outage_ms", o->policy.outage_ms);
    say("patient", o->policy.patient);
    say("even_uncertain", o->policy.even_uncertain);
    say("losses", o->policy.losses);
}

static void print_pace(const struct sim_plan *p)
{
    static const char *const what[] = {"messages", "recipients"};
    for (int i = 0; p->paced && i < PH__PACE_KINDS; i++) {
        const struct ph__pace_limits *l = &p->pace[i];
        printf("\npace of %s:", what[i]);
        say("count", l->count);
        say("per_ms", l->per_ms);
        say("burst", l->burst);
        say("minute", l->minute);
        say("hour", l->hour);
        say("day", l->day);
    }
}

static void print_server(const struct sim_server_plan *s)
{
    printf("\nserver:");
    say("extended", s->extended);
    say("pipelining", s->pipelining);
    say("chunking", s->chunking);
    say("size_max", s->size_max);
    say("starttls", s->starttls);
    say("login", s->login);
    say("enhanced", s->enhanced);
    say("drops_groups", s->drops_groups);
    say("mail_max", s->mail_max);
    say("rcpt_max", s->rcpt_max);
    say("sessions", s->sessions);
    say("wished", s->wished);
    say("mails_quietly", s->mails_quietly);
    say("mails_a_minute", s->mails_a_minute);
    say("rcpts_quietly", s->rcpts_quietly);
    say("grey_ms", s->grey_ms);
    say("think_ms", s->think_ms);
}

void sim_plan_print(const struct sim_plan *p)
{
    static const char *const ends[] = {"done", "drain", "abort", "crash"};
    printf("seed %llu: %u mails", (unsigned long long)p->seed, p->mails);
    for (unsigned i = 0; i < p->lives; i++) {
        printf(", %s", ends[p->ends[i]]);
        say("at", p->end_at[i]);
    }
    say("by_force", p->by_force);
    printf("\n");
    print_engine(&p->options);
    print_pace(p);
    print_server(&p->server);
    printf("\nnetwork:");
    say("latency_ms", p->latency_ms);
    say("jitter_ms", p->jitter_ms);
    say("cut", p->cut);
    say("partial", p->partial);
    say("drip", p->drip);
    say("heal_at", p->heal_at);
    printf("\nin a thousand:");
    for (int f = 0; f < SIM_DRAWN; f++)
        if (p->rates[f])
            printf(" %s %u;", sim_fault_name((enum sim_fault)f), p->rates[f]);
    printf("\n");
}
