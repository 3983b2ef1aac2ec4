#include <string.h>

#include "base/text.h"
#include "engine/class.h"

enum {
    /* Of a text: who has something to say says it here, and whoever sends
     * thousands of octets does not get to have them all searched. */
    LOOK_AT = 1024
};

/* ---- the rows ---- */

#define AT(stage) (1u << PH_STAGE_##stage)
#define AT_INPUT  AT(INPUT)
#define AT_LOOKUP (AT(RESOLVE) | AT(CONNECT))
#define AT_TLS    AT(TLS)
#define AT_AUTH   AT(AUTH)
#define AT_DOOR   (AT(GREETING) | AT(HELLO) | AT(STARTTLS) | AT(AUTH))
#define AT_MAIL   AT(MAIL)
#define AT_RCPT   AT(RCPT)
#define AT_TEXT   (AT(DATA) | AT(CONTENT))
#define IN_MAIL   (AT_MAIL | AT_RCPT | AT_TEXT)
#define ANYWHERE  (~0u)

struct rule {
    unsigned stages;
    const char *codes;
    const char *enhanced;
    const char *words;
    struct ph__class_row row;
};

#define X(stages, codes, enhanced, words, class, hint)                         \
    {stages, codes, enhanced, words, {PH_CLASS_##class, hint, __LINE__}},
static const struct rule rules[] = {
#include "engine/class.def"
};
#undef X
static const size_t rule_count = sizeof rules / sizeof rules[0];

/* ---- does one fit? ---- */

static bool code_is(int code, const char *pattern)
{
    const int digits[] = {code / 100, code / 10 % 10, code % 10};
    for (size_t i = 0; i < 3; i++)
        if (pattern[i] != 'x' && pattern[i] - '0' != digits[i])
            return false;
    return true;
}

static bool code_fits(int code, const char *patterns)
{
    for (const char *p = patterns; *p; p += 3 + (p[3] == ' '))
        if (code_is(code, p))
            return true;
    return !*patterns;
}

/* Takes one number from *pattern: `x`, digits, or digits and then `x`, which is
 * one more of any kind ("2x" is 20 to 29). */
static bool number_is(int number, const char **pattern)
{
    const char *p = *pattern;
    int value = 0;
    while (ph__text_is_digit(*p))
        value = value * 10 + (*p++ - '0');
    bool digits = p > *pattern, any = *p == 'x';
    *pattern = p + any;
    if (any && digits)
        return number / 10 == value && number >= 10;
    return any || number == value;
}

static bool numbers_are(const int enhanced[3], const char **pattern)
{
    bool are = enhanced[0] != 0;
    for (size_t i = 0; i < 3; i++) {
        are = number_is(enhanced[i], pattern) && are;
        *pattern += i < 2; /* the dot */
    }
    return are;
}

bool ph__enhanced_is(const int enhanced[3], const char *pattern)
{
    return !*pattern || numbers_are(enhanced, &pattern);
}

static bool enhanced_fits(const int enhanced[3], const char *patterns)
{
    bool fits = !*patterns;
    while (!fits && *patterns) {
        fits = numbers_are(enhanced, &patterns);
        patterns += *patterns == ' ';
    }
    return fits;
}

/* What was said, made ready to be searched: letters are small, and a run of
 * blanks and line ends is one blank. */
struct said {
    const struct ph_reply *reply;
    unsigned stage; /* its bit */
    char text[LOOK_AT];
    size_t len;
};

static void hear(struct said *said, enum ph_stage stage,
                 const struct ph_reply *reply)
{
    said->reply = reply;
    said->stage = 1u << stage;
    said->len = 0;
    const char *c = reply->text ? reply->text : "";
    for (bool blank = true; *c && said->len < LOOK_AT; c++) {
        bool was_blank = blank;
        blank = *c == ' ' || *c == '\n';
        bool big = *c >= 'A' && *c <= 'Z';
        if (!blank)
            said->text[said->len++] = (char)(big ? *c + ('a' - 'A') : *c);
        else if (!was_blank)
            said->text[said->len++] = ' ';
    }
}

static bool words_fit(const struct said *said, const char *phrases)
{
    for (const char *p = phrases; *p;) {
        size_t len = strcspn(p, "|");
        if (memmem(said->text, said->len, p, len))
            return true;
        p += len + (p[len] == '|');
    }
    return !*phrases;
}

static bool rule_fits(const struct rule *rule, const struct said *said)
{
    return (rule->stages & said->stage) &&
           code_fits(said->reply->code, rule->codes) &&
           enhanced_fits(said->reply->enhanced, rule->enhanced) &&
           words_fit(said, rule->words);
}

const struct ph__class_row *ph__classify(enum ph_stage stage,
                                         const struct ph_reply *reply)
{
    struct said said;
    size_t i = 0;
    hear(&said, stage, reply);
    while (i + 1 < rule_count && !rule_fits(&rules[i], &said))
        i++;
    return &rules[i].row;
}

enum ph_class ph_classify(enum ph_stage stage, const struct ph_reply *reply,
                          const char **hint)
{
    const struct ph__class_row *row = ph__classify(stage, reply);
    if (hint)
        *hint = row->hint;
    return row->class;
}
