#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/class.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What servers say. */
static const struct {
    const char *label;
    enum ph_stage stage;
    int code;
    int enhanced[3];
    const char *text;
    enum ph_class expected;
} replies[] = {
#define X(label, stage, code, class, subject, detail, about, text)             \
    {label, PH_STAGE_##stage, code, {class, subject, detail},                  \
     text,  PH_CLASS_##about},
#include "replies.def"
#undef X
};

static const struct ph__class_row *row_of(size_t i)
{
    struct ph_reply reply = {.code = replies[i].code, .text = replies[i].text};
    memcpy(reply.enhanced, replies[i].enhanced, sizeof reply.enhanced);
    return ph__classify(replies[i].stage, &reply);
}

static void replies_are_about_what_their_servers_mean(void **state)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT(replies); i++) {
        const struct ph__class_row *row = row_of(i);
        if (row->class == replies[i].expected)
            continue;
        print_error("%s: %s (class.def:%d), not %s\n", replies[i].label,
                    ph_class_name(row->class), row->line,
                    ph_class_name(replies[i].expected));
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(COUNT(replies) >= 60);
}

static void every_row_is_reached(void **state)
{
#define X(stages, codes, enhanced, words, class, hint) __LINE__,
    static const int lines[] = {
#include "engine/class.def"
    };
#undef X
    unsigned missed = 0;
    for (size_t n = 0; n < COUNT(lines); n++) {
        size_t i = 0;
        while (i < COUNT(replies) && row_of(i)->line != lines[n])
            i++;
        if (i < COUNT(replies))
            continue;
        print_error("class.def:%d: no case\n", lines[n]);
        missed++;
    }
    assert_int_equal(missed, 0);
}

/* Patterns are as the head of class.def says: a typing error in one would make
 * it fit nothing, or too much. */
static void every_row_is_well_formed(void **state)
{
#define X(stages, codes, enhanced, words, class, hint)                         \
    {codes, enhanced, words, hint, __LINE__},
    static const struct {
        const char *codes, *enhanced, *words, *hint;
        int line;
    } rows[] = {
#include "engine/class.def"
    };
#undef X
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool ok = strlen(rows[i].codes) % 4 == 3 || !*rows[i].codes;
        ok = ok &&
             strspn(rows[i].codes, "0123456789x ") == strlen(rows[i].codes);
        ok = ok && strspn(rows[i].enhanced, "0123456789x. ") ==
                       strlen(rows[i].enhanced);
        for (const char *w = rows[i].words; *w; w++)
            ok = ok && !(*w >= 'A' && *w <= 'Z') &&
                 !(*w == '|' && (w[1] == '|' || !w[1] || w[1] == ' '));
        ok = ok && *rows[i].words != '|' && !strstr(rows[i].hint, "--") &&
             !strchr(rows[i].hint, '\n');
        if (!ok)
            fail_msg("class.def:%d", rows[i].line);
    }
}

static void any_reply_has_a_class(void **state)
{
    for (int stage = 0; stage <= PH_STAGE_QUIT; stage++)
        for (int code = 0; code < 1000; code++)
            for (int subject = 0; subject < 9; subject++) {
                struct ph_reply reply = {.code = code, .text = ""};
                reply.enhanced[0] = subject ? code / 100 : 0;
                reply.enhanced[1] = subject;
                const struct ph__class_row *row =
                    ph__classify((enum ph_stage)stage, &reply);
                bool good = code >= 200 && code < 300;
                assert_int_equal(row->class == PH_CLASS_NONE, good);
                if (!code)
                    assert_true(row->class == PH_CLASS_NETWORK ||
                                row->class == PH_CLASS_MESSAGE);
                assert_true(good || *row->hint);
            }
}

static void enhanced_codes_match_by_number(void **state)
{
    static const struct {
        int enhanced[3];
        const char *pattern;
        bool is;
    } cases[] = {
        {{5, 7, 1}, "5.7.1", true},     {{5, 7, 1}, "5.7.x", true},
        {{5, 7, 1}, "x.7.1", true},     {{5, 7, 1}, "x.x.x", true},
        {{5, 7, 1}, "4.7.1", false},    {{5, 7, 1}, "5.7.10", false},
        {{5, 7, 10}, "5.7.1", false},   {{5, 7, 10}, "5.7.10", true},
        {{4, 7, 500}, "4.7.500", true}, {{5, 7, 26}, "5.7.2x", true},
        {{5, 7, 2}, "5.7.2x", false},   {{5, 7, 30}, "5.7.2x", false},
        {{5, 7, 260}, "5.7.2x", false}, {{5, 0, 0}, "5.0.0", true},
        {{0, 0, 0}, "", true},          {{0, 0, 0}, "x.x.x", false},
        {{0, 0, 0}, "0.0.0", false},    {{5, 1, 1}, "", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (ph__enhanced_is(cases[i].enhanced, cases[i].pattern) != cases[i].is)
            fail_msg("%zu: %s", i, cases[i].pattern);
}

static void words_are_found_wherever_they_are(void **state)
{
    char text[1200];
    struct ph_reply reply = {.code = 451, .enhanced = {4, 3, 0}, .text = text};
    /* Cut at every place, and over line ends; but not for ever. */
    for (size_t at = 0; at < sizeof text - 40; at++) {
        memset(text, '?', at);
        snprintf(text + at, 40, "too many \n connections");
        const struct ph__class_row *row = ph__classify(PH_STAGE_RCPT, &reply);
        assert_int_equal(row->class == PH_CLASS_CONCURRENCY, at + 20 <= 1024);
        text[at + 17] = '\0'; /* "too many \n connect" lacks its end */
        row = ph__classify(PH_STAGE_RCPT, &reply);
        assert_int_not_equal(row->class, PH_CLASS_CONCURRENCY);
    }
    reply.text = "TOO MANY CONNECTIONS";
    assert_int_equal(ph__classify(PH_STAGE_RCPT, &reply)->class,
                     PH_CLASS_CONCURRENCY);
    reply.text = "toomany connections";
    assert_int_equal(ph__classify(PH_STAGE_RCPT, &reply)->class,
                     PH_CLASS_SERVER);
    reply.text = NULL;
    assert_int_equal(ph__classify(PH_STAGE_RCPT, &reply)->class,
                     PH_CLASS_SERVER);
}

static void the_public_call_says_the_same(void **state)
{
    struct ph_reply reply = {.code = 550, .enhanced = {5, 4, 5}, .text = ""};
    const char *hint = NULL;
    assert_int_equal(ph_classify(PH_STAGE_RCPT, &reply, &hint), PH_CLASS_QUOTA);
    assert_non_null(strstr(hint, "tomorrow"));
    assert_int_equal(ph_classify(PH_STAGE_RCPT, &reply, NULL), PH_CLASS_QUOTA);
    assert_string_equal(ph_class_name(PH_CLASS_QUOTA), "quota");
    assert_string_equal(ph_class_name((enum ph_class)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_about_what_their_servers_mean),
        cmocka_unit_test(every_row_is_reached),
        cmocka_unit_test(every_row_is_well_formed),
        cmocka_unit_test(any_reply_has_a_class),
        cmocka_unit_test(enhanced_codes_match_by_number),
        cmocka_unit_test(words_are_found_wherever_they_are),
        cmocka_unit_test(the_public_call_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
