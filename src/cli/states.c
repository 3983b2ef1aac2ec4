#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "states/picture.h"
#include "states/print.h"

enum { OPT_FORMAT = 1, OPT_STATE, OPT_HELP };
enum { OUTPUT_LIMIT = 1024 * 1024 };

static const struct cli_option options[] = {
    {OPT_FORMAT, 0, "format", "table|markdown|json|dot|svg",
     "in what form (default: table); dot is for Graphviz, svg\n"
     "is a drawing"},
    {OPT_STATE, 0, "state", "NAME", "this state only, such as RCPT"},
    {OPT_HELP, 'h', "help", NULL, "this text"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_states_tables[] = {options, NULL};

static const struct format {
    const char *name;
    int (*print)(struct ph__buf *out, enum ph__state only);
} formats[] = {{"table", ph__print_table},
               {"markdown", ph__print_markdown},
               {"json", ph__print_json},
               {"dot", ph__picture_dot},
               {"svg", ph__picture_svg}};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct request {
    const struct format *format;
    enum ph__state only;
};

static int choose_format(struct request *r, const char *name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i].name, name) != 0)
            continue;
        r->format = &formats[i];
        return EXIT_DONE;
    }
    cli_error("states: there is no format '%s': use table, markdown, json, dot "
              "or svg",
              name);
    return EXIT_USAGE_ERROR;
}

static int choose_state(struct request *r, const char *name)
{
    r->only = ph__state_named(name);
    if (r->only != ST_COUNT)
        return EXIT_DONE;
    cli_error("states: there is no state '%s': use one of these", name);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        fprintf(stderr, "  %s\n", ph__table[s].name);
    return EXIT_USAGE_ERROR;
}

/* Who changes the table has to change the drawing. */
static void explain(int rc)
{
    struct ph__gap gap = ph__layout_check(&ph__layout);
    if (rc == PH_E_INVALID && gap.what != GAP_NONE)
        cli_error("states: the drawing and the table differ at %s -> %s: "
                  "change src/states/layout_*.c",
                  ph__table[gap.from].name, ph__table[gap.next].name);
    else
        cli_error("states: %s", ph_strerror(rc));
}

static int print(const struct request *r)
{
    struct ph__buf out = PH__BUF(OUTPUT_LIMIT);
    int rc = r->format->print(&out, r->only);
    if (rc) {
        explain(rc);
        ph__buf_done(&out);
        return EXIT_TRY_LATER;
    }
    bool written =
        fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    if (!written)
        cli_error("states: standard output cannot be written: %s: make room",
                  strerror(errno));
    ph__buf_done(&out);
    return written ? EXIT_DONE : EXIT_TRY_LATER;
}

int cli_states(int argc, char **argv)
{
    struct cli_args args = {.argc = argc, .argv = argv, .tables = {options}};
    struct request r = {.format = &formats[0], .only = ST_COUNT};
    int rc = EXIT_DONE;
    for (int id; !rc && (id = cli_next(&args)) != CLI_END;) {
        if (id == OPT_HELP) {
            cli_help("usage: posthaste states [--format FORMAT] [--state NAME]"
                     "\n\nPrints the state machine that posthaste runs on.\n",
                     args.tables, 1);
            return EXIT_DONE;
        }
        if (id == OPT_FORMAT)
            rc = choose_format(&r, args.value);
        else if (id == OPT_STATE)
            rc = choose_state(&r, args.value);
        else
            rc = EXIT_USAGE_ERROR;
    }
    return rc ? rc : print(&r);
}
