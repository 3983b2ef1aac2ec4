/* A transcript that a server follows (sink/script.h), and who talks to it: its
 * lines and steps are parts of it; a client that says what it wants to hear
 * reaches its end, one that errs in one of them gets no further; any other one
 * is told apart once, wherever its octets are cut.
 *
 * An input is an octet (whether there is TLS, and the step to err in), the
 * transcript up to a NUL, and what a client says. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "sink/session.h"

enum { TEXT_MAX = 32 * 1024, SAID_MAX = 1 << 20, GIVEN_MAX = 4096 };
/* How many steps, and a line how long, are held against a second reading. */
enum { FITTED_MAX = 8, FITTED_OCTETS = 200 };
enum option { WITH_TLS = 1 };

static const char any[] = "<hidden>";

struct scene {
    struct ph__sink_options opts;
    struct ph__sink_host host;
    struct ph__sink_session session;
    struct ph__buf said;
    struct ph__buf noted; /* how it went, in words */
    size_t played;
    size_t differences;
    size_t line; /* of the script, where there was one */
};

/* ---- the transcript and its steps ---- */

static void check_line(const struct ph__transcript_line *line,
                       const struct ph__transcript_line *before,
                       const struct ph__buf *text)
{
    size_t len = strlen(line->text);
    MUST(line->text >= text->data &&
         line->text + len <= text->data + text->len);
    MUST(!memchr(line->text, '\n', len));
    MUST(line->visible == SIZE_MAX || line->visible <= len);
    MUST(line->number > (before ? before->number : 0));
}

static void check_transcript(const char *text)
{
    struct ph__transcript t;
    struct ph__buf copy = PH__BUF(TEXT_MAX);
    fuzz_add(&copy, text, strlen(text));
    int rc = ph__transcript_read(&t, &copy);
    MUST(!rc || rc == PH_E_LIMIT);
    for (size_t i = 0; !rc && i < t.count; i++) {
        const struct ph__dialogue *d = &t.dialogues[i];
        MUST(d->count <= d->cap);
        for (size_t k = 0; k < d->count; k++)
            check_line(&d->lines[k], k ? &d->lines[k - 1] : NULL, &copy);
    }
    if (!rc)
        ph__transcript_done(&t);
    ph__buf_done(&copy);
}

static void check_step(const struct ph__sink_step *step,
                       const struct ph__sink_step *before)
{
    MUST(!memchr(step->text.data, '\n', step->text.len));
    MUST(strlen(step->text.data) == step->text.len);
    MUST(step->line >= (before ? before->line : 1));
    MUST(step->kind != PH__SINK_STEP_CHUNK ||
         (before && before->kind == PH__SINK_STEP_HEAR && step->octets));
    MUST(step->kind != PH__SINK_STEP_SECURE ||
         (before && before->kind == PH__SINK_STEP_SAY));
}

/* True if it could be read: script is then to be freed. */
static bool read_script(struct ph__sink_script *script, const char *text)
{
    struct ph__buf why = PH__BUF(TEXT_MAX);
    int rc = ph__sink_script_read(script, text, &why);
    MUST(!rc == !why.len);
    MUST(!rc || (rc == PH_E_INVALID && !strchr(why.data, '\n')));
    ph__buf_done(&why);
    for (size_t i = 0; !rc && i < script->count; i++)
        check_step(&script->steps[i], i ? &script->steps[i - 1] : NULL);
    MUST(rc || script->count);
    return !rc;
}

/* The next piece of a pattern: <hidden>, or one octet. */
static size_t piece_of(const char *at, size_t left)
{
    size_t len = sizeof(any) - 1;
    return left >= len && !memcmp(at, any, len) ? len : 1;
}

/* Which beginnings of the line does the pattern so far match? One row of it
 * for each piece of the pattern. */
static bool matches(struct ph_slice pattern, const char *line, size_t len)
{
    bool *row = calloc(len + 1, sizeof(*row));
    MUST(row);
    row[0] = true;
    for (size_t at = 0; at < pattern.len;) {
        size_t n = piece_of(pattern.data + at, pattern.len - at);
        for (size_t i = 1; n > 1 && i <= len; i++)
            row[i] |= row[i - 1];
        for (size_t i = len; n == 1 && i > 0; i--)
            row[i] = row[i - 1] && line[i - 1] == pattern.data[at];
        row[0] &= n > 1;
        at += n;
    }
    bool whole = row[len];
    free(row);
    return whole;
}

/* The first line that the client says. */
static void check_fits(const struct ph__sink_script *script, const char *client,
                       size_t len)
{
    const char *end = len ? memchr(client, '\r', len) : NULL;
    if (end)
        len = (size_t)(end - client);
    for (size_t i = 0; i < script->count && i < FITTED_MAX; i++)
        if (len <= FITTED_OCTETS && script->steps[i].text.len <= TEXT_MAX / 8)
            MUST(ph__sink_step_fits(&script->steps[i], client, len) ==
                 matches(script->steps[i].text, client, len));
}

/* ---- the session ---- */

static void on_played(void *user, struct ph__sink_difference *difference)
{
    struct scene *scene = user;
    scene->played++;
    if (!difference)
        return;
    scene->differences++;
    MUST(difference->line);
    scene->line = difference->line;
    ph__buf_format(&scene->noted, "%zu %s %s\n", difference->line,
                   difference->expected, difference->got);
}

static void open_session(struct scene *scene,
                         const struct ph__sink_script *script, unsigned options)
{
    *scene =
        (struct scene){.said = PH__BUF(SAID_MAX), .noted = PH__BUF(SAID_MAX)};
    scene->opts.tls_cert = options & WITH_TLS ? "unused.pem" : NULL;
    scene->host.opts = &scene->opts;
    scene->host.script = *script;
    scene->host.played = on_played;
    ph__sink_session_init(&scene->session, &scene->host);
    scene->session.user = scene;
    ph__sink_session_greet(&scene->session);
}

static void close_session(struct scene *scene)
{
    ph__sink_session_done(&scene->session);
    ph__buf_done(&scene->said);
    ph__buf_done(&scene->noted);
}

static void write_all(struct scene *scene)
{
    struct ph__sink_session *s = &scene->session;
    fuzz_add(&scene->said, ph__buf_text(&s->out), s->out.len);
    ph__sink_session_sent(s, s->out.len);
    MUST(!s->out.len);
    if (s->next != PH__SINK_SECURE)
        return;
    s->next = PH__SINK_GO_ON;
    ph__sink_session_secured(s, "TLSv1.3", "cipher");
}

static void feed(struct scene *scene, const char *data, size_t len)
{
    char *piece = fuzz_exact(data, len);
    ph__sink_session_feed(&scene->session, piece, len);
    free(piece);
    write_all(scene);
}

/* ---- who says what is wanted ---- */

static void put_line(struct ph__buf *out, struct ph_slice pattern)
{
    for (size_t at = 0; at < pattern.len;) {
        size_t n = piece_of(pattern.data + at, pattern.len - at);
        fuzz_add(out, pattern.data + at, n == 1);
        at += n;
    }
    fuzz_add(out, "\r\n", 2);
}

static void put_octets(struct ph__buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fuzz_add(out, "x", 1);
}

/* One line, or none. */
static void put_content(struct ph__buf *out, size_t octets)
{
    if (octets) {
        put_octets(out, octets - 2);
        fuzz_add(out, "\r\n", 2);
    }
    fuzz_add(out, ".\r\n", 3);
}

/* False if nobody can say it: too long, or lines that are one octet. */
static bool put_wanted(struct ph__buf *out, const struct ph__sink_step *step)
{
    bool content = step->kind == PH__SINK_STEP_CONTENT;
    if (step->kind == PH__SINK_STEP_HEAR) {
        put_line(out, step->text);
        return out->len <= PH__SINK_LINE_MAX;
    }
    if (step->octets > GIVEN_MAX || (content && step->octets == 1))
        return false;
    if (content)
        put_content(out, (size_t)step->octets);
    else
        put_octets(out, (size_t)step->octets);
    return true;
}

static void check_said(const struct ph__buf *said,
                       const struct ph__sink_script *script)
{
    size_t at = 0;
    for (size_t i = 0; i < script->count; i++) {
        struct ph_slice text = script->steps[i].text;
        if (script->steps[i].kind != PH__SINK_STEP_SAY)
            continue;
        MUST(said->len >= at + text.len + 2);
        MUST(!memcmp(said->data + at, text.data, text.len));
        MUST(!memcmp(said->data + at + text.len, "\r\n", 2));
        at += text.len + 2;
    }
    MUST(at == said->len);
}

/* Says what the next step wants. False if nobody can. */
static bool go_on(struct scene *scene)
{
    const struct ph__sink_script *script = &scene->host.script;
    struct ph__buf words = PH__BUF(TEXT_MAX);
    bool can = put_wanted(&words, &script->steps[scene->session.play.at]);
    if (can)
        feed(scene, words.data, words.len);
    ph__buf_done(&words);
    return can;
}

static void follow(const struct ph__sink_script *script, unsigned options)
{
    struct scene scene;
    bool can = true;
    open_session(&scene, script, options);
    write_all(&scene);
    while (can && scene.session.next == PH__SINK_GO_ON)
        can = go_on(&scene);
    if (can) {
        MUST(scene.session.next == PH__SINK_LEAVE);
        MUST(scene.played == 1 && !scene.differences);
        check_said(&scene.said, script);
    }
    close_session(&scene);
}

/* One octet too many, if that is wrong here. */
static bool put_wrong(struct ph__buf *out, const struct ph__sink_step *step)
{
    struct ph__sink_step longer = *step;
    if (step->kind == PH__SINK_STEP_CONTENT) {
        longer.octets += longer.octets ? 1 : 2;
        return put_wanted(out, &longer);
    }
    if (step->kind != PH__SINK_STEP_HEAR || step->text.len > FITTED_OCTETS ||
        !put_wanted(out, step))
        return false;
    out->len -= 2;
    fuzz_add(out, "\1", 1);
    bool wrong = !matches(step->text, out->data, out->len);
    fuzz_add(out, "\r\n", 2);
    return wrong;
}

/* Follows it up to the step `wrong`. */
static void err(const struct ph__sink_script *script, unsigned options,
                size_t wrong)
{
    struct scene scene;
    struct ph__buf words = PH__BUF(TEXT_MAX);
    const struct ph__sink_step *step = &script->steps[wrong];
    bool can = put_wrong(&words, step);
    open_session(&scene, script, options);
    write_all(&scene);
    while (can && scene.session.next == PH__SINK_GO_ON &&
           scene.session.play.at < wrong)
        can = go_on(&scene);
    if (can) {
        feed(&scene, words.data, words.len);
        MUST(scene.session.next == PH__SINK_DROP);
        MUST(scene.differences == 1 && scene.line == step->line);
    }
    close_session(&scene);
    ph__buf_done(&words);
}

/* ---- who says anything ---- */

static void talk(struct scene *scene, const char *data, size_t len,
                 struct fuzz_cutter cutter)
{
    struct ph__sink_session *s = &scene->session;
    write_all(scene);
    while (len && s->next == PH__SINK_GO_ON) {
        size_t n = fuzz_piece(&cutter, len);
        feed(scene, data, n);
        data += n;
        len -= n;
    }
    ph__sink_session_ended(s);
    MUST(scene->played == 1 && scene->differences <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    struct ph__sink_script script;
    struct scene scenes[FUZZ_CUTS];
    size_t count;
    unsigned options = fuzz_octet(&in);
    char *text = fuzz_string(&in);
    char *client = fuzz_rest(&in, &count);
    /* What is cut behind STARTTLS was said after it, and may be said. */
    enum fuzz_cut cuts = options & WITH_TLS ? FUZZ_PIECES : fuzz_cuts(count);
    check_transcript(text);
    bool good = read_script(&script, text);
    if (good) {
        check_fits(&script, client, count);
        follow(&script, options);
        err(&script, options, options / 2 % script.count);
    }
    for (enum fuzz_cut how = FUZZ_WHOLE; good && how < cuts; how++) {
        open_session(&scenes[how], &script, options);
        talk(&scenes[how], client, count, (struct fuzz_cutter){how, options});
        MUST(fuzz_same(&scenes[how].said, &scenes[0].said));
        MUST(fuzz_same(&scenes[how].noted, &scenes[0].noted));
    }
    for (enum fuzz_cut how = FUZZ_WHOLE; good && how < cuts; how++)
        close_session(&scenes[how]);
    if (good)
        ph__sink_script_done(&script);
    free(text);
    free(client);
    return 0;
}
