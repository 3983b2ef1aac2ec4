/* base/text.h - small questions about text, locale-free. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <posthaste/types.h>

/* ASCII letters compare without case (RFC 5321 2.4). */
bool ph__text_same(const char *a, const char *b);
bool ph__text_same_len(const char *a, const char *b, size_t len);
/* Is `text` this word, whatever the case of its letters? */
bool ph__text_is(struct ph_slice text, const char *word);
/* Is `word` one of the words of `list`, separated by commas or blanks? */
bool ph__text_listed(const char *list, const char *word);

bool ph__text_is_digit(char c);
bool ph__text_is_alnum(char c);
/* "+3D" of xtext (RFC 3461 4), which has no lower case: the octet that stands
 * for; -1 if `s` does not begin with such. */
int ph__text_hexchar(const char *s, size_t len);
/* No octet below 32, no 127, no NUL: what may go on a command line. */
bool ph__text_no_controls(const char *s, size_t len);
bool ph__text_is_ascii(const char *s, size_t len);
/* Well-formed UTF-8 (RFC 3629): no overlong forms, surrogates, or NUL. */
bool ph__text_is_utf8(const char *s, size_t len);
/* Length of the well-formed UTF-8 character at s, or 0. len >= 1. */
size_t ph__text_utf8_char(const char *s, size_t len);

/* Decimal digits and nothing else; false on overflow, or len 0. */
bool ph__text_to_u64(const char *s, size_t len, uint64_t *out);

/* Makes text from outside fit for terminals and logs, in place: C0, DEL, C1
 * and octets that are not UTF-8 become '?'; '\n' stays if `keep_lines`. */
void ph__text_make_printable(char *s, size_t len, bool keep_lines);

/* Octets in hex, small letters, and a NUL: 2 * len + 1 octets of `out`. */
void ph__text_hex(char *out, const unsigned char *octets, size_t len);
/* As much of `s` as fits, and a NUL; NULL is "". May be where it goes already.
 * Returns `out`. */
const char *ph__text_fit(char *out, size_t size, const char *s);

/* A copy to be freed; NULL gives NULL. PH_OK, PH_E_NOMEM. */
int ph__text_copy(char **out, const char *s);
/* Overwrites a secret and frees it. NULL is fine. */
void ph__text_wipe(char *secret);

#endif
