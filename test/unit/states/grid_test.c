#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "states/grid.h"

static const struct {
    const char *label;
    enum ph__grid_style style;
    const char *cells;
    const char *expected;
} grids[] = {
    {"columns are as wide as they must be", PH__GRID_PLAIN,
     "a\tbbb\tc\naa\tb\tcc\n", "a   bbb  c\n--  ---  --\naa  b    cc\n"},
    {"no blanks at the end of a line", PH__GRID_PLAIN, "a\tb\nx\n",
     "a  b\n-  -\nx\n"},
    {"markdown has a bar at both ends", PH__GRID_MARKDOWN, "a\tb\nxx\ty\n",
     "| a  | b |\n| -- | - |\n| xx | y |\n"},
    {"markdown fills short rows", PH__GRID_MARKDOWN, "a\tb\nx\n",
     "| a | b |\n| - | - |\n| x |   |\n"},
    {"an empty cell keeps its place", PH__GRID_PLAIN, "a\tb\tc\n1\t\t3\n",
     "a  b  c\n-  -  -\n1     3\n"},
    {"nothing is nothing", PH__GRID_PLAIN, "", ""},
};

static void cells_stand_in_columns(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++) {
        struct ph__buf buf = PH__BUF(1000);
        struct ph__pen pen = {.out = &buf};
        print_message("  %s\n", grids[i].label);
        ph__grid_write(&pen, grids[i].cells, grids[i].style);
        assert_int_equal(pen.rc, PH_OK);
        assert_string_equal(ph__buf_text(&buf), grids[i].expected);
        ph__buf_done(&buf);
    }
}

static void too_many_columns_are_an_error(void **unused)
{
    (void)unused;
    struct ph__buf buf = PH__BUF(1000);
    struct ph__pen pen = {.out = &buf};
    ph__grid_write(&pen, "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\n",
                   PH__GRID_PLAIN);
    assert_int_equal(pen.rc, PH_E_LIMIT);
    assert_int_equal(buf.len, 0);
    ph__buf_done(&buf);
}

static void an_earlier_error_stays(void **unused)
{
    (void)unused;
    struct ph__buf buf = PH__BUF(1000);
    struct ph__pen pen = {.out = &buf, .rc = PH_E_NOMEM};
    ph__grid_write(&pen, "a\tb\n", PH__GRID_PLAIN);
    assert_int_equal(pen.rc, PH_E_NOMEM);
    assert_int_equal(buf.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_stand_in_columns),
        cmocka_unit_test(too_many_columns_are_an_error),
        cmocka_unit_test(an_earlier_error_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
