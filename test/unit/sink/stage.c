#include "stage.h"

#include <string.h>

static int deliver(void *user, struct ph__sink_message *m)
{
    struct stage *stage = user;
    ph__buf_format(&stage->notes, "%s:", m->from);
    for (size_t i = 0; i < m->to_count; i++)
        ph__buf_format(&stage->notes, "%s,", ph__sink_address(m, i));
    ph__buf_format(&stage->notes, "%zu;", m->size);
    return stage->answer;
}

static void played(void *user, struct ph__sink_difference *d)
{
    struct stage *stage = user;
    if (!d)
        ph__buf_add_text(&stage->notes, "played;");
    else
        ph__buf_format(&stage->notes, "%zu:%s|%s;", d->line, d->expected,
                       d->got);
}

void stage_set_up(struct stage *out, const char *without, const char *rule)
{
    struct ph__buf why = PH__BUF(400);
    *out = (struct stage){.notes = PH__BUF(4000)};
    out->host.opts = &out->opts;
    out->host.size_limit = 1000;
    out->host.deliver = deliver;
    out->host.played = played;
    assert_int_equal(
        ph__sink_extension_set(&out->host.extensions, NULL, without, &why),
        PH_OK);
    if (rule)
        assert_int_equal(ph__sink_faults_add(&out->host.faults, rule, &why),
                         PH_OK);
}

void stage_tear_down(struct stage *stage)
{
    ph__sink_faults_done(&stage->host.faults);
    ph__sink_script_done(&stage->host.script);
    ph__buf_done(&stage->notes);
}

void stage_begin(struct ph__sink_session *out, struct stage *stage)
{
    ph__sink_session_init(out, &stage->host);
    out->user = stage;
    ph__sink_session_greet(out);
}

void stage_feed(struct ph__sink_session *s, const char *text)
{
    ph__sink_session_feed(s, text, strlen(text));
}

/* The first four octets of every reply line, in order. */
static void codes(char *out, const struct ph__sink_session *s)
{
    size_t used = 0;
    for (const char *at = ph__buf_text(&s->out); *at;) {
        memcpy(out + used, at, 4);
        used += 4;
        at = strstr(at, "\r\n") + 2;
    }
    out[used] = '\0';
}

void stage_expect(const struct ph__sink_session *s, const char *expected)
{
    char found[1000];
    codes(found, s);
    assert_string_equal(found, expected);
}

static void feed_in(struct ph__sink_session *s, const char *input, size_t cut)
{
    size_t len = strlen(input);
    if (cut > len) {
        for (size_t at = 0; at < len; at++)
            ph__sink_session_feed(s, input + at, 1);
        return;
    }
    ph__sink_session_feed(s, input, cut);
    ph__sink_session_feed(s, input + cut, len - cut);
}

void stage_expect_talk(struct stage *stage, const char *hello,
                       const struct stage_talk *talk)
{
    for (size_t cut = 0; cut <= strlen(talk->input) + 1; cut++) {
        struct ph__sink_session s;
        ph__buf_clear(&stage->notes);
        stage_begin(&s, stage);
        stage_feed(&s, hello);
        ph__sink_session_sent(&s, s.out.len);
        feed_in(&s, talk->input, cut);
        stage_expect(&s, talk->codes);
        assert_string_equal(ph__buf_text(&stage->notes), talk->notes);
        ph__sink_session_done(&s);
    }
}
