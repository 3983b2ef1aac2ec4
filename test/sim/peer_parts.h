/* sim/peer_parts.h - what the parts of the server know of each other. */
#ifndef SIM_PEER_PARTS_H
#define SIM_PEER_PARTS_H

#include "sim/books.h"
#include "sim/net.h"

/* A limit of the plan; none once all is well. */
static inline unsigned sim_rule(const struct sim_world *w, unsigned limit)
{
    return w->healed ? 0 : limit;
}

/* ---- peer_say.c ---- */

/* Whom a reply is about, for the books. */
enum sim_scope {
    SIM_SESSION,
    SIM_MAIL,    /* everybody of the mail */
    SIM_ONE,     /* peer.about_to */
    SIM_ACCEPTED /* those whose RCPT was */
};

void sim_peer_say(struct sim_world *w, struct sim_conn *c, int code,
                  const char *enhanced, const char *words);
/* The same, and the books know that it was refused. */
void sim_peer_refuse(struct sim_world *w, struct sim_conn *c,
                     enum sim_scope scope, int code, const char *enhanced,
                     const char *words);
/* 421, and closes. */
void sim_peer_leave(struct sim_world *w, struct sim_conn *c, const char *words);
/* The server does something else in place of what it was asked. */
bool sim_peer_misbehaves(struct sim_world *w, struct sim_conn *c,
                         enum sim_scope scope);
/* The EHLO reply. */
void sim_peer_offer(struct sim_world *w, struct sim_conn *c);

/* ---- peer_mail.c: the commands of a transaction ---- */

void sim_peer_mail(struct sim_world *w, struct sim_conn *c, const char *line);
void sim_peer_rcpt(struct sim_world *w, struct sim_conn *c, const char *line);
void sim_peer_data(struct sim_world *w, struct sim_conn *c);
void sim_peer_bdat(struct sim_world *w, struct sim_conn *c, const char *line);
void sim_peer_reset(struct sim_peer *p);
/* Content, as it has come: a line without its CRLF, or octets of a chunk. */
void sim_peer_content_line(struct sim_world *w, struct sim_conn *c,
                           const char *line, size_t len);
void sim_peer_content_octets(struct sim_world *w, struct sim_conn *c,
                             const char *data, size_t len);

/* ---- peer.c ---- */

unsigned sim_peer_count(struct sim_world *w);

#endif
