/* How a recipient leaves a list (RFC 2369 3.2, RFC 8058). */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parts.h"

static const char label[] = "list-unsubscribe";

static bool is_hex(char c)
{
    return ph__text_is_digit(c) || (c >= 'A' && c <= 'F') ||
           (c >= 'a' && c <= 'f');
}

bool ph__message_is_uri_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '%' && (!is_hex(s[1]) || !is_hex(s[2])))
            return false;
        if (!ph__text_is_alnum(*s) && !strchr("-._~:/?#[]@!$&'()*+,;=%", *s))
            return false;
    }
    return true;
}

static bool has_scheme(const char *uri, const char *scheme)
{
    size_t len = strlen(scheme);
    return strlen(uri) > len && ph__text_same_len(uri, scheme, len);
}

static bool is_web(const char *uri)
{
    const char *host = strchr(uri, ':') + 1;
    return strncmp(host, "//", 2) == 0 && host[2] && !strchr("/?#:", host[2]);
}

static const char *uri_problem(const char *uri)
{
    if (strlen(uri) > PH__URI_MAX)
        return "is too long";
    if (!ph__message_is_uri_text(uri))
        return "has a character that no URI has: percent-encode it";
    if (has_scheme(uri, "mailto:"))
        return NULL;
    if (!has_scheme(uri, "https:") && !has_scheme(uri, "http:"))
        return "is no https:, http: or mailto: URI";
    return is_web(uri) ? NULL : "names no host";
}

static int write_uri(struct ph__header *h, const char *uri)
{
    struct ph__buf text = PH__BUF(PH__URI_MAX + 2);
    int rc = ph__buf_format(&text, "<%s>", uri);
    if (!rc)
        rc = h->out.len ? ph__header_comma(h)
                        : ph__header_begin_text(h, "List-Unsubscribe");
    if (!rc)
        rc = ph__header_token(h, text.data, text.len);
    ph__buf_done(&text);
    return rc;
}

void ph_message_list_unsubscribe(struct ph_message *msg, const char *uri)
{
    if (!ph__message_open(msg, uri))
        return;
    const char *problem = uri_problem(uri);
    msg->composed = true;
    if (!problem && msg->once & PH__HAS_UNSUBSCRIBE)
        problem = "comes beside a header of that name";
    if (problem) {
        ph__message_fail(msg, PH_E_HEADER, label,
                         (struct ph_slice){uri, strlen(uri)}, problem);
        return;
    }
    msg->unsubscribe_https += has_scheme(uri, "https:");
    msg->unsubscribe_http += has_scheme(uri, "http:");
    ph__message_settle(msg, write_uri(&msg->slots[PH__UNSUBSCRIBE], uri),
                       label);
}

/* RFC 8058 3.1: one https URI, and none of http beside it. */
bool ph__message_unsubscribes_at_once(const struct ph_message *msg)
{
    return msg->unsubscribe_https == 1 && !msg->unsubscribe_http &&
           !(msg->once & PH__HAS_UNSUBSCRIBE_POST);
}
