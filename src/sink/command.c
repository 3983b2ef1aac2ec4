#include <string.h>

#include "base/text.h"
#include "sink/command.h"

static const struct {
    const char *name;
    size_t len;
} verbs[] = {
#define X(name) [PH__SINK_##name] = {#name, sizeof(#name) - 1},
    PH__SINK_VERB_MAP(X)
#undef X
};

static enum ph__sink_verb find_verb(const char *s, size_t len)
{
    for (size_t i = 0; i < PH__SINK_UNKNOWN; i++)
        if (verbs[i].len == len && ph__text_same_len(verbs[i].name, s, len))
            return (enum ph__sink_verb)i;
    return PH__SINK_UNKNOWN;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct ph_slice trim(const char *s, size_t len)
{
    while (len && is_blank(*s)) {
        s++;
        len--;
    }
    while (len && is_blank(s[len - 1]))
        len--;
    return (struct ph_slice){s, len};
}

struct ph__sink_command ph__sink_command_parse(const char *line, size_t len)
{
    const char *blank = memchr(line, ' ', len);
    size_t verb_len = blank ? (size_t)(blank - line) : len;
    return (struct ph__sink_command){.verb = find_verb(line, verb_len),
                                     .argument =
                                         trim(line + verb_len, len - verb_len)};
}

/* The > that ends a path: one inside quotes does not. */
static const char *path_end(const char *s, size_t len)
{
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (quoted && s[i] == '\\')
            i++;
        else if (s[i] == '"')
            quoted = !quoted;
        else if (s[i] == '>' && !quoted)
            return s + i;
    }
    return NULL;
}

/* RFC 5321 4.1.1.3 and appendix C: "@a,@b:" must be accepted, and ignored. */
static struct ph_slice without_route(const char *s, size_t len)
{
    const char *colon = len && *s == '@' ? memchr(s, ':', len) : NULL;
    size_t skip = colon ? (size_t)(colon - s) + 1 : 0;
    return (struct ph_slice){s + skip, len - skip};
}

const char *ph__sink_path_parse(struct ph__sink_path *out,
                                struct ph_slice argument, const char *keyword)
{
    size_t skip = strlen(keyword);
    if (argument.len < skip || !ph__text_same_len(argument.data, keyword, skip))
        return "FROM: or TO: and a path in < > are wanted";
    const char *s = argument.data + skip;
    size_t len = argument.len - skip;
    /* RFC 5321 3.3: no blank on either side of the colon. */
    if (!len || *s != '<')
        return "a path in < > must follow the colon at once";
    const char *end = path_end(s + 1, len - 1);
    if (!end)
        return "the path has no >";
    size_t behind = len - (size_t)(end + 1 - s);
    if (behind && end[1] != ' ')
        return "a blank must follow the >";
    out->address = without_route(s + 1, (size_t)(end - s - 1));
    out->parameters = trim(end + 1, behind);
    return NULL;
}

bool ph__sink_chunk_parse(uint64_t *out, bool *last, struct ph_slice argument)
{
    static const char word[] = "LAST";
    const char *blank = memchr(argument.data, ' ', argument.len);
    size_t len = blank ? (size_t)(blank - argument.data) : argument.len;
    struct ph_slice behind = trim(argument.data + len, argument.len - len);
    bool is_last = behind.len == sizeof(word) - 1 &&
                   ph__text_same_len(behind.data, word, behind.len);
    if (behind.len && !is_last)
        return false;
    if (!ph__text_to_u64(argument.data, len, out))
        return false;
    *last = is_last;
    return true;
}

/* esmtp-keyword, RFC 5321 4.1.2. */
static bool is_keyword(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(s[i]) && !(i && s[i] == '-'))
            return false;
    return len > 0;
}

bool ph__sink_parameter_next(struct ph__sink_parameter *out,
                             struct ph_slice *rest)
{
    *rest = trim(rest->data, rest->len);
    if (!rest->len)
        return false;
    const char *blank = memchr(rest->data, ' ', rest->len);
    size_t len = blank ? (size_t)(blank - rest->data) : rest->len;
    const char *equals = memchr(rest->data, '=', len);
    size_t name_len = equals ? (size_t)(equals - rest->data) : len;
    out->name = (struct ph_slice){rest->data, name_len};
    out->value = (struct ph_slice){0};
    if (equals)
        out->value = (struct ph_slice){equals + 1, len - name_len - 1};
    /* esmtp-value is not empty and has no second '='. */
    if (!is_keyword(rest->data, name_len) ||
        (equals &&
         (!out->value.len || memchr(out->value.data, '=', out->value.len))))
        out->name.len = 0;
    rest->data += len;
    rest->len -= len;
    return true;
}
