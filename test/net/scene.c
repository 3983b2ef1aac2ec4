#include <stdlib.h>

#include "net/scene.h"

static struct slot slots[JOBS];

static void on_trace(void *user, const char *line)
{
    struct scene *s = user;
    size_t used = strlen(s->trace);
    snprintf(s->trace + used, sizeof(s->trace) - used, "%s\n", line);
    if (++s->lines == s->abort_at_line)
        ph_client_abort(s->client, scene_client_closed, s);
}

void scene_init(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    assert_int_equal(uv_loop_init(&s->loop), 0);
    s->sink_options.listen = "127.0.0.1:0";
    s->session = (struct ph_session_options){.size = sizeof(s->session),
                                             .tls = PH_TLS_NONE};
    s->options = (struct ph_client_options){.size = sizeof(s->options),
                                            .host = "127.0.0.1",
                                            .session = &s->session,
                                            .trace = on_trace,
                                            .user = s};
}

void scene_start(struct scene *s)
{
    struct ph__buf why = PH__BUF(1000);
    int rc = ph__sink_new(&s->sink, &s->loop, &s->sink_options, &why);
    if (rc)
        fail_msg("sink: %s", ph__buf_text(&why));
    ph__buf_done(&why);
    s->options.port = ph__sink_port(s->sink);
    assert_int_equal(ph_client_new(&s->client, &s->loop, &s->options), PH_OK);
}

static void sink_closed(void *user)
{
    (void)user;
}

void scene_close_sink(struct scene *s)
{
    s->counts = *ph__sink_counts(s->sink);
    ph__sink_close(s->sink, sink_closed, NULL);
}

void scene_client_closed(void *user)
{
    struct scene *s = user;
    assert_false(s->client_closed);
    s->client_closed = true;
    scene_close_sink(s);
}

void scene_sent(const struct ph_result *result, void *user)
{
    struct slot *slot = user;
    struct scene *s = slot->scene;
    const struct ph_recipient_result *r = &result->recipients[0];
    assert_false(s->client_closed); /* nothing after the close callback */
    s->completed[slot->index]++;
    s->total_completed++;
    s->outcome[slot->index] = r->outcome;
    s->stage[slot->index] = r->stage;
    s->code[slot->index] = r->code;
    s->secure = result->secure;
    if (r->detail[0])
        snprintf(s->detail, sizeof(s->detail), "%s", r->detail);
    if (s->close_in_callback)
        ph_client_close(s->client, scene_client_closed, s);
    if (s->abort_in_callback)
        ph_client_abort(s->client, scene_client_closed, s);
}

static void on_commit(struct ph_job *job, void *user)
{
    struct slot *slot = user;
    slot->scene->commits++;
    if (slot->scene->hold)
        slot->scene->held = job;
    else
        ph_job_go(job); /* at once, from inside the callback */
}

struct ph_message *scene_message(void)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "a@example.test");
    ph_message_to(msg, "b@example.test");
    ph_message_subject(msg, "hello");
    ph_message_text(msg, "Hello.\n");
    return msg;
}

void scene_submit(struct scene *s, size_t count)
{
    static const struct ph_send_options ask = {.size = sizeof(ask),
                                               .commit = on_commit};
    for (size_t i = 0; i < count; i++) {
        struct slot *slot = &slots[s->sent];
        *slot = (struct slot){s, s->sent++};
        assert_int_equal(
            ph_client_send(s->client, scene_message(), &ask, scene_sent, slot),
            PH_OK);
    }
    assert_int_equal(s->total_completed, 0); /* C06: never from inside */
}

void scene_run(struct scene *s)
{
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

void scene_end(struct scene *s)
{
    if (!s->client_closed) {
        ph_client_close(s->client, scene_client_closed, s);
        scene_run(s);
    }
    assert_true(s->client_closed);
    for (size_t i = 0; i < s->sent; i++)
        assert_int_equal(s->completed[i], 1);
    assert_int_equal(uv_loop_close(&s->loop), 0);
}

size_t scene_count(const struct scene *s, enum ph_outcome outcome)
{
    size_t n = 0;
    for (size_t i = 0; i < s->sent; i++)
        n += s->outcome[i] == outcome;
    return n;
}
