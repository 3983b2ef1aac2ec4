/* How fast is the machine alone? Messages to a server that is a constant, all
 * in memory: machine_bench [COUNT [OCTETS]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <posthaste/machine.h>

static size_t drain(struct ph_machine *m)
{
    struct ph_slice slices[64];
    size_t total = 0;
    size_t n;
    while ((n = ph_machine_output(m, slices, 64)) > 0) {
        size_t len = 0;
        for (size_t i = 0; i < n; i++)
            len += slices[i].len;
        ph_machine_sent(m, len);
        total += len;
    }
    return total;
}

static enum ph_event_type pull(struct ph_machine *m)
{
    struct ph_event ev = {.type = PH_EVENT_START_TLS};
    while (ph_machine_next(m, &ev))
        if (ev.type == PH_EVENT_NEED_BODY)
            break;
    return ev.type;
}

static void feed(struct ph_machine *m, const char *text)
{
    ph_machine_feed(m, text, strlen(text));
}

static char *make_content(size_t len)
{
    char *content = malloc(len + 1);
    for (size_t i = 0; content && i < len; i++)
        content[i] = "\n0123456789abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQR"
                     "STUVWXYZ0123456789\r"[(i + 1) % 75];
    return content;
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    size_t len = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    static const struct ph_session_options options = {.size = sizeof(options),
                                                      .tls = PH_TLS_NONE};
    const char *to[] = {"b@y.test"};
    struct ph_envelope env = {.size = sizeof(env),
                              .from = "a@x.test",
                              .to = to,
                              .to_count = 1,
                              .content_size = len};
    struct ph_machine *m;
    struct timespec start, end;
    size_t octets = 0;
    char *content = make_content(len);
    if (!content || ph_machine_new(&m, &options))
        return 1;
    feed(m, "220 mx\r\n");
    octets += drain(m);
    feed(m, "250-mx\r\n250-SIZE 10000000\r\n250 PIPELINING\r\n");
    pull(m);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned long i = 0; i < count; i++) {
        if (ph_machine_begin(m, &env))
            return 1;
        octets += drain(m);
        feed(m, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go ahead\r\n");
        if (pull(m) != PH_EVENT_NEED_BODY)
            return 1;
        ph_machine_body(m, content, len, true);
        octets += drain(m);
        feed(m, "250 2.0.0 Ok: queued as 4c1Zt23CfRz1k\r\n");
        pull(m);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double secs = (double)(end.tv_sec - start.tv_sec) +
                  (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%lu messages of %zu octets: %.0f messages/s, %.0f MB/s\n", count,
           len, (double)count / secs, (double)octets / secs / 1e6);
    ph_machine_free(m);
    free(content);
    return 0;
}
