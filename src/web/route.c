#include "web/route.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

enum { HOST_MAX = 255, NUMBER_DIGITS = 19 };

/* Takes a number off `at`; NULL if there is none. */
static const char *take_number(uint64_t *out, const char *at)
{
    size_t len = strspn(at, "0123456789");
    if (*at == '0' || len > NUMBER_DIGITS || !ph__text_to_u64(at, len, out))
        return NULL;
    return at + len;
}

static bool matches(struct ph__web_target *out, const char *path,
                    const char *pattern)
{
    uint64_t numbers[2] = {0, 0};
    size_t count = 0;
    for (; *pattern; pattern++) {
        if (*pattern != '#' && *path++ != *pattern)
            return false;
        if (*pattern == '#' && !(path = take_number(&numbers[count++], path)))
            return false;
    }
    if (*path)
        return false;
    out->message = numbers[0];
    out->part = numbers[1];
    return true;
}

struct ph__web_target ph__web_route(const char *path)
{
    static const struct {
        const char *pattern;
        bool deletes;
        enum ph__web_route route;
    } routes[] = {
#define X(name, pattern, deletes) {pattern, deletes, PH__WEB_##name},
        PH__WEB_ROUTE_MAP(X)
#undef X
    };
    struct ph__web_target out = {.route = PH__WEB_NOWHERE};
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!matches(&out, path, routes[i].pattern))
            continue;
        out.route = routes[i].route;
        out.deletes = routes[i].deletes;
        break;
    }
    return out;
}

/* The host of "HOST", "HOST:PORT", "[::1]:PORT", without brackets. */
static bool host_of(char out[HOST_MAX + 1], const char *text)
{
    bool bracketed = *text == '[';
    const char *begin = text + bracketed;
    size_t len = strcspn(begin, bracketed ? "]" : ":");
    const char *rest = begin + len;
    if (bracketed && *rest++ != ']')
        return false;
    if (!len || len > HOST_MAX)
        return false;
    if (*rest && (*rest != ':' || rest[1 + strspn(rest + 1, "0123456789")]))
        return false;
    memcpy(out, begin, len);
    out[len] = '\0';
    return true;
}

static bool is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 ||
           inet_pton(AF_INET6, host, &address) == 1;
}

/* "localhost", and what ends with ".localhost" (RFC 6761 6.3). */
static bool is_localhost(const char *host)
{
    static const char word[] = "localhost";
    size_t len = strlen(host), want = sizeof(word) - 1;
    if (len < want || !ph__text_same(host + len - want, word))
        return false;
    return len == want || host[len - want - 1] == '.';
}

bool ph__web_host_allowed(const char *host, const char *listened)
{
    char asked[HOST_MAX + 1], ours[HOST_MAX + 1];
    if (!host || !host_of(asked, host))
        return false;
    if (is_address(asked) || is_localhost(asked))
        return true;
    return host_of(ours, listened) && ph__text_same(asked, ours);
}

bool ph__web_origin_allowed(const char *origin, const char *host)
{
    static const char scheme[] = "http://";
    size_t len = sizeof(scheme) - 1;
    if (!origin)
        return true;
    return strncmp(origin, scheme, len) == 0 &&
           ph__text_same(origin + len, host);
}
