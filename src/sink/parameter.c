#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
#include "base/text.h"
#include "sink/parameter.h"

/* ---- xtext: RFC 3461 4 ---- */

/* Decodes to `out`, which has room for all; its length, or -1. */
static int decode_xtext(char *out, struct ph_slice value)
{
    int len = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (c < 33 || c > 126 || c == '=')
            return -1;
        if (c == '+') {
            int octet = ph__text_hexchar(value.data + i, value.len - i);
            if (octet < 0)
                return -1;
            c = (char)octet;
            i += 2;
        }
        out[len++] = c;
    }
    return len;
}

static bool is_xtext(struct ph_slice value)
{
    char text[PH__SINK_ORCPT_MAX];
    return value.len <= sizeof(text) && decode_xtext(text, value) > 0;
}

/* ---- values ---- */

static bool size_fits(struct ph_slice value, const struct ph__sink_terms *terms)
{
    uint64_t size;
    return ph__text_to_u64(value.data, value.len, &size);
}

/* RFC 6152, RFC 3030 3: a body is offered by the extension of its name. */
static bool body_fits(struct ph_slice value, const struct ph__sink_terms *terms)
{
    if (ph__text_is(value, "8BITMIME"))
        return ph__sink_has(terms->extensions, PH__SINK_EXT_EIGHTBIT);
    if (ph__text_is(value, "BINARYMIME"))
        return ph__sink_has(terms->extensions, PH__SINK_EXT_BINARY);
    return ph__text_is(value, "7BIT");
}

/* RFC 4954 5: a mailbox as xtext, or <>. */
static bool auth_fits(struct ph_slice value, const struct ph__sink_terms *terms)
{
    char text[PH__SINK_ORCPT_MAX];
    if (ph__text_is(value, "<>"))
        return true;
    int len = value.len <= sizeof(text) ? decode_xtext(text, value) : -1;
    return len > 0 && !ph__address_problem(text, (size_t)len, PH__RECIPIENT);
}

static bool ret_fits(struct ph_slice value, const struct ph__sink_terms *terms)
{
    return ph__text_is(value, "FULL") || ph__text_is(value, "HDRS");
}

static bool envid_fits(struct ph_slice value,
                       const struct ph__sink_terms *terms)
{
    return value.len <= PH__SINK_ENVID_MAX && is_xtext(value);
}

/* RFC 3461 4.2: a type, then an address of that type as xtext; RFC 6533 3:
 * type utf-8 may show its octets under SMTPUTF8. */
static bool orcpt_fits(struct ph_slice value,
                       const struct ph__sink_terms *terms)
{
    const char *colon = memchr(value.data, ';', value.len);
    if (!colon || colon == value.data || value.len > PH__SINK_ORCPT_MAX)
        return false;
    size_t type = (size_t)(colon - value.data);
    for (size_t i = 0; i < type; i++)
        if (!ph__text_is_alnum(value.data[i]) && value.data[i] != '-')
            return false;
    struct ph_slice address = {colon + 1, value.len - type - 1};
    if (ph__text_is((struct ph_slice){value.data, type}, "utf-8") &&
        ph__sink_has(terms->extensions, PH__SINK_EXT_UTF8) &&
        !ph__text_is_ascii(address.data, address.len))
        return true; /* the line is UTF-8 without controls already */
    return is_xtext(address);
}

/* RFC 3461 4.1: NEVER stands alone. */
static bool notify_fits(struct ph_slice value,
                        const struct ph__sink_terms *terms)
{
    if (ph__text_is(value, "NEVER"))
        return true;
    for (;;) {
        const char *comma = memchr(value.data, ',', value.len);
        size_t len = comma ? (size_t)(comma - value.data) : value.len;
        struct ph_slice word = {value.data, len};
        if (!ph__text_is(word, "SUCCESS") && !ph__text_is(word, "FAILURE") &&
            !ph__text_is(word, "DELAY"))
            return false;
        if (!comma)
            return true;
        value.data += len + 1;
        value.len -= len + 1;
    }
}

/* RFC 2852 4: [+-]SECONDS;N or R, then perhaps T. What shall be returned must
 * leave some time. */
static bool by_fits(struct ph_slice value, const struct ph__sink_terms *terms)
{
    uint64_t seconds;
    const char *colon = memchr(value.data, ';', value.len);
    if (!colon)
        return false;
    bool sign = value.data[0] == '-' || value.data[0] == '+';
    const char *digits = value.data + sign;
    size_t len = (size_t)(colon - digits);
    struct ph_slice mode = {colon + 1,
                            (size_t)(value.data + value.len - colon - 1)};
    if (len > 9 || !ph__text_to_u64(digits, len, &seconds))
        return false;
    if (ph__text_is(mode, "N") || ph__text_is(mode, "NT"))
        return true;
    return (ph__text_is(mode, "R") || ph__text_is(mode, "RT")) && seconds > 0 &&
           value.data[0] != '-';
}

/* RFC 4865 3: up to nine digits, the first no 0. */
static bool holdfor_fits(struct ph_slice value,
                         const struct ph__sink_terms *terms)
{
    uint64_t seconds;
    return value.data[0] != '0' &&
           ph__text_to_u64(value.data, value.len, &seconds) &&
           seconds <= PH__SINK_HOLD_MAX;
}

/* Its seconds since 1970, or -1. */
static int64_t parse_date(struct ph_slice value)
{
    char text[PH__SINK_DATE_BYTES], again[PH__SINK_DATE_BYTES];
    struct tm t = {0};
    if (value.len != sizeof("2026-01-31T23:59:59Z") - 1)
        return -1;
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &t);
    if (!end || *end)
        return -1;
    int64_t moment = timegm(&t);
    /* A day that does not exist comes back as another one. */
    ph__sink_parameter_date(again, moment);
    return ph__text_same(text, again) ? moment : -1;
}

static bool holduntil_fits(struct ph_slice value,
                           const struct ph__sink_terms *terms)
{
    int64_t moment = parse_date(value);
    return moment >= 0 && moment <= terms->now + PH__SINK_HOLD_MAX;
}

/* RFC 6710 7: -9 to 9, without a needless 0 or sign. */
static bool priority_fits(struct ph_slice value,
                          const struct ph__sink_terms *terms)
{
    if (ph__text_is(value, "0"))
        return true;
    bool sign = value.data[0] == '-';
    return value.len == 1u + sign && value.data[sign] >= '1' &&
           value.data[sign] <= '9';
}

void ph__sink_parameter_date(char out[PH__SINK_DATE_BYTES], int64_t moment)
{
    time_t seconds = (time_t)moment;
    struct tm t;
    if (!gmtime_r(&seconds, &t) ||
        !strftime(out, PH__SINK_DATE_BYTES, "%Y-%m-%dT%H:%M:%SZ", &t))
        out[0] = '\0';
}

/* ---- which there are ---- */

enum { BODY = 1u << PH__SINK_EXT_EIGHTBIT | 1u << PH__SINK_EXT_BINARY };

/* Parameters of one `kind` exclude each other, and themselves. `fits` NULL:
 * takes no value. */
enum kind {
    SIZE,
    BODY_,
    UTF8,
    AUTH,
    RET,
    ENVID,
    NOTIFY,
    ORCPT,
    BY,
    HOLD,
    PRIORITY,
    REQUIRETLS
};

static const struct known {
    const char *name;
    enum kind kind;
    enum ph__sink_verb verb;
    unsigned extensions; /* any of them brings it */
    bool (*fits)(struct ph_slice value, const struct ph__sink_terms *terms);
} known[] = {
    {"SIZE", SIZE, PH__SINK_MAIL, 1u << PH__SINK_EXT_SIZE, size_fits},
    {"BODY", BODY_, PH__SINK_MAIL, BODY, body_fits},
    {"SMTPUTF8", UTF8, PH__SINK_MAIL, 1u << PH__SINK_EXT_UTF8, NULL},
    {"AUTH", AUTH, PH__SINK_MAIL, 1u << PH__SINK_EXT_AUTH, auth_fits},
    {"RET", RET, PH__SINK_MAIL, 1u << PH__SINK_EXT_DSN, ret_fits},
    {"ENVID", ENVID, PH__SINK_MAIL, 1u << PH__SINK_EXT_DSN, envid_fits},
    {"NOTIFY", NOTIFY, PH__SINK_RCPT, 1u << PH__SINK_EXT_DSN, notify_fits},
    {"ORCPT", ORCPT, PH__SINK_RCPT, 1u << PH__SINK_EXT_DSN, orcpt_fits},
    {"BY", BY, PH__SINK_MAIL, 1u << PH__SINK_EXT_DELIVERBY, by_fits},
    {"HOLDFOR", HOLD, PH__SINK_MAIL, 1u << PH__SINK_EXT_RELEASE, holdfor_fits},
    {"HOLDUNTIL", HOLD, PH__SINK_MAIL, 1u << PH__SINK_EXT_RELEASE,
     holduntil_fits},
    {"MT-PRIORITY", PRIORITY, PH__SINK_MAIL, 1u << PH__SINK_EXT_PRIORITY,
     priority_fits},
    {"REQUIRETLS", REQUIRETLS, PH__SINK_MAIL, 1u << PH__SINK_EXT_REQUIRETLS,
     NULL},
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static const struct known *find(unsigned set, enum ph__sink_verb verb,
                                struct ph_slice name)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (known[i].verb == verb && (set & known[i].extensions) &&
            ph__text_is(name, known[i].name))
            return &known[i];
    return NULL;
}

static const char *check(struct ph__sink_wish *wish, unsigned *seen,
                         const struct ph__sink_terms *terms,
                         const struct known *k, struct ph_slice value)
{
    if (*seen & (1u << k->kind))
        return "501 5.5.4 a parameter stands twice, or against another";
    *seen |= 1u << k->kind;
    if (!k->fits != !value.data)
        return "501 5.5.4 a parameter lacks its value, or has one too many";
    if (value.data && !k->fits(value, terms))
        return "501 5.5.4 a parameter has a value that makes no sense";
    if (k->kind == SIZE)
        ph__text_to_u64(value.data, value.len, &wish->size);
    else if (k->kind == UTF8)
        wish->utf8 = true;
    else if (k->kind == BODY_)
        wish->binary = ph__text_is(value, "BINARYMIME");
    return NULL;
}

/* RFC 2852 4: sooner than was offered, and to be returned, is refused. */
static bool too_soon(const struct known *k, struct ph_slice value)
{
    uint64_t seconds;
    if (k->kind != BY)
        return false;
    const char *colon = memchr(value.data, ';', value.len);
    bool sign = value.data[0] == '+';
    const char *digits = value.data + sign;
    return (colon[1] == 'R' || colon[1] == 'r') &&
           ph__text_to_u64(digits, (size_t)(colon - digits), &seconds) &&
           seconds < PH__SINK_BY_MIN;
}

const char *ph__sink_parameter_check(struct ph__sink_wish *out,
                                     const struct ph__sink_terms *terms,
                                     enum ph__sink_verb verb,
                                     struct ph_slice parameters)
{
    struct ph__sink_wish wish = {0};
    unsigned seen = 0;
    struct ph__sink_parameter p;
    while (ph__sink_parameter_next(&p, &parameters)) {
        if (!p.name.len)
            return "501 5.5.4 a parameter is KEYWORD or KEYWORD=VALUE";
        const struct known *k = find(terms->extensions, verb, p.name);
        if (!k)
            return "555 5.5.4 a parameter is not known here";
        const char *problem = check(&wish, &seen, terms, k, p.value);
        if (problem)
            return problem;
        if (too_soon(k, p.value))
            return "554 5.5.4 BY is sooner than can be promised";
    }
    *out = wish;
    return NULL;
}
