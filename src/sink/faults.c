#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink/faults.h"

static const struct {
    const char *name;
    bool has_argument;
} stages[] = {
#define X(name, word, has_argument)                                            \
    [PH__SINK_STAGE_##name] = {word, has_argument},
    PH__SINK_STAGE_MAP(X)
#undef X
};

static const struct {
    const char *word;
    enum ph__sink_fault fault;
} specials[] = {
    {"drop", PH__SINK_FAULT_DROP},       {"stall", PH__SINK_FAULT_STALL},
    {"garbage", PH__SINK_FAULT_GARBAGE}, {"drip", PH__SINK_FAULT_DRIP},
    {"flood", PH__SINK_FAULT_FLOOD},
};

static bool is_word(const char *s, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(s, word, len) == 0;
}

static bool parse_stage(struct ph__sink_rule *rule, const char *s, size_t len)
{
    for (size_t i = 0; i < PH__SINK_STAGES; i++) {
        if (!is_word(s, len, stages[i].name))
            continue;
        rule->stage = (enum ph__sink_stage)i;
        return true;
    }
    return false;
}

/* "550", "550 text", or a special word. */
static bool parse_answer(struct ph__sink_rule *rule, const char *s)
{
    rule->text = "";
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
        if (strcmp(s, specials[i].word) == 0) {
            rule->fault = specials[i].fault;
            return true;
        }
    }
    for (size_t i = 0; i < 3; i++)
        if (!ph__text_is_digit(s[i]))
            return false;
    if (s[3] && s[3] != ' ')
        return false;
    rule->fault = PH__SINK_FAULT_REPLY;
    memcpy(rule->code, s, 3);
    rule->code[3] = '\0';
    rule->text = s[3] ? s + 4 : "";
    return ph__text_no_controls(rule->text, strlen(rule->text));
}

/* The first '=' with an answer behind it: a pattern may have one too. */
static const char *find_answer(struct ph__sink_rule *rule, const char *s)
{
    const char *equals = strchr(s, '=');
    while (equals && !parse_answer(rule, equals + 1))
        equals = strchr(equals + 1, '=');
    return equals;
}

static const char *parse(struct ph__sink_rule *rule, const char *s)
{
    const char *equals = find_answer(rule, s);
    if (!equals)
        return "has no =CODE: three digits, drop, stall, garbage, drip or "
               "flood";
    size_t len = (size_t)(equals - s);
    const char *at = memchr(s, '@', len);
    if (!parse_stage(rule, s, at ? (size_t)(at - s) : len))
        return "starts with no stage: greeting, hello, starttls, auth, mail, "
               "rcpt, data, bdat, content, rset or quit";
    if (at && !stages[rule->stage].has_argument)
        return "has a pattern, but nothing to compare it with at this stage";
    return NULL;
}

static char *copy(const char *s, size_t len)
{
    char *text = malloc(len + 1);
    if (!text)
        return NULL;
    memcpy(text, s, len);
    text[len] = '\0';
    return text;
}

static int add(struct ph__sink_faults *f, const struct ph__sink_rule *rule)
{
    void *grown = realloc(f->rules, (f->count + 1) * sizeof(*f->rules));
    if (!grown)
        return PH_E_NOMEM;
    f->rules = grown;
    f->rules[f->count++] = *rule;
    return PH_OK;
}

int ph__sink_faults_add(struct ph__sink_faults *f, const char *rule,
                        struct ph__buf *why)
{
    struct ph__sink_rule parsed = {0};
    const char *problem = parse(&parsed, rule);
    if (problem) {
        ph__buf_format(why, "the reply '%s' %s", rule, problem);
        return PH_E_INVALID;
    }
    const char *equals = find_answer(&parsed, rule);
    const char *at = memchr(rule, '@', (size_t)(equals - rule));
    if (at) {
        parsed.pattern = copy(at + 1, (size_t)(equals - at - 1));
        if (!parsed.pattern)
            return PH_E_NOMEM;
    }
    int rc = add(f, &parsed);
    if (rc)
        free(parsed.pattern);
    return rc;
}

void ph__sink_faults_done(struct ph__sink_faults *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->rules[i].pattern);
    free(f->rules);
    *f = (struct ph__sink_faults){0};
}

bool ph__sink_rule_matches(const struct ph__sink_rule *rule,
                           enum ph__sink_stage stage, const char *argument)
{
    return rule->stage == stage &&
           (!rule->pattern ||
            fnmatch(rule->pattern, argument, FNM_CASEFOLD) == 0);
}

bool ph__sink_rule_refuses(const struct ph__sink_rule *rule, char good)
{
    switch (rule->fault) {
    case PH__SINK_FAULT_REPLY:
        return rule->code[0] != good;
    case PH__SINK_FAULT_DRIP:
        return false;
    case PH__SINK_FAULT_DROP:
    case PH__SINK_FAULT_STALL:
    case PH__SINK_FAULT_GARBAGE:
    case PH__SINK_FAULT_FLOOD:
        return true;
    }
    return true;
}

bool ph__sink_rule_ends(const struct ph__sink_rule *rule)
{
    switch (rule->fault) {
    case PH__SINK_FAULT_REPLY:
        return memcmp(rule->code, "421", 3) == 0;
    case PH__SINK_FAULT_DRIP:
    case PH__SINK_FAULT_GARBAGE:
        return false;
    case PH__SINK_FAULT_DROP:
    case PH__SINK_FAULT_STALL:
    case PH__SINK_FAULT_FLOOD:
        return true;
    }
    return true;
}
