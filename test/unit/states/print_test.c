#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "states/print.h"

enum { LIMIT = 1024 * 1024, GARBAGE = -1, LAST_CODE = 999, WIDTH = 120 };

typedef int print_fn(struct ph__buf *out, enum ph__state only);

static struct ph__buf printed(print_fn *print, enum ph__state only)
{
    struct ph__buf buf = PH__BUF(LIMIT);
    assert_int_equal(print(&buf, only), PH_OK);
    return buf;
}

static json_t *parsed(enum ph__state only)
{
    struct ph__buf buf = printed(ph__print_json, only);
    json_error_t error;
    json_t *root =
        json_loadb(buf.data, buf.len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("line %d: %s", error.line, error.text);
    ph__buf_done(&buf);
    return root;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The transition of this state on this reply; never more than one. */
static const json_t *transition(const json_t *root, const char *state,
                                const char *reply)
{
    const json_t *found = NULL;
    const json_t *list = json_object_get(root, "transitions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        if (strcmp(text_of(t, "state"), state) != 0 ||
            strcmp(text_of(t, "reply"), reply) != 0)
            continue;
        assert_null(found);
        found = t;
    }
    return found;
}

static void assert_edge(const json_t *t, struct ph__edge edge)
{
    assert_non_null(t);
    assert_string_equal(text_of(t, "action"), ph__action_name(edge.act));
    assert_string_equal(text_of(t, "next"), ph__table[edge.next].name);
}

static void json_names_every_state_in_order(void **unused)
{
    (void)unused;
    json_t *root = parsed(ST_COUNT);
    const json_t *names = json_object_get(root, "states");
    const json_t *rows = json_object_get(root, "rows");
    assert_int_equal(json_array_size(names), ST_COUNT);
    assert_int_equal(json_array_size(rows), ST_COUNT);
    for (size_t i = 0; i < ST_COUNT; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_string_equal(json_string_value(json_array_get(names, i)),
                            ph__table[i].name);
        assert_string_equal(text_of(row, "name"), ph__table[i].name);
        assert_string_equal(text_of(row, "stage"),
                            ph_stage_name(ph__table[i].stage));
        assert_int_equal(
            json_integer_value(json_object_get(row, "deadline_secs")),
            ph__table[i].secs);
    }
    json_decref(root);
}

/* `when` is "" or "early ". */
static const json_t *on(const json_t *root, const char *state, const char *when,
                        const char *reply)
{
    char name[32];
    snprintf(name, sizeof(name), "%s%s", when, reply);
    return transition(root, state, name);
}

/* An exact code, else its class; else "other". */
static const json_t *answer(const json_t *root, const char *state,
                            const char *when, int code)
{
    char exact[16];
    snprintf(exact, sizeof(exact), "%03d", code);
    const json_t *t =
        on(root, state, when, code == GARBAGE ? "garbage" : exact);
    if (t)
        return t;
    char class[] = "0yz";
    class[0] = (char)('0' + code / 100);
    bool known = code >= 200 && code <= 599;
    return on(root, state, when, known ? class : "other");
}

static void json_says_of_every_code_what_the_machine_does(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        json_t *root = parsed(s);
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            if (row->kind != PICK_ROW)
                assert_edge(answer(root, row->name, "", code),
                            ph__edge_for(s, code));
            if (row->kind == WAIT_ROW)
                assert_edge(answer(root, row->name, "early ", code),
                            ph__edge_early(s, code));
        }
        json_decref(root);
    }
}

static void json_has_classes_or_answers_for_every_state(void **unused)
{
    (void)unused;
    static const char *const classes[] = {"2yz", "3yz", "4yz", "5yz", "other"};
    json_t *root = parsed(ST_COUNT);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        bool pick = row->kind == PICK_ROW;
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(!on(root, row->name, "", classes[i]), pick);
            assert_int_equal(!on(root, row->name, "early ", classes[i]),
                             row->kind != WAIT_ROW);
        }
        if (row->kind == WAIT_ROW)
            continue;
        assert_edge(transition(root, row->name, pick ? "yes" : "done"),
                    row->edge[0]);
        assert_edge(transition(root, row->name, pick ? "no" : "stop"),
                    row->edge[1]);
    }
    json_decref(root);
}

static void one_state_is_printed_alone(void **unused)
{
    (void)unused;
    json_t *root = parsed(ST_RCPT);
    assert_int_equal(json_array_size(json_object_get(root, "states")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "rows")), 1);
    assert_edge(transition(root, "RCPT", "421"), ph__edge_for(ST_RCPT, 421));
    assert_null(transition(root, "MAIL", "2yz"));
    json_decref(root);

    struct ph__buf buf = printed(ph__print_markdown, ST_RCPT);
    assert_non_null(strstr(buf.data, "| RCPT "));
    assert_null(strstr(buf.data, "| MAIL "));
    assert_null(strstr(buf.data, "PICK"));
    ph__buf_done(&buf);
}

static void one_state_is_explained_in_words(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        struct ph__buf buf = printed(ph__print_table, s);
        assert_memory_equal(buf.data, row->name, strlen(row->name));
        assert_non_null(strstr(buf.data, ph__row_words(row)));
        assert_non_null(strstr(buf.data, ph__action_text(row->edge[0].act)));
        assert_non_null(strstr(buf.data, ph__action_text(row->edge[1].act)));
        ph__buf_done(&buf);
    }
}

/* Every line that begins with the state's name, in `text`. */
static size_t lines_of(const char *text, const char *prefix)
{
    size_t n = 0;
    size_t len = strlen(prefix);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        n += strncmp(line, prefix, len) == 0 && line[len] == ' ';
    }
    return n;
}

static void tables_have_every_state(void **unused)
{
    (void)unused;
    struct ph__buf plain = printed(ph__print_table, ST_COUNT);
    struct ph__buf markdown = printed(ph__print_markdown, ST_COUNT);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        char cell[64];
        snprintf(cell, sizeof(cell), "| %s", ph__table[s].name);
        assert_true(lines_of(plain.data, ph__table[s].name) >= 1);
        assert_true(lines_of(markdown.data, cell) >= 1);
    }
    assert_non_null(strstr(plain.data, "  452 552 "));
    assert_non_null(strstr(plain.data, "  early 4yz 5yz "));
    assert_non_null(strstr(markdown.data, "| 334 "));
    /* A long list of replies goes on in a row of its own. */
    assert_non_null(strstr(plain.data, "\nEHLO      538 550-554 556 "));
    ph__buf_done(&plain);
    ph__buf_done(&markdown);
}

static void the_table_fits_a_terminal(void **unused)
{
    (void)unused;
    struct ph__buf buf = printed(ph__print_table, ST_COUNT);
    for (const char *line = buf.data; *line; line += strcspn(line, "\n") + 1) {
        size_t len = strcspn(line, "\n");
        assert_true(len <= WIDTH);
        assert_true(!len || line[len - 1] != ' ');
    }
    ph__buf_done(&buf);
}

static void a_full_buffer_is_an_error_wherever_it_happens(void **unused)
{
    (void)unused;
    static print_fn *const formats[] = {ph__print_table, ph__print_markdown,
                                        ph__print_json};
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct ph__buf whole = printed(formats[i], ST_COUNT);
        for (size_t limit = 0; limit < whole.len; limit += 199) {
            struct ph__buf buf = PH__BUF(limit);
            assert_int_equal(formats[i](&buf, ST_COUNT), PH_E_LIMIT);
            ph__buf_done(&buf);
        }
        ph__buf_done(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_names_every_state_in_order),
        cmocka_unit_test(json_says_of_every_code_what_the_machine_does),
        cmocka_unit_test(json_has_classes_or_answers_for_every_state),
        cmocka_unit_test(one_state_is_printed_alone),
        cmocka_unit_test(one_state_is_explained_in_words),
        cmocka_unit_test(tables_have_every_state),
        cmocka_unit_test(the_table_fits_a_terminal),
        cmocka_unit_test(a_full_buffer_is_an_error_wherever_it_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
