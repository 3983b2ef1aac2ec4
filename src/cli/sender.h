/* cli/sender.h - whom messages are given to: one server, or with `mx:` each
 * recipient domain's own exchangers. */
#ifndef CLI_SENDER_H
#define CLI_SENDER_H

#include <posthaste/mx.h>

#include "cli/server.h"

struct cli_fetcher;

/* Must not move while it is open. */
struct cli_sender {
    struct cli_server *server;
    struct ph_client *client; /* or */
    struct ph_mx *mx;
    struct cli_fetcher *fetcher; /* of policies, for `mx`; or NULL */
};

/* For a finished server. EXIT_DONE, or another status after an error message:
 * then there is nothing to close. */
int cli_sender_open(struct cli_sender *out, struct cli_server *server,
                    struct uv_loop_s *loop);
/* As ph_client_send() and ph_mx_send(), _stats(), _close(), _abort(); to abort
 * what is closed by now is fine. */
int cli_sender_send(struct cli_sender *s, struct ph_message *msg,
                    const struct ph_send_options *opts, ph_sent_cb cb,
                    void *user);
void cli_sender_stats(const struct cli_sender *s, struct ph_stats *out);
void cli_sender_close(struct cli_sender *s);
void cli_sender_abort(struct cli_sender *s);

/* Would the next message fare no better? One domain's exchangers say nothing
 * of another's. */
bool cli_sender_is_hopeless(const struct cli_sender *s,
                            const struct ph_recipient_result *r);

#endif
