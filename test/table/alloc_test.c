/* Every allocation that printing makes may fail: the error comes back, and
 * nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "states/picture.h"
#include "states/print.h"

enum { LIMIT = 1024 * 1024, NEVER = -1 };

/* Calls of realloc() until one fails. */
static int left = NEVER;

void *__real_realloc(void *ptr, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void *__wrap_realloc(void *ptr, size_t size)
{
    if (left == 0)
        return NULL;
    if (left > 0)
        left--;
    return __real_realloc(ptr, size);
}

static int print(int (*format)(struct ph__buf *, enum ph__state),
                 enum ph__state only)
{
    struct ph__buf out = PH__BUF(LIMIT);
    int rc = format(&out, only);
    ph__buf_done(&out);
    return rc;
}

static void no_memory_is_an_error_in_every_format(void **unused)
{
    (void)unused;
    static int (*const formats[])(struct ph__buf *, enum ph__state) = {
        ph__print_table, ph__print_markdown, ph__print_json, ph__picture_dot,
        ph__picture_svg};
    static const enum ph__state which[] = {ST_COUNT, ST_AUTH};
    for (size_t i = 0; i < 2 * sizeof(formats) / sizeof(formats[0]); i++) {
        int rc = PH_E_NOMEM;
        int allowed = 0;
        while (rc == PH_E_NOMEM) {
            left = allowed++;
            rc = print(formats[i / 2], which[i % 2]);
            left = NEVER;
        }
        assert_int_equal(rc, PH_OK);
        assert_true(allowed > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_is_an_error_in_every_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
