/* What a batch sends, as the command line says it. */
#include <string.h>

#include "cli/template.h"

enum template_option {
    TEMPLATE = CLI_TEMPLATE_FIRST,
    FROM,
    ENVELOPE_FROM,
    SUBJECT,
    TEXT,
    HTML,
    HEADER,
    ATTACH,
    INLINE,
    UNSUBSCRIBE,
    SIGN_DKIM
};

const struct cli_option cli_template_options[] = {
    CLI_HEADING("What (everywhere, {{field}} stands for the row's value, "
                "{{field|words}} for the\nwords if it is empty; "
                "{{#field}}...{{/field}} stays if it is not empty,\n"
                "{{^field}}...{{/field}} if it is):"),
    {TEMPLATE, 0, "template", "FILE", "headers, an empty line, a body (UTF-8)"},
    {FROM, 0, "from", "ADDR",
     "header and envelope sender; 'Name <addr>' is fine"},
    {SUBJECT, 0, "subject", "TEXT", "the Subject"},
    {TEXT, 0, "text", "TEXT|@FILE", "the body, or a file that holds it"},
    {HEADER, 0, "header", "'Name: value'",
     "one more header; repeatable. These four replace what\n"
     "the template says, or stand alone"},
    {HTML, 0, "html", "TEXT|@FILE",
     "the same in HTML, beside the text; images it shows\n"
     "from files (<img src=\"logo.png\">) are taken along"},
    {ATTACH, 0, "attach", "FILE[;type=TYPE][;name=NAME]",
     "a file that goes with it; repeatable. FILE and NAME may\n"
     "have fields. A value gets nobody out of the directory\n"
     "that FILE names: it has no / and no . in front. But\n"
     "'{{file}}' alone lets the list name any file, or none"},
    {INLINE, 0, "inline", "FILE[;cid=ID]",
     "likewise, one that the HTML shows: <img src=\"cid:ID\">"},
    {UNSUBSCRIBE, 0, "list-unsubscribe", "URI",
     "List-Unsubscribe: an https: or mailto: URI; values are\n"
     "percent-encoded. Repeatable; one of https can be left\n"
     "with one click, if DKIM signs the message"},
    {SIGN_DKIM, 0, "sign-dkim", "DOMAIN:SELECTOR:KEYFILE",
     "sign with this private key (PEM; RSA or Ed25519);\n"
     "repeatable"},
    {ENVELOPE_FROM, 0, "envelope-from", "ADDR",
     "the envelope sender only, '' for the null sender. In\n"
     "'news+{{to}}@x.org' each @ of the value becomes =, so\n"
     "that a bounce says to whom it is about (VERP)"},
    {0, 0, NULL, NULL, NULL}};

void cli_template_done(struct cli_template *t)
{
    cli_texts_done(&t->headers);
    cli_texts_done(&t->unsubscribe);
    cli_attachments_done(&t->attachments);
    cli_texts_done(&t->signers);
}

int cli_template_option(struct cli_template *t, int id, const char *value)
{
    switch ((enum template_option)id) {
    case TEMPLATE:
        t->path = value;
        break;
    case FROM:
        t->from = value;
        break;
    case ENVELOPE_FROM:
        t->envelope_from = value;
        break;
    case SUBJECT:
        t->subject = value;
        break;
    case TEXT:
        t->text = value;
        break;
    case HTML:
        t->html = value;
        break;
    case HEADER:
        return cli_texts_add(&t->headers, value);
    case ATTACH:
        return cli_attachments_add(&t->attachments, CLI_ATTACHED, value);
    case INLINE:
        return cli_attachments_add(&t->attachments, CLI_INLINE, value);
    case SIGN_DKIM:
        return cli_texts_add(&t->signers, value);
    case UNSUBSCRIBE:
        return cli_texts_add(&t->unsubscribe, value);
    }
    return EXIT_DONE;
}

size_t cli_template_reads_stdin(const struct cli_template *t)
{
    size_t count = (t->path && strcmp(t->path, "-") == 0) +
                   (t->text && strcmp(t->text, "@-") == 0) +
                   (t->html && strcmp(t->html, "@-") == 0);
    for (size_t i = 0; i < t->attachments.count; i++)
        count += strcmp(t->attachments.items[i].path, "-") == 0;
    return count;
}

int cli_template_check(const struct cli_template *t)
{
    if (!t->path && !t->from && !t->sender)
        return cli_usage("there is no sender", NULL,
                         "give --from ADDR or --template");
    if (!t->path && !t->subject && !t->text && !t->html &&
        !t->attachments.count)
        return cli_usage("there is nothing to send", NULL,
                         "give --template, or --subject and --text");
    if (cli_template_reads_stdin(t) > 1)
        return cli_usage("standard input can be read once", NULL,
                         "give the other as a file");
    for (size_t i = 0; i < t->headers.count; i++)
        if (!strchr(t->headers.items[i], ':'))
            return cli_usage("--header has no colon", NULL,
                             "give 'Name: value'");
    return EXIT_DONE;
}
