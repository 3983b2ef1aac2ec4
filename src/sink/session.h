/* sink/session.h - one session as the server sees it: octets in, replies out.
 * No I/O: the connection feeds it, writes `out`, and does what `next` says. */
#ifndef SINK_SESSION_H
#define SINK_SESSION_H

#include "sink/dialogue.h"
#include "sink/extension.h"
#include "sink/faults.h"
#include "sink/play.h"
#include "sink/quota.h"
#include "sink/sink.h"

enum {
    PH__SINK_COMMAND_MAX = 2048, /* RFC 5321 4.5.3.1.4 says 512 or more */
    PH__SINK_LINE_MAX = 12288,   /* AUTH: RFC 4954 4 */
    PH__SINK_OUT_MAX = 8 << 20   /* replies nobody has read */
};

enum ph__sink_mode {
    PH__SINK_OPEN,
    PH__SINK_FULL,    /* no further transaction */
    PH__SINK_DRAINING /* and those without one are sent away */
};

/* What the sessions of one sink share. */
struct ph__sink_host {
    const struct ph__sink_options *opts;
    struct ph__sink_faults faults;
    unsigned extensions; /* that may be offered */
    uint64_t size_limit;
    struct ph__sink_quotas quotas;
    struct ph__sink_script script; /* followed where it has steps */
    int64_t now; /* seconds since 1970; whoever feeds keeps it */
    enum ph__sink_mode mode;
    /* PH_OK = accepted; PH_E_CANCELED = too late, closing; else no room. */
    int (*deliver)(void *user, struct ph__sink_message *message);
    /* Behind a message that was delivered; NULL: no dialogue is kept. */
    void (*concluded)(void *user, const char *dialogue);
    /* A script was followed to its end (NULL), or not. */
    void (*played)(void *user, struct ph__sink_difference *difference);
};

enum ph__sink_next {
    PH__SINK_GO_ON,
    PH__SINK_SECURE, /* write `out`, then begin a handshake */
    PH__SINK_LEAVE,  /* write `out`, then close */
    PH__SINK_DROP,   /* the same, but without manners */
    PH__SINK_STALL,  /* write `out`, then never anything more */
    PH__SINK_FLOOD   /* write `out`, then lines without end */
};

enum ph__sink_reads {
    PH__SINK_READS_COMMANDS,
    PH__SINK_READS_AUTH,
    PH__SINK_READS_CONTENT,
    PH__SINK_READS_CHUNK
};

/* The answers an AUTH exchange waits for. */
enum ph__sink_answer {
    PH__SINK_PLAIN,
    PH__SINK_LOGIN_USER,
    PH__SINK_LOGIN_PASSWORD
};

/* How the content of a transaction comes: one way only (RFC 3030 2). */
enum ph__sink_way {
    PH__SINK_BY_NEITHER, /* not yet known */
    PH__SINK_BY_DATA,
    PH__SINK_BY_CHUNKS
};

struct ph__sink_transaction {
    bool open;    /* MAIL was accepted */
    bool spoiled; /* a chunk was refused: until RSET nothing is done */
    bool utf8;
    bool binary;   /* BODY=BINARYMIME: not by DATA */
    uint32_t asks; /* RCPT, refused ones too */
    enum ph__sink_way way;
    size_t chunks;
    size_t to_count;
    struct ph__buf texts; /* from and parameters, then those of each RCPT */
    struct ph__buf to;    /* struct ph__sink_to */
    struct ph__sink_to from;
    struct ph__sink_content content;
};

struct ph__sink_chunk {
    uint64_t left;
    bool last;
    uint64_t size;
    const char *refusal; /* its octets are thrown away, then this is said */
};

struct ph__sink_session {
    const struct ph__sink_host *host;
    void *user; /* for host->deliver */
    uint64_t connection;
    const char *peer;
    const char *tls_version; /* NULL: not secured */
    const char *tls_cipher;

    enum ph__sink_next next;
    enum ph__sink_reads reads;
    char flood; /* first digit of the endless reply */
    struct ph__buf out;
    size_t drip_from; /* out[drip_from..drip_to) goes an octet a second */
    size_t drip_to;
    const struct ph__sink_rule *rule; /* for the reply being made */

    struct ph__buf line; /* the beginning of one */
    bool skipping;       /* the rest of one too long */
    size_t behind;       /* octets in hand behind the current line */

    struct ph__buf hello;
    bool extended;  /* by EHLO */
    bool unwelcome; /* the greeting was a refusal */
    bool authenticated;
    enum ph__sink_answer answer;
    struct ph__buf login; /* the name LOGIN gave */
    struct ph__sink_transaction mail;
    struct ph__sink_chunk chunk;
    uint32_t mails; /* MAIL, refused ones too */
    struct ph__sink_domains domains;
    uint64_t flights; /* times that octets which came were answered */
    struct ph__sink_play play;
    struct ph__sink_dialogue dialogue;
};

void ph__sink_session_init(struct ph__sink_session *s,
                           const struct ph__sink_host *host);
void ph__sink_session_done(struct ph__sink_session *s);
void ph__sink_session_greet(struct ph__sink_session *s);
/* Takes all of `data`. */
void ph__sink_session_feed(struct ph__sink_session *s, const char *data,
                           size_t len);
/* The handshake is done: nothing said before it counts (RFC 3207 4.2). */
void ph__sink_session_secured(struct ph__sink_session *s, const char *version,
                              const char *cipher);
/* Says 421 and leaves, unless a transaction is open. */
void ph__sink_session_drain(struct ph__sink_session *s);
/* Nothing came for too long (RFC 5321 4.5.3.2.7). */
void ph__sink_session_expire(struct ph__sink_session *s);
/* The client is gone. */
void ph__sink_session_ended(struct ph__sink_session *s);
/* How much of `out` may be written now; and some of it was. */
size_t ph__sink_session_sendable(const struct ph__sink_session *s);
void ph__sink_session_sent(struct ph__sink_session *s, size_t len);

#endif
