#include <string.h>

#include "base/text.h"
#include "sink/steps.h"

void ph__sink_session_init(struct ph__sink_session *s,
                           const struct ph__sink_host *host)
{
    *s = (struct ph__sink_session){.host = host};
    ph__buf_init(&s->out, PH__SINK_OUT_MAX);
    ph__buf_init(&s->line, PH__SINK_LINE_MAX);
    ph__buf_init(&s->hello, PH__SINK_COMMAND_MAX);
    ph__buf_init(&s->login, PH__SINK_LINE_MAX);
    ph__buf_init(&s->mail.texts,
                 (size_t)PH__SINK_COMMAND_MAX * (PH__SINK_RECIPIENTS_MAX + 1));
    ph__buf_init(&s->mail.to,
                 sizeof(struct ph__sink_to) * PH__SINK_RECIPIENTS_MAX);
    ph__buf_init(&s->mail.content.data, host->size_limit);
    ph__buf_init(&s->domains.names, PH__SINK_DOMAINS_MAX);
    ph__sink_dialogue_init(&s->dialogue, host->concluded != NULL);
    s->mail.content.keep = !host->opts->discard_content;
}

void ph__sink_session_done(struct ph__sink_session *s)
{
    ph__buf_done(&s->out);
    ph__buf_wipe(&s->line);
    ph__buf_done(&s->hello);
    ph__buf_wipe(&s->login);
    ph__buf_done(&s->mail.texts);
    ph__buf_done(&s->mail.to);
    ph__buf_done(&s->mail.content.data);
    ph__buf_done(&s->domains.names);
    ph__sink_dialogue_done(&s->dialogue);
}

static bool follows_script(const struct ph__sink_session *s)
{
    return s->host->script.count > 0;
}

void ph__sink_session_greet(struct ph__sink_session *s)
{
    if (follows_script(s)) {
        ph__sink_play_on(s);
        return;
    }
    /* RFC 5321 3.1: after a refusal only QUIT is answered well. */
    s->unwelcome = ph__sink_reply_meddle(s, PH__SINK_STAGE_GREETING, '2', "");
    if (!s->unwelcome)
        ph__sink_reply_lines(s, s->host->opts->lmtp
                                    ? "220 posthaste.sink LMTP\r\n"
                                    : "220 posthaste.sink ESMTP\r\n");
    ph__sink_dialogue_replies(&s->dialogue, ph__buf_text(&s->out), s->out.len);
}

static void starttls(struct ph__sink_session *s)
{
    if (s->tls_version) {
        ph__sink_reply_say(s, "503 5.5.1 TLS is already up");
        return;
    }
    if (!ph__sink_hello_offers(s, PH__SINK_EXT_STARTTLS)) {
        ph__sink_reply_say(s, "502 5.5.1 STARTTLS is not offered");
        return;
    }
    /* What stands behind it was said in clear, by whoever it was, to be
     * obeyed under TLS (CVE-2011-0411). */
    if (s->behind) {
        ph__sink_reply_leave(s, "554 5.5.1 nothing may follow STARTTLS before "
                                "the handshake");
        return;
    }
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_STARTTLS, '2', ""))
        return;
    ph__sink_reply_say(s, "220 2.0.0 begin the handshake");
    if (s->next == PH__SINK_GO_ON)
        s->next = PH__SINK_SECURE;
}

static void reset(struct ph__sink_session *s)
{
    if (ph__sink_reply_meddle(s, PH__SINK_STAGE_RSET, '2', ""))
        return;
    ph__sink_mail_reset(s);
    ph__sink_reply_say(s, "250 2.0.0 as new");
}

static void quit(struct ph__sink_session *s)
{
    if (!ph__sink_reply_meddle(s, PH__SINK_STAGE_QUIT, '2', ""))
        ph__sink_reply_say(s, "221 2.0.0 goodbye");
    if (s->next == PH__SINK_GO_ON)
        s->next = PH__SINK_LEAVE;
}

/* RFC 5321 4.3.2: commands that stand alone are refused with an argument. */
static bool lone(struct ph__sink_session *s,
                 const struct ph__sink_command *command)
{
    if (!command->argument.len)
        return true;
    ph__sink_reply_say(s, "501 5.5.4 this command takes no argument");
    return false;
}

static void verify(struct ph__sink_session *s, struct ph_slice argument)
{
    if (argument.len)
        ph__sink_reply_say(s, "252 2.5.2 not looked up, but try and send");
    else
        ph__sink_reply_say(s, "501 5.5.4 whom?");
}

static void obey(struct ph__sink_session *s,
                 const struct ph__sink_command *command)
{
    switch (command->verb) {
    case PH__SINK_RCPT:
        ph__sink_mail_recipient(s, command->argument);
        break;
    case PH__SINK_MAIL:
        ph__sink_mail_begin(s, command->argument);
        break;
    case PH__SINK_DATA:
        if (lone(s, command))
            ph__sink_data_begin(s);
        break;
    case PH__SINK_BDAT:
        ph__sink_data_chunk(s, command->argument);
        break;
    case PH__SINK_EHLO:
    case PH__SINK_HELO:
    case PH__SINK_LHLO:
        ph__sink_hello(s, command);
        break;
    case PH__SINK_QUIT:
        if (lone(s, command))
            quit(s);
        break;
    case PH__SINK_RSET:
        if (lone(s, command))
            reset(s);
        break;
    case PH__SINK_AUTH:
        ph__sink_auth(s, command->argument);
        break;
    case PH__SINK_STARTTLS:
        if (lone(s, command))
            starttls(s);
        break;
    case PH__SINK_NOOP:
        ph__sink_reply_say(s, "250 2.0.0 nothing done");
        break;
    case PH__SINK_VRFY:
        verify(s, command->argument);
        break;
    case PH__SINK_EXPN:
        ph__sink_reply_say(s, "502 5.5.1 there are no lists");
        break;
    case PH__SINK_HELP:
        ph__sink_reply_say(s, "214 2.0.0 mail is accepted and goes nowhere: "
                              "posthaste sink --help");
        break;
    case PH__SINK_UNKNOWN:
        ph__sink_reply_say(s, "500 5.5.1 command unknown");
        break;
    }
}

static const char *line_problem(const char *line, size_t len)
{
    if (len < 2 || line[len - 2] != '\r')
        return "500 5.5.2 a line must end with CRLF";
    if (!ph__text_no_controls(line, len - 2))
        return "500 5.5.2 a control character";
    if (!ph__text_is_utf8(line, len - 2))
        return "500 5.5.2 neither ASCII nor UTF-8";
    return NULL;
}

/* One line with its LF. */
static void hear(struct ph__sink_session *s, const char *line, size_t len)
{
    const char *problem = line_problem(line, len);
    bool answers = s->reads == PH__SINK_READS_AUTH;
    ph__sink_dialogue_command(&s->dialogue, line, len, answers);
    if (problem) {
        s->reads = PH__SINK_READS_COMMANDS;
        ph__sink_reply_say(s, problem);
        return;
    }
    if (answers) {
        ph__sink_auth_answer(s, line, len - 2);
        return;
    }
    struct ph__sink_command command = ph__sink_command_parse(line, len - 2);
    if (len > PH__SINK_COMMAND_MAX && command.verb != PH__SINK_AUTH)
        ph__sink_reply_say(s, "500 5.5.2 line too long");
    else if (s->unwelcome && command.verb != PH__SINK_QUIT)
        ph__sink_reply_say(s, "503 5.5.1 no service: see the greeting");
    else
        obey(s, &command);
}

/* Keeps the beginning of a line, or gives it up when it is too long. */
static void keep_part(struct ph__sink_session *s, const char *data, size_t len)
{
    int rc = s->skipping ? PH_OK : ph__buf_add(&s->line, data, len);
    if (rc == PH_E_LIMIT) {
        s->skipping = true;
        ph__buf_wipe(&s->line);
    } else if (rc) {
        s->next = PH__SINK_DROP;
    }
}

static size_t take_line(struct ph__sink_session *s, const char *data,
                        size_t len)
{
    const char *lf = memchr(data, '\n', len);
    size_t used = lf ? (size_t)(lf - data) + 1 : len;
    s->behind = len - used;
    bool whole = lf && !s->line.len && !s->skipping;
    if (whole && used <= PH__SINK_LINE_MAX) {
        hear(s, data, used);
        return used;
    }
    keep_part(s, data, used);
    if (!lf || s->next != PH__SINK_GO_ON)
        return used;
    if (s->skipping) {
        s->skipping = false;
        s->reads = PH__SINK_READS_COMMANDS;
        ph__sink_reply_say(s, "500 5.5.2 line too long");
        return used;
    }
    hear(s, s->line.data, s->line.len);
    ph__buf_wipe(&s->line);
    return used;
}

static size_t take(struct ph__sink_session *s, const char *data, size_t len)
{
    switch (s->reads) {
    case PH__SINK_READS_COMMANDS:
    case PH__SINK_READS_AUTH:
        return take_line(s, data, len);
    case PH__SINK_READS_CONTENT:
        return ph__sink_data_take(s, data, len);
    case PH__SINK_READS_CHUNK:
        return ph__sink_data_take_chunk(s, data, len);
    }
    return len;
}

/* Something is under way that may still become a message. */
static bool is_busy(const struct ph__sink_session *s)
{
    return follows_script(s) ? s->play.heard : s->mail.open && !s->mail.spoiled;
}

/* Remembers the replies behind `from`. A message's own are the last that its
 * dialogue has. */
static void note_replies(struct ph__sink_session *s, size_t from)
{
    struct ph__sink_dialogue *d = &s->dialogue;
    if (!s->host->concluded)
        return;
    ph__sink_dialogue_replies(d, ph__buf_text(&s->out) + from,
                              s->out.len - from);
    if (!d->delivered)
        return;
    s->host->concluded(s->user, ph__sink_dialogue_text(d));
    ph__sink_dialogue_clear(d);
}

static void obey_all(struct ph__sink_session *s, const char *data, size_t len)
{
    while (len && s->next == PH__SINK_GO_ON) {
        size_t before = s->out.len;
        size_t used = take(s, data, len);
        note_replies(s, before);
        data += used;
        len -= used;
    }
    if (is_busy(s))
        return;
    if (!s->mail.open)
        ph__sink_mail_relax(s);
    if (s->host->mode == PH__SINK_DRAINING)
        ph__sink_session_drain(s);
}

void ph__sink_session_feed(struct ph__sink_session *s, const char *data,
                           size_t len)
{
    size_t before = s->out.len;
    if (follows_script(s))
        ph__sink_play_feed(s, data, len);
    else
        obey_all(s, data, len);
    if (s->out.len > before)
        s->flights++;
}

void ph__sink_session_secured(struct ph__sink_session *s, const char *version,
                              const char *cipher)
{
    ph__sink_hello_forget(s);
    s->tls_version = version;
    s->tls_cipher = cipher;
    ph__sink_dialogue_remark(&s->dialogue, version);
    ph__sink_play_secured(s);
}

void ph__sink_session_drain(struct ph__sink_session *s)
{
    if (s->next != PH__SINK_GO_ON || is_busy(s))
        return;
    if (follows_script(s))
        s->next = PH__SINK_LEAVE; /* it says nothing of its own */
    else
        ph__sink_reply_leave(s, "421 4.3.2 closing down");
}

void ph__sink_session_expire(struct ph__sink_session *s)
{
    if (s->next != PH__SINK_GO_ON)
        return;
    if (follows_script(s))
        ph__sink_play_stop(s, "nothing for too long");
    else
        ph__sink_reply_leave(s, "421 4.4.2 nothing heard for too long");
}

void ph__sink_session_ended(struct ph__sink_session *s)
{
    if (follows_script(s))
        ph__sink_play_stop(s, "the end of the connection");
}
