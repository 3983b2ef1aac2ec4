#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client/parts.h"
#include "tls/binding.h"

enum { SLICES = 64, TRACE_LINE = 512 };

/* ---- trace ---- */

/* What the caller asks for inside is carried out by the pump that follows. */
static void tell(struct ph_client *c, const char *line)
{
    bool pumping = c->pumping;
    c->pumping = true;
    c->settings.trace(c->settings.callback_user, line);
    c->pumping = pumping;
}

/* Where dialogues are interleaved, a line says whose goes on; the first needs
 * none. */
static void say(const struct ph__link_up *link, const char *line)
{
    struct ph_client *c = link->client;
    char head[TRACE_LINE];
    unsigned *speaker = &c->numbers->speaker;
    bool changed = link->number != (*speaker ? *speaker : 1);
    if (link->dialogue)
        ph__dialogue_add(link->dialogue, line);
    if (!c->settings.trace)
        return;
    *speaker = link->number;
    snprintf(head, sizeof(head), "# session %u", link->number);
    if (changed)
        tell(c, head);
    tell(c, line);
}

/* Lines end with '\n' in the machine's trace; the caller gets them without. */
void ph__link_trace(struct ph__link_up *link)
{
    const struct ph_client *c = link->client;
    const char *text;
    bool read = c->settings.trace || link->dialogue;
    if (!read || !ph__session_trace(link->session, &text))
        return;
    char *copy = strdup(text); /* the callback may do anything */
    for (char *line = copy; line && *line;) {
        char *lf = strchr(line, '\n');
        if (lf)
            *lf = '\0';
        say(link, line);
        line = lf ? lf + 1 : NULL;
    }
    free(copy);
}

static void trace_tls(const struct ph__link_up *link)
{
    struct ph__tls *t = ph__conn_tls(link->conn);
    char line[TRACE_LINE];
    snprintf(line, sizeof(line), "# %s, %s, %s", ph__tls_version(t),
             ph__tls_cipher(t),
             ph__tls_verified(t) ? "certificate verified"
                                 : "certificate NOT verified");
    say(link, line);
}

/* ---- events of the connection ---- */

static void opened(void *user)
{
    struct ph__link_up *link = user;
    struct ph_client *c = link->client;
    char literal[64];
    char line[TRACE_LINE];
    snprintf(line, sizeof(line), "# connected to %s",
             ph__conn_peer(link->conn));
    say(link, line);
    ph__tap_opened(link);
    if (ph__engine_goes_in_clear(c->engine))
        say(link, "# TLS has failed: going on in clear");
    ph__conn_local_literal(link->conn, literal, sizeof(literal));
    ph__session_dialled(link->session, uv_now(c->loop), literal);
    ph__client_pump(c);
}

static void received(void *user, const char *data, size_t len)
{
    struct ph__link_up *link = user;
    ph__session_received(link->session, data, len);
    ph__tap_received(link, data, len);
    ph__client_pump(link->client);
}

static void sent(void *user, size_t len)
{
    struct ph__link_up *link = user;
    ph__tap_sent(link, len);
    ph__session_sent(link->session, len);
    ph__client_pump(link->client);
}

/* For SCRAM-...-PLUS; who has no binding does without. */
static void bind_session(struct ph__link_up *link)
{
    struct ph__tls *t = ph__conn_tls(link->conn);
    struct ph__tls_binding b;
    if (!ph__tls_bind(&b, t, PH__TLS_BIND_EXPORTER))
        ph__session_bind(link->session, PH_BINDING_TLS_EXPORTER, b.data, b.len);
    else if (!ph__tls_bind(&b, t, PH__TLS_BIND_UNIQUE))
        ph__session_bind(link->session, PH_BINDING_TLS_UNIQUE, b.data, b.len);
}

static void secured(void *user)
{
    struct ph__link_up *link = user;
    struct ph_client *c = link->client;
    struct ph__tls *t = ph__conn_tls(link->conn);
    (void)ph__text_fit(c->tls_version, sizeof(c->tls_version),
                       ph__tls_version(t));
    (void)ph__text_fit(c->cipher, sizeof(c->cipher), ph__tls_cipher(t));
    (void)ph__text_fit(link->tls, sizeof(link->tls), c->tls_version);
    (void)ph__text_fit(link->cipher, sizeof(link->cipher), c->cipher);
    trace_tls(link);
    ph__tap_secured(link);
    bind_session(link);
    ph__session_secured(link->session);
    ph__client_pump(c);
}

static void expired(void *user)
{
    struct ph__link_up *link = user;
    struct ph_client *c = link->client;
    ph__session_expired(link->session, uv_now(c->loop));
    ph__client_pump(c);
}

static void failed(void *user, enum ph_code code, enum ph_stage stage,
                   const char *detail)
{
    struct ph__link_up *link = user;
    char line[TRACE_LINE];
    snprintf(line, sizeof(line), "# %s", detail);
    say(link, line);
    ph__session_failed(link->session, code, stage, detail);
    ph__client_pump(link->client);
}

static const struct ph__conn_events events = {.opened = opened,
                                              .received = received,
                                              .sent = sent,
                                              .secured = secured,
                                              .expired = expired,
                                              .failed = failed};

/* ---- orders of the engine ---- */

static void give_up(struct ph__session *session)
{
    ph__session_failed(session, PH_E_NOMEM, PH_STAGE_CONNECT, "out of memory");
}

void ph__link_dial(struct ph_client *c, struct ph__session *session)
{
    struct ph__link_up *link = calloc(1, sizeof(*link));
    if (!link || ph__conn_new(&link->conn, c->net, &events, link)) {
        free(link);
        give_up(session);
        return;
    }
    const struct ph__way *way = &c->settings.way;
    struct ph__conn_target target = {.host = c->settings.host,
                                     .port = c->settings.port,
                                     .unix_path = c->settings.unix_path,
                                     .family = way->family,
                                     .bind_address = way->bind_address,
                                     .proxy =
                                         way->proxy.kind ? &way->proxy : NULL};
    ph__tap_init(&link->tap);
    link->client = c;
    link->session = session;
    link->number = ++c->numbers->dialled;
    if (c->settings.dialogue) /* without it is better than none */
        link->dialogue = ph__dialogue_new(c->settings.dialogue);
    c->links++;
    ph__session_set_user(session, link);
    ph__conn_deadline(link->conn, ph__session_deadline(session));
    ph__conn_dial(link->conn, &target);
}

void ph__link_start_tls(struct ph__link_up *link)
{
    const struct ph__settings *s = &link->client->settings;
    struct ph__tls_peer peer = {.name = s->tls_name,
                                .port = s->port,
                                .also = s->also,
                                .also_count = s->also_count,
                                .tlsa = s->tlsa,
                                .tlsa_count = s->tlsa_count};
    ph__conn_start_tls(link->conn, link->client->tls, &peer);
}

/* Writes until all is written, the connection is busy, or it breaks. Returns
 * false when it broke. */
static bool write_out(struct ph__link_up *link)
{
    struct ph_slice slices[SLICES];
    size_t count;
    while (!ph__conn_busy(link->conn) &&
           (count = ph__session_output(link->session, slices, SLICES)) > 0) {
        ptrdiff_t n = ph__conn_write(link->conn, slices, count);
        if (n < 0) {
            ph__session_failed(link->session, (enum ph_code)n, PH_STAGE_CONNECT,
                               ph_strerror((int)n));
            return false;
        }
        if (n <= 0)
            continue;
        ph__tap_sent(link, (size_t)n);
        ph__session_sent(link->session, (size_t)n);
    }
    return true;
}

static void tell_session(struct ph__link_up *link, bool open)
{
    struct ph_notice notice = {
        .type = PH_NOTICE_SESSION, .session = link->number, .open = open};
    link->ready = open;
    ph__client_notify(link->client, &notice);
}

void ph__link_tell(struct ph__link_up *link)
{
    const char *state = ph__session_state(link->session);
    struct ph_notice notice = {
        .type = PH_NOTICE_STATE, .session = link->number, .state = state};
    if (!link->client->settings.notice || state == link->state)
        return;
    link->state = state;
    ph__client_notify(link->client, &notice);
    if (!link->ready && ph__session_greeted(link->session))
        tell_session(link, true);
}

void ph__link_settle(struct ph__link_up *link)
{
    ph__link_trace(link);
    ph__link_tell(link);
    if (!write_out(link))
        return;
    ph__conn_deadline(link->conn, ph__session_deadline(link->session));
    ph__conn_set_idle(link->conn, ph__session_idle(link->session));
}

static void closed(void *user)
{
    struct ph__link_up *link = user;
    struct ph_client *c = link->client;
    ph__dialogue_free(link->dialogue);
    ph__tap_done(&link->tap);
    free(link);
    c->links--;
    ph__client_finish_close(c);
}

void ph__link_close(struct ph__link_up *link)
{
    ph__link_trace(link);
    (void)write_out(link);
    ph__tap_closed(link);
    ph__link_forget_login(link);
    if (link->ready)
        tell_session(link, false);
    ph__session_free(link->session);
    link->session = NULL;
    ph__conn_close(link->conn, closed, link);
}
