/* smtp/config.h - what a machine was told when it was made. */
#ifndef SMTP_CONFIG_H
#define SMTP_CONFIG_H

#include <posthaste/machine.h>

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
};

#endif
