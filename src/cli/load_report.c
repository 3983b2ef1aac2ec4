#include <stdlib.h>

#include <jansson.h>

#include "cli/exit.h"
#include "cli/load_report.h"

/* ---- counting ---- */

int cli_load_init(struct cli_load *l, unsigned asked)
{
    *l = (struct cli_load){.asked = asked, .stats.size = sizeof(l->stats)};
    l->stats.tls = l->tls;
    l->latency_us = malloc(asked * sizeof(*l->latency_us));
    if (!l->latency_us)
        return PH_E_NOMEM;
    cli_tally_init(&l->messages);
    cli_tally_init(&l->recipients);
    return PH_OK;
}

void cli_load_done(struct cli_load *l)
{
    free(l->latency_us);
    cli_tally_done(&l->messages);
    cli_tally_done(&l->recipients);
}

void cli_load_add(struct cli_load *l, const struct ph_result *result,
                  uint64_t latency_ns)
{
    enum ph_outcome whole = PH_ACCEPTED;
    uint64_t us = latency_ns / 1000;
    for (size_t i = 0; i < result->count; i++) {
        const struct ph_recipient_result *r = &result->recipients[i];
        struct cli_fate fate = cli_fate_of(result, i);
        cli_tally_add(&l->recipients, r->outcome, cli_exit_for(r), &fate);
        if (whole == PH_ACCEPTED)
            whole = r->outcome;
    }
    l->messages.counts[whole]++;
    if (l->ended < l->asked)
        l->latency_us[l->ended++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

void cli_load_sort(struct cli_load *l)
{
    qsort(l->latency_us, l->ended, sizeof(*l->latency_us), compare);
}

uint32_t cli_load_latency_us(const struct cli_load *l, unsigned percent)
{
    if (!l->ended)
        return 0;
    size_t rank = (size_t)(((uint64_t)l->ended * percent + 99) / 100);
    return l->latency_us[rank ? rank - 1 : 0];
}

/* ---- telling ---- */

static double per(double what, double of)
{
    return of > 0 ? what / of : 0;
}

struct rates {
    double messages; /* accepted, a second */
    double octets;   /* written, a second */
    double trips;    /* a message that ended */
};

static struct rates rates_of(const struct cli_load *l)
{
    return (struct rates){
        .messages = per((double)l->messages.counts[PH_ACCEPTED], l->secs),
        .octets = per((double)l->stats.octets_sent, l->secs),
        .trips = per((double)l->stats.round_trips, (double)l->ended)};
}

static const struct mark {
    const char *key;
    const char *words;
    unsigned percent;
} marks[] = {{"min", "min", 0},
             {"median", "median", 50},
             {"p90", "90 %", 90},
             {"p99", "99 %", 99},
             {"max", "max", 100}};
enum { MARKS = sizeof(marks) / sizeof(*marks) };

static int add_counts(struct ph__buf *out, const char *what,
                      const struct cli_tally *t)
{
    int rc = ph__buf_format(out, "%-12s %llu: ", what,
                            (unsigned long long)cli_tally_total(t));
    if (!rc)
        rc = cli_tally_counts(t, out);
    return rc ? rc : ph__buf_add_char(out, '\n');
}

static int add_latency(struct ph__buf *out, const struct cli_load *l)
{
    int rc = ph__buf_format(out, "%-12s", "latency");
    for (size_t i = 0; i < MARKS && !rc; i++)
        rc = ph__buf_format(out, "%s %s %.2f", i ? "," : "", marks[i].words,
                            cli_load_latency_us(l, marks[i].percent) / 1e3);
    return rc ? rc : ph__buf_add_text(out, " ms\n");
}

int cli_load_text(const struct cli_load *l, struct ph__buf *out)
{
    struct rates r = rates_of(l);
    int rc = add_counts(out, "messages", &l->messages);
    if (!rc)
        rc = add_counts(out, "recipients", &l->recipients);
    if (!rc && l->recipients.examples.len)
        rc = ph__buf_add_text(out, l->recipients.examples.data);
    if (!rc)
        rc =
            ph__buf_format(out, "%-12s %.1f messages/s, %.0f bytes/s; %.3f s\n",
                           "throughput", r.messages, r.octets, l->secs);
    if (!rc)
        rc = ph__buf_format(out, "%-12s %.2f a message\n", "round trips",
                            r.trips);
    if (!rc)
        rc = ph__buf_format(out, "%-12s %llu%s%s\n", "connections",
                            (unsigned long long)l->stats.connections,
                            *l->stats.tls ? ", " : "", l->stats.tls);
    return rc || !l->ended ? rc : add_latency(out, l);
}

static json_t *counts_object(const struct cli_tally *t)
{
    json_t *object = json_object();
    for (int i = 0; i < CLI_OUTCOMES; i++)
        json_object_set_new(object, ph_outcome_name((enum ph_outcome)i),
                            json_integer((json_int_t)t->counts[i]));
    return object;
}

static json_t *latency_object(const struct cli_load *l)
{
    json_t *object = json_object();
    for (size_t i = 0; i < MARKS; i++)
        json_object_set_new(
            object, marks[i].key,
            l->ended ? json_real(cli_load_latency_us(l, marks[i].percent) / 1e3)
                     : json_null());
    return object;
}

static int add_text(const char *data, size_t len, void *buf)
{
    return ph__buf_add(buf, data, len);
}

int cli_load_json(const struct cli_load *l, struct ph__buf *out)
{
    struct rates r = rates_of(l);
    json_t *object =
        json_pack("{s:I, s:o, s:o, s:f, s:f, s:f, s:f, s:I, s:s, s:o}", /* */
                  "count", (json_int_t)l->asked,                        /* */
                  "messages", counts_object(&l->messages),              /* */
                  "recipients", counts_object(&l->recipients),          /* */
                  "elapsed_s", l->secs,                                 /* */
                  "messages_per_s", r.messages,                         /* */
                  "bytes_per_s", r.octets,                              /* */
                  "round_trips_per_message", r.trips,                   /* */
                  "connections", (json_int_t)l->stats.connections,      /* */
                  "tls", l->stats.tls,                                  /* */
                  "latency_ms", latency_object(l));
    int failed = !object;
    if (!failed)
        failed = json_dump_callback(object, add_text, out,
                                    JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(object);
    return failed ? PH_E_NOMEM : ph__buf_add_char(out, '\n');
}
