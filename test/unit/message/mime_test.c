#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ph_message *simple(void)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@y.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    return msg;
}

static const char *rendered(struct ph_message *msg)
{
    static const char mime[] = "MIME-Version: 1.0\r\n";
    struct ph_slice got;
    if (ph_message_render(msg, &got))
        fail_msg("%s", ph_message_problem(msg));
    return strstr(got.data, mime) + sizeof(mime) - 1;
}

/* What is to be in a message: each letter is a call. */
static struct ph_message *composed(const char *calls)
{
    struct ph_message *msg = simple();
    char id[] = "0@x";
    ph_message_boundary(msg, "b");
    for (; *calls; calls++) {
        if (*calls == 't')
            ph_message_text(msg, "t");
        if (*calls == 'h')
            ph_message_html(msg, "<h>");
        if (*calls == 'c')
            ph_message_calendar(msg, "REQUEST", "c");
        if (*calls == 'i' && id[0]++)
            ph_message_attach(
                msg, PH_ATTACHMENT(.data = "", .type = "i/i", .inline_id = id));
        if (*calls == 'a')
            ph_message_attach(msg, PH_ATTACHMENT(.data = "", .type = "a/a"));
    }
    return msg;
}

/* The types in their order, one letter each, a level's parts in brackets. */
static void tree(char *out, const char *text)
{
    static const struct {
        const char *begin;
        char letter;
    } marks[] = {
        {"Content-Type: multipart/m", 'M'},
        {"Content-Type: multipart/a", 'A'},
        {"Content-Type: multipart/r", 'R'},
        {"Content-Type: text/plain", 't'},
        {"Content-Type: text/html", 'h'},
        {"Content-Type: text/calendar", 'c'},
        {"Content-Type: i/i", 'i'},
        {"Content-Type: a/a", 'a'},
        {"--=_b_1--", ')'},
        {"--=_b_2--", ')'},
        {"--=_b_3--", ')'},
    };
    for (const char *at = text; *at; at++) {
        for (size_t i = 0; i < COUNT(marks); i++)
            if (strncmp(at, marks[i].begin, strlen(marks[i].begin)) == 0)
                *out++ = marks[i].letter;
    }
    *out = '\0';
}

static void a_level_of_one_part_is_left_out(void **state)
{
    static const struct {
        const char *calls;
        const char *expected;
    } cases[] = {
        {"", "t"},
        {"t", "t"},
        {"h", "h"},
        {"c", "c"},
        {"a", "a"},
        {"i", "i"},
        {"ht", "Ath)"},
        {"cht", "Athc)"},
        {"tc", "Atc)"},
        {"hc", "Ahc)"},
        {"hi", "Rhi)"},
        {"iht", "AtRhi))"},
        {"thiic", "AtRhii)c)"},
        {"ta", "Mta)"},
        {"aa", "Maa)"},
        {"ia", "Mia)"},
        {"ti", "Mti)"},
        {"tic", "MAtc)i)"},
        {"ha", "Mha)"},
        {"hia", "MRhi)a)"},
        {"aihtca", "MAtRhi)c)aa)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char got[60];
        struct ph_message *msg = composed(cases[i].calls);
        tree(got, rendered(msg));
        if (strcmp(got, cases[i].expected))
            fail_msg("%s: %s", cases[i].calls, got);
        ph_message_free(msg);
    }
}

static void a_message_of_three_levels_is_this(void **state)
{
    struct ph_message *msg = composed("thia");
    assert_string_equal(
        rendered(msg),
        "Content-Type: multipart/mixed;\r\n boundary=\"=_b_1\"\r\n"
        "\r\n--=_b_1\r\n"
        "Content-Type: multipart/alternative;\r\n boundary=\"=_b_2\"\r\n"
        "\r\n--=_b_2\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\nt\r\n"
        "\r\n--=_b_2\r\n"
        "Content-Type: multipart/related; type=\"text/html\";\r\n"
        " boundary=\"=_b_3\"\r\n"
        "\r\n--=_b_3\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n<h>\r\n"
        "\r\n--=_b_3\r\n"
        "Content-Type: i/i\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: inline\r\n"
        "Content-ID: <1@x>\r\n"
        "\r\n"
        "\r\n--=_b_3--\r\n"
        "\r\n--=_b_2--\r\n"
        "\r\n--=_b_1\r\n"
        "Content-Type: a/a\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment\r\n"
        "\r\n"
        "\r\n--=_b_1--\r\n");
    ph_message_free(msg);
}

static void the_last_html_and_calendar_count(void **state)
{
    struct ph_message *msg = simple();
    ph_message_html(msg, "\xC3\xBC\xC3\xBC");
    ph_message_html(msg, "<new>");
    assert_string_equal(rendered(msg),
                        "Content-Type: text/html; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "\r\n<new>\r\n");
    ph_message_calendar(msg, "REQUEST", "old");
    ph_message_calendar(msg, "CANCEL", "x");
    assert_null(strstr(rendered(msg), "REQUEST"));
    assert_non_null(strstr(rendered(msg), "Content-Type: text/calendar; "
                                          "method=CANCEL; charset=utf-8\r\n"));
    ph_message_free(msg);
}

/* S22. */
static void a_method_is_one_word(void **state)
{
    static const char *const bad[] = {
        "",          "A B",      "A;x=y",
        "A\r\nX: y", "\xC3\x9C", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ph_message *msg = simple();
        ph_message_calendar(msg, bad[i], "x");
        if (ph_message_check(msg) != PH_E_HEADER)
            fail_msg("%zu", i);
        ph_message_free(msg);
    }
}

static void a_boundary_that_occurs_is_refused(void **state)
{
    struct ph_message *msg = composed("t");
    ph_message_text(msg, "x\n--=_b\n");
    rendered(msg); /* alone it harms nobody */
    ph_message_html(msg, "<h>");
    struct ph_slice out;
    assert_int_equal(ph_message_render(msg, &out), PH_E_CONTENT);
    assert_string_equal(ph_message_problem(msg),
                        "boundary: occurs in what is to be sent: give another");
    ph_message_free(msg);
}

/* MG-12; what is encoded cannot hold it. */
static void every_body_that_is_not_encoded_is_searched(void **state)
{
    static const char inner[] = "A: b\n\n--=_b_1--\n";
    static const char text[] = "--=_b_1--\r\n";
    static const struct {
        const char *type;
        const char *data;
        int rc;
    } cases[] = {
        {"message/rfc822", inner, PH_E_CONTENT},
        {"text/x", text, PH_E_CONTENT},
        {"a/a", text, PH_OK},
        {"text/x", "--=_b_1--\r\n------------\xC3\xBC\r\n", PH_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = composed("t");
        struct ph_slice out;
        ph_message_attach(msg, PH_ATTACHMENT(.type = cases[i].type,
                                             .data = cases[i].data,
                                             .len = strlen(cases[i].data)));
        if (ph_message_render(msg, &out) != cases[i].rc)
            fail_msg("%zu", i);
        ph_message_free(msg);
    }
}

static void without_one_boundaries_are_random_and_stay(void **state)
{
    char first[200];
    struct ph_message *a = simple();
    struct ph_message *b = simple();
    ph_message_html(a, "<h>");
    ph_message_text(a, "t");
    ph_message_html(b, "<h>");
    ph_message_text(b, "t");
    snprintf(first, sizeof(first), "%.80s", rendered(a));
    assert_non_null(strstr(first, "boundary=\"=_"));
    assert_memory_not_equal(first, rendered(b), strlen(first));
    /* A change makes it be put together anew. */
    ph_message_subject(a, "x");
    assert_memory_equal(first, rendered(a), strlen(first));
    ph_message_free(a);
    ph_message_free(b);
}

static void a_boundary_fits_and_has_its_signs(void **state)
{
    char text[68];
    memset(text, 'x', sizeof(text));
    text[67] = '\0';
    const char *const bad[] = {"", "a b", "a\"", "a\r\n", "\xC3\xBC", text};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ph_message *msg = simple();
        ph_message_boundary(msg, bad[i]);
        if (ph_message_check(msg) != PH_E_HEADER)
            fail_msg("%zu", i);
        ph_message_free(msg);
    }
    struct ph_message *msg = composed("ta");
    ph_message_boundary(msg, text + 1);
    const char *at = strstr(rendered(msg), "boundary=\"") + 10;
    assert_int_equal(strcspn(at, "\""), 70);
    ph_message_free(msg);
}

/* RFC 2045 6.4: and no other level says so. */
static void levels_around_eight_bit_octets_say_so(void **state)
{
    static const char low[] = "A: b\n";
    static const char high[] = "A: \xC3\xBC\n";
    static const struct {
        const char *calls;
        const char *data; /* of a message that is attached */
        const char *inline_id;
        const char *expected; /* the levels that say so */
    } cases[] = {
        {"thia", high, NULL, "m"},  {"thia", high, "m@x", "mar"},
        {"thi", high, "m@x", "ar"}, {"hi", high, "m@x", "r"},
        {"tc", high, "m@x", "m"},   {"thia", low, "m@x", ""},
    };
    static const char *const levels[] = {"_1", "_2", "_3"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = composed(cases[i].calls);
        ph_message_attach(msg, PH_ATTACHMENT(.type = "message/rfc822",
                                             .data = cases[i].data,
                                             .len = strlen(cases[i].data),
                                             .inline_id = cases[i].inline_id));
        const char *text = rendered(msg);
        for (size_t k = 0; k < COUNT(levels); k++) {
            char line[80];
            snprintf(line, sizeof(line),
                     " boundary=\"=_b%s\"\r\n"
                     "Content-Transfer-Encoding: 8bit\r\n\r\n--",
                     levels[k]);
            if (!strstr(text, line) != !strchr(cases[i].expected, "mar"[k]))
                fail_msg("%zu: %s", i, levels[k]);
        }
        ph_message_free(msg);
    }
}

static void html_of_a_template_shows_images(void **state)
{
    char got[60];
    struct ph_message *msg = composed("i");
    ph__message_typed_text(msg, "text/html; x=y", "<h>", 3);
    tree(got, rendered(msg));
    assert_string_equal(got, "Rhi)");
    ph_message_free(msg);
}

static void a_body_that_is_mime_already_is_a_part(void **state)
{
    struct ph_message *msg = composed("a");
    ph__message_as_is(msg, "multipart/mixed; boundary=z", "8bit",
                      "--z\n\n\xC3\xBC\n--z--\n", 14);
    assert_string_equal(
        rendered(msg),
        "Content-Type: multipart/mixed;\r\n boundary=\"=_b_1\"\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n--=_b_1\r\n"
        "Content-Type: multipart/mixed; boundary=z\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n--z\r\n\r\n\xC3\xBC\r\n--z--\r\n"
        "\r\n--=_b_1\r\n"
        "Content-Type: a/a\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment\r\n"
        "\r\n"
        "\r\n--=_b_1--\r\n");
    assert_true(ph__message_eight_bit(msg));
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_of_one_part_is_left_out),
        cmocka_unit_test(a_message_of_three_levels_is_this),
        cmocka_unit_test(the_last_html_and_calendar_count),
        cmocka_unit_test(a_method_is_one_word),
        cmocka_unit_test(a_boundary_that_occurs_is_refused),
        cmocka_unit_test(every_body_that_is_not_encoded_is_searched),
        cmocka_unit_test(without_one_boundaries_are_random_and_stay),
        cmocka_unit_test(a_boundary_fits_and_has_its_signs),
        cmocka_unit_test(levels_around_eight_bit_octets_say_so),
        cmocka_unit_test(html_of_a_template_shows_images),
        cmocka_unit_test(a_body_that_is_mime_already_is_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
