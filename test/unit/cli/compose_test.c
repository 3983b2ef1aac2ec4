#include "scene.h"

#include "cli/compose.h"
#include "cli/options.h"

enum { VALUES = 4 };

struct given {
    const char *label;
    struct cli_compose c;
    const char *to[VALUES];
    const char *bcc[VALUES];
    const char *envelope_to[VALUES];
    const char *headers[VALUES];
    const char *unsubscribe[VALUES];
    const char *attached[VALUES];
    const char *message; /* contents of a ready message's file */
    int status;
    const char *recipients; /* one a line, bad ones with "!" */
    const char *kind;       /* the first Content-Type */
};

static const struct given cases[] = {
    {.label = "plain",
     .c = {.from = "a@x", .subject = "s", .text = "t"},
     .to = {"b@x"},
     .recipients = "b@x\n"},
    {.label = "names, lists, and the same address twice",
     .c = {.from = "Ann <a@x>", .text = "t"},
     .to = {"Bob <b@x>, c@x", "b@X"},
     .bcc = {"d@x"},
     .envelope_to = {"<e@x>", "c@x"},
     .recipients = "b@x\nc@x\nd@x\ne@x\n"},
    {.label = "postmaster needs no domain",
     .c = {.from = "a@x", .subject = "s"},
     .envelope_to = {"postmaster"},
     .recipients = "postmaster\n"},
    {.label = "the null sender",
     .c = {.from = "a@x", .envelope_from = "<>", .subject = "s"},
     .to = {"b@x"},
     .recipients = "b@x\n"},
    {.label = "one bad address",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x", "Nobody <no domain>", "c@x"},
     .status = EXIT_BAD_DATA,
     .recipients = "b@x\n!no domain\nc@x\n"},
    {.label = "a bad envelope address",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x"},
     .envelope_to = {"c@x\r\nRSET"}, /* S19 */
     .status = EXIT_BAD_DATA,
     .recipients = "b@x\n!c@x\r\nRSET\n"},
    {.label = "a bad sender",
     .c = {.from = "a", .subject = "s"},
     .to = {"b@x"},
     .status = EXIT_BAD_DATA,
     .recipients = "b@x\n"},
    {.label = "a header that begins another",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x"},
     .headers = {"X-One: 1\r\nBcc: c@x"},
     .status = EXIT_BAD_DATA,
     .recipients = "b@x\n"},
    {.label = "a ready message",
     .c = {.from = "a@x"},
     .to = {"b@x"},
     .message = "Subject: s\nTo: c@x\n\nt\n",
     .recipients = "b@x\n"},
    {.label = "a ready message with its own recipients",
     .c = {.from = "a@x", .take_recipients = true},
     .message = "To: c@x\nCc: d@x\n\nt\n",
     .recipients = ""},
    {.label = "a lone CR",
     .c = {.from = "a@x"},
     .to = {"b@x"},
     .message = "Subject: s\n\nx\ry\n",
     .status = EXIT_BAD_DATA,
     .recipients = "b@x\n"},

    {.label = "HTML alone",
     .c = {.from = "a@x", .html = "<p>h</p>"},
     .to = {"b@x"},
     .kind = "text/html"},
    {.label = "text and HTML",
     .c = {.from = "a@x", .text = "t", .html = "<p>h</p>"},
     .to = {"b@x"},
     .kind = "multipart/alternative"},
    {.label = "a file alone",
     .c = {.from = "a@x"},
     .to = {"b@x"},
     .attached = {"/dev/null;type=x/y;name=n"},
     .kind = "x/y"},
    {.label = "a file and nothing to read",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x"},
     .attached = {"/dev/null;name=a.csv", "/dev/null;name=b.csv"},
     .kind = "multipart/mixed"},
    {.label = "a way to leave the list, and how important it is",
     .c = {.from = "a@x", .text = "t", .priority = "low"},
     .to = {"b@x"},
     .unsubscribe = {"https://x.org/u?a=b", "mailto:u@x.org"},
     .kind = "text/plain"},
    {.label = "no file to attach",
     .c = {.from = "a@x", .text = "t"},
     .to = {"b@x"},
     .attached = {"/nowhere/f"},
     .status = EXIT_NO_INPUT},
    {.label = "a directory",
     .c = {.from = "a@x", .text = "t"},
     .to = {"b@x"},
     .attached = {"/tmp"},
     .status = EXIT_NO_INPUT},
    {.label = "a missing image",
     .c = {.from = "a@x", .html = "<img src=/nowhere/a.png>"},
     .to = {"b@x"},
     .status = EXIT_NO_INPUT},
    {.label = "HTML that is not UTF-8",
     .c = {.from = "a@x", .html = "<p>\xE9</p>"},
     .to = {"b@x"},
     .status = EXIT_BAD_DATA},
    {.label = "a URI that ends its brackets",
     .c = {.from = "a@x", .text = "t"},
     .to = {"b@x"},
     .unsubscribe = {"https://x.org/>\r\nBcc: z@x"},
     .status = EXIT_BAD_DATA},
    {.label = "an unknown priority",
     .c = {.from = "a@x", .text = "t", .priority = "urgent"},
     .to = {"b@x"},
     .status = EXIT_USAGE_ERROR},
    {.label = "standard input twice",
     .c = {.from = "a@x", .text = "@-"},
     .to = {"b@x"},
     .attached = {"-;name=n"},
     .status = EXIT_USAGE_ERROR},
    {.label = "a ready message with a file",
     .c = {.from = "a@x"},
     .to = {"b@x"},
     .attached = {"/dev/null"},
     .message = "Subject: s\n\nt\n",
     .status = EXIT_USAGE_ERROR},
    {.label = "a ready message with HTML",
     .c = {.from = "a@x", .html = "h"},
     .to = {"b@x"},
     .message = "Subject: s\n\nt\n",
     .status = EXIT_USAGE_ERROR},

    {.label = "no sender",
     .c = {.subject = "s"},
     .to = {"b@x"},
     .status = EXIT_USAGE_ERROR},
    {.label = "no recipient",
     .c = {.from = "a@x", .subject = "s"},
     .status = EXIT_USAGE_ERROR},
    {.label = "nothing to send",
     .c = {.from = "a@x"},
     .to = {"b@x"},
     .status = EXIT_USAGE_ERROR},
    {.label = "ready and composed",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x"},
     .message = "Subject: s\n\nt\n",
     .status = EXIT_USAGE_ERROR},
    {.label = "-t without a message",
     .c = {.from = "a@x", .subject = "s", .take_recipients = true},
     .status = EXIT_USAGE_ERROR},
    {.label = "a header without a colon",
     .c = {.from = "a@x", .subject = "s"},
     .to = {"b@x"},
     .headers = {"X-One"},
     .status = EXIT_USAGE_ERROR},
    {.label = "no such file",
     .c = {.from = "a@x", .text = "@/nowhere/t"},
     .to = {"b@x"},
     .status = EXIT_NO_INPUT},
};

static struct cli_texts texts(const char *const *values)
{
    struct cli_texts t = {0};
    for (size_t i = 0; i < VALUES && values[i]; i++)
        assert_int_equal(cli_texts_add(&t, values[i]), EXIT_DONE);
    return t;
}

static void add_line(void *user, const char *recipient, const char *problem)
{
    const char *mark = *problem ? "!" : "";
    assert_int_equal(ph__buf_format(user, "%s%s\n", mark, recipient), PH_OK);
}

static void check_kind(struct ph_message *msg, const struct given *g)
{
    struct ph_slice out;
    ph_message_date(msg, 0);
    ph_message_id(msg, "a@b");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    const char *type = strstr(out.data, "Content-Type: ");
    assert_non_null(type);
    type += strlen("Content-Type: ");
    if (strncmp(type, g->kind, strlen(g->kind)) != 0)
        fail_msg("%s: %.40s", g->label, type);
}

static void compose(const struct given *g)
{
    struct cli_compose c = g->c;
    struct ph_message *msg = NULL;
    struct ph__buf lines = PH__BUF(10000);
    c.to = texts(g->to);
    c.bcc = texts(g->bcc);
    c.envelope_to = texts(g->envelope_to);
    c.headers = texts(g->headers);
    c.unsubscribe = texts(g->unsubscribe);
    for (size_t i = 0; i < VALUES && g->attached[i]; i++)
        assert_int_equal(
            cli_attachments_add(&c.attachments, CLI_ATTACHED, g->attached[i]),
            EXIT_DONE);
    if (g->message)
        c.file = scene_file(g->message, strlen(g->message));
    scene_listen();
    int status = cli_compose_check(&c);
    if (!status)
        status = cli_compose(&msg, &c);
    assert_int_equal(*scene_said() != '\0', g->status != EXIT_DONE);
    if (status != g->status)
        fail_msg("%s: status %d", g->label, status);
    assert_int_equal(msg != NULL, status == EXIT_DONE);
    if (g->recipients) {
        assert_int_equal(cli_compose_recipients(&c, add_line, &lines), PH_OK);
        assert_string_equal(ph__buf_text(&lines), g->recipients);
    }
    if (g->kind)
        check_kind(msg, g);
    ph__buf_done(&lines);
    ph_message_free(msg);
    cli_compose_done(&c);
}

static void options_make_a_message_or_say_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        compose(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_make_a_message_or_say_why_not),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
