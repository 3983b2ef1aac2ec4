#include "scene.h"

#include "cli/sendmail_text.h"

static struct ph_slice slice(const char *text, size_t len)
{
    return (struct ph_slice){text, len};
}

/* ---- where it ends ---- */

static const struct {
    const char *label, *text;
    size_t expected; /* where it ends */
    bool open;       /* and it ends there only because nothing follows */
} dots[] = {
    {"no dot", "a\nb\n", 4, true},
    {"a dot", "a\n.\nb\n", 2, false},
    {"a dot and CR", "a\r\n.\r\nb\r\n", 3, false},
    {"the first line", ".\nb\n", 0, false},
    {"two dots", "..\n", 3, true},
    {"a dot and a blank", ". \n", 3, true},
    {"a dot in a line", "a.\n.b\n", 6, true},
    {"a dot at the end", "a\n.", 2, false},
    {"a dot and half of a line end", "a\n.\r", 2, false},
    {"a dot and CR, and more", "a\n.\rb\n.c\n", 9, true},
    {"nothing", "", 0, true},
};

static void a_lone_dot_ends_it_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dots); i++)
        for (size_t cut = 0; cut <= strlen(dots[i].text); cut++) {
            size_t at = 0;
            struct ph_slice all = slice(dots[i].text, strlen(dots[i].text));
            bool found =
                cli_sendmail_dot(&at, slice(dots[i].text, cut), false) ||
                cli_sendmail_dot(&at, all, true);
            if (found == dots[i].open || at != dots[i].expected)
                fail_msg("%s, cut at %zu: %d at %zu", dots[i].label, cut, found,
                         at);
        }
}

/* ---- what becomes of it ---- */

#define FROM "From: \"Ann L.\" <ann@x.org>\r\n"
#define DATE "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
#define ID   "Message-ID: <1.2@h.example>\r\n"
#define ALL  "From: a@x\nDate: d\nMessage-ID: <i>\n"
#define SAME "From: a@x\r\nDate: d\r\nMessage-ID: <i>\r\n"

static const struct {
    const char *label, *text, *expected;
} cases[] = {
    {"nothing", "", FROM DATE ID "\r\n"},
    {"no header", "disk full\n", FROM DATE ID "\r\ndisk full\n"},
    {"no header, but an empty line", "\nx: y\n", FROM DATE ID "\r\nx: y\n"},
    {"no empty line", "Subject: s\ndisk full\n",
     FROM DATE ID "Subject: s\r\n\r\ndisk full\n"},
    {"no line end", "Subject: s", FROM DATE ID "Subject: s\r\n\r\n"},
    {"a blank before all", " x: y\n", FROM DATE ID "\r\n x: y\n"},
    {"a mailbox file's line", "From ann Thu Jan 1\nSubject: s\n\nb\n",
     FROM DATE ID "Subject: s\r\n\r\nb\n"},
    {"nothing is missing", ALL "\nb\n", SAME "\r\nb\n"},
    {"in any case of letters", "FROM: a@x\ndate : d\nmessage-id: <i>\n\n",
     "FROM: a@x\r\ndate : d\r\nmessage-id: <i>\r\n\r\n"},
    {"From is missing", "Date: d\r\nMessage-ID: <i>\r\n\r\nb\r\n",
     FROM "Date: d\r\nMessage-ID: <i>\r\n\r\nb\r\n"},
    {"sent again", ALL "Resent-To: b@x\n\n",
     "Resent-" FROM "Resent-" DATE "Resent-" ID SAME "Resent-To: b@x\r\n\r\n"},
    {"names get a domain", ALL "To: root, b@x\nCc: bob (Bob)\n\n",
     SAME "To: root@h.example, b@x\r\nCc: bob@h.example (Bob)\r\n\r\n"},
    {"on folded lines, too", ALL "To: Ann\n <ann>,\r\n\troot\n\nroot\n",
     SAME "To: Ann\r\n <ann@h.example>,\r\n\troot@h.example\r\n\r\nroot\n"},
    {"but not other fields", ALL "Subject: root\nX-To: root\n\n",
     SAME "Subject: root\r\nX-To: root\r\n\r\n"},
    {"Bcc stays for the next step", ALL "Bcc: root\n\n",
     SAME "Bcc: root@h.example\r\n\r\n"},
    {"left out",
     "Return-Path: <a@x>\n" ALL "Content-Length: 2\n folded\nX: y\n\n",
     SAME "X: y\r\n\r\n"},
    {"8-bit is not touched", ALL "\nZ\303\274rich\n",
     SAME "\r\nZ\303\274rich\n"},
};

static const struct cli_sendmail_facts facts = {.full_name = "Ann L.",
                                                .address = "ann@x.org",
                                                .domain = "h.example",
                                                .id = "1.2@h.example"};

static void a_message_gets_what_it_lacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1 << 16);
        struct ph_slice text = slice(cases[i].text, strlen(cases[i].text));
        int rc = cli_sendmail_complete(&out, cli_sendmail_begin(text), &facts);
        if (rc || strcmp(ph__buf_text(&out), cases[i].expected) != 0)
            fail_msg("%s: %d\n%s", cases[i].label, rc, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

/* ---- bodies that no server takes ---- */

#define TEXT_PLAIN "Content-Type: text/plain; charset="
#define QP         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
static const struct {
    const char *label, *head, *body;
    size_t body_len;
    const char *expected_head, *expected; /* "" = as it was */
} bodies[] = {
    {"a NUL", "", TEXT("a\0b\n"),
     "MIME-Version: 1.0\r\n" TEXT_PLAIN "us-ascii\r\n" QP, "a=00b\r\n"},
    {"a lone CR", "", TEXT("50%\r100%\r\n"),
     "MIME-Version: 1.0\r\n" TEXT_PLAIN "us-ascii\r\n" QP, "50%=0D100%\r\n"},
    {"UTF-8", "", TEXT("12345678\303\274\r\0\n"),
     "MIME-Version: 1.0\r\n" TEXT_PLAIN "utf-8\r\n" QP,
     "12345678=C3=BC=0D=00\r\n"},
    {"no known charset", "", TEXT("1234567\374\r.\n"),
     "MIME-Version: 1.0\r\n" TEXT_PLAIN "unknown-8bit\r\n" QP,
     "1234567=FC=0D.\r\n"},
    {"hardly any ASCII", "", TEXT("\303\274\r\303\274"),
     "MIME-Version: 1.0\r\n" TEXT_PLAIN
     "utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
     "w7wNw7wNCg==\r\n"},
    {"what is said of it stays",
     "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
     "Content-Transfer-Encoding: 8bit\r\n",
     TEXT("a\rb\n"),
     "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n" QP,
     "a=0Db\r\n"},
    {"somebody has encoded it", "Content-Transfer-Encoding: Base64\r\n",
     TEXT("a\rb\n"), "", ""},
    {"it has parts", "Content-Type: Multipart/mixed; boundary=b\r\n",
     TEXT("a\rb\n"), "", ""},
    {"it is a message", "Content-Type:\r\n message/rfc822\r\n", TEXT("a\rb\n"),
     "", ""},
};

static void a_body_that_no_server_takes_is_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct ph__buf text = PH__BUF(1 << 16), out = PH__BUF(1 << 16);
        bool same = !*bodies[i].expected;
        size_t len = same ? bodies[i].body_len : strlen(bodies[i].expected);
        const char *want = same ? bodies[i].body : bodies[i].expected;
        ph__buf_format(&text, "%s%s\r\n", SAME, bodies[i].head);
        ph__buf_add(&text, bodies[i].body, bodies[i].body_len);
        assert_int_equal(
            cli_sendmail_complete(&out, slice(text.data, text.len), &facts),
            PH_OK);
        ph__buf_clear(&text);
        ph__buf_format(&text, SAME "%s%s",
                       same ? bodies[i].head : bodies[i].expected_head,
                       same ? "\r\n" : "");
        ph__buf_add(&text, want, len);
        if (out.len != text.len || memcmp(out.data, text.data, out.len) != 0)
            fail_msg("%s:\n%s", bodies[i].label, out.data);
        ph__buf_done(&text);
        ph__buf_done(&out);
    }
}

static void lines_that_are_too_long_are_encoded(void **state)
{
    struct ph__buf text = PH__BUF(1 << 16), out = PH__BUF(1 << 16);
    (void)state;
    for (size_t len = 998; len <= 999; len++) {
        ph__buf_clear(&text);
        ph__buf_clear(&out);
        ph__buf_format(&text, ALL "\n%0*d\n", (int)len, 0);
        assert_int_equal(
            cli_sendmail_complete(&out, slice(text.data, text.len), &facts),
            PH_OK);
        bool encoded = strstr(out.data, "quoted-printable");
        assert_int_equal(encoded, len > 998);
    }
    ph__buf_done(&text);
    ph__buf_done(&out);
}

/* ---- who gets it ---- */

static int list(void *user, const char *name, struct ph_slice value)
{
    return ph__buf_format(user, "%s=%.*s;", name, (int)value.len, value.data);
}

static const struct {
    const char *label, *text, *expected;
} headers[] = {
    {"all three", "To: a\nX: y\nCC: b\nBcc: c", "To= a\n;Cc= b\n;Bcc= c;"},
    {"the Resent- ones alone", "To: a\nResent-Bcc: b\nResent-Date: d\n",
     "Resent-Bcc= b\n;"},
    {"not those of the body", "To: a\n\nTo: b\n", "To= a\n;"},
    {"not behind the end of the header", "To: a\nhello\nTo: b\n", "To= a\n;"},
};

static void recipients_stand_in_the_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct ph__buf out = PH__BUF(1 << 16);
        struct ph_slice text = slice(headers[i].text, strlen(headers[i].text));
        int rc = cli_sendmail_recipients(text, list, &out);
        if (rc || strcmp(ph__buf_text(&out), headers[i].expected) != 0)
            fail_msg("%s: %d, %s", headers[i].label, rc, ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lone_dot_ends_it_however_it_is_cut),
        cmocka_unit_test(a_message_gets_what_it_lacks),
        cmocka_unit_test(a_body_that_no_server_takes_is_encoded),
        cmocka_unit_test(lines_that_are_too_long_are_encoded),
        cmocka_unit_test(recipients_stand_in_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
