/* Messages composed of any strings: what comes out is a message whose header
 * has the fields that were asked for, and no other; whose subject and text are
 * the ones given; and that names no blind recipient. S22, S23, S28, MG.
 *
 * An input is strings with a NUL behind each; the first octet of a string says
 * which call it is for. A string that its call refuses is left out. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/wire.h"
#include "message/limits.h"
#include "message/parts.h"

enum { TEXT_MAX = 8 * 1024, CALLS_MAX = 200 };

/* What was accepted. */
struct asked {
    size_t to, cc, reply_to, subject, sender;
    size_t others; /* fields by ph_message_header(), Sender among them */
    size_t blind;
    char *last_subject;
    char *last_text;
};

/* "Name: value" */
static void call_header(struct ph_message *msg, const char *text)
{
    struct ph__buf name = PH__BUF(TEXT_MAX + 1);
    size_t len = strcspn(text, ":");
    const char *value = text + len + (text[len] == ':');
    fuzz_add(&name, text, len);
    ph_message_header(msg, ph__buf_text(&name), value + (*value == ' '));
    ph__buf_done(&name);
}

static void call(struct ph_message *msg, const char *string)
{
    const char *text = string + 1;
    switch (*string) {
    case 'f':
        ph_message_from(msg, text);
        break;
    case 't':
        ph_message_to(msg, text);
        break;
    case 'c':
        ph_message_cc(msg, text);
        break;
    case 'b':
        ph_message_bcc(msg, text);
        break;
    case 'r':
        ph_message_reply_to(msg, text);
        break;
    case 's':
        ph_message_subject(msg, text);
        break;
    case 'h':
        call_header(msg, text);
        break;
    case 'x':
        ph_message_text(msg, text);
        break;
    case 'i':
        ph_message_id(msg, text);
        break;
    case 'd':
        ph_message_date(msg, (int64_t)*text * *text * *text * 1000000);
        break;
    case 'e':
        ph_message_envelope_from(msg, text);
        break;
    default:
        ph_message_envelope_to(msg, text);
    }
}

/* A refusal has words, fit to be shown. */
static bool is_refused(const char *string)
{
    struct ph_message *probe = ph_message_new();
    MUST(probe);
    call(probe, string);
    bool refused = probe->code;
    const char *problem = ph_message_problem(probe);
    MUST(!refused || ph_message_check(probe) == probe->code);
    MUST(*problem && fuzz_is_printable(problem, strlen(problem), false));
    struct ph_slice out;
    MUST(ph_message_render(probe, &out) != PH_OK);
    ph_message_free(probe);
    return refused;
}

static void keep(char **slot, const char *text)
{
    free(*slot);
    *slot = fuzz_exact(text, strlen(text) + 1);
}

static void note(struct asked *asked, const char *string)
{
    switch (*string) {
    case 't':
        asked->to = 1;
        break;
    case 'c':
        asked->cc = 1;
        break;
    case 'b':
        asked->blind++;
        break;
    case 'r':
        asked->reply_to = 1;
        break;
    case 's':
        asked->subject = 1;
        keep(&asked->last_subject, string + 1);
        break;
    case 'h':
        asked->others++;
        asked->sender += strcspn(string + 1, ":") == 6 &&
                         ph__text_same_len(string + 1, "sender", 6);
        break;
    case 'x':
        keep(&asked->last_text, string + 1);
        break;
    }
}

/* Whatever was not said, so that there is something to look at. */
static void complete(struct ph_message *msg)
{
    if (!msg->from_count)
        ph_message_from(msg, "z@x.org");
    if (!ph_message_recipient_count(msg))
        ph_message_envelope_to(msg, "z@y.org");
    if (ph__message_needs_date(msg))
        ph_message_date(msg, 1751360703);
    if (ph__message_needs_id(msg))
        ph_message_id(msg, "1@x.org");
}

static void check_fields(const struct wire *wire, const struct asked *asked,
                         size_t authors)
{
    static const char *const once[] = {
        "From",         "Date",         "Message-ID",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};
    enum { ONCE = sizeof(once) / sizeof(once[0]) };
    for (size_t i = 0; i < ONCE; i++)
        MUST(wire_count(wire, once[i]) == 1);
    MUST(wire_count(wire, "To") == asked->to);
    MUST(wire_count(wire, "Cc") == asked->cc);
    MUST(wire_count(wire, "Reply-To") == asked->reply_to);
    MUST(wire_count(wire, "Subject") == asked->subject);
    MUST(!wire_count(wire, "Bcc") && !wire_count(wire, "Resent-Bcc"));
    /* Several authors get a Sender, unless one was given. */
    size_t senders = wire_count(wire, "Sender");
    MUST(asked->sender <= 1 && senders == (asked->sender || authors > 1));
    MUST(wire->count == ONCE + asked->to + asked->cc + asked->reply_to +
                            asked->subject + asked->others + senders -
                            asked->sender);
}

static void check_subject(const struct wire *wire, const struct asked *asked)
{
    struct ph__buf text = PH__BUF(WIRE_TEXT_MAX);
    if (!asked->subject)
        return;
    const struct wire_field *field = wire_find(wire, "Subject");
    /* A blank at its end would be lost on the way. */
    MUST(!*asked->last_subject ||
         field->value.data[field->value.len - 1] != ' ');
    wire_decode_text(&text, field);
    MUST(strcmp(ph__buf_text(&text), asked->last_subject) == 0);
    ph__buf_done(&text);
}

/* The text given, with CRLF line ends, also at its end. */
static void check_text(const struct wire *wire, const struct asked *asked)
{
    struct ph__buf decoded = PH__BUF(WIRE_TEXT_MAX);
    struct ph__buf expected = PH__BUF(WIRE_TEXT_MAX);
    const char *s = asked->last_text ? asked->last_text : "";
    for (; *s; s++)
        if (*s == '\n')
            fuzz_add(&expected, "\r\n", 2);
        else if (*s != '\r')
            fuzz_add(&expected, s, 1);
    wire_decode_body(&decoded, wire);
    if (expected.len && expected.data[expected.len - 1] != '\n')
        fuzz_add(&expected, "\r\n", 2);
    MUST(fuzz_same(&decoded, &expected));
    ph__buf_done(&decoded);
    ph__buf_done(&expected);
}

static void check_message(struct ph_message *msg, const struct asked *asked)
{
    struct ph_slice out;
    struct ph_slice again;
    struct wire *wire = malloc(sizeof(*wire));
    MUST(wire);
    MUST(ph_message_check(msg) == PH_OK);
    MUST(*ph_message_problem(msg) == '\0');
    wire_check_envelope(msg);
    MUST(ph_message_render(msg, &out) == PH_OK);
    MUST(ph_message_render(msg, &again) == PH_OK);
    MUST(again.data == out.data && again.len == out.len);
    wire_check_lines(out, PH__LINE_MAX);
    wire_parse(wire, out);
    MUST(wire->utf8 == ph__message_has_utf8_header(msg));
    MUST(wire->utf8 == ph__message_eight_bit(msg)); /* the text is 7-bit */
    MUST(!ph__message_binary(msg));
    wire_check_utf8(wire);
    check_fields(wire, asked, msg->from_count);
    check_subject(wire, asked);
    check_text(wire, asked);
    free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    struct asked asked = {0};
    struct ph_message *msg = ph_message_new();
    MUST(msg);
    for (size_t calls = 0; in.left && calls < CALLS_MAX; calls++) {
        char *string = fuzz_string(&in);
        if (*string && !is_refused(string)) {
            call(msg, string);
            /* What passed alone may still come twice, or be too much. */
            if (!msg->code)
                note(&asked, string);
        }
        free(string);
    }
    bool failed = msg->code;
    complete(msg);
    if (!failed)
        check_message(msg, &asked);
    ph_message_free(msg);
    free(asked.last_subject);
    free(asked.last_text);
    return 0;
}
