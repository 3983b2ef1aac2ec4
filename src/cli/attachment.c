#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/attachment.h"
#include "cli/options.h"
#include "cli/wrong.h"
#include "message/id.h"
#include "message/limits.h"
#include "message/parameter.h"

enum key { TYPE, NAME, CID, KEYS };
static const char *const keys[] = {
    [TYPE] = ";type=", [NAME] = ";name=", [CID] = ";cid="};

static const char *option_of(enum cli_attach_as as)
{
    return as == CLI_INLINE ? "--inline" : "--attach";
}

static int refuse(const struct cli_attachment *a, const char *words,
                  const char *advice)
{
    cli_error("%s %s: %s", option_of(a->as), words, advice);
    return EXIT_USAGE_ERROR;
}

/* ---- taking it apart, in place ---- */

static enum key key_at(const char *s)
{
    enum key key = TYPE;
    while (key < KEYS && strncmp(s, keys[key], strlen(keys[key])) != 0)
        key++;
    return key;
}

static char *next_key(char *s)
{
    while (*s && (*s != ';' || key_at(s) == KEYS))
        s++;
    return s;
}

/* What is quoted at `s`, moved to where it begins, so that it only shrinks;
 * *end is behind the closing quote. NULL: there is none. */
static char *unquote(char *s, char **end)
{
    char *to = s, *from = s + 1;
    for (; *from && *from != '"'; from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        *to++ = *from;
    }
    if (!*from)
        return NULL;
    *end = from + 1;
    *to = '\0';
    return s;
}

/* The value at `s`; *end, which may be overwritten, is behind it. */
static const char *take_value(char *s, char **end)
{
    if (*s == '"')
        return unquote(s, end);
    *end = next_key(s);
    return s;
}

static const char **slot_of(struct cli_attachment *a, enum key key)
{
    const char **const slots[] = {
        [TYPE] = &a->type, [NAME] = &a->name, [CID] = &a->cid};
    return slots[key];
}

/* The words from the first key on. */
static int take_words(struct cli_attachment *a, char *at)
{
    while (*at) {
        enum key key = key_at(at);
        if (key == KEYS)
            return refuse(a, "has something behind a quote",
                          "only ;type=, ;name= or ;cid= may follow");
        char *value = at + strlen(keys[key]), *end = value;
        *at = '\0'; /* ends what was before */
        const char **slot = slot_of(a, key);
        if (*slot)
            return refuse(a, "says the same twice",
                          "give one type=, one name=, one cid=");
        *slot = take_value(value, &end);
        if (!*slot)
            return refuse(a, "has a quote that does not end",
                          "inside quotes write \\\" for \" and \\\\ for \\");
        at = end;
    }
    return EXIT_DONE;
}

/* ---- may it be so? ---- */

static bool has_fields(const char *s)
{
    return strstr(s, "{{") != NULL;
}

static const char *type_problem(const char *type)
{
    if (ph__type_is(type, "multipart/"))
        return "is made of parts";
    return ph__type_problem(type);
}

/* "left@right", or what could be its left side. */
static bool is_cid(const char *cid)
{
    char whole[PH__MESSAGE_ID_MAX + 1];
    size_t len = strlen(cid);
    if (strchr(cid, '@'))
        return ph__id_is_valid(cid, len);
    if (len > PH__MESSAGE_ID_MAX - CLI_CID_RIGHT_MAX - 1)
        return false;
    memcpy(whole, cid, len);
    memcpy(whole + len, "@x", 2);
    return ph__id_is_valid(whole, len + 2);
}

static int refuse_value(const struct cli_attachment *a, const char *key,
                        const char *value, const char *problem,
                        const char *advice)
{
    cli_error("%s: %s '%s' %s: %s", option_of(a->as), key, value, problem,
              advice);
    return EXIT_USAGE_ERROR;
}

static int check(const struct cli_attachment *a)
{
    const char *problem = NULL;
    if (!*a->path)
        return refuse(a, "names no file", "give FILE, or - for standard input");
    if (a->cid && a->as != CLI_INLINE)
        return refuse(a, "takes no cid=", "give --inline FILE;cid=ID");
    if (strcmp(a->path, "-") == 0 && !a->name)
        return refuse(a, "has no name for standard input",
                      "add one: '-;name=report.txt'");
    if (a->type && (problem = type_problem(a->type)))
        return refuse_value(a, "type", a->type, problem,
                            "give one such as image/png");
    if (a->name && !has_fields(a->name) &&
        (problem = ph__file_name_problem(a->name)))
        return refuse_value(a, "name", a->name, problem, "give another");
    if (a->cid && !has_fields(a->cid) && !is_cid(a->cid))
        return refuse_value(a, "cid", a->cid, "cannot be a Content-ID",
                            "give one such as logo, or logo@example.org");
    return EXIT_DONE;
}

int cli_attachment_parse(struct cli_attachment *out, enum cli_attach_as as,
                         const char *text)
{
    struct cli_attachment a = {.as = as};
    if (ph__text_copy(&a.memory, text))
        return cli_wrong_memory();
    a.path = a.memory;
    int status = take_words(&a, next_key(a.memory));
    if (!status)
        status = check(&a);
    if (status)
        cli_attachment_done(&a);
    else
        *out = a;
    return status;
}

void cli_attachment_done(struct cli_attachment *a)
{
    free(a->memory);
    *a = (struct cli_attachment){.as = CLI_ATTACHED};
}

/* ---- all of them ---- */

int cli_attachments_add(struct cli_attachments *list, enum cli_attach_as as,
                        const char *text)
{
    struct cli_attachment *items =
        realloc(list->items, (list->count + 1) * sizeof(*items));
    if (!items)
        return cli_wrong_memory();
    list->items = items;
    int status = cli_attachment_parse(&items[list->count], as, text);
    list->count += !status;
    return status;
}

void cli_attachments_done(struct cli_attachments *list)
{
    for (size_t i = 0; i < list->count; i++)
        cli_attachment_done(&list->items[i]);
    free(list->items);
    *list = (struct cli_attachments){0};
}
