/* base/address.h - the gate for envelope addresses (RFC 5321 4.1.2). */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <posthaste/types.h>

/* Limits of RFC 5321 4.5.3.1. */
enum { PH__LOCAL_MAX = 64, PH__DOMAIN_MAX = 255, PH__ADDRESS_MAX = 254 };

enum ph__address_use {
    PH__REVERSE_PATH, /* may be empty: the null sender */
    PH__RECIPIENT     /* may be "postmaster" without a domain */
};

/* NULL if `s` is a Mailbox that can go between < and >; else what is wrong
 * with it, in words that complete "address 'x' ...": "has no @". Static.
 * No comments, groups, routes or folding: those belong to headers. A domain
 * in UTF-8 or a UTF-8 local part is told apart by the caller. */
const char *ph__address_problem(const char *s, size_t len,
                                enum ph__address_use use);

/* Position of the @ that separates local part and domain, or len. */
size_t ph__address_at(const char *s, size_t len);

#endif
