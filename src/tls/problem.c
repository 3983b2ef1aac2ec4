#include <string.h>

#include <openssl/err.h>

#include "tls/parts.h"

static const char *reason_of(unsigned long error, char *scratch, size_t size)
{
    if (ERR_SYSTEM_ERROR(error)) {
        /* "error:80000002:system library::No such file or directory" */
        ERR_error_string_n(error, scratch, size);
        return strrchr(scratch, ':') + 1;
    }
    const char *text = ERR_reason_error_string(error);
    return text ? text : "TLS failed";
}

/* An alert the peer sent: its number, or -1. */
static int alert_of(unsigned long error)
{
    int reason = ERR_GET_REASON(error);
    bool is_alert =
        ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET;
    return is_alert ? reason - SSL_AD_REASON_OFFSET : -1;
}

void ph__tls_explain(struct ph__buf *out)
{
    /* The first error is the cause, the later ones say who passed it on. */
    unsigned long error = ERR_peek_error();
    ERR_clear_error();
    if (alert_of(error) >= 0) {
        (void)ph__buf_format(out, "the peer's alert: %s",
                             SSL_alert_desc_string_long(alert_of(error)));
        return;
    }
    char scratch[256];
    (void)ph__buf_add_text(out, reason_of(error, scratch, sizeof(scratch)));
    if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
        ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER)
        (void)ph__buf_add_text(out, ": the peer does not speak TLS here");
}
