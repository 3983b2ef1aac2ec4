/* cli/reference.h - what an attribute of HTML refers to. */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include "base/buf.h"

enum cli_reference {
    CLI_ELSEWHERE, /* the web, data:, nothing at all, or a row's {{field}} */
    CLI_BY_CID,    /* a part of the message (RFC 2392) */
    CLI_BY_PATH,   /* a file */
    CLI_NO_NAME    /* a file whose name has a NUL */
};

/* `value` as it is written between its quotes. Adds to `out` the Content-ID or
 * the path, both decoded. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_reference_read(enum cli_reference *kind, struct ph__buf *out,
                       struct ph_slice value);
/* Adds "cid:left@right", fit for any attribute, with quotes or without. */
int cli_reference_write(struct ph__buf *out, const char *cid);

#endif
