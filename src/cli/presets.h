/* cli/presets.h - well-known providers: what --account NAME stands for. */
#ifndef CLI_PRESETS_H
#define CLI_PRESETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct cli_preset {
    const char *name;
    const char *host;
    uint16_t port;
    bool implicit_tls;      /* else STARTTLS, required */
    const char *mechanisms; /* that it offers and we speak, in our order */
    unsigned connections;   /* at most so many at a time; 0 = not published */
    unsigned messages;      /* in a connection; likewise */
    const char *secret;     /* what it takes, as advice: "use ..." */
    const char *checked;    /* when all of this was last looked up */
};

/* NULL when there is none of that name. */
const struct cli_preset *cli_preset_named(const char *name);
/* Whose server this is; NULL when it is nobody's we know. */
const struct cli_preset *cli_preset_of(const char *host);
/* "gmail, outlook, ...". PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_preset_list(struct ph__buf *out);

#endif
