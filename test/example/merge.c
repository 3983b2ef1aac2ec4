/* One template for several people: merge HOST PORT
 * Each gets a message of their own. Plain SMTP, for a server on this machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include <posthaste.h>

struct guest {
    const char *name; /* NULL = not known */
    const char *mail;
    const char *table; /* NULL = none yet */
};

static const struct guest guests[] = {
    {"Ann \"<A>\" Lee", "ann@example.test", "7"},
    {"J\xC3\xBCrgen", "juergen@example.test", NULL},
    {NULL, "carl@example.test", "2"},
};
enum { GUESTS = sizeof(guests) / sizeof(guests[0]) };

static const char text[] = "From: Hosts <hosts@example.test>\n"
                           "To: {{name|Guest}} <{{mail}}>\n"
                           "Subject: {{name|Guest}}, your seat\n"
                           "\n"
                           "Dear {{name|guest}},\n"
                           "{{#table}}\n"
                           "you sit at table {{table}}.\n"
                           "{{/table}}\n"
                           "{{^table}}\n"
                           "we will find a place for you.\n"
                           "{{/table}}\n";

static const char html[] = "<p>Dear {{name|guest}},</p>\n"
                           "{{#table}}\n"
                           "<p>you sit at table <b>{{table}}</b>.</p>\n"
                           "{{/table}}\n";

/* A row is whatever you like: here, a struct. */
static const char *value_of(void *user, const char *field)
{
    const struct guest *guest = user;
    if (strcmp(field, "name") == 0)
        return guest->name;
    if (strcmp(field, "mail") == 0)
        return guest->mail;
    return strcmp(field, "table") == 0 ? guest->table : NULL;
}

static void sent(const struct ph_result *result, void *user)
{
    unsigned *accepted = user;
    const struct ph_recipient_result *r = &result->recipients[0];
    printf("%s %s\n", ph_outcome_name(r->outcome), r->address);
    *accepted += r->outcome == PH_ACCEPTED;
}

static struct ph_template *compile(void)
{
    struct ph_template *t = ph_template_new(text, strlen(text));
    ph_template_html(t, html);
    ph_template_sender(t, "bounces+{{mail}}@example.test");
    ph_template_list_unsubscribe(t, "https://example.test/leave?who={{mail}}");
    if (!ph_template_check(t))
        return t;
    fprintf(stderr, "merge: %s\n", ph_template_problem(t));
    ph_template_free(t);
    return NULL;
}

static void submit(struct ph_client *client, const struct ph_template *t,
                   const struct guest *guest, unsigned *accepted)
{
    struct ph_message *msg = ph_message_new();
    ph_template_fill(t, value_of, (void *)guest, msg);
    ph_message_envelope_to(msg, guest->mail); /* a template names nobody */
    if (ph_client_send(client, msg, NULL, sent, accepted)) {
        fprintf(stderr, "merge: %s\n", ph_message_problem(msg));
        ph_message_free(msg);
    }
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct ph_client *client;
    unsigned accepted = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: merge HOST PORT\n");
        return 64;
    }
    struct ph_template *t = compile();
    uv_loop_t *loop = uv_default_loop();
    if (!t || ph_client_new(&client, loop,
                            PH_CLIENT_OPTIONS(.host = argv[1],
                                              .port = (uint16_t)strtoul(
                                                  argv[2], NULL, 10),
                                              .session = &plain)))
        return 1;
    for (int i = 0; i < GUESTS; i++)
        submit(client, t, &guests[i], &accepted);
    ph_template_free(t); /* messages are their own */
    ph_client_close(client, NULL, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    return uv_loop_close(loop) || accepted != GUESTS;
}
