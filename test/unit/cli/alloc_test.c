/* Every allocation fails once: what needed it says so, and nothing leaks. */
#include "scene.h"

#include <fcntl.h>
#include <unistd.h>

#include "alloc/wrap.h"
#include "cli/command.h"
#include "cli/compose.h"
#include "cli/file.h"
#include "cli/hide.h"
#include "cli/history.h"
#include "cli/known.h"
#include "cli/list.h"
#include "cli/options.h"
#include "cli/probe_report.h"
#include "cli/reasons.h"
#include "cli/replay_run.h"
#include "cli/sendmail_envelope.h"
#include "cli/sendmail_options.h"
#include "cli/sendmail_text.h"
#include "cli/sendmail_user.h"
#include "cli/server.h"
#include "cli/template.h"
#include "message/limits.h"

/* EXIT_DONE and all is right, or another status. */
typedef int (*play_cb)(const char *path);

static int compose(const char *path)
{
    struct ph_message *msg = NULL;
    struct cli_compose c = {.from = "Ann <ann@x.org>", .subject = "s"};
    c.text = path;
    int status = cli_texts_add(&c.to, "Bob <bob@x.org>, eve@x.org");
    if (!status)
        status = cli_texts_add(&c.headers, "X-One: 1");
    if (!status)
        status = cli_compose(&msg, &c);
    if (!status)
        assert_int_equal(ph_message_recipient_count(msg), 2);
    ph_message_free(msg);
    cli_compose_done(&c);
    return status;
}

/* The file is an image; the HTML shows it by its path, and by its name. */
static int compose_parts(const char *path)
{
    struct ph_message *msg = NULL;
    char html[128];
    struct cli_compose c = {.from = "ann@x.org", .html = html};
    snprintf(html, sizeof(html), "<img src=\"%s\"><img src=cid:l>", path + 1);
    int status = cli_texts_add(&c.to, "bob@x.org");
    if (!status)
        status = cli_texts_add(&c.unsubscribe, "mailto:u@x.org");
    if (!status)
        status = cli_attachments_add(&c.attachments, CLI_ATTACHED,
                                     "/dev/null;name=\"a b\"");
    if (!status)
        status = cli_attachments_add(&c.attachments, CLI_INLINE,
                                     "/dev/null;cid=l;type=image/png");
    if (!status)
        status = cli_compose(&msg, &c);
    if (!status)
        assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_free(msg);
    cli_compose_done(&c);
    return status;
}

/* What the file had was little; now it stays on the disk. */
static int compose_large(const char *path)
{
    struct ph_message *msg = NULL;
    struct cli_compose c = {.from = "ann@x.org"};
    char large[128];
    snprintf(large, sizeof(large), "%s;type=x/y;name=n", path + 1);
    assert_int_equal(truncate(path + 1, PH__SPOOL_ABOVE + 1), 0);
    int status = cli_texts_add(&c.to, "bob@x.org");
    if (!status)
        status = cli_attachments_add(&c.attachments, CLI_INLINE, large);
    if (!status)
        status = cli_compose(&msg, &c);
    if (!status)
        assert_int_equal(ph_message_check(msg), PH_OK);
    ph_message_free(msg);
    cli_compose_done(&c);
    return status;
}

static int make_template(const char *path)
{
    struct ph_template *made = NULL;
    struct cli_template t = {.path = path + 1,
                             .from = "a@x",
                             .text = path,
                             .html = "<img src='cid:i'>",
                             .envelope_from = "<n+{{to}}@x>"};
    int status = cli_texts_add(&t.unsubscribe, "https://x/{{to}}");
    if (!status)
        status = cli_attachments_add(&t.attachments, CLI_ATTACHED,
                                     "{{f}};name=n;type=a/b");
    if (!status)
        status =
            cli_attachments_add(&t.attachments, CLI_INLINE, "/{{f}};cid=i");
    if (!status)
        status = cli_template_make(&made, &t);
    if (!status)
        assert_true(ph_template_has_header(made, "From"));
    ph_template_free(made);
    cli_template_done(&t);
    return status;
}

/* A row that failed for want of memory is a bad row, not a lost one. */
static int read_list(const char *path, const char *format)
{
    struct cli_list *l;
    struct cli_row row;
    int good = 0, rows = 0;
    int status = cli_list_open(&l, path + 1, format);
    if (status)
        return status;
    while (cli_list_next(l, &row) == CLI_GOT_LINE) {
        rows++;
        good += !row.problem;
    }
    status = cli_list_status(l);
    cli_list_free(l);
    if (!status)
        assert_int_equal(rows, 2);
    return status ? status : good == 2 ? EXIT_DONE : EXIT_TRY_LATER;
}

static int read_csv(const char *path)
{
    return read_list(path, "csv");
}

static int read_json(const char *path)
{
    return read_list(path, "jsonl");
}

static int read_history(const char *path)
{
    struct cli_history h;
    int fd = open(path + 1, O_RDONLY);
    int status = cli_history_load(&h, fd, path + 1);
    close(fd);
    if (status)
        return status;
    assert_non_null(cli_history_find(&h, 1, "a@x"));
    cli_history_done(&h);
    return EXIT_DONE;
}

static int remember(const char *path)
{
    struct cli_known k;
    uint64_t mark;
    (void)path;
    int rc = cli_known_init(&k);
    if (rc)
        return EXIT_TRY_LATER;
    rc = cli_known_mark(&k, "a@x.org", &mark);
    if (!rc)
        rc = cli_known_reserve(&k);
    if (!rc) {
        cli_known_add(&k, mark);
        assert_true(cli_known_has(&k, mark));
    }
    cli_known_done(&k);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* A recipient that cannot be put into a group is still counted. */
static int give_reasons(const char *path)
{
    struct cli_reasons r = {0};
    struct cli_fate fate = {.recipient = "a@x.org",
                            .outcome = "refused",
                            .reply = {.code = 550, .text = "no"},
                            .detail = "",
                            .about = PH_CLASS_RECIPIENT};
    (void)path;
    cli_reasons_add(&r, &fate);
    assert_int_equal(r.reasons.count + r.reasons.others, 1);
    assert_int_equal(r.domains.count + r.domains.others, 1);
    bool lost = r.reasons.others || r.domains.others;
    cli_reasons_done(&r);
    return lost ? EXIT_TRY_LATER : EXIT_DONE;
}

static int settle_server(const char *path)
{
    struct cli_server s;
    cli_server_init(&s);
    int status = cli_server_option(&s, CLI_SERVER, "smtp://ann@mx:25");
    if (!status)
        status = cli_server_option(&s, CLI_PASSWORD_FILE, path + 1);
    if (!status)
        status = cli_server_option(&s, CLI_PROXY, "http://a:b@mx:3128");
    if (!status)
        status = cli_server_option(
            &s, CLI_TLS_PIN,
            "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    if (!status)
        status = cli_server_finish(&s, NULL);
    if (!status)
        assert_string_equal(s.client.host, "mx");
    cli_server_done(&s);
    /* A URL that could not be copied is not wrong, but no other word fits. */
    return status == EXIT_USAGE_ERROR ? EXIT_TRY_LATER : status;
}

static int settle_account(const char *path)
{
    struct cli_server s;
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    setenv("HOME", "/nowhere", 1);
    cli_server_init(&s);
    s.account.system_path = path + 1;
    int status = cli_server_account(&s, NULL);
    if (!status) {
        assert_string_equal(cli_server_said(&s, CLI_USER), "ann");
        assert_string_equal(cli_server_said(&s, CLI_PASSWORD_FILE),
                            "/nowhere/secret");
        assert_string_equal(s.preset->name, "gmail");
    }
    cli_server_done(&s);
    return status;
}

static int cut_words(const char *path)
{
    char **words = NULL;
    (void)path;
    int rc = cli_command_words(&words, "true 'a b'");
    if (rc)
        return EXIT_TRY_LATER;
    assert_string_equal(words[1], "a b");
    free(words);
    return EXIT_DONE;
}

static int report_probe(const char *path)
{
    struct ph__buf out = PH__BUF(1 << 20);
    struct cli_probe p;
    bool hello = false;
    cli_probe_init(&p);
    int rc = cli_probe_hear(&p, "C: EHLO me", &hello);
    if (!rc)
        rc = cli_probe_hear(&p, "S: 250-mx", &hello);
    if (!rc)
        rc = cli_probe_hear(&p, "S: 250-LIMITS RCPTMAX=5", &hello);
    if (!rc)
        rc = cli_probe_hear(&p, "S: 250 AUTH PLAIN \xff", &hello);
    if (!rc)
        rc = cli_probe_json(&out, &p, path);
    if (!rc) { /* all of it, or nothing */
        assert_non_null(strstr(out.data, "\"AUTH PLAIN ?\""));
        assert_non_null(strstr(out.data, "[\"PLAIN\",\"?\"]"));
        assert_non_null(strstr(out.data, "{\"RCPTMAX\":5}"));
    }
    ph__buf_done(&out);
    cli_probe_done(&p);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static int hide(const char *path)
{
    char word[] = "--password=x";
    char *argv[] = {word, NULL};
    char **copy;
    if (!cli_hide_secrets(&copy, 1, argv))
        return EXIT_TRY_LATER;
    assert_string_equal(copy[0], "--password=x");
    cli_hide_free(copy);
    return EXIT_DONE;
}

static int learn_and_replay(const struct ph__transcript *t)
{
    struct cli_script script;
    struct ph__buf out = PH__BUF(4096);
    enum cli_replayed what = CLI_NO_REPLAY;
    int code = cli_script_learn(&script, &t->dialogues[0]);
    if (!code)
        what = cli_replay_dialogue(&out, &code, &t->dialogues[0], &script, 0);
    cli_script_done(&script);
    ph__buf_done(&out);
    assert_true(what == CLI_SAME || code == PH_E_NOMEM || wrap_failed());
    return what == CLI_SAME ? EXIT_DONE : EXIT_TRY_LATER;
}

static int replay(const char *path)
{
    struct ph__buf text = PH__BUF(1 << 20);
    struct ph__transcript t;
    int status = cli_file_read(&text, path + 1);
    if (!status && ph__transcript_read(&t, &text))
        status = EXIT_TRY_LATER;
    if (!status) {
        status = learn_and_replay(&t);
        ph__transcript_done(&t);
    }
    ph__buf_done(&text);
    return status;
}

static int read_letters(const char *path)
{
    char *argv[] = {(char *)"sendmail", (char *)"-ti", (char *)"a@x",
                    (char *)path, NULL};
    struct cli_sendmail_options o;
    int status = cli_sendmail_options(&o, 4, argv);
    if (!status)
        assert_int_equal(o.recipients.count, 2);
    cli_sendmail_options_done(&o);
    return status;
}

static int complete_text(const char *path)
{
    struct ph_slice text = {TEXT("To: ann, b@x\nFrom: c\n\nx\ry\n")};
    struct cli_sendmail_facts facts = {.full_name = "A \303\274",
                                       .address = "a@x",
                                       .domain = "h",
                                       .id = "1@h"};
    struct ph__buf out = PH__BUF(1 << 16);
    (void)path;
    int rc = cli_sendmail_complete(&out, text, &facts);
    if (!rc)
        assert_non_null(strstr(out.data, "To: ann@h, b@x\r\n"));
    ph__buf_done(&out);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static int follow_aliases(const char *path)
{
    struct ph_slice list = {TEXT("root, eve@x")};
    struct cli_aliases aliases = {0};
    struct cli_envelope e = {
        .msg = ph_message_new(), .domain = "h", .aliases = &aliases};
    int status = e.msg ? cli_aliases_read(&aliases, path + 1) : EXIT_TRY_LATER;
    if (!status)
        status = cli_envelope_add(&e, "to", list);
    if (!status)
        assert_int_equal(ph_message_recipient_count(e.msg), 3);
    cli_aliases_done(&aliases);
    ph_message_free(e.msg);
    return status;
}

static int find_sender(const char *path)
{
    struct ph__buf address = PH__BUF(512), full_name = PH__BUF(512);
    struct cli_user u = {0};
    int rc = cli_user_find(&u, NULL, path + 1);
    int status = rc ? EXIT_TRY_LATER : EXIT_DONE;
    if (!status)
        status = cli_envelope_sender(&address, &full_name, "Ann <ann>",
                                     ph__buf_text(&u.domain));
    if (!status)
        assert_string_equal(address.data, "ann@h.example");
    ph__buf_done(&address);
    ph__buf_done(&full_name);
    cli_user_done(&u);
    return status;
}

static const struct {
    const char *label;
    play_cb play;
    const char *data; /* of the file; its name comes behind an @ */
} scenes[] = {
    {"compose", compose, "hello\n"},
    {"compose parts", compose_parts, "<svg xmlns=\"\"/>"},
    {"compose what is large", compose_large, ""},
    {"addresses seen", remember, ""},
    {"reasons", give_reasons, ""},
    {"template", make_template, "Subject: {{to}}\n\nhello\n"},
    {"csv", read_csv, "to,name\na@x,\"A\n\"\nb@x,B\n"},
    {"jsonl", read_json, "{\"to\":\"a@x\",\"n\":1}\n{\"to\":\"b@x\"}\n"},
    {"history", read_history,
     "{\"recipient\":\"a@x\",\"outcome\":\"pending\",\"row\":1,"
     "\"attempts\":1}\n"},
    {"server", settle_server, "secret\n"},
    {"account", settle_account,
     "[default]\naccount = gmail\nuser = ann\npassword-file = ~/secret\n"},
    {"command", cut_words, ""},
    {"probe", report_probe, ""},
    {"hide", hide, ""},
    {"sendmail's letters", read_letters, ""},
    {"sendmail's message", complete_text, ""},
    {"aliases", follow_aliases, "root: ann, bob@x\nann: \\ann\n"},
    {"sendmail's sender", find_sender, "h.example\n"},
    {"replay", replay,
     "S: 220 x\nC: EHLO me\nS: 250-x\nS: 250-DSN\nS: 250 AUTH "
     "PLAIN\nC: AUTH PLAIN <hidden>\nS: 235\nC: MAIL FROM:<a@b> RET=FULL\nS: "
     "250\n"
     "C: RCPT TO:<c@d> ORCPT=rfc822;e@f\nS: 250\nC: DATA\nS: 354\n"
     "C: <9 octets>\nC: .\nS: 250\n# session 2\nS: 220 x\n"},
};

/* What they say would be a page a failure. */
static int play_quietly(play_cb play, const char *path)
{
    int real = dup(STDERR_FILENO);
    int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    int status = play(path);
    dup2(real, STDERR_FILENO);
    close(real);
    close(null);
    return status;
}

static void each_failing_allocation_is_told_as_such(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        const char *file = scene_file(scenes[i].data, strlen(scenes[i].data));
        char path[64];
        long n = 1;
        int status;
        snprintf(path, sizeof(path), "@%s", file);
        for (;; n++) {
            wrap_fail_at(n);
            status = play_quietly(scenes[i].play, path);
            if (!wrap_failed())
                break;
            /* Done without it, or told: but never taken for bad input. */
            if (status != EXIT_DONE && status != EXIT_TRY_LATER)
                fail_msg("%s: status %d at allocation %ld", scenes[i].label,
                         status, n);
        }
        wrap_fail_at(0);
        assert_int_equal(status, EXIT_DONE);
        assert_true(n > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_is_told_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
