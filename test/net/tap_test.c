/* What a tap sees: all octets, and no secret (U38). */
#include "net/scene.h"

#include "client/tap.h"

enum { OCTETS = 1 << 16, MASKED = 256 };

struct seen {
    struct scene scene;
    char said[OCTETS];
    char heard[OCTETS];
    size_t said_len;
    size_t heard_len;
    size_t told[PH_TAP_CLOSED + 1];
    bool aborts; /* as soon as something was sent */
    bool addresses;
};

static void add(char *octets, size_t *len, const struct ph_tap *tap)
{
    for (size_t i = 0; i < tap->count; i++) {
        assert_true(*len + tap->slices[i].len < OCTETS);
        memcpy(octets + *len, tap->slices[i].data, tap->slices[i].len);
        *len += tap->slices[i].len;
    }
}

static void on_tap(void *user, const struct ph_tap *tap)
{
    struct seen *seen = user; /* the scene is its first member */
    assert_int_equal(tap->session, 1);
    assert_int_not_equal(tap->at_ns, 0);
    assert_int_equal(seen->told[PH_TAP_CLOSED], 0);
    seen->told[tap->type]++;
    if (tap->type == PH_TAP_OPENED)
        seen->addresses = tap->local && tap->peer;
    if (tap->type == PH_TAP_SENT)
        add(seen->said, &seen->said_len, tap);
    if (tap->type == PH_TAP_RECEIVED)
        add(seen->heard, &seen->heard_len, tap);
    if (tap->type == PH_TAP_SENT && seen->aborts)
        ph_client_abort(seen->scene.client, scene_client_closed, &seen->scene);
}

static const struct ph_credentials tim = {
    .size = sizeof(tim), .user = "tim", .password = "secret"};

static void prepare(struct seen *seen)
{
    struct scene *s = &seen->scene;
    memset(seen, 0, sizeof(*seen));
    scene_init(s);
    s->sink_options.tls_cert = CERTS "server.pem";
    s->sink_options.tls_key = CERTS "server.key";
    s->sink_options.user = "tim";
    s->sink_options.password = "secret";
    s->options.tls_ca_file = CERTS "ca.pem";
    s->session.tls = PH_TLS_REQUIRED;
    s->session.auth = &tim;
    s->options.connections = 1;
    s->options.tap = on_tap;
}

static void all_octets_are_told_and_secrets_are_not(void **state)
{
    (void)state;
    static struct seen seen;
    static const struct {
        bool two_step;
        const char *said;
    } cases[] = {{false, "\r\nAUTH PLAIN ****************\r\nMAIL FROM:<"},
                 {true, "\r\nAUTH PLAIN\r\n****************\r\nMAIL FROM:<"}};
    for (size_t i = 0; i < 2; i++) {
        struct ph_credentials auth = tim;
        auth.two_step = cases[i].two_step;
        prepare(&seen);
        seen.scene.session.auth = &auth;
        scene_start(&seen.scene);
        scene_submit(&seen.scene, 3);
        ph_client_close(seen.scene.client, scene_client_closed, &seen.scene);
        scene_run(&seen.scene);
        assert_int_equal(scene_count(&seen.scene, PH_ACCEPTED), 3);
        assert_int_equal(seen.told[PH_TAP_OPENED], 1);
        assert_int_equal(seen.told[PH_TAP_SECURED], 1);
        assert_int_equal(seen.told[PH_TAP_CLOSED], 1);
        assert_true(seen.addresses);
        assert_memory_equal(seen.said, "EHLO ", 5);
        assert_non_null(strstr(seen.said, cases[i].said));
        assert_non_null(strstr(seen.said, "\r\n.\r\n"));
        assert_string_equal(seen.said + seen.said_len - 6, "QUIT\r\n");
        assert_memory_equal(seen.heard, "220 ", 4);
        assert_non_null(strstr(seen.heard, "\r\n235 "));
        assert_string_equal(strrchr(seen.heard, '\r'), "\r\n");
        assert_null(strstr(seen.said, "AHRpbQBzZWNyZXQ=")); /* \0tim\0secret */
        scene_end(&seen.scene);
    }
}

static void a_tap_may_abort(void **state) /* C02 */
{
    (void)state;
    static struct seen seen;
    prepare(&seen);
    seen.aborts = true;
    scene_start(&seen.scene);
    scene_submit(&seen.scene, 2);
    scene_run(&seen.scene);
    assert_int_equal(scene_count(&seen.scene, PH_ACCEPTED), 0);
    assert_int_equal(seen.told[PH_TAP_CLOSED], 1);
    assert_true(seen.scene.client_closed);
    scene_end(&seen.scene);
}

/* Lines of one reply or of several, with LF for their ends. */
static const struct {
    const char *label;
    const char *heard;
    const char *told;
} cases[] = {
    {"nothing of it", "250 ok\r\n", "250 ok\r\n"},
    {"a line that is none", "x\n", "x\n"},
    {"no line at all", "\n", "\n"},
    {"the secret", "535 5.7.8 no: c2VjcmV0\r\n", "535 5.7.8 no: ********\r\n"},
    {"what follows it", "535-c2VjcmV0\n535-x\n535 y\n",
     "535-********\n535-*\n535 *\n"},
    {"the next reply", "535 c2VjcmV0\n250 x\n", "535 ********\n250 x\n"},
    {"cut by a line", "535-5.7.8 c2V\n535-5.7.8 jcmV0\n535 x\n",
     "535-5.7.8 c2V\n535-5.7.8 *****\n535 *\n"},
    {"a challenge", "334 c2VjcmV0\n", "334 ********\n"},
    {"a challenge with it inside", "334 eHNlY3JldA==\n", "334 ************\n"},
    {"another challenge", "334 VXNlcm5hbWU6\n", "334 VXNlcm5hbWU6\n"},
};

static void what_a_server_repeats_is_overwritten(void **state)
{
    (void)state;
    struct ph__secrets secrets = {.count = 0};
    assert_int_equal(ph__secrets_add_both(&secrets, "secret"), PH_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[MASKED];
        struct ph__secret_trail trail = {.len = 0};
        snprintf(text, sizeof(text), "%s", cases[i].heard);
        for (char *line = text; *line; line = strchr(line, '\n') + 1)
            ph__tap_mask(&trail, &secrets, line,
                         (size_t)(strchr(line, '\n') - line) + 1);
        if (strcmp(text, cases[i].told) != 0)
            fail_msg("%s: %s", cases[i].label, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_octets_are_told_and_secrets_are_not),
        cmocka_unit_test(a_tap_may_abort),
        cmocka_unit_test(what_a_server_repeats_is_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
