#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "smtp/parameters.h"

static const struct ph_parameters none = {.size = sizeof(none)};

static const struct ph_parameters *of(const struct ph__transaction *tx)
{
    return tx->env.parameters ? tx->env.parameters : &none;
}

/* ---- could a line carry them? ---- */

/* RFC 3461 4.4: before xtext only printable octets. */
static bool printable(const char *s)
{
    for (; *s; s++)
        if (*s < ' ' || *s > '~')
            return false;
    return true;
}

static bool notify_is_sound(unsigned notify)
{
    unsigned all = PH_NOTIFY_NEVER | PH_NOTIFY_SUCCESS | PH_NOTIFY_FAILURE |
                   PH_NOTIFY_DELAY;
    return !(notify & ~all) &&
           (!(notify & PH_NOTIFY_NEVER) || notify == PH_NOTIFY_NEVER);
}

/* RFC 6710 3: "-9" to "9". */
static bool priority_is_sound(const char *s)
{
    s += *s == '-';
    return ph__text_is_digit(s[0]) && !s[1];
}

/* RFC 4865 6: an RFC 3339 date; the characters of one, at least. */
static bool date_is_sound(const char *s)
{
    size_t len = strspn(s, "0123456789-:.+TZ");
    return len >= sizeof("2000-01-01T00:00:00Z") - 1 && len <= 40 && !s[len];
}

enum { TYPE_MAX = 32 }; /* "rfc822", "utf-8" (RFC 3461 4.2) */

static int check_original(const char *s)
{
    const char *semicolon = strchr(s, ';');
    size_t octets = 0;
    if (!semicolon || semicolon == s || !printable(s))
        return PH_E_INVALID;
    if (semicolon - s >= TYPE_MAX)
        return PH_E_LIMIT;
    for (const char *at = s; *at; at++)
        octets += *at == '+' || *at == '=' || *at == ' ' ? 3 : 1;
    return octets > PH__ORCPT_MAX ? PH_E_LIMIT : PH_OK;
}

int ph__parameters_check(const struct ph_envelope *env)
{
    const struct ph_parameters *p = env->parameters;
    if (!p)
        return PH_OK;
    if (p->size != sizeof(*p) || !notify_is_sound(p->notify) ||
        (p->priority && !priority_is_sound(p->priority)) ||
        (p->hold_until && !date_is_sound(p->hold_until)))
        return PH_E_INVALID;
    if (p->envelope_id && (!*p->envelope_id || !printable(p->envelope_id)))
        return PH_E_INVALID;
    if (p->envelope_id && strlen(p->envelope_id) > PH__ENVELOPE_ID_MAX)
        return PH_E_LIMIT;
    if (p->auth &&
        (ph__address_problem(p->auth, strlen(p->auth), PH__REVERSE_PATH) ||
         !ph__text_is_ascii(p->auth, strlen(p->auth))))
        return PH_E_ADDRESS;
    for (size_t i = 0; p->original && i < env->to_count; i++) {
        int rc = p->original[i] ? check_original(p->original[i]) : PH_OK;
        if (rc)
            return rc;
    }
    return PH_OK;
}

/* ---- does the server take them? ---- */

struct need {
    bool unmet;
    enum ph_code code;
    const char *words;
};

enum ph_code ph__parameters_obstacle(const struct ph__transaction *tx,
                                     const struct ph__fitness *fitness,
                                     const char **words)
{
    const struct ph_envelope *env = &tx->env;
    const struct ph_parameters *p = of(tx);
    const struct ph__caps *caps = fitness->caps;
    bool eight_bit =
        ph__caps_have(caps, PH__EXT_EIGHTBIT) || fitness->force_8bit;
    bool binary = ph__caps_have(caps, PH__EXT_BINARY) &&
                  ph__caps_have(caps, PH__EXT_CHUNKING);
    bool holds = p->hold_secs || p->hold_until;
    const struct need needs[] = {
        {tx->wants_utf8 && !ph__caps_have(caps, PH__EXT_UTF8), PH_E_EXTENSION,
         "an address or the header needs SMTPUTF8, which is not offered"},
        {env->binary && !binary, PH_E_EXTENSION,
         "binary content, and no BINARYMIME offered"},
        {env->eight_bit && !env->binary && !eight_bit, PH_E_EXTENSION,
         "8-bit content, and no 8BITMIME offered"},
        {caps->size_max && env->content_size > caps->size_max, PH_E_LIMIT,
         "larger than the SIZE the server takes"},
        {p->require_tls && !fitness->secure, PH_E_NO_TLS,
         "REQUIRETLS, and the session is not secure"},
        {p->require_tls && !ph__caps_have(caps, PH__EXT_REQUIRETLS),
         PH_E_NO_TLS, "REQUIRETLS is not offered"},
        {holds && !ph__caps_have(caps, PH__EXT_FUTURERELEASE), PH_E_EXTENSION,
         "to be released later, and no FUTURERELEASE offered"},
        {caps->hold_max && p->hold_secs > caps->hold_max, PH_E_LIMIT,
         "to be held longer than the server does"},
        {p->deliver_by_secs && !ph__caps_have(caps, PH__EXT_DELIVERBY),
         PH_E_EXTENSION, "a deadline for delivery, and no DELIVERBY offered"},
        {p->deliver_by_secs && !p->by_notify &&
             p->deliver_by_secs < (int64_t)caps->by_min,
         PH_E_LIMIT, "a deadline sooner than the server takes"}};
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        *words = needs[i].words;
        if (needs[i].unmet)
            return needs[i].code;
    }
    *words = "";
    return PH_OK;
}

/* ---- the words ---- */

static void add_body(struct ph__line *l, const struct ph__caps *caps,
                     const struct ph__transaction *tx)
{
    const struct ph_envelope *env = &tx->env;
    if (env->binary)
        ph__line_add(l, " BODY=BINARYMIME"); /* RFC 3030 3 */
    else if (ph__caps_have(caps, PH__EXT_EIGHTBIT) &&
             (env->eight_bit || tx->wants_utf8))
        ph__line_add(l, " BODY=8BITMIME"); /* RFC 6152 2, RFC 6531 3.6 */
    if (tx->wants_utf8)
        ph__line_add(l, " SMTPUTF8");
}

static void add_dsn(struct ph__line *l, const struct ph_parameters *p)
{
    if (p->ret) /* RFC 3461 4.3, 4.4 */
        ph__line_add(l, p->ret == PH_RETURN_FULL ? " RET=FULL" : " RET=HDRS");
    if (p->envelope_id) {
        ph__line_add(l, " ENVID=");
        ph__line_add_xtext(l, p->envelope_id);
    }
}

static void add_time(struct ph__line *l, const struct ph_parameters *p)
{
    if (p->deliver_by_secs) { /* RFC 2852 4 */
        ph__line_add(l, " BY=");
        ph__line_add_number(l, p->deliver_by_secs);
        ph__line_add(l, p->by_notify ? ";N" : ";R");
        ph__line_add(l, p->by_trace ? "T" : "");
    }
    if (p->hold_secs) { /* RFC 4865 6; not both */
        ph__line_add(l, " HOLDFOR=");
        ph__line_add_number(l, p->hold_secs);
    } else if (p->hold_until) {
        ph__line_add(l, " HOLDUNTIL=");
        ph__line_add(l, p->hold_until);
    }
}

void ph__parameters_add_mail(struct ph__line *l, const struct ph__caps *caps,
                             const struct ph__transaction *tx)
{
    const struct ph_parameters *p = of(tx);
    if (ph__caps_have(caps, PH__EXT_SIZE) && tx->env.content_size) {
        ph__line_add(l, " SIZE="); /* RFC 1870 5 */
        ph__line_add_number(l, (int64_t)tx->env.content_size);
    }
    add_body(l, caps, tx);
    if (ph__caps_have(caps, PH__EXT_DSN))
        add_dsn(l, p);
    if (p->auth && ph__caps_have(caps, PH__EXT_AUTH)) { /* RFC 4954 5 */
        ph__line_add(l, " AUTH=");
        if (*p->auth)
            ph__line_add_xtext(l, p->auth);
        else
            ph__line_add(l, "<>");
    }
    add_time(l, p);
    if (p->priority && ph__caps_have(caps, PH__EXT_PRIORITY)) {
        ph__line_add(l, " MT-PRIORITY="); /* RFC 6710 3 */
        ph__line_add(l, p->priority);
    }
    if (p->require_tls)
        ph__line_add(l, " REQUIRETLS"); /* RFC 8689 2 */
}

static void add_notify(struct ph__line *l, unsigned notify)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{PH_NOTIFY_NEVER, "NEVER"},
                 {PH_NOTIFY_SUCCESS, "SUCCESS"},
                 {PH_NOTIFY_FAILURE, "FAILURE"},
                 {PH_NOTIFY_DELAY, "DELAY"}};
    const char *before = " NOTIFY="; /* RFC 3461 4.1 */
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!(notify & words[i].bit))
            continue;
        ph__line_add(l, before);
        ph__line_add(l, words[i].word);
        before = ",";
    }
}

void ph__parameters_add_rcpt(struct ph__line *l, const struct ph__caps *caps,
                             const struct ph__transaction *tx, size_t i)
{
    const struct ph_parameters *p = of(tx);
    const char *original = p->original ? p->original[i] : NULL;
    if (!ph__caps_have(caps, PH__EXT_DSN))
        return;
    add_notify(l, p->notify);
    if (!original)
        return;
    size_t type = (size_t)(strchr(original, ';') - original) + 1;
    char prefix[TYPE_MAX + 1];
    memcpy(prefix, original, type);
    prefix[type] = '\0';
    ph__line_add(l, " ORCPT="); /* RFC 3461 4.2: the type is no xtext */
    ph__line_add(l, prefix);
    ph__line_add_xtext(l, original + type);
}
