#include "scene.h"

#include "cli/options.h"
#include "cli/sendmail_envelope.h"

static const struct {
    const char *label, *list, *aliases;
    int status;
    const char *expected; /* recipients, then what was said */
} cases[] = {
    {"an address", "a@x", "", 0, "a@x "},
    {"a name", "root", "", 0, "root@h "},
    {"a list", "a@x, root,\n\tB <b@x>", "", 0, "a@x root@h b@x "},
    {"an alias", "Root", "root: a@x\n", 0, "a@x "},
    {"for names without a domain only", "root@h", "root: a@x\n", 0, "root@h "},
    {"through others", "root", "root: ops\nops: ann, eve@x\nann: a@x\n", 0,
     "eve@x a@x "},
    {"each address once", "root, ops", "root: a@x, ops\nops: a@x\n", 0, "a@x "},
    {"itself", "ann", "ann: ann, a@x\n", 0, "ann@h a@x "},
    {"itself, by another", "root", "root: ann\nann: \\ann, a@x\n", 0,
     "ann@h a@x "},
    {"a circle ends", "root, b@x", "root: ops\nops: root\n", 0, "b@x "},
    {"a circle and a way out", "root", "root: ops\nops: root, a@x\n", 0,
     "a@x "},
    {"a final one with its domain", "root", "root: \\a@x\n", 0, "a@x "},
    {"names in a target", "root", "root: Ann Lee <a@x>, us: b@x, c@x;\n", 0,
     "a@x b@x c@x "},
    {"a program", "root", "a: b\nroot: |prog, a@x\n", 0,
     "a@x :2: |prog gets nothing"},
    {"a file", "root", "root: /var/mail/root\n", 0,
     ":1: /var/mail/root gets nothing"},
    {"what nobody asked for is not warned of", "a@x", "root: |prog\n", 0,
     "a@x "},
    {"an unusable address", "a@x, b@@x", "", EXIT_BAD_DATA,
     "a@x recipient: 'b@@x'"},
    {"an unusable name", "ro..ot", "", EXIT_BAD_DATA,
     "recipient: 'ro..ot' has two dots"},
    {"an unusable target", "root", "root: a@@x\n", EXIT_BAD_DATA,
     "alias, line 1: 'a@@x'"},
    {"two lines are no two addresses", "a@x\r\nb@x", "", EXIT_BAD_DATA,
     "recipient: 'a@x  b@x' has more"}, /* S19 */
};

static void everybody_gets_it_who_is_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf got = PH__BUF(4096);
        struct cli_aliases aliases;
        struct cli_envelope e = {
            .msg = ph_message_new(), .domain = "h", .aliases = &aliases};
        const char *path =
            scene_file(cases[i].aliases, strlen(cases[i].aliases));
        assert_int_equal(cli_aliases_read(&aliases, path), EXIT_DONE);
        struct ph_slice list = {cases[i].list, strlen(cases[i].list)};
        scene_listen();
        int status = cli_envelope_add(&e, "recipient", list);
        const char *said = scene_said();
        for (size_t r = 0; r < ph_message_recipient_count(e.msg); r++)
            ph__buf_format(&got, "%s ", ph_message_recipient(e.msg, r));
        const char *colon = strstr(said, aliases.path);
        said = colon ? colon + strlen(aliases.path) : said;
        said += strncmp(said, "posthaste: ", 11) == 0 ? 11 : 0;
        size_t room = strlen(cases[i].expected) - got.len;
        ph__buf_format(&got, "%.*s", (int)room, said);
        if (status != cases[i].status ||
            strcmp(ph__buf_text(&got), cases[i].expected) != 0)
            fail_msg("%s: %d, %s / %s", cases[i].label, status,
                     ph__buf_text(&got), said);
        ph_message_free(e.msg);
        cli_aliases_done(&aliases);
        ph__buf_done(&got);
        scene_done(NULL);
    }
}

static const struct {
    const char *text;
    int status;
    const char *address, *full_name;
} senders[] = {
    {"a@x", 0, "a@x", ""},
    {"Ann Lee <a@x>", 0, "a@x", "Ann Lee"},
    {"root (Cron Daemon)", 0, "root@h", "Cron Daemon"},
    {"<a@x>", 0, "a@x", ""},
    {"a@b\303\274cher.example", 0, "a@xn--bcher-kva.example", ""},
    {"", 0, "", ""},
    {"<>", 0, "", ""},
    {"a@x, b@x", EXIT_BAD_DATA, NULL, NULL},
    {" ", EXIT_BAD_DATA, NULL, NULL},
    {"a@@x", EXIT_BAD_DATA, NULL, NULL},
    {"a@x>\r\nRSET", EXIT_BAD_DATA, NULL, NULL}, /* S19 */
    {"\"A\r\nBcc: b@x\" <a@x>", EXIT_BAD_DATA, NULL, NULL},
    {"\374 <a@x>", EXIT_BAD_DATA, NULL, NULL},
};

static void the_sender_is_one_mailbox_or_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(senders); i++) {
        struct ph__buf address = PH__BUF(512), full_name = PH__BUF(512);
        scene_listen();
        int status =
            cli_envelope_sender(&address, &full_name, senders[i].text, "h");
        scene_said();
        assert_int_equal(status, senders[i].status);
        if (!status) {
            assert_string_equal(ph__buf_text(&address), senders[i].address);
            assert_string_equal(ph__buf_text(&full_name), senders[i].full_name);
        }
        ph__buf_done(&address);
        ph__buf_done(&full_name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_gets_it_who_is_meant),
        cmocka_unit_test(the_sender_is_one_mailbox_or_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
