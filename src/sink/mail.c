#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "sink/steps.h"

enum { KEEP_BYTES = 1024 /* of each buffer, between transactions */ };

void ph__sink_mail_reset(struct ph__sink_session *s)
{
    struct ph__sink_transaction *mail = &s->mail;
    struct ph__sink_content *content = &mail->content;
    mail->open = false;
    mail->utf8 = false;
    mail->to_count = 0;
    ph__buf_clear(&mail->texts);
    ph__buf_clear(&mail->to);
    ph__buf_clear(&content->data);
    *content =
        (struct ph__sink_content){.keep = content->keep, .data = content->data};
}

static void relax(struct ph__buf *b)
{
    if (b->cap > KEEP_BYTES)
        ph__buf_done(b);
}

void ph__sink_mail_relax(struct ph__sink_session *s)
{
    relax(&s->mail.texts);
    relax(&s->mail.to);
    relax(&s->mail.content.data);
}

/* ---- MAIL ---- */

/* Why no transaction may begin now, or NULL. */
static const char *mail_refusal(const struct ph__sink_session *s)
{
    if (!s->hello.len)
        return "503 5.5.1 EHLO first";
    if (s->mail.open)
        return "503 5.5.1 a transaction is open";
    if (s->host->opts->user && !s->authenticated)
        return "530 5.7.0 authentication required";
    return NULL;
}

static unsigned extensions(const struct ph__sink_session *s)
{
    unsigned set = s->extended ? s->host->extensions : 0;
    if (!s->host->opts->user)
        set &= ~(1u << PH__SINK_EXT_AUTH);
    return set;
}

/* RFC 6531 3.5. */
static const char ascii_only[] = "553 5.6.7 an address in UTF-8 needs SMTPUTF8";

static const char *sender_refusal(const struct ph__sink_session *s,
                                  const struct ph__sink_path *path,
                                  struct ph__sink_wish *wish)
{
    struct ph_slice a = path->address;
    const char *refusal = ph__sink_extension_check(
        wish, extensions(s), PH__SINK_MAIL, path->parameters);
    if (refusal)
        return refusal;
    if (ph__address_problem(a.data, a.len, PH__REVERSE_PATH))
        return "501 5.1.7 that is no mailbox";
    if (!wish->utf8 && !ph__text_is_ascii(a.data, a.len))
        return ascii_only;
    if (wish->size > s->host->size_limit)
        return "552 5.3.4 larger than SIZE allows";
    return NULL;
}

/* Address and parameters, each with its NUL. */
static int add_path(struct ph__sink_to *out, struct ph__buf *texts,
                    const struct ph__sink_path *path)
{
    size_t address = texts->len;
    struct ph_slice a = path->address;
    struct ph_slice p = path->parameters;
    int rc = ph__buf_reserve(texts, a.len + p.len + 2);
    if (rc)
        return rc;
    ph__buf_add(texts, a.data, a.len);
    ph__buf_add_char(texts, '\0');
    out->address = (uint32_t)address;
    out->parameters = (uint32_t)texts->len;
    ph__buf_add(texts, p.data, p.len);
    ph__buf_add_char(texts, '\0');
    return PH_OK;
}

void ph__sink_mail_begin(struct ph__sink_session *s, struct ph_slice argument)
{
    struct ph__sink_path path;
    struct ph__sink_wish wish = {0};
    if (s->host->mode != PH__SINK_OPEN) {
        ph__sink_reply_leave(s, "421 4.3.2 no more messages are taken");
        return;
    }
    const char *refusal = mail_refusal(s);
    if (!refusal && ph__sink_path_parse(&path, argument, "FROM:"))
        refusal = "501 5.5.4 MAIL FROM:<address> is wanted, no blank before <";
    if (!refusal)
        refusal = sender_refusal(s, &path, &wish);
    if (!refusal && add_path(&s->mail.from, &s->mail.texts, &path))
        refusal = "452 4.3.1 no memory";
    if (refusal) {
        ph__sink_reply_say(s, refusal);
        return;
    }
    s->mail.open = true;
    s->mail.utf8 = wish.utf8;
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_MAIL, '2',
                              s->mail.texts.data + s->mail.from.address))
        ph__sink_mail_reset(s);
    else
        ph__sink_reply_say(s, "250 2.1.0 sender ok");
}

/* ---- RCPT ---- */

static const char *recipient_refusal(const struct ph__sink_session *s,
                                     const struct ph__sink_path *path)
{
    struct ph_slice a = path->address;
    struct ph__sink_wish wish;
    const char *refusal = ph__sink_extension_check(
        &wish, extensions(s), PH__SINK_RCPT, path->parameters);
    if (refusal)
        return refusal;
    if (ph__address_problem(a.data, a.len, PH__RECIPIENT))
        return "501 5.1.3 that is no mailbox";
    if (!s->mail.utf8 && !ph__text_is_ascii(a.data, a.len))
        return ascii_only;
    if (s->mail.to_count == PH__SINK_RECIPIENTS_MAX)
        return "452 4.5.3 too many recipients";
    return NULL;
}

static int add_recipient(struct ph__sink_transaction *mail,
                         const struct ph__sink_path *path)
{
    struct ph__sink_to to;
    int rc = ph__buf_reserve(&mail->to, sizeof(to));
    if (!rc)
        rc = add_path(&to, &mail->texts, path);
    if (rc)
        return rc;
    ph__buf_add(&mail->to, &to, sizeof(to));
    mail->to_count++;
    return PH_OK;
}

static void drop_recipient(struct ph__sink_transaction *mail, size_t texts_len)
{
    mail->texts.len = texts_len;
    mail->to.len -= sizeof(struct ph__sink_to);
    mail->to_count--;
}

void ph__sink_mail_recipient(struct ph__sink_session *s,
                             struct ph_slice argument)
{
    struct ph__sink_path path;
    size_t texts_len = s->mail.texts.len;
    const char *refusal = NULL;
    if (!s->mail.open)
        refusal = "503 5.5.1 MAIL first";
    else if (ph__sink_path_parse(&path, argument, "TO:"))
        refusal = "501 5.5.4 RCPT TO:<address> is wanted, no blank before <";
    else
        refusal = recipient_refusal(s, &path);
    if (!refusal && add_recipient(&s->mail, &path))
        refusal = "452 4.3.1 no memory";
    if (refusal) {
        ph__sink_reply_say(s, refusal);
        return;
    }
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_RCPT, '2',
                              s->mail.texts.data + texts_len))
        drop_recipient(&s->mail, texts_len);
    else
        ph__sink_reply_say(s, "250 2.1.5 recipient ok");
}

/* ---- DATA ---- */

void ph__sink_mail_data(struct ph__sink_session *s)
{
    if (!s->mail.open) {
        ph__sink_reply_say(s, "503 5.5.1 MAIL first");
        return;
    }
    if (!s->mail.to_count) {
        ph__sink_reply_say(s, "554 5.5.1 no valid recipients");
        return;
    }
    if (ph__sink_reply_meddle_any(s, PH__SINK_STAGE_DATA, '3'))
        return;
    s->reads = PH__SINK_READS_CONTENT;
    ph__sink_reply_lines(s, "354 end with a dot on a line\r\n");
}

static struct ph__sink_message message(const struct ph__sink_session *s)
{
    const struct ph__sink_transaction *mail = &s->mail;
    const struct ph__sink_content *content = &mail->content;
    return (struct ph__sink_message){
        .connection = s->connection,
        .peer = s->peer,
        .hello = ph__buf_text(&s->hello),
        .tls_version = s->tls_version,
        .tls_cipher = s->tls_cipher,
        .user = s->authenticated ? s->host->opts->user : NULL,
        .from = mail->texts.data + mail->from.address,
        .parameters = mail->texts.data + mail->from.parameters,
        .to_count = mail->to_count,
        .to = (const void *)mail->to.data,
        .texts = mail->texts.data,
        .content = content->keep ? ph__buf_text(&content->data) : NULL,
        .size = (size_t)content->size};
}

/* The content is whole: RFC 5321 4.2.5 makes it ours with a 250. */
static void accept_content(struct ph__sink_session *s)
{
    if (s->mail.content.too_big) {
        ph__sink_reply_say(s, "552 5.3.4 larger than SIZE allows");
        return;
    }
    if (s->mail.content.problem) {
        ph__sink_reply_say(s, "452 4.3.1 no memory");
        return;
    }
    if (ph__sink_reply_meddle_any(s, PH__SINK_STAGE_CONTENT, '2'))
        return;
    struct ph__sink_message whole = message(s);
    int rc = s->host->deliver(s->user, &whole);
    if (rc == PH_E_CANCELED)
        ph__sink_reply_leave(s, "421 4.3.2 no more messages are taken");
    else if (rc)
        ph__sink_reply_say(s, "452 4.3.1 it cannot be stored");
    else
        ph__sink_reply_say(s, "250 2.0.0 accepted");
}

size_t ph__sink_mail_content(struct ph__sink_session *s, const char *data,
                             size_t len)
{
    size_t used = ph__sink_content_take(&s->mail.content, data, len);
    if (!s->mail.content.ended)
        return used;
    s->reads = PH__SINK_READS_COMMANDS;
    accept_content(s);
    ph__sink_mail_reset(s);
    return used;
}
