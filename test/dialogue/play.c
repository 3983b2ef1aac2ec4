#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue/stage.h"

static char problem[LINE * 2];

static const char *complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(problem, sizeof(problem), format, args);
    va_end(args);
    return problem;
}

static const char *value(struct stage *s, const char *text)
{
    char *kept = s->values[s->value_count++ % 16];
    snprintf(kept, LINE, "%s", text);
    return kept;
}

static long number(const char *text)
{
    return strtol(text, NULL, 10);
}

static const char *set_option(struct stage *s, const char *text)
{
    char name[64];
    int used = 0;
    if (sscanf(text, "%63s %n", name, &used) != 1)
        return "option without a name";
    const char *rest = text + used;
    if (!strcmp(name, "tls"))
        s->opts.tls = !strcmp(rest, "none")            ? PH_TLS_NONE
                      : !strcmp(rest, "implicit")      ? PH_TLS_IMPLICIT
                      : !strcmp(rest, "opportunistic") ? PH_TLS_OPPORTUNISTIC
                                                       : PH_TLS_REQUIRED;
    else if (!strcmp(name, "user"))
        s->auth.user = value(s, rest);
    else if (!strcmp(name, "password"))
        s->auth.password = value(s, rest);
    else if (!strcmp(name, "token"))
        s->auth.token = value(s, rest);
    else if (!strcmp(name, "auth"))
        s->auth.mechanisms = value(s, rest);
    else if (!strcmp(name, "plaintext"))
        s->auth.plaintext = true;
    else if (!strcmp(name, "two-step"))
        s->auth.two_step = true;
    else if (!strcmp(name, "without"))
        s->opts.without = value(s, rest);
    else if (!strcmp(name, "8bit"))
        s->opts.force_8bit = true;
    else if (!strcmp(name, "lmtp"))
        s->opts.lmtp = true;
    else if (!strcmp(name, "chunking"))
        s->opts.chunking = true;
    else if (!strcmp(name, "ahead"))
        s->opts.ahead = (unsigned)number(rest);
    else if (!strcmp(name, "piece"))
        s->piece = (size_t)number(rest);
    else if (!strcmp(name, "open-end"))
        s->open_end = true;
    else if (!strcmp(name, "idle"))
        s->idle = true;
    else if (!strcmp(name, "loose-end"))
        s->loose = true;
    else if (!strcmp(name, "hold-commit"))
        s->hold_commit = true;
    else if (!strcmp(name, "ask-login"))
        s->opts.ask_login = true;
    else if (!strcmp(name, "hold-login"))
        s->hold_login = true;
    else if (!strcmp(name, "hold-body"))
        s->hold_body = true;
    else
        return complain("unknown option %s", name);
    return NULL;
}

static unsigned notify_of(const char *words)
{
    return (strstr(words, "never") ? PH_NOTIFY_NEVER : 0u) |
           (strstr(words, "success") ? PH_NOTIFY_SUCCESS : 0u) |
           (strstr(words, "failure") ? PH_NOTIFY_FAILURE : 0u) |
           (strstr(words, "delay") ? PH_NOTIFY_DELAY : 0u);
}

/* What stands behind the addresses of a message: words, or words with a
 * value. */
static const char *add_word(struct stage *s, struct message *msg,
                            const char *name, const char *rest)
{
    struct ph_envelope *env = &msg->env;
    struct ph_parameters *p = &msg->parameters;
    if (!strcmp(name, "size"))
        env->content_size = strtoull(rest, NULL, 10);
    else if (!strcmp(name, "8bit"))
        env->eight_bit = true;
    else if (!strcmp(name, "binary"))
        env->binary = env->eight_bit = true;
    else if (!strcmp(name, "utf8"))
        env->utf8 = true;
    else if (!strcmp(name, "all-or-nothing"))
        env->all_or_nothing = true;
    else if (!strcmp(name, "commit"))
        env->commit = true;
    else if (!strcmp(name, "notify"))
        p->notify = notify_of(rest);
    else if (!strcmp(name, "return"))
        p->ret = strcmp(rest, "full") ? PH_RETURN_HEADERS : PH_RETURN_FULL;
    else if (!strcmp(name, "id"))
        p->envelope_id = value(s, rest);
    else if (!strcmp(name, "original"))
        msg->original[0] = value(s, rest);
    else if (!strcmp(name, "auth"))
        p->auth = value(s, strcmp(rest, "null") ? rest : "");
    else if (!strcmp(name, "by")) {
        p->deliver_by_secs = (int)number(rest);
        p->by_notify = strchr(rest, 'N');
        p->by_trace = strchr(rest, 'T');
    } else if (!strcmp(name, "hold"))
        p->hold_secs = (unsigned)number(rest);
    else if (!strcmp(name, "hold-until"))
        p->hold_until = value(s, rest);
    else if (!strcmp(name, "priority"))
        p->priority = value(s, rest);
    else if (!strcmp(name, "require-tls"))
        p->require_tls = true;
    else
        return complain("unknown word %s", name);
    return NULL;
}

/* "size 12 8bit id=x" and so on; a value follows its word. */
static const char *add_words(struct stage *s, struct message *msg, char *text)
{
    static const char *const with_value[] = {
        "size", "notify", "return",     "id",       "original", "auth",
        "by",   "hold",   "hold-until", "priority", NULL};
    const char *wrong = NULL;
    char *save;
    text += *text == '\0'; /* behind the last address's > */
    for (char *w = strtok_r(text, " ", &save); w && !wrong;
         w = strtok_r(NULL, " ", &save)) {
        const char *const *v = with_value;
        while (*v && strcmp(*v, w))
            v++;
        const char *rest = *v ? strtok_r(NULL, " ", &save) : "";
        wrong = rest ? add_word(s, msg, w, rest) : "a word lacks its value";
    }
    return wrong;
}

/* message from <a@x> to <b@y> <c@y> [words] */
static const char *add_message(struct stage *s, const char *text)
{
    struct message *msg = &s->messages[s->message_count++];
    snprintf(msg->text, LINE, "%s", text);
    msg->parameters = (struct ph_parameters){.size = sizeof(msg->parameters),
                                             .original = msg->original};
    msg->env = (struct ph_envelope){.size = sizeof(msg->env),
                                    .to = msg->to,
                                    .parameters = &msg->parameters};
    char *at = msg->text;
    for (char *open; (open = strchr(at, '<')); at++) {
        char *end = strchr(open, '>');
        if (!end)
            return "address without >";
        *end = '\0';
        if (!msg->env.from)
            msg->env.from = open + 1;
        else
            msg->to[msg->env.to_count++] = open + 1;
        at = end;
    }
    return add_words(s, msg, at);
}

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : 0;
}

/* "\r", "\n", "\xNN" in `S! ` and `body ` lines. */
static size_t unescape(char *out, const char *text)
{
    size_t len = 0;
    for (; *text; text++) {
        if (*text != '\\') {
            out[len++] = *text;
            continue;
        }
        text++;
        if (*text == 'x') {
            out[len++] = (char)(hex(text[1]) * 16 + hex(text[2]));
            text += 2;
        } else {
            out[len++] = *text == 'r' ? '\r' : *text == 'n' ? '\n' : *text;
        }
    }
    out[len] = '\0';
    return len;
}

static void server_says(struct stage *s, const char *text, bool raw)
{
    char *at = s->server + s->server_len;
    if (raw) {
        s->server_len += unescape(at, text);
        return;
    }
    s->server_len += (size_t)snprintf(at, LINE + 2, "%s\r\n", text);
}

/* times N S: line - the same line often, "%zu" being the count from 0 */
static const char *expect_said(struct stage *s, const char *text)
{
    stage_feed(s);
    char line[LINE] = {0};
    size_t len = 0;
    struct ph_slice slices[32];
    size_t n = ph_machine_output(s->m, slices, 32);
    for (size_t i = 0; i < n && !strchr(line, '\n'); i++)
        for (size_t j = 0; j < slices[i].len && len < LINE - 1; j++) {
            line[len++] = slices[i].data[j];
            if (line[len - 1] == '\n')
                break;
        }
    ph_machine_sent(s->m, len);
    stage_pull(s);
    if (len < 2 || strcmp(line + len - 2, "\r\n") != 0)
        return complain("expected «C: %s», got «%s» without a line end", text,
                        line);
    line[len - 2] = '\0';
    return strcmp(line, text)
               ? complain("expected «C: %s», got «C: %s»", text, line)
               : NULL;
}

/* C! octets - exactly these, in no line necessarily. */
static const char *expect_octets(struct stage *s, const char *text)
{
    stage_feed(s);
    char want[LINE];
    char got[LINE] = {0};
    size_t len = unescape(want, text);
    size_t have = 0;
    struct ph_slice slices[32];
    size_t n = ph_machine_output(s->m, slices, 32);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < slices[i].len && have < len; j++)
            got[have++] = slices[i].data[j];
    ph_machine_sent(s->m, have);
    stage_pull(s);
    return have < len || memcmp(got, want, len)
               ? complain("expected octets «%s», got «%s»", text, got)
               : NULL;
}

static const char *expect_event(struct stage *s, const char *text)
{
    stage_feed(s);
    if (s->event_first == s->event_count)
        return complain("expected event «%s», got none in state %s", text,
                        ph_machine_state(s->m));
    const char *got = s->events[s->event_first++];
    return strcmp(got, text)
               ? complain("expected event «%s», got «%s»", text, got)
               : NULL;
}

static const char *tell(struct stage *s, const char *text)
{
    static const struct {
        const char *name;
        enum ph_signal signal;
    } signals[] = {{"tls-up", PH_SIGNAL_TLS_UP},
                   {"tls-failed", PH_SIGNAL_TLS_FAILED},
                   {"no-login", PH_SIGNAL_NO_LOGIN},
                   {"body-failed", PH_SIGNAL_BODY_FAILED},
                   {"go", PH_SIGNAL_GO},
                   {"timeout", PH_SIGNAL_TIMEOUT},
                   {"lost", PH_SIGNAL_LOST},
                   {"quit", PH_SIGNAL_QUIT}};
    stage_feed(s);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (strcmp(signals[i].name, text))
            continue;
        int rc = ph_machine_tell(s->m, signals[i].signal, "as told");
        stage_pull(s);
        return rc ? complain("tell %s: %s", text, stage_error_name(rc)) : NULL;
    }
    return complain("unknown signal %s", text);
}

static const char *expect_state(struct stage *s, const char *text)
{
    stage_feed(s);
    return strcmp(ph_machine_state(s->m), text)
               ? complain("expected state %s, got %s", text,
                          ph_machine_state(s->m))
               : NULL;
}

static const char *start(struct stage *s)
{
    if (s->auth.user && !s->opts.ask_login)
        s->opts.auth = &s->auth;
    int rc = ph_machine_new(&s->m, &s->opts);
    if (rc)
        return complain("ph_machine_new: %s", stage_error_name(rc));
    stage_pull(s);
    return NULL;
}

static bool after(const char **text, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*text, word, len) != 0)
        return false;
    *text += len;
    return true;
}

static const char *repeat(struct stage *s, const char *text);

/* One line of the script. */
static const char *act(struct stage *s, const char *text)
{
    if (!*text || *text == '#')
        return NULL;
    if (after(&text, "option "))
        return set_option(s, text);
    if (after(&text, "message "))
        return add_message(s, text);
    if (after(&text, "query ")) {
        snprintf(s->queries[s->query_count++ % 4], LINE, "%s", text);
        return NULL;
    }
    if (after(&text, "body ")) {
        size_t used = s->own_body ? strlen(s->body) : 0;
        s->own_body = true;
        unescape(s->body + used, text);
        return NULL;
    }
    const char *wrong = s->m ? NULL : start(s);
    if (wrong)
        return wrong;
    if (after(&text, "times "))
        return repeat(s, text);
    if (after(&text, "S: ") || after(&text, "S! ")) {
        server_says(s, text, text[-2] == '!');
        return NULL;
    }
    if (after(&text, "C: ") || (!strcmp(text, "C:") && (text += 2)))
        return expect_said(s, text);
    if (after(&text, "C! "))
        return expect_octets(s, text);
    if (after(&text, "event "))
        return expect_event(s, text);
    if (after(&text, "maybe event ")) { /* depends on how the network cuts */
        stage_feed(s);
        if (s->event_first < s->event_count &&
            !strcmp(s->events[s->event_first], text))
            s->event_first++;
        return NULL;
    }
    if (after(&text, "tell "))
        return tell(s, text);
    if (after(&text, "state "))
        return expect_state(s, text);
    return complain("cannot read «%s»", text);
}

static const char *repeat(struct stage *s, const char *text)
{
    int used = 0;
    size_t count = 0;
    const char *wrong = NULL;
    if (sscanf(text, "%zu %n", &count, &used) != 1)
        return "times needs a number";
    for (size_t i = 0; i < count && !wrong; i++) {
        char line[LINE];
        const char *hash = strchr(text + used, '#');
        if (hash)
            snprintf(line, LINE, "%.*s%zu%s", (int)(hash - text - used),
                     text + used, i, hash + 1);
        else
            snprintf(line, LINE, "%s", text + used);
        wrong = act(s, line);
    }
    return wrong;
}

static const char *nothing_left(struct stage *s)
{
    stage_feed(s);
    struct ph_slice slice;
    if (s->loose)
        return NULL;
    if (s->event_first < s->event_count)
        return complain("not expected: event «%s»", s->events[s->event_first]);
    if (ph_machine_output(s->m, &slice, 1))
        return complain("not expected: «C: %.*s»", (int)slice.len, slice.data);
    return NULL;
}

const char *play(const char *script, struct play_how *how, size_t *octets)
{
    struct stage *s = calloc(1, sizeof(*s));
    char *server = malloc(SERVER);
    char *copy = strdup(script);
    const char *wrong = NULL;
    if (!s || !server || !copy)
        abort();
    s->how = how;
    s->server = server;
    s->opts = (struct ph_session_options){.size = sizeof(s->opts),
                                          .hello = "client.test",
                                          .trace = 2,
                                          .ahead = 1};
    s->auth.size = sizeof(s->auth);
    snprintf(s->body, LINE, "Hello\r\n");
    size_t line = 0;
    bool ended = false;
    for (char *at = copy; at && !wrong && !ended; line++) {
        char *lf = strchr(at, '\n');
        if (lf)
            *lf = '\0';
        wrong = act(s, at);
        if (wrong && how->tolerant && s->m)
            wrong = NULL;
        ended = how->look && s->m && how->look(s, line, how->user);
        at = lf ? lf + 1 : NULL;
    }
    if (!wrong && !ended && !how->tolerant)
        wrong = nothing_left(s);
    *octets = s->server_total;
    ph_machine_free(s->m);
    free(copy);
    free(server);
    free(s);
    return wrong ? complain("line %zu: %s", line, strdupa(wrong)) : NULL;
}
