/* Secrets do not stay in memory once they were used (U38): what a core dump, or
 * a page that is swapped out, would show. The server is another process, and
 * here the needles are known by a mask only. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <uv.h>

#include <posthaste.h>

#include "base/base64.h"
#include "certs.h"
#include "sink/sink.h"

enum { MASK = 0x5a, SECRET = 24, LONGEST = 64, NEEDLES = 4 };

static unsigned char masked[SECRET]; /* the password */

struct needle {
    unsigned char masked[LONGEST];
    size_t len;
};
static struct needle needles[NEEDLES];

/* ---- the password ---- */

static void unmask(char out[SECRET + 1])
{
    for (size_t i = 0; i < SECRET; i++)
        out[i] = (char)(masked[i] ^ MASK);
    out[SECRET] = '\0';
}

/* Known only when it runs: no constant of the program holds it. */
static void choose_password(void)
{
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
    assert_int_equal(RAND_bytes(masked, SECRET), 1);
    for (size_t i = 0; i < SECRET; i++)
        masked[i] = (unsigned char)(alphabet[masked[i] % 32] ^ MASK);
}

static void keep_needle(struct needle *n, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        n->masked[i] = (unsigned char)(text[i] ^ MASK);
    n->len = len;
}

/* As it is, and in base64, wherever in three octets it begins. */
static void make_needles(void)
{
    char secret[SECRET + 1];
    unmask(secret);
    keep_needle(&needles[0], secret, SECRET);
    for (size_t shift = 0; shift < 3; shift++) {
        struct ph__buf out = PH__BUF(256);
        char padded[SECRET + 3] = "\0\0";
        memcpy(padded + shift, secret, SECRET);
        assert_int_equal(ph__base64_encode(&out, padded, SECRET + shift), 0);
        size_t from = shift ? 4 : 0;
        size_t whole = (SECRET + shift) / 3 * 4;
        keep_needle(&needles[1 + shift], out.data + from, whole - from);
        ph__buf_wipe(&out);
        OPENSSL_cleanse(padded, sizeof(padded));
    }
    OPENSSL_cleanse(secret, sizeof(secret));
}

/* ---- memory ---- */

static bool is_at(const unsigned char *p, const struct needle *n)
{
    for (size_t i = 0; i < n->len; i++)
        if ((p[i] ^ MASK) != n->masked[i])
            return false;
    return true;
}

static size_t count_in(const unsigned char *from, const unsigned char *to)
{
    size_t n = 0;
    for (const unsigned char *p = from; p + LONGEST < to; p++)
        for (size_t i = 0; i < NEEDLES; i++)
            n += is_at(p, &needles[i]);
    return n;
}

/* In all that this process can write. */
static size_t count_in_memory(void)
{
    char line[512];
    size_t n = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps)) {
        unsigned long from;
        unsigned long to;
        if (sscanf(line, "%lx-%lx rw", &from, &to) == 2 &&
            strstr(line, " rw") && !strstr(line, "[v"))
            n += count_in((const unsigned char *)from,
                          (const unsigned char *)to);
    }
    fclose(maps);
    return n;
}

/* ---- the server ---- */

static void serve(int out)
{
    char secret[SECRET + 1];
    struct ph__buf why = PH__BUF(1000);
    struct ph__sink *sink;
    uv_loop_t loop;
    unmask(secret);
    const struct ph__sink_options options = {.listen = "127.0.0.1:0",
                                             .tls_cert = CERTS "server.pem",
                                             .tls_key = CERTS "server.key",
                                             .user = "tim",
                                             .password = secret};
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test has failed */
    fclose(stdout);
    if (uv_loop_init(&loop) || ph__sink_new(&sink, &loop, &options, &why))
        _exit(1);
    uint16_t port = ph__sink_port(sink);
    if (write(out, &port, sizeof(port)) != sizeof(port))
        _exit(1);
    uv_run(&loop, UV_RUN_DEFAULT);
    _exit(0);
}

static pid_t start_server(uint16_t *port)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        serve(ends[1]);
    assert_int_equal(read(ends[0], port, sizeof(*port)), sizeof(*port));
    close(ends[0]);
    close(ends[1]);
    return pid;
}

/* ---- the client ---- */

struct run {
    struct ph_client *client;
    const char *mechanism;
    bool accepted;
    size_t after_login;
};

static void on_login(struct ph_login *login, const struct ph_error *refused,
                     void *user)
{
    const struct run *r = user;
    char secret[SECRET + 1];
    unmask(secret);
    (void)refused;
    assert_int_equal(ph_login_give(login,
                                   &(struct ph_credentials){
                                       .size = sizeof(struct ph_credentials),
                                       .user = "tim",
                                       .password = secret,
                                       .mechanisms = r->mechanism}),
                     PH_OK);
    OPENSSL_cleanse(secret, sizeof(secret));
}

/* The session lives, and has logged in. */
static void on_sent(const struct ph_result *result, void *user)
{
    struct run *r = user;
    r->accepted = result->code == PH_OK;
    r->after_login = count_in_memory();
    ph_client_close(r->client, NULL, NULL);
}

static void run_client(struct run *r, uint16_t port)
{
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(
        ph_client_new(&r->client, &loop,
                      PH_CLIENT_OPTIONS(.host = "127.0.0.1", .port = port,
                                        .tls_ca_file = CERTS "ca.pem",
                                        .login = on_login, .user = r)),
        PH_OK);
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "a@example.test");
    ph_message_to(msg, "b@example.test");
    ph_message_text(msg, "Hello.\n");
    assert_int_equal(ph_client_send(r->client, msg, NULL, on_sent, r), PH_OK);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void needles_are_found(void **state)
{
    (void)state;
    char *secret = malloc(LONGEST);
    unmask(secret);
    assert_in_range(count_in_memory(), 1, 100);
    OPENSSL_cleanse(secret, LONGEST);
    free(secret);
    assert_int_equal(count_in_memory(), 0);
}

static void check(const char *mechanism)
{
    struct run r = {.mechanism = mechanism};
    uint16_t port;
    pid_t pid = start_server(&port);
    run_client(&r, port);
    assert_true(r.accepted);
    assert_int_equal(r.after_login, 0);
    assert_int_equal(count_in_memory(), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void plain_leaves_nothing_behind(void **state)
{
    (void)state;
    check("PLAIN");
}

static void login_leaves_nothing_behind(void **state)
{
    (void)state;
    check("LOGIN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needles_are_found),
        cmocka_unit_test(plain_leaves_nothing_behind),
        cmocka_unit_test(login_leaves_nothing_behind),
    };
#ifdef __SANITIZE_ADDRESS__
    puts("skipped: the sanitizer's memory is too large to be searched");
    return 77;
#endif
    choose_password();
    make_needles();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
