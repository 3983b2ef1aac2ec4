/* Thousands of sessions from one loop, each delivering, then idle: what one of
 * them keeps. Against a server of your own: sessions_bench PORT COUNT [CA-FILE]
 * With a CA file they are TLS. Exits 0 if every message was accepted. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <uv.h>

#include <posthaste.h>

enum { SPARE_FILES = 64 };

struct bench {
    struct ph_client *client;
    struct ph_job **held; /* all are open when the last is here */
    size_t count;
    size_t at_commit;
    size_t accepted;
    size_t told;
    size_t octets; /* on the heap, before */
    uint64_t begun;
};

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void report(struct bench *b)
{
    struct ph_stats stats = {.size = sizeof(stats)};
    ph_client_stats(b->client, &stats);
    double octets = (double)(in_use() - b->octets) / (double)b->count;
    printf("%zu of %zu accepted; %u sessions open at once, %u idle; %.1f s; "
           "%.1f KiB a session\n",
           b->accepted, b->count, stats.open, stats.idle,
           (double)(uv_hrtime() - b->begun) / 1e9, octets / 1024);
    ph_client_close(b->client, NULL, NULL);
}

static void on_sent(const struct ph_result *result, void *user)
{
    struct bench *b = user;
    b->accepted += result->code == PH_OK;
    if (result->code && b->told - b->accepted < 3)
        fprintf(stderr, "%s: %s %s\n", ph_strerror(result->code),
                result->recipients[0].reply.text, result->recipients[0].detail);
    if (result->code && ++b->at_commit == b->count) /* do not wait for it */
        while (b->at_commit-- > 0)
            if (b->held[b->at_commit])
                ph_job_go(b->held[b->at_commit]);
    b->told++;
}

static void on_commit(struct ph_job *job, void *user)
{
    struct bench *b = user;
    b->held[b->at_commit++] = job;
    for (size_t i = 0; i < b->count && b->at_commit == b->count; i++)
        if (b->held[i])
            ph_job_go(b->held[i]);
}

static bool submit(struct bench *b)
{
    static const struct ph_send_options ask = {.size = sizeof(ask),
                                               .commit = on_commit};
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "a@example.test");
    ph_message_to(msg, "b@example.test");
    ph_message_text(msg, "One of thousands.\n");
    if (ph_client_send(b->client, msg, &ask, on_sent, b) == PH_OK)
        return true;
    ph_message_free(msg);
    return false;
}

/* Once all are told of, every session is idle. */
static void on_check(uv_timer_t *timer)
{
    struct bench *b = timer->data;
    if (b->told < b->count)
        return;
    uv_close((uv_handle_t *)timer, NULL);
    report(b);
}

static bool allow_files(size_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           limit.rlim_cur >= count + SPARE_FILES;
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    uv_timer_t timer;
    b.count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (!b.count || !allow_files(b.count)) {
        fprintf(stderr, "usage: sessions_bench PORT COUNT [CA-FILE]; "
                        "ulimit -n has to be larger than COUNT\n");
        return 64;
    }
    const struct ph_session_options session = {.size = sizeof(session),
                                               .tls = argc > 3 ? PH_TLS_REQUIRED
                                                               : PH_TLS_NONE};
    uv_loop_t *loop = uv_default_loop();
    b.held = calloc(b.count, sizeof(*b.held));
    if (!b.held ||
        ph_client_new(
            &b.client, loop,
            PH_CLIENT_OPTIONS(.host = "127.0.0.1",
                              .port = (uint16_t)strtoul(argv[1], NULL, 10),
                              .session = &session,
                              .tls_ca_file = argc > 3 ? argv[3] : NULL,
                              .connections = (unsigned)b.count,
                              .idle_secs = 600, .timeout_secs = 300)))
        return 1;
    b.octets = in_use();
    b.begun = uv_hrtime();
    for (size_t i = 0; i < b.count; i++)
        if (!submit(&b))
            return 1;
    uv_timer_init(loop, &timer);
    timer.data = &b;
    uv_timer_start(&timer, on_check, 10, 10);
    uv_run(loop, UV_RUN_DEFAULT);
    free(b.held);
    return b.accepted != b.count;
}
