/* A daemon that is told to stop: drain HOST PORT SECONDS
 * It submits what there is to say until SIGTERM comes; then it finishes what
 * was submitted, but takes no longer than SECONDS. Every submission is
 * accounted for. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

enum { EVERY_MS = 10 };

struct daemon {
    struct ph_client *client;
    uv_timer_t timer; /* stands for whatever your program waits for */
    uv_signal_t stop;
    unsigned grace_secs;
    unsigned long submitted;
    unsigned long outcomes[PH_UNCERTAIN + 1];
};

static void sent(const struct ph_result *result, void *user)
{
    struct daemon *d = user;
    d->outcomes[result->recipients[0].outcome]++;
}

static void on_timer(uv_timer_t *timer)
{
    struct daemon *d = timer->data;
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "watchdog@example.test");
    ph_message_to(msg, "admin@example.test");
    ph_message_subject(msg, "still here");
    ph_message_text(msg, "All is well.\n");
    if (ph_client_send(d->client, msg, NULL, sent, d)) {
        ph_message_free(msg);
        return;
    }
    if (!d->submitted++) {
        puts("at work");
        fflush(stdout);
    }
}

/* Nothing new; what is known at the server is finished, what takes too long
 * ends as uncertain, deferred or unsent, as far as it got. */
static void on_stop(uv_signal_t *handle, int number)
{
    struct daemon *d = handle->data;
    (void)number;
    uv_close((uv_handle_t *)&d->timer, NULL);
    uv_close((uv_handle_t *)&d->stop, NULL);
    ph_client_close_within(d->client, d->grace_secs, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct daemon d = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: drain HOST PORT SECONDS\n");
        return 64;
    }
    d.grace_secs = (unsigned)strtoul(argv[3], NULL, 10);
    uv_loop_t *loop = uv_default_loop();
    if (ph_client_new(
            &d.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain)))
        return 1;
    uv_signal_init(loop, &d.stop);
    uv_timer_init(loop, &d.timer);
    d.stop.data = d.timer.data = &d;
    uv_signal_start(&d.stop, on_stop, SIGTERM);
    uv_timer_start(&d.timer, on_timer, 0, EVERY_MS);
    uv_run(loop, UV_RUN_DEFAULT);
    unsigned long total = 0;
    for (int i = PH_UNSENT; i <= PH_UNCERTAIN; i++) {
        printf("%s %lu\n", ph_outcome_name((enum ph_outcome)i), d.outcomes[i]);
        total += d.outcomes[i];
    }
    return uv_loop_close(loop) || total != d.submitted;
}
