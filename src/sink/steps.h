/* sink/steps.h - what the files of a session call of each other. */
#ifndef SINK_STEPS_H
#define SINK_STEPS_H

#include "sink/command.h"
#include "sink/session.h"

/* ---- reply.c ---- */

/* "250 2.1.0 ok": a code, then an enhanced one, which is left out where it is
 * not offered. What a rule asks for may replace it. */
void ph__sink_reply_say(struct ph__sink_session *s, const char *reply);
/* The same and close. */
void ph__sink_reply_leave(struct ph__sink_session *s, const char *reply);
/* Whole lines with their ends, as they are. */
void ph__sink_reply_lines(struct ph__sink_session *s, const char *lines);
/* Applies the first rule that fits: true if that took the place of the
 * command, false if the command is to be done. `good` is the first digit of a
 * reply that means success. */
bool ph__sink_reply_meddle(struct ph__sink_session *s,
                           enum ph__sink_stage stage, char good,
                           const char *argument);
/* The same; the argument is any recipient of the transaction, or
 * this (may be NULL). */
bool ph__sink_reply_meddle_any(struct ph__sink_session *s,
                               enum ph__sink_stage stage, char good,
                               const char *or_this);
/* The rule that ph__sink_reply_meddle() would apply, or NULL. */
const struct ph__sink_rule *
ph__sink_reply_rule(const struct ph__sink_session *s, enum ph__sink_stage stage,
                    const char *argument);

/* ---- hello.c ---- */

void ph__sink_hello(struct ph__sink_session *s,
                    const struct ph__sink_command *command);
void ph__sink_hello_forget(struct ph__sink_session *s);
bool ph__sink_hello_offers(const struct ph__sink_session *s,
                           enum ph__sink_extension e);
/* All that the last EHLO brought. */
unsigned ph__sink_hello_set(const struct ph__sink_session *s);

/* ---- auth.c ---- */

/* RFC 4954: PLAIN and LOGIN only. */
void ph__sink_auth(struct ph__sink_session *s, struct ph_slice argument);
void ph__sink_auth_answer(struct ph__sink_session *s, const char *line,
                          size_t len);

/* ---- mail.c ---- */

void ph__sink_mail_begin(struct ph__sink_session *s, struct ph_slice argument);
void ph__sink_mail_recipient(struct ph__sink_session *s,
                             struct ph_slice argument);
void ph__sink_mail_reset(struct ph__sink_session *s);
/* Gives back memory between transactions. */
void ph__sink_mail_relax(struct ph__sink_session *s);

/* ---- data.c ---- */

void ph__sink_data_begin(struct ph__sink_session *s);
/* BDAT: RFC 3030. */
void ph__sink_data_chunk(struct ph__sink_session *s, struct ph_slice argument);
/* Content, or the rest of a chunk; returns how many octets of it there were.
 * The end of the content ends the transaction. */
size_t ph__sink_data_take(struct ph__sink_session *s, const char *data,
                          size_t len);
size_t ph__sink_data_take_chunk(struct ph__sink_session *s, const char *data,
                                size_t len);

#endif
