#include "sink/dialogue.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "sink/command.h"

void ph__sink_dialogue_init(struct ph__sink_dialogue *out, bool kept)
{
    *out = (struct ph__sink_dialogue){
        .kept = kept,
        .lines = PH__BUF(PH__SINK_DIALOGUE_MAX + PH__SINK_DIALOGUE_END_MAX)};
}

void ph__sink_dialogue_done(struct ph__sink_dialogue *d)
{
    ph__buf_done(&d->lines);
}

void ph__sink_dialogue_clear(struct ph__sink_dialogue *d)
{
    ph__buf_done(&d->lines);
    d->left_out = 0;
    d->delivered = false;
}

/* "C: ", the beginning and the rest. A line without room or memory is one that
 * was left out: the session goes on without it. */
static void add(struct ph__sink_dialogue *d, const char *who,
                struct ph_slice line, const char *rest)
{
    struct ph__buf *all = &d->lines;
    size_t from = all->len, more = line.len + strlen(rest);
    size_t room = d->delivered ? all->limit : PH__SINK_DIALOGUE_MAX;
    if (all->len + strlen(who) + more + 1 > room ||
        ph__buf_reserve(all, strlen(who) + more + 1)) {
        d->left_out++;
        return;
    }
    ph__buf_add_text(all, who);
    ph__buf_add(all, line.data, line.len);
    ph__buf_add_text(all, rest);
    ph__text_make_printable(all->data + from, all->len - from, false);
    ph__buf_add_char(all, '\n');
}

/* How much of a command may be seen. Of AUTH that is its mechanism, if it is
 * one that a client might have meant. */
static size_t shown_of(struct ph_slice line,
                       const struct ph__sink_command *command)
{
    struct ph_slice argument = command->argument;
    const char *blank = memchr(argument.data, ' ', argument.len);
    size_t len = blank ? (size_t)(blank - argument.data) : argument.len;
    struct ph_slice mechanism = {argument.data, len};
    if (command->verb != PH__SINK_AUTH) {
        bool like = line.len >= 4 && ph__text_same_len(line.data, "AUTH", 4);
        return like ? 4 : line.len;
    }
    bool known =
        ph__text_is(mechanism, "PLAIN") || ph__text_is(mechanism, "LOGIN");
    return (size_t)(argument.data - line.data) + (known ? len : 0);
}

/* Does the line say what only the other side of a login should read? A client
 * that does not wait for the reply to AUTH says it into a refusal. */
static bool is_secret(struct ph__sink_dialogue *d, enum ph__sink_verb verb,
                      bool answer)
{
    bool stray = d->login && verb == PH__SINK_UNKNOWN;
    if (verb != PH__SINK_UNKNOWN || answer)
        d->login = answer || verb == PH__SINK_AUTH;
    return answer || stray;
}

void ph__sink_dialogue_command(struct ph__sink_dialogue *d, const char *line,
                               size_t len, bool answer)
{
    if (!d->kept)
        return;
    while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    while (len && *line == ' ') {
        line++;
        len--;
    }
    struct ph_slice shown = {line, len};
    struct ph__sink_command command = ph__sink_command_parse(line, len);
    if (is_secret(d, command.verb, answer)) {
        add(d, "C: ", (struct ph_slice){line, 0}, "<hidden>");
        return;
    }
    shown.len = shown_of(shown, &command);
    bool open = shown.len && line[shown.len - 1] != ' ';
    if (shown.len == len)
        add(d, "C: ", shown, "");
    else
        add(d, "C: ", shown, open ? " <hidden>" : "<hidden>");
}

void ph__sink_dialogue_replies(struct ph__sink_dialogue *d, const char *lines,
                               size_t len)
{
    if (!d->kept)
        return;
    while (len) {
        const char *lf = memchr(lines, '\n', len);
        size_t used = lf ? (size_t)(lf - lines) + 1 : len;
        size_t line = used;
        while (line && (lines[line - 1] == '\n' || lines[line - 1] == '\r'))
            line--;
        add(d, "S: ", (struct ph_slice){lines, line}, "");
        lines += used;
        len -= used;
    }
}

static void add_text(struct ph__sink_dialogue *d, const char *who,
                     const char *text)
{
    add(d, who, (struct ph_slice){text, strlen(text)}, "");
}

void ph__sink_dialogue_octets(struct ph__sink_dialogue *d, uint64_t count,
                              bool dot)
{
    enum { LINE_BYTES = 40 };
    struct ph__buf line = PH__BUF(LINE_BYTES);
    if (!d->kept)
        return;
    if (ph__buf_format(&line, "<%" PRIu64 " octets>", count))
        d->left_out++;
    else
        add_text(d, "C: ", line.data);
    ph__buf_done(&line);
    if (dot)
        add_text(d, "C: ", ".");
}

void ph__sink_dialogue_remark(struct ph__sink_dialogue *d, const char *text)
{
    if (d->kept)
        add_text(d, "# ", text);
}

const char *ph__sink_dialogue_text(struct ph__sink_dialogue *d)
{
    if (d->left_out)
        ph__buf_format(&d->lines, "# %" PRIu64 " lines were left out\n",
                       d->left_out);
    return ph__buf_text(&d->lines);
}
