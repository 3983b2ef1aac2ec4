#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/wrong.h"

/* libinih would read such files, too. As distributions build it, it tells no
 * line numbers and no empty sections, cuts a line that is too long in two, ends
 * a password at " ;", and keeps its rules in global variables: for a file of
 * secrets that is too little and too much. */

/* ---- the file ---- */

static int cannot_read(const char *path, const char *why)
{
    cli_error("%s cannot be read: %s: correct it, or do without accounts", path,
              why);
    return EXIT_BAD_CONFIG;
}

/* What may be read or written is asked of what was opened: a name could lead
 * somewhere else by now. */
static int check_file(struct cli_config *c, int fd, size_t *size)
{
    struct stat st;
    if (fstat(fd, &st))
        return cannot_read(c->path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return cannot_read(c->path, "it is no file");
    if (st.st_size > CLI_CONFIG_OCTETS)
        return cannot_read(c->path, "it is larger than a megabyte");
    if (st.st_mode & S_IWOTH) { /* and a command may stand in it */
        cli_error("%s: everybody may write to it: chmod o-w %s", c->path,
                  c->path);
        return EXIT_BAD_CONFIG;
    }
    c->shared = st.st_mode & (S_IRGRP | S_IROTH);
    *size = (size_t)st.st_size;
    return EXIT_DONE;
}

/* All of the room at once: growing would leave copies of secrets behind. */
static int read_all(struct cli_config *c, int fd, size_t size)
{
    if (ph__buf_reserve(&c->text, size + 1))
        return cli_wrong_memory();
    while (c->text.len <= size) { /* one more: has it grown? */
        ssize_t n =
            read(fd, c->text.data + c->text.len, size + 1 - c->text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cannot_read(c->path, strerror(errno));
        if (n == 0)
            break;
        c->text.len += (size_t)n;
    }
    c->text.data[c->text.len] = '\0';
    if (c->text.len <= size)
        return EXIT_DONE;
    cli_error("%s grows while it is read: try again", c->path);
    return EXIT_TRY_LATER;
}

/* ---- its lines ---- */

int cli_config_wrong(const struct cli_config *c, const struct cli_setting *at,
                     const char *what)
{
    cli_error("%s:%u: %s", c->path, at->line, what);
    return EXIT_BAD_CONFIG;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the blanks off; the NUL takes the place of one, or of what follows. */
static char *trim(char *text, char *end)
{
    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

static int take_section(struct cli_config *c, struct cli_setting *s, char *line)
{
    char *end = strchr(line, ']');
    if (!end || end[1])
        return cli_config_wrong(c, s, "a section is written [NAME]");
    s->value = trim(line + 1, end);
    if (!*s->value)
        return cli_config_wrong(c, s, "the section has no name: write [NAME]");
    for (size_t i = 0; i < c->count; i++)
        if (!c->settings[i].key &&
            ph__text_same(c->settings[i].value, s->value))
            return cli_config_wrong(
                c, s, "this section was there before: make one of the two");
    return EXIT_DONE;
}

static int take_setting(struct cli_config *c, struct cli_setting *s, char *line)
{
    char *equals = strchr(line, '=');
    if (!equals)
        return cli_config_wrong(
            c, s, "this is no setting: write key = value, [NAME] or # remark");
    s->value = equals + 1 + strspn(equals + 1, " \t");
    s->key = trim(line, equals);
    if (!c->count)
        return cli_config_wrong(c, s,
                                "no section has begun: write [NAME] above it");
    return EXIT_DONE;
}

static bool has_controls(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) /* what stands around = may be a tab */
        if (line[i] != '\t' && !ph__text_no_controls(line + i, 1))
            return true;
    return false;
}

static int take_line(struct cli_config *c, char *line, size_t len,
                     unsigned number)
{
    struct cli_setting s = {.line = number};
    while (len && is_blank(line[len - 1]))
        len--;
    for (; len && is_blank(*line); len--)
        line++;
    if (!len || *line == '#' || *line == ';')
        return EXIT_DONE;
    if (has_controls(line, len))
        return cli_config_wrong(
            c, &s, "a control character is in this line: leave it out");
    if (c->count == CLI_CONFIG_LINES)
        return cli_config_wrong(c, &s, "these are too many lines: write fewer");
    line[len] = '\0'; /* where a blank or the line's end was */
    int status =
        *line == '[' ? take_section(c, &s, line) : take_setting(c, &s, line);
    if (!status)
        c->settings[c->count++] = s;
    return status;
}

static int take_lines(struct cli_config *c)
{
    char *end = c->text.data + c->text.len;
    size_t most = 1;
    for (const char *at = c->text.data; at < end; at++)
        most += *at == '\n';
    if (most > CLI_CONFIG_LINES)
        most = CLI_CONFIG_LINES;
    c->settings = calloc(most, sizeof(*c->settings));
    if (!c->settings)
        return cli_wrong_memory();
    int status = EXIT_DONE;
    unsigned number = 0;
    for (char *line = c->text.data; line < end && !status;) {
        char *lf = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((lf ? lf : end) - line);
        status = take_line(c, line, len, ++number);
        line += len + 1;
    }
    return status;
}

/* ---- all of it ---- */

static int read_open(struct cli_config *c, int fd)
{
    size_t size = 0;
    int status = check_file(c, fd, &size);
    if (!status)
        status = read_all(c, fd, size);
    return status ? status : take_lines(c);
}

int cli_config_read(struct cli_config *out, const char *path, bool private)
{
    struct cli_config c = {.path = path,
                           .text = PH__BUF(CLI_CONFIG_OCTETS + 1)};
    /* Not to wait for somebody who writes into a pipe. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool none = errno == ENOENT || errno == ENOTDIR;
    if (fd < 0 && !none && !(private && errno == EACCES))
        return cannot_read(path, strerror(errno));
    int status = fd < 0 ? EXIT_DONE : read_open(&c, fd);
    if (fd >= 0)
        close(fd);
    if (status)
        cli_config_done(&c);
    else
        *out = c;
    return status;
}

void cli_config_done(struct cli_config *c)
{
    ph__buf_wipe(&c->text);
    free(c->settings);
    *c = (struct cli_config){0};
}

struct cli_setting *cli_config_section(const struct cli_config *c,
                                       const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        struct cli_setting *s = &c->settings[i];
        if (!s->key && !s->taken && ph__text_same(s->value, name))
            return s;
    }
    return NULL;
}

const struct cli_setting *cli_config_next(const struct cli_config *c,
                                          const struct cli_setting *at)
{
    const struct cli_setting *next = at + 1;
    return next < c->settings + c->count && next->key ? next : NULL;
}
