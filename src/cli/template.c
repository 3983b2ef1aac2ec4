#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/template.h"

enum { TEMPLATE_MAX = 64 * 1024 * 1024, WHY_MAX = 1024 };

static size_t name_length(const char *field)
{
    return strcspn(field, ":\r\n");
}

static bool same_name(const char *field, const char *name, size_t len)
{
    return name_length(field) == len && ph__text_same_len(field, name, len);
}

/* Does an option say this header instead? */
static bool replaced(const struct cli_template *t, const char *field)
{
    if ((t->from && same_name(field, "From", 4)) ||
        (t->subject && same_name(field, "Subject", 7)))
        return true;
    if (t->text && (same_name(field, "Content-Type", 12) ||
                    same_name(field, "Content-Transfer-Encoding", 25)))
        return true;
    for (size_t i = 0; i < t->header_count; i++)
        if (same_name(field, t->headers[i], name_length(t->headers[i])))
            return true;
    return false;
}

static const char *line_end(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static bool is_empty_line(const char *line)
{
    return line[strspn(line, "\r")] == '\n';
}

/* Adds the headers of `text` that no option replaces; *body is what follows
 * their empty line. */
static int add_headers(struct ph__buf *out, const struct cli_template *t,
                       const char *text, const char **body)
{
    bool skip = false;
    int rc = PH_OK;
    const char *line = text;
    for (; *line && !is_empty_line(line) && !rc; line = line_end(line)) {
        if (*line != ' ' && *line != '\t')
            skip = replaced(t, line);
        if (!skip)
            rc = ph__buf_add(out, line, (size_t)(line_end(line) - line));
    }
    if (!rc && out->len && out->data[out->len - 1] != '\n')
        rc = ph__buf_add_char(out, '\n');
    *body = *line ? line_end(line) : line;
    return rc;
}

/* Does the file say who it is from, or an option? */
static bool names_from(const struct cli_template *t, const char *line)
{
    for (size_t i = 0; i < t->header_count; i++)
        if (same_name(t->headers[i], "From", 4))
            return true;
    while (*line && !is_empty_line(line) && !same_name(line, "From", 4))
        line = line_end(line);
    return t->from || (*line && !is_empty_line(line));
}

static int add_options(struct ph__buf *out, const struct cli_template *t,
                       const char *text)
{
    const char *from = names_from(t, text) ? t->from : t->sender;
    int rc = from ? ph__buf_format(out, "From: %s\n", from) : PH_OK;
    if (!rc && t->subject)
        rc = ph__buf_format(out, "Subject: %s\n", t->subject);
    for (size_t i = 0; !rc && i < t->header_count; i++)
        rc = ph__buf_format(out, "%s\n", t->headers[i]);
    return rc;
}

/* A line end in an option would begin a header of its own (S28). */
static bool has_controls(const char *s)
{
    return s && !ph__text_no_controls(s, strlen(s));
}

static int check_options(const struct cli_template *t)
{
    const char *wrong = has_controls(t->from)      ? "--from"
                        : has_controls(t->subject) ? "--subject"
                                                   : NULL;
    for (size_t i = 0; i < t->header_count && !wrong; i++)
        wrong = has_controls(t->headers[i]) ? "--header" : NULL;
    if (!wrong)
        return EXIT_DONE;
    cli_error("%s has a control character: leave that out", wrong);
    return EXIT_BAD_DATA;
}

static int read_files(struct ph__buf *file, struct ph__buf *text,
                      const struct cli_template *t)
{
    int status = check_options(t);
    if (!status && t->path)
        status = cli_file_read(file, t->path);
    if (!status && file->data && memchr(file->data, '\0', file->len)) {
        cli_error("%s holds a NUL: it is not text", t->path);
        status = EXIT_BAD_DATA;
    }
    if (!status && t->text)
        status = cli_file_text(text, t->text);
    return status;
}

int cli_template_text(struct ph__buf *out, const struct cli_template *t)
{
    struct ph__buf file = PH__BUF(TEMPLATE_MAX), text = PH__BUF(TEMPLATE_MAX);
    int status = read_files(&file, &text, t);
    if (!status) {
        const char *begin = ph__buf_text(&file);
        const char *body;
        if (strncmp(begin, "\xEF\xBB\xBF", 3) == 0)
            begin += 3;
        int rc = add_headers(out, t, begin, &body);
        if (!rc)
            rc = add_options(out, t, begin);
        if (!rc)
            rc = ph__buf_add_char(out, '\n');
        if (!rc)
            rc = ph__buf_add_text(out, t->text ? ph__buf_text(&text) : body);
        if (rc)
            cli_error("%s", ph_strerror(rc));
        status = rc ? EXIT_TRY_LATER : EXIT_DONE;
    }
    ph__buf_done(&file);
    ph__buf_done(&text);
    return status;
}

int cli_template_make(struct ph__template **out, struct cli_template *t)
{
    struct ph__buf text = PH__BUF(2 * TEMPLATE_MAX), why = PH__BUF(WHY_MAX);
    int status = cli_template_text(&text, t);
    struct ph__template *made = NULL;
    int rc = status
                 ? PH_OK
                 : ph__template_new(&made, ph__buf_text(&text), text.len, &why);
    if (rc) {
        cli_error("%s: %s: correct it", t->path ? t->path : "the message",
                  why.len ? ph__buf_text(&why) : ph_strerror(rc));
        status = rc == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
    }
    if (!status)
        status = cli_identity_of_text(t->digest, ph__buf_text(&text), text.len);
    t->octets = text.len;
    if (status)
        ph__template_free(made);
    else
        *out = made;
    ph__buf_done(&text);
    ph__buf_done(&why);
    return status;
}
