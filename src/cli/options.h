/* cli/options.h - command-line options as data: one table serves parsing and
 * --help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* A table ends with a row whose name is NULL. A row whose id is 0 is only a
 * heading of --help, and its name is the text. */
struct cli_option {
    int id;               /* what cli_next() returns; > 0, unique */
    char letter;          /* 's' for -s, 0 = none */
    const char *name;     /* "server" for --server */
    const char *argument; /* "URL"; NULL = takes none; "[N]" = optional */
    const char *help;     /* one or more lines, '\n' between */
};
#define CLI_HEADING(text)                                                      \
    {                                                                          \
        0, 0, text, NULL, NULL                                                 \
    }

enum { CLI_END = 0, CLI_BAD = -1 };

enum { CLI_TABLES = 5 };
struct cli_args {
    int argc; /* argv[0] is the command's name: "send" */
    char **argv;
    const struct cli_option *tables[CLI_TABLES]; /* unused ones NULL */
    const char *value; /* the argument of the option just returned, or NULL */
    const char **operand; /* where the one operand goes; NULL = takes none */
    int at;               /* private: where we are in argv */
};

/* The next option's id; CLI_END; or CLI_BAD, after saying on standard error
 * what is wrong ("posthaste: send: unknown option --foo: ..."). An operand
 * too many (not an option) is CLI_BAD, and so is the beginning of a long name:
 * scripts would break when a longer name is added. One `args` at a time. */
int cli_next(struct cli_args *args);
/* Every option to `take`, until that returns another status than EXIT_DONE;
 * EXIT_USAGE_ERROR after CLI_BAD. */
typedef int (*cli_take_cb)(void *user, int id, const char *value);
int cli_take_options(struct cli_args *args, cli_take_cb take, void *user);
/* Usage lines, then every table, to standard output. */
void cli_help(const char *usage, const struct cli_option *const *tables,
              size_t count);

/* "posthaste: " and the message on standard error, a line; controls become
 * '?'. By convention: what happened: what to do about it. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "what value: advice"; `value` may be NULL. EXIT_USAGE_ERROR. */
int cli_usage(const char *what, const char *value, const char *advice);
/* A number of a command line, at least `least`. EXIT_DONE or EXIT_USAGE_ERROR
 * after an error message that names the option. */
int cli_number(unsigned *out, const char *option, const char *value,
               unsigned least);

/* For ph_client_options.trace: a line of the dialogue on standard error. */
void cli_trace(void *user, const char *line);

/* Exit statuses (sysexits), see exit.h for which of several wins. */
enum {
    EXIT_DONE = 0,
    EXIT_USAGE_ERROR = 64,
    EXIT_BAD_DATA = 65,
    EXIT_NO_INPUT = 66,
    EXIT_NO_HOST = 68,
    EXIT_REFUSED = 69,
    EXIT_TRY_LATER = 75,
    EXIT_BROKEN_PROTOCOL = 76,
    EXIT_NO_AUTH = 77,
    EXIT_BAD_CONFIG = 78
};

/* The commands: argv[0] is the command's name. Return an exit status. */
int cli_send(int argc, char **argv);
int cli_sendmail(int argc, char **argv); /* argv[0] may be a path */
int cli_batch(int argc, char **argv);
int cli_load(int argc, char **argv);
int cli_probe(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_sink(int argc, char **argv);
int cli_states(int argc, char **argv);
int cli_trace_command(int argc, char **argv);
int cli_completion(int argc, char **argv);

/* The option tables of each, NULL behind the last. */
extern const struct cli_option *const cli_send_tables[];
extern const struct cli_option *const cli_batch_tables[];
extern const struct cli_option *const cli_load_tables[];
extern const struct cli_option *const cli_probe_tables[];
extern const struct cli_option *const cli_replay_tables[];
extern const struct cli_option *const cli_sink_tables[];
extern const struct cli_option *const cli_states_tables[];
extern const struct cli_option *const cli_trace_tables[];
extern const struct cli_option *const cli_completion_tables[];

#endif
