/* cli/sign.h - who signs: --sign-dkim DOMAIN:SELECTOR:KEYFILE. */
#ifndef CLI_SIGN_H
#define CLI_SIGN_H

#include <posthaste/message.h>

#include "cli/texts.h"

/* Zeroed: nobody. */
struct cli_signers {
    struct ph_dkim **at;
    size_t count;
};

/* Reads the keys. EXIT_DONE, or another status after an error message. */
int cli_signers_open(struct cli_signers *s, const struct cli_texts *values);
/* Each of them is to sign. Errors stay in the message. */
void cli_signers_sign(const struct cli_signers *s, struct ph_message *msg);
void cli_signers_done(struct cli_signers *s);

#endif
