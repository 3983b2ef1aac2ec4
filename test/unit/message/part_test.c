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
        cmocka_unit_test(what_is_wrong_with_a_part_is_wrong_with_its_messages),
        cmocka_unit_test(a_body_is_lent_to_other_messages),
        cmocka_unit_test(all_that_is_attached_has_to_fit_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
