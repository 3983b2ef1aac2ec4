#include "net/mx_scene.h"

#include <signal.h>
#include <stdlib.h>

/* ---- the DNS ---- */

static const char *keep(struct mx_scene *s, const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = s->texts + s->texts_used;
    assert_true(size <= sizeof(s->texts) - s->texts_used);
    memcpy(kept, text, size);
    s->texts_used += size;
    return kept;
}

static struct zone *find(struct mx_scene *s, const char *name, unsigned type)
{
    for (size_t i = 0; i < s->zones; i++)
        if (s->zone[i].type == type && !strcmp(s->zone[i].name, name))
            return &s->zone[i];
    assert_true(s->zones + 1 < MX_ZONE);
    struct zone *z = &s->zone[s->zones++];
    z->name = keep(s, name);
    z->type = type;
    return z;
}

void mx_scene_record(struct mx_scene *s, const char *name, unsigned type,
                     unsigned flags, const char *data)
{
    struct zone *z = find(s, name, type);
    size_t n = 0;
    z->flags = flags;
    while (data && n < ZONE_RECORDS && z->records[n].owner)
        n++;
    if (data)
        z->records[n] = (struct rr){z->name, type, 60, keep(s, data)};
}

void mx_scene_clear(struct mx_scene *s, const char *name, unsigned type)
{
    struct zone *z = find(s, name, type);
    memset(z->records, 0, sizeof(z->records));
}

void mx_scene_host(struct mx_scene *s, const char *name, unsigned flags,
                   const char *address)
{
    mx_scene_record(s, name, PH__DNS_A, flags, address);
    mx_scene_record(s, name, PH__DNS_AAAA, flags, NULL);
    mx_scene_record(s, name, PH__DNS_MX, flags, NULL);
}

void mx_scene_alias(struct mx_scene *s, const char *name, unsigned flags,
                    const char *to)
{
    static const unsigned types[] = {PH__DNS_A, PH__DNS_AAAA, PH__DNS_MX};
    for (size_t i = 0; i < 3; i++) {
        struct zone *target = find(s, to, types[i]);
        struct zone *z = find(s, name, types[i]);
        z->flags = flags;
        z->records[0] = (struct rr){z->name, CNAME, 60, target->name};
        for (size_t n = 0; n + 1 < ZONE_RECORDS; n++)
            z->records[n + 1] = target->records[n];
    }
}

void mx_scene_silence(struct mx_scene *s)
{
    s->zone[s->zones - 1].silent = true;
}

void mx_scene_tlsa(struct mx_scene *s, const char *host, unsigned flags,
                   const char *data)
{
    char name[PH__DNS_NAME];
    snprintf(name, sizeof(name), "_%u._tcp.%s", s->port, host);
    mx_scene_record(s, name, PH__DNS_TLSA, flags, data);
}

/* ---- the exchangers ---- */

static int take(void *user, const struct ph__sink_message *message)
{
    struct mx_scene *s = user;
    s->taken += message->to_count;
    return 0;
}

static bool listen_at(struct mx_scene *s, size_t i)
{
    struct ph__buf why = PH__BUF(1000);
    snprintf(s->listen[i], sizeof(s->listen[i]), "127.0.0.%zu:%u", i + 2,
             s->port);
    s->sink_options[i].listen = s->listen[i];
    s->sink_options[i].message = take;
    s->sink_options[i].callback_user = s;
    int rc = ph__sink_new(&s->sinks[i], &s->loop, &s->sink_options[i], &why);
    if (rc && rc != PH_E_CONNECT)
        fail_msg("sink: %s", ph__buf_text(&why));
    ph__buf_done(&why);
    if (!rc)
        s->port = ph__sink_port(s->sinks[i]);
    return !rc;
}

static void close_sinks(struct mx_scene *s)
{
    for (size_t i = 0; i < EXCHANGERS; i++) {
        if (s->sinks[i]) {
            s->counts[i] = *ph__sink_counts(s->sinks[i]);
            ph__sink_close(s->sinks[i], NULL, NULL);
        }
        s->sinks[i] = NULL;
    }
}

/* The port that the first one gets may be taken elsewhere: then another. */
static void open_sinks(struct mx_scene *s)
{
    for (size_t i = 0; i < EXCHANGERS; i++) {
        if (listen_at(s, i))
            continue;
        close_sinks(s);
        uv_run(&s->loop, UV_RUN_NOWAIT);
        s->port = 0;
        i = (size_t)-1;
    }
}

/* ---- life ---- */

void mx_scene_init(struct mx_scene *s)
{
    signal(SIGPIPE, SIG_IGN); /* see sink.h */
    memset(s, 0, sizeof(*s));
    assert_int_equal(uv_loop_init(&s->loop), 0);
    s->session = (struct ph_session_options){.size = sizeof(s->session),
                                             .hello = "us.test",
                                             .tls = PH_TLS_OPPORTUNISTIC};
    s->network = (struct ph_network){.size = sizeof(s->network),
                                     .resolvers = s->names.address};
    s->client = (struct ph_client_options){.size = sizeof(s->client),
                                           .session = &s->session,
                                           .network = &s->network,
                                           .tls_ca_file = CERTS "ca.pem",
                                           .connections = 1};
    s->options = (struct ph_mx_options){.size = sizeof(s->options),
                                        .client = &s->client};
    for (size_t i = 0; i < EXCHANGERS; i++) {
        char name[32], address[32];
        snprintf(name, sizeof(name), "mx%zu.test", i + 1);
        snprintf(address, sizeof(address), "127.0.0.%zu", i + 2);
        mx_scene_host(s, name, 0, address);
    }
}

void mx_scene_serve(struct mx_scene *s)
{
    nameserver_init(&s->names, &s->loop, s->zone);
    open_sinks(s);
    s->options.port = s->port;
}

void mx_scene_start(struct mx_scene *s)
{
    mx_scene_serve(s);
    assert_int_equal(ph_mx_new(&s->mx, &s->loop, &s->options), PH_OK);
}

void mx_scene_closed(void *user)
{
    struct mx_scene *s = user;
    assert_false(s->closed);
    assert_int_equal(s->told, s->sent); /* nothing after this */
    s->closed = true;
    close_sinks(s);
    nameserver_close(&s->names);
}

static void note(struct mx_scene *s, const struct ph_result *result)
{
    s->fate_count = result->count;
    s->secure = result->secure;
    snprintf(s->server, sizeof(s->server), "%s", result->server);
    for (size_t i = 0; i < result->count; i++) {
        const struct ph_recipient_result *r = &result->recipients[i];
        assert_non_null(r->reply.text);
        assert_non_null(r->detail);
        assert_true((r->outcome == PH_ACCEPTED) == (r->code == PH_OK));
        s->accepted += r->outcome == PH_ACCEPTED;
        s->uncertain += r->outcome == PH_UNCERTAIN;
        s->fates[i] = (struct fate){r->outcome, r->stage, r->code, r->reply};
    }
}

static void on_sent(const struct ph_result *result, void *user)
{
    struct mx_scene *s = user;
    assert_false(s->closed);
    s->told++;
    assert_string_equal(result->mechanism, ""); /* nobody logs in */
    note(s, result);
    if (s->in_callback == CLOSE)
        ph_mx_close(s->mx, mx_scene_closed, s);
    if (s->in_callback == ABORT)
        ph_mx_abort(s->mx, mx_scene_closed, s);
}

static void on_commit(struct ph_job *job, void *user)
{
    struct mx_scene *s = user;
    s->commits++;
    if (s->hold)
        s->held = job;
    else
        ph_job_go(job);
}

static struct ph_message *make_message(const char *to)
{
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return NULL;
    ph_message_from(msg, "a@us.test");
    ph_message_subject(msg, "hello");
    ph_message_text(msg, "Hello.\n");
    while (*to) {
        size_t len = strcspn(to, " ");
        char *address = strndup(to, len);
        ph_message_envelope_to(msg, address ? address : "");
        free(address);
        to += len + (to[len] == ' ');
    }
    return msg;
}

int mx_scene_try(struct mx_scene *s, const char *to,
                 const struct ph_send_options *opts)
{
    size_t told = s->told;
    struct ph_message *msg = make_message(to);
    if (!msg)
        return PH_E_NOMEM;
    int rc = ph_mx_send(s->mx, msg, opts, on_sent, s);
    if (rc)
        ph_message_free(msg); /* it is still ours */
    else
        s->sent++;
    assert_int_equal(s->told, told); /* C06: never from inside */
    return rc;
}

void mx_scene_send(struct mx_scene *s, const char *to)
{
    static const struct ph_send_options ask = {.size = sizeof(ask),
                                               .commit = on_commit};
    assert_int_equal(mx_scene_try(s, to, &ask), PH_OK);
}

void mx_scene_run(struct mx_scene *s)
{
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

void mx_scene_end(struct mx_scene *s)
{
    if (s->mx && !s->closed)
        ph_mx_close(s->mx, mx_scene_closed, s);
    mx_scene_run(s);
    assert_true(s->closed || !s->mx);
    assert_int_equal(s->told, s->sent);
    assert_true(s->taken >= s->accepted);
    assert_true(s->taken <= s->accepted + s->uncertain);
    assert_int_equal(uv_loop_close(&s->loop), 0);
}
