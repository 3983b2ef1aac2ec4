/* A notifier in somebody's loop: notifier HOST PORT TIMES
 * A timer submits now and then; between mails the connection idles and does
 * not keep the loop alive; at the end everything closes cleanly. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

struct notifier {
    struct ph_client *client;
    uv_timer_t timer; /* stands for whatever your program waits for */
    unsigned long left;
    unsigned long accepted;
};

static void sent(const struct ph_result *result, void *user)
{
    struct notifier *n = user;
    const struct ph_recipient_result *r = &result->recipients[0];
    n->accepted += r->outcome == PH_ACCEPTED;
    if (r->outcome != PH_ACCEPTED)
        fprintf(stderr, "notifier: %s: %s %s%s\n", r->address,
                ph_outcome_name(r->outcome), r->reply.text, r->detail);
}

static void notify(struct notifier *n)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "watchdog@example.test");
    ph_message_to(msg, "admin@example.test");
    ph_message_subject(msg, "disk almost full");
    ph_message_header(msg, "Auto-Submitted", "auto-generated");
    ph_message_text(msg, "92 % of /var are in use.\n");
    if (ph_client_send(n->client, msg, NULL, sent, n))
        ph_message_free(msg);
}

static void on_timer(uv_timer_t *timer)
{
    struct notifier *n = timer->data;
    notify(n);
    if (--n->left)
        return;
    uv_close((uv_handle_t *)timer, NULL);
    ph_client_close(n->client, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct notifier n = {0};
    unsigned long times;
    if (argc != 4) {
        fprintf(stderr, "usage: notifier HOST PORT TIMES\n");
        return 64;
    }
    n.left = times = strtoul(argv[3], NULL, 10);
    uv_loop_t *loop = uv_default_loop();
    uv_timer_init(loop, &n.timer);
    n.timer.data = &n;
    if (ph_client_new(
            &n.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain)))
        return 1;
    uv_timer_start(&n.timer, on_timer, 20, 20);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%lu of %lu accepted\n", n.accepted, times);
    return uv_loop_close(loop) || n.accepted != times;
}
