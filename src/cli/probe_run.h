/* cli/probe_run.h - one session with a server, to learn what it offers. */
#ifndef CLI_PROBE_RUN_H
#define CLI_PROBE_RUN_H

#include <uv.h>

#include "cli/server.h"
#include "tls/cert.h"
#include "tls/limits.h"

enum {
    CLI_PROBE_SECS = 30,         /* for each wait, unless --timeout says */
    CLI_PROBE_CERTS = 10,        /* of a chain */
    CLI_PROBE_TEXT = 128 * 1024, /* of a reply: over PH__REPLY_OCTETS_MAX */
    CLI_PROBE_PEER = 512,        /* an address, and the proxy's */
    CLI_PROBE_DETAIL = 2048      /* words about an error */
};

/* Milliseconds; below 0 where there was none. */
struct cli_probe_times {
    double connect; /* names looked up, connection made */
    double greeting;
    double handshake;
    double round_trip; /* of a NOOP */
};

/* What was learnt; whatever did not happen is empty. */
struct cli_probe {
    char peer[CLI_PROBE_PEER];
    struct ph__buf greeting; /* lines as they were, '\n' between */
    struct ph__buf clear;    /* the EHLO reply's lines before TLS, without */
    struct ph__buf secure;   /* their codes, and those over TLS */
    bool greeted;            /* we have said something */
    struct cli_probe_times ms;

    bool tls; /* the handshake was done */
    char version[16];
    char cipher[64];
    bool verified;
    const char *reason; /* why it is not: one word; static */
    char problem[PH__TLS_PROBLEM_MAX + 1];
    struct ph__tls_cert certs[CLI_PROBE_CERTS];
    size_t cert_count;

    struct ph_recipient_result error; /* how it failed; code PH_OK = not */
    struct ph__buf error_reply;
    char error_detail[CLI_PROBE_DETAIL];
};

void cli_probe_init(struct cli_probe *p);
void cli_probe_done(struct cli_probe *p);

/* Says EHLO, STARTTLS if that is wanted and offered, EHLO, NOOP and QUIT; never
 * a secret, never a message. TLS goes on with anybody: see `verified`. `s` was
 * finished. EXIT_DONE, also when the session failed; or another status after an
 * error message. */
int cli_probe_run(struct cli_probe *p, struct cli_server *s, uv_loop_t *loop);
/* A line of the dialogue, as a trace has it. *hello says from call to call
 * whether EHLO was our latest command. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_probe_hear(struct cli_probe *p, const char *line, bool *hello);

#endif
