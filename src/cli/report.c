#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "cli/options.h"
#include "cli/report.h"

enum { TEXT_MAX = 128 * 1024 };

struct cli_fate cli_fate_of(const struct ph_result *result, size_t i)
{
    const struct ph_recipient_result *r = &result->recipients[i];
    const char *why = r->code ? ph_strerror(r->code) : "";
    return (struct cli_fate){.message = result->message_id,
                             .recipient = r->address,
                             .outcome = ph_outcome_name(r->outcome),
                             .stage = ph_stage_name(r->stage),
                             .reply = r->reply,
                             .detail = *r->detail ? r->detail : why,
                             .attempts = result->attempts,
                             .server = result->server,
                             .about = r->about,
                             .hint = r->hint};
}

struct cli_fate cli_fate_bad_input(const char *recipient, const char *detail)
{
    return (struct cli_fate){.message = "",
                             .recipient = recipient,
                             .outcome = ph_outcome_name(PH_UNSENT),
                             .stage = ph_stage_name(PH_STAGE_INPUT),
                             .detail = detail,
                             .server = "",
                             .about = PH_CLASS_CALLER};
}

/* ---- for programs ---- */

/* What was typed may be anything, and JSON is UTF-8. */
static json_t *any_text(const char *text)
{
    size_t len = strlen(text);
    struct ph__buf copy = PH__BUF(TEXT_MAX);
    if (ph__text_is_utf8(text, len))
        return json_string(text);
    if (ph__buf_add(&copy, text, len))
        return NULL;
    ph__text_make_printable(copy.data, copy.len, true);
    json_t *string = json_string(copy.data);
    ph__buf_done(&copy);
    return string;
}

static json_t *enhanced_code(const struct ph_reply *reply)
{
    const int *e = reply->enhanced;
    return e[0] ? json_sprintf("%d.%d.%d", e[0], e[1], e[2]) : json_null();
}

static int add_text(const char *data, size_t len, void *buf)
{
    return ph__buf_add(buf, data, len);
}

static json_t *make_object(const struct cli_fate *fate)
{
    bool replied = fate->reply.code;
    bool served = *fate->server;
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:o, s:s, s:i, s:o}", /* */
        "message", any_text(fate->message),              /* */
        "recipient", any_text(fate->recipient),          /* */
        "outcome", fate->outcome,                        /* */
        "code", replied ? json_integer(fate->reply.code) : json_null(),
        "enhanced", enhanced_code(&fate->reply), /* */
        "reply", replied ? any_text(fate->reply.text) : json_null(), "stage",
        fate->stage,                     /* */
        "attempts", (int)fate->attempts, /* */
        "server", served ? any_text(fate->server) : json_null());
}

static json_t *make_batch(const struct cli_identity *batch)
{
    const char *list = *batch->list ? batch->list : NULL;
    return json_pack("{s:s?, s:s}", "list", list, "template", batch->template);
}

int cli_report_json(struct ph__buf *out, const struct cli_fate *fate)
{
    size_t len = out->len;
    json_t *object = make_object(fate);
    int failed = !object;
    if (!failed && fate->row)
        failed = json_object_set_new(object, "row",
                                     json_integer((json_int_t)fate->row));
    if (!failed && fate->batch)
        failed = json_object_set_new(object, "batch", make_batch(fate->batch));
    if (!failed)
        failed = json_dump_callback(object, add_text, out, JSON_COMPACT);
    json_decref(object);
    if (!failed && !ph__buf_add_char(out, '\n'))
        return PH_OK;
    if (out->data)
        out->data[out->len = len] = '\0';
    return PH_E_NOMEM;
}

/* ---- for people ---- */

/* "550 5.1.1 no such user", on one line. */
static int add_reply(struct ph__buf *out, const struct ph_reply *reply)
{
    const int *e = reply->enhanced;
    int rc = ph__buf_format(out, "%d ", reply->code);
    if (!rc && e[0])
        rc = ph__buf_format(out, "%d.%d.%d ", e[0], e[1], e[2]);
    size_t begin = out->len;
    if (!rc)
        rc = ph__buf_add_text(out, reply->text);
    for (size_t i = begin; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
    return rc;
}

int cli_report_text(struct ph__buf *out, const struct cli_fate *fate)
{
    bool accepted = strcmp(fate->outcome, ph_outcome_name(PH_ACCEPTED)) == 0;
    size_t begin = out->len;
    int rc = ph__buf_format(out, "%-9s  %s  ", fate->outcome, fate->recipient);
    if (!rc && !accepted)
        rc = ph__buf_format(out, "%s: ", fate->stage);
    if (!rc)
        rc = fate->reply.code ? add_reply(out, &fate->reply)
                              : ph__buf_add_text(out, fate->detail);
    if (!rc)
        ph__text_make_printable(out->data + begin, out->len - begin, false);
    return rc;
}

static bool is_about_recipient(const struct ph_recipient_result *r)
{
    bool refused_by_server =
        r->outcome == PH_REFUSED && r->stage != PH_STAGE_RESOLVE;
    return r->outcome == PH_ACCEPTED || refused_by_server ||
           r->code == PH_E_CANCELED || r->stage == PH_STAGE_INPUT ||
           (r->code == PH_E_TEMPORARY && r->stage >= PH_STAGE_MAIL);
}

void cli_report_explain(const struct ph_recipient_result *r, const char *server,
                        const struct cli_hints *hints)
{
    struct ph__buf reply = PH__BUF(TEXT_MAX);
    size_t len;
    if (is_about_recipient(r))
        return;
    if (r->reply.code && add_reply(&reply, &r->reply))
        ph__buf_clear(&reply);
    bool tried = r->stage == PH_STAGE_AUTH && hints->mechanism;
    const char *advice = cli_advice(r, hints, &len);
    const char *more = reply.len ? reply.data : r->detail;
    if (reply.len)
        len = reply.len;
    cli_error("%s: %s (%s%s%s%s%.*s): %s", server, ph_strerror(r->code),
              ph_stage_name(r->stage), tried ? " " : "",
              tried ? hints->mechanism : "", len ? ": " : "", (int)len, more,
              advice);
    ph__buf_done(&reply);
}

bool cli_told_anew(struct cli_told *told, const char *server,
                   const struct ph_recipient_result *r)
{
    struct cli_told now = {.code = r->code, .stage = r->stage};
    snprintf(now.server, sizeof(now.server), "%s", server);
    bool anew =
        now.code && (now.code != told->code || now.stage != told->stage ||
                     strcmp(now.server, told->server) != 0);
    *told = now;
    return anew;
}

bool cli_report_is_hopeless(const struct ph_recipient_result *r)
{
    switch (r->stage) {
    case PH_STAGE_RESOLVE:
    case PH_STAGE_CONNECT:
    case PH_STAGE_TLS:
    case PH_STAGE_GREETING:
    case PH_STAGE_HELLO:
    case PH_STAGE_STARTTLS:
    case PH_STAGE_AUTH:
        return r->outcome == PH_UNSENT;
    case PH_STAGE_INPUT:
    case PH_STAGE_MAIL:
    case PH_STAGE_RCPT:
    case PH_STAGE_DATA:
    case PH_STAGE_CONTENT:
    case PH_STAGE_QUIT:
        break;
    }
    return false;
}
