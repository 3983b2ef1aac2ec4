/* fuzz/wire.h - a message as it will be sent, read by somebody else than who
 * wrote it. */
#ifndef FUZZ_WIRE_H
#define FUZZ_WIRE_H

#include "fuzz/fuzz.h"
#include "message/internal.h"

enum { WIRE_FIELDS_MAX = 2048, WIRE_TEXT_MAX = 8 << 20 };

/* One field of the header; borrowed from the message. */
struct wire_field {
    struct ph_slice name;
    struct ph_slice value; /* behind the colon, with its folds, no CRLF */
};

struct wire {
    struct wire_field fields[WIRE_FIELDS_MAX];
    size_t count;
    bool utf8; /* the header is not ASCII (RFC 6532) */
    struct ph_slice body;
};

/* Line ends are CRLF and nothing else is CR, LF or NUL; lines have at most
 * `longest` octets. */
void wire_check_lines(struct ph_slice message, size_t longest);
/* The header is fields, folded where something follows, in ASCII or UTF-8; one
 * empty line ends it. */
void wire_parse(struct wire *out, struct ph_slice message);

/* How often the field occurs; and the last of them, or NULL. */
size_t wire_count(const struct wire *wire, const char *name);
const struct wire_field *wire_find(const struct wire *wire, const char *name);
bool wire_is_named(const struct wire_field *field, const char *name);

/* The body, decoded as Content-Transfer-Encoding says (RFC 2045 6). */
void wire_decode_body(struct ph__buf *out, const struct wire *wire);
/* A field of text without its folds, and with its encoded words decoded (RFC
 * 2047 6.2). */
void wire_decode_text(struct ph__buf *out, const struct wire_field *field);

/* How many mailboxes the text is a list of; -1 if it is none. */
int wire_count_mailboxes(struct ph_slice text);
/* Whoever composes a message writes UTF-8 only for lack of another form: in
 * the address of a mailbox whose local part is not ASCII. */
void wire_check_utf8(const struct wire *wire);
/* Addresses that may pass, their form on the wire, and nobody twice. */
void wire_check_envelope(const struct ph_message *msg);

#endif
