#include "smtp/machine.h"

static bool content_fits(const struct ph_machine *m)
{
    const struct ph_envelope *env = &m->tx.env;
    bool octets = !env->eight_bit || m->caps.eight_bit || m->config.force_8bit;
    bool size = !m->caps.size_max || env->content_size <= m->caps.size_max;
    return octets && size; /* RFC 6152 3, RFC 1870 4 */
}

static bool recipient_left(const struct ph_machine *m,
                           const struct ph__cursor *at)
{
    const struct ph__flight *f = &m->flight;
    if (m->tx.spoiled) /* only those whose replies are still due */
        return f->count && f->said[f->first].state == ST_RCPT;
    return at->rcpt + 1 < m->tx.env.to_count;
}

bool ph__machine_ask(const struct ph_machine *m, const struct ph__cursor *at,
                     enum ph__question question)
{
    const struct ph__config *config = &m->config;
    switch (question) {
    case ASK_nothing:
        return false;
    case ASK_tls_first:
        return config->tls == PH_TLS_IMPLICIT;
    case ASK_helo_suffices:
        return !config->auth.user && (m->secure || config->tls == PH_TLS_NONE ||
                                      config->tls == PH_TLS_OPPORTUNISTIC);
    case ASK_tls_wanted:
        return !m->secure && (config->tls == PH_TLS_REQUIRED ||
                              config->tls == PH_TLS_OPPORTUNISTIC);
    case ASK_starttls_offered:
        return m->caps.starttls;
    case ASK_tls_required:
        return config->tls == PH_TLS_REQUIRED;
    case ASK_credentials_given:
        return config->auth.user != NULL;
    case ASK_secret_is_safe:
        return m->secure || config->auth.plaintext;
    case ASK_tls_optional:
        return config->tls == PH_TLS_OPPORTUNISTIC;
    case ASK_mechanism_shared:
        return m->tries < PH__AUTH_TRIES_MAX &&
               ph__sasl_choose(config->mechanisms, m->caps.mechanisms,
                               m->dropped) != NULL;
    case ASK_answer_ready:
        return m->answer_ready;
    case ASK_mechanism_done:
        return ph__sasl_done(m->sasl);
    case ASK_content_fits:
        return content_fits(m);
    case ASK_in_flight:
        return m->flight.count > 0;
    case ASK_recipient_left:
        return recipient_left(m, at);
    case ASK_recipient_accepted: /* the sender runs ahead in hope */
        return at != &m->recv || m->tx.accepted > 0;
    case ASK_commit_wanted:
        return m->tx.env.commit;
    }
    return false;
}
