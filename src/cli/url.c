#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "cli/url.h"

enum { PORT_SMTP = 25 };

static const struct scheme {
    const char *name;
    bool implicit_tls;
    bool lmtp;
    bool unix;
} schemes[] = {
    {"smtp://", false, false, false},    {"smtps://", true, false, false},
    {"lmtp://", false, true, false},     {"smtp+unix://", false, false, true},
    {"lmtp+unix://", false, true, true},
};
enum { SCHEMES = sizeof(schemes) / sizeof(*schemes) };

static const char no_memory[] = "does not fit into memory";
static const char has_control[] = "has a control character";
static const char bad_escape[] = "has a % that two hexadecimal digits of a "
                                 "printable character should follow (%25 is %)";

void cli_url_done(struct cli_url *url)
{
    free(url->host);
    free(url->path);
    free(url->user);
    ph__text_wipe(url->password);
    *url = (struct cli_url){0};
}

static int hex_digit(char c)
{
    if (ph__text_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3986 2.1. No control may hide behind an escape. */
static const char *decode(char **out, const char *text, size_t len)
{
    char *plain = malloc(len + 1);
    if (!plain)
        return no_memory;
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        plain[used] = text[i];
        if (text[i] == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;
            plain[used] = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            i += 2;
        }
        if (!ph__text_no_controls(plain + used++, 1)) {
            OPENSSL_cleanse(plain, used);
            free(plain);
            return bad_escape;
        }
    }
    plain[used] = '\0';
    *out = plain;
    return NULL;
}

static const char *parse_user(struct cli_url *url, const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    size_t user_len = colon ? (size_t)(colon - text) : len;
    const char *problem = decode(&url->user, text, user_len);
    if (problem || !colon)
        return problem;
    return decode(&url->password, colon + 1, len - user_len - 1);
}

static const char *parse_port(struct cli_url *url, const char *text, size_t len)
{
    uint64_t port;
    if (!ph__text_to_u64(text, len, &port) || port < 1 || port > UINT16_MAX)
        return "has a port that is not a number from 1 to 65535";
    url->port = (uint16_t)port;
    return NULL;
}

static const char *parse_host(struct cli_url *url, const char *text, size_t len)
{
    const char *end;
    size_t host_len;
    if (len && text[0] == '[') {
        end = memchr(text, ']', len);
        if (!end)
            return "has a [ without ]";
        text++;
        host_len = (size_t)(end - text);
        end++;
        len--;
    } else {
        end = memchr(text, ':', len);
        host_len = end ? (size_t)(end - text) : len;
        end = text + host_len;
    }
    size_t rest = len - (size_t)(end - text);
    if (!host_len)
        return "has no host";
    if (memchr(text, ' ', host_len))
        return "has a blank in its host";
    if (rest && *end != ':')
        return "has something behind the ] that is not :PORT";
    const char *problem = decode(&url->host, text, host_len);
    return problem || !rest ? problem : parse_port(url, end + 1, rest - 1);
}

static const char *parse_place(struct cli_url *url, const char *text, bool unix)
{
    size_t len = strcspn(text, "/?#");
    const char *slash = text + len;
    const char *at = NULL;
    for (const char *c = text; c < slash; c++)
        if (*c == '@')
            at = c;
    const char *problem =
        at ? parse_user(url, text, (size_t)(at - text)) : NULL;
    if (problem)
        return problem;
    const char *host = at ? at + 1 : text;
    if (!unix && *slash && strcmp(slash, "/") != 0)
        return "has something behind its host and port (a / @ : ? # or % in "
               "a password is written %2F %40 %3A %3F %23 %25)";
    if (!unix)
        return parse_host(url, host, (size_t)(slash - host));
    if (host != slash || *slash != '/' || !slash[1])
        return "has no path: behind unix:// follow a / and the rest of it";
    return decode(&url->path, slash, strlen(slash));
}

/* RFC 2033 5: it has no port of its own, and must not use SMTP's (LM-05). */
static const char *check_lmtp_port(const struct cli_url *url)
{
    if (!url->lmtp || url->path)
        return NULL;
    if (!url->port)
        return "has no port, and LMTP has no usual one: lmtp://HOST:PORT";
    return url->port == PORT_SMTP
               ? "names port 25, where LMTP must not be spoken (RFC 2033 5)"
               : NULL;
}

const char *cli_url_parse_proxy(struct cli_url *out, bool *http,
                                const char *text)
{
    static const char *const kinds[] = {"socks5://", "http://"};
    struct cli_url url = {0};
    int kind = 0;
    while (kind < 2 && strncmp(text, kinds[kind], strlen(kinds[kind])) != 0)
        kind++;
    if (kind == 2)
        return "does not begin with socks5:// or http://";
    if (!ph__text_no_controls(text, strlen(text)))
        return has_control;
    const char *problem = parse_place(&url, text + strlen(kinds[kind]), false);
    if (!problem && !url.port)
        problem = "has no port: HOST:PORT";
    if (problem) {
        cli_url_done(&url);
        return problem;
    }
    *out = url;
    *http = kind == 1;
    return NULL;
}

const char *cli_url_parse(struct cli_url *out, const char *text)
{
    const struct scheme *s = schemes;
    const struct scheme *end = schemes + SCHEMES;
    while (s < end && strncmp(text, s->name, strlen(s->name)) != 0)
        s++;
    if (s == end)
        return "does not begin with smtp://, smtps://, lmtp://, smtp+unix:// "
               "or lmtp+unix://";
    if (!ph__text_no_controls(text, strlen(text)))
        return has_control;
    struct cli_url url = {.implicit_tls = s->implicit_tls, .lmtp = s->lmtp};
    const char *problem = parse_place(&url, text + strlen(s->name), s->unix);
    if (!problem)
        problem = check_lmtp_port(&url);
    if (problem)
        cli_url_done(&url);
    else
        *out = url;
    return problem;
}
