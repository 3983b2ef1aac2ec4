/* Signatures of a message, as it will be sent; MG-14, MG-15. That they are
 * good, dkimpy judges: verify.py of dkim/, and cli_sign_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/internal.h"
#include "message/mime.h"
#include "message/parts.h"
#include "unit/dkim/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ph_dkim *signer(const char *key)
{
    struct ph_dkim *d = ph_dkim_new(PH_DKIM(.domain = "b\xC3\xBC"
                                                      "cher.example",
                                            .selector = "s1", .key = key,
                                            .key_len = strlen(key)));
    assert_string_equal(ph_dkim_problem(d), "");
    return d;
}

static struct ph_message *letter(void)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@x.org");
    ph_message_date(msg, 1751360703);
    ph_message_id(msg, "1@x.org");
    return msg;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

static void each_signer_adds_a_field_in_front(void **state)
{
    struct ph_dkim *one = signer(RFC_ED25519);
    struct ph_dkim *two = signer(RFC_RSA);
    struct ph_message *msg = letter();
    struct ph_slice out;
    ph_message_text(msg, "Hi\n");
    ph_message_sign(msg, one);
    ph_message_sign(msg, two);
    ph_dkim_free(one);
    ph_dkim_free(two);
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_memory_equal(out.data, "DKIM-Signature: v=1; a=ed25519-sha256;", 38);
    assert_int_equal(count(out.data, "DKIM-Signature:"), 2);
    assert_non_null(strstr(out.data, "a=rsa-sha256;"));
    assert_int_equal(count(out.data, "d=xn--bcher-kva.example;"), 2);
    assert_int_equal(count(out.data, "t=1751360703;"), 2);
    assert_int_equal(count(out.data, "\r\nFrom: ann@x.org\r\n"), 1);
    ph_message_free(msg);
}

static void a_signature_covers_what_unsubscribes(void **state)
{
    struct ph_dkim *d = signer(RFC_ED25519);
    struct ph_message *msg = letter();
    struct ph_slice out;
    ph_message_text(msg, "Hi\n");
    ph_message_list_unsubscribe(msg, "https://x.org/u"); /* RFC 8058 4 */
    ph_message_sign(msg, d);
    ph_dkim_free(d);
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_int_equal(count(out.data, "list-unsubscribe-post"), 2);
    ph_message_free(msg);
}

static void a_body_that_is_shared_is_hashed_once(void **state)
{
    struct ph_dkim *d = signer(RFC_ED25519);
    struct ph_message *model = letter();
    struct ph__mime *body;
    struct ph_slice out;
    ph_message_text(model, "Hi\n");
    assert_int_equal(ph__message_lend_body(&body, model), PH_OK);
    ph_message_free(model);
    for (int i = 0; i < 3; i++) {
        struct ph_message *msg = letter();
        ph_message_text(msg, "Hi\n");
        ph__message_borrow_body(msg, body);
        ph_message_sign(msg, d);
        /* What was hashed once is believed. */
        assert_int_equal(body->digests.made[PH__DKIM_RELAXED], i > 0);
        if (i == 2)
            memset(body->digests.of[PH__DKIM_RELAXED].octets, 0, PH__DKIM_HASH);
        assert_int_equal(ph_message_render(msg, &out), PH_OK);
        assert_int_equal(!strstr(out.data, "bh=AAAAAAAAAAAA"), i < 2);
        ph_message_free(msg);
    }
    ph__mime_free(body);
    ph_dkim_free(d);
}

static void a_ready_message_is_signed_as_it_is(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } cases[] = {
        {"From: a@x\r\n\r\nHi\r\n", PH_OK},
        {"From: a@x\nX: y\n\n\n", PH_OK},
        {"From: a@x\r\n", PH_OK}, /* a header and nothing else */
        {"From: a@x\r\n\r\n", PH_OK},
        {"To: a@x\r\n\r\n", PH_E_HEADER},
        {"\r\nHi\r\n", PH_E_HEADER},
        {"From: a@x\r\nFrom: a@x\r\n\r\n", PH_E_HEADER},
    };
    struct ph_dkim *d = signer(RFC_ED25519);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = ph_message_new();
        struct ph_slice out;
        struct ph_slice bare;
        ph_message_ready(msg, cases[i].text, strlen(cases[i].text), false);
        ph_message_envelope_from(msg, "");
        ph_message_envelope_to(msg, "a@x");
        assert_int_equal(ph_message_render(msg, &bare), PH_OK);
        size_t len = bare.len;
        ph_message_sign(msg, d);
        assert_int_equal(ph_message_render(msg, &out), PH_E_INVALID);
        ph__message_sign_at(msg, 1);
        assert_int_equal(ph_message_render(msg, &out), cases[i].rc);
        if (cases[i].rc) {
            assert_string_equal(ph_message_problem(msg),
                                "dkim: there must be one From");
        } else {
            assert_memory_equal(out.data, "DKIM-Signature:", 15);
            assert_int_equal(count(out.data, "\r\n\r\n"),
                             count(out.data + out.len - len, "\r\n\r\n"));
        }
        ph_message_free(msg);
    }
    ph_dkim_free(d);
}

static void what_cannot_sign_says_why(void **state)
{
    static const struct {
        const char *domain;
        const char *selector;
        const char *key;
        const char *identity;
        const char *problem;
    } cases[] = {
        {"x", "s", RFC_ED25519, NULL,
         "dkim: cannot sign for what is no domain: give one like example.org, "
         "in ASCII"},
        {"x.org", "s t", RFC_ED25519, NULL,
         "dkim: cannot sign with what is no selector: give letters, digits and "
         "hyphens"},
        {"x.org", "s", RFC_ED25519, "y.org",
         "dkim: cannot sign for an identity outside the domain"},
        {"x.org", NULL, RFC_ED25519, NULL,
         "dkim: takes a domain, a selector and a key"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_dkim *d = ph_dkim_new(
            PH_DKIM(.domain = cases[i].domain, .selector = cases[i].selector,
                    .identity = cases[i].identity, .key = cases[i].key,
                    .key_len = strlen(cases[i].key)));
        struct ph_message *msg = letter();
        assert_int_equal(ph_dkim_check(d), PH_E_INVALID);
        assert_string_equal(ph_dkim_problem(d), cases[i].problem);
        ph_message_sign(msg, d);
        assert_int_equal(ph_message_check(msg), PH_E_INVALID);
        assert_string_equal(ph_message_problem(msg), cases[i].problem);
        ph_message_free(msg);
        ph_dkim_free(d);
    }
    struct ph_dkim *d = ph_dkim_new(PH_DKIM(.domain = "x.org", .selector = "s",
                                            .key = "no key", .key_len = 6));
    assert_memory_equal(ph_dkim_problem(d), "dkim: cannot use the key: ", 26);
    ph_dkim_free(d);
    ph_dkim_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signer_adds_a_field_in_front),
        cmocka_unit_test(a_signature_covers_what_unsubscribes),
        cmocka_unit_test(a_body_that_is_shared_is_hashed_once),
        cmocka_unit_test(a_ready_message_is_signed_as_it_is),
        cmocka_unit_test(what_cannot_sign_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
