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

static const char *const rules[] = {"rcpt@no@*=550 no", "mail@slow=drip"};
static const char script[] =
    "EHLO a.test\r\nAUTH LOGIN YW5u\r\nc2VjcmV0\r\n"
    "MAIL FROM:<a@b.c>\r\nRCPT TO:<no@e.f>\r\nRCPT TO:<g@h.i>\r\n"
    "DATA\r\nhello\r\n.\r\nNOOP something that is cut in two";

/* Whatever fails, the client sees an end, and the sink closes. */
static void live(void)
{
    struct scene s = {.opts = {.message = take,
                               .idle_ms = 20,
                               .user = "ann",
                               .password = "secret",
                               .replies = rules,
                               .reply_count = 2}};
    char heard[HEARD_MAX];
    int rc = scene_start(&s);
    if (rc) {
        assert_int_equal(rc, PH_E_NOMEM);
        scene_stop(&s);
        return;
    }
    int fd = scene_dial(&s);
    scene_send(fd, script);
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
    size_t n = 1;
    for (;; n++) {
        wrap_fail_at(n);
        live();
        if (!wrap_failed())
            break;
    }
    assert_true(n > 10);
    wrap_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_survives_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
