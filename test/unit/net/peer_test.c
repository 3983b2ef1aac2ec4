/* TLS against Python's ssl module: a judge that is not ours. */
#include <signal.h>
#include <stdio.h>

#include "scene.h"

struct peer {
    FILE *output; /* of peer.py */
    const char *name;
};

static void start_peer(struct scene *s, struct peer *p, const char *version)
{
    char command[500], line[100];
    snprintf(command, sizeof(command), "exec '%s' '%s' '%s' %s", PYTHON, PEER,
             CERTS, version);
    p->output = popen(command, "re");
    assert_non_null(p->output);
    assert_non_null(fgets(line, sizeof(line), p->output));
    scene_init(s, &script_silent);
    server_stop_listening(s);
    s->target.port = (uint16_t)strtoul(line, NULL, 10);
    s->data = p;
}

static void end_peer(struct scene *s, struct peer *p, const char *saw)
{
    char line[200] = "";
    assert_non_null(fgets(line, sizeof(line), p->output));
    line[strcspn(line, "\n")] = '\0';
    if (!strstr(line, saw))
        fail_msg("the peer saw '%s', not '%s'", line, saw);
    assert_int_equal(pclose(p->output), 0);
    scene_done(s);
}

static void talk(struct scene *s, const char *event)
{
    struct peer *p = s->data;
    if (!strcmp(event, "opened"))
        scene_start_tls(s, p->name);
    if (!strcmp(event, "received") && s->got.len == strlen("220 hello\r\n"))
        scene_say(s, "ehlo me\r\n");
    if (!strcmp(event, "failed"))
        scene_close(s);
}

static void run_talk(const char *version, const char *saw)
{
    struct scene s;
    struct peer p = {.name = "127.0.0.1"};
    start_peer(&s, &p, version);
    s.then = talk;
    scene_dial(&s);
    scene_run(&s);
    assert_string_equal(ph__buf_text(&s.got), "220 hello\r\nEHLO ME\r\n");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT,
                         ": closed by the peer");
    end_peer(&s, &p, saw);
}

static void python_and_we_understand_each_other(void **state)
{
    run_talk("1.2", "TLSv1.2 ehlo me");
    run_talk("1.3", "TLSv1.3 ehlo me");
}

static void python_hears_that_its_name_is_wrong(void **state)
{
    struct scene s;
    struct peer p = {.name = "other.example.test"};
    start_peer(&s, &p, "1.3");
    s.then = talk;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_TLS, PH_STAGE_TLS,
                         "not for other.example.test");
    end_peer(&s, &p, "ALERT_BAD_CERTIFICATE");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python_and_we_understand_each_other),
        cmocka_unit_test(python_hears_that_its_name_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
