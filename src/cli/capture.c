#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "cli/capture.h"
#include "cli/options.h"

enum { SESSIONS_STEP = 8, COMMENT_MAX = 200, SECOND = 1000000000 };
enum { CLIENT, SERVER };
/* Of pcapng: kinds of blocks, and options in them. */
enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6 };
enum { OPT_COMMENT = 1, OPT_APPLICATION = 4, OPT_RESOLUTION = 9 };
enum { LINKTYPE_RAW = 101, NANOSECONDS = 9 };

/* Of a content. Wireshark finds it only within a segment, and takes what rides
 * behind it for content: so a segment has all of it, and ends there. */
static const char end[] = "\r\n.\r\n";
enum { END_LEN = sizeof(end) - 1 };

struct cli_captured {
    unsigned number;
    struct cli_wire wire;
    bool content;  /* it was asked for, and its dot is not said */
    size_t ending; /* octets of END that were said last */
    char held[4];  /* those, if the rest may follow */
    size_t held_len;
    char comment[COMMENT_MAX]; /* for its next packet; or "" */
};

/* ---- blocks ---- */

static void fail(struct cli_capture *c, const char *why)
{
    if (!c->failed)
        cli_error("%s cannot be written: %s: the capture ends there, mail goes "
                  "on",
                  c->path, why);
    c->failed = true;
}

static void put(struct cli_capture *c, const void *data, size_t len)
{
    if (!c->failed && len && fwrite(data, 1, len, c->file) != len)
        fail(c, strerror(errno));
}

/* In the order of this machine, which the section's magic tells. */
static void put32(struct cli_capture *c, uint32_t value)
{
    put(c, &value, sizeof(value));
}

static void put16(struct cli_capture *c, uint16_t value)
{
    put(c, &value, sizeof(value));
}

static size_t padded(size_t len)
{
    return (len + 3) / 4 * 4;
}

static void put_padded(struct cli_capture *c, const void *data, size_t len)
{
    static const char zeros[4];
    put(c, data, len);
    put(c, zeros, padded(len) - len);
}

/* With the end of options behind it. */
enum { OPTION_LEN = 8 };
static void put_option(struct cli_capture *c, uint16_t code, const char *data,
                       size_t len)
{
    put16(c, code);
    put16(c, (uint16_t)len);
    put_padded(c, data, len);
    put32(c, 0);
}

static void put_head(struct cli_capture *c)
{
    static const char us[] = "posthaste";
    static const char resolution = NANOSECONDS;
    uint32_t len = 28 + OPTION_LEN + (uint32_t)padded(sizeof(us) - 1);
    put32(c, SECTION);
    put32(c, len);
    put32(c, 0x1a2b3c4d); /* byte order */
    put16(c, 1);          /* version 1.0 */
    put16(c, 0);
    put32(c, UINT32_MAX); /* the section's length is not known: 64 bits */
    put32(c, UINT32_MAX);
    put_option(c, OPT_APPLICATION, us, sizeof(us) - 1);
    put32(c, len);
    len = 20 + OPTION_LEN + 4;
    put32(c, INTERFACE);
    put32(c, len);
    put16(c, LINKTYPE_RAW);
    put16(c, 0);
    put32(c, 0); /* packets are whole */
    put_option(c, OPT_RESOLUTION, &resolution, 1);
    put32(c, len);
}

static void put_packet(struct cli_capture *c, struct cli_captured *s,
                       uint64_t at)
{
    size_t comment = strlen(s->comment);
    size_t options = comment ? OPTION_LEN + padded(comment) : 0;
    uint32_t len = (uint32_t)(32 + padded(c->packet.len) + options);
    put32(c, PACKET);
    put32(c, len);
    put32(c, 0); /* the interface */
    put32(c, (uint32_t)(at >> 32));
    put32(c, (uint32_t)at);
    put32(c, (uint32_t)c->packet.len);
    put32(c, (uint32_t)c->packet.len);
    put_padded(c, c->packet.data, c->packet.len);
    if (comment)
        put_option(c, OPT_COMMENT, s->comment, comment);
    put32(c, len);
    s->comment[0] = '\0';
}

/* ---- sessions ---- */

static void write_segment(struct cli_capture *c, struct cli_captured *s,
                          uint64_t at, int from, unsigned flags,
                          struct ph_slice data)
{
    if (cli_wire_packet(&c->packet, &s->wire, from, flags, data))
        fail(c, "out of memory");
    else
        put_packet(c, s, at);
}

static void write_sign(struct cli_capture *c, struct cli_captured *s,
                       uint64_t at, int from, unsigned flags)
{
    write_segment(c, s, at, from, flags, (struct ph_slice){NULL, 0});
}

static struct cli_captured *find(const struct cli_capture *c, unsigned number)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->sessions[i].number == number)
            return &c->sessions[i];
    return NULL;
}

static struct cli_captured *add(struct cli_capture *c)
{
    if (c->count == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : SESSIONS_STEP;
        struct cli_captured *grown = realloc(c->sessions, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        c->sessions = grown;
        c->cap = cap;
    }
    return &c->sessions[c->count++];
}

/* Wireshark knows SMTP by its ports; at 465 it would look for TLS. */
static void choose_port(struct cli_captured *s, bool known)
{
    enum { SMTP = 25, SUBMISSION = 587 };
    uint16_t port = s->wire.ends[SERVER].port;
    if (!known)
        snprintf(s->comment, sizeof(s->comment),
                 "session %u: no TCP, the addresses are made up", s->number);
    else if (port != SMTP && port != SUBMISSION)
        snprintf(s->comment, sizeof(s->comment),
                 "session %u: port %u is shown as %d, where SMTP is looked for",
                 s->number, port, SMTP);
    else
        snprintf(s->comment, sizeof(s->comment), "session %u", s->number);
    if (port != SMTP && port != SUBMISSION)
        s->wire.ends[SERVER].port = SMTP;
}

static void write_beginning(struct cli_capture *c, struct cli_captured *s,
                            uint64_t at)
{
    s->wire.ends[CLIENT].next = 0;
    s->wire.ends[SERVER].next = 0;
    write_sign(c, s, at, CLIENT, CLI_TCP_SYN);
    write_sign(c, s, at, SERVER, CLI_TCP_SYN | CLI_TCP_ACK);
    write_sign(c, s, at, CLIENT, CLI_TCP_ACK);
}

static void write_end(struct cli_capture *c, struct cli_captured *s,
                      uint64_t at)
{
    write_sign(c, s, at, CLIENT, CLI_TCP_FIN | CLI_TCP_ACK);
    write_sign(c, s, at, SERVER, CLI_TCP_FIN | CLI_TCP_ACK);
    write_sign(c, s, at, CLIENT, CLI_TCP_ACK);
}

/* Behind STARTTLS Wireshark looks for TLS: what was in it is a stream of its
 * own, from another port. */
static void write_secured(struct cli_capture *c, struct cli_captured *s,
                          uint64_t at)
{
    uint16_t *port = &s->wire.ends[CLIENT].port;
    bool begun = s->wire.ends[CLIENT].next > 1;
    if (begun)
        write_end(c, s, at);
    snprintf(s->comment, sizeof(s->comment),
             "session %u, port %u: in TLS from here on, shown without it",
             s->number, *port);
    if (!begun)
        return;
    *port ^= 0x8000; /* no kernel chooses from both halves */
    write_beginning(c, s, at);
}

static void open_session(struct cli_capture *c, const struct ph_tap *tap,
                         uint64_t at)
{
    struct cli_captured *s = add(c);
    if (!s) {
        fail(c, "out of memory");
        return;
    }
    *s = (struct cli_captured){.number = tap->session};
    bool known = cli_wire_init(&s->wire, tap->local, tap->peer);
    if (!known) /* so that streams can be told apart */
        s->wire.ends[CLIENT].port = (uint16_t)(1024 + tap->session % 64000);
    choose_port(s, known);
    write_beginning(c, s, at);
}

/* How much goes into one segment. */
static size_t find_end(struct cli_captured *s, struct ph_slice data)
{
    for (size_t i = 0; i < data.len; i++) {
        bool same = data.data[i] == end[s->ending];
        s->ending = same ? s->ending + 1 : data.data[i] == end[0];
        if (s->ending == END_LEN)
            return i + 1;
    }
    return data.len;
}

/* All of c->data but the last `held` octets, which come with the next. */
static void flush_segment(struct cli_capture *c, struct cli_captured *s,
                          int from, uint64_t at, size_t held)
{
    size_t len = c->data.len > held ? c->data.len - held : 0;
    if (len)
        write_segment(c, s, at, from, CLI_TCP_PUSH | CLI_TCP_ACK,
                      (struct ph_slice){c->data.data, len});
    ph__buf_drop(&c->data, len);
}

static void add_said(struct cli_capture *c, struct cli_captured *s,
                     struct ph_slice rest, uint64_t at)
{
    while (rest.len && !c->failed) {
        size_t room = CLI_SEGMENT_MAX - c->data.len;
        struct ph_slice next = {rest.data, rest.len < room ? rest.len : room};
        size_t len = find_end(s, next);
        if (ph__buf_add(&c->data, rest.data, len))
            fail(c, "out of memory");
        rest.data += len;
        rest.len -= len;
        if (s->ending == END_LEN) {
            s->content = false;
            s->ending = 2; /* its CRLF may begin another */
            flush_segment(c, s, CLIENT, at, 0);
        } else if (c->data.len == CLI_SEGMENT_MAX) {
            flush_segment(c, s, CLIENT, at, s->ending);
        }
    }
}

static void write_said(struct cli_capture *c, struct cli_captured *s,
                       const struct ph_tap *tap, uint64_t at)
{
    ph__buf_clear(&c->data);
    if (ph__buf_add(&c->data, s->held, s->held_len))
        fail(c, "out of memory");
    for (size_t i = 0; i < tap->count; i++)
        add_said(c, s, tap->slices[i], at);
    s->held_len = s->content && s->ending <= c->data.len ? s->ending : 0;
    flush_segment(c, s, CLIENT, at, s->held_len);
    if (s->held_len)
        memcpy(s->held, c->data.data, s->held_len);
}

/* What was held back for a dot that has not come. */
static void write_held(struct cli_capture *c, struct cli_captured *s,
                       uint64_t at)
{
    struct ph_slice held = {s->held, s->held_len};
    s->held_len = 0;
    if (held.len)
        write_segment(c, s, at, CLIENT, CLI_TCP_PUSH | CLI_TCP_ACK, held);
}

/* Is its last line a 354? */
static bool asks_for_content(struct ph_slice data)
{
    size_t at = data.len ? data.len - 1 : 0;
    while (at && data.data[at - 1] != '\n')
        at--;
    return data.len - at > 3 && memcmp(data.data + at, "354", 3) == 0;
}

static void write_heard(struct cli_capture *c, struct cli_captured *s,
                        const struct ph_tap *tap, uint64_t at)
{
    write_held(c, s, at);
    for (size_t i = 0; i < tap->count; i++) {
        struct ph_slice rest = tap->slices[i];
        s->content = asks_for_content(rest);
        while (rest.len && !c->failed) {
            size_t len =
                rest.len < CLI_SEGMENT_MAX ? rest.len : CLI_SEGMENT_MAX;
            write_segment(c, s, at, SERVER, CLI_TCP_PUSH | CLI_TCP_ACK,
                          (struct ph_slice){rest.data, len});
            rest.data += len;
            rest.len -= len;
        }
    }
}

static void close_session(struct cli_capture *c, struct cli_captured *s,
                          uint64_t at)
{
    write_held(c, s, at);
    write_end(c, s, at);
    *s = c->sessions[--c->count];
    if (!c->failed && fflush(c->file))
        fail(c, strerror(errno));
}

void cli_capture_add(struct cli_capture *c, const struct ph_tap *tap)
{
    uint64_t at = c->epoch_ns + tap->at_ns;
    struct cli_captured *s = find(c, tap->session);
    if (!c->file || c->failed)
        return;
    switch (tap->type) {
    case PH_TAP_OPENED:
        open_session(c, tap, at);
        return;
    case PH_TAP_SECURED:
        if (s)
            write_secured(c, s, at);
        return;
    case PH_TAP_SENT:
        if (s)
            write_said(c, s, tap, at);
        return;
    case PH_TAP_RECEIVED:
        if (s)
            write_heard(c, s, tap, at);
        return;
    case PH_TAP_CLOSED:
        if (s)
            close_session(c, s, at);
        return;
    }
}

/* ---- the file ---- */

void cli_capture_init(struct cli_capture *c)
{
    *c = (struct cli_capture){.packet = PH__BUF(CLI_PACKET_MAX),
                              .data = PH__BUF(CLI_SEGMENT_MAX)};
}

int cli_capture_open(struct cli_capture *c, const char *path)
{
    struct timespec now;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file) {
        cli_error("%s cannot be written: %s: --pcap names a file for a capture",
                  path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return EXIT_NO_INPUT;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    c->file = file;
    c->path = path;
    c->epoch_ns =
        (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec - uv_hrtime();
    put_head(c);
    return EXIT_DONE;
}

void cli_capture_close(struct cli_capture *c)
{
    bool lost = c->file && fclose(c->file);
    if (lost)
        fail(c, strerror(errno));
    free(c->sessions);
    ph__buf_wipe(&c->packet);
    ph__buf_wipe(&c->data);
    cli_capture_init(c);
}
