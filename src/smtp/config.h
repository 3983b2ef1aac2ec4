/* smtp/config.h - what a machine was told when it was made. */
#ifndef SMTP_CONFIG_H
#define SMTP_CONFIG_H

#include <posthaste/machine.h>

#include "sasl/sasl.h"

/* Options, copied. Strings may be NULL. */
struct ph__config {
    char *hello;
    char *without;
    char *mechanisms;           /* wanted */
    struct ph_credentials auth; /* strings are ours; size 0 = none */
    enum ph_tls tls;
    bool ask_login;
    bool force_8bit;
    bool lmtp;
    bool chunking;
    unsigned ahead; /* 0 = the default */
    int trace;
    const struct ph__sasl_record *record; /* NULL but in a replay */
};

/* session.c: before anything is heard. What this machine says with AUTH is no
 * login any more, but words in place of one that was recorded. Borrowed. */
void ph__machine_replay(struct ph_machine *m,
                        const struct ph__sasl_record *record);

#endif
