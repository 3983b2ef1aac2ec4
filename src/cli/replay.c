#include <stdio.h>

#include "cli/exit.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/replay_run.h"

enum { JSON = 1, HELP };
enum {
    TRANSCRIPT_MAX = 64 * 1024 * 1024,
    FILE_ROOM = 64 * 1024,
    OUTPUT_MAX = 256 * 1024 * 1024 /* of one session */
};
enum { EXIT_DIFFERENT = 1 };

static const struct cli_option options[] = {
    {JSON, 0, "json", NULL, "one JSON object a transition"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_replay_tables[] = {options, NULL};

static int cannot(const char *path, int code)
{
    if (code == PH_E_CONTENT)
        cli_error("%s holds a NUL: it is no transcript: give what 'send -v' "
                  "prints",
                  path);
    else if (code == PH_E_LIMIT)
        cli_error("%s: a session's number is not from 1 to %d, or a content is "
                  "larger than a message may be: shorten it",
                  path, PH__TRANSCRIPT_SESSIONS_MAX);
    else
        cli_error("%s cannot be replayed: %s: give what 'send -v' prints", path,
                  ph_strerror(code));
    return code == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

static int replay_one(const char *path, struct ph__buf *out,
                      const struct ph__dialogue *d, size_t session)
{
    struct cli_script script;
    int status = EXIT_DONE;
    int code = cli_script_learn(&script, d);
    enum cli_replayed what =
        code ? CLI_NO_REPLAY
             : cli_replay_dialogue(out, &code, d, &script, session);
    if (what == CLI_DIFFERS)
        status = EXIT_DIFFERENT;
    if (what == CLI_NO_REPLAY)
        status = cannot(path, code);
    cli_script_done(&script);
    return status;
}

static int replay_all(const char *path, const struct ph__transcript *t,
                      bool json)
{
    struct ph__buf out = PH__BUF(OUTPUT_MAX);
    int status = EXIT_DONE;
    for (size_t i = 0; i < t->count && !status; i++) {
        const struct ph__dialogue *d = &t->dialogues[i];
        if (!d->count)
            continue;
        ph__buf_clear(&out);
        if (t->count > 1 && !json)
            printf("# session %zu\n", i + 1);
        status = replay_one(path, &out, d, json ? i + 1 : 0);
        fwrite(ph__buf_text(&out), 1, out.len, stdout);
    }
    ph__buf_done(&out);
    return status;
}

static int replay(const char *path, bool json)
{
    struct ph__buf text = PH__BUF((size_t)TRANSCRIPT_MAX + FILE_ROOM);
    struct ph__transcript t = {0};
    int status = cli_file_read(&text, path);
    int rc = status ? PH_OK : ph__transcript_read(&t, &text);
    if (rc)
        status = cannot(path, rc);
    if (!status && !t.lines) {
        cli_error("%s: there is no dialogue in it: give lines that begin with "
                  "'S: ' and 'C: '",
                  path);
        status = EXIT_BAD_DATA;
    }
    if (!status)
        status = replay_all(path, &t, json);
    ph__transcript_done(&t);
    ph__buf_done(&text);
    return status;
}

static void print_help(const struct cli_option *const *tables)
{
    cli_help(
        "usage: posthaste replay [--json] FILE\n"
        "\n"
        "Runs the state machine over a recorded dialogue, such as "
        "'send -v' or 'batch -v'\n"
        "prints (FILE - is standard input). No network: 'S: ...' is fed "
        "to the machine,\n"
        "'C: ...' is what it must say. Prints a line a transition,\n"
        "\n"
        "  MAIL       250      pass       RCPT\n"
        "\n"
        "state, reply or answer, action, next state; behind '..' the state "
        "where it comes\n"
        "to rest. Exit status 1: the machine says something else; the "
        "first such line is\n"
        "named.\n",
        tables, 1);
}

int cli_replay(int argc, char **argv)
{
    const char *path = NULL;
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {options}, .operand = &path};
    bool json = false;
    for (int id; (id = cli_next(&args)) != CLI_END;) {
        if (id == HELP)
            print_help(args.tables);
        if (id != JSON)
            return id == HELP ? EXIT_DONE : EXIT_USAGE_ERROR;
        json = true;
    }
    if (path)
        return replay(path, json);
    cli_error("replay: there is nothing to replay: give a file, or - for "
              "standard input");
    return EXIT_USAGE_ERROR;
}
