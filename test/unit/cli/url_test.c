#include "scene.h"

#include "cli/url.h"

struct good {
    const char *text;
    struct cli_url expected;
};

static const struct good good[] = {
    {"smtp://mx.example.org", {.host = (char *)"mx.example.org"}},
    {"smtp://mx.example.org/", {.host = (char *)"mx.example.org"}},
    {"smtp://mx:2525", {.host = (char *)"mx", .port = 2525}},
    {"smtps://mx", {.implicit_tls = true, .host = (char *)"mx"}},
    {"smtp://[::1]", {.host = (char *)"::1"}},
    {"smtp://[2001:db8::1]:25", {.host = (char *)"2001:db8::1", .port = 25}},
    {"smtp://ann@mx", {.user = (char *)"ann", .host = (char *)"mx"}},
    {"smtp://ann:secret@mx:587",
     {.user = (char *)"ann",
      .password = (char *)"secret",
      .host = (char *)"mx",
      .port = 587}},
    {"smtp://ann%40example.org:p%3a%2F%25%20+w@mx",
     {.user = (char *)"ann@example.org",
      .password = (char *)"p:/% +w",
      .host = (char *)"mx"}},
    {"smtp://ann@example.org:secret@mx",
     {.user = (char *)"ann@example.org",
      .password = (char *)"secret",
      .host = (char *)"mx"}},
    {"smtp://ann:@mx",
     {.user = (char *)"ann", .password = (char *)"", .host = (char *)"mx"}},
    {"smtp://ann:p%C3%A4ss@mx",
     {.user = (char *)"ann",
      .password = (char *)"p\xC3\xA4ss",
      .host = (char *)"mx"}},
    {"smtp+unix:///run/mail.sock", {.path = (char *)"/run/mail.sock"}},
    {"lmtp://mx:24", {.lmtp = true, .host = (char *)"mx", .port = 24}},
    {"lmtp://ann@[::1]:2424/",
     {.lmtp = true,
      .user = (char *)"ann",
      .host = (char *)"::1",
      .port = 2424}},
    {"lmtp+unix:///run/lmtp", {.lmtp = true, .path = (char *)"/run/lmtp"}},
    {"smtp+unix:///a%20b", {.path = (char *)"/a b"}},
    {"smtp+unix://ann:x@/run/s",
     {.user = (char *)"ann",
      .password = (char *)"x",
      .path = (char *)"/run/s"}},
};

static void same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(!a && !b);
}

static void urls_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct cli_url url;
        const struct cli_url *e = &good[i].expected;
        assert_null(cli_url_parse(&url, good[i].text));
        assert_int_equal(url.implicit_tls, e->implicit_tls);
        assert_int_equal(url.lmtp, e->lmtp);
        assert_int_equal(url.port, e->port);
        same_text(url.host, e->host);
        same_text(url.path, e->path);
        same_text(url.user, e->user);
        same_text(url.password, e->password);
        cli_url_done(&url);
    }
}

static const char *const bad[] = {
    "",
    "mx.example.org",
    "mx.example.org:25",
    "http://mx",
    "SMTP://mx",
    "lmtp://mx",
    "lmtp://mx:25", /* LM-05 */
    "lmtp://[::1]:25",
    "lmtps://mx:24",
    "lmtp+unix://mx:24",
    "lmtp+unix:///",
    "mx:",
    "smtp:mx",
    "smtp://",
    "smtp://:25",
    "smtp://mx:",
    "smtp://mx:0",
    "smtp://mx:65536",
    "smtp://mx:25x",
    "smtp://mx:-1",
    "smtp://mx/inbox",
    "smtp://mx?x=y",
    "smtp://mx#x",
    "smtp://ann:p/w@mx",
    "smtp://ann:p%@mx",
    "smtp://ann:p%4@mx",
    "smtp://ann:p%zz@mx",
    "smtp://ann:p%00@mx",
    "smtp://ann:p%0d%0aRSET@mx", /* S20 */
    "smtp://m%0ax",
    "smtp://m\nx",
    "smtp://m x",
    "smtp://[::1",
    "smtp://[::1]25",
    "smtp+unix://run/mail.sock",
    "smtp+unix:///",
    "smtp+unix://",
};

static void anything_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cli_url url = {.port = 7};
        assert_non_null(cli_url_parse(&url, bad[i]));
        assert_int_equal(url.port, 7); /* untouched */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
