#include <string.h>

#include "base/text.h"
#include "cli/tags.h"

/* What is behind these is not HTML up to their end tag. */
static const char *const raw[] = {"script",   "style",  "title",   "xmp",
                                  "textarea", "iframe", "noembed", "noframes"};

struct tag {
    struct ph_slice name;
    struct ph_slice src; /* data NULL: it has none */
};

static bool is_letter(char c)
{
    return ph__text_is_alnum(c) && !ph__text_is_digit(c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The character `ahead` of where we are; '\0' behind the end. */
static char peek(const struct cli_tags *t, size_t ahead)
{
    size_t left = t->html.len - t->at;
    return ahead < left ? t->html.data[t->at + ahead] : '\0';
}

static bool more(const struct cli_tags *t)
{
    return t->at < t->html.len;
}

static bool begins(const struct cli_tags *t, const char *text)
{
    size_t len = strlen(text);
    return t->html.len - t->at >= len &&
           ph__text_same_len(t->html.data + t->at, text, len);
}

static void skip_blanks(struct cli_tags *t)
{
    while (more(t) && is_blank(peek(t, 0)))
        t->at++;
}

/* To `c`, or the end. */
static void go_to(struct cli_tags *t, char c)
{
    const char *from = t->html.data + t->at;
    const char *found = more(t) ? memchr(from, c, t->html.len - t->at) : NULL;
    t->at = found ? (size_t)(found - t->html.data) : t->html.len;
}

static void go_behind(struct cli_tags *t, char c)
{
    go_to(t, c);
    t->at += more(t);
}

static struct ph_slice since(const struct cli_tags *t, size_t begin)
{
    return (struct ph_slice){t->html.data + begin, t->at - begin};
}

/* ---- what is no tag ---- */

/* "<!-->" and "<!--->" end at once. */
static void skip_comment(struct cli_tags *t)
{
    t->at += strlen("<!--");
    if (begins(t, ">") || begins(t, "->")) {
        go_behind(t, '>');
        return;
    }
    while (more(t) && !begins(t, "-->") && !begins(t, "--!>"))
        t->at++;
    go_behind(t, '>');
}

static bool ends_name(char c)
{
    return is_blank(c) || c == '/' || c == '>';
}

static bool at_end_tag(struct cli_tags *t, const char *name)
{
    struct cli_tags behind = {.html = t->html, .at = t->at + 2};
    return begins(t, "</") && begins(&behind, name) &&
           ends_name(peek(&behind, strlen(name)));
}

/* To the end tag of what is not HTML, or the end. */
static void skip_raw(struct cli_tags *t, const char *name)
{
    go_to(t, '<');
    while (more(t) && !at_end_tag(t, name)) {
        t->at++;
        go_to(t, '<');
    }
}

static void skip_content(struct cli_tags *t, struct ph_slice name)
{
    if (ph__text_is(name, "plaintext"))
        t->at = t->html.len;
    for (size_t i = 0; i < sizeof(raw) / sizeof(*raw); i++)
        if (ph__text_is(name, raw[i]))
            skip_raw(t, raw[i]);
}

/* ---- a tag ---- */

static struct ph_slice take_quoted(struct cli_tags *t)
{
    char quote = peek(t, 0);
    size_t begin = ++t->at;
    go_to(t, quote);
    struct ph_slice value = since(t, begin);
    t->at += more(t);
    return value;
}

static struct ph_slice take_value(struct cli_tags *t)
{
    char c = peek(t, 0);
    if (more(t) && (c == '"' || c == '\''))
        return take_quoted(t);
    size_t begin = t->at;
    while (more(t) && !is_blank(peek(t, 0)) && peek(t, 0) != '>')
        t->at++;
    return since(t, begin);
}

/* Of the same attribute twice, the first counts. */
static void take_attribute(struct cli_tags *t, struct tag *tag)
{
    size_t begin = t->at++; /* a '=' that comes first belongs to the name */
    while (more(t) && !ends_name(peek(t, 0)) && peek(t, 0) != '=')
        t->at++;
    struct ph_slice name = since(t, begin);
    skip_blanks(t);
    struct ph_slice value = since(t, t->at);
    if (more(t) && peek(t, 0) == '=') {
        t->at++;
        skip_blanks(t);
        value = take_value(t);
    }
    if (!tag->src.data && ph__text_is(name, "src"))
        tag->src = value;
}

/* From its name on. False: the text ends within, and it is no tag. */
static bool take_tag(struct cli_tags *t, struct tag *tag)
{
    size_t begin = t->at;
    *tag = (struct tag){.src = {NULL, 0}};
    while (more(t) && !ends_name(peek(t, 0)))
        t->at++;
    tag->name = since(t, begin);
    while (more(t) && peek(t, 0) != '>') {
        if (is_blank(peek(t, 0)) || peek(t, 0) == '/')
            t->at++;
        else
            take_attribute(t, tag);
    }
    if (!more(t))
        return false;
    t->at++;
    return true;
}

/* The next start tag. */
static bool next_tag(struct cli_tags *t, struct tag *tag)
{
    for (go_to(t, '<'); more(t); go_to(t, '<')) {
        bool end = peek(t, 1) == '/';
        if (is_letter(peek(t, 1 + end))) {
            t->at += 1 + end;
            bool whole = take_tag(t, tag);
            if (whole && !end)
                return true;
        } else if (begins(t, "<!--")) {
            skip_comment(t);
        } else if (end || peek(t, 1) == '!' || peek(t, 1) == '?') {
            go_behind(t, '>');
        } else {
            t->at++;
        }
    }
    return false;
}

bool cli_tags_image(struct cli_tags *tags, struct ph_slice *out)
{
    struct tag tag;
    while (next_tag(tags, &tag)) {
        skip_content(tags, tag.name);
        if (!tag.src.data || !ph__text_is(tag.name, "img"))
            continue;
        *out = tag.src;
        return true;
    }
    return false;
}
