#include "web/mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "web/limits.h"

void ph__web_mailbox_init(struct ph__web_mailbox *out, size_t max_messages,
                          size_t max_bytes)
{
    *out = (struct ph__web_mailbox){.max_messages = max_messages,
                                    .max_bytes = max_bytes};
    ph__list_init(&out->messages);
}

struct ph__web_kept *ph__web_kept_hold(struct ph__web_kept *k)
{
    k->holders++;
    return k;
}

void ph__web_kept_release(struct ph__web_kept *k)
{
    if (!k || --k->holders)
        return;
    ph__buf_done(&k->envelope);
    ph__buf_done(&k->content);
    ph__buf_done(&k->dialogue);
    ph__buf_done(&k->summary);
    free(k);
}

/* What it counts for. A summary is small, and counted by the message. */
static size_t weight(const struct ph__web_kept *k)
{
    return k->envelope.cap + k->content.cap + k->dialogue.cap;
}

static void drop(struct ph__web_mailbox *b, struct ph__web_kept *k)
{
    ph__list_remove(&k->link);
    b->count--;
    b->bytes -= weight(k);
    ph__web_kept_release(k);
}

static struct ph__web_kept *of(struct ph__link *link)
{
    return ph__of(link, struct ph__web_kept, link);
}

/* The newest one stays: it is within the room by itself. */
static void make_room(struct ph__web_mailbox *b)
{
    while (b->count > 1 &&
           (b->count > b->max_messages || b->bytes > b->max_bytes))
        drop(b, of(b->messages.next));
}

void ph__web_mailbox_clear(struct ph__web_mailbox *b)
{
    while (b->count)
        drop(b, of(b->messages.next));
    b->changes++;
}

void ph__web_mailbox_done(struct ph__web_mailbox *b)
{
    ph__web_mailbox_clear(b);
}

int ph__web_mailbox_add(struct ph__web_mailbox *b, const char *envelope,
                        const char *content, size_t size, int64_t time_ms)
{
    size_t length = strlen(envelope);
    if (size > b->max_bytes || length > b->max_bytes - size)
        return PH_E_LIMIT;
    struct ph__web_kept *k = calloc(1, sizeof(*k));
    if (!k)
        return PH_E_NOMEM;
    ph__web_kept_hold(k);
    ph__buf_init(&k->envelope, length);
    ph__buf_init(&k->content, size);
    ph__buf_init(&k->summary, PH__WEB_ANSWER_BYTES);
    int rc = ph__buf_add(&k->envelope, envelope, length);
    if (!rc)
        rc = ph__buf_add(&k->content, content, size);
    if (rc) {
        ph__web_kept_release(k);
        return rc;
    }
    k->id = ++b->last;
    k->time_ms = time_ms;
    ph__list_append(&b->messages, &k->link);
    b->count++;
    b->bytes += weight(k);
    b->changes++;
    make_room(b);
    return PH_OK;
}

int ph__web_mailbox_dialogue(struct ph__web_mailbox *b, const char *lines)
{
    struct ph__web_kept *k = ph__web_mailbox_find(b, b->last);
    if (!k || k->dialogue.len)
        return PH_OK;
    ph__buf_init(&k->dialogue, strlen(lines));
    int rc = ph__buf_add_text(&k->dialogue, lines);
    b->bytes += k->dialogue.cap;
    make_room(b);
    return rc;
}

struct ph__web_kept *ph__web_mailbox_find(struct ph__web_mailbox *b,
                                          uint64_t id)
{
    struct ph__link *head = &b->messages;
    for (struct ph__link *at = head->prev; at != head; at = at->prev)
        if (of(at)->id == id)
            return of(at);
    return NULL;
}

uint64_t ph__web_mailbox_first(const struct ph__web_mailbox *b)
{
    return b->count ? of(b->messages.next)->id : b->last + 1;
}
