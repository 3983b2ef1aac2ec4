#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "dkim/parts.h"
#include "unit/dkim/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SIGNER(d, s, i)                                                        \
    ((struct ph__dkim_signer){.domain = (d), .selector = (s), .identity = (i)})

enum { NOW = 1528637909 };

static struct ph__dkim_key *load(const char *pem)
{
    struct ph__dkim_key *key;
    assert_int_equal(ph__dkim_key_new(&key, pem, strlen(pem), NULL), PH_OK);
    return key;
}

static struct ph__dkim_hash hash_body(enum ph__dkim_form form)
{
    struct ph__dkim_body *body;
    struct ph__dkim_hash hash;
    assert_int_equal(ph__dkim_body_new(&body, form), PH_OK);
    assert_int_equal(ph__dkim_body_update(body, RFC_BODY, strlen(RFC_BODY)),
                     PH_OK);
    assert_int_equal(ph__dkim_body_end(&hash, body), PH_OK);
    ph__dkim_body_free(body);
    return hash;
}

static const struct ph_slice rfc_header = {RFC_HEADER, sizeof(RFC_HEADER) - 1};

/* ---- RFC 8463 A.3 ---- */

/* The two fields up to "b=", and what follows there. */
static const struct {
    const char *pem;
    const char *field;
    const char *signature;
} vectors[] = {
    {RFC_ED25519,
     "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
     " d=football.example.com; i=@football.example.com;\r\n"
     " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
     " subject : date : message-id : from : subject : date;\r\n"
     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
     " b=\r\n",
     "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
     "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="},
    {RFC_RSA,
     "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
     " d=football.example.com; i=@football.example.com;\r\n"
     " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
     " date : message-id : from : subject : date;\r\n"
     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
     " b=\r\n",
     "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3"
     "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
     "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="},
};

/* Of the first one. */
static const unsigned char ed25519_hash[PH__DKIM_HASH] = {
    0x48, 0xCE, 0x9A, 0x2C, 0x71, 0x0E, 0xCE, 0x17, 0x10, 0xFF, 0x15,
    0x69, 0x96, 0xB8, 0x36, 0xA7, 0xF4, 0x54, 0x70, 0xE4, 0x3E, 0xFE,
    0x56, 0x43, 0x07, 0x4D, 0x6E, 0x16, 0x90, 0xED, 0x62, 0xE7};

static void add_field(struct ph__buf *out, struct ph__dkim_fields *fields,
                      const char *name, enum ph__dkim_form form)
{
    const struct ph__dkim_field *field = ph__dkim_fields_take(fields, name);
    if (field)
        assert_int_equal(ph__dkim_field_add(out, field, form), PH_OK);
}

/* What the field says is signed, in its order, and the field itself. */
static void hash_vector(unsigned char out[PH__DKIM_HASH], const char *own,
                        enum ph__dkim_form form)
{
    static const char *const names[] = {
        "from",       "to",   "subject", "date",
        "message-id", "from", "subject", "date",
    };
    const struct ph_slice header[] = {rfc_header, {own, strlen(own)}};
    struct ph__dkim_fields fields;
    struct ph__buf text = PH__BUF(2000);
    assert_int_equal(ph__dkim_fields_read(&fields, header, 2), PH_OK);
    for (size_t i = 0; i < COUNT(names); i++)
        add_field(&text, &fields, names[i], form);
    add_field(&text, &fields, "dkim-signature", form);
    assert_int_equal(
        EVP_Digest(text.data, text.len - 2, out, NULL, EVP_sha256(), NULL), 1);
    ph__buf_done(&text);
    ph__dkim_fields_done(&fields);
}

static void the_signatures_of_rfc_8463_come_out(void **state)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        unsigned char hash[PH__DKIM_HASH];
        struct ph__buf signature = PH__BUF(1000);
        struct ph__dkim_key *key = load(vectors[i].pem);
        hash_vector(hash, vectors[i].field, PH__DKIM_RELAXED);
        if (i == 0)
            assert_memory_equal(hash, ed25519_hash, sizeof(hash));
        assert_int_equal(ph__dkim_key_sign(&signature, key, hash), PH_OK);
        assert_string_equal(signature.data, vectors[i].signature);
        ph__buf_done(&signature);
        ph__dkim_key_free(key);
    }
}

/* ---- the field ---- */

static const struct {
    const char *label;
    struct ph__dkim_signer signer;
    const char *expected; /* up to "b=" */
} cases[] = {
    {"as few words as possible",
     {.domain = "football.example.com", .selector = "brisbane"},
     "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
     " d=football.example.com; s=brisbane; t=1528637909; h=from:from:reply-to:"
     "to:to:\r\n"
     " cc:subject:subject:date:date:message-id:message-id;\r\n"
     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b="},
    {"all of them",
     {.domain = "xn--tda.example",
      .selector = "a.b",
      .identity = "News.XN--tda.example",
      .header = PH__DKIM_SIMPLE,
      .body = PH__DKIM_SIMPLE,
      .expire_secs = 604800},
     "DKIM-Signature: v=1; a=ed25519-sha256; c=simple/simple; "
     "d=xn--tda.example;\r\n"
     " i=@News.XN--tda.example; s=a.b; t=1528637909; x=1529242709; "
     "h=from:from:\r\n"
     " reply-to:to:to:cc:subject:subject:date:date:message-id:message-id;\r\n"
     " bh=4bLNXImK9drULnmePzZNEBleUanJCX5PIsDIFoH4KTQ=; b="},
    {"forms that differ",
     {.domain = "a.example", .selector = "s", .body = PH__DKIM_SIMPLE},
     "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=a.example; "
     "s=s;\r\n"
     " t=1528637909; h=from:from:reply-to:to:to:cc:subject:subject:date:date:"
     "\r\n"
     " message-id:message-id; bh=4bLNXImK9drULnmePzZNEBleUanJCX5PIsDIFoH4KTQ=; "
     "b="},
};

static void sign_rfc(struct ph__buf *out, struct ph__dkim_signer signer,
                     const char *pem)
{
    struct ph__dkim_key *key = load(pem);
    struct ph__dkim_hash hash = hash_body(signer.body);
    signer.key = key;
    assert_int_equal(ph__dkim_sign(out, &signer, &rfc_header, 1, &hash, NOW),
                     PH_OK);
    ph__dkim_key_free(key);
}

static void tags_say_who_signed_what(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(2000);
        sign_rfc(&out, cases[i].signer, RFC_ED25519);
        if (strncmp(out.data, cases[i].expected, strlen(cases[i].expected)))
            fail_msg("%s: %s", cases[i].label, out.data);
        ph__buf_done(&out);
    }
}

/* Of one field, which ends with a line end and has no other but folds. */
static size_t longest_line(const struct ph__buf *field)
{
    size_t longest = 0;
    size_t column = 0;
    assert_string_equal(field->data + field->len - 2, "\r\n");
    for (size_t i = 0; i + 2 < field->len; i++) {
        column++;
        if (field->data[i] != '\r')
            continue;
        assert_memory_equal(field->data + i, "\r\n ", 3);
        longest = column - 1 > longest ? column - 1 : longest;
        column = 0;
        i++;
    }
    return column > longest ? column : longest;
}

/* The signature is of the field without it, and goes on behind "b=". */
static void expect_signature(const char *field, const char *before,
                             enum ph__dkim_form form)
{
    unsigned char hash[PH__DKIM_HASH];
    struct ph__buf own = PH__BUF(2000);
    struct ph__buf signature = PH__BUF(1000);
    struct ph__dkim_key *key = load(RFC_ED25519);
    assert_int_equal(ph__buf_format(&own, "%s\r\n", before), PH_OK);
    hash_vector(hash, own.data, form);
    assert_int_equal(ph__dkim_key_sign(&signature, key, hash), PH_OK);
    const char *at = field + strlen(before);
    for (size_t i = 0; i < signature.len; i++) {
        at += strspn(at, "\r\n ");
        assert_int_equal(*at++, signature.data[i]);
    }
    assert_string_equal(at, "\r\n");
    ph__dkim_key_free(key);
    ph__buf_done(&own);
    ph__buf_done(&signature);
}

static void the_field_itself_is_signed(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(2000);
        sign_rfc(&out, cases[i].signer, RFC_ED25519);
        expect_signature(out.data, cases[i].expected, cases[i].signer.header);
        ph__buf_done(&out);
    }
}

static void lines_fit_but_for_the_longest_of_domains(void **state)
{
    char label[PH__DKIM_LABEL_MAX + 1];
    char name[PH__DKIM_NAME_MAX + 1];
    struct ph__buf out = PH__BUF(8000);
    memset(label, 'a', PH__DKIM_LABEL_MAX);
    label[PH__DKIM_LABEL_MAX] = '\0';

    for (size_t len = 1; len <= PH__DKIM_LABEL_MAX; len++) {
        snprintf(name, sizeof(name), "%s.example", label + len - 1);
        ph__buf_clear(&out);
        sign_rfc(&out, SIGNER(name, "s", name), RFC_RSA);
        assert_in_range(longest_line(&out), 70, PH__DKIM_LINE_MAX);
    }
    /* With "s._domainkey." in front there are 253. */
    snprintf(name, sizeof(name), "%s.%s.%s.%s", label, label, label,
             label + 15);
    ph__buf_clear(&out);
    sign_rfc(&out, SIGNER(name, "s", name), RFC_RSA);
    assert_in_range(longest_line(&out), 240, 998);
    ph__buf_done(&out);
}

/* Two of them: each covers the same, whatever is in front. */
static void signatures_follow_each_other(void **state)
{
    struct ph__dkim_signer signer = SIGNER("a.example", "rsa", NULL);
    struct ph__buf once = PH__BUF(4000);
    struct ph__buf both = PH__BUF(4000);
    sign_rfc(&once, signer, RFC_RSA);
    sign_rfc(&both, signer, RFC_RSA);
    size_t len = both.len;
    signer.selector = "ed";
    sign_rfc(&both, signer, RFC_ED25519);
    assert_memory_equal(both.data, once.data, len);
    assert_non_null(strstr(both.data + len, "DKIM-Signature: v=1; "
                                            "a=ed25519-sha256;"));
    ph__buf_done(&once);
    ph__buf_done(&both);
}

/* ---- refused ---- */

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static const struct {
    const char *label;
    const char *domain;
    const char *selector;
    const char *identity;
    const char *words; /* NULL: none */
} signers[] = {
    {"fine", "a.example", "s", NULL, NULL},
    {"a selector of two labels", "a.example", "s.t", NULL, NULL},
    {"a selector like a date", "a.example", "2026-11", NULL, NULL},
    {"the domain itself", "a.example", "s", "A.example", NULL},
    {"below the domain", "a.example", "s", "x.y.a.example", NULL},
    {"beside the domain", "a.example", "s", "b.example", "outside"},
    {"above the domain", "a.example", "s", "example", "outside"},
    {"ends like the domain", "a.example", "s", "ba.example", "outside"},
    {"no identity", "a.example", "s", "", "outside"},
    {"no domain", NULL, "s", NULL, "no domain"},
    {"an empty domain", "", "s", NULL, "no domain"},
    {"one label", "example", "s", NULL, "no domain"},
    {"a dot at the end", "a.example.", "s", NULL, "no domain"},
    {"two dots", "a..example", "s", NULL, "no domain"},
    {"UTF-8", "\xC3\xBC.example", "s", NULL, "no domain"},
    {"an address literal", "[192.0.2.1]", "s", NULL, "no domain"},
    {"a tag in the domain", "a.example;l=0", "s", NULL, "no domain"},
    {"a line in the domain", "a.example\r\nX:.y", "s", NULL, "no domain"},
    {"a hyphen first", "-a.example", "s", NULL, "no domain"},
    {"a hyphen last", "a-.example", "s", NULL, "no domain"},
    {"64 octets", "a" L63 ".example", "s", NULL, "no domain"},
    {"63 octets", L63 ".example", "s", NULL, NULL},
    {"254 octets", L63 "." L63 "." L63 "." L63, "s", NULL, "no domain"},
    {"too long together", L63 "." L63 "." L63 ".a", L63, NULL, "together"},
    {"no selector", "a.example", NULL, NULL, "no selector"},
    {"an empty selector", "a.example", "", NULL, "no selector"},
    {"a tag in the selector", "a.example", "s; l=0", NULL, "no selector"},
};

static void names_are_names(void **state)
{
    struct ph__dkim_key *key = load(RFC_ED25519);
    struct ph__dkim_hash hash = hash_body(PH__DKIM_RELAXED);
    for (size_t i = 0; i < COUNT(signers); i++) {
        struct ph__dkim_signer signer =
            SIGNER(signers[i].domain, signers[i].selector, signers[i].identity);
        signer.key = key;
        struct ph__buf out = PH__BUF(2000);
        const char *problem = ph__dkim_signer_problem(&signer);
        int rc = ph__dkim_sign(&out, &signer, &rfc_header, 1, &hash, NOW);
        const char *words = signers[i].words;
        bool as_wanted = words ? problem && strstr(problem, words) : !problem;
        if (!as_wanted || rc != (words ? PH_E_INVALID : PH_OK))
            fail_msg("%s: %d %s", signers[i].label, rc, problem);
        ph__buf_done(&out);
    }
    ph__dkim_key_free(key);
}

static int sign(struct ph__buf *out, const struct ph__dkim_signer *signer,
                enum ph__dkim_form form, uint64_t now)
{
    struct ph__dkim_hash hash = hash_body(form);
    return ph__dkim_sign(out, signer, &rfc_header, 1, &hash, now);
}

static void what_does_not_fit_together_is_refused(void **state)
{
    struct ph__dkim_key *key = load(RFC_ED25519);
    struct ph__dkim_signer signer = SIGNER("a.example", "s", NULL);
    struct ph__buf out = PH__BUF(2000);
    assert_string_equal(ph__dkim_signer_problem(&signer), "without a key");
    signer.key = key;
    assert_int_equal(sign(&out, &signer, PH__DKIM_SIMPLE, NOW), PH_E_INVALID);
    assert_int_equal(
        sign(&out, &signer, PH__DKIM_RELAXED, PH__DKIM_TIME_MAX + 1),
        PH_E_INVALID);
    signer.expire_secs = 1;
    assert_int_equal(sign(&out, &signer, PH__DKIM_RELAXED, PH__DKIM_TIME_MAX),
                     PH_E_INVALID);
    assert_int_equal(sign(&out, &signer, PH__DKIM_RELAXED, UINT64_MAX),
                     PH_E_INVALID);
    signer.expire_secs = UINT64_MAX;
    assert_int_equal(sign(&out, &signer, PH__DKIM_RELAXED, NOW), PH_E_INVALID);
    assert_int_equal(out.len, 0);
    signer.expire_secs = 1;
    assert_int_equal(
        sign(&out, &signer, PH__DKIM_RELAXED, PH__DKIM_TIME_MAX - 1), PH_OK);
    assert_non_null(strstr(out.data, "t=999999999998; x=999999999999;"));
    ph__buf_done(&out);
    ph__dkim_key_free(key);
}

static void it_is_appended_or_nothing_is(void **state)
{
    struct ph__dkim_key *key = load(RFC_ED25519);
    struct ph__dkim_signer signer = SIGNER("a.example", "s", NULL);
    signer.key = key;
    struct ph__buf out = PH__BUF(200);
    assert_int_equal(ph__buf_add_text(&out, "X: y\r\n"), PH_OK);
    assert_int_equal(sign(&out, &signer, PH__DKIM_RELAXED, NOW), PH_E_LIMIT);
    assert_string_equal(out.data, "X: y\r\n");
    ph__buf_done(&out);
    ph__dkim_key_free(key);
}

/* More names in h= than one field takes. */
static void too_many_fields_to_sign_are_refused(void **state)
{
    struct ph__dkim_key *key = load(RFC_ED25519);
    struct ph__dkim_signer signer = SIGNER("a.example", "s", NULL);
    signer.key = key;
    struct ph__dkim_hash hash = hash_body(PH__DKIM_RELAXED);
    struct ph__buf header = PH__BUF(100000);
    struct ph__buf out = PH__BUF(100000);
    assert_int_equal(ph__buf_add_text(&header, "From: a\r\n"), PH_OK);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(ph__buf_add_text(&header, "To: b\r\n"), PH_OK);
    const struct ph_slice slice = {header.data, header.len};
    assert_int_equal(ph__dkim_sign(&out, &signer, &slice, 1, &hash, NOW),
                     PH_E_LIMIT);
    assert_int_equal(out.len, 0);
    ph__buf_done(&header);
    ph__buf_done(&out);
    ph__dkim_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signatures_of_rfc_8463_come_out),
        cmocka_unit_test(tags_say_who_signed_what),
        cmocka_unit_test(the_field_itself_is_signed),
        cmocka_unit_test(lines_fit_but_for_the_longest_of_domains),
        cmocka_unit_test(signatures_follow_each_other),
        cmocka_unit_test(names_are_names),
        cmocka_unit_test(what_does_not_fit_together_is_refused),
        cmocka_unit_test(it_is_appended_or_nothing_is),
        cmocka_unit_test(too_many_fields_to_sign_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
