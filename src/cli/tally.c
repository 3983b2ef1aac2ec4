#include "cli/tally.h"
#include "cli/exit.h"

enum { EXAMPLES = 10, EXAMPLES_MAX = 2 * 1024 * 1024 };

void cli_tally_init(struct cli_tally *t)
{
    *t = (struct cli_tally){.examples = PH__BUF(EXAMPLES_MAX)};
}

void cli_tally_done(struct cli_tally *t)
{
    ph__buf_done(&t->examples);
    cli_reasons_done(&t->reasons);
}

/* Words for the summary; the row's outcome does not depend on them. */
static void add_example(struct cli_tally *t, const struct cli_fate *fate)
{
    size_t len = t->examples.len;
    int rc = fate->row
                 ? ph__buf_format(&t->examples,
                                  "  row %llu: ", (unsigned long long)fate->row)
                 : ph__buf_add_text(&t->examples, "  ");
    if (!rc)
        rc = cli_report_text(&t->examples, fate);
    if (!rc)
        rc = ph__buf_add_char(&t->examples, '\n');
    if (rc && t->examples.data)
        t->examples.data[t->examples.len = len] = '\0';
    t->example_count += !rc;
}

void cli_tally_add(struct cli_tally *t, enum ph_outcome outcome, int status,
                   const struct cli_fate *fate)
{
    t->counts[outcome]++;
    t->status = cli_exit_worse(t->status, status);
    if (outcome == PH_ACCEPTED)
        return;
    cli_reasons_add(&t->reasons, fate);
    if (t->example_count < EXAMPLES)
        add_example(t, fate);
}

uint64_t cli_tally_total(const struct cli_tally *t)
{
    uint64_t total = 0;
    for (int i = 0; i < CLI_OUTCOMES; i++)
        total += t->counts[i];
    return total;
}

int cli_tally_counts(const struct cli_tally *t, struct ph__buf *out)
{
    static const enum ph_outcome order[] = {
        PH_ACCEPTED, PH_REFUSED, PH_DEFERRED, PH_UNCERTAIN, PH_UNSENT};
    int rc = PH_OK;
    const char *between = "";
    for (size_t i = 0; !rc && i < CLI_OUTCOMES; i++) {
        uint64_t count = t->counts[order[i]];
        if (!count && order[i] != PH_ACCEPTED)
            continue;
        rc =
            ph__buf_format(out, "%s%llu %s", between, (unsigned long long)count,
                           ph_outcome_name(order[i]));
        between = ", ";
    }
    return rc;
}

static int add_run(const struct cli_tally *t, struct ph__buf *out)
{
    double rate = t->secs > 0 ? (double)t->counts[PH_ACCEPTED] / t->secs : 0;
    return ph__buf_format(
        out, "%llu connection%s, %s; %.1f s, %.0f messages/s\n",
        (unsigned long long)t->connections, t->connections == 1 ? "" : "s",
        *t->tls ? t->tls : "not encrypted", t->secs, rate);
}

/* The first are named; of many it matters why. */
static int add_failures(const struct cli_tally *t, struct ph__buf *out)
{
    uint64_t failed = cli_tally_total(t) - t->counts[PH_ACCEPTED];
    int rc = ph__buf_add(out, t->examples.data, t->examples.len);
    if (rc || failed == t->example_count)
        return rc ? rc : cli_reasons_hints(&t->reasons, out);
    rc = ph__buf_format(out, "  and %llu more\n",
                        (unsigned long long)(failed - t->example_count));
    return rc ? rc : cli_reasons_text(&t->reasons, out);
}

int cli_tally_summary(const struct cli_tally *t, struct ph__buf *out)
{
    uint64_t total = cli_tally_total(t);
    int rc =
        ph__buf_format(out, "%llu recipient%s: ", (unsigned long long)total,
                       total == 1 ? "" : "s");
    if (!rc)
        rc = cli_tally_counts(t, out);
    if (!rc)
        rc = ph__buf_add_char(out, '\n');
    if (!rc && t->skipped)
        rc = ph__buf_format(out, "%llu skipped: an earlier run did them\n",
                            (unsigned long long)t->skipped);
    if (!rc && t->duplicates)
        rc = ph__buf_format(out,
                            "%llu skipped: an earlier row has the same "
                            "address (--allow-duplicates sends them)\n",
                            (unsigned long long)t->duplicates);
    if (!rc && t->left)
        rc = ph__buf_format(out, "%llu not tried\n",
                            (unsigned long long)t->left);
    if (!rc && t->connections)
        rc = add_run(t, out);
    return rc ? rc : add_failures(t, out);
}
