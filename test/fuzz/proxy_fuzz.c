/* What a proxy says: the first octet says what we are (a bit each), the second
 * how it is cut. The same however it is cut; up when RFC 1928 or RFC 9112 says
 * so, at that octet, and no secret before it was asked for. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "net/proxy.h"

enum {
    HTTP = 1,
    SECRET = 2,
    HOSTS = 4, /* of which host we speak: two bits */
    LOG_MAX = 64 * 1024,
    OCTETS_MAX = PH__PROXY_HEADER + 200,
    SOCKS_MAX = 4 + 4 + 1 + 255 + 2 /* RFC 1928 3, 6; RFC 1929 2 */
};

static const char password[] = "s3cr\xc3\xa9t";
static const char *const hosts[] = {"mx.test", "192.0.2.1", "2001:db8::1",
                                    "a-name_of.its-own.test"};

/* How a talk went. */
struct talk {
    size_t taken;
    int rc;
    bool up;
    struct ph__buf said;
    struct ph__buf problem;
};

static struct ph__talk *begin(unsigned options)
{
    const struct ph__proxy proxy = {
        .kind = options & HTTP ? PH__PROXY_HTTP : PH__PROXY_SOCKS5,
        .host = "proxy.test",
        .port = 1080,
        .user = options & SECRET ? "ann" : NULL,
        .password = options & SECRET ? password : NULL};
    struct ph__talk *t = NULL;
    const char *why;
    MUST(!ph__talk_new(&t, &proxy, hosts[options / HOSTS % 4], 25, &why));
    return t;
}

static void note_output(struct talk *talk, struct ph__talk *t)
{
    struct ph__buf *out = ph__talk_output(t);
    MUST(out->len <= PH__PROXY_OUT);
    fuzz_add(&talk->said, ph__buf_text(out), out->len);
    ph__buf_clear(out);
}

static struct talk hold(unsigned options, const char *data, size_t len,
                        struct fuzz_cutter cutter)
{
    struct talk talk = {.said = PH__BUF(LOG_MAX), .problem = PH__BUF(LOG_MAX)};
    struct ph__talk *t = begin(options);
    note_output(&talk, t);
    while (!talk.rc && !talk.up && talk.taken < len) {
        size_t n = fuzz_piece(&cutter, len - talk.taken), taken = n + 1;
        char *piece = fuzz_exact(data + talk.taken, n);
        talk.rc = ph__talk_receive(t, piece, n, &taken);
        talk.up = ph__talk_up(t);
        MUST(taken <= n && (taken == n || talk.rc || talk.up));
        talk.taken += taken;
        note_output(&talk, t);
        free(piece);
    }
    const char *problem = ph__talk_problem(t);
    fuzz_add(&talk.problem, problem, strlen(problem));
    ph__talk_free(t);
    return talk;
}

static void forget(struct talk *t)
{
    ph__buf_done(&t->said);
    ph__buf_done(&t->problem);
}

/* ---- who is up ---- */

/* Of a SOCKS proxy's whole part, or 0. */
static size_t socks_length(const uint8_t *d, size_t len, bool secret)
{
    size_t at = 2;
    if (len < 2 || d[0] != 5 || (d[1] && (d[1] != 2 || !secret)))
        return 0;
    if (d[1]) {
        if (len < 4 || d[2] != 1 || d[3])
            return 0;
        at = 4;
    }
    if (len < at + 5 || d[at] != 5 || d[at + 1])
        return 0;
    size_t address = d[at + 3] == 1   ? 4
                     : d[at + 3] == 4 ? 16
                     : d[at + 3] == 3 ? 1u + d[at + 4]
                                      : 0;
    size_t end = at + 4 + address + 2;
    return address && end <= len ? end : 0;
}

/* Each header up to here is that of an HTTP response: 1yz, then a 2yz. */
static bool is_http_up(const char *d, size_t len)
{
    static const char end[] = "\r\n\r\n";
    const char *next = d;
    while (next < d + len) {
        const char *header = next;
        size_t left = len - (size_t)(header - d);
        const char *last = memmem(header, left, end, 4);
        if (!last || left < 12 || memcmp(header, "HTTP/1.", 7))
            return false;
        next = last + 4;
        if (header[8] != ' ' || header[9] != (next == d + len ? '2' : '1'))
            return false;
    }
    return len > 0;
}

static void check(const struct talk *t, unsigned options, const char *data,
                  size_t len)
{
    const uint8_t *octets = (const uint8_t *)data;
    const char *problem = ph__buf_text(&t->problem);
    bool secret = options & SECRET;
    MUST(t->rc == PH_OK || t->rc == PH_E_CONNECT);
    MUST(!t->rc == !*problem && !(t->rc && t->up));
    MUST(fuzz_is_printable(problem, strlen(problem), false));
    MUST(!strstr(problem, password) || memmem(data, len, password, 7));
    if (options & HTTP) {
        MUST(t->taken <= PH__PROXY_HEADER + 1);
        MUST(!t->up || is_http_up(data, t->taken));
        return;
    }
    size_t all = socks_length(octets, len, secret);
    MUST(t->taken <= SOCKS_MAX);
    MUST(t->up == (all > 0) && (!all || t->taken == all));
    bool asked = t->taken >= 2 && octets[0] == 5 && octets[1] == 2;
    MUST(!memmem(ph__buf_text(&t->said), t->said.len, password, 7) ==
         !(asked && secret));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, OCTETS_MAX};
    unsigned options = fuzz_octet(&in);
    uint32_t seed = fuzz_octet(&in);
    size_t count;
    char *octets = fuzz_rest(&in, &count);
    struct talk whole =
        hold(options, octets, count, (struct fuzz_cutter){FUZZ_WHOLE, seed});
    check(&whole, options, octets, count);
    for (enum fuzz_cut how = FUZZ_PIECES; how < fuzz_cuts(count); how++) {
        struct talk t =
            hold(options, octets, count, (struct fuzz_cutter){how, seed});
        MUST(t.rc == whole.rc && t.up == whole.up && t.taken == whole.taken);
        MUST(fuzz_same(&t.said, &whole.said));
        MUST(fuzz_same(&t.problem, &whole.problem));
        forget(&t);
    }
    forget(&whole);
    free(octets);
    return 0;
}
