#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/route.h"

static void paths_lead_somewhere_or_nowhere(void **state)
{
    static const struct {
        const char *path;
        enum ph__web_route route;
        uint64_t message;
        uint64_t part;
    } cases[] = {
        {"/", PH__WEB_PAGE, 0, 0},
        {"/app.js", PH__WEB_SCRIPT, 0, 0},
        {"/app.css", PH__WEB_STYLE, 0, 0},
        {"/icon.svg", PH__WEB_ICON, 0, 0},
        {"/api/messages", PH__WEB_LIST, 0, 0},
        {"/api/messages/7", PH__WEB_DETAIL, 7, 0},
        {"/api/messages/12/source", PH__WEB_SOURCE, 12, 0},
        {"/api/events", PH__WEB_EVENTS, 0, 0},
        {"/messages/1/html", PH__WEB_HTML, 1, 0},
        {"/messages/9999999999/parts/3", PH__WEB_PART, 9999999999, 3},
        {"", PH__WEB_NOWHERE, 0, 0},
        {"//", PH__WEB_NOWHERE, 0, 0},
        {"/app.js/", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/0", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/01", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/-1", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/1x", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/99999999999999999999", PH__WEB_NOWHERE, 0, 0},
        {"/api/messages/1/", PH__WEB_NOWHERE, 0, 0},
        {"/messages/1/parts/", PH__WEB_NOWHERE, 0, 0},
        {"/messages/1/parts/../../../etc/passwd", PH__WEB_NOWHERE, 0, 0},
        {"/../../etc/passwd", PH__WEB_NOWHERE, 0, 0},
        {"/#", PH__WEB_NOWHERE, 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__web_target t = ph__web_route(cases[i].path);
        assert_int_equal(t.route, cases[i].route);
        if (!t.route)
            continue;
        assert_int_equal(t.message, cases[i].message);
        assert_int_equal(t.part, cases[i].part);
        assert_int_equal(t.deletes, t.route == PH__WEB_LIST);
    }
}

/* DNS rebinding: a name that somebody else answers for is none of ours. */
static void only_names_that_cannot_be_rebound_are_answered(void **state)
{
    static const struct {
        const char *host;
        bool allowed;
    } cases[] = {
        {"127.0.0.1:8025", true},
        {"127.0.0.1", true},
        {"10.1.2.3:80", true},
        {"[::1]:8025", true},
        {"[::1]", true},
        {"localhost:8025", true},
        {"LocalHost", true},
        {"mail.localhost:1", true},
        {"DevBox:8025", true}, /* what --web was given */
        {"devbox", true},
        {NULL, false},
        {"", false},
        {":8025", false},
        {"evil.example:8025", false},
        {"localhost.evil.example", false},
        {"evillocalhost", false},
        {"127.0.0.1.evil.example", false},
        {"devbox.evil.example", false},
        {"[::1", false},
        {"[::1]x", false},
        {"[evil.example]", false},
        {"127.0.0.1:x", false},
        {"127.0.0.1@evil.example", false},
        {"2130706433", false}, /* no form that only some resolvers take */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(ph__web_host_allowed(cases[i].host, "devbox:8025"),
                         cases[i].allowed);
}

static void only_pages_of_the_same_host_may_change_something(void **state)
{
    static const struct {
        const char *origin;
        bool allowed;
    } cases[] = {
        {NULL, true}, /* no browser */
        {"http://127.0.0.1:8025", true},
        {"https://127.0.0.1:8025", false},
        {"http://127.0.0.1:8026", false},
        {"http://127.0.0.1", false},
        {"http://evil.example", false},
        {"null", false}, /* a sandboxed frame */
        {"", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            ph__web_origin_allowed(cases[i].origin, "127.0.0.1:8025"),
            cases[i].allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lead_somewhere_or_nowhere),
        cmocka_unit_test(only_names_that_cannot_be_rebound_are_answered),
        cmocka_unit_test(only_pages_of_the_same_host_may_change_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
