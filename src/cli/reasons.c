#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "cli/reasons.h"

enum {
    DOMAIN_MAX = 255,       /* longer ones are cut, and are no domains */
    WORDS_MAX = 120,        /* of them, a server's */
    NAME_ROOM = 128 * 1024, /* while it is made: a word may be long */
    SLOTS = 2 * CLI_GROUPS_MAX
};

struct cli_group {
    char *name; /* NULL: the slot is free */
    const char *hint;
    uint64_t count;
};

static void free_groups(struct cli_groups *g)
{
    for (size_t i = 0; g->slots && i < SLOTS; i++)
        free(g->slots[i].name);
    free(g->slots);
}

void cli_reasons_done(struct cli_reasons *r)
{
    free_groups(&r->reasons);
    free_groups(&r->domains);
    *r = (struct cli_reasons){0};
}

/* ---- names ---- */

/* What stands for a word: itself, or what all words of its kind have in common.
 */
static const char *stand_in(const char *word, size_t len)
{
    if (memchr(word, '@', len))
        return "<...>";
    for (size_t i = 0; i < len; i++)
        if (ph__text_is_digit(word[i]))
            return "#";
    return NULL;
}

int cli_reasons_normalise(struct ph__buf *out, const char *text)
{
    size_t begin = out->len, len;
    int rc = PH_OK;
    for (; *text && !rc && out->len - begin < WORDS_MAX; text += len) {
        text += strspn(text, " \t\r\n");
        len = strcspn(text, " \t\r\n");
        const char *instead = stand_in(text, len);
        if (len && out->len > begin)
            rc = ph__buf_add_char(out, ' ');
        if (!rc && instead)
            rc = ph__buf_add_text(out, instead);
        else if (!rc)
            rc = ph__buf_add(out, text, len);
    }
    if (!rc && out->len - begin > WORDS_MAX)
        out->data[out->len = begin + WORDS_MAX] = '\0';
    if (!rc && out->len > begin)
        ph__text_make_printable(out->data + begin, out->len - begin, false);
    return rc;
}

static int add_reason(struct ph__buf *out, const struct cli_fate *fate)
{
    const struct ph_reply *reply = &fate->reply;
    const int *e = reply->enhanced;
    int rc = ph__buf_format(out, "%s, %s: ", fate->outcome,
                            ph_class_name(fate->about));
    if (!rc && reply->code)
        rc = ph__buf_format(out, "%d ", reply->code);
    if (!rc && reply->code && e[0])
        rc = ph__buf_format(out, "%d.%d.%d ", e[0], e[1], e[2]);
    if (!rc)
        rc = cli_reasons_normalise(out,
                                   reply->code ? reply->text : fate->detail);
    return rc;
}

static int add_domain(struct ph__buf *out, const struct cli_fate *fate)
{
    const char *to = fate->recipient;
    size_t len = strlen(to), at = ph__address_at(to, len);
    const char *domain = at < len ? to + at + 1 : "(no domain)";
    size_t most = strnlen(domain, DOMAIN_MAX);
    int rc = ph__buf_add(out, domain, most);
    for (size_t i = 0; !rc && i < out->len; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] = (char)(out->data[i] - 'A' + 'a');
    if (!rc)
        ph__text_make_printable(out->data, out->len, false);
    return rc;
}

/* ---- groups ---- */

/* FNV-1a: there are few groups, and nothing is lost where two of them meet. */
static size_t hash(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h % SLOTS;
}

static struct cli_group *find(struct cli_groups *g, const char *name)
{
    size_t i = hash(name);
    while (g->slots[i].name && strcmp(g->slots[i].name, name) != 0)
        i = (i + 1) % SLOTS;
    return &g->slots[i];
}

static bool count_in(struct cli_groups *g, const char *name, const char *hint)
{
    if (!g->slots)
        g->slots = calloc(SLOTS, sizeof(*g->slots));
    if (!g->slots)
        return false;
    struct cli_group *group = find(g, name);
    if (!group->name && g->count < CLI_GROUPS_MAX) {
        group->name = strdup(name);
        group->hint = hint ? hint : "";
        g->count += group->name != NULL;
    }
    group->count += group->name != NULL;
    return group->name != NULL;
}

void cli_reasons_add(struct cli_reasons *r, const struct cli_fate *fate)
{
    struct ph__buf name = PH__BUF(NAME_ROOM);
    if (add_reason(&name, fate) ||
        !count_in(&r->reasons, ph__buf_text(&name), fate->hint))
        r->reasons.others++;
    ph__buf_clear(&name);
    if (add_domain(&name, fate) ||
        !count_in(&r->domains, ph__buf_text(&name), NULL))
        r->domains.others++;
    ph__buf_done(&name);
}

/* ---- the summary ---- */

static bool is_before(const struct cli_group *a, const struct cli_group *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    return strcmp(a->name, b->name) < 0;
}

/* The largest after `last` (NULL: of all); of equal ones by name. */
static const struct cli_group *next_largest(const struct cli_groups *g,
                                            const struct cli_group *last)
{
    const struct cli_group *best = NULL;
    for (size_t i = 0; g->slots && i < SLOTS; i++) {
        const struct cli_group *x = &g->slots[i];
        if (x->name && (!last || is_before(last, x)) &&
            (!best || is_before(x, best)))
            best = x;
    }
    return best;
}

static int add_groups(const struct cli_groups *g, struct ph__buf *out)
{
    const struct cli_group *x = next_largest(g, NULL);
    uint64_t shown = 0;
    int rc = PH_OK;
    for (int i = 0; !rc && x && i < CLI_GROUPS_SHOWN; i++) {
        rc = ph__buf_format(out, "  %7llu  %s\n", (unsigned long long)x->count,
                            x->name);
        if (!rc && *x->hint)
            rc = ph__buf_format(out, "           (%s)\n", x->hint);
        x = next_largest(g, x);
        shown++;
    }
    uint64_t more = g->count - shown;
    if (!rc && more)
        rc = ph__buf_format(out, "  and %llu more\n", (unsigned long long)more);
    if (!rc && g->others)
        rc = ph__buf_format(out, "  %7llu  of other kinds\n",
                            (unsigned long long)g->others);
    return rc;
}

int cli_reasons_text(const struct cli_reasons *r, struct ph__buf *out)
{
    int rc = ph__buf_add_text(out, "why:\n");
    if (!rc)
        rc = add_groups(&r->reasons, out);
    if (!rc)
        rc = ph__buf_add_text(out, "where:\n");
    return rc ? rc : add_groups(&r->domains, out);
}

/* Static texts: the same one has the same place. */
static bool was_said(const struct cli_groups *g, const struct cli_group *x)
{
    const struct cli_group *y = next_largest(g, NULL);
    while (y != x && y->hint != x->hint)
        y = next_largest(g, y);
    return y != x;
}

int cli_reasons_hints(const struct cli_reasons *r, struct ph__buf *out)
{
    const struct cli_groups *g = &r->reasons;
    int rc = PH_OK;
    for (const struct cli_group *x = next_largest(g, NULL); x && !rc;
         x = next_largest(g, x))
        if (*x->hint && !was_said(g, x))
            rc = ph__buf_format(out, "  (%s)\n", x->hint);
    return rc;
}
