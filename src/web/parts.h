/* web/parts.h - shared by the files of the layer that do HTTP. */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H

#include <microhttpd.h>

#include "web/json.h"
#include "web/mailbox.h"
#include "web/route.h"
#include "web/web.h"

struct ph__web {
    uv_loop_t *loop;
    struct ph__web_options opts;
    struct ph__web_about about;
    struct ph__web_mailbox box;
    struct ph__buf name;
    bool exposed;
    int socket; /* until the daemon has it; else -1 */
    struct MHD_Daemon *daemon;
    struct ph__link streams; /* of events */
    size_t stream_count;
    uv_poll_t poll;   /* the daemon's epoll */
    uv_timer_t timer; /* what the daemon waits for */
    uv_timer_t beat;
    size_t handles; /* of these three, not yet closed */
};

/* ---- listen.c ---- */

/* Sets socket, name and exposed. */
int ph__web_listen(struct ph__web *w, struct ph__buf *why);

/* ---- answer.c ---- */

/* What an answer is, beside its content. */
struct ph__web_answer {
    unsigned status;
    const char *type;
    const char *policy;           /* Content-Security-Policy */
    const char *save_as;          /* Content-Disposition; NULL: none */
    const char *allow;            /* methods; NULL: all of ours */
    struct MHD_Response *content; /* taken; NULL: no memory */
};

enum MHD_Result ph__web_answer(struct MHD_Connection *c,
                               const struct ph__web_answer *answer);
/* Words for people. */
enum MHD_Result ph__web_answer_words(struct MHD_Connection *c, unsigned status,
                                     const char *words);
extern const char ph__web_policy_none[]; /* nothing at all */

/* ---- serve.c ---- */

/* One request: MHD_AccessHandlerCallback of a struct ph__web. */
enum MHD_Result ph__web_serve(void *web, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *data_size, void **state);

/* ---- stream.c ---- */

/* A stream of events (WHATWG HTML 9.2), answered. */
enum MHD_Result ph__web_stream(struct ph__web *w, struct MHD_Connection *c);
/* Something has changed, or, with `beat`, time has passed: streams have
 * something to say. The daemon is to run. */
void ph__web_stream_wake(struct ph__web *w, bool beat);

/* ---- web.c ---- */

/* The daemon has something to do: soon, not within this call. */
void ph__web_soon(struct ph__web *w);

#endif
