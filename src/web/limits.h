/* web/limits.h - every limit of the layer. */
#ifndef WEB_LIMITS_H
#define WEB_LIMITS_H

enum {
    /* ---- what is kept; the oldest go first ---- */
    PH__WEB_KEEP_MESSAGES = 500,
    PH__WEB_KEEP_BYTES = 256 << 20,

    /* ---- HTTP ---- */
    PH__WEB_CONNECTIONS = 48,
    PH__WEB_STREAMS = 12,            /* of events; more get 503 */
    PH__WEB_REQUEST_BYTES = 32768,   /* memory for a request with its header
                                      * (RFC 6585 5: then 431) */
    PH__WEB_IDLE_SECS = 30,          /* between two octets */
    PH__WEB_BEAT_MS = 15000,         /* a remark on each stream: is
                                      * anybody there? */
    PH__WEB_BLOCK_BYTES = 65536,     /* of what is written at once */
    PH__WEB_ANSWER_BYTES = 64 << 20, /* of one answer */
    PH__WEB_EVENT_BYTES = 128,       /* of one event */
    PH__WEB_FILE_NAME_BYTES = 2048,  /* Content-Disposition, encoded */

    /* ---- a message taken apart ---- */
    PH__WEB_MAIL_BYTES = 32 << 20, /* a larger one is not: source only */
    PH__WEB_PARTS = 200,
    PH__WEB_DEPTH = 32,             /* of parts in parts */
    PH__WEB_HEADERS = 1000,         /* fields */
    PH__WEB_HEADER_BYTES = 1 << 20, /* of names and values, decoded */
    PH__WEB_VALUE_BYTES = 16384,    /* of one value */
    PH__WEB_LIST_BYTES = 1024,      /* of a value in the list */
    PH__WEB_TEXT_BYTES = 1 << 20,   /* of text that is shown */
    PH__WEB_HTML_BYTES = 8 << 20,   /* of HTML, its images not counted */
    PH__WEB_IMAGES = 100,           /* in it */
    PH__WEB_IMAGES_BYTES = 24 << 20 /* of these, in base64 */
};

#endif
