/* web/route.h - what a request is for, and whether it may be. No I/O. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include <posthaste/types.h>

/* Name, path ('#' is a number above 0), and whether it can be deleted. */
#define PH__WEB_ROUTE_MAP(X)                                                   \
    X(PAGE, "/", false)                                                        \
    X(SCRIPT, "/app.js", false)                                                \
    X(STYLE, "/app.css", false)                                                \
    X(ICON, "/icon.svg", false)                                                \
    X(LIST, "/api/messages", true)                                             \
    X(DETAIL, "/api/messages/#", false)                                        \
    X(SOURCE, "/api/messages/#/source", false)                                 \
    X(EVENTS, "/api/events", false)                                            \
    X(HTML, "/messages/#/html", false)                                         \
    X(PART, "/messages/#/parts/#", false)

enum ph__web_route {
    PH__WEB_NOWHERE,
#define X(name, path, deletes) PH__WEB_##name,
    PH__WEB_ROUTE_MAP(X)
#undef X
};

struct ph__web_target {
    enum ph__web_route route;
    bool deletes; /* DELETE is a method of it, too */
    uint64_t message;
    uint64_t part;
};

struct ph__web_target ph__web_route(const char *path);

/* May a request with this Host (NULL: none) be answered? A page elsewhere can
 * let a name of its own lead here; it cannot have an address as its name, nor
 * one that means this machine. `listened` is "HOST:PORT" as it was asked for.
 */
bool ph__web_host_allowed(const char *host, const char *listened);
/* Does Origin (NULL: none was said) mean a page of this very host? */
bool ph__web_origin_allowed(const char *origin, const char *host);

#endif
