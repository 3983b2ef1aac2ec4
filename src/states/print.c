#include "states/print.h"
#include "states/cases.h"
#include "states/grid.h"
#include "states/wrap.h"

enum { CELLS_LIMIT = 64 * 1024, REPLIES_WIDTH = 30 };

const char *ph__kind_name(enum ph__kind kind)
{
    static const char *const names[] = {
        [WAIT_ROW] = "WAIT", [PICK_ROW] = "PICK", [HOLD_ROW] = "HOLD"};
    return names[kind];
}

const char *ph__row_words(const struct ph__row *row)
{
    if (row->kind == PICK_ROW)
        return ph__question_text(row->ask);
    if (row->kind == HOLD_ROW)
        return ph__event_name(row->event);
    return row->say == SAY_nothing ? "nothing" : ph__command_text(row->say);
}

static void write_edge(struct ph__pen *cells, struct ph__edge edge)
{
    PH__WRITE(cells, "\t%s %s", ph__action_name(edge.act),
              ph__table[edge.next].name);
}

static void write_secs(struct ph__pen *cells, unsigned secs)
{
    if (secs)
        PH__WRITE(cells, "\t%u\n", secs);
    else
        PH__WRITE(cells, "\t-\n");
}

static void write_row(struct ph__pen *cells, const struct ph__row *row)
{
    PH__WRITE(cells, "%s\t%s", row->name, ph_stage_name(row->stage));
    if (row->kind == WAIT_ROW)
        PH__WRITE(cells, "\t%s", ph__command_name(row->say));
    else
        PH__WRITE(cells, "\t%s", ph__row_words(row));
    size_t columns = row->kind == WAIT_ROW ? COLUMNS : 2;
    for (size_t i = 0; i < columns; i++)
        write_edge(cells, row->edge[i]);
    if (row->kind == PICK_ROW) {
        PH__WRITE(cells, "\n");
        return;
    }
    PH__WRITE(cells, "\t%s", ph__loss_name(row->lost));
    if (row->kind == WAIT_ROW)
        PH__WRITE(cells, "\t%s", row->ahead ? "yes" : "no");
    write_secs(cells, row->secs);
}

/* "reply, action, next, which means", after the cell `first` if there is one; a
 * long list of replies makes several rows. */
static void write_case(struct ph__pen *cells, const char *first,
                       const struct ph__cases *cases, const struct ph__case *c,
                       const struct ph__case_filter *filter)
{
    struct ph__buf buf = PH__BUF(CELLS_LIMIT);
    struct ph__pen label = {.out = &buf, .rc = cells->rc};
    ph__case_label(&label, cases, c, filter);
    cells->rc = label.rc;
    const char *text = ph__buf_text(&buf);
    const char *early = "";
    while (*text && !cells->rc) {
        size_t len = ph__wrap_len(text, REPLIES_WIDTH);
        PH__WRITE(cells, "%s%s%s%.*s", first, *first ? "\t" : "", early,
                  (int)len, text);
        write_edge(cells, c->edge);
        PH__WRITE(cells, "\t%s\n", ph__action_text(c->edge.act));
        text = ph__wrap_next(text, len);
        early = c->early ? "early " : ""; /* the first row has the word */
    }
    ph__buf_done(&buf);
}

static void write_cases(struct ph__pen *cells, const char *first,
                        const struct ph__cases *cases,
                        const struct ph__case_filter *filter)
{
    for (size_t i = 0; !cells->rc && i < cases->count; i++)
        if (ph__case_leads(cases, &cases->list[i], filter))
            write_case(cells, first, cases, &cases->list[i], filter);
}

static void write_exceptions(struct ph__pen *cells, enum ph__state state)
{
    struct ph__cases cases;
    if (!cells->rc)
        cells->rc = ph__cases_of(&cases, state);
    write_cases(cells, ph__table[state].name, &cases, &ph__case_exception);
}

/* The whole table is four small ones. */
struct part {
    const char *title;
    const char *heading;
    bool exceptions;
    bool kinds[HOLD_ROW + 1];
};
static const struct part parts[] = {
    {.title = "WAIT: sends a command and waits for its reply",
     .heading = "state\tstage\tsends\t2yz\t3yz\t4yz\t5yz\tlost\tahead\tsecs\n",
     .kinds = {[WAIT_ROW] = true}},
    {.title = "PICK: asks a question and moves on at once",
     .heading = "state\tstage\tasks\tyes\tno\n",
     .kinds = {[PICK_ROW] = true}},
    {.title = "HOLD: raises an event and waits for the driver",
     .heading = "state\tstage\traises\tdone\tstop\tlost\tsecs\n",
     .kinds = {[HOLD_ROW] = true}},
    {.title = "Replies that mean something else there",
     .heading = "state\treply\taction, next\twhich means\n",
     .exceptions = true,
     .kinds = {[WAIT_ROW] = true, [HOLD_ROW] = true}},
};

static int write_part(struct ph__pen *pen, const struct part *part,
                      enum ph__grid_style style, enum ph__state only)
{
    struct ph__buf buf = PH__BUF(CELLS_LIMIT);
    struct ph__pen cells = {.out = &buf};
    PH__WRITE(&cells, "%s", part->heading);
    size_t heading = buf.len;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        if ((only != ST_COUNT && only != s) || !part->kinds[row->kind])
            continue;
        if (part->exceptions)
            write_exceptions(&cells, s);
        else
            write_row(&cells, row);
    }
    bool some = buf.len > heading;
    if (some && !cells.rc) {
        PH__WRITE(pen, style == PH__GRID_MARKDOWN ? "**%s**\n\n" : "%s\n\n",
                  part->title);
        ph__grid_write(pen, ph__buf_text(&buf), style);
        PH__WRITE(pen, "\n");
    }
    ph__buf_done(&buf);
    return pen->rc ? pen->rc : cells.rc;
}

static const char *const everywhere =
    "A cell is an action and the next state. Everywhere: 421 does what 4yz "
    "does, then CLOSED;\nbefore its command has left (early) it ends the "
    "session. 220, 221 and 235 belong to one command each.\nAny reply not "
    "shown (0yz, 1yz, 6yz-9yz, garbage, early, one of those three) is a "
    "breach, then CLOSED.\n";

static int write_parts(struct ph__buf *out, enum ph__grid_style style,
                       enum ph__state only)
{
    struct ph__pen pen = {.out = out};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !pen.rc; i++)
        pen.rc = write_part(&pen, &parts[i], style, only);
    PH__WRITE(&pen, "%s", everywhere);
    return pen.rc;
}

int ph__print_markdown(struct ph__buf *out, enum ph__state only)
{
    return write_parts(out, PH__GRID_MARKDOWN, only);
}

static const char *loss_words(enum ph__loss lost)
{
    static const char *const words[] = {
        [LOST_retry] = "the transaction may safely be sent again",
        [LOST_doubt] = "it may have been delivered",
        [LOST_fine] = "we were leaving, or idle"};
    return words[lost];
}

static const char *kind_words(enum ph__kind kind)
{
    static const char *const words[] = {
        [WAIT_ROW] = "sends", [PICK_ROW] = "asks", [HOLD_ROW] = "raises"};
    return words[kind];
}

static void explain(struct ph__pen *pen, const struct ph__row *row)
{
    PH__WRITE(pen, "%s (%s, stage %s)\n\n", row->name, ph__kind_name(row->kind),
              ph_stage_name(row->stage));
    PH__WRITE(pen, "%-8s  %s\n", kind_words(row->kind), ph__row_words(row));
    if (row->kind == PICK_ROW)
        return;
    if (row->secs)
        PH__WRITE(pen, "deadline  %u s\n", row->secs);
    else
        PH__WRITE(pen, "deadline  none\n");
    PH__WRITE(pen, "if lost   %s: %s\n", ph__loss_name(row->lost),
              loss_words(row->lost));
    if (row->ahead)
        PH__WRITE(pen, "ahead     the next command may follow without waiting, "
                       "given PIPELINING\n");
}

static int explain_cases(struct ph__pen *pen, const struct ph__cases *cases)
{
    struct ph__buf buf = PH__BUF(CELLS_LIMIT);
    struct ph__pen cells = {.out = &buf};
    PH__WRITE(&cells, "on\taction, next\twhich means\n");
    write_cases(&cells, "", cases, &ph__case_every);
    PH__WRITE(pen, "\n");
    if (!cells.rc)
        ph__grid_write(pen, ph__buf_text(&buf), PH__GRID_PLAIN);
    ph__buf_done(&buf);
    return pen->rc ? pen->rc : cells.rc;
}

int ph__print_table(struct ph__buf *out, enum ph__state only)
{
    if (only == ST_COUNT)
        return write_parts(out, PH__GRID_PLAIN, only);
    struct ph__cases cases;
    struct ph__pen pen = {.out = out, .rc = ph__cases_of(&cases, only)};
    explain(&pen, &ph__table[only]);
    return pen.rc ? pen.rc : explain_cases(&pen, &cases);
}
