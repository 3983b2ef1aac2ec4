#include <string.h>

#include "base/text.h"
#include "smtp/machine.h"
#include "smtp/parameters.h"

/* Before a transaction is said: what this server, in this session, can have of
 * it. */

static bool ascii(const char *address)
{
    return ph__text_is_ascii(address, strlen(address));
}

/* U24: whoever has an address that cannot be said is refused here, alone. */
static void refuse_unsayable(struct ph_machine *m, struct ph__transaction *tx)
{
    struct ph_error why = {.code = PH_E_EXTENSION,
                           .stage = PH_STAGE_MAIL,
                           .state = ph__table[ST_FITS].name,
                           .detail = "the address needs SMTPUTF8, which is not "
                                     "offered"};
    tx->wants_utf8 = tx->env.utf8 || !ascii(tx->env.from);
    for (size_t i = 0; i < tx->env.to_count; i++) {
        if (ascii(tx->env.to[i]))
            continue;
        if (ph__caps_have(&m->caps, PH__EXT_UTF8))
            tx->wants_utf8 = true;
        else
            ph__transaction_decide(tx, i, PH_REFUSED, &why);
    }
}

/* RFC 9422 4.2, 4.3: those up to the limit; the others are put off. */
static void limit_recipients(struct ph_machine *m, struct ph__transaction *tx)
{
    const struct ph__caps *caps = &m->caps;
    uint64_t count = 0;
    if (!caps->rcpt_max && !caps->domain_max)
        return;
    for (size_t i = 0; i < tx->env.to_count; i++) {
        if (tx->fates[i].decided)
            continue;
        bool counted = !caps->rcpt_max || count < caps->rcpt_max;
        bool known =
            !caps->domain_max || !counted ||
            ph__domains_admit(&m->domains, tx->env.to[i], caps->domain_max);
        if (!counted || !known) {
            tx->limit = i;
            return;
        }
        count++;
    }
}

void ph__machine_prepare(struct ph_machine *m, struct ph__cursor *at)
{
    struct ph__transaction *tx = ph__tx(m, ++at->tx);
    if (!tx->prepared) {
        tx->prepared = true;
        tx->chunked = (m->config.chunking || tx->env.binary) &&
                      ph__caps_have(&m->caps, PH__EXT_CHUNKING);
        refuse_unsayable(m, tx);
        limit_recipients(m, tx);
    }
    at->rcpt = ph__transaction_next(tx, 0);
}

enum ph_code ph__machine_obstacle(const struct ph_machine *m,
                                  const struct ph__transaction *tx,
                                  const char **words)
{
    bool proven =
        m->config.tls == PH_TLS_REQUIRED || m->config.tls == PH_TLS_IMPLICIT;
    struct ph__fitness fitness = {.caps = &m->caps,
                                  .secure = m->secure && proven,
                                  .force_8bit = m->config.force_8bit};
    return ph__parameters_obstacle(tx, &fitness, words);
}
