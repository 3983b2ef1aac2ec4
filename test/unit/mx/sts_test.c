/* MTA-STS: what records and policies say (RFC 8461 3.1, 3.2, 4.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mx/sts.h"

static const struct {
    const char *label;
    const char *records[3];
    const char *id; /* NULL: there is none */
} ids[] = {
    {"as published", {"v=STSv1; id=20160831085700Z;"}, "20160831085700Z"},
    {"no ; at the end", {"v=STSv1;id=a1"}, "a1"},
    {"further fields", {"v=STSv1; x-y.z=1:2; id=a1 ; q=r"}, "a1"},
    {"the first of two", {"v=STSv1; id=a; id=b"}, "a"},
    {"beside other records", {"v=spf1 -all", "v=STSv1; id=a", "hello"}, "a"},
    {"32 letters",
     {"v=STSv1; id=abcdefghijklmnopqrstuvwxyz012345"},
     "abcdefghijklmnopqrstuvwxyz012345"},
    {"33 letters", {"v=STSv1; id=abcdefghijklmnopqrstuvwxyz0123456"}, NULL},
    {"two records", {"v=STSv1; id=a", "v=STSv1; id=a"}, NULL},
    {"no id", {"v=STSv1;"}, NULL},
    {"an empty one", {"v=STSv1; id=;"}, NULL},
    {"one with a sign", {"v=STSv1; id=a-b;"}, NULL},
    {"no field", {"v=STSv1; id=a; what"}, NULL},
    {"a name with a blank", {"v=STSv1; id=a; w t=b"}, NULL},
    {"an empty field", {"v=STSv1; ; id=a"}, NULL},
    {"another version", {"v=STSv2; id=a"}, NULL},
    {"case counts", {"V=STSv1; id=a"}, NULL},
    {"the version comes first", {"id=a; v=STSv1;"}, NULL},
    {"no record", {NULL}, NULL},
};

static void one_record_tells_the_id(void **state)
{
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        struct ph__dns_record records[3] = {0};
        struct ph__dns_answer a = {.records = records};
        char id[PH__STS_ID_MAX + 1] = "";
        for (; a.count < 3 && ids[i].records[a.count]; a.count++) {
            size_t len = strlen(ids[i].records[a.count]);
            uint8_t *exact = malloc(len); /* no octet behind it */
            assert_non_null(exact);
            memcpy(exact, ids[i].records[a.count], len);
            records[a.count].data = exact;
            records[a.count].len = len;
        }
        bool found = ph__sts_read_id(id, &a);
        if (found != (ids[i].id != NULL) || (found && strcmp(id, ids[i].id)))
            fail_msg("%s: %s", ids[i].label, id);
        if (!found)
            assert_string_equal(id, ""); /* written on success only */
        for (size_t n = 0; n < a.count; n++)
            free((uint8_t *)records[n].data);
    }
}

#define HEAD "version: STSv1\nmode: enforce\nmax_age: 604800\n"

static const struct {
    const char *label;
    const char *text;
    int rc;
    enum ph__sts_mode mode;
    uint32_t max_age;
    size_t count;
} policies[] = {
    {"the RFC's own",
     "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
     "mx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n",
     PH_OK, PH__STS_ENFORCE, 604800, 3},
    {"LF, no blanks, no end of line",
     "max_age:0\nmode:testing\nmx:a.test\nversion:STSv1", PH_OK,
     PH__STS_TESTING, 0, 1},
    {"none needs no host", "version: STSv1\nmode: none\nmax_age: 1\n", PH_OK,
     PH__STS_NONE, 1, 0},
    {"blanks and lines at the end", HEAD "mx: a.test \t\n\n\r\n", PH_OK,
     PH__STS_ENFORCE, 604800, 1},
    {"of two the first counts", HEAD "mode: none\nmax_age: 1\nmx: a.test\n",
     PH_OK, PH__STS_ENFORCE, 604800, 1},
    {"fields unknown", HEAD "x-new_1.0: \xc3\xa4 b\nmx: a.test\n", PH_OK,
     PH__STS_ENFORCE, 604800, 1},
    {"a year is enough", "version: STSv1\nmode: none\nmax_age: 9999999999\n",
     PH_OK, PH__STS_NONE, PH__STS_AGE_MAX, 0},
    {"names that nobody has", HEAD "mx: a b\nmx: *\nmx: *.*.test\nmx: a.test\n",
     PH_OK, PH__STS_ENFORCE, 604800, 1},
    {"none but these", HEAD "mx: **\n", PH_E_INVALID, 0, 0, 0},
    {"no host", HEAD, PH_E_INVALID, 0, 0, 0},
    {"no version", "mode: none\nmax_age: 1\n", PH_E_INVALID, 0, 0, 0},
    {"no mode", "version: STSv1\nmax_age: 1\n", PH_E_INVALID, 0, 0, 0},
    {"no age", "version: STSv1\nmode: none\n", PH_E_INVALID, 0, 0, 0},
    {"another version", "version: STSv2\nmode: none\nmax_age: 1\n",
     PH_E_INVALID, 0, 0, 0},
    {"another mode", "version: STSv1\nmode: Enforce\nmax_age: 1\nmx: a.test\n",
     PH_E_INVALID, 0, 0, 0},
    {"an age of 11 digits", "version: STSv1\nmode: none\nmax_age: 00000000001",
     PH_E_INVALID, 0, 0, 0},
    {"an age below zero", "version: STSv1\nmode: none\nmax_age: -1",
     PH_E_INVALID, 0, 0, 0},
    {"no field at all", HEAD "mx: a.test\nwhat\n", PH_E_INVALID, 0, 0, 0},
    {"a web page", "<!doctype html>\n<p>404</p>\n", PH_E_INVALID, 0, 0, 0},
    {"nothing", "", PH_E_INVALID, 0, 0, 0},
};

static int parse_exact(struct ph__sts_policy **out, const char *text,
                       size_t len)
{
    char *exact = malloc(len ? len : 1); /* no octet behind it */
    assert_non_null(exact);
    memcpy(exact, text, len);
    int rc = ph__sts_parse(out, exact, len);
    free(exact);
    return rc;
}

static void policies_are_read_strictly(void **state)
{
    for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
        struct ph__sts_policy *p = NULL;
        const char *text = policies[i].text;
        int rc = parse_exact(&p, text, strlen(text));
        if (rc != policies[i].rc)
            fail_msg("%s: %s", policies[i].label, ph_strerror(rc));
        if (p &&
            (p->mode != policies[i].mode || p->max_age != policies[i].max_age ||
             p->count != policies[i].count))
            fail_msg("%s: %d %u %zu", policies[i].label, p->mode, p->max_age,
                     p->count);
        ph__sts_free(p);
        /* What was cut off is a policy or none, and breaks nothing. */
        for (size_t len = 0; len < strlen(text); len++) {
            p = NULL;
            (void)parse_exact(&p, text, len);
            ph__sts_free(p);
        }
    }
}

static void there_is_an_end_to_a_policy(void **state)
{
    static char text[PH__STS_TEXT_MAX + 2] = HEAD;
    struct ph__sts_policy *p = NULL;
    for (size_t i = 0; i <= PH__STS_HOSTS_MAX; i++)
        memcpy(text + sizeof(HEAD) - 1 + 7 * i, "mx: a.b", 7);
    for (size_t i = 0; i <= PH__STS_HOSTS_MAX; i++)
        text[sizeof(HEAD) - 1 + 7 * i + 6] = '\n'; /* "mx: a." */
    assert_int_equal(ph__sts_parse(&p, text, strlen(text)), PH_E_LIMIT);
    memset(text, '\n', sizeof(text) - 1);
    assert_int_equal(ph__sts_parse(&p, text, sizeof(text) - 1), PH_E_LIMIT);
    assert_null(p);
}

static const struct {
    const char *host;
    bool listed;
} listed[] = {
    /* MS-01; 4.1: the RFC's own examples are among them */
    {"mail.example.com", true},
    {"MAIL.Example.COM", true},
    {"a.example.net", true},
    {"A.EXAMPLE.net", true},
    {"a.b.example.net", false},
    {"example.net", false},
    {"xexample.net", false},
    {".example.net", false},
    {"mail.example.com.evil", false},
    {"example.com", false},
    {"mail", false},
    {"", false},
};

static void a_wildcard_is_one_whole_label(void **state)
{
    struct ph__sts_policy *p;
    const char *text = HEAD "mx: mail.example.com\nmx: *.example.net\n";
    assert_int_equal(ph__sts_parse(&p, text, strlen(text)), PH_OK);
    for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++)
        if (ph__sts_lists(p, listed[i].host) != listed[i].listed)
            fail_msg("%s", listed[i].host);
    ph__sts_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_record_tells_the_id),
        cmocka_unit_test(policies_are_read_strictly),
        cmocka_unit_test(there_is_an_end_to_a_policy),
        cmocka_unit_test(a_wildcard_is_one_whole_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
