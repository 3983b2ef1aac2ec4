/* Every allocation fails once: a refusal or a closed connection, no leak. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs.h"
#include "scene.h"

#include "alloc/wrap.h"

static int take(void *user, const struct ph__sink_message *m)
{
    struct ph__buf json = PH__BUF(10000);
    int rc = ph__sink_message_json(&json, m, 1);
    ph__buf_done(&json);
    return rc;
}

static void look(void *user, const char *lines)
{
    /* Without memory lines are missing, and the last one says so. */
    assert_non_null(strstr(lines, wrap_failed() ? "" : "accepted\n"));
}

static const char *const rules[] = {"rcpt@no@*=550 no", "mail@slow=drip"};
static const char commands[] =
    "EHLO a.test\r\nAUTH LOGIN YW5u\r\nc2VjcmV0\r\n"
    "MAIL FROM:<a@b.c>\r\nRCPT TO:<no@e.f>\r\nRCPT TO:<g@h.i>\r\n"
    "DATA\r\nhello\r\n.\r\nNOOP something that is cut in two";

static const char lmtp_commands[] =
    "LHLO a.test\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<no@e.f>\r\n"
    "RCPT TO:<g@h.i>\r\nBDAT 5\r\nhelloBDAT 2 LAST\r\n\r\nNOOP in two";

static const char script[] = "S: 220 hi\nC: EHLO <hidden>\nS: 250 250 2.0.0 "
                             "accepted\nC: QUIT\n";

/* Said as they stand, then the end of the line and QUIT. */
static const struct {
    const char *commands;
    struct ph__sink_options opts;
} lives[] = {
    {commands,
     {.user = "ann", .password = "secret", .replies = rules, .reply_count = 2}},
    {lmtp_commands,
     {.lmtp = true,
      .replies = rules,
      .reply_count = 2,
      .delay_ms = 1,
      .with = "DELIVERBY,FUTURERELEASE",
      .limits = "RCPTDOMAINMAX=2"}},
    {"EHLO a.test", {.script = script, .delay_ms = 1}},
};

/* Whatever fails, the client sees an end, and the sink closes. */
static void live(size_t which)
{
    struct scene s = {.opts = lives[which].opts};
    s.opts.message = take;
    s.opts.dialogue = which == 0 ? look : NULL;
    s.opts.idle_ms = 20;
    char heard[HEARD_MAX];
    int rc = scene_start(&s);
    if (rc) {
        assert_int_equal(rc, PH_E_NOMEM);
        scene_stop(&s);
        return;
    }
    int fd = scene_dial(&s);
    scene_send(fd, lives[which].commands);
    uv_run(&s.loop, UV_RUN_NOWAIT);
    send(fd, "\r\nQUIT\r\n", 8, MSG_NOSIGNAL);
    scene_hear(heard, &s, fd, NULL);
    if (!wrap_failed())
        assert_non_null(strstr(heard, "250 2.0.0 accepted"));
    close(fd);
    scene_stop(&s);
}

static void a_session_survives_every_failure(void **state)
{
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        size_t n = 1;
        for (;; n++) {
            wrap_fail_at(n);
            live(i);
            if (!wrap_failed())
                break;
        }
        assert_true(n > 10);
    }
    wrap_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_survives_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
