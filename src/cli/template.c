#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/enclosures.h"
#include "cli/file.h"
#include "cli/images.h"
#include "cli/options.h"
#include "cli/template.h"
#include "cli/wrong.h"
#include "message/limits.h"

enum { TEMPLATE_MAX = 64 * 1024 * 1024 };

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
    if (t->unsubscribe.count && (same_name(field, "List-Unsubscribe", 16) ||
                                 same_name(field, "List-Unsubscribe-Post", 21)))
        return true;
    for (size_t i = 0; i < t->headers.count; i++)
        if (same_name(field, t->headers.items[i],
                      name_length(t->headers.items[i])))
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
    for (size_t i = 0; i < t->headers.count; i++)
        if (same_name(t->headers.items[i], "From", 4))
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
    for (size_t i = 0; !rc && i < t->headers.count; i++)
        rc = ph__buf_format(out, "%s\n", t->headers.items[i]);
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
    for (size_t i = 0; i < t->headers.count && !wrong; i++)
        wrong = has_controls(t->headers.items[i]) ? "--header" : NULL;
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
        cli_error("%s holds a NUL, and text has none: give another file",
                  t->path);
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
            cli_wrong_code(rc);
        status = rc ? EXIT_TRY_LATER : EXIT_DONE;
    }
    ph__buf_done(&file);
    ph__buf_done(&text);
    return status;
}

/* "<ann@x.org>" is how many write an envelope address; '<>' is nobody. */
static int set_sender(struct ph_template *made, const char *address)
{
    struct ph__buf bare = PH__BUF(TEMPLATE_MAX);
    size_t len = strlen(address);
    bool bracketed = len > 1 && address[0] == '<' && address[len - 1] == '>';
    int rc = ph__buf_add(&bare, address + bracketed, len - 2 * bracketed);
    if (!rc)
        ph_template_sender(made, ph__buf_text(&bare));
    else
        cli_wrong_code(rc);
    ph__buf_done(&bare);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* What stands beside header and text. */
struct rest {
    struct ph__buf html;
    struct cli_enclosures list;
};

static int no_memory(void)
{
    return cli_wrong_memory();
}

/* The HTML, and what it shows goes into the list. */
static int read_html(struct rest *rest, const char *value)
{
    struct ph__buf html = PH__BUF(TEMPLATE_MAX);
    char *base = NULL;
    int status = cli_file_text(&html, value);
    if (!status && cli_images_base(&base, value))
        status = no_memory();
    if (!status)
        status = cli_images_take(
            &rest->html, &rest->list,
            (struct ph_slice){ph__buf_text(&html), html.len}, base);
    free(base);
    ph__buf_done(&html);
    return status;
}

static int read_rest(struct rest *rest, const struct cli_template *t)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < t->attachments.count && !status; i++) {
        const struct cli_attachment *a = &t->attachments.items[i];
        status = strstr(a->path, "{{") ? cli_enclosures_expect(&rest->list, a)
                                       : cli_enclosures_add(&rest->list, a);
    }
    return status || !t->html ? status : read_html(rest, t->html);
}

static int set_rest(struct ph_template *made, const struct cli_template *t,
                    const struct rest *rest)
{
    int status = EXIT_DONE;
    if (t->html)
        ph_template_html(made, ph__buf_text(&rest->html));
    if (t->envelope_from)
        status = set_sender(made, t->envelope_from);
    for (size_t i = 0; i < t->unsubscribe.count; i++)
        ph_template_list_unsubscribe(made, t->unsubscribe.items[i]);
    for (size_t i = 0; i < rest->list.count; i++) {
        struct ph_attachment a = cli_enclosure_attachment(&rest->list.at[i]);
        ph_template_attach(made, &a);
    }
    return status;
}

static int add_enclosure(struct ph__buf *out, const struct cli_enclosure *e)
{
    return ph__buf_format(out, "\n--attach\n%s\n%s\n%s\n%s\n%s",
                          e->by_row ? e->path : "", e->name,
                          e->type ? e->type : "", e->cid ? e->cid : "",
                          e->octets.digest);
}

/* What makes it another template, behind its header and text. */
static int add_rest(struct ph__buf *out, const struct cli_template *t,
                    const struct rest *rest)
{
    int rc =
        t->html ? ph__buf_format(out, "\n--html\n%s", ph__buf_text(&rest->html))
                : PH_OK;
    if (!rc && t->envelope_from)
        rc = ph__buf_format(out, "\n--envelope-from\n%s", t->envelope_from);
    for (size_t i = 0; !rc && i < t->unsubscribe.count; i++)
        rc = ph__buf_format(out, "\n--list-unsubscribe\n%s",
                            t->unsubscribe.items[i]);
    for (size_t i = 0; !rc && i < rest->list.count; i++)
        rc = add_enclosure(out, &rest->list.at[i]);
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* What a row takes: a file for all of them is there once, but for a short one,
 * which is copied, and takes a third more, encoded (RFC 2045 6.8). */
static size_t count_octets(const struct ph__buf *text, const struct rest *rest)
{
    size_t count = text->len;
    for (size_t i = 0; i < rest->list.count; i++) {
        size_t encoded = rest->list.at[i].octets.len / 3 * 4;
        count += encoded <= PH__COPY_MAX ? encoded : 0;
    }
    return count;
}

static int status_of(int rc)
{
    if (rc == PH_E_NOMEM)
        return EXIT_TRY_LATER;
    return rc == PH_E_SYSTEM ? EXIT_NO_INPUT : EXIT_BAD_DATA;
}

static int settle(const struct ph_template *made, const struct cli_template *t)
{
    int rc = ph_template_check(made);
    if (!rc)
        return EXIT_DONE;
    cli_error("%s: %s: correct it", t->path ? t->path : "the message",
              ph_template_problem(made));
    return status_of(rc);
}

static int make(struct ph_template **out, struct cli_template *t,
                struct ph__buf *text, struct rest *rest)
{
    int status = cli_template_text(text, t);
    if (!status)
        status = read_rest(rest, t);
    if (status)
        return status;
    struct ph_template *made = ph_template_new(ph__buf_text(text), text->len);
    status = set_rest(made, t, rest);
    if (!status)
        status = settle(made, t);
    if (!status)
        status = add_rest(text, t, rest);
    if (!status)
        status = cli_identity_of_text(t->digest, ph__buf_text(text), text->len);
    if (status)
        ph_template_free(made);
    else
        *out = made;
    return status;
}

int cli_template_make(struct ph_template **out, struct cli_template *t)
{
    struct ph__buf text = PH__BUF(3 * TEMPLATE_MAX);
    struct rest rest = {.html = PH__BUF(TEMPLATE_MAX)};
    int status = make(out, t, &text, &rest);
    t->octets = count_octets(&text, &rest);
    cli_enclosures_done(&rest.list);
    ph__buf_done(&rest.html);
    ph__buf_done(&text);
    return status;
}
