#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "states/picture.h"

enum { LIMIT = 1024 * 1024, KEY_MAX = 256, ROUTES_MAX = 100 };

static struct ph__buf drawn(enum ph__state only)
{
    struct ph__buf buf = PH__BUF(LIMIT);
    assert_int_equal(ph__picture_svg(&buf, only), PH_OK);
    return buf;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

/* Edges of all states that a picture shows. */
static size_t edge_count(void)
{
    size_t n = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        struct ph__cases cases;
        assert_int_equal(ph__cases_of(&cases, s), PH_OK);
        for (size_t i = 0; i < cases.count; i++)
            n += ph__case_leads(&cases, &cases.list[i], &ph__case_picture);
    }
    return n;
}

static void assert_every_state(const char *svg)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        char key[KEY_MAX];
        snprintf(key, sizeof(key), "<g id=\"%s\">", ph__table[s].name);
        assert_int_equal(count(svg, key), 1);
    }
}

/* The lines of the legend have a class of their own. */
static void assert_every_edge(const char *svg)
{
    assert_int_equal(count(svg, "<path class=\"line "), edge_count());
    assert_int_equal(count(svg, "<tspan class=\"reply\">"), edge_count());
}

static void every_state_and_every_edge_is_drawn_once(void **unused)
{
    (void)unused;
    struct ph__buf buf = drawn(ST_COUNT);
    assert_every_state(buf.data);
    assert_every_edge(buf.data);
    ph__buf_done(&buf);
}

static void every_kind_of_edge_is_drawn(void **unused)
{
    (void)unused;
    static const char *const labels[] = {
        ">yes<",         ">no<",        ">done<",         ">stop<",
        ">2yz<",         ">4yz 5yz<",   ">4yz<",          ">334<",
        ">500-504 555<", ">any reply<", ">early 4yz 5yz<"};
    struct ph__buf buf = drawn(ST_COUNT);
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        assert_non_null(strstr(buf.data, labels[i]));
    /* A line's action stands in its label; "pass" goes without saying. */
    for (enum ph__action a = ACT_learn; a <= ACT_breach; a++) {
        char after[KEY_MAX];
        char alone[KEY_MAX];
        snprintf(after, sizeof(after), "</tspan> %s</text>",
                 ph__action_name(a));
        snprintf(alone, sizeof(alone), "\">%s</text>", ph__action_name(a));
        assert_true(strstr(buf.data, after) || strstr(buf.data, alone));
    }
    ph__buf_done(&buf);
}

/* The layout with one part replaced. */
static struct ph__layout with(const struct ph__layout_part *part, size_t at)
{
    struct ph__layout layout = ph__layout;
    layout.parts[at] = part;
    return layout;
}

static void assert_refused(const struct ph__layout_part *part, size_t at,
                           enum ph__gap_kind what)
{
    struct ph__layout layout = with(part, at);
    struct ph__gap found = ph__layout_check(&layout);
    struct ph__buf buf = PH__BUF(LIMIT);
    assert_int_equal(found.what, what);
    assert_int_equal(ph__picture_svg_by(&buf, &layout), PH_E_INVALID);
    assert_int_equal(buf.len, 0);
    ph__buf_done(&buf);
}

static void a_layout_that_lacks_a_place_or_a_route_is_refused(void **unused)
{
    (void)unused;
    for (size_t at = 0; at < PH__LAYOUT_PARTS; at++) {
        struct ph__layout_part part = *ph__layout.parts[at];
        assert_int_equal(ph__layout_check(&ph__layout).what, GAP_NONE);
        for (part.place_count--; part.place_count > 0; part.place_count--)
            assert_refused(&part, at, GAP_PLACE);
        part = *ph__layout.parts[at];
        for (part.route_count--; part.route_count > 0; part.route_count--)
            assert_refused(&part, at, GAP_ROUTE);
    }
}

static void a_route_that_the_table_lacks_is_refused(void **unused)
{
    (void)unused;
    static const struct ph__route stale[] = {
        {.from = ST_START, .edge = {ACT_pass, ST_QUIT}},
        {.from = ST_RCPT, .edge = {ACT_breach, ST_CLOSED}},
        {.from = ST_START, .edge = {ACT_pass, ST_GREETING}}}; /* twice */
    struct ph__route routes[ROUTES_MAX];
    struct ph__layout_part part = *ph__layout.parts[0];
    assert_true(part.route_count < ROUTES_MAX);
    memcpy(routes, part.routes, part.route_count * sizeof(routes[0]));
    part.routes = routes;
    part.route_count++;
    for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
        routes[part.route_count - 1] = stale[i];
        assert_refused(&part, 0, GAP_EDGE);
    }
}

static void one_state_is_drawn_with_all_that_can_happen(void **unused)
{
    (void)unused;
    struct ph__buf buf = drawn(ST_AUTH);
    assert_non_null(strstr(buf.data, "<g id=\"AUTH\">"));
    assert_int_equal(count(buf.data, "<g id="), 1);
    assert_non_null(strstr(buf.data, ">4yz 503 521 525 530 535 550-554 556<"));
    assert_non_null(strstr(buf.data, ">421<"));
    assert_non_null(strstr(buf.data, ">2yz 3yz other<"));
    assert_non_null(strstr(buf.data, ">early any reply<"));
    assert_non_null(strstr(buf.data, ph__action_text(ACT_drop)));
    ph__buf_done(&buf);
}

static void a_drawing_needs_nothing_from_outside(void **unused)
{
    (void)unused;
    struct ph__buf buf = drawn(ST_COUNT);
    assert_null(strstr(buf.data, "<script"));
    assert_null(strstr(buf.data, "href"));
    assert_null(strstr(buf.data, "@import"));
    assert_int_equal(count(buf.data, "http"), 1); /* the name of SVG itself */
    assert_null(strstr(buf.data, "<reverse-path>"));
    assert_non_null(strstr(buf.data, "&lt;reverse-path&gt;"));
    ph__buf_done(&buf);
}

static void dot_has_every_state_and_every_edge(void **unused)
{
    (void)unused;
    struct ph__buf buf = PH__BUF(LIMIT);
    assert_int_equal(ph__picture_dot(&buf, ST_COUNT), PH_OK);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        char key[KEY_MAX];
        snprintf(key, sizeof(key), "    %s [", ph__table[s].name);
        assert_int_equal(count(buf.data, key), 1);
    }
    assert_int_equal(count(buf.data, " -> "), edge_count());
    ph__buf_done(&buf);
}

static void a_full_buffer_is_an_error_wherever_it_happens(void **unused)
{
    (void)unused;
    static int (*const formats[])(struct ph__buf *, enum ph__state) = {
        ph__picture_dot, ph__picture_svg};
    for (size_t i = 0; i < 4; i++) {
        enum ph__state only = i % 2 ? ST_AUTH : ST_COUNT;
        struct ph__buf whole = PH__BUF(LIMIT);
        assert_int_equal(formats[i / 2](&whole, only), PH_OK);
        for (size_t limit = 0; limit < whole.len; limit += 499) {
            struct ph__buf buf = PH__BUF(limit);
            assert_int_equal(formats[i / 2](&buf, only), PH_E_LIMIT);
            ph__buf_done(&buf);
        }
        ph__buf_done(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_every_edge_is_drawn_once),
        cmocka_unit_test(every_kind_of_edge_is_drawn),
        cmocka_unit_test(a_layout_that_lacks_a_place_or_a_route_is_refused),
        cmocka_unit_test(a_route_that_the_table_lacks_is_refused),
        cmocka_unit_test(one_state_is_drawn_with_all_that_can_happen),
        cmocka_unit_test(a_drawing_needs_nothing_from_outside),
        cmocka_unit_test(dot_has_every_state_and_every_edge),
        cmocka_unit_test(a_full_buffer_is_an_error_wherever_it_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
