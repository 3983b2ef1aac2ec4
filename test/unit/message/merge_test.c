#include "rows.h"

static const struct {
    const char *label;
    const char *template;
    const char *row[4];
    const char *expected; /* part of the message */
} cases[] = {
    {"in text",
     HEAD "\nDear {{name}},\n",
     {"name=Bob"},
     "\r\n\r\nDear Bob,\r\n"},
    {"blanks in the braces",
     HEAD "\n{{ name }}{{\tname}}\n",
     {"name=Bob"},
     "\r\n\r\nBobBob\r\n"},
    {"in a header",
     HEAD "Subject: Hi {{name}}!\n\n",
     {"name=Bob"},
     "Subject: Hi Bob!\r\n"},
    {"encoded in a header",
     HEAD "Subject: Hi {{name}}\n\n",
     {"name=J\xC3\xBCrgen"},
     "Subject: Hi =?utf-8?Q?J=C3=BCrgen?=\r\n"},
    {"encoded in text",
     HEAD "\nYou are {{name}}, are you not?\n",
     {"name=J\xC3\xBCrgen"},
     "\r\n\r\nYou are J=C3=BCrgen, are you not?\r\n"},
    {"nothing is expanded twice",
     HEAD "\n{{a}}\n",
     {"a={{b}}", "b=no"},
     "\r\n\r\n{{b}}\r\n"},
    {"line ends in text",
     HEAD "\n{{a}}\n",
     {"a=1\n2\r\n3"},
     "\r\n\r\n1\r\n2\r\n3\r\n"},
    {"a dot in text is text",
     HEAD "\n{{a}}\n",
     {"a=1\r\n.\r\n2"},
     "\r\n\r\n1\r\n.\r\n2\r\n"}, /* S23, S28 */
    {"lonely braces", HEAD "\n{ {x} }} }\n", {NULL}, "\r\n\r\n{ {x} }} }\r\n"},
    {"CRLF template",
     "From: a@x\r\nSubject: s\r\n\r\n{{a}}\r\n",
     {"a=1"},
     "7bit\r\n\r\n1\r\n"},
    {"folded template header",
     HEAD "Subject: one\n two\r\n\tthree\n\n",
     {NULL},
     "Subject: one two three\r\n"},
    {"byte order mark",
     "\xEF\xBB\xBF" HEAD "\n1\n",
     {NULL},
     "From: Ann <ann@x.org>\r\n"},
    {"header only", HEAD, {NULL}, "7bit\r\n\r\n"},
    {"other header", HEAD "X-Row: {{n}}\n\n", {"n=7"}, "X-Row: 7\r\n"},
    {"message id",
     HEAD "Message-ID: <{{n}}@x.org>\n\n",
     {"n=7"},
     "Message-ID: <7@x.org>\r\n"},
    {"date",
     HEAD "Date: Tue, 01 Jul 2025 09:05:03 +0200\n\n",
     {NULL},
     "Date: Tue, 01 Jul 2025 09:05:03 +0200\r\n"},

    {"HTML",
     HEAD "Content-Type: text/html\n\n<p>{{a}}</p>\n",
     {"a=<b> & \"c\" 'd'"},
     "\r\n\r\n<p>&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</p>\r\n"},
    {"HTML headers are not HTML",
     HEAD "Content-Type: text/html\nSubject: {{a}}\n\n",
     {"a=<b> & c"},
     "Subject: <b> & c\r\n"},
    {"our charset and encoding",
     HEAD "Content-Type: Text/HTML ; Charset=\"iso-8859-1\"; x=\"a;b\"\n"
          "Content-Transfer-Encoding: 8bit\nMIME-Version: 1.0\n\n\xC3\xBC\n",
     {NULL},
     "MIME-Version: 1.0\r\n"
     "Content-Type: Text/HTML; x=\"a;b\"; charset=utf-8\r\n"
     "Content-Transfer-Encoding: base64\r\n\r\nw7wNCg==\r\n"},
    {"MIME stays as it is",
     HEAD "Content-Type: multipart/mixed; boundary={{b}}\n"
          "Content-Transfer-Encoding: 8bit\n\n--{{b}}\n\n<\xC3\xBC>\n--{{b}}--",
     {"b=xx"},
     "MIME-Version: 1.0\r\n"
     "Content-Type: multipart/mixed; boundary=xx\r\n"
     "Content-Transfer-Encoding: 8bit\r\n\r\n"
     "--xx\r\n\r\n<\xC3\xBC>\r\n--xx--\r\n"},

    /* Names and addresses. */
    {"a mailbox",
     HEAD "To: {{to}}\n\n",
     {"to=Bob Lee <bob@y.org>"},
     "To: Bob Lee <bob@y.org>\r\n"},
    {"a comma in a name",
     HEAD "To: {{name}} <{{to}}>\n\n",
     {"name=Lee, Bob", "to=bob@y.org"},
     "To: \"Lee, Bob\" <bob@y.org>\r\n"},
    {"quotes in a name",
     HEAD "To: {{name}} <{{to}}>\n\n",
     {"name=\"B\\\" <e@vil>", "to=bob@y.org"},
     "To: \"\\\"B\\\\\\\" <e@vil>\" <bob@y.org>\r\n"},
    {"two fields in a name",
     HEAD "To: {{a}} {{b}} <{{to}}>\n\n",
     {"a=Ann", "b=Lee", "to=a@y.org"},
     "To: Ann Lee <a@y.org>\r\n"},
    {"an empty name",
     HEAD "To: {{a}} {{b}} <{{to}}>\n\n",
     {"a=", "b=", "to=a@y.org"},
     "To: a@y.org\r\n"},
    {"an empty second name",
     HEAD "To: {{a}} {{b}} <{{to}}>\n\n",
     {"a=Ann", "b=", "to=a@y.org"},
     "To: Ann <a@y.org>\r\n"},
    {"within quotes",
     HEAD "To: \"Dr. {{a}}\" <{{to}}>\n\n",
     {"a=\"X\", Y", "to=a@y.org"},
     "To: \"Dr. \\\"X\\\", Y\" <a@y.org>\r\n"},
    {"parts of an address",
     HEAD "To: {{u}}@{{d}}, <{{u}}.b@{{d}}>\n\n",
     {"u=ann", "d=y.org"},
     "To: ann@y.org, ann.b@y.org\r\n"},
    {"a quoted local part",
     HEAD "To: <{{to}}>\n\n",
     {"to=\"a>, <b\"@y.org"},
     "To: \"a>, <b\"@y.org\r\n"},
    {"names in UTF-8",
     HEAD "Cc: {{a}} <c@y.org>, {{b}}\n\n",
     {"a=J\xC3\xBCrgen", "b=d@y.org"},
     "Cc: =?utf-8?Q?J=C3=BCrgen?= <c@y.org>, d@y.org\r\n"},
    {"an empty list is no header",
     HEAD "Cc: {{cc}}\nSubject: x\n\n",
     {"cc="},
     "From: Ann <ann@x.org>\r\nSubject: x\r\n"},
    {"From", "From: {{n}} <s@x>\n\n", {"n=A, B"}, "From: \"A, B\" <s@x>\r\n"},
    {"Sender",
     HEAD "Sender: {{n}} <s@x>\n\n",
     {"n=A, B"},
     "Sender: \"A, B\" <s@x>\r\n"},
    {"Reply-To", HEAD "Reply-To: {{r}}\n\n", {"r=r@x"}, "Reply-To: r@x\r\n"},
};

static void values_go_in_by_place(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph_message *msg = fill(compile(cases[i].template), cases[i].row);
        assert_int_equal(ph_message_recipient_count(msg), 0);
        const char *text = rendered(msg, cases[i].label);
        if (!strstr(text, cases[i].expected))
            fail_msg("%s:\n%s", cases[i].label, text);
        ph_message_free(msg);
    }
}

static const struct {
    const char *label;
    const char *template;
    const char *row[3];
    int code;
    const char *why;
} refusals[] = {
    {"unknown field",
     HEAD "\n{{a}}\n",
     {NULL},
     PH_E_INVALID,
     "field 'a' in the text: the row has no such field"},
    {"S28 line end in a header",
     HEAD "Subject: {{a}}\n\n",
     {"a=x\r\nBcc: e@vil"},
     PH_E_HEADER,
     "field 'a' in Subject: has a control character or line end"},
    {"S28 LF",
     HEAD "X-A: {{a}}\n\n",
     {"a=x\ny"},
     PH_E_HEADER,
     "field 'a' in X-A: has a control character or line end"},
    {"S28 CR in a name",
     HEAD "To: {{a}} <t@x>\n\n",
     {"a=x\ry"},
     PH_E_HEADER,
     "field 'a' in To: has a control character or line end"},
    {"latin-1 in a header",
     HEAD "Subject: {{a}}\n\n",
     {"a=\xFC"},
     PH_E_HEADER,
     "field 'a' in Subject: is not UTF-8"},
    {"latin-1 in text",
     HEAD "\n{{a}}\n",
     {"a=\xFC"},
     PH_E_CONTENT,
     "field 'a' in the text: is not UTF-8"},
    {"lone CR in text",
     HEAD "\n{{a}}\n",
     {"a=x\ry"},
     PH_E_CONTENT,
     "field 'a' in the text: has a lone CR"},
    {"bad mailbox",
     HEAD "To: {{to}}\n\n",
     {"to=nobody"},
     PH_E_ADDRESS,
     "field 'to' in To: has no domain"},
    {"two mailboxes",
     HEAD "To: {{to}}\n\n",
     {"to=a@x, b@x"},
     PH_E_ADDRESS,
     "field 'to' in To: is more than one mailbox"},
    {"mailbox in < >",
     HEAD "To: <{{to}}>\n\n",
     {"to=A <a@x>"},
     PH_E_ADDRESS,
     "field 'to' in To: has a character that needs quotes"},
    {"another mailbox in < >",
     HEAD "To: <{{to}}>\n\n",
     {"to=a@x>, <b@x"},
     PH_E_ADDRESS,
     "field 'to' in To: has two @"},
    {"no address at all",
     HEAD "To: <{{to}}>\n\n",
     {"to="},
     PH_E_ADDRESS,
     "field 'to' in To: is empty"},
    {"a part that ends the address",
     HEAD "To: {{u}}@x\n\n",
     {"u=a@x, b"},
     PH_E_ADDRESS,
     "field 'u' in To: has a character that no domain has"},
    {"parts that do not fit",
     HEAD "To: {{u}}@x\n\n",
     {"u=a..b"},
     PH_E_ADDRESS,
     "To: 'a..b@x' has two dots in a row"},
    {"bad id",
     HEAD "Message-ID: {{i}}\n\n",
     {"i=x"},
     PH_E_HEADER,
     "message-id: 'x' is not of the form left@right"},
    {"empty Sender",
     HEAD "Sender: {{s}}\n\n",
     {"s="},
     PH_E_ADDRESS,
     "Sender: '' has no address"},
};

static void values_that_cannot_stand_there_are_refused(void **state)
{
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct ph_message *msg =
            fill(compile(refusals[i].template), refusals[i].row);
        if (ph_message_check(msg) != refusals[i].code)
            fail_msg("%s: %s", refusals[i].label, ph_message_problem(msg));
        assert_string_equal(ph_message_problem(msg), refusals[i].why);
        ph_message_free(msg);
    }
}

#define IS_NO_FIELD "is not a header field: 'Name: value'"

static const struct {
    const char *text;
    size_t len; /* 0 = all */
    int code;
    const char *why;
} wrong[] = {
    {"", 0, PH_E_HEADER,
     "line 1 begins without a header: 'Name: value' and so on"},
    {"\nHello\n", 0, PH_E_HEADER,
     "line 1 begins without a header: 'Name: value' and so on"},
    {"Hello {{name}}\n", 0, PH_E_HEADER, "line 1 " IS_NO_FIELD},
    {"A: 1\nB 2\n\n", 0, PH_E_HEADER, "line 2 " IS_NO_FIELD},
    {"A: 1\n 2\nB C: 2\n\n", 0, PH_E_HEADER, "line 3 " IS_NO_FIELD},
    {"{{a}}: 1\n\n", 0, PH_E_HEADER, "line 1 " IS_NO_FIELD},
    {"A: \x01\n\n", 0, PH_E_HEADER,
     "line 1 has a control character or line end"},
    {"Subject: 1\nsubject: 2\n\n", 0, PH_E_HEADER,
     "line 2 has a header field that may come only once, again"},
    {"To: x (about {{a}}) <t@x>\n\n", 0, PH_E_HEADER,
     "line 1 has a field in a comment, where it would be lost"},
    {"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", 0,
     PH_E_HEADER,
     "line 2 has encoded text, in which no field could be found: write it as "
     "it is"},
    {"Content-Type: text/{{a}}\n\n", 0, PH_E_HEADER,
     "line 1 has a field in the type of its text"},
    {"Content-Type:\n\n", 0, PH_E_HEADER, "line 1 has no content type"},
    {"A: {{x\n\n", 0, PH_E_CONTENT, "line 1 has an unfinished \"{{\""},
    {"A: 1\n\nx\n{{a}}\n{{b", 0, PH_E_CONTENT,
     "line 5 has an unfinished \"{{\""},
    {"A: 1\n\n{{}}", 0, PH_E_CONTENT,
     "line 3 has no field name between \"{{\" and \"}}\""},
    {"A: 1\n\n{{a\nb}}", 0, PH_E_CONTENT,
     "line 3 has no field name between \"{{\" and \"}}\""},
    {"A: 1\n\nx\xFC\n", 0, PH_E_CONTENT, "line 3 is not UTF-8"},
    {"A: 1\n\nx\ry\n", 0, PH_E_CONTENT, "line 3 has a lone CR"},
    {"A: 1\n\nx\0y\n", 10, PH_E_CONTENT, "line 3 has a NUL"},
};

static void templates_that_cannot_be_filled_are_refused(void **state)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t len = wrong[i].len ? wrong[i].len : strlen(wrong[i].text);
        struct ph_template *t = ph_template_new(wrong[i].text, len);
        struct ph_message *msg = ph_message_new();
        assert_string_equal(ph_template_problem(t), wrong[i].why);
        assert_int_equal(ph_template_check(t), wrong[i].code);
        assert_int_equal(ph_template_fill(t, field_of, NULL, msg),
                         wrong[i].code);
        assert_int_equal(ph_message_check(msg), wrong[i].code);
        ph_message_free(msg);
        ph_template_free(t);
    }
}

static void headers_can_be_asked_for(void **state)
{
    struct ph_template *t =
        compile(HEAD "To: {{to}}\nSubject: {{ name }}\n\nCc: {{to}}");
    assert_true(ph_template_has_header(t, "to"));
    assert_true(ph_template_has_header(t, "SUBJECT"));
    assert_false(ph_template_has_header(t, "Cc"));
    ph_template_free(t);
    ph_template_free(NULL);
}

static void from_is_the_sender_and_bcc_is_not_seen(void **state)
{
    static const char *const row[] = {"s=sue@x.org", NULL};
    struct ph_message *msg = fill(
        compile("From: Sue <{{s}}>\nTo: t@x\nBcc: b@x\nResent-Bcc: c@x\n\n"),
        row);
    assert_string_equal(ph_message_sender(msg), "sue@x.org");
    assert_int_equal(ph_message_recipient_count(msg), 0);
    assert_null(strcasestr(rendered(msg, "Bcc"), "bcc")); /* U23 */
    ph_message_free(msg);
}

static void one_template_fills_many_messages(void **state)
{
    struct ph_template *t =
        compile(HEAD "To: t@x\nSubject: {{n}}\nX-A: a\n\n{{n}}\n");
    static const char *const rows[][2] = {
        {"n=one"}, {"n=\xC3\xBC"}, {"n=a\nb"}, {"n=four"}};
    static const char *const expected[] = {"Subject: one\r\n",
                                           "Subject: =?utf-8?B?w7w=?=\r\n",
                                           NULL, "Subject: four\r\n"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ph_message *msg = fill_from(t, rows[i]);
        assert_int_equal(msg ? ph_message_check(msg) == PH_E_HEADER : 0,
                         !expected[i]);
        if (expected[i])
            assert_non_null(strstr(rendered(msg, expected[i]), expected[i]));
        ph_message_free(msg);
    }
    ph_template_free(t);
}

static void a_body_of_mime_tells_its_bits_and_has_short_lines(void **state)
{
    static const char *const rows[][2] = {{"a=x"}, {"a=\xC3\xBC"}};
    static const char text[] =
        HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{{a}}\n--b--";
    for (int i = 0; i < 2; i++) {
        struct ph_message *msg = fill(compile(text), rows[i]);
        assert_int_equal(ph__message_eight_bit(msg), i);
        ph_message_free(msg);
    }
    char value[1002];
    memset(value, 'x', 1001);
    memcpy(value, "a=", 2);
    value[1001] = '\0';
    const char *row[] = {value, NULL};
    struct ph_message *msg = fill(compile(text), row);
    assert_int_equal(ph_message_check(msg), PH_E_CONTENT);
    assert_string_equal(ph_message_problem(msg),
                        "text: line 3 has more than 998 octets");
    ph_message_free(msg);
}

/* S28: ten mebibytes are a value like another. */
static void a_large_value_is_filled_in(void **state)
{
    size_t len = 10 << 20;
    char *value = malloc(len + 1);
    assert_non_null(value);
    memset(value, 'x', len);
    memcpy(value, "a=", 2);
    value[len] = '\0';
    const char *row[] = {value, NULL};
    struct ph_message *msg = fill(compile(HEAD "\n{{a}}\n"), row);
    assert_true(strlen(rendered(msg, "large")) > len);
    ph_message_free(msg);
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_in_by_place),
        cmocka_unit_test(values_that_cannot_stand_there_are_refused),
        cmocka_unit_test(templates_that_cannot_be_filled_are_refused),
        cmocka_unit_test(headers_can_be_asked_for),
        cmocka_unit_test(from_is_the_sender_and_bcc_is_not_seen),
        cmocka_unit_test(one_template_fills_many_messages),
        cmocka_unit_test(a_body_of_mime_tells_its_bits_and_has_short_lines),
        cmocka_unit_test(a_large_value_is_filled_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
