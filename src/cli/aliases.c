#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/aliases.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/wrong.h"

enum { FILE_ROOM = 64 * 1024 };

static int wrong(const struct cli_aliases *a, unsigned line, const char *what)
{
    cli_error("%s:%u: %s", a->path, line, what);
    return EXIT_BAD_CONFIG;
}

/* ---- lines ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool says_nothing(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && is_blank(line[i]))
        i++;
    return i == len || line[i] == '#';
}

static bool has_controls(const char *line, size_t len)
{
    while (len && line[len - 1] == '\r')
        len--;
    for (size_t i = 0; i < len; i++)
        if (line[i] != '\t' && !ph__text_no_controls(line + i, 1))
            return true;
    return false;
}

/* Where the name at `line` ends, behind its quote if it has one; NULL if it is
 * none. `*name` loses the quotes. */
static char *end_of_name(char **name, char *line, char *end)
{
    if (*line == '"') {
        char *quote = memchr(line + 1, '"', (size_t)(end - line - 1));
        *name = line + 1;
        if (!quote || quote == line + 1)
            return NULL;
        *quote = '\0';
        return quote + 1;
    }
    char *at = line;
    while (at < end && !is_blank(*at) && *at != ':' && *at != '"')
        at++;
    *name = line;
    return at > line ? at : NULL;
}

static int take_alias(struct cli_aliases *a, char *line, char *end,
                      unsigned number)
{
    char *name;
    char *at = end_of_name(&name, line, end);
    char *name_end = at;
    while (at && at < end && is_blank(*at))
        at++;
    if (!at || at == end || *at != ':')
        return wrong(a, number, "this is no alias: write name: address");
    *at = *name_end = '\0';
    if (a->count == CLI_ALIASES_MAX)
        return wrong(a, number, "these are too many aliases: write fewer");
    a->items[a->count++] =
        (struct cli_alias){.name = name, .targets = at + 1, .line = number};
    return EXIT_DONE;
}

/* Line ends and remarks within an alias become blanks; the line end in front
 * of the next one ends it. */
static int take_line(struct cli_aliases *a, char *line, size_t len,
                     unsigned number)
{
    if (says_nothing(line, len)) {
        memset(line, ' ', len);
        return EXIT_DONE;
    }
    if (has_controls(line, len))
        return wrong(a, number,
                     "a control character is in this line: leave it out");
    if (!is_blank(*line)) {
        if (a->count)
            line[-1] = '\0';
        return take_alias(a, line, line + len, number);
    }
    return a->count ? EXIT_DONE
                    : wrong(a, number,
                            "this goes on with an alias, but none has begun: "
                            "leave out the blanks in front");
}

/* ---- by name ---- */

static int by_name(const void *a, const void *b)
{
    const struct cli_alias *one = a, *other = b;
    int order = strcasecmp(one->name, other->name);
    return order ? order
                 : (one->line > other->line) - (one->line < other->line);
}

static int sort(struct cli_aliases *a)
{
    qsort(a->items, a->count, sizeof(*a->items), by_name);
    for (size_t i = 1; i < a->count; i++)
        if (strcasecmp(a->items[i - 1].name, a->items[i].name) == 0)
            return wrong(a, a->items[i].line,
                         "this name was there before: make one of the two");
    return EXIT_DONE;
}

static int key_to_name(const void *key, const void *item)
{
    const struct ph_slice *name = key;
    const char *other = ((const struct cli_alias *)item)->name;
    size_t len = strlen(other);
    int order =
        strncasecmp(name->data, other, name->len < len ? name->len : len);
    return order ? order : (name->len > len) - (name->len < len);
}

struct cli_alias *cli_aliases_find(const struct cli_aliases *a,
                                   struct ph_slice name)
{
    return a->count ? bsearch(&name, a->items, a->count, sizeof(*a->items),
                              key_to_name)
                    : NULL;
}

/* ---- the file ---- */

static size_t count_lines(const struct ph__buf *text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text->len; i++)
        lines += text->data[i] == '\n';
    return lines;
}

static int take_lines(struct cli_aliases *a)
{
    size_t most = count_lines(&a->text);
    if (most > CLI_ALIASES_MAX)
        most = CLI_ALIASES_MAX;
    a->items = calloc(most, sizeof(*a->items));
    if (!a->items)
        return cli_wrong_memory();
    char *end = a->text.data + a->text.len;
    int status = EXIT_DONE;
    unsigned number = 0;
    for (char *line = a->text.data; line < end && !status;) {
        char *lf = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((lf ? lf : end) - line);
        status = take_line(a, line, len, ++number);
        for (char *c = line; c < line + len; c++)
            if (is_blank(*c))
                *c = ' ';
        if (lf)
            *lf = ' ';
        line += len + 1;
    }
    return status;
}

int cli_aliases_read(struct cli_aliases *out, const char *path)
{
    struct cli_aliases a = {.path = path,
                            .text = PH__BUF(CLI_ALIASES_OCTETS + FILE_ROOM)};
    int status = cli_file_read(&a.text, path);
    if (status == EXIT_NO_INPUT || status == EXIT_BAD_DATA)
        status = EXIT_BAD_CONFIG; /* it is named there */
    if (!status && a.text.len)
        status = take_lines(&a);
    if (!status && a.count)
        status = sort(&a);
    if (status)
        cli_aliases_done(&a);
    else
        *out = a;
    return status;
}

void cli_aliases_done(struct cli_aliases *a)
{
    ph__buf_done(&a->text);
    free(a->items);
    *a = (struct cli_aliases){0};
}

/* ---- targets ---- */

/* The comma behind what begins at `at`, or its end. */
static const char *end_of_target(const char *at)
{
    bool quoted = false;
    for (; *at && (quoted || *at != ','); at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '"')
            quoted = !quoted;
    }
    return at;
}

enum cli_target cli_alias_target(struct ph_slice *out, const char **at)
{
    *at += strspn(*at, " ,");
    if (!**at)
        return CLI_TARGET_END;
    const char *begin = *at;
    const char *end = end_of_target(begin);
    *at = end;
    while (end > begin && end[-1] == ' ')
        end--;
    *out = (struct ph_slice){begin, (size_t)(end - begin)};
    const char *first = begin + (*begin == '"');
    if (*first == '|' || *first == '/' ||
        ph__text_same_len(first, ":include:", 9))
        return CLI_TARGET_UNFIT;
    if (*begin != '\\')
        return CLI_TARGET_LIST;
    out->data++;
    out->len--;
    return CLI_TARGET_FINAL;
}
