#include <stdlib.h>
#include <string.h>

#include "cli/compose.h"
#include "cli/enclosures.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/images.h"
#include "cli/options.h"
#include "cli/sign.h"
#include "cli/wrong.h"
#include "message/limits.h"

enum { HEADER_NAME_ROOM = 128, FILE_ROOM = 64 * 1024 };

/* The fields that readers go by: two of RFC 2156, and X-Priority, of none. */
struct priority {
    const char *name; /* and Importance */
    const char *number;
    const char *urgency;
};
static const struct priority priorities[] = {{"high", "1", "urgent"},
                                             {"normal", "3", "normal"},
                                             {"low", "5", "non-urgent"}};

static const struct priority *find_priority(const char *name)
{
    for (size_t i = 0; i < sizeof(priorities) / sizeof(*priorities); i++)
        if (strcmp(priorities[i].name, name) == 0)
            return &priorities[i];
    return NULL;
}

/* ---- do the options fit together? ---- */

static bool is_composed(const struct cli_compose *c)
{
    return c->subject || c->text || c->html || c->attachments.count ||
           c->reply_to || c->headers.count || c->unsubscribe.count ||
           c->priority;
}

/* How many options want to read it to its end. */
static size_t count_standard_input(const struct cli_compose *c)
{
    size_t count = (c->text && strcmp(c->text, "@-") == 0) +
                   (c->html && strcmp(c->html, "@-") == 0);
    for (size_t i = 0; i < c->attachments.count; i++)
        count += strcmp(c->attachments.items[i].path, "-") == 0;
    return count;
}

static int check_composed(const struct cli_compose *c)
{
    if (c->take_recipients)
        return cli_usage("-t takes recipients from a ready message", NULL,
                         "add --message FILE");
    if (c->long_lines)
        return cli_usage("--long-lines is for a ready message", NULL,
                         "add --message FILE");
    if (!c->subject && !c->text && !c->html && !c->attachments.count)
        return cli_usage("there is nothing to send", NULL,
                         "give --subject and --text, or --message");
    if (count_standard_input(c) > 1)
        return cli_usage("standard input can be read once", NULL,
                         "give the other as a file");
    if (c->priority && !find_priority(c->priority))
        return cli_usage("--priority", c->priority, "give high, normal or low");
    for (size_t i = 0; i < c->headers.count; i++)
        if (!strchr(c->headers.items[i], ':'))
            return cli_usage("--header has no colon", NULL,
                             "give 'Name: value'");
    return EXIT_DONE;
}

static int check_content(const struct cli_compose *c)
{
    if (!c->file)
        return check_composed(c);
    return is_composed(c)
               ? cli_usage("--message sends a ready message as it is", NULL,
                           "leave out what composes one, such as --subject "
                           "and --text")
               : EXIT_DONE;
}

int cli_compose_check(const struct cli_compose *c)
{
    bool addressed =
        c->to.count || c->cc.count || c->bcc.count || c->envelope_to.count;
    if (!c->from && (!c->file || !c->envelope_from))
        return cli_usage("there is no sender", NULL, "give --from ADDR");
    if (!addressed && !c->take_recipients)
        return cli_usage("there is no recipient", NULL, "give --to ADDR");
    return check_content(c);
}

/* ---- making it ---- */

/* "<ann@x.org>" is how many write an envelope address; '<>' is nobody. */
static int bare(struct ph__buf *out, const char *address)
{
    size_t len = strlen(address);
    bool bracketed = len > 1 && address[0] == '<' && address[len - 1] == '>';
    ph__buf_clear(out);
    return ph__buf_add(out, address + bracketed, len - 2 * bracketed);
}

static int set_envelope(struct ph_message *msg, const struct cli_compose *c)
{
    struct ph__buf address = PH__BUF(PH__MAILBOX_NAME_MAX);
    int rc = PH_OK;
    if (c->envelope_from) {
        rc = bare(&address, c->envelope_from);
        ph_message_envelope_from(msg, ph__buf_text(&address));
    }
    for (size_t i = 0; i < c->envelope_to.count && !rc; i++) {
        rc = bare(&address, c->envelope_to.items[i]);
        ph_message_envelope_to(msg, ph__buf_text(&address));
    }
    ph__buf_done(&address);
    return rc;
}

static void set_mailboxes(struct ph_message *msg, const struct cli_compose *c)
{
    if (c->from)
        ph_message_from(msg, c->from);
    for (size_t i = 0; i < c->to.count; i++)
        ph_message_to(msg, c->to.items[i]);
    for (size_t i = 0; i < c->cc.count; i++)
        ph_message_cc(msg, c->cc.items[i]);
    for (size_t i = 0; i < c->bcc.count; i++)
        ph_message_bcc(msg, c->bcc.items[i]);
    if (c->reply_to)
        ph_message_reply_to(msg, c->reply_to);
    if (c->take_recipients)
        ph_message_take_recipients(msg);
}

static int set_header(struct ph_message *msg, const char *header)
{
    struct ph__buf name = PH__BUF(HEADER_NAME_ROOM);
    size_t len = strcspn(header, ":");
    int rc = ph__buf_add(&name, header, len);
    if (!rc)
        ph_message_header(msg, ph__buf_text(&name),
                          header + len + 1 + strspn(header + len + 1, " \t"));
    ph__buf_done(&name);
    return rc;
}

static void set_priority(struct ph_message *msg, const char *name)
{
    const struct priority *p = find_priority(name);
    ph_message_header(msg, "Importance", p->name);
    ph_message_header(msg, "X-Priority", p->number);
    ph_message_header(msg, "Priority", p->urgency);
}

static int set_fields(struct ph_message *msg, const struct cli_compose *c)
{
    int rc = PH_OK;
    if (c->subject)
        ph_message_subject(msg, c->subject);
    if (c->priority)
        set_priority(msg, c->priority);
    for (size_t i = 0; i < c->unsubscribe.count; i++)
        ph_message_list_unsubscribe(msg, c->unsubscribe.items[i]);
    for (size_t i = 0; i < c->headers.count && !rc; i++)
        rc = set_header(msg, c->headers.items[i]);
    return rc;
}

/* ---- what is read, and what goes with it ---- */

static int set_text(struct ph_message *msg, const struct cli_compose *c)
{
    struct ph__buf text = PH__BUF((size_t)PH__CONTENT_MAX + FILE_ROOM);
    bool alone = !c->html && !c->attachments.count;
    int status = c->text ? cli_file_text(&text, c->text) : EXIT_DONE;
    if (!status && (c->text || alone))
        ph_message_text(msg, ph__buf_text(&text));
    ph__buf_done(&text);
    return status;
}

static int set_html(struct ph_message *msg, const char *value,
                    struct cli_enclosures *list)
{
    struct ph__buf html = PH__BUF((size_t)PH__CONTENT_MAX + FILE_ROOM);
    struct ph__buf shown = PH__BUF(PH__CONTENT_MAX);
    char *base = NULL;
    int status = cli_file_text(&html, value);
    if (!status && cli_images_base(&base, value)) {
        cli_wrong_memory();
        status = EXIT_TRY_LATER;
    }
    if (!status)
        status = cli_images_take(
            &shown, list, (struct ph_slice){ph__buf_text(&html), html.len},
            base);
    if (!status)
        ph_message_html(msg, ph__buf_text(&shown));
    free(base);
    ph__buf_done(&html);
    ph__buf_done(&shown);
    return status;
}

static int set_parts(struct ph_message *msg, const struct cli_compose *c)
{
    struct cli_enclosures list = {.count = 0};
    int status = set_text(msg, c);
    for (size_t i = 0; i < c->attachments.count && !status; i++)
        status = cli_enclosures_add(&list, &c->attachments.items[i]);
    if (!status && c->html)
        status = set_html(msg, c->html, &list);
    for (size_t i = 0; i < list.count && !status; i++) {
        struct ph_attachment a = cli_enclosure_attachment(&list.at[i]);
        ph_message_attach(msg, &a);
        cli_enclosure_forget(&list.at[i]); /* it was copied */
    }
    cli_enclosures_done(&list);
    return status;
}

static int set_ready(struct ph_message *msg, const struct cli_compose *c)
{
    struct ph__buf data = PH__BUF((size_t)PH__CONTENT_MAX + FILE_ROOM);
    int status = cli_file_read(&data, c->file);
    if (!status)
        ph_message_ready(msg, ph__buf_text(&data), data.len, c->long_lines);
    ph__buf_done(&data);
    return status;
}

static int set_signers(struct ph_message *msg, const struct cli_compose *c)
{
    struct cli_signers signers = {.count = 0};
    int status = cli_signers_open(&signers, &c->signers);
    if (!status)
        cli_signers_sign(&signers, msg);
    cli_signers_done(&signers);
    return status;
}

static int set_all(struct ph_message *msg, const struct cli_compose *c)
{
    int status = c->file ? set_ready(msg, c) : set_parts(msg, c);
    if (status)
        return status;
    set_mailboxes(msg, c);
    int rc = set_fields(msg, c);
    if (!rc)
        rc = set_envelope(msg, c);
    if (!rc)
        status = set_signers(msg, c);
    if (status)
        return status;
    if (!rc)
        rc = ph_message_check(msg);
    if (!rc)
        return EXIT_DONE;
    const char *problem = ph_message_problem(msg);
    cli_error("the message cannot be sent: %s: correct it",
              *problem ? problem : ph_strerror(rc));
    if (rc == PH_E_SYSTEM)
        return EXIT_NO_INPUT;
    return rc == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

int cli_compose(struct ph_message **out, const struct cli_compose *c)
{
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return cli_wrong_memory();
    int status = set_all(msg, c);
    if (status)
        ph_message_free(msg);
    else
        *out = msg;
    return status;
}

void cli_compose_done(struct cli_compose *c)
{
    cli_texts_done(&c->to);
    cli_texts_done(&c->cc);
    cli_texts_done(&c->bcc);
    cli_texts_done(&c->envelope_to);
    cli_texts_done(&c->headers);
    cli_texts_done(&c->unsubscribe);
    cli_texts_done(&c->signers);
    cli_attachments_done(&c->attachments);
}

/* ---- who would have got it ---- */

/* What stands between the last < and >, or all of it. */
static int add_as_typed(struct ph__buf *out, const char *text)
{
    const char *begin = strrchr(text, '<');
    const char *end = begin ? strchr(begin, '>') : NULL;
    ph__buf_clear(out);
    return end ? ph__buf_add(out, begin + 1, (size_t)(end - begin - 1))
               : ph__buf_add_text(out, text);
}

struct roll {
    struct ph_message *seen; /* an envelope: drops those met before */
    struct ph__buf typed;
    cli_recipient_cb each;
    void *user;
};

static int call_one(struct roll *roll, const char *text, bool is_header)
{
    struct ph_message *one = ph_message_new();
    if (!one)
        return PH_E_NOMEM;
    int rc = is_header ? PH_OK : bare(&roll->typed, text);
    ph_message_envelope_from(one, "");
    if (is_header)
        ph_message_bcc(one, text);
    else
        ph_message_envelope_to(one, ph__buf_text(&roll->typed));
    size_t count = ph_message_recipient_count(one);
    bool bad = ph_message_check(one) == PH_E_ADDRESS || !count;
    if (!rc && bad) {
        rc = add_as_typed(&roll->typed, text);
        roll->each(roll->user, ph__buf_text(&roll->typed),
                   ph_message_problem(one));
    }
    for (size_t i = 0; i < count && !bad; i++) {
        size_t before = ph_message_recipient_count(roll->seen);
        ph_message_envelope_to(roll->seen, ph_message_recipient(one, i));
        if (ph_message_recipient_count(roll->seen) > before)
            roll->each(roll->user, ph_message_recipient(one, i), "");
    }
    ph_message_free(one);
    return rc;
}

int cli_compose_recipients(const struct cli_compose *c, cli_recipient_cb each,
                           void *user)
{
    const struct cli_texts *lists[] = {&c->to, &c->cc, &c->bcc,
                                       &c->envelope_to};
    struct roll roll = {.seen = ph_message_new(),
                        .typed = PH__BUF(PH__CONTENT_MAX),
                        .each = each,
                        .user = user};
    int rc = roll.seen ? PH_OK : PH_E_NOMEM;
    for (size_t l = 0; l < 4; l++)
        for (size_t i = 0; i < lists[l]->count && !rc; i++)
            rc = call_one(&roll, lists[l]->items[i], l < 3);
    ph_message_free(roll.seen);
    ph__buf_done(&roll.typed);
    return rc;
}
