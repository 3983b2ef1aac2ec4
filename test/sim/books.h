/* sim/books.h - what the server took, against what the caller was told. */
#ifndef SIM_BOOKS_H
#define SIM_BOOKS_H

#include "sim/world.h"

/* ---- what the server hears and says ---- */

/* The content of a mail, with the CRLF at its end. */
size_t sim_books_expected(const struct sim_world *w, unsigned mail);
bool sim_books_matches(const struct sim_world *w, unsigned mail, size_t at,
                       const char *data, size_t len);
void sim_books_begin(struct sim_world *w, const struct sim_conn *c);
void sim_books_ask(struct sim_world *w, const struct sim_conn *c, unsigned mail,
                   size_t to);
/* What it has just said, for when the client hears it. */
void sim_books_expect(struct sim_world *w, const struct sim_conn *c,
                      const struct sim_receipt *receipt);
/* It has said so; whoever is `put off` was so once the client hears of it. */
void sim_books_refuse(struct sim_world *w, const struct sim_conn *c,
                      struct sim_fate *fate, bool for_good);
/* A content came to its end. */
void sim_books_content(struct sim_world *w, const struct sim_conn *c);
/* It takes responsibility; `answered`: and says so. */
void sim_books_accept(struct sim_world *w, const struct sim_conn *c,
                      bool answered);
/* This session's server has lied: whatever is told of its mails may be wrong.
 */
void sim_books_taint(struct sim_world *w, const struct sim_conn *c);
/* The client hears what has arrived of `c->down`. */
void sim_books_hear(struct sim_world *w, const struct sim_conn *c);

/* ---- what the engine does ---- */

void sim_books_dial(struct sim_world *w);
/* After each event: so many orders came of it. */
void sim_books_pulled(struct sim_world *w, unsigned orders);
void sim_books_finish(struct sim_world *w, struct sim_mail *mail);

/* ---- the end ---- */

void sim_books_end_life(struct sim_world *w);
void sim_books_close(struct sim_world *w);

#endif
