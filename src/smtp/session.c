#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "smtp/machine.h"

/* ---- a machine's birth and death ---- */

static bool fit(const char *s)
{
    return !s || ph__text_no_controls(s, strlen(s));
}

static bool hello_fits(const char *hello)
{
    size_t len = strlen(hello);
    return len && len <= PH__HELLO_MAX && fit(hello) && !strchr(hello, ' ') &&
           ph__text_is_ascii(hello, len);
}

static int check(const struct ph_session_options *opts)
{
    if (opts->size != sizeof(*opts) || !fit(opts->without))
        return PH_E_INVALID;
    if (opts->hello && !hello_fits(opts->hello))
        return PH_E_INVALID;
    return opts->auth ? ph__sasl_check(opts->auth) : PH_OK;
}

static int copy_auth(struct ph__config *config,
                     const struct ph_credentials *auth)
{
    if (!auth)
        return PH_OK;
    const char *const from[] = {auth->user, auth->password, auth->authzid,
                                auth->token, auth->host};
    char *to[] = {NULL, NULL, NULL, NULL, NULL};
    int rc = ph__text_copy(&config->mechanisms, auth->mechanisms);
    for (size_t i = 0; i < sizeof(to) / sizeof(to[0]) && !rc; i++)
        rc = ph__text_copy(&to[i], from[i]);
    config->auth = *auth;
    config->auth.mechanisms = NULL;
    config->auth.user = to[0];
    config->auth.password = to[1];
    config->auth.authzid = to[2];
    config->auth.token = to[3];
    config->auth.host = to[4];
    return rc;
}

static void forget_auth(struct ph__config *config)
{
    ph__text_wipe((char *)config->auth.user);
    ph__text_wipe((char *)config->auth.password);
    ph__text_wipe((char *)config->auth.authzid);
    ph__text_wipe((char *)config->auth.token);
    free((char *)config->auth.host);
    free(config->mechanisms);
    config->auth = (struct ph_credentials){0};
    config->mechanisms = NULL;
}

void ph__machine_forget_secret(struct ph_machine *m)
{
    struct ph_credentials *auth = &m->config.auth;
    ph__text_wipe((char *)auth->password);
    ph__text_wipe((char *)auth->token);
    auth->password = auth->token = NULL;
    ph__sasl_free(m->sasl);
    m->sasl = NULL;
    ph__buf_wipe(&m->answer);
}

int ph__machine_log_in(struct ph_machine *m, const struct ph_credentials *auth)
{
    int rc = ph__sasl_check(auth);
    if (!rc)
        rc = copy_auth(&m->config, auth);
    if (rc)
        forget_auth(&m->config);
    return rc;
}

static int configure(struct ph__config *config,
                     const struct ph_session_options *opts)
{
    config->tls = opts->tls;
    config->ask_login = opts->ask_login;
    config->force_8bit = opts->force_8bit;
    config->lmtp = opts->lmtp;
    config->chunking = opts->chunking;
    config->ahead = opts->ahead;
    config->trace = opts->trace;
    int rc = ph__text_copy(&config->hello,
                           opts->hello ? opts->hello : "[127.0.0.1]");
    if (!rc)
        rc = ph__text_copy(&config->without, opts->without);
    return rc ? rc : copy_auth(config, opts->auth);
}

int ph_machine_new(struct ph_machine **out,
                   const struct ph_session_options *opts)
{
    const struct ph_session_options defaults = {.size = sizeof(defaults)};
    if (!opts)
        opts = &defaults;
    int rc = check(opts);
    if (rc)
        return rc;
    struct ph_machine *m = calloc(1, sizeof(*m));
    if (!m)
        return PH_E_NOMEM;
    ph__reply_init(&m->reader, opts->trace > 0);
    m->recv.tx = m->send.tx = m->offered = PH__NO_TX;
    ph__buf_init(&m->answer, PH__AUTH_LINE_MAX);
    ph__buf_init(&m->cleaned, PH__CLEANED_MAX);
    ph__buf_init(&m->error_text, PH__CLEANED_MAX);
    ph__buf_init(&m->error_detail, PH__DETAIL_MAX);
    ph__buf_init(&m->detail, PH__DETAIL_MAX);
    ph__buf_init(&m->trace, PH__TRACE_MAX);
    m->reply.text = "";
    rc = configure(&m->config, opts);
    if (!rc)
        ph__machine_enter(m, ST_START);
    if (!rc && m->recv.state == ST_CLOSED)
        rc = PH_E_NOMEM;
    if (rc) {
        ph_machine_free(m);
        return rc;
    }
    *out = m;
    return PH_OK;
}

void ph__machine_replay(struct ph_machine *m,
                        const struct ph__sasl_record *record)
{
    m->config.record = record;
}

static void forget_transaction(struct ph__transaction *tx)
{
    if (tx)
        ph__transaction_done(tx);
    free(tx);
}

void ph_machine_free(struct ph_machine *m)
{
    if (!m)
        return;
    ph__sasl_free(m->sasl); /* borrows the credentials */
    forget_auth(&m->config);
    free(m->config.hello);
    free(m->config.without);
    ph__reply_done(&m->reader);
    for (size_t i = 0; i < PH__TRANSACTIONS; i++)
        forget_transaction(m->transactions[i]);
    ph__domains_done(&m->domains);
    free(m->query_text);
    ph__out_done(&m->out);
    ph__buf_wipe(&m->answer);
    ph__secrets_wipe(&m->secrets);
    ph__buf_done(&m->cleaned);
    ph__buf_done(&m->error_text);
    ph__buf_done(&m->error_detail);
    ph__buf_done(&m->detail);
    ph__buf_done(&m->trace);
    free(m);
}

size_t ph__machine_secret(const struct ph_machine *m, size_t *from)
{
    const struct ph__out *out = &m->out;
    uint64_t begin = out->secret > out->sent ? out->secret : out->sent;
    if (begin >= out->secret_end)
        return 0;
    *from = (size_t)(begin - out->sent);
    return (size_t)(out->secret_end - begin);
}

const struct ph__secrets *ph__machine_secrets(const struct ph_machine *m)
{
    return m->secrets.count ? &m->secrets : NULL;
}

size_t ph_machine_trace(struct ph_machine *m, const char **out)
{
    /* Handed out and cleared: the text stays until something is added. */
    size_t len = m->trace.len;
    *out = ph__buf_text(&m->trace);
    m->trace.len = 0;
    return len;
}
