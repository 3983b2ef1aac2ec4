#include <stdio.h>
#include <string.h>

#include "sink/steps.h"

enum { NUMBER_BYTES = 24 };

static const char no_memory[] = "452 4.3.1 no memory";
static const char too_large[] = "552 5.3.4 larger than SIZE allows";
static const char rset_first[] = "503 5.5.1 a chunk was refused: RSET first";

/* RFC 5321 3.3; RFC 2033 4.2. */
static const char *nobody(const struct ph__sink_session *s)
{
    return s->host->opts->lmtp ? "503 5.5.1 no valid recipients"
                               : "554 5.5.1 no valid recipients";
}

/* ---- the content is whole ---- */

static int deliver(struct ph__sink_session *s, const struct ph__buf *to)
{
    const struct ph__sink_transaction *mail = &s->mail;
    const struct ph__sink_content *content = &mail->content;
    struct ph__sink_message whole = {
        .connection = s->connection,
        .peer = s->peer,
        .hello = ph__buf_text(&s->hello),
        .tls_version = s->tls_version,
        .tls_cipher = s->tls_cipher,
        .user = s->authenticated ? s->host->opts->user : NULL,
        .from = mail->texts.data + mail->from.address,
        .parameters = mail->texts.data + mail->from.parameters,
        .to_count = to->len / sizeof(struct ph__sink_to),
        .to = (const void *)to->data,
        .texts = mail->texts.data,
        .content = content->keep ? ph__buf_text(&content->data) : NULL,
        .size = (size_t)content->size,
        .chunks = mail->chunks,
        .flights = s->flights + 1};
    int rc = s->host->deliver(s->user, &whole);
    s->dialogue.delivered = !rc;
    return rc;
}

/* RFC 5321 4.2.5: with a 250 the message is ours. */
static void answer(struct ph__sink_session *s, int rc)
{
    if (rc == PH_E_CANCELED)
        ph__sink_reply_leave(s, "421 4.3.2 no more messages are taken");
    else if (rc)
        ph__sink_reply_say(s, "452 4.3.1 it cannot be stored");
    else
        ph__sink_reply_say(s, "250 2.0.0 accepted");
}

/* One reply for all. True: it was a good one. */
static bool accept_once(struct ph__sink_session *s, const char *refusal)
{
    if (refusal) {
        ph__sink_reply_say(s, refusal);
        return false;
    }
    if (ph__sink_reply_meddle_any(s, PH__SINK_STAGE_CONTENT, '2', NULL))
        return false;
    int rc = deliver(s, &s->mail.to);
    answer(s, rc);
    return !rc;
}

static const char *address(const struct ph__sink_session *s, size_t i)
{
    const struct ph__sink_to *to = (const void *)s->mail.to.data;
    return s->mail.texts.data + to[i].address;
}

/* Those to whom no rule says no, as far as anybody gets a reply. */
static int pick(struct ph__buf *out, const struct ph__sink_session *s)
{
    const struct ph__sink_to *to = (const void *)s->mail.to.data;
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < s->mail.to_count; i++) {
        const struct ph__sink_rule *rule =
            ph__sink_reply_rule(s, PH__SINK_STAGE_CONTENT, address(s, i));
        if (!rule || !ph__sink_rule_refuses(rule, '2'))
            rc = ph__buf_add(out, &to[i], sizeof(to[i]));
        else if (ph__sink_rule_ends(rule))
            break;
    }
    return rc;
}

/* LMTP: a reply for each recipient, in their order (RFC 2033 4.2). The message
 * has to be stored before the first one. */
static void accept_each(struct ph__sink_session *s, const char *refusal)
{
    struct ph__buf to = PH__BUF(s->mail.to.limit);
    int rc = PH_OK;
    if (!refusal && pick(&to, s))
        refusal = no_memory;
    if (!refusal && to.len)
        rc = deliver(s, &to);
    ph__buf_done(&to);
    for (size_t i = 0; i < s->mail.to_count; i++) {
        if (s->next != PH__SINK_GO_ON)
            return;
        if (refusal)
            ph__sink_reply_say(s, refusal);
        else if (!ph__sink_reply_meddle(s, PH__SINK_STAGE_CONTENT, '2',
                                        address(s, i)))
            answer(s, rc);
    }
}

/* ---- DATA ---- */

static const char *data_refusal(const struct ph__sink_session *s)
{
    if (!s->mail.open)
        return "503 5.5.1 MAIL first";
    if (s->mail.spoiled)
        return rset_first;
    if (s->mail.way == PH__SINK_BY_CHUNKS)
        return "503 5.5.1 the content has begun with BDAT: RSET first";
    if (s->mail.binary) /* RFC 3030 3 */
        return "503 5.5.1 BODY=BINARYMIME needs BDAT";
    return s->mail.to_count ? NULL : nobody(s);
}

void ph__sink_data_begin(struct ph__sink_session *s)
{
    const char *refusal = data_refusal(s);
    if (refusal) {
        s->mail.spoiled |= s->mail.way == PH__SINK_BY_CHUNKS;
        ph__sink_reply_say(s, refusal);
        return;
    }
    s->mail.way = PH__SINK_BY_DATA;
    if (ph__sink_reply_meddle_any(s, PH__SINK_STAGE_DATA, '3', NULL))
        return;
    s->reads = PH__SINK_READS_CONTENT;
    ph__sink_reply_lines(s, "354 end with a dot on a line\r\n");
}

size_t ph__sink_data_take(struct ph__sink_session *s, const char *data,
                          size_t len)
{
    struct ph__sink_content *content = &s->mail.content;
    size_t used = ph__sink_content_take(content, data, len);
    if (!content->ended)
        return used;
    const char *refusal = NULL;
    if (content->too_big)
        refusal = too_large;
    else if (content->problem)
        refusal = no_memory;
    s->reads = PH__SINK_READS_COMMANDS;
    ph__sink_dialogue_octets(&s->dialogue, content->size, true);
    if (s->host->opts->lmtp)
        accept_each(s, refusal);
    else
        accept_once(s, refusal);
    ph__sink_mail_reset(s);
    return used;
}

/* ---- BDAT: RFC 3030 2 ---- */

static const char *chunk_refusal(const struct ph__sink_session *s,
                                 uint64_t size)
{
    if (!s->mail.open)
        return "503 5.5.1 MAIL first";
    if (s->mail.spoiled)
        return rset_first;
    if (s->mail.way == PH__SINK_BY_DATA)
        return "503 5.5.1 DATA was said already: RSET first";
    if (!s->mail.to_count)
        return nobody(s);
    if (size > s->host->size_limit - s->mail.content.size)
        return too_large;
    return NULL;
}

/* What is here is of no use any more: the client has to say RSET. */
static void spoil(struct ph__sink_session *s)
{
    if (!s->mail.open)
        return;
    s->mail.spoiled = true;
    ph__buf_done(&s->mail.content.data);
}

/* A chunk that is not the last one. */
static void end_part(struct ph__sink_session *s, const char *refusal)
{
    char number[NUMBER_BYTES];
    snprintf(number, sizeof(number), "%zu", s->mail.chunks);
    if (refusal) {
        ph__sink_reply_say(s, refusal);
        spoil(s);
    } else if (ph__sink_reply_meddle_any(s, PH__SINK_STAGE_BDAT, '2', number)) {
        spoil(s);
    } else {
        ph__sink_reply_say(s, "250 2.0.0 chunk taken");
    }
}

/* RFC 2033 4.3: BDAT LAST is answered once for each recipient, and not at all
 * where there is none. */
static void end_last(struct ph__sink_session *s, const char *refusal)
{
    bool good;
    if (s->host->opts->lmtp && s->mail.open) {
        accept_each(s, refusal);
        good = !refusal;
    } else {
        good = accept_once(s, refusal);
    }
    if (good)
        ph__sink_mail_reset(s);
    else
        spoil(s);
}

static void end_chunk(struct ph__sink_session *s)
{
    const char *refusal = s->chunk.refusal;
    s->reads = PH__SINK_READS_COMMANDS;
    if (s->chunk.size)
        ph__sink_dialogue_octets(&s->dialogue, s->chunk.size, false);
    if (!refusal && s->mail.content.problem)
        refusal = no_memory;
    if (s->chunk.last)
        end_last(s, refusal);
    else
        end_part(s, refusal);
}

void ph__sink_data_chunk(struct ph__sink_session *s, struct ph_slice argument)
{
    struct ph__sink_chunk *chunk = &s->chunk;
    if (!ph__sink_has(s->host->extensions, PH__SINK_EXT_CHUNKING)) {
        ph__sink_reply_say(s, "500 5.5.1 command unknown");
        return;
    }
    /* Nobody knows how many octets follow: obeying them would let content
     * give commands. */
    if (!ph__sink_chunk_parse(&chunk->left, &chunk->last, argument)) {
        ph__sink_reply_leave(s, "501 5.5.4 BDAT LENGTH or BDAT LENGTH LAST is "
                                "wanted");
        return;
    }
    chunk->refusal = chunk_refusal(s, chunk->left);
    if (!chunk->refusal)
        s->mail.way = PH__SINK_BY_CHUNKS;
    chunk->size = chunk->left;
    s->mail.chunks += s->mail.open;
    s->reads = PH__SINK_READS_CHUNK;
    if (!chunk->left)
        end_chunk(s);
}

size_t ph__sink_data_take_chunk(struct ph__sink_session *s, const char *data,
                                size_t len)
{
    struct ph__sink_chunk *chunk = &s->chunk;
    size_t used = len < chunk->left ? len : (size_t)chunk->left;
    if (!chunk->refusal)
        ph__sink_content_add(&s->mail.content, data, used);
    chunk->left -= used;
    if (!chunk->left)
        end_chunk(s);
    return used;
}
