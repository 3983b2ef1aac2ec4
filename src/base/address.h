/* base/address.h - the gate for envelope addresses (RFC 5321 4.1.2), which may
 * be in UTF-8 (RFC 6531 3.3). */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/buf.h"

/* Octets, in UTF-8 too: RFC 5321 4.5.3.1; labels: RFC 1035 2.3.4. */
enum {
    PH__LOCAL_MAX = 64,
    PH__LABEL_MAX = 63,
    PH__DOMAIN_MAX = 255,
    PH__ADDRESS_MAX = 254
};

enum ph__address_use {
    PH__REVERSE_PATH, /* may be empty: the null sender */
    PH__RECIPIENT     /* may be "postmaster" without a domain */
};

/* NULL if `s` is a Mailbox that can go between < and >; else what is wrong
 * with it, in words that complete "address 'x' ...": "has no @". Static.
 * No comments, groups, routes or folding: those belong to headers. UTF-8 is
 * well-formed; whether IDNA allows a label, and how long it is as an A-label,
 * shows only when it is converted. */
const char *ph__address_problem(const char *s, size_t len,
                                enum ph__address_use use);

/* Position of the @ that separates local part and domain, or len. */
size_t ph__address_at(const char *s, size_t len);

/* Of an address without a problem. A local part in UTF-8 takes SMTPUTF8; a
 * domain in UTF-8 has an ASCII form. */
bool ph__address_local_is_ascii(const char *s, size_t len);
bool ph__address_domain_is_ascii(const char *s, size_t len);

/* Appends a local part without a problem, with as few quotes and backslashes
 * as will do (RFC 5321 4.1.2): john for "john". PH_OK, PH_E_NOMEM, PH_E_LIMIT.
 */
int ph__address_add_local(struct ph__buf *out, const char *s, size_t len);

#endif
