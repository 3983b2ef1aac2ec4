/* cli/sendmail_user.h - who gives sendmail a message, and what this host calls
 * itself in addresses. */
#ifndef CLI_SENDMAIL_USER_H
#define CLI_SENDMAIL_USER_H

#include "base/buf.h"

struct cli_user {
    struct ph__buf login;     /* "ann"; "" if nobody has this number */
    struct ph__buf full_name; /* "Ann Lee", or "" */
    struct ph__buf domain;    /* for names without one */
};

/* `hello` is the name by which the account wants this host to be called, or
 * NULL; `mailname` the file that says it for all programs (/etc/mailname on
 * Debian). The domain is the first of these that can be one and has a dot; or
 * else what the system calls this host. PH_OK, PH_E_NOMEM. */
int cli_user_find(struct cli_user *out, const char *hello,
                  const char *mailname);
void cli_user_done(struct cli_user *u);

/* Appends what a passwd entry says of a name: up to its comma, & stands for the
 * login, with a capital (getpwnam's manual calls it GECOS). PH_OK, PH_E_NOMEM,
 * PH_E_LIMIT. */
int cli_user_full_name(struct ph__buf *out, const char *gecos,
                       const char *login);

#endif
