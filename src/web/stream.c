#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/limits.h"
#include "web/parts.h"

struct stream {
    struct ph__web *web;
    struct ph__link link;
    struct MHD_Connection *connection;
    uint64_t seen; /* changes; what is shown at first is none of them */
    bool begun;
    bool beat;      /* to say something, so that we see who has gone */
    bool suspended; /* by us */
};

/* Nothing to say: sleeps until ph__web_stream_wake(). */
static ssize_t rest(struct stream *s)
{
    s->suspended = true;
    MHD_suspend_connection(s->connection);
    return 0;
}

static ssize_t say(void *user, uint64_t at, char *out, size_t size)
{
    struct stream *s = user;
    const struct ph__web_mailbox *box = &s->web->box;
    bool news = !s->begun || s->seen != box->changes;
    if (size < PH__WEB_EVENT_BYTES || (!news && !s->beat))
        return rest(s);
    int len = snprintf(out, size, ":\n\n");
    if (news)
        len = snprintf(out, size,
                       "data: {\"first\":%" PRIu64 ",\"last\":%" PRIu64 "}\n\n",
                       ph__web_mailbox_first(box), box->last);
    s->begun = true;
    s->beat = false;
    s->seen = box->changes;
    return len;
}

static void end(void *user)
{
    struct stream *s = user;
    ph__list_remove(&s->link);
    s->web->stream_count--;
    free(s);
}

enum MHD_Result ph__web_stream(struct ph__web *w, struct MHD_Connection *c)
{
    if (w->stream_count >= PH__WEB_STREAMS)
        return ph__web_answer_words(c, MHD_HTTP_SERVICE_UNAVAILABLE,
                                    "too many pages are open: ask again for "
                                    "the list now and then");
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        return MHD_NO;
    *s = (struct stream){.web = w, .connection = c};
    struct MHD_Response *content = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, PH__WEB_BLOCK_BYTES, say, s, end);
    if (!content) {
        free(s);
        return MHD_NO;
    }
    ph__list_append(&w->streams, &s->link);
    w->stream_count++;
    return ph__web_answer(
        c, &(struct ph__web_answer){.status = MHD_HTTP_OK,
                                    .type = "text/event-stream",
                                    .policy = ph__web_policy_none,
                                    .content = content});
}

void ph__web_stream_wake(struct ph__web *w, bool beat)
{
    struct ph__link *head = &w->streams;
    for (struct ph__link *at = head->next; at != head; at = at->next) {
        struct stream *s = ph__of(at, struct stream, link);
        s->beat |= beat;
        if (!s->suspended)
            continue;
        s->suspended = false;
        MHD_resume_connection(s->connection);
    }
    ph__web_soon(w);
}
