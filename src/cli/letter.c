#include <string.h>

#include "cli/letter.h"
#include "cli/options.h"

int cli_letter_recipient(struct ph__buf *out, const char *address)
{
    if (!strpbrk(address, "<(\","))
        return ph__buf_add_text(out, address);
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return PH_E_NOMEM;
    ph_message_bcc(msg, address);
    bool one = ph_message_recipient_count(msg) == 1;
    int rc =
        ph__buf_add_text(out, one ? ph_message_recipient(msg, 0) : address);
    ph_message_free(msg);
    return rc;
}

/* Why the message cannot be sent; "" if it can. */
static const char *problem_of(const struct ph_message *msg)
{
    bool many = !ph_message_check(msg) && ph_message_recipient_count(msg) != 1;
    return many ? "more than one address in a row" : ph_message_problem(msg);
}

static int fill(struct ph_message *msg, const struct cli_letter *letter,
                const char *address, const char *recipient, struct ph__buf *why)
{
    const struct ph_template *t = letter->template;
    ph_template_fill(t, cli_list_field, letter->list, msg);
    cli_signers_sign(&letter->signers, msg);
    if (ph_template_has_header(t, "To"))
        ph_message_envelope_to(msg, recipient);
    else
        ph_message_to(msg, address);
    int rc = ph_message_check(msg);
    const char *problem = problem_of(msg);
    if (*problem && ph__buf_add_text(why, problem))
        return PH_E_NOMEM;
    return rc || !*problem ? rc : PH_E_ADDRESS;
}

int cli_letter_make(struct ph_message **out, const struct cli_letter *letter,
                    const struct cli_row *row, const char *recipient,
                    struct ph__buf *why)
{
    if (row->problem)
        return ph__buf_add_text(why, row->problem) ? PH_E_NOMEM : PH_E_CONTENT;
    struct ph_message *msg = ph_message_new();
    int rc = msg ? fill(msg, letter, row->address, recipient, why) : PH_E_NOMEM;
    if (rc)
        ph_message_free(msg);
    else
        *out = msg;
    return rc;
}

/* A file that cannot be read is one that the row names. */
int cli_letter_status(int code)
{
    return code == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

void cli_letter_complain(const struct cli_letter *letter,
                         const struct cli_row *row, const char *what, int code)
{
    bool bad = cli_letter_status(code) == EXIT_BAD_DATA;
    cli_error("%s: row %llu: %s: %s", cli_list_name(letter->list),
              (unsigned long long)row->number, what,
              bad ? "correct it; the others are sent" : "try again later");
}
