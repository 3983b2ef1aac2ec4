#include <stdio.h>
#include <string.h>

#include "sink/steps.h"

enum { GOT_BYTES = 40 /* "<N octets>" */ };

static const struct ph__sink_step *step_of(const struct ph__sink_session *s)
{
    const struct ph__sink_script *script = &s->host->script;
    return s->play.at < script->count ? &script->steps[s->play.at] : NULL;
}

static void say(struct ph__sink_session *s, struct ph_slice text)
{
    if (ph__buf_reserve(&s->out, text.len + 2)) {
        s->next = PH__SINK_DROP;
        return;
    }
    ph__buf_add(&s->out, text.data, text.len);
    ph__buf_add_text(&s->out, "\r\n");
}

static void finish(struct ph__sink_session *s)
{
    s->play.over = true;
    if (s->next == PH__SINK_GO_ON)
        s->next = PH__SINK_LEAVE;
    s->host->played(s->user, NULL);
}

/* Prepares what is to be heard; false if there is nothing. */
static bool prepare(struct ph__sink_session *s,
                    const struct ph__sink_step *step)
{
    switch (step->kind) {
    case PH__SINK_STEP_HEAR:
        return true;
    case PH__SINK_STEP_CONTENT:
        s->play.content = (struct ph__sink_content){0};
        return true;
    case PH__SINK_STEP_CHUNK:
        s->play.left = step->octets;
        return true;
    case PH__SINK_STEP_SECURE:
        if (!s->host->opts->tls_cert || s->tls_version)
            return false;
        if (s->next == PH__SINK_GO_ON)
            s->next = PH__SINK_SECURE;
        return true;
    case PH__SINK_STEP_SAY:
        say(s, step->text);
        return false;
    }
    return false;
}

void ph__sink_play_on(struct ph__sink_session *s)
{
    const struct ph__sink_step *step;
    while ((step = step_of(s)) && !prepare(s, step))
        s->play.at++;
    if (!step)
        finish(s);
}

static void step_on(struct ph__sink_session *s)
{
    s->play.at++;
    ph__sink_play_on(s);
}

static void differ(struct ph__sink_session *s, const char *got)
{
    const struct ph__sink_step *step = step_of(s);
    struct ph__buf expected = PH__BUF(PH__SINK_SCRIPT_MAX);
    bool octets = step->kind == PH__SINK_STEP_CONTENT ||
                  step->kind == PH__SINK_STEP_CHUNK;
    int rc;
    if (octets)
        rc = ph__buf_format(&expected, "<%llu octets>",
                            (unsigned long long)step->octets);
    else if (step->kind == PH__SINK_STEP_SECURE)
        rc = ph__buf_add_text(&expected, "a TLS handshake");
    else
        rc = ph__buf_add(&expected, step->text.data, step->text.len);
    struct ph__sink_difference difference = {
        .connection = s->connection,
        .line = step->line,
        .expected = rc ? "(no memory to say)" : ph__buf_text(&expected),
        .got = got};
    s->play.over = true;
    s->next = PH__SINK_DROP;
    s->host->played(s->user, &difference);
    ph__buf_done(&expected);
}

void ph__sink_play_stop(struct ph__sink_session *s, const char *got)
{
    if (!s->play.over && step_of(s))
        differ(s, got);
}

void ph__sink_play_secured(struct ph__sink_session *s)
{
    const struct ph__sink_step *step = step_of(s);
    if (step && step->kind == PH__SINK_STEP_SECURE)
        step_on(s);
}

/* s->line is whole, with its LF. */
static void judge_line(struct ph__sink_session *s)
{
    struct ph__buf *line = &s->line;
    bool crlf = line->len >= 2 && line->data[line->len - 2] == '\r';
    if (crlf && ph__sink_step_fits(step_of(s), line->data, line->len - 2)) {
        ph__buf_wipe(line);
        step_on(s);
        return;
    }
    if (crlf)
        line->data[line->len - 2] = '\0';
    differ(s, line->data); /* an LF that stands alone is seen */
    ph__buf_wipe(line);
}

static size_t hear_line(struct ph__sink_session *s, const char *data,
                        size_t len)
{
    const char *lf = memchr(data, '\n', len);
    size_t used = lf ? (size_t)(lf - data) + 1 : len;
    int rc = ph__buf_add(&s->line, data, used);
    if (rc == PH_E_LIMIT)
        differ(s, "a line that does not end");
    else if (rc)
        s->next = PH__SINK_DROP;
    else if (lf)
        judge_line(s);
    return used;
}

static size_t hear_content(struct ph__sink_session *s, const char *data,
                           size_t len)
{
    char got[GOT_BYTES];
    struct ph__sink_content *content = &s->play.content;
    size_t used = ph__sink_content_take(content, data, len);
    if (!content->ended)
        return used;
    if (content->size == step_of(s)->octets) {
        step_on(s);
        return used;
    }
    snprintf(got, sizeof(got), "<%llu octets>",
             (unsigned long long)content->size);
    differ(s, got);
    return used;
}

static size_t hear_chunk(struct ph__sink_session *s, size_t len)
{
    size_t used = len < s->play.left ? len : (size_t)s->play.left;
    s->play.left -= used;
    if (!s->play.left)
        step_on(s);
    return used;
}

static size_t hear(struct ph__sink_session *s, const char *data, size_t len)
{
    switch (step_of(s)->kind) {
    case PH__SINK_STEP_HEAR:
        return hear_line(s, data, len);
    case PH__SINK_STEP_CONTENT:
        return hear_content(s, data, len);
    case PH__SINK_STEP_CHUNK:
        return hear_chunk(s, len);
    case PH__SINK_STEP_SAY:
    case PH__SINK_STEP_SECURE:
        break;
    }
    return len;
}

void ph__sink_play_feed(struct ph__sink_session *s, const char *data,
                        size_t len)
{
    s->play.heard = true;
    while (len && s->next == PH__SINK_GO_ON) {
        size_t used = hear(s, data, len);
        data += used;
        len -= used;
    }
    /* Said in clear, to be taken for something said under TLS
     * (CVE-2011-0411). */
    if (len && s->next == PH__SINK_SECURE)
        differ(s, "something behind STARTTLS, in clear");
}
