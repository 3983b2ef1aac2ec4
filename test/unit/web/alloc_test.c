/* Every allocation of ours fails once: an error, no leak, nothing half done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/wrap.h"
#include "web/html.h"
#include "web/json.h"
#include "web/limits.h"

static const char mail[] =
    "From: a\r\nSubject: s\r\nContent-Type: multipart/related; boundary=b\r\n"
    "\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xF0\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\ncid:x\r\n"
    "--b\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <x>\r\n\r\nPNG"
    "\r\n--b--\r\n";

static int show_html(const struct ph__web_kept *k)
{
    struct ph__buf out = PH__BUF(PH__WEB_ANSWER_BYTES);
    struct ph__web_mail *m = NULL;
    size_t part;
    bool cut;
    int rc = ph__web_mail_new(&m, k->content.data, k->content.len);
    if (!rc && ph__web_mail_find(&part, m, PH__WEB_PAGE_PART))
        rc = ph__web_html(&out, &cut, m, part);
    ph__web_mail_free(m);
    ph__buf_done(&out);
    return rc;
}

static int show(struct ph__web_mailbox *b)
{
    static const struct ph__web_about about = {1, "hint"};
    struct ph__buf out = PH__BUF(PH__WEB_ANSWER_BYTES);
    int rc = ph__web_mailbox_add(b, "{\"from\":\"a\",\"to\":[\"b\"]}", mail,
                                 sizeof(mail) - 1, 1);
    if (!rc)
        rc = ph__web_mailbox_dialogue(b, "S: 250 ok\n");
    if (!rc)
        rc = ph__web_json_list(&out, b, &about, 0);
    if (!rc)
        rc = ph__web_json_detail(&out, ph__web_mailbox_find(b, 1));
    if (!rc)
        rc = show_html(ph__web_mailbox_find(b, 1));
    ph__buf_done(&out);
    return rc;
}

static void a_message_is_shown_or_there_is_no_memory(void **state)
{
    ph__web_mail_begin();
    for (long n = 1;; n++) {
        struct ph__web_mailbox b;
        ph__web_mailbox_init(&b, 10, 1 << 20);
        wrap_fail_at(n);
        int rc = show(&b);
        bool failed = wrap_failed();
        wrap_fail_at(0);
        assert_int_equal(rc, failed ? PH_E_NOMEM : PH_OK);
        ph__web_mailbox_done(&b);
        if (!failed) {
            assert_true(n > 20);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_shown_or_there_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
