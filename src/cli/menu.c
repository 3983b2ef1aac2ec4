#include "cli/menu.h"

/* Its options are letters, which sendmail_options.c has. */
static const struct cli_option *const no_tables[] = {NULL};

const struct cli_entry cli_menu[] = {
    {"send", cli_send, cli_send_tables, NULL,
     "one message to one or many recipients"},
    {"sendmail", cli_sendmail, no_tables, NULL,
     "as sendmail does; also by that name"},
    {"batch", cli_batch, cli_batch_tables, NULL,
     "a list of recipients, a message of their own each"},
    {"probe", cli_probe, cli_probe_tables, NULL, "what a server offers"},
    {"load", cli_load, cli_load_tables, NULL,
     "the same message many times, measured"},
    {"replay", cli_replay, cli_replay_tables, "FILE",
     "run the state machine over a recorded dialogue"},
    {"trace", cli_trace_command, cli_trace_tables, "FILE",
     "see where the time of a dialogue went"},
    {"sink", cli_sink, cli_sink_tables, NULL,
     "a small SMTP server for trying things out"},
    {"states", cli_states, cli_states_tables, NULL, "print the state machine"},
    {"completion", cli_completion, cli_completion_tables, "bash|zsh|fish",
     "a script by which a shell completes all of this"},
    {NULL, NULL, NULL, NULL, NULL}};
