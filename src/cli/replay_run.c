#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "cli/replay_run.h"
#include "smtp/config.h"
#include "smtp/reply.h"
#include "smtp/table.h"

enum { SLICES = 64, SAID_MAX = 65536 };

struct replay {
    const struct ph__dialogue *d;
    const struct cli_script *script;
    struct ph__buf *out;
    size_t session; /* print objects that name it; 0 = lines for people */
    struct ph_machine *m;
    struct ph__reply_reader reader; /* tells where a reply ends */
    enum ph__state asked;           /* where that reply found the machine */
    struct ph__sasl_record record;
    size_t at;    /* the line that comes next */
    size_t begun; /* transactions */
    bool wants_tls;
    bool wants_body;
    bool too_soon; /* the content is not sent: see leaves() */
    char *content; /* made up: script->content_max octets, at least 2 */
    bool differs;
    int code;
};

static const struct ph__transcript_line *next_line(const struct replay *r)
{
    return r->at < r->d->count ? &r->d->lines[r->at] : NULL;
}

static void settle_code(struct replay *r, int rc)
{
    if (!r->code)
        r->code = rc;
}

/* ---- what is printed ---- */

static enum ph__state state_of(const struct replay *r)
{
    return ph__state_named(ph_machine_state(r->m));
}

/* Names and words of the table need no escaping. */
static int add_object(struct replay *r, enum ph__state from, const char *what,
                      const char *action, enum ph__state next)
{
    return ph__buf_format(
        r->out,
        "{\"session\":%zu,\"state\":\"%s\",\"reply\":\"%s\","
        "\"action\":\"%s\",\"next\":\"%s\",\"rests\":\"%s\"}\n",
        r->session, ph__table[from].name, what, action, ph__table[next].name,
        ph__table[state_of(r)].name);
}

/* Rows that only ask a question are passed at once: where the machine has come
 * to rest is told behind the table's next state. */
static void print_step(struct replay *r, enum ph__state from, const char *what,
                       const char *action, enum ph__state next)
{
    enum ph__state rest = state_of(r);
    if (r->session) {
        settle_code(r, add_object(r, from, what, action, next));
        return;
    }
    int rc = ph__buf_format(r->out, "%-10s %-8s %-10s %s", ph__table[from].name,
                            what, action, ph__table[next].name);
    if (!rc && rest != next)
        rc = ph__buf_format(r->out, " .. %s", ph__table[rest].name);
    if (!rc)
        rc = ph__buf_add_char(r->out, '\n');
    settle_code(r, rc);
}

static void print_edge(struct replay *r, enum ph__state from, const char *what,
                       struct ph__edge edge)
{
    print_step(r, from, what, ph__action_name(edge.act), edge.next);
}

/* "line 12: the transcript says: 'MAIL FROM:<>'" */
static int add_line(struct ph__buf *out, const struct ph__transcript_line *line)
{
    bool heard = line->kind == PH__TRANSCRIPT_HEARD;
    bool hidden = line->visible != SIZE_MAX;
    int rc = ph__buf_format(out, "line %zu: the %s says: '", line->number,
                            heard ? "server" : "transcript");
    if (rc)
        return rc;
    if (line->kind == PH__TRANSCRIPT_CONTENT)
        return ph__buf_format(out, "<%llu octets>'",
                              (unsigned long long)line->octets);
    return ph__buf_format(
        out, "%.*s%s'",
        (int)(line->visible < SAID_MAX ? line->visible : SAID_MAX), line->text,
        hidden ? "<hidden>" : "");
}

static int add_end(struct ph__buf *out, const struct ph__dialogue *d)
{
    return ph__buf_format(out, "behind line %zu: the transcript has ended",
                          d->lines[d->count - 1].number);
}

/* {"session":1,"difference":"line 12: ..."} in place of what begins at `from`,
 * which is printable. */
static int wrap_difference(struct replay *r, size_t from)
{
    json_t *object =
        json_pack("{s:I, s:s%}", "session", (json_int_t)r->session,
                  "difference", r->out->data + from, r->out->len - from);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    r->out->len = from;
    int rc = text ? ph__buf_add_text(r->out, text) : PH_E_NOMEM;
    free(text);
    json_decref(object);
    return rc;
}

/* `machine` is what it says, or NULL: nothing. */
static void differ(struct replay *r, const char *machine)
{
    const struct ph__transcript_line *line = next_line(r);
    size_t from = r->out->len;
    int rc = line ? add_line(r->out, line) : add_end(r->out, r->d);
    if (!rc)
        rc = ph__buf_format(r->out, ", the machine says %s%s%s (state %s)",
                            machine ? "'" : "", machine ? machine : "nothing",
                            machine ? "'" : "", ph_machine_state(r->m));
    if (!rc) /* whatever is in the file */
        ph__text_make_printable(r->out->data + from, r->out->len - from, false);
    if (!rc && r->session)
        rc = wrap_difference(r, from);
    if (!rc)
        rc = ph__buf_add_char(r->out, '\n');
    r->differs = true;
    settle_code(r, rc);
}

/* ---- what the machine says ---- */

static bool matches(const struct ph__transcript_line *line, const char *said)
{
    char summary[40];
    if (line->kind == PH__TRANSCRIPT_CONTENT) {
        snprintf(summary, sizeof(summary), "<%llu octets>",
                 (unsigned long long)line->octets);
        return strcmp(said, summary) == 0;
    }
    if (line->kind != PH__TRANSCRIPT_SAID)
        return false;
    if (line->visible == SIZE_MAX)
        return strcmp(said, line->text) == 0;
    return strncmp(said, line->text, line->visible) == 0 &&
           strcmp(said + line->visible, "<hidden>") == 0;
}

/* Its own trace, in which secrets and content look as in ours. */
static void compare(struct replay *r)
{
    const char *text;
    if (!ph_machine_trace(r->m, &text))
        return;
    char *copy = strdup(text);
    settle_code(r, copy ? PH_OK : PH_E_NOMEM);
    for (char *line = copy; line && *line && !r->differs;) {
        char *lf = strchr(line, '\n');
        if (lf)
            *lf = '\0';
        const struct ph__transcript_line *expected = next_line(r);
        bool said = strncmp(line, "C: ", 3) == 0;
        if (said && expected && matches(expected, line + 3))
            r->at++;
        else if (said)
            differ(r, line + 3);
        line = lf ? lf + 1 : NULL;
    }
    free(copy);
}

static bool speaks_again(const struct replay *r)
{
    for (size_t i = r->at; i < r->d->count; i++)
        if (r->d->lines[i].kind == PH__TRANSCRIPT_SAID)
            return true;
    return false;
}

/* A content that was refused, and then nobody said RSET or QUIT: the reply had
 * come before the content was out, and the client just hung up. */
static bool leaves(const struct replay *r)
{
    const struct ph__transcript_line *line = next_line(r);
    bool content = ph__table[state_of(r)].stage == PH_STAGE_CONTENT;
    bool refused = line && line->kind == PH__TRANSCRIPT_HEARD &&
                   (line->text[0] == '4' || line->text[0] == '5') &&
                   strncmp(line->text, "421", 3) != 0;
    return !content || !refused || speaks_again(r);
}

static void write_out(struct replay *r)
{
    struct ph_slice slices[SLICES];
    size_t count;
    while ((count = ph_machine_output(r->m, slices, SLICES)) > 0)
        for (size_t i = 0; i < count; i++)
            ph_machine_sent(r->m, slices[i].len);
}

static void pull(struct replay *r)
{
    struct ph_event event;
    while (ph_machine_next(r->m, &event)) {
        r->wants_tls |= event.type == PH_EVENT_START_TLS;
        r->wants_body |= event.type == PH_EVENT_NEED_BODY;
    }
}

static void settle(struct replay *r)
{
    pull(r);
    compare(r);
    r->too_soon = !leaves(r);
    if (!r->too_soon)
        write_out(r);
}

/* ---- what the server says ---- */

/* Of AUTH the machine knows nothing but what is recorded: what comes next. */
static void foresee(struct replay *r)
{
    size_t i = r->at;
    while (i < r->d->count && r->d->lines[i].kind != PH__TRANSCRIPT_SAID)
        i++;
    const char *next = i < r->d->count ? r->d->lines[i].text : "";
    r->record.answered = strcmp(next, "*") != 0;
    r->record.first = ph__transcript_has_verb(next, "AUTH") &&
                      r->d->lines[i].visible != SIZE_MAX;
}

static void print_reply(struct replay *r, enum ph__reply_result result)
{
    const struct ph__row *row = &ph__table[r->asked];
    bool idle = row->kind == HOLD_ROW && row->stage != PH_STAGE_CONTENT;
    bool early = row->kind == HOLD_ROW || r->too_soon;
    bool whole = result == PH__REPLY_DONE && !idle;
    int code = whole ? ph__reply_get(&r->reader).code : -1;
    char what[16] = "garbage";
    if (!idle && (result == PH__REPLY_MORE || result == PH__REPLY_LINE))
        return; /* more lines of it follow */
    if (whole)
        snprintf(what, sizeof(what), "%03d", code);
    else if (idle)
        snprintf(what, sizeof(what), "early");
    print_edge(r, r->asked, what,
               early ? ph__edge_early(r->asked, code)
                     : ph__edge_for(r->asked, code));
}

static enum ph__reply_result read_reply(struct replay *r,
                                        const struct ph__buf *line)
{
    const char *at = line->data;
    size_t left = line->len;
    return ph__reply_read(&r->reader, &at, &left);
}

static void hear(struct replay *r, const struct ph__transcript_line *line)
{
    struct ph__buf text = PH__BUF(SIZE_MAX / 2);
    bool over = state_of(r) == ST_CLOSED;
    if (over) {
        differ(r, NULL);
        return;
    }
    if (!ph__reply_begun(&r->reader))
        r->asked = state_of(r);
    foresee(r);
    /* A challenge that was not shown: any base64 will do. */
    bool hidden = strcmp(line->text, "334 <hidden>") == 0;
    r->code =
        ph__buf_format(&text, "%s\r\n", hidden ? "334 aGlkZGVu" : line->text);
    for (size_t fed = 0; fed < text.len && !r->code;) {
        fed += ph_machine_feed(r->m, text.data + fed, text.len - fed);
        pull(r);
    }
    r->at++;
    if (!r->code)
        print_reply(r, read_reply(r, &text));
    ph__buf_done(&text);
}

/* ---- what its driver does, when the transcript shows the effect ---- */

/* Prints the way out of a HOLD row, if the machine has stood in one. */
static void left_hold(struct replay *r, enum ph__state from, int column)
{
    if (ph__table[from].kind == HOLD_ROW)
        print_edge(r, from, column == DONE ? "done" : "stop",
                   ph__table[from].edge[column]);
}

static int tell(struct replay *r, enum ph_signal signal, int column)
{
    enum ph__state from = state_of(r);
    int rc = ph_machine_tell(r->m, signal, NULL);
    if (!rc)
        left_hold(r, from, column);
    return rc;
}

/* So many octets that end a line, so that none is added. */
static struct ph_slice made_up(const struct replay *r, uint64_t octets)
{
    uint64_t max = r->script->content_max;
    size_t room = (size_t)(max > 2 ? max : 2);
    if (octets == 1)
        return (struct ph_slice){"x", 1};
    return (struct ph_slice){r->content + room - octets, (size_t)octets};
}

static int give_body(struct replay *r, const struct ph__transcript_line *line)
{
    enum ph__state from = state_of(r);
    uint64_t octets = line->kind == PH__TRANSCRIPT_CONTENT ? line->octets : 0;
    bool last = true;
    if (line->kind == PH__TRANSCRIPT_SAID && strcmp(line->text, ".") != 0 &&
        !ph__transcript_is_chunk(line->text, &octets, &last))
        return PH_E_INVALID;
    struct ph_slice piece = made_up(r, octets);
    r->wants_body = false;
    int rc = ph_machine_body(r->m, piece.data, piece.len, last);
    if (!rc)
        left_hold(r, from, DONE);
    return rc;
}

static int ask(struct replay *r, const char *text)
{
    static const char *const verbs[] = {"NOOP", "VRFY", "EXPN", "HELP"};
    enum ph__state from = state_of(r);
    for (int i = 0; i < 4; i++) {
        if (!ph__transcript_has_verb(text, verbs[i]))
            continue;
        int rc = ph_machine_query(r->m, (enum ph_query)i,
                                  text[4] == ' ' ? text + 5 : NULL);
        if (!rc)
            left_hold(r, from, DONE);
        return rc;
    }
    return PH_E_INVALID;
}

static int begin(struct replay *r)
{
    enum ph__state from = state_of(r);
    if (r->begun == r->script->count)
        return PH_E_INVALID;
    int rc = ph_machine_begin(r->m, &r->script->deals[r->begun++].env);
    if (!rc)
        left_hold(r, from, DONE);
    return rc;
}

/* What a mechanism binds itself to is not recorded. */
static int raise_tls(struct replay *r)
{
    r->wants_tls = false;
    int rc = ph_machine_bind(r->m, PH_BINDING_TLS_EXPORTER, "recorded",
                             strlen("recorded"));
    return rc ? rc : tell(r, PH_SIGNAL_TLS_UP, DONE);
}

/* The client said something that the machine does not say by itself. */
static int prompt(struct replay *r, const struct ph__transcript_line *line)
{
    if (r->wants_tls)
        return raise_tls(r);
    if (r->wants_body)
        return give_body(r, line);
    if (!ph_machine_may_begin(r->m) || line->kind != PH__TRANSCRIPT_SAID)
        return PH_E_INVALID;
    if (ph__transcript_has_verb(line->text, "QUIT"))
        return tell(r, PH_SIGNAL_QUIT, STOP);
    int rc = ask(r, line->text);
    return rc ? begin(r) : PH_OK;
}

static void secured(struct replay *r)
{
    r->at++;
    if (r->wants_tls)
        settle_code(r, raise_tls(r));
}

static void take(struct replay *r, const struct ph__transcript_line *line)
{
    switch (line->kind) {
    case PH__TRANSCRIPT_HEARD:
        hear(r, line);
        return;
    case PH__TRANSCRIPT_SECURED:
        secured(r);
        return;
    case PH__TRANSCRIPT_SAID:
    case PH__TRANSCRIPT_CONTENT:
        if (prompt(r, line))
            differ(r, NULL);
        return;
    }
}

/* Nothing more was recorded: as if the connection were lost there. */
static void end(struct replay *r)
{
    enum ph__state from = state_of(r);
    if (from == ST_CLOSED || r->differs)
        return;
    if (r->wants_tls) {
        settle_code(r, tell(r, PH_SIGNAL_TLS_FAILED, STOP));
        return;
    }
    settle_code(r, ph_machine_tell(r->m, PH_SIGNAL_LOST, NULL));
    print_step(r, from, "lost", ph__loss_name(ph__table[from].lost), ST_CLOSED);
}

static void play(struct replay *r)
{
    settle(r);
    while (next_line(r) && !r->differs && !r->code) {
        take(r, next_line(r));
        if (!r->differs && !r->code)
            settle(r);
    }
    if (!r->code)
        end(r);
}

static int set_up(struct replay *r)
{
    uint64_t max = r->script->content_max;
    size_t room = (size_t)(max > 2 ? max : 2);
    r->content = malloc(room);
    if (!r->content)
        return PH_E_NOMEM;
    memset(r->content, 'x', room);
    memcpy(r->content + room - 2, "\r\n", 2);
    int rc = ph_machine_new(&r->m, &r->script->session);
    if (!rc)
        ph__machine_replay(r->m, &r->record);
    return rc;
}

enum cli_replayed cli_replay_dialogue(struct ph__buf *out, int *code,
                                      const struct ph__dialogue *d,
                                      const struct cli_script *script,
                                      size_t session)
{
    struct replay r = {
        .d = d, .script = script, .out = out, .session = session};
    ph__reply_init(&r.reader, false);
    r.code = set_up(&r);
    if (!r.code)
        play(&r);
    ph_machine_free(r.m);
    ph__reply_done(&r.reader);
    free(r.content);
    *code = r.code;
    if (r.code)
        return CLI_NO_REPLAY;
    return r.differs ? CLI_DIFFERS : CLI_SAME;
}
