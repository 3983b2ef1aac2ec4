/* web/json.h - what the page asks for, as JSON. */
#ifndef WEB_JSON_H
#define WEB_JSON_H

#include "web/mailbox.h"

/* What is the same for every message. */
struct ph__web_about {
    int64_t began_ms; /* which run of the server it is */
    const char *hint; /* a command that sends a first message */
};

/* Those with an id above `after`, the oldest first. */
int ph__web_json_list(struct ph__buf *out, struct ph__web_mailbox *b,
                      const struct ph__web_about *about, uint64_t after);
int ph__web_json_detail(struct ph__buf *out, const struct ph__web_kept *k);

#endif
