/* cli/fetch.h - policies of MTA-STS, fetched over HTTPS (RFC 8461 3.3) by
 * libcurl on the caller's loop. With no fetch under way it does not keep the
 * loop alive. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <posthaste/mx.h>

enum {
    CLI_FETCH_SECS = 60,          /* in all: RFC 8461 3.3 suggests it */
    CLI_FETCH_HEADER = 64 * 1024, /* octets before the text, of all headers */
};

struct cli_fetcher;
/* Certificates are held against `ca_file` (PEM) alone, or, if that is NULL,
 * against the system's. EXIT_DONE or an exit status after an error message. */
int cli_fetcher_new(struct cli_fetcher **out, struct uv_loop_s *loop,
                    const char *ca_file);
/* A ph_fetch_cb, whose user is the fetcher. */
void cli_fetcher_start(struct ph_fetch *fetch, const char *url, void *user);
/* Fetches under way are answered as failed, and so are those that are started
 * until the loop has let go: then it frees itself. The place for this is where
 * the ph_mx has closed, which starts nothing more. NULL is fine. */
void cli_fetcher_close(struct cli_fetcher *f);

#endif
