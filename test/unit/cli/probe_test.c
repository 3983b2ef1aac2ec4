#include "scene.h"

#include <jansson.h>

#include "cli/probe_report.h"

static const char *const in_clear[] = {
    "S: 220-one",       "S: 220 two",
    "C: EHLO me",       "S: 250-mx.example.org Hello",
    "S: 250-SIZE 1000", "S: 250-AUTH=LOGIN PLAIN",
    "S: 250 STARTTLS",  "C: STARTTLS",
    "S: 220 go",        "# TLSv1.3",
};
static const char *const over_tls[] = {
    "C: EHLO me",
    "S: 250-mx.example.org Hello",
    "S: 250-size 2000",
    "S: 250-AUTH=LOGIN",
    "S: 250-AUTH  XOAUTH2 LOGIN ",
    "S: 250-LIMITS RCPTMAX=50 X MAILMAX= RCPTDOMAINMAX=3",
    "S: 250-SIZEABLE 7",
    "S: 250-",
    "S: 250 Ok",
    "C: NOOP",
    "S: 250 SIZE 3",
    "C: QUIT",
    "S: 221 bye",
};

static void hear(struct cli_probe *p, const char *const *lines, size_t count,
                 bool *hello)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cli_probe_hear(p, lines[i], hello), PH_OK);
}

static void learn(struct cli_probe *p)
{
    bool hello = false;
    cli_probe_init(p);
    hear(p, in_clear, COUNT(in_clear), &hello);
    p->tls = true;
    hear(p, over_tls, COUNT(over_tls), &hello);
}

static void replies_are_told_apart_by_their_commands(void **state)
{
    (void)state;
    struct cli_probe p;
    learn(&p);
    assert_string_equal(p.greeting.data, "220-one\n220 two");
    assert_string_equal(p.clear.data, "mx.example.org Hello\nSIZE 1000\n"
                                      "AUTH=LOGIN PLAIN\nSTARTTLS");
    assert_non_null(strstr(p.secure.data, "\nSIZEABLE 7\n\nOk"));
    assert_null(strstr(p.secure.data, "SIZE 3"));
    cli_probe_done(&p);
}

static json_t *as_json(const struct cli_probe *p)
{
    struct ph__buf out = PH__BUF(1 << 20);
    assert_int_equal(cli_probe_json(&out, p, "mx:587"), PH_OK);
    assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
    json_t *object = json_loads(out.data, 0, NULL);
    assert_non_null(object);
    ph__buf_done(&out);
    return object;
}

static void same(json_t *object, const char *key, const char *inner,
                 const char *expected)
{
    json_t *value = json_object_get(json_object_get(object, key), inner);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void programs_get_lists_and_numbers(void **state)
{
    (void)state;
    struct cli_probe p;
    learn(&p);
    json_t *object = as_json(&p);
    same(object, "extensions", "clear",
         "[\"SIZE 1000\",\"AUTH=LOGIN PLAIN\",\"STARTTLS\"]");
    same(object, "mechanisms", "clear", "[\"LOGIN\",\"PLAIN\"]");
    same(object, "mechanisms", "tls", "[\"XOAUTH2\",\"LOGIN\"]");
    same(object, "limits", "SIZE", "2000");
    same(object, "limits", "RCPTMAX", "50");
    same(object, "limits", "RCPTDOMAINMAX", "3");
    assert_int_equal(json_object_size(json_object_get(object, "limits")), 3);
    same(object, "ms", "round_trip", "null");
    assert_true(json_is_null(json_object_get(object, "error")));
    json_decref(object);
    cli_probe_done(&p);
}

static void nothing_learnt_is_told_as_well(void **state)
{
    (void)state;
    struct cli_probe p;
    cli_probe_init(&p);
    p.error = (struct ph_recipient_result){.code = PH_E_CONNECT,
                                           .stage = PH_STAGE_CONNECT,
                                           .detail = "mx: \xFF refused"};
    json_t *object = as_json(&p);
    same(object, "error", "stage", "\"connect\"");
    same(object, "error", "detail", "\"mx: ? refused\"");
    same(object, "error", "code", "null");
    assert_true(json_is_null(json_object_get(object, "tls")));
    assert_true(json_is_null(json_object_get(object, "greeting")));
    json_decref(object);
    cli_probe_done(&p);
}

static void people_see_when_a_certificate_ends(void **state)
{
    (void)state;
    enum { DAY = 24 * 60 * 60, NOW = 1700000000 };
    static const struct {
        int64_t ends;
        const char *said;
    } cases[] = {
        {NOW + 30 * DAY + 5, "2023-12-14T22:13:25Z (30 days left)"},
        {NOW + DAY, "(1 day left)"},
        {NOW + 1, "(0 days left)"},
        {NOW - 1, "(expired 0 days ago)"},
        {NOW - 3 * DAY, "(expired 3 days ago)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1 << 20);
        struct cli_probe p;
        learn(&p);
        p.cert_count = 1;
        p.certs[0].not_after = cases[i].ends;
        assert_int_equal(cli_probe_text(&out, &p, "mx:587", NOW), PH_OK);
        assert_non_null(strstr(out.data, cases[i].said));
        assert_non_null(strstr(out.data, "certificate NOT verified"));
        ph__buf_done(&out);
        cli_probe_done(&p);
    }
}

static void what_a_server_says_cannot_reach_the_terminal_raw(void **state)
{
    (void)state; /* S34 */
    struct ph__buf out = PH__BUF(1 << 20);
    struct cli_probe p;
    bool hello = false;
    cli_probe_init(&p);
    assert_int_equal(cli_probe_hear(&p, "S: 220 \x1b[2J", &hello), PH_OK);
    assert_int_equal(cli_probe_text(&out, &p, "mx:25", 0), PH_OK);
    assert_null(strchr(out.data, '\x1b'));
    ph__buf_done(&out);
    cli_probe_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_told_apart_by_their_commands),
        cmocka_unit_test(programs_get_lists_and_numbers),
        cmocka_unit_test(nothing_learnt_is_told_as_well),
        cmocka_unit_test(people_see_when_a_certificate_ends),
        cmocka_unit_test(what_a_server_says_cannot_reach_the_terminal_raw),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
