/* Two ways not to wait for ever: cancel HOST PORT
 * A deadline, which comes along with the submission, and a call when somebody
 * has changed their mind. Either way the callback comes, once, and says how far
 * it got. */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include <posthaste.h>

enum { PATIENCE_SECS = 1, CHANGE_OF_MIND_MS = 100 };

struct program {
    struct ph_client *client;
    uv_timer_t timer;
    struct ph_job *job; /* NULL once its callback has run */
};

static void report(const char *which, const struct ph_result *result)
{
    const struct ph_recipient_result *r = &result->recipients[0];
    printf("%s: %s, %s, %s\n", which, ph_outcome_name(r->outcome),
           ph_strerror(r->code), ph_class_name(r->about));
}

static void late_sent(const struct ph_result *result, void *user)
{
    (void)user;
    report("deadline", result);
}

static void unwanted_sent(const struct ph_result *result, void *user)
{
    struct program *p = user;
    p->job = NULL;
    report("canceled", result);
}

static void changed_mind(uv_timer_t *timer)
{
    struct program *p = timer->data;
    if (p->job)
        ph_job_cancel(p->job);
    uv_close((uv_handle_t *)timer, NULL);
}

static int submit(struct program *p, const struct ph_send_options *options,
                  ph_sent_cb cb)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "watchdog@example.test");
    ph_message_to(msg, "admin@example.test");
    ph_message_subject(msg, "now or never");
    ph_message_text(msg, "Tomorrow this would be of no use.\n");
    int rc = ph_client_send(p->client, msg, options, cb, p);
    if (rc)
        ph_message_free(msg);
    return rc;
}

int main(int argc, char **argv)
{
    static const struct ph_session_options plain = {.size = sizeof(plain),
                                                    .tls = PH_TLS_NONE};
    struct program p = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: cancel HOST PORT\n");
        return 64;
    }
    uv_loop_t *loop = uv_default_loop();
    if (ph_client_new(
            &p.client, loop,
            PH_CLIENT_OPTIONS(.host = argv[1],
                              .port = (uint16_t)strtoul(argv[2], NULL, 10),
                              .session = &plain)))
        return 1;
    const struct ph_send_options until = {.size = sizeof(until),
                                          .deadline_secs = PATIENCE_SECS};
    const struct ph_send_options revocable = {.size = sizeof(revocable),
                                              .job = &p.job};
    int rc = submit(&p, &until, late_sent);
    rc |= submit(&p, &revocable, unwanted_sent);
    uv_timer_init(loop, &p.timer);
    p.timer.data = &p;
    uv_timer_start(&p.timer, changed_mind, CHANGE_OF_MIND_MS, 0);
    /* When both are decided; a session that the server keeps waiting has no
     * purpose then. */
    ph_client_close_within(p.client, 2 * PATIENCE_SECS, NULL, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    return uv_loop_close(loop) || rc;
}
