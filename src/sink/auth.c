#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "sink/steps.h"

static const char *mechanism(const struct ph__sink_session *s)
{
    return s->answer == PH__SINK_PLAIN ? "PLAIN" : "LOGIN";
}

/* Takes the same time wherever the difference is. */
static bool same(const char *a, size_t len, const char *b)
{
    return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

static void conclude(struct ph__sink_session *s, bool right)
{
    s->reads = PH__SINK_READS_COMMANDS;
    ph__buf_wipe(&s->login);
    if (!right) {
        ph__sink_reply_say(s, "535 5.7.8 wrong name or password");
        return;
    }
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_AUTH, '2', mechanism(s)))
        return;
    s->authenticated = true;
    ph__sink_reply_say(s, "235 2.7.0 authenticated");
}

/* RFC 4616: [authzid] NUL authcid NUL password. */
static bool plain_is_right(const struct ph__sink_session *s, const char *text,
                           size_t len)
{
    const struct ph__sink_options *opts = s->host->opts;
    const char *end = text + len;
    const char *name = memchr(text, '\0', len);
    if (!name)
        return false;
    size_t authzid_len = (size_t)(name - text);
    name++;
    const char *password = memchr(name, '\0', (size_t)(end - name));
    if (!password)
        return false;
    size_t name_len = (size_t)(password - name);
    password++;
    if (authzid_len && !same(text, authzid_len, opts->user))
        return false;
    return same(name, name_len, opts->user) &&
           same(password, (size_t)(end - password), opts->password);
}

static void ask(struct ph__sink_session *s, enum ph__sink_answer answer)
{
    s->answer = answer;
    s->reads = PH__SINK_READS_AUTH;
    if (answer == PH__SINK_PLAIN)
        ph__sink_reply_lines(s, "334 \r\n");
    else if (answer == PH__SINK_LOGIN_USER)
        ph__sink_reply_lines(s, "334 VXNlcm5hbWU6\r\n"); /* "Username:" */
    else
        ph__sink_reply_lines(s, "334 UGFzc3dvcmQ6\r\n"); /* "Password:" */
}

/* A decoded answer. */
static void hear(struct ph__sink_session *s, const char *text, size_t len)
{
    const struct ph__sink_options *opts = s->host->opts;
    switch (s->answer) {
    case PH__SINK_PLAIN:
        conclude(s, plain_is_right(s, text, len));
        break;
    case PH__SINK_LOGIN_USER:
        ph__buf_wipe(&s->login);
        if (ph__buf_add(&s->login, text, len))
            s->next = PH__SINK_DROP;
        else
            ask(s, PH__SINK_LOGIN_PASSWORD);
        break;
    case PH__SINK_LOGIN_PASSWORD:
        conclude(s, same(ph__buf_text(&s->login), s->login.len, opts->user) &&
                        same(text, len, opts->password));
        break;
    }
}

void ph__sink_auth_answer(struct ph__sink_session *s, const char *line,
                          size_t len)
{
    struct ph__buf text = PH__BUF(PH__SINK_LINE_MAX);
    s->reads = PH__SINK_READS_COMMANDS;
    if (len == 1 && *line == '*') {
        ph__buf_wipe(&s->login);
        ph__sink_reply_say(s, "501 5.7.0 cancelled");
        return;
    }
    int rc = ph__base64_decode(&text, line, len);
    if (rc == PH_E_INVALID)
        ph__sink_reply_say(s, "501 5.5.2 that is not base64");
    else if (rc)
        s->next = PH__SINK_DROP;
    else
        hear(s, ph__buf_text(&text), text.len);
    ph__buf_wipe(&text);
}

/* Why AUTH may not begin now, or NULL. */
static const char *refusal(const struct ph__sink_session *s)
{
    const struct ph__sink_host *host = s->host;
    if (!host->opts->user || !ph__sink_has(host->extensions, PH__SINK_EXT_AUTH))
        return "502 5.5.1 AUTH is not offered";
    if (!ph__sink_hello_offers(s, PH__SINK_EXT_AUTH))
        return "538 5.7.11 STARTTLS first";
    if (!s->extended)
        return "503 5.5.1 EHLO first";
    if (s->authenticated)
        return "503 5.5.1 already authenticated";
    if (s->mail.open)
        return "503 5.5.1 not within a transaction";
    return NULL;
}

static bool names(struct ph_slice argument, size_t len, const char *mechanism_)
{
    return ph__text_is((struct ph_slice){argument.data, len}, mechanism_);
}

void ph__sink_auth(struct ph__sink_session *s, struct ph_slice argument)
{
    const char *problem = refusal(s);
    if (problem) {
        ph__sink_reply_say(s, problem);
        return;
    }
    const char *blank = memchr(argument.data, ' ', argument.len);
    size_t len = blank ? (size_t)(blank - argument.data) : argument.len;
    bool plain = names(argument, len, "PLAIN");
    if (!plain && !names(argument, len, "LOGIN")) {
        ph__sink_reply_say(s, "504 5.5.4 PLAIN and LOGIN are known");
        return;
    }
    s->answer = plain ? PH__SINK_PLAIN : PH__SINK_LOGIN_USER;
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_AUTH, '2', mechanism(s)))
        return;
    if (!blank) {
        ask(s, s->answer);
        return;
    }
    /* RFC 4954 4: "=" is an initial response of no octets. */
    bool nothing = argument.len - len == 2 && blank[1] == '=';
    ph__sink_auth_answer(s, blank + 1, nothing ? 0 : argument.len - len - 1);
}
