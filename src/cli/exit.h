/* cli/exit.h - which exit status wins. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include <posthaste/client.h>

/* The one of two exit statuses that wins: the first of 64, 65, 66, 78, 68, 77,
 * 76, 69, 75, and then success. */
int cli_exit_worse(int a, int b);
/* What one recipient's fate asks for. */
int cli_exit_for(const struct ph_recipient_result *r);
/* What ph_message_check(), ph_client_new() and the like ask for. */
int cli_exit_for_code(enum ph_code code);

#endif
