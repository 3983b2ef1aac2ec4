#include "rows.h"

#include <unistd.h>

/* Fails unless the message is refused in these words; frees it. */
static void check_refused(struct ph_message *msg, int code, const char *why)
{
    assert_string_equal(ph_message_problem(msg), why);
    assert_int_equal(ph_message_check(msg), code);
    ph_message_free(msg);
}

/* ---- text and HTML ---- */

static void text_and_html_are_alternatives(void **state)
{
    static const char *const row[] = {"a=<b> & c", NULL};
    struct ph_template *t = compile(HEAD "\nDear {{a}}\n");
    ph_template_html(t, "<p>{{a}}</p>\n");
    struct ph_message *msg = fill(t, row);
    const char *text = rendered(msg, "both");
    assert_non_null(strstr(text, "multipart/alternative"));
    assert_non_null(strstr(text, "\r\n\r\nDear <b> & c\r\n"));
    assert_non_null(strstr(text, "\r\n\r\n<p>&lt;b&gt; &amp; c</p>\r\n"));
    ph_message_free(msg);
}

static void a_text_that_is_empty_leaves_the_html_alone(void **state)
{
    static const char *const templates[] = {HEAD, HEAD "\n \n",
                                            HEAD "\n{{#a}}x{{/a}}\n"};
    static const char *const row[] = {NULL};
    for (size_t i = 0; i < COUNT(templates); i++) {
        struct ph_template *t = compile(templates[i]);
        ph_template_html(t, "<p>hi</p>\n");
        struct ph_message *msg = fill(t, row);
        const char *text = rendered(msg, templates[i]);
        assert_null(strstr(text, "text/plain"));
        assert_null(strstr(text, "multipart"));
        assert_non_null(strstr(text, "\r\n\r\n<p>hi</p>\r\n"));
        ph_message_free(msg);
    }
}

static void html_is_refused_where_it_cannot_be(void **state)
{
    static const struct {
        const char *text;
        const char *html;
        const char *why;
    } bad[] = {
        {HEAD "Content-Type: text/html\n\n", "x", "the HTML: is there already"},
        {HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "x",
         "the HTML: cannot stand beside a body that is MIME already"},
        {HEAD, "a\n{{b", "the HTML: line 2 has an unfinished \"{{\""},
        {HEAD, "a\rb", "the HTML: line 1 has a lone CR"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ph_template *t = compile(bad[i].text);
        ph_template_html(t, bad[i].html);
        assert_string_equal(ph_template_problem(t), bad[i].why);
        assert_int_not_equal(ph_template_check(t), PH_OK);
        ph_template_free(t);
    }
}

/* ---- the envelope sender ---- */

static void a_bounce_says_to_whom_it_is_about(void **state)
{
    static const struct {
        const char *pattern;
        const char *row[3];
        const char *sender;
    } senders[] = {
        {"news+{{to}}@x.org", {"to=bob@y.org"}, "news+bob=y.org@x.org"},
        {"b-{{n|0}}{{#to}}-{{to}}{{/to}}@x.org", {"to=a@y"}, "b-0-a=y@x.org"},
        {"{{s}}", {"s=own@y.org"}, "own@y.org"},
        {"bounce@x.org", {NULL}, "bounce@x.org"},
        {"", {NULL}, ""},
    };
    for (size_t i = 0; i < COUNT(senders); i++) {
        struct ph_template *t = compile(HEAD);
        ph_template_sender(t, senders[i].pattern);
        struct ph_message *msg = fill(t, senders[i].row);
        rendered(msg, senders[i].pattern);
        assert_string_equal(ph_message_sender(msg), senders[i].sender);
        ph_message_free(msg);
    }
}

/* S19, S28 */
static void a_sender_that_is_none_is_refused(void **state)
{
    static const struct {
        const char *pattern;
        const char *row[2];
        const char *why;
    } senders[] = {
        {"n+{{to}}@x.org",
         {"to=a@y> SIZE=1"},
         "envelope-from: 'n+a=y> SIZE=1@x.org' has a character that needs "
         "quotes"},
        {"n+{{to}}@x.org",
         {"to=a\r\nRSET"},
         "field 'to' in the envelope sender: has a control character or line "
         "end"},
        {"n+{{to}}@x.org",
         {NULL},
         "field 'to' in the envelope sender: the row has no such field"},
        {"{{to}}", {"to="}, "the envelope sender: is empty"},
        {"n{{to}}", {"to=@x.org"}, "envelope-from: 'n=x.org' has no domain"},
    };
    for (size_t i = 0; i < COUNT(senders); i++) {
        struct ph_template *t = compile(HEAD);
        ph_template_sender(t, senders[i].pattern);
        struct ph_message *msg = fill(t, senders[i].row);
        check_refused(msg, ph_message_check(msg), senders[i].why);
    }
    struct ph_template *t = compile(HEAD);
    ph_template_sender(t, "nobody");
    assert_string_equal(ph_template_problem(t),
                        "envelope-from: 'nobody' has no domain");
    ph_template_free(t);
}

/* ---- how to leave ---- */

static void each_row_leaves_by_its_own_uri(void **state)
{
    static const char *const row[] = {"to=a b@y.org", "u=https://x.org/?u=1%2F",
                                      "none=", NULL};
    struct ph_template *t = compile(HEAD);
    ph_template_list_unsubscribe(t, "https://x.org/?u={{to}}");
    ph_template_list_unsubscribe(t, "mailto:leave@x.org");
    ph_template_list_unsubscribe(t, "{{none}}");
    struct ph_message *msg = fill(t, row);
    const char *text = rendered(msg, "unsubscribe");
    assert_non_null(
        strstr(text, "\r\nList-Unsubscribe: <https://x.org/?u=a%20b%40y.org>, "
                     "<mailto:leave@x.org>\r\n"
                     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    ph_message_free(msg);

    t = compile(HEAD);
    ph_template_list_unsubscribe(t, "{{u}}");
    msg = fill(t, row);
    assert_non_null(strstr(rendered(msg, "whole"),
                           "List-Unsubscribe: <https://x.org/?u=1%2F>\r\n"));
    ph_message_free(msg);
}

static void a_uri_that_is_none_is_refused(void **state)
{
    static const char *const row[] = {"u=https://x.org/>\x7F", NULL};
    struct ph_template *t = compile(HEAD);
    ph_template_list_unsubscribe(t, "ftp://x.org");
    assert_int_equal(ph_template_check(t), PH_E_HEADER);
    ph_template_free(t);
    t = compile(HEAD);
    ph_template_list_unsubscribe(t, "{{u}}");
    check_refused(fill(t, row), PH_E_HEADER,
                  "field 'u' in List-Unsubscribe: has a control character or "
                  "line end");
    t = compile(HEAD "List-Archive: <{{u}}>\n\n");
    static const char *const other[] = {"u=a>, <b", NULL};
    check_refused(fill(t, other), PH_E_HEADER,
                  "field 'u' in List-Archive: has a character that no URI has: "
                  "percent-encode it");
}

/* ---- what goes with it ---- */

/* A directory with the files 1.txt, which says "one", and .hidden; to be
 * removed. */
static char *folder(void)
{
    static char path[] = "/tmp/posthaste-template-XXXXXX";
    static const char *const names[] = {"1.txt", ".hidden"};
    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    assert_non_null(mkdtemp(path));
    for (size_t i = 0; i < COUNT(names); i++) {
        char name[100];
        snprintf(name, sizeof(name), "%s/%s", path, names[i]);
        FILE *file = fopen(name, "w");
        assert_non_null(file);
        fputs("one", file);
        fclose(file);
    }
    return path;
}

static void drop(const char *path)
{
    char name[100];
    snprintf(name, sizeof(name), "%s/1.txt", path);
    unlink(name);
    snprintf(name, sizeof(name), "%s/.hidden", path);
    unlink(name);
    assert_int_equal(rmdir(path), 0);
}

/* The message of a row with the file DIRECTORY/pattern. */
static struct ph_message *enclose(const char *directory, const char *pattern,
                                  const char *row)
{
    char path[200];
    const char *const rows[] = {row, NULL};
    struct ph_template *t = compile(HEAD "\nhi\n");
    snprintf(path, sizeof(path), "%s%s", directory, pattern);
    ph_template_attach(t, PH_ATTACHMENT(.path = path, .type = "text/plain"));
    return fill(t, rows);
}

static void each_row_has_its_own_file(void **state)
{
    char *path = folder();
    char row[100];
    struct ph_message *msg = enclose(path, "/{{n}}.txt", "n=1");
    const char *text = rendered(msg, "file");
    assert_non_null(strstr(text, "filename=\"1.txt\""));
    assert_non_null(strstr(text, "\r\n\r\nb25l\r\n"));
    ph_message_free(msg);

    msg = enclose("", "{{#n}}/nowhere/{{n}}{{/n}}", "n=");
    assert_null(strstr(rendered(msg, "none"), "attachment"));
    ph_message_free(msg);

    snprintf(row, sizeof(row), "n=%s/.hidden", path);
    msg = enclose("", "{{n}}", row); /* the list may say any file */
    assert_non_null(strstr(rendered(msg, "any"), "\r\n\r\nb25l\r\n"));
    ph_message_free(msg);
    drop(path);
}

/* S22: a row does not get out of the directory that the pattern names. */
static void a_value_does_not_leave_the_path(void **state)
{
    static const char *const rows[] = {
        "n=../../etc/passwd", "n=..",  "n=.",    "n=.hidden", "n=a/b",
        "n=/etc/passwd",      "n=./x", "n=a\nb", "n="};
    char *path = folder();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ph_message *msg = enclose(path, "/{{n}}", rows[i]);
        if (!strstr(ph_message_problem(msg),
                    "field 'n' in the path of a file: "))
            fail_msg("%s: %s", rows[i], ph_message_problem(msg));
        ph_message_free(msg);
    }
    struct ph_message *msg = enclose(path, "/{{n}}", "n=2.txt");
    assert_int_equal(ph_message_check(msg), PH_E_SYSTEM);
    assert_non_null(strstr(ph_message_problem(msg), "cannot be read"));
    ph_message_free(msg);
    drop(path);
}

static void what_is_the_same_in_each_row_is_read_once(void **state)
{
    static const char *const rows[][2] = {{"n=one"}, {"n=two"}};
    static const char *const names[] = {"filename=\"one.txt\"",
                                        "filename=\"two.txt\""};
    char name[100];
    char *path = folder();
    snprintf(name, sizeof(name), "%s/1.txt", path);
    struct ph_template *t = compile(HEAD "\nhi\n");
    ph_template_attach(t, PH_ATTACHMENT(.path = name));
    ph_template_attach(t, PH_ATTACHMENT(.path = name, .name = "{{n}}.txt"));
    ph_template_attach(t, PH_ATTACHMENT(.data = "two", .len = 3,
                                        .inline_id = "c@x", .name = "d"));
    drop(path); /* it is not needed any more */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ph_message *msg = ph_message_new();
        ph_template_fill(t, field_of, (void *)(uintptr_t)rows[i], msg);
        const char *text = rendered(msg, names[i]);
        assert_non_null(strstr(text, "filename=\"1.txt\""));
        assert_non_null(strstr(text, names[i]));
        assert_non_null(strstr(text, "Content-ID: <c@x>"));
        assert_non_null(strstr(text, "\r\n\r\ndHdv\r\n"));
        ph_message_free(msg);
    }
    ph_template_free(t);
}

static void what_cannot_be_attached_to_any_row_is_known_at_once(void **state)
{
    static const struct {
        struct ph_attachment a;
        int code;
        const char *why;
    } bad[] = {
        {{.path = "/nowhere/x"},
         PH_E_SYSTEM,
         "attach: '/nowhere/x' cannot be read: No such file or "
         "directory"},
        {{.path = "{{n}}", .type = "x"},
         PH_E_HEADER,
         "attach: 'x' is not of the form type/subtype"},
        {{.data = "", .inline_id = "x"},
         PH_E_HEADER,
         "attach: 'x' is not of the form left@right"},
        {{.path = "{{n"},
         PH_E_CONTENT,
         "the path of a file: has an unfinished \"{{\""},
        {{.path = "a", .data = "b"},
         PH_E_INVALID,
         "attach: takes either data or a path, by PH_ATTACHMENT"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ph_template *t = compile(HEAD);
        struct ph_attachment a = bad[i].a;
        a.size = sizeof(a);
        ph_template_attach(t, &a);
        assert_string_equal(ph_template_problem(t), bad[i].why);
        assert_int_equal(ph_template_check(t), bad[i].code);
        ph_template_free(t);
    }
}

static void no_template_is_out_of_memory(void **state)
{
    struct ph_message *msg = ph_message_new();
    ph_template_sender(NULL, "a@x");
    ph_template_attach(NULL, PH_ATTACHMENT(.data = ""));
    assert_int_equal(ph_template_check(NULL), PH_E_NOMEM);
    assert_int_equal(ph_template_fill(NULL, field_of, NULL, msg), PH_E_NOMEM);
    assert_int_equal(ph_message_check(msg), PH_E_NOMEM);
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_html_are_alternatives),
        cmocka_unit_test(a_text_that_is_empty_leaves_the_html_alone),
        cmocka_unit_test(html_is_refused_where_it_cannot_be),
        cmocka_unit_test(a_bounce_says_to_whom_it_is_about),
        cmocka_unit_test(a_sender_that_is_none_is_refused),
        cmocka_unit_test(each_row_leaves_by_its_own_uri),
        cmocka_unit_test(a_uri_that_is_none_is_refused),
        cmocka_unit_test(each_row_has_its_own_file),
        cmocka_unit_test(a_value_does_not_leave_the_path),
        cmocka_unit_test(what_is_the_same_in_each_row_is_read_once),
        cmocka_unit_test(what_cannot_be_attached_to_any_row_is_known_at_once),
        cmocka_unit_test(no_template_is_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
