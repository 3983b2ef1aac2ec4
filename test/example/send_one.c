/* One message, one recipient: send_one HOST PORT FROM TO
 * STARTTLS is required and the certificate is checked; for a test server with
 * its own CA set POSTHASTE_CA=ca.pem. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

static void sent(const struct ph_result *result, void *user)
{
    const struct ph_recipient_result *r = &result->recipients[0];
    *(int *)user = result->code;
    printf("%s: %s at %s: %d %s%s\n", r->address, ph_outcome_name(r->outcome),
           ph_stage_name(r->stage), r->reply.code, r->reply.text, r->detail);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: send_one HOST PORT FROM TO\n");
        return 64;
    }
    uv_loop_t *loop = uv_default_loop();
    struct ph_client *client;
    int outcome = PH_E_CANCELED;
    int rc = ph_client_new(
        &client, loop,
        PH_CLIENT_OPTIONS(.host = argv[1],
                          .port = (uint16_t)strtoul(argv[2], NULL, 10),
                          .tls_ca_file = getenv("POSTHASTE_CA")));
    if (rc) {
        fprintf(stderr, "send_one: %s\n", ph_strerror(rc));
        return 1;
    }
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, argv[3]);
    ph_message_to(msg, argv[4]);
    ph_message_subject(msg, "Grüße from posthaste");
    ph_message_text(msg, "Hello,\n\nthis went through one table.\n");
    rc = ph_client_send(client, msg, NULL, sent, &outcome);
    if (rc) { /* the message is still ours */
        fprintf(stderr, "send_one: %s\n", ph_message_problem(msg));
        ph_message_free(msg);
    }
    ph_client_close(client, NULL, NULL); /* finishes what was submitted */
    uv_run(loop, UV_RUN_DEFAULT);
    if (uv_loop_close(loop))
        return 1;
    return rc || outcome ? 1 : 0;
}
