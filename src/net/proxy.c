#include "net/proxy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/talk.h"

int ph__talk_fail(struct ph__talk *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(t->problem, sizeof(t->problem), format, args);
    va_end(args);
    ph__text_make_printable(t->problem, strlen(t->problem), false);
    return PH_E_CONNECT;
}

/* Names and addresses: nothing that ends a line or a word. */
static bool can_be_said(const char *host)
{
    size_t len = strlen(host);
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(host[i]) && !strchr("-._:", host[i]))
            return false;
    return len && len <= PH__PROXY_HOST;
}

static const char *secret_problem(const struct ph__proxy *p)
{
    const char *password = p->password ? p->password : "";
    if (!p->user)
        return NULL;
    size_t user_len = strlen(p->user), len = strlen(password);
    if (!user_len || user_len > PH__PROXY_SECRET || len > PH__PROXY_SECRET)
        return "user and password have 1 to 255 octets";
    if (p->kind == PH__PROXY_SOCKS5 && !len) /* RFC 1929 2 */
        return "it wants a password with the user";
    if (p->kind == PH__PROXY_HTTP &&
        (strchr(p->user, ':') || !ph__text_no_controls(p->user, user_len) ||
         !ph__text_no_controls(password, len))) /* RFC 7617 2 */
        return "the user has a colon, or a control character";
    return NULL;
}

int ph__talk_new(struct ph__talk **out, const struct ph__proxy *proxy,
                 const char *host, uint16_t port, const char **why)
{
    *why = secret_problem(proxy);
    if (!can_be_said(host))
        *why = "the server's name cannot be told to a proxy";
    if (*why)
        return PH_E_INVALID;
    struct ph__talk *t = calloc(1, sizeof(*t));
    if (!t)
        return PH_E_NOMEM;
    t->kind = proxy->kind;
    ph__buf_init(&t->out, PH__PROXY_OUT);
    int rc = t->kind == PH__PROXY_SOCKS5
                 ? ph__socks_begin(t, proxy, host, port)
                 : ph__tunnel_begin(t, proxy, host, port);
    if (rc) {
        ph__talk_free(t);
        return rc;
    }
    *out = t;
    return PH_OK;
}

void ph__talk_free(struct ph__talk *t)
{
    if (!t)
        return;
    if (t->kind == PH__PROXY_SOCKS5)
        ph__socks_done(t);
    else
        ph__tunnel_done(t);
    ph__buf_wipe(&t->out);
    free(t);
}

struct ph__buf *ph__talk_output(struct ph__talk *t)
{
    return &t->out;
}

int ph__talk_receive(struct ph__talk *t, const char *data, size_t len,
                     size_t *taken)
{
    return t->kind == PH__PROXY_SOCKS5
               ? ph__socks_receive(t, data, len, taken)
               : ph__tunnel_receive(t, data, len, taken);
}

bool ph__talk_up(const struct ph__talk *t)
{
    return t->up;
}

const char *ph__talk_problem(const struct ph__talk *t)
{
    return t->problem;
}
