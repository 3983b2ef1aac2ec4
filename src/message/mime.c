/* The levels of a message, each of which is left out if it has one part only:
 *
 *     mixed
 *         alternative          plainest first (RFC 2046 5.1.4)
 *             text
 *             related          root first (RFC 2387)
 *                 HTML
 *                 what it shows
 *             calendar
 *         attachments
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "message/limits.h"
#include "message/mime.h"
#include "message/parts.h"

enum level { MIXED, ALTERNATIVE, RELATED };

struct writer {
    const struct ph_message *msg;
    const struct ph__entity *text; /* NULL = there is none; so are the others */
    const struct ph__entity *html;
    const struct ph__entity *calendar;
    size_t related;  /* how many are shown in the HTML */
    size_t attached; /* the others */
    struct ph__slices *out;
    size_t fields; /* octets until the first empty line, or 0 */
    int rc;        /* the first error; then nothing is written any more */
};

static void put(struct writer *w, const char *data, size_t len)
{
    if (!w->rc)
        w->rc = ph__buf_add(&w->out->own, data, len);
}

/* The first ends the header of the message. */
static void put_empty_line(struct writer *w)
{
    if (!w->fields)
        w->fields = w->out->own.len;
    put(w, "\r\n", 2);
}

/* The parts stay as long as what is written. */
static void put_entity(struct writer *w, const struct ph__entity *e)
{
    put(w, ph__buf_text(&e->header.out), e->header.out.len);
    put_empty_line(w);
    if (!w->rc)
        w->rc = ph__slices_add(w->out, ph__entity_body(e));
}

static bool is_eight_bit(const struct ph__entity *e)
{
    return e && e->eight_bit;
}

/* A level says it of what is in it (RFC 2045 6.4). */
static bool holds_eight_bit(const struct writer *w, enum level level)
{
    const struct ph__parts *list = &w->msg->attached;
    for (size_t i = 0; i < list->count; i++) {
        const struct ph__entity *e = &list->at[i]->entity;
        if (e->eight_bit && (level == MIXED || (w->html && e->related)))
            return true;
    }
    return is_eight_bit(w->html) ||
           (level != RELATED &&
            (is_eight_bit(w->text) || is_eight_bit(w->calendar)));
}

/* The numbers keep any boundary from being the beginning of another. */
static void put_boundary(struct writer *w, enum level level)
{
    static const char *const numbers[] = {
        [MIXED] = "_1", [ALTERNATIVE] = "_2", [RELATED] = "_3"};
    put(w, ph__buf_text(&w->msg->boundary), w->msg->boundary.len);
    put(w, numbers[level], 2);
}

static void open_level(struct writer *w, enum level level)
{
    static const char *const kinds[] = {
        [MIXED] = "mixed",
        [ALTERNATIVE] = "alternative",
        [RELATED] = "related; type=\"text/html\"",
    };
    static const char type[] = "Content-Type: multipart/";
    static const char boundary[] = ";\r\n boundary=\"";
    static const char encoding[] = "Content-Transfer-Encoding: 8bit\r\n";
    put(w, type, sizeof(type) - 1);
    put(w, kinds[level], strlen(kinds[level]));
    put(w, boundary, sizeof(boundary) - 1);
    put_boundary(w, level);
    put(w, "\"\r\n", 3);
    if (holds_eight_bit(w, level))
        put(w, encoding, sizeof(encoding) - 1);
}

/* The line end in front belongs to the delimiter; of the first one it is the
 * empty line behind the header. */
static void next_part(struct writer *w, enum level level)
{
    put_empty_line(w);
    put(w, "--", 2);
    put_boundary(w, level);
    put(w, "\r\n", 2);
}

static void close_level(struct writer *w, enum level level)
{
    put(w, "\r\n--", 4);
    put_boundary(w, level);
    put(w, "--\r\n", 4);
}

static void put_attached(struct writer *w, enum level level)
{
    const struct ph__parts *list = &w->msg->attached;
    for (size_t i = 0; i < list->count; i++) {
        const struct ph__entity *e = &list->at[i]->entity;
        if ((e->related && w->html) != (level == RELATED))
            continue;
        next_part(w, level);
        put_entity(w, e);
    }
}

static void put_html(struct writer *w)
{
    if (!w->related) {
        put_entity(w, w->html);
        return;
    }
    open_level(w, RELATED);
    next_part(w, RELATED);
    put_entity(w, w->html);
    put_attached(w, RELATED);
    close_level(w, RELATED);
}

static size_t count_alternatives(const struct writer *w)
{
    return (w->text ? 1U : 0) + (w->html ? 1U : 0) + (w->calendar ? 1U : 0);
}

static void put_only(struct writer *w)
{
    if (w->html)
        put_html(w);
    else
        put_entity(w, w->text ? w->text : w->calendar);
}

static void put_alternatives(struct writer *w)
{
    if (count_alternatives(w) < 2) {
        put_only(w);
        return;
    }
    open_level(w, ALTERNATIVE);
    if (w->text) {
        next_part(w, ALTERNATIVE);
        put_entity(w, w->text);
    }
    if (w->html) {
        next_part(w, ALTERNATIVE);
        put_html(w);
    }
    if (w->calendar) {
        next_part(w, ALTERNATIVE);
        put_entity(w, w->calendar);
    }
    close_level(w, ALTERNATIVE);
}

static void put_mixed(struct writer *w)
{
    open_level(w, MIXED);
    if (count_alternatives(w)) {
        next_part(w, MIXED);
        put_alternatives(w);
    }
    put_attached(w, MIXED);
    close_level(w, MIXED);
}

static void put_nothing(struct writer *w)
{
    static const char nothing[] = "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: 7bit\r\n";
    put(w, nothing, sizeof(nothing) - 1);
    put_empty_line(w);
}

static void put_all(struct writer *w)
{
    bool has_text = count_alternatives(w);
    if (w->attached + (has_text ? 1 : 0) > 1)
        put_mixed(w);
    else if (has_text)
        put_alternatives(w);
    else if (w->attached)
        put_entity(w, &w->msg->attached.at[0]->entity);
    else
        put_nothing(w);
}

static const struct ph__entity *given(const struct ph_part *part)
{
    return part ? &part->entity : NULL;
}

/* Text may be HTML, too, if a template says so. */
static void sort(struct writer *w)
{
    const struct ph__parts *list = &w->msg->attached;
    w->text = given(w->msg->text);
    w->html = given(w->msg->html);
    w->calendar = given(w->msg->calendar);
    if (w->text && w->text->html && !w->html) {
        w->html = w->text;
        w->text = NULL;
    }
    for (size_t i = 0; w->html && i < list->count; i++)
        w->related += list->at[i]->entity.related ? 1U : 0;
    w->attached = list->count - w->related;
}

static bool stands_in(const struct ph__entity *e, const struct ph__buf *text)
{
    return e && e->verbatim && e->body.len &&
           memmem(e->body.data, e->body.len, text->data, text->len);
}

/* "=_" never occurs in what is encoded (RFC 2045 6.7, 6.8); of the rest it has
 * to be looked for. */
static bool occurs(const struct ph_message *msg)
{
    const struct ph__parts *list = &msg->attached;
    bool found = stands_in(given(msg->text), &msg->boundary) ||
                 stands_in(given(msg->html), &msg->boundary) ||
                 stands_in(given(msg->calendar), &msg->boundary);
    for (size_t i = 0; !found && i < list->count; i++)
        found = stands_in(&list->at[i]->entity, &msg->boundary);
    return found;
}

static int draw(struct ph__buf *out)
{
    unsigned char random[PH__BOUNDARY_RANDOM];
    if (RAND_bytes(random, sizeof(random)) != 1)
        return PH_E_SYSTEM;
    ph__buf_clear(out);
    int rc = ph__buf_add_text(out, "=_");
    return rc ? rc : ph__base64_encode(out, random, sizeof(random));
}

static int find_boundary(struct ph_message *msg)
{
    int rc = PH_OK;
    for (int i = 0; !rc && i < PH__BOUNDARY_DRAWS; i++) {
        if (msg->boundary.len && !occurs(msg))
            return PH_OK;
        if (msg->boundary_given) {
            ph__message_fail(msg, PH_E_CONTENT, "boundary",
                             (struct ph_slice){0},
                             "occurs in what is to be sent: give another");
            return PH_E_CONTENT;
        }
        rc = draw(&msg->boundary);
    }
    rc = rc ? rc : PH_E_SYSTEM;
    ph__message_settle(msg, rc == PH_E_NOMEM ? PH_OK : rc, "boundary");
    return rc;
}

/* Of all that is in the message, into one list. */
static int list_parts(struct ph__parts *out, const struct ph_message *msg)
{
    struct ph_part *const texts[] = {msg->text, msg->html, msg->calendar};
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++)
        rc = texts[i] ? ph__parts_add(out, texts[i]) : PH_OK;
    for (size_t i = 0; !rc && i < msg->attached.count; i++)
        rc = ph__parts_add(out, msg->attached.at[i]);
    return rc;
}

/* So that one allocation is enough. */
static size_t estimate(const struct ph__parts *list)
{
    enum { FIXED = 512, LEVELS = 6, DELIMITERS = PH__BOUNDARY_MAX + 8 };
    size_t len = FIXED;
    for (size_t i = 0; i < list->count; i++) {
        const struct ph__entity *e = &list->at[i]->entity;
        size_t body = ph__entity_body(e).len;
        len += e->header.out.len + (body <= PH__COPY_MAX ? body : 0);
    }
    return len + (list->count + LEVELS) * DELIMITERS;
}

/* Of those that have another owner than the message and this list; short ones
 * are copied. */
static size_t count_shared(const struct ph__parts *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        size_t body = ph__entity_body(&list->at[i]->entity).len;
        if (list->at[i]->owners > 2 && body > PH__COPY_MAX)
            count += body;
    }
    return count;
}

static int write_all(struct ph__mime *mime, struct ph_message *msg)
{
    struct writer w = {.msg = msg, .out = &mime->content};
    sort(&w);
    w.rc = list_parts(&mime->parts, msg);
    if (!w.rc)
        w.rc = ph__buf_reserve(&mime->content.own, estimate(&mime->parts));
    if (!w.rc && count_alternatives(&w) + w.related + w.attached > 1)
        w.rc = find_boundary(msg);
    put_all(&w);
    mime->fields = w.fields;
    mime->eight_bit = holds_eight_bit(&w, MIXED);
    mime->shared = count_shared(&mime->parts);
    return w.rc ? w.rc : ph__slices_end(&mime->content);
}

int ph__mime_settle(struct ph_message *msg)
{
    if (msg->mime_given)
        return PH_OK;
    ph__mime_drop(msg);
    struct ph__mime *mime = calloc(1, sizeof(*mime));
    if (!mime)
        return PH_E_NOMEM;
    mime->owners = 1;
    ph__slices_init(&mime->content, PH__CONTENT_MAX);
    int rc = write_all(mime, msg);
    if (rc)
        ph__mime_free(mime);
    else
        msg->mime = mime;
    return rc;
}

void ph__mime_drop(struct ph_message *msg)
{
    ph__mime_free(msg->mime);
    msg->mime = NULL;
    msg->mime_given = false;
}

void ph__mime_free(struct ph__mime *mime)
{
    if (!mime || --mime->owners)
        return;
    ph__slices_done(&mime->content);
    ph__parts_done(&mime->parts);
    free(mime);
}

static bool is_boundary(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(s[i]) && !strchr("'()+_,-./:=?", s[i]))
            return false;
    return len && len <= PH__BOUNDARY_TEXT_MAX;
}

void ph_message_boundary(struct ph_message *msg, const char *text)
{
    if (!ph__message_open(msg, text))
        return;
    size_t len = strlen(text);
    msg->composed = true;
    ph__mime_drop(msg);
    if (!is_boundary(text, len)) {
        ph__message_fail(msg, PH_E_HEADER, "boundary",
                         (struct ph_slice){text, len},
                         "is not 1 to 66 of the signs of a boundary");
        return;
    }
    ph__buf_clear(&msg->boundary);
    msg->boundary_given = true;
    int rc = ph__buf_add_text(&msg->boundary, "=_");
    if (!rc)
        rc = ph__buf_add(&msg->boundary, text, len);
    ph__message_settle(msg, rc, "boundary");
}
