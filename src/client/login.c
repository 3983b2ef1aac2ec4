#include <stdlib.h>

#include "client/parts.h"

void ph__link_log_in(struct ph__link_up *link)
{
    const struct ph_client *c = link->client;
    struct ph_login *login = malloc(sizeof(*login));
    if (!login) {
        ph__session_no_login(link->session, ph_strerror(PH_E_NOMEM));
        return;
    }
    *login = (struct ph_login){.link = link};
    link->login = login;
    c->settings.login(login, ph__engine_refusal(c->engine),
                      c->settings.callback_user);
}

void ph__link_forget_login(struct ph__link_up *link)
{
    if (link->login)
        link->login->link = NULL;
    link->login = NULL;
}

/* The session that still waits for the answer, or NULL. */
static struct ph__link_up *answered(struct ph_login *login)
{
    struct ph__link_up *link = login->link;
    free(login);
    if (link) {
        link->login = NULL;
        ph__client_pump_soon(link->client);
    }
    return link;
}

int ph_login_give(struct ph_login *login,
                  const struct ph_credentials *credentials)
{
    struct ph__link_up *link = answered(login);
    if (!link || !credentials)
        return credentials ? PH_OK : PH_E_INVALID;
    const struct ph__settings *s = &link->client->settings;
    struct ph_credentials auth = *credentials;
    if (!auth.host)
        auth.host = s->host;
    if (!auth.port && !s->unix_path)
        auth.port = s->port;
    int rc = ph__session_log_in(link->session, &auth);
    if (rc)
        ph__session_no_login(link->session, "the credentials given cannot be "
                                            "used");
    return rc;
}

void ph_login_fail(struct ph_login *login, const char *why)
{
    struct ph__link_up *link = answered(login);
    if (link)
        ph__session_no_login(link->session, why);
}
