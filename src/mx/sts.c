#include "mx/sts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dns/answer.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void trim(struct ph_slice *s)
{
    while (s->len && is_blank(s->data[0])) {
        s->data++;
        s->len--;
    }
    while (s->len && is_blank(s->data[s->len - 1]))
        s->len--;
}

static bool is(struct ph_slice s, const char *word)
{
    return s.len == strlen(word) && memcmp(s.data, word, s.len) == 0;
}

/* Cuts off what comes before the next `mark`; false at the end. */
static bool cut(struct ph_slice *out, struct ph_slice *rest, char mark)
{
    if (!rest->len)
        return false;
    const char *end = memchr(rest->data, mark, rest->len);
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    size_t taken = end ? len + 1 : len;
    *out = (struct ph_slice){rest->data, len};
    rest->data += taken;
    rest->len -= taken;
    return true;
}

/* A name and its value; false if there is no `mark`, or no name. */
static bool split(struct ph_slice *name, struct ph_slice *value, char mark)
{
    struct ph_slice rest = *value;
    if (!cut(name, &rest, mark) || name->len == value->len)
        return false;
    *value = rest;
    trim(value);
    for (size_t i = 0; i < name->len; i++)
        if (!ph__text_is_alnum(name->data[i]) &&
            (!i || !memchr("_-.", name->data[i], 3)))
            return false;
    return name->len && name->len <= 32;
}

/* ---- the record ---- */

static const char version[] = "v=STSv1;";

static bool is_ours(const struct ph__dns_record *r)
{
    return r->len >= sizeof(version) - 1 &&
           memcmp(r->data, version, sizeof(version) - 1) == 0;
}

static bool is_id(struct ph_slice id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!ph__text_is_alnum(id.data[i]))
            return false;
    return id.len && id.len <= PH__STS_ID_MAX;
}

/* Of a field that is there twice the first one counts. */
static bool read_record(char out[PH__STS_ID_MAX + 1],
                        const struct ph__dns_record *r)
{
    struct ph_slice rest = {(const char *)r->data + sizeof(version) - 1,
                            r->len - (sizeof(version) - 1)};
    struct ph_slice name, value, id = {NULL, 0};
    while (cut(&value, &rest, ';')) {
        trim(&value);
        if (!value.len && !rest.len)
            break; /* a ';' at the end */
        if (!split(&name, &value, '=') || !value.len)
            return false;
        if (is(name, "id") && !id.data)
            id = value;
    }
    if (!is_id(id))
        return false;
    memcpy(out, id.data, id.len);
    out[id.len] = '\0';
    return true;
}

bool ph__sts_read_id(char out[PH__STS_ID_MAX + 1],
                     const struct ph__dns_answer *txt)
{
    const struct ph__dns_record *only = NULL;
    for (size_t i = 0; i < txt->count; i++) {
        if (!is_ours(&txt->records[i]))
            continue;
        if (only)
            return false;
        only = &txt->records[i];
    }
    return only && read_record(out, only);
}

/* ---- the policy ---- */

struct seen {
    bool version, mode, max_age;
};

static bool take_mode(struct ph__sts_policy *p, struct ph_slice value)
{
    static const char *const words[] = {[PH__STS_NONE] = "none",
                                        [PH__STS_TESTING] = "testing",
                                        [PH__STS_ENFORCE] = "enforce"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!is(value, words[i]))
            continue;
        p->mode = (enum ph__sts_mode)i;
        return true;
    }
    return false;
}

static bool take_max_age(struct ph__sts_policy *p, struct ph_slice value)
{
    uint64_t secs;
    if (value.len > 10 || !ph__text_to_u64(value.data, value.len, &secs))
        return false;
    p->max_age = secs < PH__STS_AGE_MAX ? (uint32_t)secs : PH__STS_AGE_MAX;
    return true;
}

/* What no host can have for a name matches none: it is left out. */
static int take_host(struct ph__sts_policy *p, struct ph_slice value)
{
    char name[PH__DNS_NAME];
    if (value.len >= sizeof(name) || memchr(value.data, '\0', value.len))
        return PH_OK;
    memcpy(name, value.data, value.len);
    name[value.len] = '\0';
    if (!ph__dns_is_name(strncmp(name, "*.", 2) ? name : name + 2))
        return PH_OK;
    if (p->count == PH__STS_HOSTS_MAX)
        return PH_E_LIMIT;
    int rc = ph__text_copy(&p->hosts[p->count], name);
    p->count += !rc;
    return rc;
}

static int take_field(struct ph__sts_policy *p, struct seen *seen,
                      struct ph_slice name, struct ph_slice value)
{
    bool good = true;
    if (is(name, "mx"))
        return take_host(p, value);
    if (is(name, "version") && !seen->version) {
        good = is(value, "STSv1");
        seen->version = true;
    } else if (is(name, "mode") && !seen->mode) {
        good = take_mode(p, value);
        seen->mode = true;
    } else if (is(name, "max_age") && !seen->max_age) {
        good = take_max_age(p, value);
        seen->max_age = true;
    }
    return good ? PH_OK : PH_E_INVALID;
}

static int take_lines(struct ph__sts_policy *p, struct ph_slice rest)
{
    struct seen seen = {0};
    struct ph_slice name, line;
    int rc = PH_OK;
    while (!rc && cut(&line, &rest, '\n')) {
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        trim(&line);
        if (!line.len)
            continue;
        rc = split(&name, &line, ':') ? take_field(p, &seen, name, line)
                                      : PH_E_INVALID;
    }
    if (rc)
        return rc;
    bool whole = seen.version && seen.mode && seen.max_age &&
                 (p->count || p->mode == PH__STS_NONE);
    return whole ? PH_OK : PH_E_INVALID;
}

int ph__sts_parse(struct ph__sts_policy **out, const char *text, size_t len)
{
    if (len > PH__STS_TEXT_MAX)
        return PH_E_LIMIT;
    struct ph__sts_policy *p = calloc(1, sizeof(*p));
    if (!p)
        return PH_E_NOMEM;
    p->users = 1;
    int rc = take_lines(p, (struct ph_slice){text, len});
    if (rc) {
        ph__sts_free(p);
        return rc;
    }
    *out = p;
    return PH_OK;
}

struct ph__sts_policy *ph__sts_share(struct ph__sts_policy *p)
{
    if (p)
        p->users++;
    return p;
}

void ph__sts_free(struct ph__sts_policy *p)
{
    if (!p || --p->users)
        return;
    for (size_t i = 0; i < p->count; i++)
        free(p->hosts[i]);
    free(p);
}

/* ---- hosts ---- */

static bool matches(const char *pattern, const char *host)
{
    const char *dot = strchr(host, '.');
    if (strncmp(pattern, "*.", 2) != 0)
        return ph__text_same(pattern, host);
    return dot && dot > host && ph__text_same(pattern + 1, dot);
}

bool ph__sts_lists(const struct ph__sts_policy *p, const char *host)
{
    for (size_t i = 0; i < p->count; i++)
        if (matches(p->hosts[i], host))
            return true;
    return false;
}
