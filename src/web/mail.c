#include "web/mail.h"

#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/text.h"
#include "web/clean.h"
#include "web/limits.h"

struct entry {
    struct ph__web_part part;
    GMimeObject *object; /* of the message */
};

/* Where in `texts` they are. */
struct field {
    size_t name;
    size_t value;
};

struct ph__web_mail {
    GMimeMessage *message; /* NULL: no message could be made of it */
    struct entry parts[PH__WEB_PARTS];
    size_t part_count;
    struct field fields[PH__WEB_HEADERS];
    size_t field_count;
    struct ph__buf texts;
    bool cut;
    bool has_text;
    bool has_page;
};

void ph__web_mail_begin(void)
{
    g_mime_init();
}

/* ---- parts ---- */

/* A copy that is UTF-8, and not too long; NULL gives NULL. */
static int copy(char **out, const char *text)
{
    struct ph__buf clean = PH__BUF(PH__WEB_LIST_BYTES);
    if (!text)
        return PH_OK;
    int rc = ph__web_clean(&clean, text, strlen(text), PH__WEB_LIST_BYTES, NULL,
                           NULL);
    if (!rc)
        rc = ph__text_copy(out, ph__buf_text(&clean));
    ph__buf_done(&clean);
    return rc;
}

static bool is_attachment(GMimeObject *object)
{
    const char *said = g_mime_object_get_disposition(object);
    return said && ph__text_same(said, "attachment");
}

/* The first text and the first HTML that are not attached are to be read. */
static enum ph__web_kind kind_of(struct ph__web_mail *m,
                                 const struct ph__web_part *part,
                                 GMimeObject *object)
{
    if (GMIME_IS_MULTIPART(object))
        return PH__WEB_CONTAINER;
    if (!GMIME_IS_PART(object) || is_attachment(object))
        return PH__WEB_ATTACHED;
    if (!m->has_text && ph__text_same(part->type, "text/plain")) {
        m->has_text = true;
        return PH__WEB_TEXT;
    }
    if (!m->has_page && ph__text_same(part->type, "text/html")) {
        m->has_page = true;
        return PH__WEB_PAGE_PART;
    }
    return part->id && ph__web_mail_picture(part) ? PH__WEB_EMBEDDED
                                                  : PH__WEB_ATTACHED;
}

static int describe(struct ph__web_part *part, GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    char *mime = type ? g_mime_content_type_get_mime_type(type) : NULL;
    int rc = copy(&part->type, mime ? mime : "application/octet-stream");
    g_free(mime);
    if (!rc)
        rc = copy(&part->id, g_mime_object_get_content_id(object));
    if (!rc && type)
        rc = copy(&part->charset,
                  g_mime_content_type_get_parameter(type, "charset"));
    if (rc || !GMIME_IS_PART(object))
        return rc;
    GMimePart *leaf = (GMimePart *)object;
    rc = copy(&part->name, g_mime_part_get_filename(leaf));
    if (!rc)
        rc = copy(&part->encoding, g_mime_content_encoding_to_string(
                                       g_mime_part_get_content_encoding(leaf)));
    return rc;
}

static int add_part(struct ph__web_mail *m, GMimeObject *object, unsigned depth)
{
    if (m->part_count == PH__WEB_PARTS || depth > PH__WEB_DEPTH) {
        m->cut = true;
        return PH_OK;
    }
    struct entry *entry = &m->parts[m->part_count++];
    entry->object = object;
    entry->part.depth = depth;
    int rc = describe(&entry->part, object);
    if (rc)
        return rc;
    entry->part.kind = kind_of(m, &entry->part, object);
    if (entry->part.kind != PH__WEB_CONTAINER)
        return PH_OK;
    GMimeMultipart *all = (GMimeMultipart *)object;
    int count = g_mime_multipart_get_count(all);
    for (int i = 0; !rc && !m->cut && i < count; i++)
        rc = add_part(m, g_mime_multipart_get_part(all, i), depth + 1);
    return rc;
}

/* ---- the header ---- */

static int add_clean(size_t *at, struct ph__buf *texts, const char *text)
{
    *at = texts->len;
    int rc = ph__web_clean(texts, text ? text : "", text ? strlen(text) : 0,
                           PH__WEB_VALUE_BYTES, NULL, NULL);
    /* The NUL behind it is part of the buffer. */
    return rc ? rc : ph__buf_add_char(texts, '\0');
}

static int add_fields(struct ph__web_mail *m, GMimeObject *object)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    int count = g_mime_header_list_get_count(list);
    int rc = PH_OK;
    for (int i = 0; !rc && i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        struct field *field = &m->fields[m->field_count];
        if (m->field_count == PH__WEB_HEADERS) {
            m->cut = true;
            break;
        }
        rc = add_clean(&field->name, &m->texts, g_mime_header_get_name(header));
        if (!rc)
            rc = add_clean(&field->value, &m->texts,
                           g_mime_header_get_value(header));
        m->field_count += !rc;
    }
    m->cut |= rc == PH_E_LIMIT;
    return rc == PH_E_LIMIT ? PH_OK : rc;
}

/* ---- life ---- */

/* The parser holds the stream, which holds the content. */
static GMimeMessage *parse(const char *content, size_t size)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(content, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

static int take_apart(struct ph__web_mail *m)
{
    int rc = add_fields(m, (GMimeObject *)m->message);
    GMimeObject *top = g_mime_message_get_mime_part(m->message);
    /* GMime keeps the fields about the content with the part. */
    if (!rc && top)
        rc = add_fields(m, top);
    if (!rc && top)
        rc = add_part(m, top, 0);
    return rc;
}

int ph__web_mail_new(struct ph__web_mail **out, const char *content,
                     size_t size)
{
    if (size > PH__WEB_MAIL_BYTES)
        return PH_E_LIMIT;
    struct ph__web_mail *m = calloc(1, sizeof(*m));
    if (!m)
        return PH_E_NOMEM;
    ph__buf_init(&m->texts, PH__WEB_HEADER_BYTES);
    m->message = parse(content, size);
    int rc = m->message ? take_apart(m) : PH_OK;
    if (rc) {
        ph__web_mail_free(m);
        return rc;
    }
    *out = m;
    return PH_OK;
}

void ph__web_mail_free(struct ph__web_mail *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->part_count; i++) {
        struct ph__web_part *part = &m->parts[i].part;
        free(part->type);
        free(part->name);
        free(part->id);
        free(part->charset);
        free(part->encoding);
    }
    if (m->message)
        g_object_unref(m->message);
    ph__buf_done(&m->texts);
    free(m);
}

/* ---- what it says ---- */

size_t ph__web_mail_parts(const struct ph__web_mail *m)
{
    return m->part_count;
}

const struct ph__web_part *ph__web_mail_part(const struct ph__web_mail *m,
                                             size_t i)
{
    return &m->parts[i].part;
}

bool ph__web_mail_find(size_t *out, const struct ph__web_mail *m,
                       enum ph__web_kind kind)
{
    for (size_t i = 0; i < m->part_count; i++) {
        if (m->parts[i].part.kind != kind)
            continue;
        *out = i;
        return true;
    }
    return false;
}

size_t ph__web_mail_fields(const struct ph__web_mail *m)
{
    return m->field_count;
}

struct ph__web_field ph__web_mail_field(const struct ph__web_mail *m, size_t i)
{
    return (struct ph__web_field){m->texts.data + m->fields[i].name,
                                  m->texts.data + m->fields[i].value};
}

const char *ph__web_mail_value(const struct ph__web_mail *m, const char *name)
{
    for (size_t i = 0; i < m->field_count; i++) {
        struct ph__web_field field = ph__web_mail_field(m, i);
        if (ph__text_same(field.name, name))
            return field.value;
    }
    return NULL;
}

bool ph__web_mail_cut(const struct ph__web_mail *m)
{
    return m->cut;
}

const char *ph__web_mail_picture(const struct ph__web_part *part)
{
    static const char *const safe[] = {"image/png", "image/jpeg", "image/gif",
                                       "image/webp"};
    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
        if (ph__text_same(part->type, safe[i]))
            return safe[i];
    return NULL;
}

/* ---- contents ---- */

/* A container has none of its own. */
static void write_part(GMimeStream *stream, GMimeObject *object)
{
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *inner =
            g_mime_message_part_get_message((GMimeMessagePart *)object);
        if (inner)
            g_mime_object_write_to_stream((GMimeObject *)inner, NULL, stream);
    } else if (GMIME_IS_PART(object)) {
        GMimeDataWrapper *content =
            g_mime_part_get_content((GMimePart *)object);
        if (content)
            g_mime_data_wrapper_write_to_stream(content, stream);
    }
}

int ph__web_mail_octets(struct ph__buf *out, const struct ph__web_mail *m,
                        size_t i)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    write_part(stream, m->parts[i].object);
    const GByteArray *octets =
        g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
    int rc = ph__buf_add(out, octets->data, octets->len);
    g_object_unref(stream);
    return rc;
}

size_t ph__web_mail_size(const struct ph__web_mail *m, size_t i)
{
    GMimeStream *stream = g_mime_stream_null_new();
    write_part(stream, m->parts[i].object);
    size_t size = ((GMimeStreamNull *)stream)->written;
    g_object_unref(stream);
    return size;
}

/* Names of charsets go to iconv(3): nothing but a name may. */
static bool is_charset(const char *name)
{
    for (const char *at = name; *at; at++)
        if (!ph__text_is_alnum(*at) && !strchr("-_.:+", *at))
            return false;
    return *name != '\0';
}

/* Replaces the octets with what they are in UTF-8; not if the charset is one
 * that nobody knows. */
static int convert(struct ph__buf *octets, const char *charset)
{
    GMimeFilter *filter = NULL;
    if (is_charset(charset))
        filter = g_mime_filter_charset_new(charset, "utf-8");
    if (!filter)
        return PH_OK;
    char *text;
    size_t len, before;
    g_mime_filter_complete(filter, octets->data, octets->len, 0, &text, &len,
                           &before);
    struct ph__buf out = PH__BUF(PH__WEB_ANSWER_BYTES);
    int rc = ph__buf_add(&out, text, len);
    g_object_unref(filter);
    if (rc) {
        ph__buf_done(&out);
        return rc;
    }
    ph__buf_done(octets);
    *octets = out;
    return PH_OK;
}

static bool is_utf8(const char *charset)
{
    static const char *const names[] = {"utf-8", "utf8", "us-ascii", "ascii"};
    for (size_t i = 0; charset && i < sizeof(names) / sizeof(names[0]); i++)
        if (ph__text_same(charset, names[i]))
            return true;
    return !charset;
}

int ph__web_mail_text(struct ph__buf *out, bool *cut,
                      const struct ph__web_mail *m, size_t i, size_t max)
{
    const char *charset = m->parts[i].part.charset;
    struct ph__buf octets = PH__BUF(PH__WEB_MAIL_BYTES);
    size_t damage = 0, from = out->len;
    int rc = ph__web_mail_octets(&octets, m, i);
    if (!rc && octets.len && !is_utf8(charset))
        rc = convert(&octets, charset);
    if (!rc)
        rc = ph__web_clean(out, ph__buf_text(&octets), octets.len, max, &damage,
                           cut);
    /* Who claims UTF-8 wrongly, or nothing, most often means this. */
    if (!rc && damage) {
        out->len = from;
        rc = convert(&octets, "windows-1252");
        if (!rc)
            rc = ph__web_clean(out, ph__buf_text(&octets), octets.len, max,
                               NULL, cut);
    }
    ph__buf_done(&octets);
    return rc;
}
