#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/text.h"
#include "cli/advice.h"
#include "cli/probe_report.h"

enum { SECS_A_DAY = 24 * 60 * 60 };

/* "2026-11-21T00:00:00Z" */
static void write_date(char out[32], int64_t secs)
{
    struct tm tm;
    time_t t = (time_t)secs;
    if (!gmtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
        out[0] = '\0';
}

/* The first line of an EHLO reply is the server's name; then one keyword with
 * its parameters each. */
static const char *next_line(const char *line)
{
    const char *lf = strchr(line, '\n');
    return lf ? lf + 1 : NULL;
}

static size_t line_len(const char *line)
{
    return strcspn(line, "\n");
}

/* The parameters of a keyword, on its line; NULL: it is another. "AUTH=" is an
 * old form of "AUTH ". */
static const char *parameters(const char *line, const char *keyword)
{
    size_t len = strlen(keyword);
    if (line_len(line) <= len || !ph__text_same_len(line, keyword, len))
        return NULL;
    return line[len] == ' ' || line[len] == '=' ? line + len + 1 : NULL;
}

/* ---- for people ---- */

static int add_lines(struct ph__buf *out, const char *title, const char *lines)
{
    int rc = ph__buf_format(out, "%s\n", title);
    for (const char *line = lines; line && *line && !rc; line = next_line(line))
        rc = ph__buf_format(out, "  %.*s\n", (int)line_len(line), line);
    return rc;
}

static int add_cert(struct ph__buf *out, const struct ph__tls_cert *c,
                    size_t depth, int64_t now)
{
    char from[32], to[32];
    write_date(from, c->not_before);
    write_date(to, c->not_after);
    bool over = c->not_after < now;
    int64_t secs = over ? now - c->not_after : c->not_after - now;
    int64_t days = secs / SECS_A_DAY;
    return ph__buf_format(out,
                          "  certificate %zu: %s\n"
                          "    names    %s\n"
                          "    issuer   %s\n"
                          "    valid    %s to %s (%s%" PRId64 " day%s%s)\n"
                          "    key      %s, signed with %s\n"
                          "    pin      %s\n",
                          depth, *c->subject ? c->subject : "(no subject)",
                          *c->names ? c->names : "(none)", c->issuer, from, to,
                          over ? "expired " : "", days, days == 1 ? "" : "s",
                          over ? " ago" : " left", c->key, c->signature,
                          c->pin);
}

static int add_tls(struct ph__buf *out, const struct cli_probe *p, int64_t now)
{
    const struct ph_recipient_result unverified = {.code = PH_E_TLS,
                                                   .detail = p->problem};
    size_t len;
    const char *advice = cli_advice(&unverified, &(struct cli_hints){0}, &len);
    int rc = ph__buf_format(out, "TLS: %s, %s, %s\n", p->version, p->cipher,
                            p->verified ? "certificate verified"
                                        : "certificate NOT verified");
    if (!rc && *p->problem)
        rc = ph__buf_format(out, "  %.*s: %s\n", (int)len, p->problem, advice);
    for (size_t i = 0; i < p->cert_count && !rc; i++)
        rc = add_cert(out, &p->certs[i], i, now);
    return rc;
}

static int add_time(struct ph__buf *out, const char *what, double ms)
{
    return ms < 0 ? PH_OK : ph__buf_format(out, "  %-10s %.1f ms\n", what, ms);
}

static int add_times(struct ph__buf *out, const struct cli_probe_times *ms)
{
    int rc = ph__buf_format(out, "Times:\n");
    if (!rc)
        rc = add_time(out, "connect", ms->connect);
    if (!rc)
        rc = add_time(out, "greeting", ms->greeting);
    if (!rc)
        rc = add_time(out, "handshake", ms->handshake);
    return rc ? rc : add_time(out, "round trip", ms->round_trip);
}

int cli_probe_text(struct ph__buf *out, const struct cli_probe *p,
                   const char *server, int64_t now)
{
    size_t begin = out->len;
    int rc = ph__buf_format(out, "%s%s%s%s\n", server, *p->peer ? " (" : "",
                            p->peer, *p->peer ? ")" : "");
    if (!rc && p->greeting.len)
        rc = add_lines(out, "Greeting:", p->greeting.data);
    if (!rc && p->clear.len)
        rc = add_lines(out, "Offers in clear:", p->clear.data);
    if (!rc && p->tls)
        rc = add_tls(out, p, now);
    if (!rc && p->secure.len)
        rc = add_lines(out, "Offers over TLS:", p->secure.data);
    if (!rc && *p->peer)
        rc = add_times(out, &p->ms);
    if (!rc)
        ph__text_make_printable(out->data + begin, out->len - begin, true);
    return rc;
}

/* ---- for programs ---- */

/* Everything that comes from a server may be anything. */
static json_t *any_text(const char *text, size_t len)
{
    struct ph__buf copy = PH__BUF(CLI_PROBE_TEXT);
    if (ph__text_is_utf8(text, len))
        return json_stringn(text, len);
    if (ph__buf_add(&copy, text, len))
        return NULL;
    ph__text_make_printable(copy.data, copy.len, true);
    json_t *string = json_string(copy.data);
    ph__buf_done(&copy);
    return string;
}

static json_t *text_or_null(const char *text)
{
    return *text ? any_text(text, strlen(text)) : json_null();
}

/* Takes both; NULL when out of memory, which json_pack() passes on. */
static json_t *append(json_t *list, json_t *item)
{
    if (list && item && !json_array_append_new(list, item))
        return list;
    if (!list)
        json_decref(item);
    json_decref(list);
    return NULL;
}

static const char *first_offer(const struct ph__buf *offers)
{
    return offers->len ? next_line(offers->data) : NULL;
}

static json_t *lines_of(const struct ph__buf *offers)
{
    json_t *list = json_array();
    const char *line = first_offer(offers);
    for (; line && list; line = next_line(line))
        list = append(list, any_text(line, line_len(line)));
    return list;
}

static json_t *words_of(json_t *list, const char *words, size_t len)
{
    const char *end = words + len;
    while (words < end && list) {
        size_t word = strcspn(words, " \n");
        if (word)
            list = append(list, any_text(words, word));
        words += word + 1;
    }
    return list;
}

/* The old form only if there is no other: it says the same again. */
static json_t *mechanisms_of(const struct ph__buf *offers)
{
    json_t *list = json_array();
    const char *old = NULL;
    const char *line = first_offer(offers);
    for (; line && list; line = next_line(line)) {
        const char *words = parameters(line, "AUTH");
        if (words && words[-1] == '=')
            old = words;
        else if (words)
            list = words_of(list, words, line_len(words));
    }
    if (old && list && !json_array_size(list))
        list = words_of(list, old, line_len(old));
    return list;
}

/* What is no number is no limit. */
static json_t *with_limit(json_t *limits, struct ph_slice name,
                          struct ph_slice digits)
{
    char key[32];
    uint64_t number;
    if (name.len >= sizeof(key) || !ph__text_is_utf8(name.data, name.len) ||
        !ph__text_to_u64(digits.data, digits.len, &number) ||
        number > INT64_MAX)
        return limits;
    memcpy(key, name.data, name.len);
    key[name.len] = '\0';
    if (!json_object_set_new(limits, key, json_integer((json_int_t)number)))
        return limits;
    json_decref(limits);
    return NULL;
}

static json_t *with_list(json_t *limits, const char *at)
{
    while (limits && *at && *at != '\n') {
        size_t len = strcspn(at, " \n");
        size_t name = strcspn(at, "= \n");
        if (name < len)
            limits =
                with_limit(limits, (struct ph_slice){at, name},
                           (struct ph_slice){at + name + 1, len - name - 1});
        at += len + (at[len] == ' ');
    }
    return limits;
}

/* SIZE (RFC 1870) and LIMITS (RFC 9422), of what was offered last. */
static json_t *limits_of(const struct ph__buf *offers)
{
    json_t *limits = json_object();
    const char *line = first_offer(offers);
    for (; line && limits; line = next_line(line)) {
        const char *size = parameters(line, "SIZE");
        const char *list = parameters(line, "LIMITS");
        if (size)
            limits = with_limit(limits, (struct ph_slice){"SIZE", 4},
                                (struct ph_slice){size, line_len(size)});
        if (list)
            limits = with_list(limits, list);
    }
    return limits;
}

static json_t *cert_of(const struct ph__tls_cert *c)
{
    char from[32], to[32];
    write_date(from, c->not_before);
    write_date(to, c->not_after);
    return json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s}", /* */
                     "subject", any_text(c->subject, strlen(c->subject)),
                     "issuer", any_text(c->issuer, strlen(c->issuer)), /* */
                     "names", any_text(c->names, strlen(c->names)),    /* */
                     "not_before", from, "not_after", to, "key", c->key,
                     "signature", c->signature, "pin", c->pin);
}

static json_t *tls_of(const struct cli_probe *p)
{
    if (!p->tls)
        return json_null();
    json_t *chain = json_array();
    for (size_t i = 0; i < p->cert_count && chain; i++)
        chain = append(chain, cert_of(&p->certs[i]));
    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "version", p->version,
                     "cipher", p->cipher, "verified", p->verified, "reason",
                     text_or_null(p->reason), "problem",
                     text_or_null(p->problem), "certificates", chain);
}

static json_t *ms_of(double ms)
{
    return ms < 0 ? json_null() : json_real(ms);
}

static json_t *error_of(const struct ph_recipient_result *e)
{
    if (!e->code)
        return json_null();
    return json_pack("{s:s, s:s, s:o, s:o}", "stage", ph_stage_name(e->stage),
                     "what", ph_strerror(e->code), "detail",
                     text_or_null(e->detail), "code",
                     e->reply.code ? json_integer(e->reply.code) : json_null());
}

static int add_text(const char *data, size_t len, void *buf)
{
    return ph__buf_add(buf, data, len);
}

int cli_probe_json(struct ph__buf *out, const struct cli_probe *p,
                   const char *server)
{
    const struct ph__buf *last = p->tls ? &p->secure : &p->clear;
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:o, s:o,"
        " s:{s:o, s:o, s:o, s:o}, s:o}",
        "server", text_or_null(server), "peer", text_or_null(p->peer),
        "greeting", text_or_null(ph__buf_text(&p->greeting)), /* */
        "extensions", "clear", lines_of(&p->clear), "tls", lines_of(&p->secure),
        "mechanisms", "clear", mechanisms_of(&p->clear), "tls",
        mechanisms_of(&p->secure), "limits", limits_of(last), "tls", tls_of(p),
        "ms", "connect", ms_of(p->ms.connect), "greeting",
        ms_of(p->ms.greeting), "handshake", ms_of(p->ms.handshake),
        "round_trip", ms_of(p->ms.round_trip), /* */
        "error", error_of(&p->error));
    int failed = !object;
    if (!failed)
        failed = json_dump_callback(object, add_text, out,
                                    JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(object);
    if (!failed)
        failed = ph__buf_add_char(out, '\n');
    return failed ? PH_E_NOMEM : PH_OK;
}
