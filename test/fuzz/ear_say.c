#include <string.h>

#include "base/text.h"
#include "fuzz/ear.h"

/* What the server says, and to what. */

/* RFC 2920 3.1: what ends a group, because the next command depends on it. */
static bool ends_group(enum ear_kind kind)
{
    switch (kind) {
    case EAR_GREETING:
    case EAR_HELLO:
    case EAR_STARTTLS:
    case EAR_AUTH:
    case EAR_DATA:
    case EAR_OTHER:
        return true;
    case EAR_MAIL:
    case EAR_RCPT:
    case EAR_CHUNK:
    case EAR_CONTENT:
    case EAR_RSET:
        return false;
    }
    return true;
}

static bool of_one_content(struct ear_due a, struct ear_due b)
{
    return a.kind == EAR_CONTENT && b.kind == EAR_CONTENT &&
           a.message == b.message;
}

void ear_expect(struct ear *e, struct ear_due due)
{
    if (e->due_count && !of_one_content(e->due[e->due_count - 1], due)) {
        MUST(e->pipelining && !e->alone);
        MUST(!ends_group(e->due[e->due_count - 1].kind));
    }
    MUST(e->due_count < sizeof(e->due) / sizeof(e->due[0]));
    e->due[e->due_count++] = due;
}

void ear_greet(struct ear *e)
{
    ear_expect(e, (struct ear_due){.kind = EAR_GREETING});
}

/* RFC 3207 4.2: whatever was said before is forgotten. */
void ear_secured(struct ear *e)
{
    if (!e->handshake)
        ear_greet(e);
    e->handshake = false;
    e->secure = true;
    e->pipelining = e->chunking = false;
}

/* One reply about all, or (RFC 2033 4.2) about one. Behind the last one a
 * transaction is over; but after a refusal Postfix, for one, keeps it. */
static void answer_content(struct ear *e, const struct ear_due *due,
                           struct ear_reply reply)
{
    struct ear_message *msg = &e->messages[due->message];
    for (size_t i = 0; i < EAR_RECIPIENTS; i++)
        if (e->lmtp ? i == due->recipient : ear_is_good(msg->to[i].rcpt))
            msg->to[i].final = reply;
    e->clean |= !e->due_count && ear_is_good(reply);
}

static void answer(struct ear *e, struct ear_reply reply)
{
    struct ear_due due = e->due[0];
    struct ear_message *msg = &e->messages[due.message];
    memmove(e->due, e->due + 1, --e->due_count * sizeof(e->due[0]));
    switch (due.kind) {
    case EAR_STARTTLS:
        e->handshake = reply.code == 220;
        return;
    case EAR_AUTH:
        e->asking = reply.code == 334;
        return;
    case EAR_MAIL:
        msg->mail = reply;
        return;
    case EAR_RCPT:
        msg->to[due.recipient].rcpt = reply;
        return;
    case EAR_DATA:
        msg->data = reply;
        return;
    case EAR_CHUNK:
        if (!ear_is_good(reply) && !msg->chunk.code)
            msg->chunk = reply;
        return;
    case EAR_CONTENT:
        answer_content(e, &due, reply);
        return;
    case EAR_GREETING:
    case EAR_HELLO:
    case EAR_RSET:
    case EAR_OTHER:
        return;
    }
}

/* `code` is -1 for what is no reply. */
static void end_reply(struct ear *e, int code)
{
    struct ear_reply reply = {code, e->reply_number};
    e->reply_code = 0;
    e->reply_lines = e->reply_octets = 0;
    e->reply_begun = false;
    e->latest = reply;
    if (code >= 0)
        e->codes[code] = true;
    e->breach = code < 0 || e->unasked;
    if (!e->breach)
        answer(e, reply);
    else if (ear_is_refusal(reply) && e->unasked_in < e->count)
        e->messages[e->unasked_in].early = reply;
}

/* RFC 5321 4.2: its code, or -1. */
static int code_of(const char *line, size_t len)
{
    int code = 0;
    if (len < 3 || memchr(line, '\0', len))
        return -1;
    for (size_t i = 0; i < 3; i++) {
        if (!ph__text_is_digit(line[i]))
            return -1;
        code = code * 10 + line[i] - '0';
    }
    return len == 3 || line[3] == ' ' || line[3] == '-' ? code : -1;
}

/* Takes any mention for an offer: what it wants to know is whether the machine
 * uses what was never named. */
static void note_offer(struct ear *e, const char *line, bool first)
{
    if (!e->due_count || e->due[0].kind != EAR_HELLO)
        return;
    e->pipelining = (!first && e->pipelining) || strcasestr(line, "PIPELINING");
    e->chunking = (!first && e->chunking) || strcasestr(line, "CHUNKING");
}

/* True if that was the last line. */
static bool say_line(struct ear *e)
{
    size_t len = e->reply.len - 1;
    len -= len && e->reply.data[len - 1] == '\r';
    int code = code_of(e->reply.data, len);
    bool goes_on = len > 3 && e->reply.data[3] == '-';
    bool first = e->reply_code == 0;
    note_offer(e, e->reply.data, first);
    ph__buf_clear(&e->reply);
    if ((!first && code != e->reply_code - 1) ||
        ++e->reply_lines > EAR_LINES_MAX)
        code = -1;
    e->reply_code = code + 1; /* so that 000 is something */
    if (code >= 0 && goes_on)
        return false;
    end_reply(e, code);
    return true;
}

bool ear_say(struct ear *e, char c)
{
    if (e->over)
        return false;
    if (!e->reply_begun) {
        e->unasked = e->due_count == 0;
        e->unasked_in = e->open;
        e->reply_number = e->number;
    }
    e->reply_begun = true;
    fuzz_add(&e->reply, &c, 1);
    if (++e->reply_octets > EAR_OCTETS_MAX ||
        e->reply.len > EAR_LINE_MAX + (c == '\n')) {
        end_reply(e, -1);
        return true;
    }
    return c == '\n' && say_line(e);
}

/* Nothing is to be heard of a server that says 421 (RFC 5321 3.8). */
bool ear_is_final(const struct ear *e)
{
    return e->breach || e->latest.code == 421;
}
