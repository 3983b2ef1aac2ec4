#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/script.h"

/* ---- words of a line ---- */

/* What stands between < and >, where a > within quotes is not one. Moves *at
 * behind it; false if nothing does. */
static bool take_path(const char **at, struct ph_slice *out)
{
    const char *begin = strchr(*at, '<');
    bool quoted = false;
    if (!begin)
        return false;
    const char *end = begin + 1;
    for (; *end && (quoted || *end != '>'); end++) {
        if (*end == '"')
            quoted = !quoted;
        if (quoted && *end == '\\' && end[1])
            end++;
    }
    *out = (struct ph_slice){begin + 1, (size_t)(end - begin - 1)};
    *at = *end ? end + 1 : end;
    return *end == '>';
}

/* RFC 3461 4: "+3D" is "="; anything else stands for itself. */
static const char *keep_decoded(struct cli_script *s, struct ph_slice xtext)
{
    char *copy = (char *)cli_script_keep(s, xtext.data, xtext.len);
    char *to = copy;
    for (const char *at = copy; at && *at; at++) {
        int octet = ph__text_hexchar(at, strnlen(at, 3));
        *to++ = octet >= 0 ? (char)octet : *at;
        at += octet >= 0 ? 2 : 0;
    }
    if (to)
        *to = '\0';
    return copy;
}

/* ---- parameters, one function each ---- */

typedef int (*take_cb)(struct cli_script *s, struct cli_deal *deal,
                       struct ph_slice value);

static int keep_into(struct cli_script *s, const char **out,
                     struct ph_slice value)
{
    *out = keep_decoded(s, value);
    return *out ? PH_OK : PH_E_NOMEM;
}

static int take_size(struct cli_script *s, struct cli_deal *deal,
                     struct ph_slice value)
{
    (void)s;
    (void)ph__text_to_u64(value.data, value.len, &deal->env.content_size);
    return PH_OK;
}

static int take_body(struct cli_script *s, struct cli_deal *deal,
                     struct ph_slice value)
{
    (void)s;
    deal->env.eight_bit = ph__text_is(value, "8BITMIME");
    deal->env.binary = ph__text_is(value, "BINARYMIME");
    return PH_OK;
}

static int take_utf8(struct cli_script *s, struct cli_deal *deal,
                     struct ph_slice value)
{
    (void)s;
    (void)value;
    deal->env.utf8 = true;
    return PH_OK;
}

static int take_ret(struct cli_script *s, struct cli_deal *deal,
                    struct ph_slice value)
{
    (void)s;
    deal->parameters.ret =
        ph__text_is(value, "FULL") ? PH_RETURN_FULL : PH_RETURN_HEADERS;
    return PH_OK;
}

static int take_envid(struct cli_script *s, struct cli_deal *deal,
                      struct ph_slice value)
{
    return keep_into(s, &deal->parameters.envelope_id, value);
}

static int take_auth(struct cli_script *s, struct cli_deal *deal,
                     struct ph_slice value)
{
    struct ph_slice nobody = {"", 0};
    return keep_into(s, &deal->parameters.auth,
                     ph__text_is(value, "<>") ? nobody : value);
}

/* "120;R", "-30;NT" (RFC 2852 4). */
static int take_by(struct cli_script *s, struct cli_deal *deal,
                   struct ph_slice value)
{
    const char *mode = memchr(value.data, ';', value.len);
    const char *end = value.data + value.len;
    (void)s;
    deal->parameters.deliver_by_secs = (int)strtol(value.data, NULL, 10);
    deal->parameters.by_notify = mode && mode + 1 < end && mode[1] == 'N';
    deal->parameters.by_trace = mode && mode + 2 < end && mode[2] == 'T';
    return PH_OK;
}

static int take_holdfor(struct cli_script *s, struct cli_deal *deal,
                        struct ph_slice value)
{
    uint64_t secs;
    (void)s;
    if (ph__text_to_u64(value.data, value.len, &secs) && secs <= UINT32_MAX)
        deal->parameters.hold_secs = (unsigned)secs;
    return PH_OK;
}

static int take_holduntil(struct cli_script *s, struct cli_deal *deal,
                          struct ph_slice value)
{
    return keep_into(s, &deal->parameters.hold_until, value);
}

static int take_priority(struct cli_script *s, struct cli_deal *deal,
                         struct ph_slice value)
{
    return keep_into(s, &deal->parameters.priority, value);
}

static int take_requiretls(struct cli_script *s, struct cli_deal *deal,
                           struct ph_slice value)
{
    (void)s;
    (void)value;
    deal->parameters.require_tls = true;
    return PH_OK;
}

static int take_notify(struct cli_script *s, struct cli_deal *deal,
                       struct ph_slice value)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"NEVER", PH_NOTIFY_NEVER},
                 {"SUCCESS", PH_NOTIFY_SUCCESS},
                 {"FAILURE", PH_NOTIFY_FAILURE},
                 {"DELAY", PH_NOTIFY_DELAY}};
    const char *list = cli_script_keep(s, value.data, value.len);
    if (!list)
        return PH_E_NOMEM;
    deal->parameters.notify = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (ph__text_listed(list, words[i].word))
            deal->parameters.notify |= words[i].bit;
    return PH_OK;
}

static int take_orcpt(struct cli_script *s, struct cli_deal *deal,
                      struct ph_slice value)
{
    return keep_into(s, &deal->original[deal->env.to_count - 1], value);
}

static const struct parameter {
    const char *name;
    take_cb take;
} of_mail[] = {{"SIZE", take_size},
               {"BODY", take_body},
               {"SMTPUTF8", take_utf8},
               {"RET", take_ret},
               {"ENVID", take_envid},
               {"AUTH", take_auth},
               {"BY", take_by},
               {"HOLDFOR", take_holdfor},
               {"HOLDUNTIL", take_holduntil},
               {"MT-PRIORITY", take_priority},
               {"REQUIRETLS", take_requiretls}},
  of_rcpt[] = {{"NOTIFY", take_notify}, {"ORCPT", take_orcpt}};

static int take_parameters(struct cli_script *s, const char *at,
                           const struct parameter *known, size_t count)
{
    struct cli_deal *deal = &s->deals[s->count - 1];
    int rc = PH_OK;
    while (*(at += strspn(at, " ")) && !rc) {
        size_t len = strcspn(at, " ");
        size_t name = strcspn(at, " =");
        size_t value = name + (at[name] == '=');
        for (size_t i = 0; i < count && !rc; i++)
            if (ph__text_is((struct ph_slice){at, name}, known[i].name))
                rc = known[i].take(s, deal,
                                   (struct ph_slice){at + value, len - value});
        at += len;
    }
    return rc;
}

/* ---- the two commands ---- */

int cli_script_mail(struct cli_script *s, const char *text)
{
    struct ph_slice from;
    if (!take_path(&text, &from))
        return PH_OK;
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 8;
        struct cli_deal *deals = realloc(s->deals, cap * sizeof(*deals));
        if (!deals)
            return PH_E_NOMEM;
        s->deals = deals;
        s->cap = cap;
    }
    const char *kept = cli_script_keep(s, from.data, from.len);
    if (!kept)
        return PH_E_NOMEM;
    s->deals[s->count++] = (struct cli_deal){
        .env = {.size = sizeof(struct ph_envelope),
                .from = kept,
                .all_or_nothing = true}, /* until content follows */
        .parameters = {.size = sizeof(struct ph_parameters)}};
    return take_parameters(s, text, of_mail,
                           sizeof(of_mail) / sizeof(*of_mail));
}

static int make_room(struct cli_deal *deal)
{
    size_t cap = deal->cap ? 2 * deal->cap : 4;
    if (deal->env.to_count < deal->cap)
        return PH_OK;
    const char **to = realloc(deal->to, cap * sizeof(*to));
    if (!to)
        return PH_E_NOMEM;
    deal->to = to;
    const char **original = realloc(deal->original, cap * sizeof(*original));
    if (!original)
        return PH_E_NOMEM;
    deal->original = original;
    deal->cap = cap;
    return PH_OK;
}

int cli_script_rcpt(struct cli_script *s, const char *text)
{
    struct ph_slice to;
    if (!s->count || !take_path(&text, &to))
        return PH_OK;
    struct cli_deal *deal = &s->deals[s->count - 1];
    int rc = make_room(deal);
    if (rc)
        return rc;
    const char *kept = cli_script_keep(s, to.data, to.len);
    if (!kept)
        return PH_E_NOMEM;
    deal->to[deal->env.to_count] = kept;
    deal->original[deal->env.to_count++] = NULL;
    return take_parameters(s, text, of_rcpt,
                           sizeof(of_rcpt) / sizeof(*of_rcpt));
}
