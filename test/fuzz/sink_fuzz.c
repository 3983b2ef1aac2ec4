/* The server's session: whatever octets arrive, it says replies, keeps to its
 * limits, delivers only envelopes that may exist, and does not care how the
 * octets are cut. */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "sink/session.h"

enum { OCTETS_MAX = 32 * 1024, SAID_MAX = 8 << 20, SIZE_LIMIT = 4000 };

/* The first octet of an input is a set of these. */
enum option {
    WITH_TLS = 1,
    WITH_USER = 2,
    DISCARDING = 4,
    WITHOUT_EXTENSIONS = 8,
    DRAINING = 16,
    FULL = 32,
    WITH_RULE = 64, /* a string follows, as for --reply */
    IMPLICIT = 128  /* TLS is up from the start */
};
/* So is the second one; all of it also chooses where to cut. */
enum option_more {
    SPEAKING_LMTP = 32,
    LIMITED = 64, /* LIMITS (RFC 9422) */
    RARE = 128    /* extensions that are not offered unless named */
};
enum { MAILS_MAX = 3, RCPTS_MAX = 2, DOMAINS_MAX = 2 };

/* How a session is set up. */
struct setting {
    unsigned options;
    unsigned more;
    const char *rule;
};

struct scene {
    struct ph__sink_options opts;
    struct ph__sink_host host;
    struct ph__buf said;      /* all replies */
    struct ph__buf delivered; /* in words */
};

static void check_address(const char *address, enum ph__address_use use)
{
    size_t len = strlen(address);
    MUST(!ph__address_problem(address, len, use));
    MUST(len <= PH__ADDRESS_MAX);
}

static void note_content(struct scene *scene, const struct ph__sink_message *m)
{
    MUST(m->size <= scene->host.size_limit);
    MUST(!m->content == scene->opts.discard_content);
    if (!m->content)
        return;
    /* Lines end in CRLF, or there would have been no CRLF . CRLF; but a chunk
     * may hold anything. */
    if (m->size && !m->chunks)
        MUST(m->size >= 2 && !memcmp(m->content + m->size - 2, "\r\n", 2));
    fuzz_add(&scene->delivered, m->content, m->size);
}

static int deliver(void *user, struct ph__sink_message *m)
{
    struct scene *scene = user;
    MUST(*m->hello && fuzz_is_printable(m->hello, strlen(m->hello), false));
    MUST(m->to_count > 0 && m->to_count <= PH__SINK_RECIPIENTS_MAX);
    MUST(!m->user == !scene->opts.user);
    check_address(m->from, PH__REVERSE_PATH);
    for (size_t i = 0; i < m->to_count; i++) {
        check_address(ph__sink_address(m, i), PH__RECIPIENT);
        MUST(ph__text_no_controls(ph__sink_parameters(m, i),
                                  strlen(ph__sink_parameters(m, i))));
        ph__buf_format(&scene->delivered, "<%s> %s\n", ph__sink_address(m, i),
                       ph__sink_parameters(m, i));
    }
    ph__buf_format(&scene->delivered, "%s <%s> %s %zu\n", m->hello, m->from,
                   m->parameters, m->size);
    note_content(scene, m);
    return PH_OK;
}

static void set_options(struct scene *scene, const struct setting *setting)
{
    struct ph__sink_options *opts = &scene->opts;
    unsigned options = setting->options;
    opts->discard_content = options & DISCARDING;
    opts->lmtp = setting->more & SPEAKING_LMTP;
    if (options & (WITH_TLS | IMPLICIT))
        opts->tls_cert = opts->tls_key = "unused.pem";
    if (options & WITH_USER) {
        opts->user = "ann";
        opts->password = "pencil";
    }
}

static void set_up(struct scene *scene, const struct setting *setting)
{
    struct ph__buf why = PH__BUF(2 * OCTETS_MAX);
    struct ph__sink_host *host = &scene->host;
    unsigned options = setting->options;
    *scene = (struct scene){.said = PH__BUF(SAID_MAX),
                            .delivered = PH__BUF(SAID_MAX)};
    set_options(scene, setting);
    host->opts = &scene->opts;
    host->size_limit = SIZE_LIMIT;
    host->deliver = deliver;
    host->mode = options & DRAINING ? PH__SINK_DRAINING
                 : options & FULL   ? PH__SINK_FULL
                                    : PH__SINK_OPEN;
    if (setting->more & LIMITED)
        host->quotas =
            (struct ph__sink_quotas){{MAILS_MAX, RCPTS_MAX, DOMAINS_MAX}};
    const char *with = "DELIVERBY,FUTURERELEASE,MT-PRIORITY,REQUIRETLS";
    const char *without = "PIPELINING,SIZE,8BITMIME,SMTPUTF8,DSN,"
                          "ENHANCEDSTATUSCODES";
    MUST(ph__sink_extension_set(
             &host->extensions, setting->more & RARE ? with : NULL,
             options & WITHOUT_EXTENSIONS ? without : NULL, &why) == PH_OK);
    if (setting->rule &&
        ph__sink_faults_add(&host->faults, setting->rule, &why))
        MUST(host->faults.count == 0 && why.len > 0);
    ph__buf_done(&why);
}

static void tear_down(struct scene *scene)
{
    ph__sink_faults_done(&scene->host.faults);
    ph__buf_done(&scene->said);
    ph__buf_done(&scene->delivered);
}

/* Writes what may be written; a slow reply goes octet by octet. */
static void write_some(struct scene *scene, struct ph__sink_session *s,
                       struct fuzz_cutter *cutter)
{
    size_t ready = ph__sink_session_sendable(s);
    MUST(ready <= s->out.len && s->drip_to <= s->out.len);
    if (!ready && s->drip_to)
        ready = 1;
    size_t n = ready ? fuzz_piece(cutter, ready) : 0;
    fuzz_add(&scene->said, ph__buf_text(&s->out), n);
    ph__sink_session_sent(s, n);
}

static void check_session(const struct ph__sink_session *s)
{
    MUST(s->line.len <= PH__SINK_LINE_MAX);
    MUST(s->hello.len <= PH__SINK_COMMAND_MAX);
    MUST(s->mail.to_count <= PH__SINK_RECIPIENTS_MAX);
    MUST(s->mail.content.data.len <= SIZE_LIMIT);
    MUST(!s->skipping || !s->line.len);
    MUST(s->reads != PH__SINK_READS_CONTENT || s->mail.to_count > 0);
    MUST(s->reads != PH__SINK_READS_CHUNK || s->chunk.left > 0);
    const uint32_t *max = s->host->quotas.max;
    MUST(!max[PH__SINK_QUOTA_RCPT] || s->mail.to_count <= RCPTS_MAX);
    MUST(!max[PH__SINK_QUOTA_DOMAIN] || s->domains.count <= DOMAINS_MAX);
}

/* The octet said last but `back`; some of it may still have to leave. */
static char said_before(const struct scene *scene,
                        const struct ph__sink_session *s, size_t back)
{
    if (back < s->out.len)
        return s->out.data[s->out.len - 1 - back];
    back -= s->out.len;
    const struct ph__buf *said = &scene->said;
    return back < said->len ? said->data[said->len - 1 - back] : '\n';
}

/* It waits for an answer only behind a challenge: whatever else is said, of a
 * line that is too long for one, ends the exchange (RFC 4954 4). */
static void check_exchange(const struct scene *scene,
                           const struct ph__sink_session *s)
{
    static const char challenge[] = "\n334 ";
    size_t back = 1; /* the LF it ends with */
    if (s->reads != PH__SINK_READS_AUTH)
        return;
    while (said_before(scene, s, back) != '\n')
        back++;
    for (size_t i = 0; challenge[i]; i++)
        MUST(said_before(scene, s, back - i) == challenge[i]);
}

/* Everything said before a handshake is forgotten (RFC 3207 4.2). */
static void shake_hands(struct ph__sink_session *s)
{
    s->next = PH__SINK_GO_ON;
    ph__sink_session_secured(s, "TLSv1.3", "cipher");
    MUST(!s->hello.len && !s->mail.open && !s->mail.to_count && !s->extended);
    MUST(!s->line.len);
}

/* Whatever follows STARTTLS was said in clear: there is nothing. */
static void check_last_line(const char *data, size_t len)
{
    MUST(len && data[len - 1] == '\n');
    const char *before = memrchr(data, '\n', len - 1);
    if (before)
        MUST(ph__text_same_len(before + 1, "STARTTLS", 8));
}

static void feed(struct scene *scene, struct ph__sink_session *s,
                 struct ph_slice data, struct fuzz_cutter *cutter)
{
    char *piece = fuzz_exact(data.data, data.len);
    ph__sink_session_feed(s, piece, data.len);
    if (s->next == PH__SINK_SECURE)
        check_last_line(data.data, data.len);
    free(piece);
    check_session(s);
    check_exchange(scene, s);
    write_some(scene, s, cutter);
    if (s->next == PH__SINK_SECURE)
        shake_hands(s);
}

static void talk(struct scene *scene, struct ph_slice input, bool secured,
                 struct fuzz_cutter cutter)
{
    struct ph__sink_session s;
    ph__sink_session_init(&s, &scene->host);
    s.user = scene;
    s.peer = "peer";
    if (secured)
        ph__sink_session_secured(&s, "TLSv1.3", "cipher");
    ph__sink_session_greet(&s);
    for (size_t at = 0; at < input.len;) {
        size_t n = fuzz_piece(&cutter, input.len - at);
        feed(scene, &s, (struct ph_slice){input.data + at, n}, &cutter);
        at += n;
    }
    if (s.next != PH__SINK_GO_ON) {
        size_t said = s.out.len;
        ph__sink_session_feed(&s, "NOOP\r\n", 6);
        MUST(s.out.len == said); /* it listens no more */
    }
    while (s.out.len)
        write_some(scene, &s, &cutter);
    MUST(!s.drip_from && !s.drip_to);
    ph__sink_session_done(&s);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Lines of a code, a blank or hyphen, text, CRLF (RFC 5321 4.2). */
static void check_replies(const struct ph__buf *said)
{
    const char *code = NULL; /* of the line before, if the reply goes on */
    for (size_t at = 0; at < said->len;) {
        const char *line = said->data + at;
        const char *lf = memchr(line, '\n', said->len - at);
        MUST(lf && lf - line >= 5 && lf[-1] == '\r');
        size_t len = (size_t)(lf - line) - 1;
        at += len + 2;
        if (memcmp(line, "??? what", 8) == 0) /* a rule wanted garbage */
            continue;
        MUST(is_digit(line[0]) && is_digit(line[1]) && is_digit(line[2]));
        MUST(line[3] == ' ' || line[3] == '-');
        MUST(ph__text_no_controls(line, len));
        MUST(!code || memcmp(code, line, 3) == 0);
        code = line[3] == '-' ? line : NULL;
    }
    MUST(!code);
}

/* What stands behind STARTTLS in one piece, and what arrives while the sink
 * drains, is treated otherwise on purpose. */
static bool cuts_matter(unsigned options)
{
    return options & (WITH_TLS | DRAINING);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, OCTETS_MAX};
    struct scene scenes[FUZZ_CUTS];
    size_t count;
    struct setting setting = {.options = fuzz_octet(&in),
                              .more = fuzz_octet(&in)};
    char *rule = setting.options & WITH_RULE ? fuzz_string(&in) : NULL;
    char *octets = fuzz_rest(&in, &count);
    setting.rule = rule;
    for (enum fuzz_cut how = FUZZ_WHOLE; how < fuzz_cuts(count); how++) {
        struct scene *scene = &scenes[how];
        set_up(scene, &setting);
        talk(scene, (struct ph_slice){octets, count},
             setting.options & IMPLICIT,
             (struct fuzz_cutter){how, setting.more});
        check_replies(&scene->said);
        if (cuts_matter(setting.options))
            continue;
        MUST(fuzz_same(&scene->said, &scenes[0].said));
        MUST(fuzz_same(&scene->delivered, &scenes[0].delivered));
    }
    for (enum fuzz_cut how = FUZZ_WHOLE; how < fuzz_cuts(count); how++)
        tear_down(&scenes[how]);
    free(octets);
    free(rule);
    return 0;
}
