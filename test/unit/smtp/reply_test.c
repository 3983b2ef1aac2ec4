#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/reply.h"

/* Feeds all of `text`; the last result. */
static enum ph__reply_result read_all(struct ph__reply_reader *r,
                                      const char *text, size_t len)
{
    enum ph__reply_result result = PH__REPLY_MORE;
    while (len && result != PH__REPLY_BAD)
        result = ph__reply_read(r, &text, &len);
    return result;
}

struct sample {
    const char *text;
    enum ph__reply_result result;
    int code;
    int enhanced[3];
    const char *joined;
};

static const struct sample samples[] = {
    {"250 ok\r\n", PH__REPLY_DONE, 250, {0}, "ok"},
    {"250\r\n", PH__REPLY_DONE, 250, {0}, ""}, /* RP-01 */
    {"250 \r\n", PH__REPLY_DONE, 250, {0}, ""},
    {"250 ok\n", PH__REPLY_DONE, 250, {0}, "ok"},             /* RP-06 */
    {"250-a\r\n250 b\r\n", PH__REPLY_DONE, 250, {0}, "a\nb"}, /* RP-02 */
    {"250-a\r\n250\r\n", PH__REPLY_DONE, 250, {0}, "a\n"},
    {"550-5.1.1 a\r\n550 5.1.1 b\r\n",
     PH__REPLY_DONE,
     550,
     {5, 1, 1},
     "a\nb"}, /* RP-13 */
    {"250 2.1.0\r\n", PH__REPLY_DONE, 250, {2, 1, 0}, ""},
    {"450 5.1.1 x\r\n", PH__REPLY_DONE, 450, {0}, "5.1.1 x"}, /* RP-12 */
    {"550 5.1.1x\r\n", PH__REPLY_DONE, 550, {0}, "5.1.1x"},   /* RP-14 */
    {"550 5.1 x\r\n", PH__REPLY_DONE, 550, {0}, "5.1 x"},
    {"354 3.1.1 x\r\n", PH__REPLY_DONE, 354, {0}, "3.1.1 x"},
    {"550 9.999.999 x\r\n", PH__REPLY_DONE, 550, {0}, "9.999.999 x"}, /* S17 */
    {"250 a\rb\r\n", PH__REPLY_DONE, 250, {0}, "a?b"},
    {"250 \x1b[2J\r\n", PH__REPLY_DONE, 250, {0}, "?[2J"}, /* S34 */
    {"250 gr\xc3\xbc\xc3\x9f\r\n",
     PH__REPLY_DONE,
     250,
     {0},
     "gr\xc3\xbc\xc3\x9f"},
    {"250-a\r\n", PH__REPLY_LINE, 0, {0}, NULL},
    {"250", PH__REPLY_MORE, 0, {0}, NULL},
    {"250-a\r\n550 b\r\n", PH__REPLY_BAD, 0, {0}, NULL}, /* RP-05 */
    {"25\r\n", PH__REPLY_BAD, 0, {0}, NULL},
    {"2500 x\r\n", PH__REPLY_BAD, 0, {0}, NULL},
    {"250_x\r\n", PH__REPLY_BAD, 0, {0}, NULL},
    {"-50 x\r\n", PH__REPLY_BAD, 0, {0}, NULL},
    {" 250 x\r\n", PH__REPLY_BAD, 0, {0}, NULL},
    {"\r\n", PH__REPLY_BAD, 0, {0}, NULL},
};

static void check(const struct sample *s, size_t piece)
{
    struct ph__reply_reader r;
    enum ph__reply_result result = PH__REPLY_MORE;
    size_t len = strlen(s->text);
    ph__reply_init(&r, false);
    for (size_t at = 0; at < len && result != PH__REPLY_BAD; at += piece)
        result =
            read_all(&r, s->text + at, len - at < piece ? len - at : piece);
    assert_int_equal(result, s->result);
    if (result == PH__REPLY_DONE) {
        struct ph_reply reply = ph__reply_get(&r);
        assert_int_equal(reply.code, s->code);
        assert_memory_equal(reply.enhanced, s->enhanced, sizeof(s->enhanced));
        assert_string_equal(reply.text, s->joined);
    }
    ph__reply_done(&r);
}

static void replies_read_the_same_however_cut(void **state) /* RP-11, S15 */
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        for (size_t piece = 1; piece <= strlen(samples[i].text); piece++)
            check(&samples[i], piece);
}

static void nul_is_no_text(void **state) /* RP-07 */
{
    (void)state;
    struct ph__reply_reader r;
    ph__reply_init(&r, false);
    assert_int_equal(read_all(&r, "250 a\0b\r\n", 9), PH__REPLY_BAD);
    ph__reply_done(&r);
}

static void a_line_without_end_is_cut(void **state) /* RP-08, S11 */
{
    (void)state;
    struct ph__reply_reader r;
    char a[1000];
    memset(a, 'A', sizeof(a));
    ph__reply_init(&r, false);
    enum ph__reply_result result = PH__REPLY_MORE;
    size_t fed = 0;
    while (result == PH__REPLY_MORE && fed < 1 << 20) {
        result = read_all(&r, a, sizeof(a));
        fed += sizeof(a);
    }
    assert_int_equal(result, PH__REPLY_BAD);
    assert_true(fed <= 17000);
    ph__reply_done(&r);
}

static void lines_without_end_are_cut(void **state) /* RP-09, S11 */
{
    (void)state;
    struct ph__reply_reader r;
    ph__reply_init(&r, false);
    enum ph__reply_result result = PH__REPLY_LINE;
    int lines = 0;
    while (result == PH__REPLY_LINE && lines < 100000) {
        result = read_all(&r, "250-x\r\n", 7);
        lines++;
    }
    assert_int_equal(result, PH__REPLY_BAD);
    assert_int_equal(lines, 257);
    ph__reply_done(&r);
}

static void one_reader_serves_many_replies(void **state)
{
    (void)state;
    struct ph__reply_reader r;
    const char *text = "220 a\r\n250-b\r\n250 c\r\n354 d\r\n";
    size_t len = strlen(text);
    static const int codes[] = {220, 250, 250, 354};
    ph__reply_init(&r, true);
    for (size_t i = 0; i < 4; i++) {
        enum ph__reply_result want = i == 1 ? PH__REPLY_LINE : PH__REPLY_DONE;
        assert_int_equal(ph__reply_read(&r, &text, &len), want);
        assert_int_equal(ph__reply_get(&r).code, codes[i]);
    }
    assert_int_equal(len, 0);
    assert_string_equal(ph__buf_text(&r.shown), "354 d");
    assert_false(ph__reply_begun(&r));
    ph__reply_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_read_the_same_however_cut),
        cmocka_unit_test(nul_is_no_text),
        cmocka_unit_test(a_line_without_end_is_cut),
        cmocka_unit_test(lines_without_end_are_cut),
        cmocka_unit_test(one_reader_serves_many_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
