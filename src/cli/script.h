/* cli/script.h - what a machine has to know so that it can say what a client
 * said in a dialogue: learnt from the dialogue itself, before it is replayed.
 */
#ifndef CLI_SCRIPT_H
#define CLI_SCRIPT_H

#include <posthaste/machine.h>

#include "sink/transcript.h"

/* One transaction. Strings are the script's. */
struct cli_deal {
    struct ph_envelope env;
    struct ph_parameters parameters;
    const char **to; /* env.to_count, and room for more */
    const char **original;
    size_t cap;
};

struct cli_word; /* a string that is kept */

struct cli_script {
    struct ph_session_options session;
    struct ph_credentials credentials;
    struct ph__buf mechanisms;
    struct cli_deal *deals;
    size_t count;
    size_t cap;
    uint64_t content_max; /* octets of the largest content or chunk */
    struct cli_word *words;
};

/* PH_E_NOMEM; PH_E_LIMIT: a content is larger than a message may be. To be
 * released by cli_script_done() in any case. The script must not be moved. */
int cli_script_learn(struct cli_script *out, const struct ph__dialogue *d);
void cli_script_done(struct cli_script *s);

/* A copy that lives as long as the script; NULL when out of memory. */
const char *cli_script_keep(struct cli_script *s, const char *text, size_t len);

/* script_mail.c: MAIL begins a transaction, RCPT adds to it. What cannot be
 * understood is left out: the machine will then say something else. */
int cli_script_mail(struct cli_script *s, const char *text);
int cli_script_rcpt(struct cli_script *s, const char *text);

#endif
