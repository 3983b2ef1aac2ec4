#include "states/cases.h"
#include "states/print.h"

/* Names and words of the table need no escaping: a test parses the whole. */

static void write_names(struct ph__pen *pen, enum ph__state from,
                        enum ph__state last)
{
    PH__WRITE(pen, "{\"states\":[");
    for (enum ph__state s = from; s <= last; s++)
        PH__WRITE(pen, "%s\"%s\"", s == from ? "" : ",", ph__table[s].name);
    PH__WRITE(pen, "],\n");
}

/* "key":"value", or null where the row has no such thing. */
static void write_text(struct ph__pen *pen, const char *key, const char *value,
                       bool given)
{
    if (given)
        PH__WRITE(pen, ",\"%s\":\"%s\"", key, value);
    else
        PH__WRITE(pen, ",\"%s\":null", key);
}

static void write_row(struct ph__pen *pen, const struct ph__row *row)
{
    bool pick = row->kind == PICK_ROW;
    PH__WRITE(pen, "{\"name\":\"%s\"", row->name);
    write_text(pen, "kind", ph__kind_name(row->kind), true);
    write_text(pen, "stage", ph_stage_name(row->stage), true);
    write_text(pen, "sends", ph__command_name(row->say),
               row->say != SAY_nothing);
    write_text(pen, "asks", ph__question_name(row->ask), pick);
    write_text(pen, "raises", ph__event_name(row->event),
               row->kind == HOLD_ROW);
    write_text(pen, "words", ph__row_words(row), true);
    write_text(pen, "lost", ph__loss_name(row->lost), !pick);
    PH__WRITE(
        pen, ",\"ahead\":%s,\"deadline_secs\":", row->ahead ? "true" : "false");
    if (row->secs)
        PH__WRITE(pen, "%u}", row->secs);
    else
        PH__WRITE(pen, "null}");
}

/* A range of codes becomes a transition a code: nobody has to parse ranges. */
static void write_case(struct ph__pen *pen, const char **between,
                       enum ph__state state, const struct ph__case *c)
{
    bool codes = c->kind == CASE_CODES && c->first >= 0;
    for (int code = c->first; code <= c->last; code++) {
        PH__WRITE(pen, "%s\n{\"state\":\"%s\",\"reply\":\"%s", *between,
                  ph__table[state].name, c->early ? "early " : "");
        if (codes)
            PH__WRITE(pen, "%03d", code);
        else
            PH__WRITE(pen, "%s", c->name);
        PH__WRITE(pen, "\",\"action\":\"%s\",\"next\":\"%s\"}",
                  ph__action_name(c->edge.act), ph__table[c->edge.next].name);
        *between = ",";
    }
}

int ph__print_json(struct ph__buf *out, enum ph__state only)
{
    bool all = only == ST_COUNT;
    enum ph__state from = all ? ST_START : only;
    enum ph__state last = all ? ST_COUNT - 1 : only;
    struct ph__pen pen = {.out = out};
    write_names(&pen, from, last);
    PH__WRITE(&pen, "\"rows\":[");
    for (enum ph__state s = from; s <= last; s++) {
        PH__WRITE(&pen, "%s\n", s == from ? "" : ",");
        write_row(&pen, &ph__table[s]);
    }
    PH__WRITE(&pen, "],\n\"transitions\":[");
    const char *between = "";
    for (enum ph__state s = from; s <= last && !pen.rc; s++) {
        struct ph__cases cases;
        pen.rc = ph__cases_of(&cases, s);
        for (size_t i = 0; !pen.rc && i < cases.count; i++)
            write_case(&pen, &between, s, &cases.list[i]);
    }
    PH__WRITE(&pen, "\n]}\n");
    return pen.rc;
}
