#include "scene.h"

#include "cli/options.h"
#include "cli/sendmail_options.h"

enum { WORDS = 10 };

static int settle(struct cli_sendmail_options *o, const char *name,
                  const char *const *words)
{
    char *argv[WORDS + 2] = {(char *)name};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    return cli_sendmail_options(o, argc, argv);
}

/* "sender|name|flags|recipients", with a dash for what was not given. */
static const char *summary(const struct cli_sendmail_options *o)
{
    static char out[256];
    int n = snprintf(
        out, sizeof(out), "%s|%s|%s%s%.*s|", o->sender ? o->sender : "-",
        o->full_name ? o->full_name : "-", o->take_recipients ? "t" : "",
        o->ignore_dots ? "i" : "", o->trace, "vvv");
    for (size_t i = 0; i < o->recipients.count; i++)
        n += snprintf(out + n, sizeof(out) - (size_t)n, "%s%s", i ? " " : "",
                      o->recipients.items[i]);
    return out;
}

static const struct {
    const char *label;
    const char *words[WORDS];
    const char *expected;
} cases[] = {
    {"nothing", {NULL}, "-|-||"},
    {"recipients", {"a@x", "b@x, c@x"}, "-|-||a@x b@x, c@x"},
    {"cron",
     {"-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"},
     "-|CronDaemon|i|root"},
    {"PHP, with a sender", {"-t", "-i", "-fann@x"}, "ann@x|-|ti|"},
    {"letters together", {"-tivv"}, "-|-|tivv|"},
    {"the last of them with its argument",
     {"-tif", "ann@x", "b@x"},
     "ann@x|-|ti|b@x"},
    {"nobody", {"-f", "", "b@x"}, "|-||b@x"},
    {"-r is -f", {"-r", "<>"}, "<>|-||"},
    {"mutt", {"-oem", "-oi", "-f", "a@x", "--", "b@x"}, "a@x|-|i|b@x"},
    {"-o and its argument apart", {"-o", "i", "-o", "em", "b@x"}, "-|-|i|b@x"},
    {"-oij is something else", {"-oij", "b@x"}, "-|-||b@x"},
    {"a recipient that begins with a dash", {"--", "-b@x"}, "-|-||-b@x"},
    {"a dash is no option", {"-"}, "-|-||-"},
    {"the mode", {"-bm", "-b", "m", "b@x"}, "-|-||b@x"},
    {"what changes nothing, with its arguments",
     {"-GnU", "-C", "/etc/x.cf", "-O", "Foo=1", "-h5", "-mem", "b@x"},
     "-|-||b@x"},
};

static void letters_are_read_as_sendmail_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_sendmail_options o;
        int status = settle(&o, "/usr/sbin/sendmail", cases[i].words);
        if (status || strcmp(summary(&o), cases[i].expected) != 0)
            fail_msg("%s: %d, %s", cases[i].label, status, summary(&o));
        cli_sendmail_options_done(&o);
    }
}

static void reports_are_asked_for_in_any_case(void **state)
{
    static const char *const words[] = {"-N",   "Failure, DELAY", "-RHDRS",
                                        "-Vid", "-B7bit",         NULL};
    struct cli_sendmail_options o;
    (void)state;
    assert_int_equal(settle(&o, "sendmail", words), EXIT_DONE);
    assert_int_equal(o.request.size, sizeof(o.request));
    assert_int_equal(o.request.notify, PH_NOTIFY_FAILURE | PH_NOTIFY_DELAY);
    assert_int_equal(o.request.ret, PH_RETURN_HEADERS);
    assert_string_equal(o.request.envelope_id, "id");
    cli_sendmail_options_done(&o);
}

static const struct {
    const char *name;
    const char *words[WORDS];
    const char *said;
} wrong[] = {
    {"sendmail", {"-Z"}, "unknown option -Z"},
    {"sendmail", {"-tZ"}, "unknown option -Z"},
    {"sendmail", {"--server=x"}, "unknown option --"},
    {"sendmail", {"-t", "-f"}, "missing behind -f"},
    {"sendmail", {"a@x", "-f", "b@x"}, "behind a recipient: -f"},
    {"sendmail", {"-N", "sometimes"}, "-N"},
    {"sendmail",
     {"-N", "delay,delay,delay,delay,delay,delay,delay,delay,delay,delay,"
            "delay,x"},
     "-N"},
    {"sendmail", {"-R", "half"}, "-R"},
    {"sendmail", {"-V", "a\nb"}, "-V"},
    {"sendmail", {"-B", "9BIT"}, "-B 9BIT"},
    {"sendmail", {"-F", "a\r\nBcc: b@x"}, "-F"}, /* S19 */
    {"sendmail", {"-bs"}, "only -bm"},
    {"sendmail", {"-bd"}, "only -bm"},
    {"sendmail", {"-bp"}, "no queue"},
    {"sendmail", {"-q"}, "no queue"},
    {"sendmail", {"-q30m"}, "no queue"},
    {"sendmail", {"-bi"}, "no database"},
    {"sendmail", {"-I"}, "no database"},
    {"/usr/bin/mailq", {NULL}, "no queue"},
    {"newaliases", {NULL}, "no database"},
};

static void what_cannot_be_done_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct cli_sendmail_options o;
        scene_listen();
        int status = settle(&o, wrong[i].name, wrong[i].words);
        const char *said = scene_said();
        if (status != EXIT_USAGE_ERROR || !strstr(said, wrong[i].said))
            fail_msg("case %zu: %d, %s", i, status, said);
        cli_sendmail_options_done(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_read_as_sendmail_does),
        cmocka_unit_test(reports_are_asked_for_in_any_case),
        cmocka_unit_test(what_cannot_be_done_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
