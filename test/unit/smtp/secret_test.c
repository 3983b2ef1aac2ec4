/* What of a server's words is not shown: U38, S30. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "smtp/secret.h"

#define PASSWORD "canary/Pw+7f3a91"
#define ENCODED  "Y2FuYXJ5L1B3KzdmM2E5MQ=="
#define SAID     "AGFubgBjYW5hcnkvUHcrN2YzYTkx"

static const struct {
    const char *label;
    const char *text;
    const char *shown;
} cases[] = {
    {"nothing of it", "authentication failed", "authentication failed"},
    {"nothing at all", "", ""},
    {"the line", "no: " SAID, "no: <hidden>"},
    {"the command", "bad command AUTH PLAIN " SAID " again",
     "bad command AUTH PLAIN <hidden>"},
    {"the password", "(" PASSWORD ") is wrong", "(<hidden>"},
    {"the password in base64", ENCODED, "<hidden>"},
    {"in capitals", "AUTH PLAIN AGFUBGBJYW5HCNKVUHCRN2YZYTKX",
     "AUTH PLAIN <hidden>"},
    {"its beginning", "no: canary/P...", "no: <hidden>"},
    {"its beginning at the end", "no: cana", "no: <hidden>"},
    {"words that begin alike", "canaries sing", "canaries sing"},
    {"twice its first octet", "no: ccanary/Pw+7f", "no: c<hidden>"},
    {"what follows it", "no: " SAID "\nmore\nand " PASSWORD, "no: <hidden>"},
    {"another line", "no\nno\n" PASSWORD, "no\nno\n<hidden>"},
    {"short, as a whole", "is it pin5?", "is it <hidden>"},
    {"short, in part", "is it pin4?", "is it pin4?"},
    {"a line as short as can be", "c\na\nn\n", "c\na\nn\n"},
};

static void set_up(struct ph__secrets *s)
{
    *s = (struct ph__secrets){.count = 0};
    assert_int_equal(ph__secrets_add_both(s, PASSWORD), PH_OK);
    assert_int_equal(ph__secrets_add_both(s, NULL), PH_OK);
    ph__secrets_add(s, SAID);
    ph__secrets_add(s, "pin5");
    ph__secrets_add(s, "abc"); /* too short */
}

static void what_a_server_repeats_is_hidden(void **state)
{
    (void)state;
    struct ph__secrets s;
    set_up(&s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf out = PH__BUF(200);
        const char *text = cases[i].text;
        assert_int_equal(ph__secrets_show(&s, &out, text, strlen(text)), PH_OK);
        if (strcmp(ph__buf_text(&out), cases[i].shown))
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

/* Wherever lines cut it, less than PH__SECRET_MIN octets of it are seen. */
static void a_reply_of_several_lines_hides_it_too(void **state)
{
    (void)state;
    struct ph__secrets s;
    set_up(&s);
    for (size_t cut = 1; cut < strlen(SAID); cut++) {
        struct ph__secret_trail trail = {.len = 0};
        size_t first = ph__secrets_seek(&s, &trail, SAID, cut);
        assert_int_equal(first, cut < PH__SECRET_MIN ? cut : 0);
        assert_int_equal(
            ph__secrets_seek(&s, &trail, &SAID[cut], strlen(SAID) - cut), 0);
        assert_true(trail.found);
        assert_int_equal(ph__secrets_seek(&s, &trail, "more", 4), 0);
    }
}

static void a_challenge_is_read_before_it_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        bool hidden;
    } challenges[] = {
        {"", false},
        {"Password:", false},
        {"r=fyko+d2lbbFgONRv9,s=QSXCR+Q6sek8bf92,i=4096", false},
        {"{\"status\":\"401\",\"token\":\"" PASSWORD "\"}", true},
        {"ann " PASSWORD, true},
        {SAID, true},
    };
    struct ph__secrets s;
    set_up(&s);
    for (size_t i = 0; i < sizeof(challenges) / sizeof(*challenges); i++) {
        struct ph__buf text = PH__BUF(200);
        const char *raw = challenges[i].raw;
        assert_int_equal(ph__base64_encode(&text, raw, strlen(raw)), PH_OK);
        assert_int_equal(
            ph__secrets_challenge(&s, ph__buf_text(&text), text.len),
            challenges[i].hidden);
        ph__buf_done(&text);
    }
    assert_false(ph__secrets_challenge(&s, "no base64", 9));
}

static void nothing_is_hidden_before_it_is_said(void **state)
{
    (void)state;
    const struct ph__secrets none = {.count = 0};
    struct ph__secrets full;
    assert_int_equal(ph__secrets_seek_all(&none, SAID, strlen(SAID)),
                     strlen(SAID));
    set_up(&full);
    for (int i = 0; i < 2 * PH__SECRETS_MAX; i++)
        ph__secrets_add(&full, "filler");
    assert_int_equal(full.count, PH__SECRETS_MAX);
    assert_int_equal(ph__secrets_seek_all(&full, SAID, strlen(SAID)), 0);
    ph__secrets_wipe(&full);
    assert_int_equal(full.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_server_repeats_is_hidden),
        cmocka_unit_test(a_reply_of_several_lines_hides_it_too),
        cmocka_unit_test(a_challenge_is_read_before_it_is_shown),
        cmocka_unit_test(nothing_is_hidden_before_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
