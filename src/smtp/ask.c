#include "smtp/machine.h"

/* The answer to each question of the table is the function of its name; one
 * that is missing does not compile. `m` is the machine, `at` who asks: the
 * receiver, who knows, or the sender, who runs ahead in hope.
 *
 * Where the sender has been, the receiver follows: with commands in flight, its
 * questions about the way are answered by the oldest of them. */
#define ASKED(name)                                                            \
    static bool name(const struct ph_machine *m, const struct ph__cursor *at)

static bool by_receiver(const struct ph_machine *m, const struct ph__cursor *at)
{
    return at == &m->recv;
}

static bool followed(const struct ph_machine *m, const struct ph__cursor *at)
{
    return by_receiver(m, at) && m->flight.count > 0;
}

ASKED(nothing)
{
    return false;
}

/* ---- about the session ---- */

ASKED(tls_first)
{
    return m->config.tls == PH_TLS_IMPLICIT;
}

ASKED(helo_suffices)
{
    enum ph_tls tls = m->config.tls;
    bool no_upgrade =
        tls == PH_TLS_IMPLICIT || /* nothing could be hidden */
        (!m->secure && (tls == PH_TLS_NONE || tls == PH_TLS_OPPORTUNISTIC));
    bool login = m->config.auth.size || m->config.ask_login;
    return !login && !m->config.lmtp && no_upgrade;
}

ASKED(tls_wanted)
{
    return !m->secure && (m->config.tls == PH_TLS_REQUIRED ||
                          m->config.tls == PH_TLS_OPPORTUNISTIC);
}

ASKED(starttls_offered)
{
    return ph__caps_have(&m->caps, PH__EXT_STARTTLS);
}

ASKED(tls_required)
{
    return m->config.tls == PH_TLS_REQUIRED;
}

ASKED(tls_optional)
{
    return m->config.tls == PH_TLS_OPPORTUNISTIC;
}

ASKED(login_wanted)
{
    return m->config.auth.size || m->config.ask_login;
}

struct ph__sasl_terms ph__terms(const struct ph_machine *m)
{
    return (struct ph__sasl_terms){.credentials = &m->config.auth,
                                   .binding = &m->binding,
                                   .wanted = m->config.mechanisms,
                                   .offered = m->caps.mechanisms,
                                   .dropped = m->dropped,
                                   .secure = m->secure,
                                   .record = m->config.record};
}

/* Where the caller wants no TLS, a mechanism that does not show the secret will
 * do. A server that could have had TLS and has not gets nothing. */
ASKED(secret_is_safe)
{
    const struct ph__sasl_terms terms = ph__terms(m);
    return m->secure || m->config.auth.plaintext ||
           (m->config.tls == PH_TLS_NONE && ph__sasl_choose(&terms));
}

ASKED(mechanism_shared)
{
    const struct ph__sasl_terms terms = ph__terms(m);
    return m->tries < PH__AUTH_TRIES_MAX && ph__sasl_choose(&terms) != NULL;
}

ASKED(answer_ready)
{
    return m->answer_ready;
}

/* RFC 4954 6, 4.7.12: a transition that PLAIN brings about. */
ASKED(plain_may_help)
{
    struct ph__sasl_terms terms = ph__terms(m);
    terms.wanted = "PLAIN";
    const char *plain = ph__sasl_choose(&terms);
    return m->secure && plain && m->mechanism != plain &&
           m->tries + 1 < PH__AUTH_TRIES_MAX;
}

ASKED(mechanism_done)
{
    return ph__sasl_done(m->sasl);
}

ASKED(lmtp)
{
    return m->config.lmtp;
}

ASKED(query_given)
{
    return m->query_text != NULL;
}

ASKED(in_flight)
{
    return m->flight.count > 0;
}

ASKED(reset_owed)
{
    if (followed(m, at))
        return ph__head(m)->state == ST_RSET;
    if (by_receiver(m, at))
        return ph__tx(m, at->tx)->spoiled;
    return ph__another_begun(m, at);
}

ASKED(session_spent)
{
    bool used_up = m->caps.mail_max && m->mails >= m->caps.mail_max;
    if (followed(m, at))
        return ph__head(m)->state == ST_QUIT;
    return m->suspect || used_up || (m->quitting && !ph__another_begun(m, at));
}

/* ---- about the transaction ---- */

/* Not if a limit keeps even the first one out. */
ASKED(recipients_allowed)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    return ph__transaction_next(tx, 0) < tx->limit ||
           tx->limit == tx->env.to_count;
}

ASKED(content_fits)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    const char *words;
    return ph__transaction_next(tx, 0) < tx->limit &&
           ph__machine_obstacle(m, tx, &words) == PH_OK;
}

ASKED(mail_refused)
{
    return ph__tx(m, at->tx)->spoiled;
}

static bool says(const struct ph_reply *reply, int subject, int detail)
{
    return reply->enhanced[1] == subject && reply->enhanced[2] == detail;
}

/* RFC 5321 4.5.3.1.10: 452, and a 552 that means the same. With nobody
 * accepted another transaction would fare no better. */
ASKED(limit_reached)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    const struct ph_reply *reply = &m->reply;
    bool vague = !reply->enhanced[0] || says(reply, 3, 0) ||
                 says(reply, 3, 1) || says(reply, 5, 0);
    if (!tx->accepted || says(reply, 5, 3))
        return tx->accepted > 0;
    return reply->code == 452 ? vague
                              : !reply->enhanced[0] && tx->accepted >= 100;
}

ASKED(recipient_left)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    if (followed(m, at))
        return ph__head(m)->state == ST_RCPT;
    return !tx->spoiled && !tx->limited &&
           ph__transaction_next(tx, at->rcpt + 1) < tx->limit;
}

ASKED(recipient_accepted)
{
    return !by_receiver(m, at) || ph__tx(m, at->tx)->accepted > 0;
}

ASKED(somebody_missing)
{
    const struct ph__transaction *tx = ph__tx(m, at->tx);
    return by_receiver(m, at) && tx->env.all_or_nothing &&
           tx->accepted < tx->env.to_count;
}

ASKED(chunking_used)
{
    return ph__tx(m, at->tx)->chunked;
}

ASKED(chunk_given)
{
    if (followed(m, at))
        return ph__head(m)->state == ST_CHUNK;
    return ph__tx(m, at->tx)->chunked && !m->piece.last;
}

ASKED(commit_wanted)
{
    return ph__tx(m, at->tx)->env.commit;
}

ASKED(content_wanted)
{
    return !by_receiver(m, at) || ph__tx(m, at->tx)->accepted > 0;
}

/* The sender says a content once, however many replies are due to it. */
ASKED(reply_left)
{
    const struct ph__said *head = ph__head(m);
    return by_receiver(m, at) && head && head->tx == at->tx &&
           ph__ends_content(head->state);
}

bool ph__machine_ask(const struct ph_machine *m, const struct ph__cursor *at,
                     enum ph__question question)
{
    static bool (*const answers[])(const struct ph_machine *,
                                   const struct ph__cursor *) = {
#define X(name, text) [ASK_##name] = name,
        PH__QUESTION_MAP(X)
#undef X
    };
    return answers[question](m, at);
}
