#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "cli/exit.h"
#include "cli/probe_run.h"
#include "cli/wrong.h"
#include "net/conn.h"

enum { SLICES = 16 };

struct run {
    struct cli_probe *p;
    struct cli_server *s;
    uv_loop_t *loop;
    struct ph__net *net;
    struct ph__conn *conn;
    struct ph__tls_context *tls;
    struct ph_machine *machine; /* once there is a connection */
    uint64_t since;             /* uv_hrtime() of what is waited for */
    unsigned epoch;
    uint64_t deadline; /* in uv_now() time */
    bool hello;        /* the latest command was EHLO, LHLO or HELO */
    bool asked;        /* the NOOP is out */
    bool over;
};

void cli_probe_init(struct cli_probe *p)
{
    *p = (struct cli_probe){.greeting = PH__BUF(CLI_PROBE_TEXT),
                            .clear = PH__BUF(CLI_PROBE_TEXT),
                            .secure = PH__BUF(CLI_PROBE_TEXT),
                            .error_reply = PH__BUF(CLI_PROBE_TEXT),
                            .ms = {-1, -1, -1, -1},
                            .reason = ""};
}

void cli_probe_done(struct cli_probe *p)
{
    ph__buf_done(&p->greeting);
    ph__buf_done(&p->clear);
    ph__buf_done(&p->secure);
    ph__buf_done(&p->error_reply);
    cli_probe_init(p);
}

/* ---- what is heard ---- */

static double lap(struct run *r)
{
    uint64_t now = uv_hrtime();
    double ms = (double)(now - r->since) / 1e6;
    r->since = now;
    return ms;
}

static int add_line(struct ph__buf *out, const char *line)
{
    int rc = out->len ? ph__buf_add_char(out, '\n') : PH_OK;
    return rc ? rc : ph__buf_add_text(out, line);
}

static bool is_hello(const char *command)
{
    return strncmp(command, "EHLO ", 5) == 0 ||
           strncmp(command, "LHLO ", 5) == 0 ||
           strncmp(command, "HELO ", 5) == 0;
}

int cli_probe_hear(struct cli_probe *p, const char *line, bool *hello)
{
    if (strncmp(line, "C: ", 3) == 0) {
        p->greeted = true;
        *hello = is_hello(line + 3);
        return PH_OK;
    }
    if (strncmp(line, "S: ", 3) != 0)
        return PH_OK;
    const char *said = line + 3;
    if (!p->greeted)
        return add_line(&p->greeting, said);
    if (!*hello || strncmp(said, "250", 3) != 0 || !said[3])
        return PH_OK;
    return add_line(p->tls ? &p->secure : &p->clear, said + 4);
}

static void fail(struct run *r, enum ph_code code, enum ph_stage stage,
                 const struct ph_reply *reply, const char *detail)
{
    struct cli_probe *p = r->p;
    if (p->error.code)
        return;
    snprintf(p->error_detail, sizeof(p->error_detail), "%s", detail);
    p->error = (struct ph_recipient_result){.outcome = PH_UNSENT,
                                            .stage = stage,
                                            .code = code,
                                            .detail = p->error_detail,
                                            .reply.text = ""};
    if (!reply || ph__buf_add_text(&p->error_reply, reply->text))
        return;
    p->error.reply = *reply;
    p->error.reply.text = ph__buf_text(&p->error_reply);
}

static void hear(struct run *r)
{
    const char *text;
    if (!ph_machine_trace(r->machine, &text))
        return;
    char *copy = strdup(text);
    int rc = copy ? PH_OK : PH_E_NOMEM;
    for (char *line = copy; line && *line && !rc;) {
        char *lf = strchr(line, '\n');
        if (lf)
            *lf = '\0';
        rc = cli_probe_hear(r->p, line, &r->hello);
        if (r->s->shows_trace)
            cli_server_trace(r->s, line);
        line = lf ? lf + 1 : NULL;
    }
    free(copy);
    if (rc)
        fail(r, rc, PH_STAGE_HELLO, NULL, "its reply does not fit");
    if (r->p->greeted && r->p->ms.greeting < 0)
        r->p->ms.greeting = lap(r);
}

/* ---- what is done ---- */

static void on_closed(void *user)
{
    struct run *r = user;
    r->conn = NULL;
}

/* Nothing of a probe is secret. */
static void tell_tap(struct run *r, enum ph_tap_type type,
                     const struct ph_slice *slices, size_t count)
{
    struct sockaddr_storage local;
    struct sockaddr_storage peer;
    const struct ph_client_options *c = &r->s->client;
    bool known = type == PH_TAP_OPENED && ph__conn_ends(r->conn, &local, &peer);
    struct ph_tap tap = {.type = type,
                         .session = 1,
                         .at_ns = uv_hrtime(),
                         .slices = slices,
                         .count = count,
                         .local = known ? (struct sockaddr *)&local : NULL,
                         .peer = known ? (struct sockaddr *)&peer : NULL};
    if (c->tap)
        c->tap(c->user, &tap);
}

static void tell_sent(struct run *r, size_t len)
{
    struct ph_slice slices[SLICES];
    size_t count = ph_machine_output(r->machine, slices, SLICES);
    for (size_t i = 0; i < count && len; i++) {
        slices[i].len = slices[i].len < len ? slices[i].len : len;
        len -= slices[i].len;
        tell_tap(r, PH_TAP_SENT, &slices[i], 1);
    }
}

static void hang_up(struct run *r)
{
    if (r->over)
        return;
    r->over = true;
    if (r->machine)
        tell_tap(r, PH_TAP_CLOSED, NULL, 0);
    ph__conn_close(r->conn, on_closed, r);
}

static void ask(struct run *r)
{
    if (r->asked || ph_machine_query(r->machine, PH_QUERY_NOOP, NULL)) {
        (void)ph_machine_tell(r->machine, PH_SIGNAL_QUIT, NULL);
        return;
    }
    r->asked = true;
    r->since = uv_hrtime();
}

static void start_tls(struct run *r)
{
    const struct ph_client_options *c = &r->s->client;
    const char *name = c->tls_name ? c->tls_name : c->host;
    struct ph__tls_peer peer = {.name = name ? name : "localhost",
                                .port = c->port};
    r->since = uv_hrtime();
    ph__conn_start_tls(r->conn, r->tls, &peer);
}

static void handle(struct run *r, const struct ph_event *ev)
{
    const struct ph_error *e = ev->error;
    switch (ev->type) {
    case PH_EVENT_START_TLS:
        start_tls(r);
        return;
    case PH_EVENT_READY:
        ask(r);
        return;
    case PH_EVENT_REPLY:
        r->p->ms.round_trip = lap(r);
        return;
    case PH_EVENT_CLOSED:
        if (e)
            fail(r, e->code, e->stage, e->reply.code ? &e->reply : NULL,
                 e->detail);
        hear(r);
        hang_up(r);
        return;
    case PH_EVENT_NEED_LOGIN: /* there are no credentials */
    case PH_EVENT_NEED_BODY:  /* and no messages */
    case PH_EVENT_COMMIT:
    case PH_EVENT_RECIPIENT:
    case PH_EVENT_DONE:
        return;
    }
}

static void write_out(struct run *r)
{
    struct ph_slice slices[SLICES];
    size_t count;
    while (!r->over && !ph__conn_busy(r->conn) &&
           (count = ph_machine_output(r->machine, slices, SLICES)) > 0) {
        ptrdiff_t n = ph__conn_write(r->conn, slices, count);
        if (n < 0) {
            fail(r, (enum ph_code)n, PH_STAGE_CONNECT, NULL, "");
            hang_up(r);
            return;
        }
        tell_sent(r, (size_t)n);
        ph_machine_sent(r->machine, (size_t)n);
    }
}

static void set_deadline(struct run *r)
{
    unsigned secs = r->s->timeout_secs ? r->s->timeout_secs : CLI_PROBE_SECS;
    r->deadline = uv_now(r->loop) + (uint64_t)secs * 1000;
    ph__conn_deadline(r->conn, r->deadline);
}

/* Whenever the machine waits for something new. */
static void renew_deadline(struct run *r)
{
    unsigned epoch;
    (void)ph_machine_timeout(r->machine, &epoch);
    if (r->over || epoch == r->epoch)
        return;
    r->epoch = epoch;
    set_deadline(r);
}

static void pull(struct run *r)
{
    struct ph_event ev;
    while (!r->over && ph_machine_next(r->machine, &ev)) {
        hear(r);
        handle(r, &ev);
    }
    hear(r);
}

static void pump(struct run *r)
{
    pull(r);
    write_out(r);
    renew_deadline(r);
}

/* ---- what the connection says ---- */

static void remark(const struct run *r, const char *what, const char *more)
{
    char line[CLI_PROBE_PEER + 64];
    snprintf(line, sizeof(line), "# %s %s", what, more);
    if (r->s->shows_trace)
        cli_server_trace(r->s, line);
}

/* The host's name if it has a dot, else our end, as the client does. */
static void name_us(struct run *r, char *out, size_t size)
{
    size_t len = size;
    if (!uv_os_gethostname(out, &len) && strchr(out, '.'))
        return;
    ph__conn_local_literal(r->conn, out, size);
}

static void opened(void *user)
{
    struct run *r = user;
    char us[UV_MAXHOSTNAMESIZE];
    struct ph_session_options options = r->s->session;
    r->p->ms.connect = lap(r);
    snprintf(r->p->peer, sizeof(r->p->peer), "%s", ph__conn_peer(r->conn));
    remark(r, "connected to", r->p->peer);
    tell_tap(r, PH_TAP_OPENED, NULL, 0);
    name_us(r, us, sizeof(us));
    if (!options.hello)
        options.hello = us;
    options.auth = NULL;
    options.ask_login = false;
    options.trace = 1;
    if (options.tls == PH_TLS_REQUIRED) /* what there is, is to be told */
        options.tls = PH_TLS_OPPORTUNISTIC;
    int rc = ph_machine_new(&r->machine, &options);
    if (!rc) {
        pump(r);
        return;
    }
    fail(r, rc, PH_STAGE_HELLO, NULL, "");
    hang_up(r);
}

static void received(void *user, const char *data, size_t len)
{
    struct run *r = user;
    size_t taken = 0;
    tell_tap(r, PH_TAP_RECEIVED, &(struct ph_slice){data, len}, 1);
    while (!r->over && taken < len) {
        taken += ph_machine_feed(r->machine, data + taken, len - taken);
        pull(r);
    }
    pump(r);
}

static void sent(void *user, size_t len)
{
    struct run *r = user;
    tell_sent(r, len);
    ph_machine_sent(r->machine, len);
    pump(r);
}

static void secured(void *user)
{
    struct run *r = user;
    struct cli_probe *p = r->p;
    struct ph__tls *t = ph__conn_tls(r->conn);
    p->ms.handshake = lap(r);
    tell_tap(r, PH_TAP_SECURED, NULL, 0);
    p->tls = true;
    p->verified = ph__tls_verified(t);
    p->reason = ph__tls_reason_name(ph__tls_reason(t));
    snprintf(p->version, sizeof(p->version), "%s", ph__tls_version(t));
    snprintf(p->cipher, sizeof(p->cipher), "%s", ph__tls_cipher(t));
    snprintf(p->problem, sizeof(p->problem), "%s", ph__tls_problem(t));
    while (p->cert_count < CLI_PROBE_CERTS &&
           !ph__tls_cert(&p->certs[p->cert_count], t, p->cert_count))
        p->cert_count++;
    remark(r, p->version, p->cipher);
    (void)ph_machine_tell(r->machine, PH_SIGNAL_TLS_UP, NULL);
    pump(r);
}

/* Whatever became of the connection: the machine knows where it was. */
static void end(struct run *r, enum ph_signal signal, enum ph_code code,
                enum ph_stage stage, const char *detail)
{
    bool told =
        r->machine && (!ph_machine_tell(r->machine, signal, detail) ||
                       !ph_machine_tell(r->machine, PH_SIGNAL_LOST, detail));
    if (told)
        pull(r);
    if (!r->over && !told)
        fail(r, code, stage, NULL, detail);
    hang_up(r);
}

static void expired(void *user)
{
    struct run *r = user;
    if (uv_now(r->loop) < r->deadline)
        ph__conn_deadline(r->conn, r->deadline); /* it was moved meanwhile */
    else
        end(r, PH_SIGNAL_TIMEOUT, PH_E_TIMEOUT, PH_STAGE_CONNECT,
            "no answer in time");
}

static void failed(void *user, enum ph_code code, enum ph_stage stage,
                   const char *detail)
{
    end(user, stage == PH_STAGE_TLS ? PH_SIGNAL_TLS_FAILED : PH_SIGNAL_LOST,
        code, stage, detail);
}

static const struct ph__conn_events events = {.opened = opened,
                                              .received = received,
                                              .sent = sent,
                                              .secured = secured,
                                              .expired = expired,
                                              .failed = failed};

/* ---- the beginning ---- */

static int make_context(struct run *r)
{
    const struct ph_client_options *c = &r->s->client;
    struct ph__buf why = PH__BUF(CLI_PROBE_DETAIL);
    struct ph__tls_options tls = {
        .ca_file = c->tls_ca_file,
        .insecure = true, /* so that the chain can be shown */
        .min = c->tls_1_3 ? PH__TLS_1_3 : PH__TLS_1_2,
        .cert_file = c->tls_cert_file,
        .key_file = c->tls_key_file,
        .pins = c->tls_pins,
        .pin_count = r->s->pins.count ? r->s->pins.count - 1 : 0,
        .key_log = c->tls_key_log,
        .key_log_user = c->user};
    int rc = ph__tls_context_new(&r->tls, &tls, &why);
    if (rc)
        cli_error("%s", why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
    return !rc                  ? EXIT_DONE
           : rc == PH_E_NOMEM   ? EXIT_TRY_LATER
           : rc == PH_E_INVALID ? EXIT_USAGE_ERROR
                                : EXIT_NO_INPUT;
}

static void dial(struct run *r)
{
    static const enum ph__family families[] = {
        [PH_FAMILY_ANY] = PH__FAMILY_ANY,
        [PH_FAMILY_IPV4] = PH__FAMILY_IPV4,
        [PH_FAMILY_IPV6] = PH__FAMILY_IPV6};
    const struct ph_client_options *c = &r->s->client;
    const struct ph_network *n = c->network;
    struct ph__proxy proxy = {
        .kind = n->proxy == PH_PROXY_HTTP ? PH__PROXY_HTTP : PH__PROXY_SOCKS5,
        .host = n->proxy_host,
        .port = n->proxy_port,
        .user = n->proxy_user,
        .password = n->proxy_password};
    struct ph__conn_target target = {.host = c->host,
                                     .port = c->port,
                                     .unix_path = c->unix_path,
                                     .family = families[n->family],
                                     .bind_address = n->bind_address,
                                     .proxy = n->proxy ? &proxy : NULL};
    r->since = uv_hrtime();
    set_deadline(r);
    ph__conn_dial(r->conn, &target);
}

int cli_probe_run(struct cli_probe *p, struct cli_server *s, uv_loop_t *loop)
{
    struct run r = {.p = p, .s = s, .loop = loop};
    int status = make_context(&r);
    if (status)
        return status;
    int rc = ph__net_new(&r.net, loop);
    if (!rc)
        rc = ph__conn_new(&r.conn, r.net, &events, &r);
    if (!rc) {
        dial(&r);
        uv_run(loop, UV_RUN_DEFAULT);
    }
    ph_machine_free(r.machine);
    ph__net_free(r.net);
    uv_run(loop, UV_RUN_DEFAULT);
    ph__tls_context_free(r.tls);
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}
