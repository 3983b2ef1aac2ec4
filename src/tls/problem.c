/* Why a handshake or a session failed, in words. */
#include <string.h>

#include <openssl/err.h>

#include "base/text.h"
#include "tls/parts.h"

static const char *reason_of(unsigned long error, char *scratch, size_t size)
{
    if (ERR_SYSTEM_ERROR(error)) {
        /* "error:80000002:system library::No such file or directory" */
        ERR_error_string_n(error, scratch, size);
        return strrchr(scratch, ':') + 1;
    }
    const char *text = ERR_reason_error_string(error);
    return text ? text : "no reason given";
}

/* An alert the peer sent: its number, or -1. */
static int alert_of(unsigned long error)
{
    int reason = ERR_GET_REASON(error);
    bool is_alert =
        ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET;
    return is_alert ? reason - SSL_AD_REASON_OFFSET : -1;
}

/* The first error is the cause, the later ones say who passed it on. */
static unsigned long take_error(void)
{
    unsigned long error = ERR_peek_error();
    ERR_clear_error();
    return error;
}

/* RFC 8446 5.1: change_cipher_spec, alert, handshake, application_data; 24 is
 * heartbeat. Nobody's text begins so. */
static bool is_record(char octet)
{
    return octet >= 20 && octet <= 24;
}

static bool is_text(char octet)
{
    return (octet >= ' ' && octet <= '~') || octet == '\r' || octet == '\n';
}

/* TLS 1.2 has no alert that says what is missing, and servers choose many. */
static enum ph__tls_reason classify_alert(const struct ph__tls *t, int alert)
{
    enum ph__tls_reason reason = ph__tls_reason_of_alert(alert);
    bool may_be_that = reason == PH__TLS_CERT_REFUSED ||
                       reason == PH__TLS_CIPHER ||
                       (reason == PH__TLS_FAILED && !t->up);
    return t->asked && may_be_that ? PH__TLS_CERT_WANTED : reason;
}

static enum ph__tls_reason classify(const struct ph__tls *t,
                                    unsigned long error)
{
    if (!t->up && t->first_len && !is_record(*t->first))
        return t->name && is_text(*t->first) ? PH__TLS_CLEAR_TEXT
                                             : PH__TLS_NOT_TLS;
    if (alert_of(error) >= 0)
        return classify_alert(t, alert_of(error));
    return ERR_GET_LIB(error) == ERR_LIB_SSL
               ? ph__tls_reason_of_error(ERR_GET_REASON(error))
               : PH__TLS_FAILED;
}

/* The first line, as far as it came with what ended the handshake. */
static void quote(struct ph__buf *out, const struct ph__tls *t)
{
    size_t len = 0;
    while (len < t->first_len && !strchr("\r\n", t->first[len]))
        len++;
    (void)ph__buf_add_text(out, ": \"");
    (void)ph__buf_add(out, t->first, len);
    (void)ph__buf_add_text(out, "\"");
}

static void add_detail(struct ph__tls *t, unsigned long error)
{
    struct ph__buf *out = &t->problem;
    char scratch[256];
    if (t->reason == PH__TLS_CLEAR_TEXT) {
        quote(out, t);
        return;
    }
    if (t->reason == PH__TLS_NOT_TLS)
        return;
    (void)ph__buf_add_text(out, " (");
    if (t->reason == PH__TLS_VERSION)
        (void)ph__buf_format(out, "%s is the oldest accepted here; ",
                             t->ctx->min == PH__TLS_1_3 ? "1.3" : "1.2");
    if (alert_of(error) >= 0)
        (void)ph__buf_format(out, "the peer's alert: %s",
                             SSL_alert_desc_string_long(alert_of(error)));
    else
        (void)ph__buf_add_text(out, reason_of(error, scratch, sizeof(scratch)));
    (void)ph__buf_add_text(out, ")");
}

void ph__tls_explain(struct ph__tls *t)
{
    unsigned long error = take_error();
    struct ph__buf *out = &t->problem;
    t->reason = classify(t, error);
    ph__buf_clear(out);
    /* All of it or none: the reason has words of its own. */
    if (ph__buf_reserve(out, PH__TLS_PROBLEM_MAX))
        return;
    (void)ph__buf_add_text(out, ph__tls_reason_what(t->reason));
    add_detail(t, error);
    (void)ph__buf_format(out, ": %s", ph__tls_reason_advice(t->reason));
    ph__text_make_printable(out->data, out->len, false);
}

void ph__tls_explain_file(struct ph__buf *out)
{
    char scratch[256];
    (void)ph__buf_add_text(out,
                           reason_of(take_error(), scratch, sizeof(scratch)));
}
