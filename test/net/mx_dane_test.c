/* Exchangers that publish TLSA records, and what becomes of mail to them. */
#include "net/mx_scene.h"

#include "alloc/wrap.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum { RECORD_MAX = 3000, NOBODY = 0, FIRST = 1, SECOND = 2 };

#define AD PACKET_AD

/* ---- records ---- */

static X509 *load(const char *name)
{
    char path[500];
    snprintf(path, sizeof(path), CERTS "%s.pem", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    X509 *cert = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    assert_non_null(cert);
    return cert;
}

static void add_hex(char *out, const unsigned char *data, size_t len)
{
    size_t used = strlen(out);
    assert_true(used + 2 * len < RECORD_MAX);
    for (size_t i = 0; i < len; i++)
        snprintf(out + used + 2 * i, 3, "%02x", data[i]);
}

/* "3 1 1": the key's SHA-256; "2 0 0": the whole certificate. Other numbers
 * get the key's hash too, and say that it is something else. */
static void make_record(char out[RECORD_MAX], const char *numbers,
                        const char *cert)
{
    X509 *x = load(cert);
    unsigned char *der = NULL;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_len;
    bool whole = !strcmp(numbers, "2 0 0");
    int len = whole ? i2d_X509(x, &der)
                    : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
    assert_true(len > 0);
    snprintf(out, RECORD_MAX, "%s ", numbers);
    EVP_Digest(der, (size_t)len, hash, &hash_len, EVP_sha256(), NULL);
    add_hex(out, whole ? der : hash, whole ? (size_t)len : hash_len);
    OPENSSL_free(der);
    X509_free(x);
}

/* ---- cases ---- */

struct dane {
    const char *label;
    const char *shown;   /* by the first exchanger; NULL: it has no STARTTLS */
    const char *numbers; /* of its record; NULL: it has none */
    const char *of;      /* the certificate that the record is made of */
    unsigned mx, address, tlsa; /* flags of the answers */
    int taken_by;
    bool secure;
    const char *domain; /* NULL = dane.test */
};

static const struct dane danes[] = {
    /* DN-01 */
    {"the record fits", "self-signed", "3 1 1", "self-signed", AD, AD, AD,
     FIRST, true, NULL},
    {"another key", "server", "3 1 1", "expired", AD, AD, AD, SECOND, false,
     NULL},
    {"no STARTTLS", NULL, "3 1 1", "server", AD, AD, AD, SECOND, false, NULL},
    /* DN-02 */
    {"the records cannot be looked up", "server", "3 1 1", "server", AD, AD, 2,
     SECOND, false, NULL},
    {"nor can the addresses", "server", "3 1 1", "server", AD, 2, AD, SECOND,
     false, NULL},
    /* DN-03 */
    {"usage 3: neither name nor date counts", "expired", "3 1 1", "expired", AD,
     AD, AD, FIRST, true, NULL},
    /* DN-04: the certificate is for mail.example.test */
    {"usage 2: the exchanger's name counts", "server", "2 0 0", "ca", AD, AD,
     AD, SECOND, false, NULL},
    {"usage 2: or that of the domain", "server", "2 0 0", "ca", AD, AD, AD,
     FIRST, true, "mail.example.test"},
    {"usage 2: or that to which the domain is an alias", "server", "2 0 0",
     "ca", AD, AD, AD, FIRST, true, "alias.test"},
    /* DN-05 */
    {"one that cannot be used: with anybody", "self-signed", "1 1 1", "server",
     AD, AD, AD, FIRST, true, NULL},
    {"but with TLS", NULL, "1 1 1", "server", AD, AD, AD, SECOND, false, NULL},
    /* RFC 7672 2.2 */
    {"none at all: in clear", NULL, NULL, NULL, AD, AD, AD, FIRST, false, NULL},
    {"nobody vouches for the record", "server", "3 1 1", "expired", AD, AD, 0,
     FIRST, true, NULL},
    {"nor for the address", "server", "3 1 1", "expired", AD, 0, AD, FIRST,
     true, NULL},
    {"nor for the MX", "server", "3 1 1", "expired", 0, AD, AD, FIRST, true,
     NULL},
};

static void make_domain(struct mx_scene *s, const char *domain, unsigned flags)
{
    mx_scene_record(s, domain, PH__DNS_MX, flags, "10 mx1.test");
    mx_scene_record(s, domain, PH__DNS_MX, flags, "20 mx2.test");
}

static void begin(struct mx_scene *s, const struct dane *d)
{
    mx_scene_init(s);
    make_domain(s, "dane.test", d->mx);
    make_domain(s, "mail.example.test", d->mx);
    mx_scene_alias(s, "alias.test", d->mx, "mail.example.test");
    mx_scene_record(s, "mx1.test", PH__DNS_A, d->address, NULL);
    mx_scene_record(s, "mx1.test", PH__DNS_AAAA, d->address, NULL);
    if (d->shown) {
        static char cert[500], key[500];
        snprintf(cert, sizeof(cert), CERTS "%s.pem", d->shown);
        snprintf(key, sizeof(key), CERTS "%s.key", d->shown);
        s->sink_options[0].tls_cert = cert;
        s->sink_options[0].tls_key = key;
    }
    mx_scene_start(s);
    char record[RECORD_MAX];
    if (d->numbers)
        make_record(record, d->numbers, d->of);
    mx_scene_tlsa(s, "mx1.test", d->tlsa, d->numbers ? record : NULL);
}

static void records_decide_who_gets_mail(void **state)
{
    for (size_t i = 0; i < sizeof(danes) / sizeof(*danes); i++) {
        const struct dane *d = &danes[i];
        static struct mx_scene s;
        char to[64];
        begin(&s, d);
        snprintf(to, sizeof(to), "b@%s", d->domain ? d->domain : "dane.test");
        mx_scene_send(&s, to);
        mx_scene_end(&s);
        int by = s.counts[0].messages   ? FIRST
                 : s.counts[1].messages ? SECOND
                                        : NOBODY;
        if (by != d->taken_by || s.secure != d->secure || s.accepted != 1)
            fail_msg("%s: %d, %s", d->label, by,
                     s.secure ? "secure" : "in clear");
        if (d->tlsa == 2 || d->address == 2)
            assert_int_equal(s.counts[0].connections, 0);
    }
}

static void with_nobody_else_it_waits(void **state) /* DN-01 */
{
    static struct mx_scene s;
    begin(&s, &danes[1]);
    mx_scene_record(&s, "one.test", PH__DNS_MX, AD, "10 mx1.test");
    mx_scene_send(&s, "b@one.test");
    mx_scene_end(&s);
    assert_int_equal(s.fates[0].outcome, PH_UNSENT);
    assert_int_equal(s.fates[0].stage, PH_STAGE_TLS);
    assert_int_equal(s.fates[0].code, PH_E_TLS);
    assert_int_equal(s.counts[0].messages, 0);
}

/* RFC 7672 2.2.2: the record of the name to which the exchanger is an alias,
 * if it has one, else its own. */
static void an_alias_is_looked_through(void **state)
{
    for (int own = 0; own < 2; own++) {
        static struct mx_scene s;
        char record[RECORD_MAX];
        begin(&s, &danes[11]); /* no record, no TLS at mx1 */
        mx_scene_record(&s, "cname.test", PH__DNS_MX, AD, "10 www.test");
        mx_scene_alias(&s, "www.test", AD, "mx1.test");
        make_record(record, "3 1 1", "server");
        mx_scene_tlsa(&s, own ? "www.test" : "mx1.test", AD, record);
        mx_scene_send(&s, "b@cname.test");
        mx_scene_end(&s);
        assert_int_equal(s.accepted, 0);
        assert_int_equal(s.fates[0].code, PH_E_NO_TLS);
    }
}

/* What we ask of everybody stays, whatever a domain publishes. */
static void records_do_not_lower_our_own_demand(void **state)
{
    static const struct dane blind = {
        "", "self-signed", "1 1 1", "server", AD, AD, AD, NOBODY, false, NULL};
    static struct mx_scene s;
    begin(&s, &blind);
    ph_mx_close(s.mx, NULL, NULL);
    s.session.tls = PH_TLS_REQUIRED;
    assert_int_equal(ph_mx_new(&s.mx, &s.loop, &s.options), PH_OK);
    mx_scene_send(&s, "b@dane.test");
    mx_scene_end(&s);
    assert_int_equal(s.accepted, 0);
    assert_int_equal(s.counts[0].messages, 0);
}

static void who_takes_any_certificate_does_not_take_that(void **state)
{
    static struct mx_scene s;
    begin(&s, &danes[1]);
    ph_mx_close(s.mx, NULL, NULL);
    s.client.tls_insecure = true;
    assert_int_equal(ph_mx_new(&s.mx, &s.loop, &s.options), PH_OK);
    mx_scene_send(&s, "b@dane.test");
    mx_scene_end(&s);
    assert_int_equal(s.counts[0].messages, 0);
    assert_int_equal(s.counts[1].messages, 1);
}

/* The session that the old record has opened is no longer good enough. */
static void a_new_record_counts_at_once(void **state)
{
    static struct mx_scene s;
    char record[RECORD_MAX], name[64];
    begin(&s, &danes[0]);
    mx_scene_send(&s, "b@dane.test");
    while (!s.told)
        uv_run(&s.loop, UV_RUN_ONCE);
    snprintf(name, sizeof(name), "_%u._tcp.mx1.test", s.port);
    mx_scene_clear(&s, name, PH__DNS_TLSA);
    make_record(record, "3 1 1", "expired");
    mx_scene_tlsa(&s, "mx1.test", AD, record);
    mx_scene_send(&s, "c@dane.test");
    mx_scene_end(&s);
    assert_int_equal(s.counts[0].messages, 1);
    assert_int_equal(s.counts[1].messages, 1);
}

static void domains_with_the_same_demands_share_a_session(void **state)
{
    static struct mx_scene s;
    begin(&s, &danes[0]);
    mx_scene_send(&s, "b@dane.test b@mail.example.test");
    mx_scene_end(&s);
    assert_int_equal(s.accepted, 2);
    assert_int_equal(s.counts[0].connections, 1);
}

static void who_wants_no_tls_gets_no_dane(void **state)
{
    static struct mx_scene s;
    begin(&s, &danes[1]);
    ph_mx_close(s.mx, NULL, NULL);
    s.session.tls = PH_TLS_NONE;
    assert_int_equal(ph_mx_new(&s.mx, &s.loop, &s.options), PH_OK);
    mx_scene_send(&s, "b@dane.test");
    mx_scene_end(&s);
    assert_int_equal(s.counts[0].messages, 1);
    assert_false(s.secure);
}

static bool run_out_of_memory(long n)
{
    static const struct ph_parameters p = {
        .size = sizeof(p), .notify = PH_NOTIFY_FAILURE, .envelope_id = "once"};
    static const struct ph_send_options notify = {.size = sizeof(notify),
                                                  .parameters = &p};
    static struct mx_scene s;
    wrap_fail_at(0);
    begin(&s, &danes[10]); /* from the first exchanger to the second */
    ph_mx_close(s.mx, NULL, NULL);
    uv_run(&s.loop, UV_RUN_NOWAIT);
    s.mx = NULL;
    wrap_fail_at(n);
    if (ph_mx_new(&s.mx, &s.loop, &s.options)) {
        mx_scene_closed(&s);
    } else {
        (void)mx_scene_try(&s, "b@dane.test c@alias.test d@dane.test", &notify);
        (void)mx_scene_try(&s, "b@[127.0.0.4] c@mail.example.test", NULL);
    }
    mx_scene_end(&s);
    bool failed = wrap_failed();
    if (!failed)
        assert_int_equal(s.accepted, 5);
    return failed;
}

/* Whatever cannot be had, everybody hears once what became of their mail. */
static void any_allocation_may_fail(void **state)
{
    long n = 1;
    while (run_out_of_memory(n))
        n++;
    assert_true(n > 100);
}

static void an_end_at_any_time(void **state)
{
    for (int turns = 0; turns < 40; turns++) {
        static struct mx_scene s;
        begin(&s, &danes[0]);
        mx_scene_send(&s, "b@dane.test c@mail.example.test");
        for (int i = 0; i < turns; i++)
            uv_run(&s.loop, UV_RUN_NOWAIT);
        ph_mx_abort(s.mx, mx_scene_closed, &s);
        mx_scene_end(&s);
        assert_int_equal(s.told, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_decide_who_gets_mail),
        cmocka_unit_test(with_nobody_else_it_waits),
        cmocka_unit_test(an_alias_is_looked_through),
        cmocka_unit_test(records_do_not_lower_our_own_demand),
        cmocka_unit_test(who_takes_any_certificate_does_not_take_that),
        cmocka_unit_test(a_new_record_counts_at_once),
        cmocka_unit_test(domains_with_the_same_demands_share_a_session),
        cmocka_unit_test(who_wants_no_tls_gets_no_dane),
        cmocka_unit_test(an_end_at_any_time),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
