/* Many messages over a few connections: send_many HOST PORT COUNT
 * Prints what became of them. Plain SMTP, for a server on this machine. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

enum { AT_ONCE = 100 };

struct batch {
    struct ph_client *client;
    unsigned long next;
    unsigned long count;
    unsigned long outcomes[PH_UNCERTAIN + 1];
};

static void sent(const struct ph_result *result, void *user);

static void submit(struct batch *b)
{
    char to[64];
    struct ph_message *msg = ph_message_new();
    snprintf(to, sizeof(to), "reader%lu@example.test", b->next++);
    ph_message_from(msg, "Weekly <news@example.test>");
    ph_message_to(msg, to);
    ph_message_subject(msg, "This week");
    ph_message_text(msg, "Dear reader,\n\nnothing happened.\n");
    if (ph_client_send(b->client, msg, NULL, sent, b)) {
        fprintf(stderr, "send_many: %s\n", ph_message_problem(msg));
        ph_message_free(msg);
    }
}

/* Each completion makes room for the next submission. */
static void sent(const struct ph_result *result, void *user)
{
    struct batch *b = user;
    b->outcomes[result->recipients[0].outcome]++;
    if (b->next < b->count)
        submit(b);
    else if (b->client)
        ph_client_close(b->client, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct batch b = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: send_many HOST PORT COUNT\n");
        return 64;
    }
    b.count = strtoul(argv[3], NULL, 10);
    uv_loop_t *loop = uv_default_loop();
    if (ph_client_new(
            &b.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain, .connections = 5)))
        return 1;
    while (b.next < b.count && b.next < AT_ONCE)
        submit(&b);
    uv_run(loop, UV_RUN_DEFAULT);
    for (int i = PH_UNSENT; i <= PH_UNCERTAIN; i++)
        printf("%s %lu\n", ph_outcome_name((enum ph_outcome)i), b.outcomes[i]);
    return uv_loop_close(loop) || b.outcomes[PH_ACCEPTED] != b.count;
}
