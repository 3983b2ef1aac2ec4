/* MTA-STS. Behind a 0 come a host, up to a NUL, and the text of a policy; else
 * there are TXT records, each up to a NUL. What is accepted is what RFC 8461
 * describes, within the limits, and no pattern matches what it should not. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "mx/sts.h"

enum { TEXT_MAX = PH__STS_TEXT_MAX + 100, RECORDS_MAX = PH__DNS_RECORDS };

static bool is_letter(char c)
{
    char low = (char)(c | 0x20);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9');
}

/* ---- hosts ---- */

static bool same(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && (!is_letter(*a) || (*a ^ *b) != 0x20))
            return false;
    return *a == *b;
}

/* RFC 8461 4.1 and RFC 6125 6.4.3, written anew. */
static bool may_match(const char *pattern, const char *host)
{
    size_t first = strcspn(host, ".");
    if (pattern[0] != '*')
        return same(pattern, host);
    return first > 0 && host[first] == '.' && same(pattern + 1, host + first);
}

static void check_host(const struct ph__sts_policy *p, const char *host)
{
    bool listed = false;
    for (size_t i = 0; i < p->count; i++)
        listed = listed || may_match(p->hosts[i], host);
    MUST(ph__sts_lists(p, host) == listed);
}

/* Hosts that are nearly what a pattern means. */
static void check_near(const struct ph__sts_policy *p, const char *pattern)
{
    static const char *const heads[] = {"", "x", ".", "x.", "x.y.", "*.", "-."};
    const char *rest = pattern[0] == '*' ? pattern + 2 : pattern;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        struct ph__buf host = PH__BUF(2 * PH__DNS_NAME);
        fuzz_add(&host, heads[i], strlen(heads[i]));
        fuzz_add(&host, rest, strlen(rest));
        check_host(p, ph__buf_text(&host));
        fuzz_add(&host, ".x", 2);
        check_host(p, ph__buf_text(&host));
        ph__buf_done(&host);
    }
}

/* ["*."] Domain (RFC 8461 3.2), as far as it can be a host's. */
static bool is_pattern(const char *s)
{
    size_t label = 0;
    if (s[0] == '*')
        s += s[1] == '.' ? 2 : 0;
    size_t len = strlen(s);
    for (size_t i = 0; i < len; i++) {
        label = s[i] == '.' ? 0 : label + 1;
        if (s[i] == '.' ? i == 0 || s[i - 1] == '.'
                        : !is_letter(s[i]) && s[i] != '-' && s[i] != '_')
            return false;
        if (label > 63)
            return false;
    }
    return len > 0 && len <= 254;
}

/* ---- policies ---- */

/* sts-policy-field-name of RFC 8461 3.2, and a colon. */
static bool begins_like_field(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len &&
           (is_letter(line[n]) || (n && line[n] && strchr("_-.", line[n]))))
        n++;
    return n > 0 && n <= 32 && n < len && line[n] == ':';
}

static void check_lines(const char *text, size_t len)
{
    while (len) {
        const char *lf = memchr(text, '\n', len);
        size_t line = lf ? (size_t)(lf - text) : len;
        size_t blank = 0;
        while (blank < line && strchr(" \t\r", text[blank]) && text[blank])
            blank++;
        MUST(blank == line || begins_like_field(text + blank, line - blank));
        line += lf != NULL;
        text += line;
        len -= line;
    }
}

static void check_policy(const struct ph__sts_policy *p)
{
    MUST(p->users == 1 && p->count <= PH__STS_HOSTS_MAX);
    MUST(p->mode == PH__STS_NONE || p->mode == PH__STS_TESTING ||
         p->mode == PH__STS_ENFORCE);
    MUST(p->count || p->mode == PH__STS_NONE);
    MUST(p->max_age <= PH__STS_AGE_MAX);
    for (size_t i = 0; i < p->count; i++) {
        MUST(is_pattern(p->hosts[i]));
        check_near(p, p->hosts[i]);
    }
}

/* The policy in its own words. */
static void write_policy(struct ph__buf *out, const struct ph__sts_policy *p)
{
    static const char *const modes[] = {"none", "testing", "enforce"};
    MUST(!ph__buf_format(out, "version: STSv1\r\nmode: %s\r\nmax_age: %u\r\n",
                         modes[p->mode], (unsigned)p->max_age));
    for (size_t i = 0; i < p->count; i++)
        MUST(!ph__buf_format(out, "mx: %s\r\n", p->hosts[i]));
}

static void check_again(const struct ph__sts_policy *p)
{
    struct ph__sts_policy *again;
    struct ph__buf words = PH__BUF(PH__STS_TEXT_MAX), same = words;
    write_policy(&words, p);
    MUST(ph__sts_parse(&again, words.data, words.len) == PH_OK);
    write_policy(&same, again);
    MUST(fuzz_same(&words, &same));
    ph__buf_done(&words);
    ph__buf_done(&same);
    ph__sts_free(again);
}

static void try_policy(struct fuzz_input *in)
{
    struct ph__sts_policy *p = NULL;
    size_t len;
    char *host = fuzz_string(in);
    char *text = fuzz_rest(in, &len);
    int rc = ph__sts_parse(&p, text, len);
    MUST(rc == PH_OK || rc == PH_E_INVALID || rc == PH_E_LIMIT);
    MUST(!rc == !!p);
    MUST(len <= PH__STS_TEXT_MAX || rc == PH_E_LIMIT);
    if (p) {
        check_lines(text, len);
        check_policy(p);
        check_host(p, host);
        check_again(p);
    }
    ph__sts_free(p);
    free(text);
    free(host);
}

/* ---- records ---- */

struct zone {
    struct ph__dns_record records[RECORDS_MAX + 1];
    struct ph__dns_answer answer;
};

static bool is_ours(const struct ph__dns_record *r)
{
    return r->len >= 8 && !memcmp(r->data, "v=STSv1;", 8);
}

/* Which of them is it? Nobody else's counts, and two are none. */
static const struct ph__dns_record *find_one(const struct zone *z)
{
    const struct ph__dns_record *one = NULL;
    for (size_t i = 0; i < z->answer.count; i++) {
        if (is_ours(&z->records[i]) && one)
            return NULL;
        if (is_ours(&z->records[i]))
            one = &z->records[i];
    }
    return one;
}

static void check_id(const struct zone *z, const char *id)
{
    const struct ph__dns_record *one = find_one(z);
    size_t len = strlen(id);
    MUST(len > 0 && len <= PH__STS_ID_MAX && one);
    for (size_t i = 0; i < len; i++)
        MUST(is_letter(id[i]));
    MUST(memmem(one->data, one->len, id, len));
}

/* What stands beside the record makes no difference, another one does. */
static void check_beside(struct zone *z, const char *id)
{
    static const char other[] = "v=STSv1 ;id=1";
    char again[PH__STS_ID_MAX + 1];
    struct ph__dns_record *last = &z->records[z->answer.count++];
    last->data = (const uint8_t *)other;
    last->len = strlen(other);
    MUST(ph__sts_read_id(again, &z->answer) && !strcmp(again, id));
    *last = *find_one(z);
    MUST(!ph__sts_read_id(again, &z->answer));
    z->answer.count--;
}

static void try_records(struct fuzz_input *in)
{
    static const char untouched[PH__STS_ID_MAX + 1] = "untouched";
    struct zone z = {.answer = {.status = PH__DNS_FOUND}};
    char *texts[RECORDS_MAX];
    char id[PH__STS_ID_MAX + 1];
    memcpy(id, untouched, sizeof(id));
    z.answer.records = z.records;
    while (in->left && z.answer.count < RECORDS_MAX) {
        struct ph__dns_record *r = &z.records[z.answer.count];
        char *text = fuzz_string(in);
        r->len = strlen(text);
        texts[z.answer.count++] = text;
        r->data = (const uint8_t *)text;
    }
    if (ph__sts_read_id(id, &z.answer)) {
        check_id(&z, id);
        check_beside(&z, id);
    } else {
        MUST(!memcmp(id, untouched, sizeof(id)));
    }
    for (size_t i = 0; i < z.answer.count; i++)
        free(texts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    if (fuzz_octet(&in))
        try_records(&in);
    else
        try_policy(&in);
    return 0;
}
