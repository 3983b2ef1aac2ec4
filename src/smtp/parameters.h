/* smtp/parameters.h - what extensions add to MAIL and RCPT, and what a message
 * needs that a server may not offer. */
#ifndef SMTP_PARAMETERS_H
#define SMTP_PARAMETERS_H

#include "smtp/caps.h"
#include "smtp/line.h"
#include "smtp/transaction.h"

/* What of the session's options and its state matters here. */
struct ph__fitness {
    const struct ph__caps *caps;
    bool secure;     /* TLS is up, and the peer had to prove itself */
    bool force_8bit; /* send 8-bit content though 8BITMIME is not offered */
};

/* Could a line carry these? PH_E_INVALID, PH_E_LIMIT, PH_E_ADDRESS. */
int ph__parameters_check(const struct ph_envelope *env);

/* Why the server cannot take this message: PH_OK, or a code and words. */
enum ph_code ph__parameters_obstacle(const struct ph__transaction *tx,
                                     const struct ph__fitness *fitness,
                                     const char **words);

/* " SIZE=12 BODY=8BITMIME ...": those that are offered. */
void ph__parameters_add_mail(struct ph__line *l, const struct ph__caps *caps,
                             const struct ph__transaction *tx);
void ph__parameters_add_rcpt(struct ph__line *l, const struct ph__caps *caps,
                             const struct ph__transaction *tx, size_t i);

#endif
