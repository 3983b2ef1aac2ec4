/* No faster than the provider allows: throttled HOST PORT COUNT A_SECOND
 * The client keeps the pace, and holds no more than a few messages: it says
 * when it is full, and when to go on. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

enum { AT_ONCE = 20 };

struct batch {
    struct ph_client *client;
    unsigned long next;
    unsigned long count;
    unsigned long accepted;
    bool throttled; /* the pace held something back */
};

static void sent(const struct ph_result *result, void *user)
{
    struct batch *b = user;
    b->accepted += result->recipients[0].outcome == PH_ACCEPTED;
}

static int submit(struct batch *b)
{
    char to[64];
    struct ph_message *msg = ph_message_new();
    snprintf(to, sizeof(to), "reader%lu@example.test", b->next);
    ph_message_from(msg, "Weekly <news@example.test>");
    ph_message_to(msg, to);
    ph_message_subject(msg, "This week");
    ph_message_text(msg, "Dear reader,\n\nnothing happened.\n");
    int rc = ph_client_send(b->client, msg, NULL, sent, b);
    if (rc)
        ph_message_free(msg); /* it was not taken */
    return rc;
}

/* Until the client is full: a notice says when it is no more. */
static void go_on(struct batch *b)
{
    int rc = PH_OK;
    while (b->next < b->count && !rc) {
        rc = submit(b);
        b->next += rc != PH_E_AGAIN;
    }
    if (b->next == b->count) /* what was submitted is finished first */
        ph_client_close(b->client, NULL, NULL);
}

static void noticed(const struct ph_notice *notice, void *user)
{
    struct batch *b = user;
    struct ph_stats stats = {.size = sizeof(stats)};
    if (notice->type != PH_NOTICE_ROOM)
        return;
    ph_client_stats(b->client, &stats);
    b->throttled |= stats.health == PH_HEALTH_THROTTLED;
    go_on(b);
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct batch b = {0};
    if (argc != 5) {
        fprintf(stderr, "usage: throttled HOST PORT COUNT A_SECOND\n");
        return 64;
    }
    b.count = strtoul(argv[3], NULL, 10);
    uv_loop_t *loop = uv_default_loop();
    if (ph_client_new(
            &b.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain, .notice = noticed, .user = &b,
                              .policy =
                                  PH_POLICY(.queue_messages = AT_ONCE,
                                            .messages.count = (unsigned)strtoul(
                                                argv[4], NULL, 10)))))
        return 1;
    go_on(&b);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%lu accepted%s\n", b.accepted,
           b.throttled ? ", at the pace that was set" : "");
    return uv_loop_close(loop) || b.accepted != b.count;
}
