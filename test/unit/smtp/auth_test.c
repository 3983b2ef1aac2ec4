/* What the dialogues cannot say of AUTH: what depends on a nonce, on the TLS
 * session, and on length; and what an error tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <posthaste/machine.h>

#include "base/base64.h"
#include "sasl/limits.h"
#include "smtp/limits.h"

struct play {
    struct ph_machine *m;
    char said[PH__AUTH_LINE_MAX + 600]; /* since it last heard something */
    struct ph_error error;              /* of CLOSED */
    char detail[PH__DETAIL_MAX + 1];
};

static const unsigned char binding[32];

static void pull(struct play *p)
{
    struct ph_event event;
    struct ph_slice out[8];
    while (ph_machine_next(p->m, &event))
        if (event.type == PH_EVENT_CLOSED && event.error) {
            p->error = *event.error;
            strncpy(p->detail, event.error->detail, PH__DETAIL_MAX);
        }
    for (size_t n; (n = ph_machine_output(p->m, out, 8)) > 0;)
        for (size_t i = 0; i < n; i++) {
            strncat(p->said, out[i].data, out[i].len);
            ph_machine_sent(p->m, out[i].len);
        }
}

static void hear(struct play *p, const char *reply)
{
    size_t len = strlen(reply);
    p->said[0] = '\0';
    for (size_t at = 0; at < len; pull(p))
        at += ph_machine_feed(p->m, reply + at, len - at);
}

/* A session over TLS, up to the server's list of mechanisms. */
static struct play *begin(const struct ph_credentials *auth, bool bound,
                          const char *ehlo)
{
    struct play *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    const struct ph_session_options opts = {
        .size = sizeof(opts), .tls = PH_TLS_IMPLICIT, .auth = auth};
    assert_int_equal(ph_machine_new(&p->m, &opts), PH_OK);
    pull(p);
    if (bound)
        assert_int_equal(ph_machine_bind(p->m, PH_BINDING_TLS_EXPORTER, binding,
                                         sizeof(binding)),
                         PH_OK);
    assert_int_equal(ph_machine_tell(p->m, PH_SIGNAL_TLS_UP, NULL), PH_OK);
    hear(p, "220 mx\r\n");
    hear(p, ehlo);
    return p;
}

static void end(struct play *p)
{
    ph_machine_free(p->m);
    free(p);
}

/* Begins with `start`; the rest, decoded. */
static void expect(const struct play *p, const char *start, struct ph__buf *out)
{
    size_t len = strlen(start);
    assert_memory_equal(p->said, start, len);
    ph__buf_clear(out);
    assert_int_equal(
        ph__base64_decode(out, p->said + len, strcspn(p->said + len, "\r")),
        PH_OK);
}

static const struct ph_credentials ann = {
    .size = sizeof(ann), .user = "ann", .password = "pencil"};
#define LISTS "250-mx\r\n250 AUTH PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS\r\n"

static void scram_is_bound_to_the_tls_session(void **state) /* AU-06 */
{
    (void)state;
    struct ph__buf text = PH__BUF(1000);
    struct play *p = begin(&ann, true, LISTS);
    expect(p, "AUTH SCRAM-SHA-1-PLUS ", &text);
    assert_memory_equal(text.data, "p=tls-exporter,,n=ann,r=", 24);
    end(p);
    p = begin(&ann, false, LISTS);
    expect(p, "AUTH SCRAM-SHA-1 ", &text);
    assert_memory_equal(text.data, "n,,n=ann,r=", 11);
    end(p);
    ph__buf_done(&text);
}

static void a_binding_is_taken_during_the_handshake(void **state)
{
    (void)state;
    struct ph_machine *m;
    const struct ph_session_options opts = {.size = sizeof(opts)};
    assert_int_equal(ph_machine_new(&m, &opts), PH_OK);
    assert_int_equal(ph_machine_bind(m, PH_BINDING_TLS_UNIQUE, binding, 12),
                     PH_E_INVALID);
    ph_machine_free(m);
    struct play *p = begin(&ann, true, LISTS);
    assert_int_equal(ph_machine_bind(p->m, PH_BINDING_TLS_UNIQUE, binding, 12),
                     PH_E_INVALID);
    end(p);
    static const struct ph_session_options tls = {.size = sizeof(tls),
                                                  .tls = PH_TLS_IMPLICIT};
    assert_int_equal(ph_machine_new(&m, &tls), PH_OK);
    static const char octets[65];
    assert_int_equal(ph_machine_bind(m, PH_BINDING_NONE, octets, 12),
                     PH_E_INVALID);
    assert_int_equal(ph_machine_bind(m, PH_BINDING_TLS_EXPORTER, octets, 65),
                     PH_E_INVALID);
    assert_int_equal(ph_machine_bind(m, PH_BINDING_TLS_EXPORTER, octets, 0),
                     PH_E_INVALID);
    assert_int_equal(ph_machine_bind(m, PH_BINDING_TLS_EXPORTER, octets, 64),
                     PH_OK);
    ph_machine_free(m);
}

static void challenge(struct play *p, const char *text)
{
    struct ph__buf line = PH__BUF(1000);
    assert_int_equal(ph__buf_add_text(&line, "334 "), PH_OK);
    assert_int_equal(ph__base64_encode(&line, text, strlen(text)), PH_OK);
    assert_int_equal(ph__buf_add_text(&line, "\r\n"), PH_OK);
    hear(p, line.data);
    ph__buf_done(&line);
}

/* Up to the message that has the proof. */
static struct play *up_to_the_proof(void)
{
    struct ph__buf text = PH__BUF(1000);
    struct ph__buf first = PH__BUF(1000);
    struct play *p = begin(&ann, false, LISTS);
    expect(p, "AUTH SCRAM-SHA-1 ", &text);
    assert_int_equal(ph__buf_format(&first, "%sx,s=QSXCR+Q6sek8bf92,i=4096",
                                    text.data + strlen("n,,n=ann,")),
                     PH_OK);
    challenge(p, first.data);
    expect(p, "", &text);
    assert_memory_equal(text.data, "c=biws,r=", 9);
    ph__buf_done(&text);
    ph__buf_done(&first);
    return p;
}

/* AU-05: PLAIN is offered too, and would show an impostor the password. */
static void a_server_without_proof_is_shown_nothing_more(void **state)
{
    (void)state;
    struct play *p = up_to_the_proof();
    challenge(p, "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_string_equal(p->said, "*\r\n");
    hear(p, "501 cancelled\r\n");
    assert_string_equal(p->said, "QUIT\r\n");
    hear(p, "221 bye\r\n");
    assert_int_equal(p->error.code, PH_E_AUTH);
    assert_string_equal(p->detail,
                        "the server did not prove that it knows the password");
    end(p);
}

static void a_235_instead_of_the_proof_opens_nothing(void **state) /* AU-05 */
{
    (void)state;
    struct play *p = up_to_the_proof();
    hear(p, "235 welcome\r\n");
    assert_string_equal(p->said, "");
    assert_int_equal(p->error.code, PH_E_AUTH);
    end(p);
}

static void what_the_server_says_of_a_token_is_told(void **state) /* AU-09 */
{
    (void)state;
    static const struct ph_credentials token = {
        .size = sizeof(token), .user = "ann", .token = "t"};
    static const char json[] = "{\"status\":\"invalid_token\"}";
    struct play *p = begin(&token, false, "250-mx\r\n250 AUTH OAUTHBEARER\r\n");
    challenge(p, json);
    assert_string_equal(p->said, "AQ==\r\n");
    hear(p, "535 5.7.8 no\r\n");
    hear(p, "221 bye\r\n");
    assert_int_equal(p->error.code, PH_E_AUTH);
    assert_int_equal(p->error.reply.code, 535);
    assert_string_equal(p->detail, json);
    end(p);
}

static void a_long_token_waits_for_the_334(void **state) /* AU-01, U29 */
{
    (void)state;
    static char text[PH__SASL_TOKEN_MAX + 1];
    memset(text, 't', PH__SASL_TOKEN_MAX);
    const struct ph_credentials token = {
        .size = sizeof(token), .user = "ann", .token = text};
    struct ph__buf answer = PH__BUF(PH__AUTH_LINE_MAX);
    struct play *p = begin(&token, false, "250-mx\r\n250 AUTH XOAUTH2\r\n");
    assert_string_equal(p->said, "AUTH XOAUTH2\r\n");
    hear(p, "334 \r\n");
    expect(p, "", &answer);
    assert_non_null(strstr(answer.data, text));
    hear(p, "235 welcome\r\n");
    assert_string_equal(ph_machine_state(p->m), "READY");
    ph__buf_done(&answer);
    end(p);
}

static void a_certificate_is_credentials(void **state) /* AU-02 */
{
    (void)state;
    static const struct ph_credentials card = {
        .size = sizeof(card), .certificate = true, .mechanisms = "EXTERNAL"};
    struct play *p =
        begin(&card, false, "250-mx\r\n250 AUTH PLAIN EXTERNAL\r\n");
    assert_string_equal(p->said, "AUTH EXTERNAL =\r\n");
    hear(p, "235 welcome\r\n");
    assert_string_equal(ph_machine_state(p->m), "READY");
    end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scram_is_bound_to_the_tls_session),
        cmocka_unit_test(a_binding_is_taken_during_the_handshake),
        cmocka_unit_test(a_server_without_proof_is_shown_nothing_more),
        cmocka_unit_test(a_235_instead_of_the_proof_opens_nothing),
        cmocka_unit_test(what_the_server_says_of_a_token_is_told),
        cmocka_unit_test(a_long_token_waits_for_the_334),
        cmocka_unit_test(a_certificate_is_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
