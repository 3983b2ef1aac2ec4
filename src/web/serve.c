#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/clean.h"
#include "web/html.h"
#include "web/limits.h"
#include "web/page.h"
#include "web/parts.h"

/* Scripts and styles of our own, and frames that hold a message. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";
/* A message's HTML, in its frame or alone: styles and pictures that it
 * brought, and nothing that runs or comes from elsewhere. */
static const char html_policy[] =
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

static const char gone[] = "that is not here: it was cleared, or others took "
                           "its place";

struct request {
    struct ph__web *web;
    struct MHD_Connection *c;
    struct ph__web_target target;
};

static const char *header_of(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static enum MHD_Result fail(const struct request *r, int rc)
{
    if (rc == PH_E_LIMIT)
        return ph__web_answer_words(r->c, MHD_HTTP_CONTENT_TOO_LARGE,
                                    "too large to be shown: see its source");
    return ph__web_answer_words(r->c, MHD_HTTP_INTERNAL_SERVER_ERROR,
                                ph_strerror(rc));
}

/* Takes what is in the buffer, or fails. */
static enum MHD_Result answer_buf(const struct request *r, int rc,
                                  struct ph__buf *b,
                                  struct ph__web_answer answer)
{
    if (rc) {
        ph__buf_done(b);
        return fail(r, rc);
    }
    answer.status = MHD_HTTP_OK;
    answer.content =
        MHD_create_response_from_buffer(b->len, b->data, MHD_RESPMEM_MUST_FREE);
    if (!answer.content)
        ph__buf_done(b);
    return ph__web_answer(r->c, &answer);
}

/* ---- what was put into the program ---- */

static enum MHD_Result answer_file(const struct request *r,
                                   const struct ph__web_file *file,
                                   const char *type)
{
    return ph__web_answer(
        r->c, &(struct ph__web_answer){
                  .status = MHD_HTTP_OK,
                  .type = type,
                  .policy = page_policy,
                  .content = MHD_create_response_from_buffer(
                      file->size, (void *)file->data, MHD_RESPMEM_PERSISTENT)});
}

/* ---- all messages ---- */

static enum MHD_Result answer_list(const struct request *r)
{
    struct ph__buf json = PH__BUF(PH__WEB_ANSWER_BYTES);
    uint64_t after = 0;
    const char *said =
        MHD_lookup_connection_value(r->c, MHD_GET_ARGUMENT_KIND, "after");
    if (said && !ph__text_to_u64(said, strlen(said), &after))
        return ph__web_answer_words(r->c, MHD_HTTP_BAD_REQUEST,
                                    "after=N: the number of a message");
    int rc = ph__web_json_list(&json, &r->web->box, &r->web->about, after);
    return answer_buf(r, rc, &json,
                      (struct ph__web_answer){.type = "application/json",
                                              .policy = ph__web_policy_none});
}

/* Only our own page asks for it: another's cannot say this header without
 * being asked first (CORS), which nobody here answers. */
static enum MHD_Result clear(const struct request *r)
{
    if (!header_of(r->c, "X-Posthaste") ||
        !ph__web_origin_allowed(header_of(r->c, "Origin"),
                                header_of(r->c, "Host")))
        return ph__web_answer_words(r->c, MHD_HTTP_FORBIDDEN,
                                    "DELETE takes the header X-Posthaste, and "
                                    "no other page's origin");
    ph__web_mailbox_clear(&r->web->box);
    ph__web_stream_wake(r->web, false);
    return ph__web_answer(r->c, &(struct ph__web_answer){
                                    .status = MHD_HTTP_NO_CONTENT,
                                    .policy = ph__web_policy_none,
                                    .content = MHD_create_response_from_buffer(
                                        0, NULL, MHD_RESPMEM_PERSISTENT)});
}

/* ---- one message ---- */

static enum MHD_Result answer_detail(const struct request *r,
                                     struct ph__web_kept *k)
{
    struct ph__buf json = PH__BUF(PH__WEB_ANSWER_BYTES);
    int rc = ph__web_json_detail(&json, k);
    return answer_buf(r, rc, &json,
                      (struct ph__web_answer){.type = "application/json",
                                              .policy = ph__web_policy_none});
}

static ssize_t read_source(void *kept, uint64_t at, char *out, size_t size)
{
    const struct ph__web_kept *k = kept;
    size_t left = k->content.len - (size_t)at;
    size_t len = left < size ? left : size;
    memcpy(out, k->content.data + at, len);
    return (ssize_t)len;
}

static void release(void *kept)
{
    ph__web_kept_release(kept);
}

/* Not copied: who reads slowly holds the message meanwhile. */
static enum MHD_Result answer_source(const struct request *r,
                                     struct ph__web_kept *k)
{
    struct MHD_Response *content = MHD_create_response_from_callback(
        k->content.len, PH__WEB_BLOCK_BYTES, read_source, ph__web_kept_hold(k),
        release);
    if (!content)
        ph__web_kept_release(k);
    return ph__web_answer(
        r->c, &(struct ph__web_answer){.status = MHD_HTTP_OK,
                                       .type = "text/plain; charset=utf-8",
                                       .policy = ph__web_policy_none,
                                       .content = content});
}

static enum MHD_Result answer_html(const struct request *r,
                                   const struct ph__web_mail *m)
{
    struct ph__buf html = PH__BUF(PH__WEB_ANSWER_BYTES);
    size_t part;
    bool cut;
    if (!ph__web_mail_find(&part, m, PH__WEB_PAGE_PART))
        return ph__web_answer_words(r->c, MHD_HTTP_NOT_FOUND,
                                    "this message has no HTML");
    int rc = ph__web_html(&html, &cut, m, part);
    return answer_buf(
        r, rc, &html,
        (struct ph__web_answer){.type = "text/html; charset=utf-8",
                                .policy = html_policy});
}

/* To be saved, whatever it is. */
static enum MHD_Result answer_part(const struct request *r,
                                   const struct ph__web_mail *m)
{
    struct ph__buf octets = PH__BUF(PH__WEB_ANSWER_BYTES);
    struct ph__buf name = PH__BUF(PH__WEB_FILE_NAME_BYTES);
    uint64_t number = r->target.part;
    if (number > ph__web_mail_parts(m))
        return ph__web_answer_words(r->c, MHD_HTTP_NOT_FOUND, gone);
    size_t i = (size_t)number - 1;
    const struct ph__web_part *part = ph__web_mail_part(m, i);
    const char *picture = ph__web_mail_picture(part);
    int rc = ph__web_disposition(&name, part->name);
    if (rc == PH_E_LIMIT) {
        ph__buf_clear(&name);
        rc = ph__web_disposition(&name, NULL);
    }
    if (!rc)
        rc = ph__web_mail_octets(&octets, m, i);
    enum MHD_Result result =
        answer_buf(r, rc, &octets,
                   (struct ph__web_answer){
                       .type = picture ? picture : "application/octet-stream",
                       .policy = ph__web_policy_none,
                       .save_as = ph__buf_text(&name)});
    ph__buf_done(&name);
    return result;
}

/* Taken apart for this one answer. */
static enum MHD_Result answer_inside(const struct request *r,
                                     const struct ph__web_kept *k)
{
    struct ph__web_mail *m;
    int rc = ph__web_mail_new(&m, ph__buf_text(&k->content), k->content.len);
    if (rc)
        return fail(r, rc);
    enum MHD_Result result =
        r->target.route == PH__WEB_HTML ? answer_html(r, m) : answer_part(r, m);
    ph__web_mail_free(m);
    return result;
}

static enum MHD_Result answer_message(const struct request *r)
{
    struct ph__web_kept *k =
        ph__web_mailbox_find(&r->web->box, r->target.message);
    if (!k)
        return ph__web_answer_words(r->c, MHD_HTTP_NOT_FOUND, gone);
    if (r->target.route == PH__WEB_DETAIL)
        return answer_detail(r, k);
    if (r->target.route == PH__WEB_SOURCE)
        return answer_source(r, k);
    return answer_inside(r, k);
}

/* ---- requests ---- */

static enum MHD_Result answer(const struct request *r)
{
    switch (r->target.route) {
    case PH__WEB_NOWHERE:
        return ph__web_answer_words(r->c, MHD_HTTP_NOT_FOUND,
                                    "nothing is here: / is the page");
    case PH__WEB_PAGE:
        return answer_file(r, &ph__web_page, "text/html; charset=utf-8");
    case PH__WEB_SCRIPT:
        return answer_file(r, &ph__web_script,
                           "text/javascript; charset=utf-8");
    case PH__WEB_STYLE:
        return answer_file(r, &ph__web_style, "text/css; charset=utf-8");
    case PH__WEB_ICON:
        return answer_file(r, &ph__web_icon, "image/svg+xml");
    case PH__WEB_LIST:
        return answer_list(r);
    case PH__WEB_EVENTS:
        return ph__web_stream(r->web, r->c);
    case PH__WEB_DETAIL:
    case PH__WEB_SOURCE:
    case PH__WEB_HTML:
    case PH__WEB_PART:
        return answer_message(r);
    }
    return MHD_NO;
}

static enum MHD_Result refuse_method(const struct request *r)
{
    static const char words[] = "there is nothing to be done like that";
    return ph__web_answer(
        r->c,
        &(struct ph__web_answer){
            .status = MHD_HTTP_METHOD_NOT_ALLOWED,
            .type = "text/plain; charset=utf-8",
            .policy = ph__web_policy_none,
            .allow = r->target.deletes ? "GET, HEAD, DELETE" : "GET, HEAD",
            .content = MHD_create_response_from_buffer(
                sizeof(words) - 1, (void *)words, MHD_RESPMEM_PERSISTENT)});
}

enum MHD_Result ph__web_serve(void *web, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *data_size, void **state)
{
    struct request r = {.web = web, .c = c, .target = ph__web_route(path)};
    /* Called once for the header, and again when the request is whole. */
    if (!*state) {
        *state = web;
        return MHD_YES;
    }
    if (*data_size)
        return MHD_NO; /* no request here has a body */
    if (!ph__web_host_allowed(header_of(c, "Host"), r.web->opts.listen))
        return ph__web_answer_words(
            c, MHD_HTTP_FORBIDDEN,
            "this is not known by that name: ask for localhost, or for an "
            "address");
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return answer(&r);
    if (r.target.deletes && strcmp(method, "DELETE") == 0)
        return clear(&r);
    return refuse_method(&r);
}
