/* cli/login.h - what to log in with: a secret that was given, or a command
 * that is asked for one. */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include <uv.h>

#include <posthaste/login.h>

#include "base/buf.h"
#include "cli/command.h"

struct cli_server;
struct cli_question;

struct cli_login {
    bool given; /* there are credentials */
    struct ph_credentials credentials;
    struct ph__buf secret; /* what a file held */

    /* The rest is for commands. One runs at a time, and answers all who ask
     * while it does; a token that was refused meanwhile is asked for anew. */
    char **words; /* NULL = there is no command */
    bool is_token;
    uv_loop_t *loop;
    struct cli_command *running;
    struct cli_question *asked; /* what the one that runs will answer */
    struct cli_question *later;
    bool stopped;
};

void cli_login_init(struct cli_login *l);
void cli_login_done(struct cli_login *l); /* wipes */

/* EXIT_DONE, or another status after an error message. */
int cli_login_settle(struct cli_login *l, const struct cli_server *s);

/* Answers a question with what the command prints, now or later. */
void cli_login_ask(struct cli_login *l, struct ph_login *login, bool refused);
/* Nobody waits for answers any more: kills the command. */
void cli_login_stop(struct cli_login *l);

#endif
