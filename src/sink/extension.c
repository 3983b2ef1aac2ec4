#include <string.h>

#include "base/text.h"
#include "sink/extension.h"

static const struct {
    const char *keyword;
    bool usual;
} extensions[] = {
#define X(name, keyword, usual) [PH__SINK_EXT_##name] = {keyword, usual},
    PH__SINK_EXTENSION_MAP(X)
#undef X
};

const char *ph__sink_extension_keyword(enum ph__sink_extension e)
{
    return extensions[e].keyword;
}

/* RFC 6531 3.1, item 8; RFC 3030 3: what is binary comes in chunks. */
static const struct {
    enum ph__sink_extension e, needs;
} dependent[] = {{PH__SINK_EXT_UTF8, PH__SINK_EXT_EIGHTBIT},
                 {PH__SINK_EXT_BINARY, PH__SINK_EXT_CHUNKING}};

static size_t find(const char *name, size_t len)
{
    size_t i = 0;
    while (i < PH__SINK_EXTENSIONS &&
           !ph__text_is((struct ph_slice){name, len}, extensions[i].keyword))
        i++;
    return i;
}

/* The set of what `names` lists. */
static int parse(unsigned *out, const char *names, struct ph__buf *why)
{
    static const char between[] = ", \t";
    unsigned set = 0;
    const char *at = names ? names : "";
    while (*(at += strspn(at, between))) {
        size_t len = strcspn(at, between);
        size_t e = find(at, len);
        if (e == PH__SINK_EXTENSIONS) {
            ph__buf_format(why, "there is no extension '%.*s': see --help",
                           (int)len, at);
            return PH_E_INVALID;
        }
        set |= 1u << e;
        at += len;
    }
    *out = set;
    return PH_OK;
}

/* The set without those that make no sense without others. */
static unsigned with_what_they_need(unsigned set)
{
    for (size_t i = 0; i < sizeof(dependent) / sizeof(*dependent); i++)
        if (!ph__sink_has(set, dependent[i].needs))
            set &= ~(1u << dependent[i].e);
    return set;
}

int ph__sink_extension_set(unsigned *out, const char *with, const char *without,
                           struct ph__buf *why)
{
    unsigned usual = 0, more = 0, less = 0;
    for (size_t i = 0; i < PH__SINK_EXTENSIONS; i++)
        usual |= (unsigned)extensions[i].usual << i;
    int rc = parse(&more, with, why);
    if (!rc)
        rc = parse(&less, without, why);
    if (rc)
        return rc;
    for (size_t i = 0; i < PH__SINK_EXTENSIONS; i++) {
        if (!(more & usual & (1u << i)))
            continue;
        ph__buf_format(why, "%s is offered without being asked for",
                       extensions[i].keyword);
        return PH_E_INVALID;
    }
    *out = with_what_they_need((usual | more) & ~less);
    return PH_OK;
}
