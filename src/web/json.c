#include "web/json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "web/clean.h"
#include "web/limits.h"
#include "web/mail.h"

/* Takes the object; NULL: it could not be made. */
static int add_json(struct ph__buf *out, json_t *all)
{
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    if (!text)
        return PH_E_NOMEM;
    int rc = ph__buf_add_text(out, text);
    free(text);
    return rc;
}

/* The envelope again; all of what it holds was UTF-8 when it was written. */
static json_t *envelope_of(const struct ph__web_kept *k)
{
    return json_loads(ph__buf_text(&k->envelope), 0, NULL);
}

/* Text from outside, fit for JSON, or null. */
static json_t *text_of(const char *text, size_t max)
{
    struct ph__buf clean = PH__BUF(max);
    if (!text)
        return json_null();
    json_t *out = NULL;
    if (!ph__web_clean(&clean, text, strlen(text), max, NULL, NULL))
        out = json_string(ph__buf_text(&clean));
    ph__buf_done(&clean);
    return out;
}

/* ---- the list ---- */

/* What a list of messages says of one that could be taken apart. */
static size_t count_attached(const struct ph__web_mail *m)
{
    size_t count = 0;
    for (size_t i = 0; i < ph__web_mail_parts(m); i++)
        count += ph__web_mail_part(m, i)->kind == PH__WEB_ATTACHED;
    return count;
}

static json_t *summary_of(const struct ph__web_kept *k, json_t *envelope,
                          const struct ph__web_mail *m)
{
    const char *from = m ? ph__web_mail_value(m, "From") : NULL;
    const char *subject = m ? ph__web_mail_value(m, "Subject") : NULL;
    json_t *to = json_object_get(envelope, "to");
    json_t *first = json_array_get(to, 0);
    if (!from)
        from = json_string_value(json_object_get(envelope, "from"));
    return json_pack("{s:I, s:I, s:o, s:o, s:O?, s:I, s:I, s:I, s:b, s:O?}",
                     "id", (json_int_t)k->id, "time", (json_int_t)k->time_ms,
                     "from", text_of(from, PH__WEB_LIST_BYTES), "subject",
                     text_of(subject, PH__WEB_LIST_BYTES), "to", first,
                     "recipients", (json_int_t)json_array_size(to), "size",
                     (json_int_t)k->content.len, "attached",
                     (json_int_t)(m ? count_attached(m) : 0), "tls",
                     json_is_object(json_object_get(envelope, "tls")), "auth",
                     json_object_get(envelope, "auth"));
}

/* A message that cannot be taken apart is listed by its envelope. */
static int open_mail(struct ph__web_mail **out, const struct ph__web_kept *k)
{
    int rc = ph__web_mail_new(out, ph__buf_text(&k->content), k->content.len);
    return rc == PH_E_LIMIT ? PH_OK : rc;
}

/* Made when somebody looks for the first time. */
static int summarise(struct ph__web_kept *k)
{
    struct ph__web_mail *m = NULL;
    if (k->summary.len)
        return PH_OK;
    int rc = open_mail(&m, k);
    json_t *envelope = rc ? NULL : envelope_of(k);
    if (!rc)
        rc = envelope ? add_json(&k->summary, summary_of(k, envelope, m))
                      : PH_E_NOMEM;
    json_decref(envelope);
    ph__web_mail_free(m);
    return rc;
}

int ph__web_json_list(struct ph__buf *out, struct ph__web_mailbox *b,
                      const struct ph__web_about *about, uint64_t after)
{
    json_t *head = json_pack(
        "{s:I, s:I, s:I, s:o}", "run", (json_int_t)about->began_ms, "first",
        (json_int_t)ph__web_mailbox_first(b), "last", (json_int_t)b->last,
        "hint", text_of(about->hint, PH__WEB_VALUE_BYTES));
    int rc = add_json(out, head);
    if (rc)
        return rc;
    out->data[--out->len] = '\0'; /* its brace: there is more */
    rc = ph__buf_add_text(out, ",\"messages\":[");
    const char *comma = "";
    struct ph__link *at = b->messages.next;
    for (; !rc && at != &b->messages; at = at->next) {
        struct ph__web_kept *k = ph__of(at, struct ph__web_kept, link);
        if (k->id <= after)
            continue;
        rc = summarise(k);
        if (!rc)
            rc = ph__buf_format(out, "%s%s", comma, k->summary.data);
        comma = ",";
    }
    return rc ? rc : ph__buf_add_text(out, "]}");
}

/* ---- one message ---- */

static const char *kind_name(enum ph__web_kind kind)
{
    switch (kind) {
    case PH__WEB_CONTAINER:
        return "container";
    case PH__WEB_TEXT:
        return "text";
    case PH__WEB_PAGE_PART:
        return "html";
    case PH__WEB_EMBEDDED:
        return "embedded";
    case PH__WEB_ATTACHED:
        return "attached";
    }
    return "attached";
}

/* Numbers of parts begin with 1, as in their URLs. */
static json_t *parts_of(const struct ph__web_mail *m)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < ph__web_mail_parts(m); i++) {
        const struct ph__web_part *p = ph__web_mail_part(m, i);
        json_t *part =
            json_pack("{s:I, s:i, s:s, s:s, s:s?, s:s?, s:s?, s:I}", "part",
                      (json_int_t)i + 1, "depth", (int)p->depth, "kind",
                      kind_name(p->kind), "type", p->type, "name", p->name,
                      "charset", p->charset, "encoding", p->encoding, "size",
                      (json_int_t)ph__web_mail_size(m, i));
        if (json_array_append_new(all, part)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *fields_of(const struct ph__web_mail *m)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < ph__web_mail_fields(m); i++) {
        struct ph__web_field field = ph__web_mail_field(m, i);
        json_t *pair = json_pack("[s, s]", field.name, field.value);
        if (json_array_append_new(all, pair)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

/* The text to be read, or null. */
static json_t *body_of(const struct ph__web_mail *m, bool *cut)
{
    struct ph__buf text = PH__BUF(PH__WEB_TEXT_BYTES);
    size_t part;
    if (!ph__web_mail_find(&part, m, PH__WEB_TEXT))
        return json_null();
    json_t *out = NULL;
    if (!ph__web_mail_text(&text, cut, m, part, PH__WEB_TEXT_BYTES))
        out = json_string(ph__buf_text(&text));
    ph__buf_done(&text);
    return out;
}

static json_t *detail_of(const struct ph__web_kept *k,
                         const struct ph__web_mail *m)
{
    size_t page;
    bool cut = false;
    json_t *body = m ? body_of(m, &cut) : json_null();
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:o}", "id",
        (json_int_t)k->id, "time", (json_int_t)k->time_ms, "envelope",
        envelope_of(k), "headers", m ? fields_of(m) : json_array(), "parts",
        m ? parts_of(m) : json_array(), "text", body, "text_cut", cut, "html",
        m && ph__web_mail_find(&page, m, PH__WEB_PAGE_PART), "whole", m != NULL,
        "cut", m && ph__web_mail_cut(m), "dialogue",
        text_of(ph__buf_text(&k->dialogue), k->dialogue.len + 1));
}

int ph__web_json_detail(struct ph__buf *out, const struct ph__web_kept *k)
{
    struct ph__web_mail *m = NULL;
    int rc = open_mail(&m, k);
    if (!rc)
        rc = add_json(out, detail_of(k, m));
    ph__web_mail_free(m);
    return rc;
}
