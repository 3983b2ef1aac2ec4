/* message/entity.h - one entity of MIME (RFC 2045 2.4): the fields that say
 * what it is, and its body, encoded once, when it is given. */
#ifndef MESSAGE_ENTITY_H
#define MESSAGE_ENTITY_H

#include "message/body.h"
#include "message/header.h"

struct ph__entity {
    struct ph__header header; /* its Content-... fields; none: not given */
    struct ph__buf body;      /* as it will be sent */
    struct ph__buf id;        /* its Content-ID, without < and > */
    bool html;
    bool related;   /* shown within the HTML (RFC 2387) */
    bool verbatim;  /* not encoded, so a boundary could stand in it */
    bool eight_bit; /* octets above 127 */
};

void ph__entity_init(struct ph__entity *e);
void ph__entity_done(struct ph__entity *e);
/* As it was at first; keeps the memory. */
void ph__entity_clear(struct ph__entity *e);

/* Those that were attached, in the order of the calls. */
struct ph__entities {
    struct ph__entity *at;
    size_t count;
    size_t cap;
};

void ph__entities_done(struct ph__entities *list);
/* `e` is taken. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int ph__entities_add(struct ph__entities *list, struct ph__entity *e);
bool ph__entities_have_id(const struct ph__entities *list, const char *id);
/* Octets of all headers and bodies. */
size_t ph__entities_len(const struct ph__entities *list);

#endif
