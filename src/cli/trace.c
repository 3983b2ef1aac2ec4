#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/file.h"
#include "cli/options.h"
#include "trace/trace.h"

enum trace_option { SVG = 1, HTML, OUTPUT, SESSION, HELP };
enum {
    TRANSCRIPT_MAX = 64 * 1024 * 1024,
    FILE_ROOM = 64 * 1024,
    OUTPUT_MAX = 512 * 1024 * 1024
};

static const struct cli_option options[] = {
    CLI_HEADING("What is made of it:"),
    {SVG, 0, "svg", NULL, "a drawing, not a table"},
    {HTML, 0, "html", NULL, "one page: the drawing, and all lines"},
    {OUTPUT, 'o', "output", "FILE", "where it goes (default: standard output)"},
    {SESSION, 0, "session", "N", "only this session of several"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_trace_tables[] = {options, NULL};

typedef int (*show_cb)(struct ph__buf *out, const struct ph__trace *t);

struct request {
    const char *path;
    const char *output;
    unsigned session;
    bool svg;
    bool html;
    bool help;
};

static int cannot(const struct request *r, int code)
{
    if (code == PH_E_CONTENT)
        cli_error("%s holds a NUL: it is no transcript: give what 'send -v' "
                  "prints",
                  r->path);
    else if (code == PH_E_LIMIT)
        cli_error("%s: a session's number is not from 1 to %d, or there is too "
                  "much of it: give --session",
                  r->path, PH__TRANSCRIPT_SESSIONS_MAX);
    else if (code == PH_E_INVALID && r->session)
        cli_error("%s: there is no session %u in it: see it without --session",
                  r->path, r->session);
    else if (code == PH_E_INVALID)
        cli_error("%s: there is no dialogue in it: give what 'send -v "
                  "--trace-times' prints",
                  r->path);
    else
        cli_error("%s cannot be shown: %s", r->path, ph_strerror(code));
    return code == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

static int write_to(FILE *file, const char *name, const struct ph__buf *out)
{
    bool written =
        fwrite(out->data, 1, out->len, file) == out->len && !fflush(file);
    if (!written)
        cli_error("%s cannot be written: %s: what is there is not whole", name,
                  strerror(errno));
    return written ? EXIT_DONE : EXIT_TRY_LATER;
}

static int write_out(const struct request *r, const struct ph__buf *out)
{
    if (!r->output || strcmp(r->output, "-") == 0)
        return write_to(stdout, "standard output", out);
    FILE *file = fopen(r->output, "w");
    if (!file) {
        cli_error("%s cannot be written: %s: name another file", r->output,
                  strerror(errno));
        return EXIT_TRY_LATER;
    }
    int status = write_to(file, r->output, out);
    if (fclose(file) && !status) {
        cli_error("%s cannot be written: %s: what is there is not whole",
                  r->output, strerror(errno));
        status = EXIT_TRY_LATER;
    }
    return status;
}

static int show_transcript(const struct request *r,
                           const struct ph__transcript *transcript)
{
    struct ph__trace t = {0};
    struct ph__buf out = PH__BUF(OUTPUT_MAX);
    show_cb show = r->html  ? ph__trace_html
                   : r->svg ? ph__trace_svg
                            : ph__trace_text;
    int rc = ph__trace_make(&t, transcript, r->session);
    if (!rc)
        rc = show(&out, &t);
    int status = rc ? cannot(r, rc) : write_out(r, &out);
    ph__trace_done(&t);
    ph__buf_done(&out);
    return status;
}

static int trace(const struct request *r)
{
    struct ph__buf text = PH__BUF((size_t)TRANSCRIPT_MAX + FILE_ROOM);
    struct ph__transcript t = {0};
    int status = cli_file_read(&text, r->path);
    int rc = status ? PH_OK : ph__transcript_read(&t, &text);
    if (rc)
        status = cannot(r, rc);
    if (!status)
        status = show_transcript(r, &t);
    ph__transcript_done(&t);
    ph__buf_done(&text);
    return status;
}

static int take_option(void *user, int id, const char *value)
{
    struct request *r = user;
    switch ((enum trace_option)id) {
    case SVG:
        r->svg = true;
        break;
    case HTML:
        r->html = true;
        break;
    case OUTPUT:
        r->output = value;
        break;
    case SESSION:
        return cli_number(&r->session, "--session", value, 1);
    case HELP:
        r->help = true;
        break;
    }
    return EXIT_DONE;
}

static int help(const struct cli_args *args)
{
    cli_help("usage: posthaste trace [--svg | --html] [-o FILE] FILE\n"
             "\n"
             "Shows where the time of a recorded dialogue went: its flights, "
             "round trips and\n"
             "phases. FILE is what 'send --trace-times', 'batch --trace-times' "
             "and the like\n"
             "print on standard error (- is standard input); without times "
             "there is only the\n"
             "order to be seen.",
             args->tables, 1);
    return EXIT_DONE;
}

int cli_trace_command(int argc, char **argv)
{
    struct request r = {0};
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {options}, .operand = &r.path};
    int status = cli_take_options(&args, take_option, &r);
    if (status)
        return status;
    if (r.help)
        return help(&args);
    if (r.svg && r.html)
        return cli_usage("--svg and --html", NULL,
                         "give one: the page has the drawing in it");
    if (r.path)
        return trace(&r);
    return cli_usage("trace: there is nothing to show", NULL,
                     "give a file, or - for standard input");
}
