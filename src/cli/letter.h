/* cli/letter.h - a row's own message. */
#ifndef CLI_LETTER_H
#define CLI_LETTER_H

#include <posthaste/merge.h>

#include "cli/list.h"
#include "cli/sign.h"

/* What is sent to the rows of a list. Borrowed. */
struct cli_letter {
    const struct ph_template *template;
    struct cli_list *list;
    struct cli_signers signers; /* the owner's to free */
};

enum { CLI_RECIPIENT_MAX = 4096 };
/* Adds "ann@x.org" of "Ann <ann@x.org>"; what is no address as it is. PH_OK,
 * PH_E_NOMEM, PH_E_LIMIT. */
int cli_letter_recipient(struct ph__buf *out, const char *address);

enum { CLI_LETTER_WHY_MAX = 1024 };
/* The message for `row`, which the list has just read, to be freed. Else `why`
 * may have words, and the code says whose fault it is: cli_letter_status(). */
int cli_letter_make(struct ph_message **out, const struct cli_letter *letter,
                    const struct cli_row *row, const char *recipient,
                    struct ph__buf *why);
/* EXIT_BAD_DATA: the row's; EXIT_TRY_LATER: ours. */
int cli_letter_status(int code);
/* "l.csv: row 7: what is wrong: what to do about it" on standard error. */
void cli_letter_complain(const struct cli_letter *letter,
                         const struct cli_row *row, const char *what, int code);

#endif
