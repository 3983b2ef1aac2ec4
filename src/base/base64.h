/* base/base64.h - base64 over OpenSSL, into buffers (RFC 4648). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* One line, no breaks. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int ph__base64_encode(struct ph__buf *out, const void *data, size_t len);
/* Strict as RFC 4954 4 wants it: only the alphabet, '=' only at the end, a
 * multiple of four. PH_E_INVALID otherwise. */
int ph__base64_decode(struct ph__buf *out, const char *text, size_t len);

#endif
