/* cli/report.h - what became of each recipient, for programs and for people. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <posthaste/client.h>

#include "base/buf.h"
#include "cli/advice.h"
#include "cli/identity.h"

/* One recipient's fate. Borrowed. */
struct cli_fate {
    const char *message; /* Message-ID without <>, "" = none */
    const char *recipient;
    const char *outcome; /* "accepted" ..., or "pending" */
    const char *stage;
    struct ph_reply reply; /* code 0 = none */
    const char *detail;    /* more words for people, or "" */
    unsigned attempts;
    const char *server; /* "" = none */
    uint64_t row;       /* of a list; 0 = there is none */
    enum ph_class about;
    const char *hint;                 /* or NULL */
    const struct cli_identity *batch; /* whose results these are; or NULL */
};

struct cli_fate cli_fate_of(const struct ph_result *result, size_t i);
/* Of one that was never tried, because of what we were given. */
struct cli_fate cli_fate_bad_input(const char *recipient, const char *detail);

/* Adds the JSON object, with "row" and "batch" if there are, and a line end.
 * PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_report_json(struct ph__buf *out, const struct cli_fate *fate);
/* Adds "refused   bob@x.org   rcpt: 550 5.1.1 no such user", without a line
 * end; fit for a terminal. */
int cli_report_text(struct ph__buf *out, const struct cli_fate *fate);

/* What went wrong with the session and what to do about it, on standard
 * error; nothing if `r` was decided by its own address or content. */
void cli_report_explain(const struct ph_recipient_result *r, const char *server,
                        const struct cli_hints *hints);
/* The problem of a session that was told last; zero is none. */
struct cli_told {
    int code;
    enum ph_stage stage;
    char server[256]; /* the beginning of its name will do */
};
/* Is it another one, or another server's? Whoever asks tells it then: what
 * ends a session is everybody's, and is said once. */
bool cli_told_anew(struct cli_told *told, const char *server,
                   const struct ph_recipient_result *r);
/* Was this decided before any message was begun? Then the next one would
 * fare no better. */
bool cli_report_is_hopeless(const struct ph_recipient_result *r);

#endif
