/* web/mailbox.h - the last messages, in memory: so many, so large. */
#ifndef WEB_MAILBOX_H
#define WEB_MAILBOX_H

#include "base/buf.h"
#include "base/list.h"

/* One message. It lives as long as somebody holds it. */
struct ph__web_kept {
    struct ph__link link;
    size_t holders;
    uint64_t id; /* the first one is 1; none comes twice */
    int64_t time_ms;
    struct ph__buf envelope; /* JSON */
    struct ph__buf content;
    struct ph__buf dialogue;
    struct ph__buf summary; /* JSON, once it was asked for */
};

struct ph__web_mailbox {
    size_t max_messages;
    size_t max_bytes;
    struct ph__link messages; /* the oldest first */
    size_t count;
    size_t bytes;
    uint64_t last;    /* id given */
    uint64_t changes; /* so far */
};

void ph__web_mailbox_init(struct ph__web_mailbox *out, size_t max_messages,
                          size_t max_bytes);
/* Messages that are held stay until they are released. */
void ph__web_mailbox_done(struct ph__web_mailbox *b);
/* Copies the content, and makes room. PH_E_LIMIT: larger than all of the
 * room; PH_E_NOMEM. */
int ph__web_mailbox_add(struct ph__web_mailbox *b, const char *envelope,
                        const char *content, size_t size, int64_t time_ms);
/* Of the message that came last, if it is still there. */
int ph__web_mailbox_dialogue(struct ph__web_mailbox *b, const char *lines);
/* NULL: not there, or no more. */
struct ph__web_kept *ph__web_mailbox_find(struct ph__web_mailbox *b,
                                          uint64_t id);
void ph__web_mailbox_clear(struct ph__web_mailbox *b);
/* Of the oldest one; with none, of the next one to come. */
uint64_t ph__web_mailbox_first(const struct ph__web_mailbox *b);

struct ph__web_kept *ph__web_kept_hold(struct ph__web_kept *k);
void ph__web_kept_release(struct ph__web_kept *k); /* NULL is fine */

#endif
