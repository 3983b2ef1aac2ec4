/* Which addresses pass: no more than the grammar of RFC 5321 4.1.2 and RFC 6531
 * 3.3 has, told by a second, plainer reading of it; and no less. And what they
 * become on the wire: a domain in ASCII, nothing else. AD, S19, S21, S24. */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "fuzz/fuzz.h"
#include "message/idn.h"

/* Octets in `s` are among these, are letters or digits, or are above 127. */
static bool only(const char *s, size_t len, const char *others)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z' && c < 128;
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c < 128 && (!c || !strchr(others, c)))
            return false;
    }
    return true;
}

/* Atoms or labels between dots, none of them empty or, in ASCII, too long. */
static bool between_dots(const char *s, size_t len, size_t most)
{
    size_t run = 0;
    bool high = false;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && s[i] != '.') {
            run++;
            high |= (unsigned char)s[i] > 127;
            continue;
        }
        if (!run || (run > most && !high))
            return false;
        run = 0;
        high = false;
    }
    return true;
}

static bool is_quoted(const char *s, size_t len)
{
    if (len < 2 || s[0] != '"' || s[len - 1] != '"')
        return false;
    for (size_t i = 1; i < len - 1; i++) {
        if (s[i] == '\\')
            i++;
        else if (s[i] == '"')
            return false;
        if (i == len - 1)
            return false;
    }
    return true;
}

static bool is_local(const char *s, size_t len)
{
    if (len < 1 || len > 64)
        return false;
    return is_quoted(s, len) ||
           (between_dots(s, len, len) && only(s, len, ".!#$%&'*+-/=?^_`{|}~"));
}

static bool is_names(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] == '-' &&
            (!i || i + 1 == len || s[i - 1] == '.' || s[i + 1] == '.'))
            return false;
    return len <= 255 && between_dots(s, len, 63) && only(s, len, ".-");
}

/* What can be said without parsing the numbers. */
static bool may_be_literal(const char *s, size_t len)
{
    if (len < 9 || s[0] != '[' || s[len - 1] != ']')
        return false;
    bool v6 = s[5] == ':' && (s[1] | 32) == 'i';
    size_t from = v6 ? 6 : 1;
    size_t dots = 0;
    size_t colons = 0;
    for (size_t i = from; i < len - 1; i++) {
        if (!strchr(v6 ? "0123456789abcdefABCDEF:." : "0123456789.", s[i]) ||
            !s[i])
            return false;
        dots += s[i] == '.';
        colons += s[i] == ':';
    }
    return v6 ? colons >= 2 && colons <= 7 && (!dots || dots == 3) : dots == 3;
}

static bool is_ascii(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] > 127)
            return false;
    return true;
}

static bool clean(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 32 || s[i] == 127)
            return false;
    return true;
}

enum verdict { NEVER, PERHAPS, ALWAYS };

/* `at` is the @ that stands outside of quotes, or len. */
static enum verdict judge(const char *s, size_t len, size_t at)
{
    const char *domain = s + at + 1;
    size_t rest = at < len ? len - at - 1 : 0;
    if (!clean(s, len) || len > 254 || !rest || !is_local(s, at))
        return NEVER;
    if (*domain == '[')
        return may_be_literal(domain, rest) ? PERHAPS : NEVER;
    if (!is_names(domain, rest))
        return NEVER;
    /* S24 refuses what mail readers might decode; C1 is not looked at here, and
     * a backslash only quotes ASCII. */
    bool plain = fuzz_is_printable(s, len, false) && memcmp(s, "=?", 2) != 0 &&
                 (is_ascii(s, at) || *s != '"');
    return plain ? ALWAYS : PERHAPS;
}

static size_t find_at(const char *s, size_t len)
{
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (quoted && s[i] == '\\')
            i++;
        else if (s[i] == '"')
            quoted = !quoted && i == 0;
        else if (s[i] == '@' && !quoted)
            return i;
    }
    return len;
}

static const char *problem_of(const char *s, size_t len,
                              enum ph__address_use use)
{
    const char *problem = ph__address_problem(s, len, use);
    MUST(ph__address_problem(s, len, use) == problem);
    MUST(!problem || (*problem && clean(problem, strlen(problem))));
    return problem;
}

/* What passed does not pass with these around it. */
static void check_neighbours(const char *s, size_t len)
{
    static const char *const around[][2] = {
        {"", ">"},    {"<", ""},  {"", " "},   {" ", ""},   {"", "\r\n"},
        {"", "@x.y"}, {"", ",x"}, {"(c)", ""}, {"@r:", ""}, {"", "."},
    };
    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        struct ph__buf text = PH__BUF(600);
        fuzz_add(&text, around[i][0], strlen(around[i][0]));
        fuzz_add(&text, s, len);
        fuzz_add(&text, around[i][1], strlen(around[i][1]));
        MUST(ph__address_problem(text.data, text.len, PH__RECIPIENT));
        ph__buf_done(&text);
    }
}

/* What a local part says, be it in quotes or not. */
static void add_meaning(struct ph__buf *out, const char *s, size_t len)
{
    bool quoted = len && s[0] == '"';
    for (size_t i = quoted; i + quoted < len; i++) {
        i += quoted && s[i] == '\\';
        fuzz_add(out, s + i, 1);
    }
}

/* The same, in no more octets. */
static void check_local(const char *s, size_t len, const char *wire, size_t n)
{
    struct ph__buf before = PH__BUF(512);
    struct ph__buf after = PH__BUF(512);
    add_meaning(&before, s, len);
    add_meaning(&after, wire, n);
    MUST(fuzz_same(&before, &after));
    MUST(n <= len && (*s == '"' || n == len));
    ph__buf_done(&before);
    ph__buf_done(&after);
}

/* `wire` is what `s` became. */
static void check_wire(const struct ph__buf *s, const struct ph__buf *wire)
{
    struct ph__buf again = PH__BUF(512);
    size_t at = find_at(s->data, s->len);
    size_t wire_at = find_at(wire->data, wire->len);
    MUST(!ph__address_problem(wire->data, wire->len, PH__RECIPIENT));
    MUST(wire->len <= PH__ADDRESS_MAX);
    check_local(s->data, at, wire->data, wire_at);
    MUST(is_ascii(wire->data + wire_at, wire->len - wire_at));
    if (is_ascii(s->data + at, s->len - at))
        MUST(strcmp(s->data + at, wire->data + wire_at) == 0);
    else
        MUST(wire->data[wire_at + 1] != '[');
    MUST(ph__idn_address(&again, wire->data) == PH_OK);
    MUST(fuzz_same(&again, wire));
    ph__buf_done(&again);
}

/* An address that may pass, as it goes over the wire. */
static void check_idn(const char *s, size_t len)
{
    struct ph__buf text = PH__BUF(512);
    struct ph__buf wire = PH__BUF(512);
    fuzz_add(&text, s, len);
    size_t at = find_at(s, len);
    int rc = ph__idn_address(&wire, text.data);
    bool may_fail = !is_ascii(s + at, len - at);
    MUST(rc == PH_OK || (rc == PH_E_ADDRESS && may_fail && !wire.len));
    if (!rc)
        check_wire(&text, &wire);
    ph__buf_done(&text);
    ph__buf_done(&wire);
}

static bool is_postmaster(const char *s, size_t len)
{
    if (len != 10)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((s[i] | 32) != "postmaster"[i])
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, 512};
    size_t count;
    char *s = fuzz_rest(&in, &count);
    size_t at = ph__address_at(s, count);
    const char *reverse = problem_of(s, count, PH__REVERSE_PATH);
    const char *problem = problem_of(s, count, PH__RECIPIENT);
    enum verdict verdict = judge(s, count, find_at(s, count));
    MUST(at <= count && (at == count || s[at] == '@'));
    if (!count) {
        MUST(!reverse && problem);
    } else if (at == count) {
        MUST(reverse && (problem == NULL) == is_postmaster(s, count));
    } else {
        MUST(reverse == problem);
        MUST(problem || verdict != NEVER);
        MUST(!problem || verdict != ALWAYS);
    }
    if (!problem && at < count) {
        check_neighbours(s, count);
        check_idn(s, count);
    }
    free(s);
    return 0;
}
