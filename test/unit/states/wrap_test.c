#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "states/wrap.h"

enum { LINES_MAX = 4 };

static const struct {
    const char *label;
    const char *text;
    size_t width;
    const char *lines[LINES_MAX];
} texts[] = {
    {"what fits is one line", "a bc", 4, {"a bc"}},
    {"one character less is two", "a bc", 3, {"a", "bc"}},
    {"words stay whole", "abcdef g h", 3, {"abcdef", "g h"}},
    {"a width of nothing is a word a line", "a b", 0, {"a", "b"}},
    {"no text is no line", "", 9, {NULL}},
};

static void words_are_put_on_lines(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text = texts[i].text;
        int n = 0;
        print_message("  %s\n", texts[i].label);
        while (*text) {
            size_t len = ph__wrap_len(text, texts[i].width);
            assert_true(n < LINES_MAX && texts[i].lines[n]);
            assert_int_equal(len, strlen(texts[i].lines[n]));
            assert_memory_equal(text, texts[i].lines[n], len);
            text = ph__wrap_next(text, len);
            n++;
        }
        assert_true(n == LINES_MAX || !texts[i].lines[n]);
        assert_int_equal(ph__wrap_count(texts[i].text, texts[i].width), n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_put_on_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
