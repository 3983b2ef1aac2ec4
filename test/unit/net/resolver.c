#include "resolver.h"

#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct fake *fake;

int __real_uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *request,
                          uv_getaddrinfo_cb cb, const char *node,
                          const char *service, const struct addrinfo *hints);
int __wrap_uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *request,
                          uv_getaddrinfo_cb cb, const char *node,
                          const char *service, const struct addrinfo *hints);
void __real_uv_freeaddrinfo(struct addrinfo *list);
void __wrap_uv_freeaddrinfo(struct addrinfo *list);
int __real_uv_cancel(uv_req_t *request);
int __wrap_uv_cancel(uv_req_t *request);

int __wrap_uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *request,
                          uv_getaddrinfo_cb cb, const char *node,
                          const char *service, const struct addrinfo *hints)
{
    if (!fake)
        return __real_uv_getaddrinfo(loop, request, cb, node, service, hints);
    assert_null(fake->request);
    fake->request = request;
    fake->cb = cb;
    fake->port = (uint16_t)strtoul(service, NULL, 10);
    return 0;
}

int __wrap_uv_cancel(uv_req_t *request)
{
    return fake ? UV_EBUSY : __real_uv_cancel(request); /* at work already */
}

void __wrap_uv_freeaddrinfo(struct addrinfo *list)
{
    if (!fake) {
        __real_uv_freeaddrinfo(list);
        return;
    }
    fake->lists -= list != NULL;
    while (list) {
        struct addrinfo *next = list->ai_next;
        free(list->ai_addr);
        free(list);
        list = next;
    }
}

static struct addrinfo *make_list(const char *const *addresses, uint16_t port)
{
    struct addrinfo *list = NULL, **end = &list;
    for (; addresses && *addresses; addresses++) {
        struct addrinfo *a = calloc(1, sizeof(*a));
        struct sockaddr_in *in = calloc(1, sizeof(*in));
        assert_true(a && in);
        assert_int_equal(uv_ip4_addr(*addresses, port, in), 0);
        a->ai_addr = (void *)in;
        a->ai_addrlen = sizeof(*in);
        *end = a;
        end = &a->ai_next;
    }
    return list;
}

void resolver_fake(struct fake *f)
{
    fake = f;
}

void resolver_answer(void)
{
    struct addrinfo *list = make_list(fake->addresses, fake->port);
    fake->lists += list != NULL;
    uv_getaddrinfo_cb cb = fake->cb;
    uv_getaddrinfo_t *request = fake->request;
    fake->request = NULL;
    cb(request, fake->status, list);
}
