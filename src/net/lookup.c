#include "net/lookup.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct ph__lookup {
    uv_getaddrinfo_t request;
    ph__lookup_cb cb; /* NULL: nobody waits any more */
    void *user;
};

static void on_answer(uv_getaddrinfo_t *request, int status,
                      struct addrinfo *list)
{
    struct ph__lookup *l = request->data;
    ph__lookup_cb cb = l->cb;
    void *user = l->user;
    free(l);
    if (cb)
        cb(user, status, list);
    else
        uv_freeaddrinfo(list);
}

/* RFC 6761 6.3: this name means us, whatever a resolver knows of it. No name
 * at all is what getaddrinfo() calls the loopback. */
static bool means_us(const char *host)
{
    static const char name[] = "localhost";
    static const char under[] = ".localhost";
    size_t len = strlen(host);
    size_t dot = len && host[len - 1] == '.'; /* fully qualified */
    size_t end = sizeof(under) - 1 + dot;
    return (len == sizeof(name) - 1 + dot &&
            ph__text_same_len(host, name, sizeof(name) - 1)) ||
           (len > end &&
            ph__text_same_len(host + len - end, under, sizeof(under) - 1));
}

int ph__lookup_new(struct ph__lookup **out, uv_loop_t *loop, const char *host,
                   uint16_t port, ph__lookup_cb cb, void *user)
{
    struct ph__lookup *l = calloc(1, sizeof(*l));
    if (!l)
        return UV_ENOMEM;
    l->cb = cb;
    l->user = user;
    l->request.data = l;
    char service[sizeof("65535")];
    snprintf(service, sizeof(service), "%u", (unsigned)port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV};
    int rc = uv_getaddrinfo(loop, &l->request, on_answer,
                            means_us(host) ? NULL : host, service, &hints);
    if (rc) {
        free(l);
        return rc;
    }
    *out = l;
    return 0;
}

void ph__lookup_drop(struct ph__lookup *l)
{
    if (!l)
        return;
    l->cb = NULL;
    /* Ends it at once if no thread has taken it up yet. */
    (void)uv_cancel((uv_req_t *)&l->request);
}
