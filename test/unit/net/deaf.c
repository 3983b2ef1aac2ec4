#include "deaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

static int make_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    return fd;
}

void deaf_init(struct deaf *d, const char *address, uint16_t port)
{
    struct sockaddr_storage where = {0};
    int on = 1;
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)&where))
        assert_int_equal(
            uv_ip6_addr(address, port, (struct sockaddr_in6 *)&where), 0);
    socklen_t len = where.ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                               : sizeof(struct sockaddr_in6);
    d->listener = make_socket(where.ss_family);
    setsockopt(d->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(d->listener, (void *)&where, len), 0);
    assert_int_equal(listen(d->listener, 0), 0);
    for (int i = 0; i < DEAF_CROWD; i++) {
        d->crowd[i] = make_socket(where.ss_family);
        (void)connect(d->crowd[i], (void *)&where, len);
    }
}

void deaf_done(struct deaf *d)
{
    for (int i = 0; i < DEAF_CROWD; i++)
        close(d->crowd[i]);
    close(d->listener);
}
