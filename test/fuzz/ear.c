#include <stdlib.h>
#include <string.h>

#include "fuzz/ear.h"

/* What the server hears. */

enum { REPLY_MAX = 1 << 17, COMMAND_MAX = 1 << 17, CONTENT_MAX = 1 << 10 };

void ear_init(struct ear *e)
{
    *e = (struct ear){.clean = true};
    ph__buf_init(&e->line, COMMAND_MAX);
    ph__buf_init(&e->reply, REPLY_MAX);
    ph__buf_init(&e->content, CONTENT_MAX);
}

void ear_done(struct ear *e)
{
    ph__buf_done(&e->line);
    ph__buf_done(&e->reply);
    ph__buf_done(&e->content);
}

static struct ear_message *open_message(struct ear *e)
{
    MUST(e->open < e->count);
    return &e->messages[e->open];
}

static void expect(struct ear *e, enum ear_kind kind)
{
    ear_expect(e, (struct ear_due){.kind = kind, .message = e->open});
}

static size_t count_accepted(const struct ear_message *msg)
{
    size_t count = 0;
    for (size_t i = 0; i < msg->env->to_count; i++)
        count += ear_is_good(msg->to[i].rcpt);
    return count;
}

/* Was the answer that makes it useless to go on said before this was heard? It
 * may have crossed what was on its way. */
static bool is_in_vain(const struct ear *e, const struct ear_message *msg)
{
    size_t refused = 0;
    for (size_t i = 0; i < msg->env->to_count; i++)
        refused += ear_is_refusal(msg->to[i].rcpt) || !msg->to[i].heard;
    return e->prompt &&
           (ear_is_refusal(msg->mail) || ear_is_refusal(msg->chunk) ||
            refused == msg->env->to_count);
}

/* ---- the content ---- */

static void expect_final(struct ear *e, const struct ear_message *msg)
{
    struct ear_due due = {.kind = EAR_CONTENT, .message = e->open};
    if (!e->lmtp)
        ear_expect(e, due);
    for (size_t i = 0; e->lmtp && i < msg->env->to_count; i++) {
        due.recipient = i;
        if (ear_is_good(msg->to[i].rcpt))
            ear_expect(e, due);
    }
}

/* A lone dot is no content: nobody gets it (RFC 2920 3.1). */
static void end_content(struct ear *e)
{
    struct ear_message *msg = open_message(e);
    bool lone = !e->content.len && !e->chunked;
    expect_final(e, msg);
    e->open = e->count;
    if (lone) {
        MUST(!e->lmtp && (ear_is_refusal(msg->mail) || !count_accepted(msg)));
        return;
    }
    MUST(!msg->complete && msg->may_end);
    MUST(e->content.len == msg->content.len &&
         !memcmp(e->content.data, msg->content.data, e->content.len));
    MUST(!msg->env->all_or_nothing ||
         count_accepted(msg) == msg->env->to_count);
    MUST(!e->lmtp || count_accepted(msg));
    msg->complete = true;
}

static void end_chunk(struct ear *e)
{
    size_t chunks = 0;
    if (e->last) {
        end_content(e);
        return;
    }
    expect(e, EAR_CHUNK);
    for (size_t i = 0; i < e->due_count; i++)
        chunks += e->due[i].kind == EAR_CHUNK;
    MUST(chunks <= EAR_CHUNKS_MAX);
}

static size_t hear_chunk(struct ear *e, const char *data, size_t len)
{
    size_t n = len < e->chunk ? len : (size_t)e->chunk;
    e->chunk -= n;
    fuzz_add(&e->content, data, n);
    if (!e->chunk)
        end_chunk(e);
    return n;
}

static void hear_bdat(struct ear *e, const char *line)
{
    char *end;
    const struct ear_message *msg = open_message(e);
    MUST(e->chunking && !msg->data.code && (e->chunked || !e->content.len));
    MUST(!e->lmtp || count_accepted(msg));
    MUST(!is_in_vain(e, msg));
    e->chunk = strtoull(line + 5, &end, 10);
    MUST(end > line + 5 && (!*end || !strcmp(end, " LAST")));
    e->last = *end;
    e->chunked = true;
    MUST(e->chunk || e->last);
    if (!e->chunk)
        end_chunk(e);
}

/* A line of what follows DATA: only after its 354 (RFC 5321 4.1.1.4). */
static void hear_content(struct ear *e, const char *line)
{
    MUST(open_message(e)->data.code == 354 && !e->chunked);
    if (!strcmp(line, ".")) {
        end_content(e);
        return;
    }
    line += *line == '.';
    fuzz_add(&e->content, line, strlen(line));
    fuzz_add(&e->content, "\r\n", 2);
}

/* ---- commands ---- */

static bool begins(const char *line, const char *verb)
{
    size_t len = strlen(verb);
    return !strncmp(line, verb, len) && (!line[len] || line[len] == ' ');
}

/* "<path>" and what follows it. */
static bool is_path(const char *at, const char *path)
{
    size_t len = strlen(path);
    return *at == '<' && !strncmp(at + 1, path, len) && at[len + 1] == '>' &&
           (!at[len + 2] || at[len + 2] == ' ');
}

/* Of transactions, the one whose reply comes next among them. */
static size_t oldest(const struct ear *e)
{
    for (size_t i = 0; i < e->due_count; i++)
        if (e->due[i].kind >= EAR_MAIL && e->due[i].kind <= EAR_CONTENT)
            return e->due[i].message;
    return e->open;
}

static void hear_mail(struct ear *e, const char *line)
{
    MUST(e->open == e->count && !strncmp(line, "MAIL FROM:", 10));
    MUST(e->secure || !e->must_be_secure);
    MUST(e->clean);
    for (e->open = 0; e->open < e->count; e->open++)
        if (is_path(line + 10, e->messages[e->open].env->from))
            break;
    struct ear_message *msg = open_message(e);
    MUST(!msg->heard);
    MUST(e->open - oldest(e) < e->ahead);
    msg->heard = true;
    e->clean = e->chunked = false;
    ph__buf_clear(&e->content);
    expect(e, EAR_MAIL);
}

static void hear_rcpt(struct ear *e, const char *line)
{
    struct ear_message *msg = open_message(e);
    size_t i = 0;
    MUST(!strncmp(line, "RCPT TO:", 8) && !e->chunked && !msg->data.code);
    while (i < msg->env->to_count && !is_path(line + 8, msg->env->to[i]))
        i++;
    MUST(i < msg->env->to_count && !msg->to[i].heard);
    MUST(!e->prompt || !ear_is_refusal(msg->mail));
    msg->to[i].heard = true;
    ear_expect(e, (struct ear_due){EAR_RCPT, e->open, i});
}

static void hear_data(struct ear *e)
{
    const struct ear_message *msg = open_message(e);
    MUST(!e->chunked && !e->content.len && !msg->data.code);
    MUST(!is_in_vain(e, msg));
    expect(e, EAR_DATA);
}

static void hear_rset(struct ear *e)
{
    e->open = e->count;
    e->clean = true;
    expect(e, EAR_RSET);
}

/* RFC 4954 4: to a challenge, base64 or a star, and nothing else. */
static void hear_answer(struct ear *e, const char *line)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz"
                                 "0123456789+/=";
    MUST(!strcmp(line, "*") || strspn(line, base64) == strlen(line));
    e->asking = false;
    expect(e, EAR_AUTH);
}

static bool is_hello(const char *line)
{
    return begins(line, "EHLO") || begins(line, "HELO") || begins(line, "LHLO");
}

static void hear_of_session(struct ear *e, const char *line)
{
    if (is_hello(line)) {
        expect(e, EAR_HELLO);
    } else if (!strcmp(line, "STARTTLS")) {
        MUST(!e->secure);
        expect(e, EAR_STARTTLS);
    } else if (begins(line, "AUTH")) {
        MUST(e->secure);
        expect(e, EAR_AUTH);
    } else {
        e->quitting = !strcmp(line, "QUIT");
        MUST(e->quitting || begins(line, "VRFY"));
        expect(e, EAR_OTHER);
    }
}

static void hear_line(struct ear *e, const char *line)
{
    MUST(!e->quitting);
    if (e->asking)
        hear_answer(e, line);
    else if (line[0] == '#' || line[0] == '.')
        hear_content(e, line);
    else if (begins(line, "MAIL"))
        hear_mail(e, line);
    else if (begins(line, "RCPT"))
        hear_rcpt(e, line);
    else if (begins(line, "BDAT"))
        hear_bdat(e, line);
    else if (!strcmp(line, "DATA"))
        hear_data(e);
    else if (!strcmp(line, "RSET"))
        hear_rset(e);
    else
        hear_of_session(e, line);
}

void ear_hear(struct ear *e, const char *data, size_t len)
{
    MUST(!e->over && !e->handshake);
    for (size_t i = 0; i < len;) {
        if (e->chunk) {
            i += hear_chunk(e, data + i, len - i);
            continue;
        }
        char c = data[i++];
        MUST(c);
        fuzz_add(&e->line, &c, 1);
        if (c != '\n')
            continue;
        MUST(e->line.len >= 2 && e->line.data[e->line.len - 2] == '\r');
        e->line.data[e->line.len - 2] = '\0';
        MUST(!strchr(e->line.data, '\r'));
        hear_line(e, e->line.data);
        ph__buf_clear(&e->line);
    }
    MUST(e->due_count <= EAR_DUE_MAX + (e->lmtp ? EAR_RECIPIENTS : 0));
}
