/* cli/probe_report.h - what a probe has learnt, for people and for programs. */
#ifndef CLI_PROBE_REPORT_H
#define CLI_PROBE_REPORT_H

#include "cli/probe_run.h"

/* `server` is what was asked for, `now` is in seconds since 1970. PH_OK,
 * PH_E_NOMEM, PH_E_LIMIT. */
int cli_probe_text(struct ph__buf *out, const struct cli_probe *p,
                   const char *server, int64_t now);
/* One object and a line end. */
int cli_probe_json(struct ph__buf *out, const struct cli_probe *p,
                   const char *server);

#endif
