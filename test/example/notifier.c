/* A notifier in somebody's loop: notifier HOST PORT TIMES [EVERY_MS]
 * A timer submits now and then; between mails the connection idles and does
 * not keep the loop alive. The server may be restarted, or not there yet: what
 * is to be said waits for it. At the end everything closes cleanly. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

enum {
    EVERY_MS = 20,
    ATTEMPTS = 5,
    OUTAGE_SECS = 3600, /* after an hour of it even this client gives up */
    WAITING_MAX = 1000  /* should the server be away long */
};

struct notifier {
    struct ph_client *client;
    uv_timer_t timer; /* stands for whatever your program waits for */
    unsigned long left;
    unsigned long unknown; /* submitted, and no word yet */
    unsigned long accepted;
};

/* To close is to wait for better times no more: only when all is decided. */
static void finish(struct notifier *n)
{
    if (!n->left && !n->unknown)
        ph_client_close(n->client, NULL, NULL);
}

static void sent(const struct ph_result *result, void *user)
{
    struct notifier *n = user;
    const struct ph_recipient_result *r = &result->recipients[0];
    n->unknown--;
    n->accepted += r->outcome == PH_ACCEPTED;
    if (r->outcome != PH_ACCEPTED)
        fprintf(stderr, "notifier: %s: %s %s%s%s%s\n", r->address,
                ph_outcome_name(r->outcome), r->reply.text, r->detail,
                *r->hint ? ": " : "", r->hint);
    finish(n);
}

static void noticed(const struct ph_notice *notice, void *user)
{
    (void)user;
    if (notice->type != PH_NOTICE_HEALTH)
        return;
    fprintf(stderr, "notifier: the server: %s%s%s\n",
            ph_health_name(notice->health), notice->why ? ": " : "",
            notice->why ? ph_strerror(notice->why->code) : "");
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
        ph_message_free(msg); /* such as PH_E_AGAIN: enough of them wait */
    else
        n->unknown++;
}

static void on_timer(uv_timer_t *timer)
{
    struct notifier *n = timer->data;
    notify(n);
    if (--n->left)
        return;
    uv_close((uv_handle_t *)timer, NULL);
    finish(n);
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct notifier n = {0};
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: notifier HOST PORT TIMES [EVERY_MS]\n");
        return 64;
    }
    unsigned long times = n.left = strtoul(argv[3], NULL, 10);
    unsigned long every = argc == 5 ? strtoul(argv[4], NULL, 10) : EVERY_MS;
    uv_loop_t *loop = uv_default_loop();
    uv_timer_init(loop, &n.timer);
    n.timer.data = &n;
    if (ph_client_new(
            &n.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain, .notice = noticed, .user = &n,
                              .policy =
                                  PH_POLICY(.attempts = ATTEMPTS,
                                            .patient = true,
                                            .outage_secs = OUTAGE_SECS,
                                            .queue_messages = WAITING_MAX))))
        return 1;
    uv_timer_start(&n.timer, on_timer, every, every);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%lu of %lu accepted\n", n.accepted, times);
    return uv_loop_close(loop) || n.accepted != times;
}
