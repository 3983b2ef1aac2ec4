#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "dkim/dkim.h"
#include "unit/dkim/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* MG-15. What is hashed, in each form. */
static const struct {
    const char *label;
    const char *input;
    const char *relaxed;
    const char *simple;
} cases[] = {
    {"RFC 6376 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n",
     " C \r\nD \t E\r\n"},
    {"empty", "", "", "\r\n"},
    {"an empty line", "\r\n", "", "\r\n"},
    {"empty lines only", "\r\n\r\n\r\n\r\n", "", "\r\n"},
    {"a blank line", " \t\r\n", "", " \t\r\n"},
    {"a blank, no line end", " ", "", " \r\n"},
    {"blank and empty lines", "\r\n \r\n\t\r\n", "", "\r\n \r\n\t\r\n"},
    {"no line end", "a", "a\r\n", "a\r\n"},
    {"blanks and no line end", "a \t", "a\r\n", "a \t\r\n"},
    {"empty lines in the middle stay", "a\r\n\r\n\r\nb\r\n\r\n",
     "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
    {"empty lines in front stay", "\r\n\r\na\r\n", "\r\n\r\na\r\n",
     "\r\n\r\na\r\n"},
    {"blank lines in the middle are empty", "a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n",
     "a\r\n \r\nb\r\n"},
    {"blank lines at the end", "a\r\n \r\n\t\r\n", "a\r\n", "a\r\n \r\n\t\r\n"},
    {"blanks in front become one", "\t  a\r\n", " a\r\n", "\t  a\r\n"},
    {"blanks between", "a  b\t\tc \td\r\n", "a b c d\r\n", "a  b\t\tc \td\r\n"},
    {"blanks do not reach over a line end", "a \r\n b\r\n", "a\r\n b\r\n",
     "a \r\n b\r\n"},
    {"a dot is not stuffed", ".\r\n..\r\n", ".\r\n..\r\n", ".\r\n..\r\n"},
    {"no-break space is none", "a\xC2\xA0\r\n", "a\xC2\xA0\r\n",
     "a\xC2\xA0\r\n"},
};

static int hash_cut(struct ph__dkim_hash *out, enum ph__dkim_form form,
                    const char *text, size_t len, size_t cut)
{
    struct ph__dkim_body *body;
    assert_int_equal(ph__dkim_body_new(&body, form), PH_OK);
    (void)ph__dkim_body_update(body, text, cut);
    (void)ph__dkim_body_update(body, text + cut, len - cut);
    int rc = ph__dkim_body_end(out, body);
    ph__dkim_body_free(body);
    return rc;
}

static void expect_hash(const char *label, const struct ph__dkim_hash *hash,
                        const char *canonical, size_t len)
{
    unsigned char wanted[PH__DKIM_HASH];
    assert_int_equal(
        EVP_Digest(canonical, len, wanted, NULL, EVP_sha256(), NULL), 1);
    if (memcmp(hash->octets, wanted, sizeof(wanted)) != 0)
        fail_msg("%s, form %d", label, (int)hash->form);
}

static void canonical_forms_are_hashed_however_cut(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].input);
        for (size_t cut = 0; cut <= len; cut++) {
            struct ph__dkim_hash hash;
            assert_int_equal(
                hash_cut(&hash, PH__DKIM_RELAXED, cases[i].input, len, cut),
                PH_OK);
            expect_hash(cases[i].label, &hash, cases[i].relaxed,
                        strlen(cases[i].relaxed));
            assert_int_equal(
                hash_cut(&hash, PH__DKIM_SIMPLE, cases[i].input, len, cut),
                PH_OK);
            expect_hash(cases[i].label, &hash, cases[i].simple,
                        strlen(cases[i].simple));
        }
    }
}

/* RFC 6376 3.4.3, 3.4.4; RFC 8463 A.3. */
static const struct {
    const char *input;
    enum ph__dkim_form form;
    const char *expected;
} vectors[] = {
    {"", PH__DKIM_SIMPLE, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="},
    {"", PH__DKIM_RELAXED, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
    {RFC_BODY, PH__DKIM_RELAXED,
     "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="},
    {RFC_BODY, PH__DKIM_SIMPLE, "4bLNXImK9drULnmePzZNEBleUanJCX5PIsDIFoH4KTQ="},
};

static void hashes_are_those_of_the_rfcs(void **state)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        struct ph__dkim_hash hash;
        struct ph__buf text = PH__BUF(100);
        assert_int_equal(hash_cut(&hash, vectors[i].form, vectors[i].input,
                                  strlen(vectors[i].input), 0),
                         PH_OK);
        assert_int_equal(hash.form, vectors[i].form);
        assert_int_equal(
            ph__base64_encode(&text, hash.octets, sizeof(hash.octets)), PH_OK);
        assert_string_equal(text.data, vectors[i].expected);
        ph__buf_done(&text);
    }
}

/* More than is kept at a time, of octets and of line ends. */
static void long_bodies_are_hashed_whole(void **state)
{
    static char text[9000];
    memset(text, 'x', sizeof(text));
    for (size_t at = 3000; at < 8000; at += 2)
        memcpy(text + at, "\r\n", 2);
    memcpy(text + sizeof(text) - 2, "\r\n", 2);
    for (size_t cut = 0; cut < sizeof(text); cut += 333) {
        struct ph__dkim_hash hash;
        assert_int_equal(
            hash_cut(&hash, PH__DKIM_RELAXED, text, sizeof(text), cut), PH_OK);
        expect_hash("long", &hash, text, sizeof(text));
    }
    struct ph__dkim_hash hash;
    assert_int_equal(hash_cut(&hash, PH__DKIM_SIMPLE, text, 8000, 0), PH_OK);
    expect_hash("many empty lines at the end", &hash, text, 3002);
}

/* What one server takes for a line end and the next does not. */
static void lone_cr_and_lf_are_refused_and_stay_so(void **state)
{
    static const char *const inputs[] = {
        "a\nb\r\n", "\n", "a\rb\r\n", "\r", "a\r\n\r", "a\r\r\n", "a\r\n\n",
    };
    for (size_t i = 0; i < COUNT(inputs); i++) {
        for (size_t cut = 0; cut <= strlen(inputs[i]); cut++) {
            struct ph__dkim_hash hash = {.octets = {7}};
            int rc = hash_cut(&hash, PH__DKIM_RELAXED, inputs[i],
                              strlen(inputs[i]), cut);
            if (rc != PH_E_CONTENT || hash.octets[0] != 7)
                fail_msg("input %zu: %d", i, rc);
        }
    }
}

static void it_ends_once(void **state)
{
    struct ph__dkim_body *body;
    struct ph__dkim_hash hash;
    assert_int_equal(ph__dkim_body_new(&body, PH__DKIM_SIMPLE), PH_OK);
    assert_int_equal(ph__dkim_body_end(&hash, body), PH_OK);
    assert_int_equal(ph__dkim_body_update(body, "a", 1), PH_E_INVALID);
    assert_int_equal(ph__dkim_body_end(&hash, body), PH_E_INVALID);
    ph__dkim_body_free(body);
    ph__dkim_body_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_forms_are_hashed_however_cut),
        cmocka_unit_test(hashes_are_those_of_the_rfcs),
        cmocka_unit_test(long_bodies_are_hashed_whole),
        cmocka_unit_test(lone_cr_and_lf_are_refused_and_stay_so),
        cmocka_unit_test(it_ends_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
