#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dkim/parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){text, strlen(text)};
}

/* MG-15 */
static const struct {
    const char *label;
    const char *input;
    const char *relaxed;
} forms[] = {
    {"RFC 6376 3.4.5, A", "A: X\r\n", "a:X\r\n"},
    {"RFC 6376 3.4.5, B", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"},
    {"case of names only", "SUBJect: AbC\r\n", "subject:AbC\r\n"},
    {"no value", "Subject:\r\n", "subject:\r\n"},
    {"blanks for a value", "Subject: \t \r\n", "subject:\r\n"},
    {"folded behind the name", "Subject:\r\n a\r\n", "subject:a\r\n"},
    {"a fold among blanks", "To: a, \r\n\t b\r\n", "to:a, b\r\n"},
    {"folded to a blank line", "To: a\r\n \r\n b\r\n", "to:a b\r\n"},
    {"colons", "X: a : b:c\r\n", "x:a : b:c\r\n"},
    {"UTF-8", "X: \xC3\x9C \xC2\xA0\r\n", "x:\xC3\x9C \xC2\xA0\r\n"},
};

static void fields_take_their_canonical_forms(void **state)
{
    for (size_t i = 0; i < COUNT(forms); i++) {
        const struct ph_slice input = slice(forms[i].input);
        struct ph__dkim_fields fields;
        struct ph__buf out = PH__BUF(100);
        assert_int_equal(ph__dkim_fields_read(&fields, &input, 1), PH_OK);
        assert_int_equal(fields.count, 1);
        assert_int_equal(
            ph__dkim_field_add(&out, &fields.list[0], PH__DKIM_RELAXED), PH_OK);
        if (strcmp(out.data, forms[i].relaxed) != 0)
            fail_msg("%s: %s", forms[i].label, out.data);
        ph__buf_clear(&out);
        assert_int_equal(
            ph__dkim_field_add(&out, &fields.list[0], PH__DKIM_SIMPLE), PH_OK);
        assert_string_equal(out.data, forms[i].input);
        ph__buf_done(&out);
        ph__dkim_fields_done(&fields);
    }
}

static const char *const refused[] = {
    "",                           /* no From */
    "From: a",                    /* cut short */
    "From: a\r",                  /* likewise */
    "From: a\n",                  /* lone LF */
    "From: a\nX: b\r\n",          /* likewise */
    "From: a\rX: b\r\n",          /* lone CR */
    "From: a\r\r\n",              /* likewise */
    "From: a\r\n\r\n",            /* the empty line */
    "From: a\r\n\r\nX: b\r\n",    /* likewise */
    "From: a\r\nX\r\n",           /* no colon */
    "From: a\r\n: b\r\n",         /* no name */
    " From: a\r\n",               /* a fold of nothing */
    "From: a\r\nX Y: b\r\n",      /* no name */
    "From: a\r\n\xC3\x9C: b\r\n", /* likewise */
    "From: a\r\nFrom: b\r\n",     /* two of them */
    "From: a\r\nFROM : b\r\n",    /* likewise */
    "Subject: a\r\n",             /* no From */
};

static int note(void *user, const char *name)
{
    struct ph__buf *names = user;
    int rc = names->len ? ph__buf_add_char(names, ':') : PH_OK;
    return rc ? rc : ph__buf_add_text(names, name);
}

static int choose(struct ph__buf *canonical, struct ph__buf *names,
                  const struct ph_slice *header, size_t count)
{
    struct ph__dkim_fields fields;
    int rc = ph__dkim_fields_read(&fields, header, count);
    if (rc)
        return rc;
    rc = ph__dkim_fields_select(canonical, (struct ph__dkim_names){note, names},
                                &fields, PH__DKIM_RELAXED);
    ph__dkim_fields_done(&fields);
    return rc;
}

static void what_is_no_header_is_refused(void **state)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct ph_slice input = slice(refused[i]);
        struct ph__buf canonical = PH__BUF(1000);
        struct ph__buf names = PH__BUF(1000);
        int rc = choose(&canonical, &names, &input, 1);
        if (rc != PH_E_HEADER)
            fail_msg("input %zu: %d", i, rc);
        ph__buf_done(&canonical);
        ph__buf_done(&names);
    }
    const struct ph_slice zero = {"From: a\0b\r\n", 11};
    struct ph__buf none = PH__BUF(0);
    assert_int_equal(choose(&none, &none, &zero, 1), PH_E_HEADER);
}

/* Names stand in h= once more than there are fields where one that is added
 * later has to show: RFC 6376 5.4.2, 8.15. */
static const struct {
    const char *label;
    const char *input;
    const char *names;
    const char *canonical;
} choices[] = {
    {"next to nothing", "From: a\r\n", "from:from:reply-to:cc:subject",
     "from:a\r\n"},
    {"a letter",
     "Date: d\r\nFrom: a\r\nTo: b\r\nSubject: s\r\nMessage-ID: <i>\r\n",
     "from:from:reply-to:to:to:cc:subject:subject:date:date:message-id:"
     "message-id",
     "from:a\r\nto:b\r\nsubject:s\r\ndate:d\r\nmessage-id:<i>\r\n"},
    {"RFC 8058 4: unsubscribing",
     "List-Unsubscribe-Post: p\r\nList-Unsubscribe: u\r\nFrom: a\r\n"
     "List-Id: l\r\n",
     "from:from:reply-to:cc:subject:list-id:list-unsubscribe:"
     "list-unsubscribe:list-unsubscribe-post:list-unsubscribe-post",
     "from:a\r\nlist-id:l\r\nlist-unsubscribe:u\r\nlist-unsubscribe-post:"
     "p\r\n"},
    {"several of a name, from the last on",
     "Resent-To: 1\r\nTo: x\r\nResent-To: 2\r\nFrom: a\r\nTo: y\r\n",
     "from:from:reply-to:to:to:to:cc:subject:resent-to:resent-to",
     "from:a\r\nto:y\r\nto:x\r\nresent-to:2\r\nresent-to:1\r\n"},
    {"what changes on the way is left out",
     "Return-Path: <r>\r\nReceived: r\r\nDKIM-Signature: v=1\r\nComments: c\r\n"
     "Keywords: k\r\nX-Mailer: m\r\nBcc: b\r\nFrom: a\r\n",
     "from:from:reply-to:cc:subject", "from:a\r\n"},
    {"names are whole", "From: a\r\nFro: b\r\nFromm: c\r\n",
     "from:from:reply-to:cc:subject", "from:a\r\n"},
};

static void expect_choice(size_t i, const struct ph_slice *header, size_t count)
{
    struct ph__buf canonical = PH__BUF(1000);
    struct ph__buf names = PH__BUF(1000);
    assert_int_equal(choose(&canonical, &names, header, count), PH_OK);
    if (strcmp(names.data, choices[i].names) != 0 ||
        strcmp(canonical.data, choices[i].canonical) != 0)
        fail_msg("%s: %s\n%s", choices[i].label, names.data, canonical.data);
    ph__buf_done(&canonical);
    ph__buf_done(&names);
}

static void the_core_is_signed_and_sealed(void **state)
{
    for (size_t i = 0; i < COUNT(choices); i++) {
        const struct ph_slice whole = slice(choices[i].input);
        expect_choice(i, &whole, 1);
        /* In two slices, between any two fields. */
        for (size_t at = 1; at < whole.len; at++) {
            if (whole.data[at - 1] != '\n')
                continue;
            const struct ph_slice two[] = {{whole.data, at},
                                           {whole.data + at, whole.len - at}};
            expect_choice(i, two, 2);
        }
    }
}

static void fields_have_a_limit(void **state)
{
    static char text[4 * (PH__DKIM_HEADER_FIELDS_MAX + 1)];
    struct ph__dkim_fields fields;
    for (size_t at = 0; at < sizeof(text); at += 4)
        memcpy(text + at, "a:\r\n", 4);
    struct ph_slice header = {text, sizeof(text)};
    assert_int_equal(ph__dkim_fields_read(&fields, &header, 1), PH_E_LIMIT);
    header.len -= 4;
    assert_int_equal(ph__dkim_fields_read(&fields, &header, 1), PH_OK);
    assert_int_equal(fields.count, PH__DKIM_HEADER_FIELDS_MAX);
    ph__dkim_fields_done(&fields);
    ph__dkim_fields_done(&fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_take_their_canonical_forms),
        cmocka_unit_test(what_is_no_header_is_refused),
        cmocka_unit_test(the_core_is_signed_and_sealed),
        cmocka_unit_test(fields_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
