/* What goes with a message: made once, shared, and the large on the disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <posthaste/merge.h>

#include "base/base64.h"
#include "message/internal.h"
#include "message/limits.h"
#include "message/mime.h"

static struct ph_message *letter(void)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@x.org");
    ph_message_text(msg, "Hi\n");
    ph_message_boundary(msg, "b");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    return msg;
}

/* A file of `len` octets that is gone when it is closed. */
static FILE *file_of(char path[32], size_t len)
{
    memcpy(path, "/tmp/part_test-XXXXXX", 22);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    for (size_t i = 0; i < len; i++)
        fputc((int)(i * 31 + i / 251) & 0xFF, file);
    fflush(file);
    return file;
}

static void assert_octets(const char *base64, size_t len)
{
    size_t at = 0;
    unsigned char octets[PH__BASE64_STEP];
    struct ph__buf line = PH__BUF(100);
    while (at < len) {
        size_t n = len - at < sizeof(octets) ? len - at : sizeof(octets);
        for (size_t i = 0; i < n; i++)
            octets[i] = (unsigned char)((at + i) * 31 + (at + i) / 251);
        ph__buf_clear(&line);
        assert_int_equal(ph__base64_encode(&line, octets, n), PH_OK);
        assert_int_equal(ph__buf_add_text(&line, "\r\n"), PH_OK);
        assert_memory_equal(base64, line.data, line.len);
        base64 += line.len;
        at += n;
    }
    ph__buf_done(&line);
}

static void a_file_arrives_octet_for_octet_wherever_it_is_kept(void **state)
{
    static const size_t sizes[] = {0,
                                   1,
                                   PH__SPOOL_ABOVE,
                                   PH__SPOOL_ABOVE + 1,
                                   3 * PH__SPOOL_ABOVE + 100,
                                   4096 * PH__BASE64_STEP};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char path[32];
        FILE *file = file_of(path, sizes[i]);
        struct ph_message *msg = letter();
        struct ph_slice out;
        ph_message_attach(msg, PH_ATTACHMENT(.path = path, .name = "x"));
        fclose(file);
        unlink(path);
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        const char *body = strstr(out.data, "filename=x\r\n\r\n");
        if (!body)
            body = strstr(out.data, "filename=\"x\"\r\n\r\n");
        assert_non_null(body);
        assert_octets(strstr(body, "\r\n\r\n") + 4, sizes[i]);
        assert_string_equal(out.data + out.len - 13, "\r\n--=_b_1--\r\n");
        ph_message_free(msg);
    }
}

static void a_large_file_is_sent_from_where_it_is_kept(void **state)
{
    char path[32];
    FILE *file = file_of(path, 2 * PH__SPOOL_ABOVE);
    struct ph_part *part = ph_part_new(PH_ATTACHMENT(.path = path));
    struct ph_message *one = letter();
    struct ph_message *two = letter();
    const struct ph__slices *first;
    const struct ph__slices *second;
    fclose(file);
    unlink(path);
    ph_message_add_part(one, part);
    ph_message_add_part(two, part);
    ph_part_free(part);
    assert_int_equal(ph__message_content(&first, one), PH_OK);
    assert_int_equal(ph__message_content(&second, two), PH_OK);
    assert_int_equal(first->count, 3);
    assert_ptr_equal(first->list[1].data, second->list[1].data);
    assert_true(first->own.len < PH__COPY_MAX);
    ph_message_free(one);
    assert_octets(second->list[1].data, 2 * PH__SPOOL_ABOVE); /* still there */
    ph_message_free(two);
}

static const char *number_of(void *user, const char *name)
{
    return user;
}

/* A batch encodes its file once, and no row has octets of it to itself. */
static void rows_are_sent_from_one_place(void **state)
{
    enum { ROWS = 300 };
    static const char *const texts[] = {"From: a@x.org\n\nHi\n",
                                        "From: a@x.org\n\nHi {{n}}\n"};
    for (size_t t = 0; t < 2; t++) {
        struct ph_message *rows[ROWS];
        const struct ph__slices *content;
        const char *first = NULL;
        char path[32];
        FILE *file = file_of(path, 2 * PH__SPOOL_ABOVE);
        struct ph_template *made = ph_template_new(texts[t], strlen(texts[t]));
        ph_template_attach(made, PH_ATTACHMENT(.path = path));
        fclose(file);
        unlink(path);
        for (size_t i = 0; i < ROWS; i++) {
            rows[i] = ph_message_new();
            ph_message_to(rows[i], "bob@x.org");
            ph_message_date(rows[i], 0);
            ph_message_id(rows[i], "1@x.org");
            ph_template_fill(made, number_of, (char[]){"1"}, rows[i]);
            assert_int_equal(ph__message_content(&content, rows[i]), PH_OK);
            assert_int_equal(content->count, 3);
            first = i ? first : content->list[1].data;
            assert_ptr_equal(content->list[1].data, first);
            assert_in_range(ph__message_own_octets(rows[i]), 1, 2000);
        }
        ph_template_free(made);
        assert_octets(first, 2 * PH__SPOOL_ABOVE);
        for (size_t i = 0; i < ROWS; i++)
            ph_message_free(rows[i]);
    }
}

/* A queue of them is bounded by what it costs, not by what it sends. */
static void what_is_shared_is_nobodys_own(void **state)
{
    enum { LEN = 2 * PH__SPOOL_ABOVE };
    char path[32];
    FILE *file = file_of(path, LEN);
    struct ph_part *part = ph_part_new(PH_ATTACHMENT(.path = path));
    struct ph_message *with_shared = letter();
    struct ph_message *with_own = letter();
    struct ph_message *borrower = letter();
    const struct ph__slices *content;
    struct ph__mime *body;
    ph_message_add_part(with_shared, part);
    ph_message_attach(with_own, PH_ATTACHMENT(.path = path));
    fclose(file);
    unlink(path);
    assert_int_equal(ph__message_content(&content, with_shared), PH_OK);
    assert_in_range(ph__message_own_octets(with_shared), 100, PH__COPY_MAX);
    assert_int_equal(ph__message_content(&content, with_own), PH_OK);
    assert_int_equal(ph__message_own_octets(with_own), content->octets);
    assert_int_equal(ph__message_lend_body(&body, with_own), PH_OK);
    ph__message_borrow_body(borrower, body);
    assert_int_equal(ph__message_content(&content, borrower), PH_OK);
    assert_true(content->octets > LEN);
    assert_in_range(ph__message_own_octets(borrower), 100, PH__COPY_MAX);
    ph__mime_free(body);
    ph_message_free(borrower);
    ph_message_free(with_own);
    ph_message_free(with_shared);
    ph_part_free(part);
}

/* What is generated is not kept in memory either, by whoever made it. */
static void large_data_is_kept_as_a_file_is(void **state)
{
    enum { LEN = 3 * PH__SPOOL_ABOVE + 100 };
    char *data = malloc(LEN);
    assert_non_null(data);
    for (size_t i = 0; i < LEN; i++)
        data[i] = (char)(i * 31 + i / 251);
    struct ph_message *msg = letter();
    const struct ph__slices *content;
    ph_message_attach(msg, PH_ATTACHMENT(.data = data, .len = LEN));
    free(data);
    assert_int_equal(ph__message_content(&content, msg), PH_OK);
    assert_int_equal(content->count, 3);
    assert_octets(content->list[1].data, LEN);
    assert_true(content->own.cap < PH__COPY_MAX);
    ph_message_free(msg);
}

/* `len` octets, of which those at `at` are these. */
static char *text_with(const char *octets, size_t at, size_t len)
{
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text + at, octets, strlen(octets));
    return text;
}

static const char *type_of_large(const char *text, size_t len, bool in_file)
{
    static char line[128];
    char path[32];
    FILE *file = file_of(path, 0);
    fwrite(text, 1, len, file);
    fclose(file);
    struct ph_message *msg = letter();
    const struct ph__slices *content;
    ph_message_attach(msg, PH_ATTACHMENT(.path = in_file ? path : NULL,
                                         .data = in_file ? NULL : text,
                                         .len = in_file ? 0 : len,
                                         .type = "text/csv", .name = "x"));
    unlink(path);
    assert_int_equal(ph__message_content(&content, msg), PH_OK);
    const char *type = strstr(ph__buf_text(&content->own), ": text/csv");
    assert_non_null(type);
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(type, "\r"), type);
    ph_message_free(msg);
    return line;
}

/* It is looked at in steps, which begin anywhere in a character. */
static void large_text_says_its_charset(void **state)
{
    enum { STEP = 1024 * PH__BASE64_STEP, LEN = 20 * STEP };
    static const struct {
        const char *label;
        const char *octets;
        size_t at;
        bool utf8;
    } cases[] = {
        {"ASCII", "z", 0, false},
        {"within a step", "\xC3\xA9", 5, true},
        {"2 octets, cut", "\xC3\xA9", STEP - 1, true},
        {"3 octets, cut behind the first", "\xE2\x82\xAC", STEP - 1, true},
        {"3 octets, cut behind the second", "\xE2\x82\xAC", STEP - 2, true},
        {"4 octets, cut", "\xF0\x9F\x93\xAE", 2 * STEP - 3, true},
        {"4 octets, at the end", "\xF0\x9F\x93\xAE", LEN - 4, true},
        {"Latin-1, at the end of a step", "\xE9", STEP - 1, false},
        {"begun at the end of all", "\xE2\x82", LEN - 2, false},
        {"begun, then a letter", "\xE2\x82", STEP - 2, false},
        {"goes on with nothing begun", "\x82", STEP, false},
        {"one good, one bad",
         "\xC3\xA9\xE9"
         "e",
         STEP - 2, false},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
        char *text = text_with(cases[i / 2].octets, cases[i / 2].at, LEN);
        const char *said = type_of_large(text, LEN, i % 2);
        bool utf8 = strstr(said, "charset=utf-8") != NULL;
        if (utf8 != cases[i / 2].utf8)
            fail_msg("%s: %s", cases[i / 2].label, said);
        free(text);
    }
}

static void what_is_wrong_with_a_part_is_wrong_with_its_messages(void **state)
{
    struct ph_part *part = ph_part_new(PH_ATTACHMENT(.path = "/nowhere/x"));
    struct ph_message *msg = letter();
    assert_int_equal(ph_part_check(part), PH_E_SYSTEM);
    ph_message_add_part(msg, part);
    assert_int_equal(ph_message_check(msg), PH_E_SYSTEM);
    assert_string_equal(ph_message_problem(msg), ph_part_problem(part));
    assert_string_equal(ph_part_problem(part),
                        "attach: '/nowhere/x' cannot be read: No such file or "
                        "directory");
    ph_message_free(msg);
    ph_part_free(part);
    assert_int_equal(ph_part_check(NULL), PH_E_NOMEM);
    part = ph_part_new(NULL);
    assert_int_equal(ph_part_check(part), PH_E_INVALID);
    ph_part_free(part);
    ph_part_free(NULL);
}

static void a_body_is_lent_to_other_messages(void **state)
{
    struct ph_message *model = letter();
    struct ph_message *msg = ph_message_new();
    struct ph__mime *body;
    struct ph_slice one;
    struct ph_slice two;
    ph_message_attach(model, PH_ATTACHMENT(.data = "x", .len = 1));
    assert_int_equal(ph__message_lend_body(&body, model), PH_OK);
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@x.org");
    ph_message_text(msg, "");
    ph__message_borrow_body(msg, body);
    ph__mime_free(body);
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    assert_int_equal(ph_message_render(model, &one), PH_OK);
    assert_int_equal(ph_message_render(msg, &two), PH_OK);
    assert_string_equal(one.data, two.data);
    ph_message_free(model);
    ph_message_subject(msg, "later");
    assert_int_equal(ph_message_render(msg, &two), PH_OK);
    assert_non_null(strstr(two.data, "Subject: later\r\n"));
    assert_non_null(strstr(two.data, "\r\neA==\r\n"));
    ph_message_text(msg, "other");
    assert_int_equal(ph_message_render(msg, &two), PH_OK);
    assert_null(strstr(two.data, "\r\neA==\r\n"));
    assert_non_null(strstr(two.data, "\r\n\r\nother\r\n"));
    ph_message_free(msg);
}

static void all_that_is_attached_has_to_fit_one_message(void **state)
{
    char path[32];
    FILE *file = file_of(path, 4 * PH__SPOOL_ABOVE);
    struct ph_part *part = ph_part_new(PH_ATTACHMENT(.path = path));
    struct ph_message *msg = letter();
    fclose(file);
    unlink(path);
    for (int i = 0; i < 46; i++)
        ph_message_add_part(msg, part); /* 46 * 5.47 MiB */
    assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_add_part(msg, part);
    assert_int_equal(ph_message_check(msg), PH_E_LIMIT);
    ph_part_free(part);
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_arrives_octet_for_octet_wherever_it_is_kept),
        cmocka_unit_test(a_large_file_is_sent_from_where_it_is_kept),
        cmocka_unit_test(rows_are_sent_from_one_place),
        cmocka_unit_test(what_is_shared_is_nobodys_own),
        cmocka_unit_test(large_data_is_kept_as_a_file_is),
        cmocka_unit_test(large_text_says_its_charset),
        cmocka_unit_test(what_is_wrong_with_a_part_is_wrong_with_its_messages),
        cmocka_unit_test(a_body_is_lent_to_other_messages),
        cmocka_unit_test(all_that_is_attached_has_to_fit_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
