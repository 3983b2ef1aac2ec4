/* Every allocation fails once: no crash, no leak, PH_E_NOMEM and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>
#include <idn2.h>

#include <posthaste/dkim.h>
#include <posthaste/merge.h>

#include "alloc/wrap.h"
#include "message/internal.h"
#include "message/limits.h"
#include "message/slices.h"
#include "unit/dkim/vectors.h"

typedef int scenario(void);

/* libidn2 allocates out of our sight; so its one call fails in its stead. */
int __real_idn2_lookup_u8(const uint8_t *src, uint8_t **out, int flags);
int __wrap_idn2_lookup_u8(const uint8_t *src, uint8_t **out, int flags);

int __wrap_idn2_lookup_u8(const uint8_t *src, uint8_t **out, int flags)
{
    void *probe = malloc(1);
    free(probe);
    return probe ? __real_idn2_lookup_u8(src, out, flags) : IDN2_MALLOC;
}

static int compose(void)
{
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    char address[40];
    ph_message_from(msg, "\"Ann, L.\" <ann@x.org>, b@x.org");
    for (int i = 0; i < 40; i++) {
        snprintf(address, sizeof(address), "user%d@example.org", i);
        ph_message_to(msg, address);
    }
    ph_message_cc(msg, "J\xC3\xBCrgen <j@x.org>, Joe (x) <k@x.org>");
    ph_message_bcc(msg, "B <b@x.org>");
    ph_message_reply_to(msg, "r@x.org");
    ph_message_subject(msg, "Gr\xC3\xBC\xC3\x9F"
                            "e an alle, die das lesen");
    ph_message_header(msg, "Sender", "Ann <ann@x.org>");
    ph_message_header(msg, "X-Long",
                      "one two three four five six seven eight "
                      "nine ten eleven twelve thirteen");
    ph_message_text(msg, "\xC3\xBC\xC3\xBC\n");
    ph_message_text(msg, "Viele Gr\xC3\xBC\xC3\x9F"
                         "e an alle, die es lesen\n");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    ph_message_envelope_from(msg, "bounce@x.org");
    ph_message_envelope_to(msg, "more@x.org");
    int rc = ph_message_render(msg, &out);
    assert_int_equal(ph_message_check(msg) && !rc, false);
    if (!rc)
        assert_non_null(strstr(out.data, "Reply-To: r@x.org\r\n"));
    assert_non_null(ph_message_problem(msg));
    ph_message_free(msg);
    return rc;
}

static int compose_utf8(void)
{
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    char address[40];
    ph_message_from(msg, "Ann <ann@\xC3\xBC.org>, \xC3\xBC@\xC3\xBC.org");
    for (int i = 0; i < 20; i++) {
        snprintf(address, sizeof(address), "user%d@\xC3\xBC.org", i);
        ph_message_to(msg, address);
    }
    ph_message_bcc(msg, "\"u1\"@\xC3\xBC.org");
    ph_message_envelope_from(msg, "b@\xC3\xBC.org");
    ph_message_envelope_to(msg, "u2@\xC3\xBC.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    int rc = ph_message_render(msg, &out);
    if (!rc)
        assert_string_equal(ph__message_wire_recipient(msg, 21),
                            "u2@xn--tda.org");
    ph_message_free(msg);
    return rc;
}

static int compose_parts(void)
{
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@x.org");
    ph_message_text(msg, "Hi\n");
    ph_message_html(msg, "<p>\xC3\xBC</p>\n");
    ph_message_calendar(msg, "REQUEST", "\xC3\xBC\xC3\xBC\n");
    ph_message_attach(msg, PH_ATTACHMENT(.data = "x", .len = 1,
                                         .inline_id = "1@x", .name = "x.png",
                                         .description = "a picture"));
    ph_message_attach(msg, PH_ATTACHMENT(.path = "/proc/self/stat",
                                         .name = "\xC3\xBC and more than can "
                                                 "stand in one line of it all, "
                                                 "if it is encoded"));
    for (int i = 0; i < 4; i++)
        ph_message_attach(msg, PH_ATTACHMENT(.data = "A: b\r\n", .len = 6,
                                             .type = i ? "text/x; charset=a"
                                                       : "message/rfc822"));
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    int rc = ph_message_render(msg, &out);
    if (!rc)
        assert_non_null(strstr(out.data, "_1--\r\n"));
    ph_message_free(msg);
    return rc;
}

static int attach_large(void)
{
    static const char data[PH__SPOOL_ABOVE + 1];
    struct ph_message *msg = ph_message_new();
    const struct ph__slices *content;
    ph_message_from(msg, "ann@x.org");
    ph_message_to(msg, "bob@x.org");
    ph_message_text(msg, "Hi\n");
    ph_message_attach(msg, PH_ATTACHMENT(.data = data, .len = sizeof(data)));
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    int rc = ph__message_content(&content, msg);
    if (!rc)
        assert_true(content->octets > sizeof(data));
    ph_message_free(msg);
    return rc;
}

static int send_ready(void)
{
    static const char text[] = "To: a@x, B <b@x>\nBcc: c@x\nCc: d@x\n"
                               "Message-ID: <1@x>\n\nHi\n";
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    ph_message_ready(msg, text, sizeof(text) - 1, false);
    ph_message_take_recipients(msg);
    ph_message_envelope_from(msg, "");
    int rc = ph_message_render(msg, &out);
    if (!rc)
        assert_int_equal(ph_message_recipient_count(msg), 4);
    ph_message_free(msg);
    return rc;
}

static int send_binary(void)
{
    static const char text[] = "To: a@x\nBcc: c@\xC3\xBC\nMessage-ID: <1@x>\n\n"
                               "a\0b\r\r\n\n this is more than is reserved at "
                               "first, which is the size of the header";
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    ph_message_ready_binary(msg, text, sizeof(text) - 1);
    ph_message_take_recipients(msg);
    ph_message_envelope_from(msg, "");
    int rc = ph_message_render(msg, &out);
    if (!rc)
        assert_int_equal(ph_message_recipient_count(msg), 2);
    ph_message_free(msg);
    return rc;
}

static const char *same_value(void *user, const char *name)
{
    return strcmp(name, "to") ? "J\xC3\xBCrgen & \"Co\"" : "t@x.org";
}

static int merge_text(const char *text)
{
    struct ph_message *msg = ph_message_new();
    struct ph_template *t = ph_template_new(text, strlen(text));
    struct ph_slice out;
    int rc = ph_template_fill(t, same_value, NULL, msg);
    assert_non_null(ph_template_problem(t));
    ph_template_free(t);
    ph_message_to(msg, "t@x.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    int rendered = ph_message_render(msg, &out);
    ph_message_free(msg);
    return rc ? rc : rendered;
}

static int merge_html(void)
{
    return merge_text("From: \"{{a}}\" <s@x>\nTo: {{b}} <{{to}}>, {{to}}\n"
                      "Subject: {{c}}\nX-A: {{d}}\nX-B: {{e}}\nX-C: {{f}}\n"
                      "Content-Type: text/html; x=y\n\n"
                      "<p>{{g}}{{h}}{{i}}{{j}}</p>\n");
}

static int merge_mime(void)
{
    return merge_text("From: s@x\nContent-Type: multipart/mixed; boundary=b\n"
                      "Content-Transfer-Encoding: 8bit\n\n--b\n\n{{a}}\n--b--");
}

static const char *other_value(void *user, const char *name)
{
    return strcmp(name, "f") && strcmp(name, "id") ? same_value(user, name)
                                                   : NULL;
}

static int merge_all(void)
{
    static const char text[] =
        "From: s@x\nSubject: a\nX-A: b\nList-Id: <{{id|n}}.x>\n"
        "Content-Type: text/plain; format=flowed\n\n"
        "{{#a}}\nDear {{a}}\n{{/a}}\n";
    struct ph_message *msg = ph_message_new();
    struct ph_template *t = ph_template_new(text, sizeof(text) - 1);
    struct ph_slice out;
    ph_template_html(t, "<p>all the same</p>\n");
    ph_template_sender(t, "n+{{to}}@x.org");
    ph_template_list_unsubscribe(t, "https://x.org/{{to}}");
    ph_template_attach(t, PH_ATTACHMENT(.data = "x", .len = 1, .name = "x",
                                        .description = "y"));
    ph_template_attach(t, PH_ATTACHMENT(.path = "/proc/self/stat",
                                        .name = "{{to}}", .type = "a/b"));
    ph_template_attach(
        t, PH_ATTACHMENT(.path = "/proc/self/{{f|stat}}", .inline_id = "1@x"));
    int rc = ph_template_fill(t, other_value, NULL, msg);
    ph_template_free(t);
    ph_message_to(msg, "t@x.org");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    int rendered = ph_message_render(msg, &out);
    if (!rendered)
        assert_string_equal(ph_message_sender(msg), "n+t=x.org@x.org");
    ph_message_free(msg);
    return rc ? rc : rendered;
}

/* What goes wrong without memory must not hide what else is wrong. */
static int refuse(void)
{
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "a@x");
    ph_message_to(msg, "nobody");
    ph_message_text(msg, "x");
    int rc = ph_message_check(msg);
    ph_message_free(msg);
    return rc == PH_E_ADDRESS ? PH_OK : rc;
}

/* A file that is kept on the disk, in messages that share it, signed. */
static int compose_signed(void)
{
    static char octets[(1 << 20) + 1];
    char path[] = "/tmp/alloc_test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, octets, sizeof(octets)), sizeof(octets));
    close(fd);
    struct ph_dkim *dkim = ph_dkim_new(
        PH_DKIM(.domain = "x.org", .selector = "s", .key = RFC_ED25519,
                .key_len = strlen(RFC_ED25519)));
    struct ph_part *part = ph_part_new(PH_ATTACHMENT(.path = path));
    int rc = PH_OK;
    unlink(path);
    for (int i = 0; i < 2 && !rc; i++) {
        struct ph_message *msg = ph_message_new();
        struct ph_slice out;
        ph_message_from(msg, "ann@x.org");
        ph_message_to(msg, "bob@x.org");
        if (part && dkim) {
            ph_message_add_part(msg, part);
            ph_message_sign(msg, dkim);
        }
        ph_message_date(msg, 0);
        ph_message_id(msg, "1@x.org");
        rc = part && dkim ? ph_message_render(msg, &out) : PH_E_NOMEM;
        ph_message_free(msg);
    }
    ph_part_free(part);
    ph_dkim_free(dkim);
    return rc;
}

static void fail_each(scenario *run)
{
    long n = 0;
    do {
        wrap_fail_at(++n);
        int rc = run();
        bool failed = wrap_failed();
        wrap_fail_at(0);
        if (failed && rc != PH_E_NOMEM && run != refuse)
            fail_msg("allocation %ld: %d", n, rc);
        if (!failed) {
            assert_int_equal(rc, PH_OK);
            break;
        }
    } while (n < 10000);
    assert_in_range(n, 5, 9999);
}

static void composing_survives(void **state)
{
    fail_each(compose);
    fail_each(compose_utf8);
    fail_each(compose_parts);
    fail_each(attach_large);
    fail_each(compose_signed);
}

static void ready_messages_survive(void **state)
{
    fail_each(send_ready);
    fail_each(send_binary);
}

static void merging_survives(void **state)
{
    fail_each(merge_html);
    fail_each(merge_mime);
    fail_each(merge_all);
}

static void refusing_survives(void **state)
{
    fail_each(refuse);
}

/* A batch makes a hundred thousand of them. */
static void a_small_message_takes_few_allocations(void **state)
{
    struct ph_slice out;
    wrap_fail_at(0);
    struct ph_message *msg = ph_message_new();
    ph_message_from(msg, "Ann <ann@x.org>");
    ph_message_to(msg, "Bob <bob@x.org>");
    ph_message_subject(msg, "Hi");
    ph_message_text(msg, "Hello\n");
    ph_message_date(msg, 0);
    ph_message_id(msg, "1@x.org");
    assert_int_equal(ph_message_render(msg, &out), PH_OK);
    assert_in_range(wrap_count(), 1, 24);
    ph_message_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composing_survives),
        cmocka_unit_test(ready_messages_survive),
        cmocka_unit_test(merging_survives),
        cmocka_unit_test(refusing_survives),
        cmocka_unit_test(a_small_message_takes_few_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
