/* mx/limits.h - every limit of this layer. */
#ifndef MX_LIMITS_H
#define MX_LIMITS_H

enum {
    PH__MX_PORT = 25,       /* RFC 5321 4.5.4.2 */
    PH__MX_HOSTS = 10,      /* exchangers of a domain that are tried (RFC 5321
                             * 5.1 allows a limit) */
    PH__MX_DELIVERIES = 20, /* domains delivered to at once, by default */
    PH__MX_SPARE = 32,      /* exchangers remembered that nobody uses now */

    /* MTA-STS (RFC 8461). */
    PH__STS_ID_MAX = 32,                 /* 3.1 */
    PH__STS_AGE_MAX = 31557600,          /* 3.2: seconds, a year */
    PH__STS_TEXT_MAX = 64 * 1024,        /* 3.3 suggests it */
    PH__STS_HOSTS_MAX = 64,              /* patterns that are looked at */
    PH__STS_DOMAINS_MAX = 1024,          /* whose policies are remembered */
    PH__STS_RETRY_SECS = 5 * 60,         /* 3.3: after a fetch that failed */
    PH__STS_REFRESH_SECS = 24 * 60 * 60, /* 3.3 suggests it */
};

#endif
