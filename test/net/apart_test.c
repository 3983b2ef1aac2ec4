/* Clients that differ in one setting, at the same server and on the same loop:
 * neither sends through a connection of the other (S07). Where the second one's
 * setting cannot work it fails: a connection that serves it all the same is
 * somebody else's. */
#include "net/scene.h"

struct settings {
    struct ph_client_options client;
    struct ph_session_options session;
    struct ph_credentials auth;
    struct ph_network network;
};

static const char *const pins[] = {
    "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", NULL};

static void nothing(struct settings *s)
{
    (void)s;
}

static void policy(struct settings *s)
{
    s->session.tls = PH_TLS_OPPORTUNISTIC;
}

static void no_tls(struct settings *s)
{
    s->session.tls = PH_TLS_NONE;
}

static void authority(struct settings *s)
{
    s->client.tls_ca_file = CERTS "other-ca.pem";
}

static void pinned(struct settings *s)
{
    s->client.tls_pins = pins;
}

static void tls_name(struct settings *s)
{
    s->client.tls_name = "other.example.test";
}

static void floor_of_tls(struct settings *s)
{
    s->client.tls_1_3 = true;
}

static void certificate(struct settings *s)
{
    s->client.tls_cert_file = CERTS "client.pem";
    s->client.tls_key_file = CERTS "client.key";
}

static void password(struct settings *s)
{
    s->auth.password = "guess";
}

static void identity(struct settings *s)
{
    s->auth.user = "tom";
}

static void mechanism(struct settings *s)
{
    s->auth.mechanisms = "LOGIN";
}

static void token(struct settings *s)
{
    s->auth.password = NULL;
    s->auth.token = "a-token-that-nobody-issued";
}

static void hello(struct settings *s)
{
    s->session.hello = "other.example.test";
}

static void source(struct settings *s)
{
    s->network.bind_address = "127.0.0.2";
}

static void proxy(struct settings *s)
{
    s->network.proxy = PH_PROXY_SOCKS5;
    s->network.proxy_host = "127.0.0.1";
    s->network.proxy_port = 1; /* nobody listens there */
}

static const struct {
    const char *label;
    void (*change)(struct settings *s);
    uint64_t connections; /* that the server saw in all */
    enum ph_outcome outcome;
} cases[] = {
    {"nothing: these are two clients all the same", nothing, 2, PH_ACCEPTED},
    {"TLS if it can be had", policy, 2, PH_ACCEPTED},
    {"no TLS", no_tls, 2, PH_UNSENT},
    {"another authority", authority, 2, PH_UNSENT},
    {"a pin", pinned, 2, PH_UNSENT},
    {"another name", tls_name, 2, PH_UNSENT},
    {"TLS 1.3", floor_of_tls, 2, PH_ACCEPTED},
    {"a client certificate", certificate, 2, PH_ACCEPTED},
    {"another password", password, 2, PH_UNSENT},
    {"another user", identity, 2, PH_UNSENT},
    {"another mechanism", mechanism, 2, PH_ACCEPTED},
    {"a token", token, 2, PH_UNSENT},
    {"another EHLO", hello, 2, PH_ACCEPTED},
    {"another address of ours", source, 2, PH_ACCEPTED},
    {"a proxy", proxy, 1, PH_UNSENT},
};

static void settings_init(struct settings *s, struct scene *scene)
{
    *s = (struct settings){
        .client = scene->options,
        .session = {.size = sizeof(s->session)},
        .auth = {.size = sizeof(s->auth), .user = "tim", .password = "secret"},
        .network = {.size = sizeof(s->network)}};
    s->client.port = ph__sink_port(scene->sink);
    s->client.session = &s->session;
    s->client.network = &s->network;
    s->session.auth = &s->auth;
}

/* The sink, and a client that is idle with a session of its own. */
static void scene_with_idle_session(struct scene *s)
{
    static const struct ph_credentials tim = {
        .size = sizeof(tim), .user = "tim", .password = "secret"};
    scene_init(s);
    s->sink_options.tls_cert = CERTS "server.pem";
    s->sink_options.tls_key = CERTS "server.key";
    s->sink_options.user = "tim";
    s->sink_options.password = "secret";
    s->options.tls_ca_file = CERTS "ca.pem";
    s->session =
        (struct ph_session_options){.size = sizeof(s->session), .auth = &tim};
    scene_start(s);
    scene_submit(s, 1);
    while (!s->total_completed)
        uv_run(&s->loop, UV_RUN_ONCE);
    assert_int_equal(s->outcome[0], PH_ACCEPTED);
    struct ph_stats stats = {.size = sizeof(stats)};
    ph_client_stats(s->client, &stats);
    assert_int_equal(stats.open, 1);
}

struct fate {
    bool told;
    enum ph_outcome outcome;
};

static void on_sent(const struct ph_result *result, void *user)
{
    struct fate *fate = user;
    *fate = (struct fate){true, result->recipients[0].outcome};
}

static void neither_serves_the_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        static struct scene s;
        struct settings other;
        struct ph_client *second;
        struct fate fate = {0};
        print_message("%s\n", cases[i].label);
        scene_with_idle_session(&s);
        settings_init(&other, &s);
        cases[i].change(&other);
        assert_int_equal(ph_client_new(&second, &s.loop, &other.client), PH_OK);
        assert_int_equal(
            ph_client_send(second, scene_message(), NULL, on_sent, &fate),
            PH_OK);
        while (!fate.told)
            uv_run(&s.loop, UV_RUN_ONCE);
        assert_int_equal(fate.outcome, cases[i].outcome);
        assert_int_equal(ph__sink_counts(s.sink)->connections,
                         cases[i].connections);
        ph_client_close(second, NULL, NULL);
        scene_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neither_serves_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
