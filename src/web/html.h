/* web/html.h - the HTML of a message as it is shown: pictures that came with it
 * (cid:, RFC 2392) stand in it as data: URLs, so that it needs to fetch
 * nothing. Whatever else it says is for the browser's sandbox to hold, with one
 * exception: for links (rel="preconnect") and frames browsers open connections
 * before they ask a policy, so no tag may be one of these. */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "web/mail.h"

/* *cut: it was longer than is shown. */
int ph__web_html(struct ph__buf *out, bool *cut, const struct ph__web_mail *m,
                 size_t part);

#endif
