#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "sink/parameter.h"
#include "sink/steps.h"

enum { KEEP_BYTES = 1024 /* of each buffer, between transactions */ };

void ph__sink_mail_reset(struct ph__sink_session *s)
{
    struct ph__sink_transaction *mail = &s->mail;
    struct ph__sink_content *content = &mail->content;
    ph__buf_clear(&mail->texts);
    ph__buf_clear(&mail->to);
    ph__buf_clear(&content->data);
    *mail = (struct ph__sink_transaction){
        .texts = mail->texts,
        .to = mail->to,
        .content = {.keep = content->keep, .data = content->data}};
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
        return s->host->opts->lmtp ? "503 5.5.1 LHLO first"
                                   : "503 5.5.1 EHLO first";
    if (s->mail.open)
        return "503 5.5.1 a transaction is open";
    if (s->host->opts->user && !s->authenticated)
        return "530 5.7.0 authentication required";
    return NULL;
}

static struct ph__sink_terms terms(const struct ph__sink_session *s)
{
    return (struct ph__sink_terms){ph__sink_hello_set(s), s->host->now};
}

/* RFC 6531 3.5. */
static const char ascii_only[] = "553 5.6.7 an address in UTF-8 needs SMTPUTF8";

static const char *sender_refusal(const struct ph__sink_session *s,
                                  const struct ph__sink_path *path,
                                  struct ph__sink_wish *wish)
{
    struct ph_slice a = path->address;
    struct ph__sink_terms now = terms(s);
    const char *refusal =
        ph__sink_parameter_check(wish, &now, PH__SINK_MAIL, path->parameters);
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
    /* RFC 9422 4.1 counts every MAIL, and leaves the reply to us. */
    uint32_t max = s->host->quotas.max[PH__SINK_QUOTA_MAIL];
    if (max && s->mails == max) {
        ph__sink_reply_leave(s, "421 4.3.2 no further MAIL in this session");
        return;
    }
    s->mails++;
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
    s->mail.binary = wish.binary;
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_MAIL, '2',
                              s->mail.texts.data + s->mail.from.address))
        ph__sink_mail_reset(s);
    else
        ph__sink_reply_say(s, "250 2.1.0 sender ok");
}

/* ---- RCPT ---- */

static const char too_many[] = "452 4.5.3 too many recipients";

/* Why no recipient may be named now, or NULL. */
static const char *place_refusal(const struct ph__sink_session *s)
{
    uint32_t max = s->host->quotas.max[PH__SINK_QUOTA_RCPT];
    if (!s->mail.open)
        return "503 5.5.1 MAIL first";
    if (s->mail.spoiled)
        return "503 5.5.1 a chunk was refused: RSET first";
    if (s->mail.way == PH__SINK_BY_CHUNKS)
        return "503 5.5.1 the content has begun";
    if (max && s->mail.asks > max) /* RFC 9422 4.2 */
        return too_many;
    return NULL;
}

static const char *domain_refusal(struct ph__sink_session *s,
                                  struct ph_slice address)
{
    uint32_t max = s->host->quotas.max[PH__SINK_QUOTA_DOMAIN];
    size_t at = ph__address_at(address.data, address.len);
    size_t skip = at < address.len ? at + 1 : at;
    struct ph_slice domain = {address.data + skip, address.len - skip};
    int rc = ph__sink_domains_add(&s->domains, domain, max);
    if (rc == PH_E_NOMEM)
        return "452 4.3.1 no memory";
    return rc ? "452 4.5.3 too many domains in this session" : NULL;
}

static const char *recipient_refusal(struct ph__sink_session *s,
                                     const struct ph__sink_path *path)
{
    struct ph_slice a = path->address;
    struct ph__sink_terms now = terms(s);
    struct ph__sink_wish wish;
    uint64_t max = s->host->opts->max_recipients;
    const char *refusal =
        ph__sink_parameter_check(&wish, &now, PH__SINK_RCPT, path->parameters);
    if (refusal)
        return refusal;
    if (ph__address_problem(a.data, a.len, PH__RECIPIENT))
        return "501 5.1.3 that is no mailbox";
    if (!s->mail.utf8 && !ph__text_is_ascii(a.data, a.len))
        return ascii_only;
    if (s->mail.to_count == (max ? max : PH__SINK_RECIPIENTS_MAX))
        return too_many;
    return domain_refusal(s, a);
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
    s->mail.asks += s->mail.asks < UINT32_MAX;
    const char *refusal = place_refusal(s);
    if (!refusal && ph__sink_path_parse(&path, argument, "TO:"))
        refusal = "501 5.5.4 RCPT TO:<address> is wanted, no blank before <";
    if (!refusal)
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
