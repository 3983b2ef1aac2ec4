/* web/web.h - the messages that a sink has taken, to be looked at in a browser:
 * HTTP on the caller's loop, over libmicrohttpd. It does not keep the loop
 * alive. What a message says runs nowhere and fetches nothing: README.md, and
 * the policies in answer.c. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "sink/sink.h"

struct ph__web;

/* Borrowed for the life of it. */
struct ph__web_options {
    const char *listen; /* "HOST:PORT", port 0 = a free one */
    const char *hint;   /* a command that sends a first message */
};

/* PH_E_INVALID, PH_E_CONNECT (cannot listen), PH_E_NOMEM; `why` says more.
 * After a failure the loop must run once more. */
int ph__web_new(struct ph__web **out, uv_loop_t *loop,
                const struct ph__web_options *opts, struct ph__buf *why);
const char *ph__web_name(const struct ph__web *w); /* "127.0.0.1:8025" */
/* Can somebody on another machine read it? */
bool ph__web_is_exposed(const struct ph__web *w);

/* Keeps a copy, and gives up the oldest ones. PH_E_LIMIT, PH_E_NOMEM. */
int ph__web_add(struct ph__web *w, const struct ph__sink_message *message);
/* Belongs to the message that was added last. PH_E_NOMEM. */
int ph__web_dialogue(struct ph__web *w, const char *lines);

/* Ends all connections. The loop must run once more. NULL is fine. */
void ph__web_close(struct ph__web *w);

#endif
