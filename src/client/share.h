/* client/share.h - what src/mx needs of clients: further ones that live by the
 * options of another, and a message sent to some of its recipients. */
#ifndef CLIENT_SHARE_H
#define CLIENT_SHARE_H

#include <posthaste/client.h>

#include "base/list.h"
#include "tls/peer.h"

/* Whom a further client talks to. Names are copied, `also` and `tlsa` are
 * borrowed for its life. */
struct ph__client_peer {
    const char *host;
    uint16_t port;
    const char *tls_name; /* NULL = host */
    const char *const *also;
    size_t also_count;
    const struct ph__tlsa *tlsa;
    size_t tlsa_count;
};

/* A client with the options, files and TLS context of `like`, which must
 * outlive it. PH_E_NOMEM. */
int ph__client_new_like(struct ph_client **out, const struct ph_client *like,
                        const struct ph__client_peer *peer);

/* From now on the sessions of both are numbered as one client's are, and those
 * of further clients like it keep one pace; those of a client like another from
 * the beginning. `other` must outlive `c`. */
void ph__client_side_with(struct ph_client *c, const struct ph_client *other);

/* As ph_client_send(), for the recipients with these indices; the index is
 * copied. The message is complete, and borrowed until `cb` has run. */
int ph__client_send_some(struct ph_client *c, struct ph_message *msg,
                         const size_t *index, size_t count,
                         const struct ph_send_options *opts, ph_sent_cb cb,
                         void *user);

/* For jobs of the call above that somebody was asked to commit: the memory of
 * this one goes into `keeper`, so that ph_job_go() may come at any time; once
 * `cb` has run it does nothing. Repeating it is fine. */
void ph__client_keep_job(struct ph_job *job, struct ph__link *keeper);
/* Frees those in it, whose callbacks have all run. */
void ph__client_free_kept(struct ph__link *keeper);

/* What its sessions say in EHLO; NULL = an address literal. Borrowed. */
const char *ph__client_hello(const struct ph_client *c);

/* Into zeros; `original` is left out. PH_E_INVALID, PH_E_NOMEM, and _done()
 * after these too. */
int ph__parameters_copy(struct ph_parameters *out,
                        const struct ph_parameters *p);
void ph__parameters_done(struct ph_parameters *p);

#endif
