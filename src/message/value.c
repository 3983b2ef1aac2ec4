/* A row's value, encoded for where it stands. */
#include <string.h>

#include "base/text.h"
#include "message/mailbox.h"
#include "message/template.h"

int ph__value_check(const char *value, bool in_header, const char **problem)
{
    size_t len = strlen(value);
    if (in_header) {
        *problem = ph__header_text_problem(value, len);
        return *problem ? PH_E_HEADER : PH_OK;
    }
    *problem = "is not UTF-8";
    if (!ph__text_is_utf8(value, len))
        return PH_E_CONTENT;
    *problem = "has a lone CR";
    for (const char *cr = strchr(value, '\r'); cr; cr = strchr(cr + 1, '\r'))
        if (cr[1] != '\n')
            return PH_E_CONTENT;
    *problem = NULL;
    return PH_OK;
}

static const char *html_escape(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;"; /* &apos; is not of HTML 4 */
    default:
        return NULL;
    }
}

static int add_html(struct ph__buf *out, const char *value)
{
    static const char special[] = "<>&\"'";
    int rc = PH_OK;
    while (!rc && *value) {
        size_t n = strcspn(value, special);
        rc = ph__buf_add(out, value, n);
        value += n;
        if (!rc && *value)
            rc = ph__buf_add_text(out, html_escape(*value++));
    }
    return rc;
}

/* RFC 5322 3.2.4. */
static int add_quoted(struct ph__buf *out, const char *value)
{
    int rc = ph__buf_reserve(out, 2 * strlen(value));
    for (; !rc && *value; value++) {
        if (*value == '"' || *value == '\\')
            rc = ph__buf_add_char(out, '\\');
        if (!rc)
            rc = ph__buf_add_char(out, *value);
    }
    return rc;
}

/* Quoted, for a comma in a name must not end the mailbox; an empty one leaves
 * nothing, or the name would end in a blank. */
static int add_name(struct ph__buf *out, const char *value)
{
    int rc = *value ? ph__buf_add_char(out, '"') : PH_OK;
    if (!rc)
        rc = add_quoted(out, value);
    return rc || !*value ? rc : ph__buf_add_char(out, '"');
}

/* Parts of an address are plain words, so that they cannot end it and begin
 * another. */
static int add_address(struct ph__buf *out, const char *value,
                       const char **problem)
{
    bool plain = *value && !strpbrk(value, " \"(),:;<>@[\\]");
    *problem =
        plain ? NULL : ph__address_problem(value, strlen(value), PH__RECIPIENT);
    return *problem ? PH_E_ADDRESS : ph__buf_add_text(out, value);
}

static int add_mailbox(struct ph__buf *out, const char *value,
                       const char **problem)
{
    struct ph__mailbox_reader box;
    ph__mailbox_init(&box, value, strlen(value), PH__RECIPIENT);
    size_t count = 0;
    while (count < 2 && ph__mailbox_next(&box))
        count++;
    int rc = box.rc;
    *problem = box.problem;
    if (!rc && count > 1) {
        *problem = "is more than one mailbox";
        rc = PH_E_ADDRESS;
    }
    ph__mailbox_done(&box);
    return rc ? rc : ph__buf_add_text(out, value);
}

static int add_uri(struct ph__buf *out, const char *value, const char **problem)
{
    *problem = ph__message_is_uri_text(value)
                   ? NULL
                   : "has a character that no URI has: percent-encode it";
    return *problem ? PH_E_HEADER : ph__buf_add_text(out, value);
}

/* RFC 3986 2.3: what means nothing in any part of a URI. */
static int add_percent(struct ph__buf *out, const char *value)
{
    int rc = PH_OK;
    for (; !rc && *value; value++)
        rc = ph__text_is_alnum(*value) || strchr("-._~", *value)
                 ? ph__buf_add_char(out, *value)
                 : ph__buf_format(out, "%%%02X", (unsigned char)*value);
    return rc;
}

/* VERP: what an @ separates, = does here. */
static int add_path(struct ph__buf *out, const char *value)
{
    int rc = PH_OK;
    for (; !rc && *value; value++)
        rc = ph__buf_add_char(out, *value == '@' ? '=' : *value);
    return rc;
}

/* Neither another directory nor the one above, and no hidden file (S22). */
static int add_file(struct ph__buf *out, const char *value,
                    const char **problem)
{
    *problem = !*value              ? "is empty"
               : *value == '.'      ? "begins with a dot"
               : strchr(value, '/') ? "has a /"
                                    : NULL;
    return *problem ? PH_E_CONTENT : ph__buf_add_text(out, value);
}

int ph__value_add(struct ph__buf *out, const char *value, enum ph__place place,
                  const char **problem)
{
    switch (place) {
    case PH__IN_TEXT:
        return ph__buf_add_text(out, value);
    case PH__IN_HTML:
        return add_html(out, value);
    case PH__AS_MAILBOX:
        return add_mailbox(out, value, problem);
    case PH__AS_NAME:
        return add_name(out, value);
    case PH__IN_QUOTES:
        return add_quoted(out, value);
    case PH__IN_ADDRESS:
        return add_address(out, value, problem);
    case PH__AS_URI:
        return add_uri(out, value, problem);
    case PH__IN_URI:
        return add_percent(out, value);
    case PH__IN_PATH:
        return add_path(out, value);
    case PH__IN_FILE:
        return add_file(out, value, problem);
    }
    return PH_E_INVALID;
}
