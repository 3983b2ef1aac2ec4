/* message/entity.h - one entity of MIME (RFC 2045 2.4): the fields that say
 * what it is, and its body, encoded once, when it is given. */
#ifndef MESSAGE_ENTITY_H
#define MESSAGE_ENTITY_H

#include <posthaste/part.h>

#include "message/body.h"
#include "message/header.h"
#include "message/spool.h"

struct ph__entity {
    struct ph__header header; /* its Content-... fields; none: not given */
    struct ph__buf body;      /* as it will be sent */
    struct ph__spool large;   /* or this, if it is that large */
    struct ph__buf id;        /* its Content-ID, without < and > */
    bool html;
    bool related;   /* shown within the HTML (RFC 2387) */
    bool verbatim;  /* not encoded, so a boundary could stand in it */
    bool eight_bit; /* octets above 127 */
};

void ph__entity_init(struct ph__entity *e);
void ph__entity_done(struct ph__entity *e);
struct ph_slice ph__entity_body(const struct ph__entity *e);

/* Text, or what is attached, of any number of messages. */
struct ph_part {
    struct ph__entity entity;
    unsigned owners; /* messages, and whoever has not freed it */
    int code;        /* why it cannot be attached, or PH_OK */
    struct ph__buf problem;
};

/* One that is empty, and its caller's. NULL on out of memory. */
struct ph_part *ph__part_new(void);
/* *to, which may be NULL, becomes `from`, which may be NULL, too. */
void ph__part_share(struct ph_part **to, struct ph_part *from);

/* Of a message, in the order of the calls. */
struct ph__parts {
    struct ph_part **at;
    size_t count;
    size_t cap;
};

void ph__parts_done(struct ph__parts *list);
/* The list becomes one more owner. PH_OK, PH_E_NOMEM. */
int ph__parts_add(struct ph__parts *list, struct ph_part *part);
bool ph__parts_have_id(const struct ph__parts *list, const char *id);
/* Octets of all headers and bodies. */
size_t ph__parts_len(const struct ph__parts *list);

#endif
