/* Which address of a host could be reached last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/parts.h"

static void remember(struct ph__net *net, const char *host, uint16_t port,
                     const char *address)
{
    struct sockaddr_in in;
    assert_int_equal(uv_ip4_addr(address, port, &in), 0);
    ph__net_remember(net, host, port, (void *)&in);
}

static void expect(const struct ph__net *net, const char *host, uint16_t port,
                   const char *address)
{
    const struct sockaddr *found = ph__net_recall(net, host, port);
    char name[100] = "nothing";
    if (found)
        ph__race_name(name, sizeof(name), found);
    assert_string_equal(name, address);
}

static void a_host_and_its_port_are_one(void **state)
{
    struct ph__net *net;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(ph__net_new(&net, &loop), PH_OK);
    expect(net, "a.test", 25, "nothing");
    expect(net, "", 0, "nothing");
    remember(net, "a.test", 25, "192.0.2.1");
    remember(net, "a.test", 587, "192.0.2.2");
    expect(net, "A.TEST", 25, "192.0.2.1:25");
    expect(net, "a.test", 587, "192.0.2.2:587");
    expect(net, "a.test", 465, "nothing");
    remember(net, "a.test", 25, "192.0.2.3");
    expect(net, "a.test", 25, "192.0.2.3:25");
    ph__net_free(net);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void only_so_many_are_remembered(void **state)
{
    struct ph__net *net;
    uv_loop_t loop;
    char host[20];
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(ph__net_new(&net, &loop), PH_OK);
    for (int i = 0; i <= PH__NET_WINNERS; i++) {
        snprintf(host, sizeof(host), "h%d.test", i);
        remember(net, host, 25, "192.0.2.1");
    }
    expect(net, "h0.test", 25, "nothing");
    for (int i = 1; i <= PH__NET_WINNERS; i++) {
        snprintf(host, sizeof(host), "h%d.test", i);
        expect(net, host, 25, "192.0.2.1:25");
    }
    ph__net_free(net);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_and_its_port_are_one),
        cmocka_unit_test(only_so_many_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
