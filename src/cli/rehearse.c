#include <poll.h>
#include <stdio.h>

#include "cli/exit.h"
#include "cli/known.h"
#include "cli/options.h"
#include "cli/rehearse.h"
#include "cli/wrong.h"
#include "client/complete.h"
#include "message/internal.h"
#include "message/slices.h"

struct rehearsal {
    const struct cli_letter *letter;
    struct cli_known known;
    bool duplicates;
    unsigned left; /* to be printed */
    uint64_t good, bad, again;
    int status;
};

static void complain(struct rehearsal *r, const struct cli_row *row,
                     const char *what, int code)
{
    cli_letter_complain(r->letter, row, what, code);
    r->status = cli_exit_worse(r->status, cli_letter_status(code));
    r->bad++;
}

static int print_message(struct ph_message *msg, const struct cli_row *row)
{
    const struct ph__slices *content;
    int rc = ph__message_complete(msg);
    if (!rc)
        rc = ph__message_content(&content, msg);
    if (rc)
        return rc;
    printf("# row %llu\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\n\r\n",
           (unsigned long long)row->number, ph__message_wire_sender(msg),
           ph__message_wire_recipient(msg, 0));
    for (size_t i = 0; i < content->count; i++)
        fwrite(content->list[i].data, 1, content->list[i].len, stdout);
    return PH_OK;
}

/* PH_OK, and whether it was there before; what has no mark is no address, and
 * is found out elsewhere. */
static int is_again(struct rehearsal *r, const char *recipient, bool *again,
                    uint64_t *mark)
{
    int rc = r->duplicates ? PH_OK : cli_known_reserve(&r->known);
    *again = false;
    *mark = 0;
    if (!rc && !r->duplicates)
        rc = cli_known_mark(&r->known, recipient, mark);
    *again = !rc && *mark && cli_known_has(&r->known, *mark);
    return rc == PH_E_NOMEM ? rc : PH_OK;
}

static int try_row(struct rehearsal *r, const struct cli_row *row,
                   const char *recipient, struct ph__buf *why)
{
    struct ph_message *msg = NULL;
    uint64_t mark;
    bool again;
    int rc = is_again(r, recipient, &again, &mark);
    if (rc)
        return rc;
    if (again) {
        r->again++;
        return PH_OK;
    }
    rc = cli_letter_make(&msg, r->letter, row, recipient, why);
    if (!rc && r->left) {
        r->left--;
        rc = print_message(msg, row);
    }
    ph_message_free(msg);
    r->good += !rc;
    if (!rc && mark)
        cli_known_add(&r->known, mark);
    return rc;
}

static void take_row(struct rehearsal *r, const struct cli_row *row)
{
    struct ph__buf recipient = PH__BUF(CLI_RECIPIENT_MAX);
    struct ph__buf why = PH__BUF(CLI_LETTER_WHY_MAX);
    int rc = cli_letter_recipient(&recipient, row->address);
    rc = try_row(r, row, rc ? row->address : ph__buf_text(&recipient), &why);
    if (rc)
        complain(r, row, why.len ? why.data : ph_strerror(rc), rc);
    ph__buf_done(&recipient);
    ph__buf_done(&why);
}

/* Nobody else has to be served meanwhile. */
static void wait_for_rows(const struct cli_list *list)
{
    struct pollfd p = {.fd = cli_list_fd(list), .events = POLLIN};
    poll(&p, 1, -1);
}

static void read_all(struct rehearsal *r)
{
    struct cli_list *list = r->letter->list;
    struct cli_row row;
    enum cli_got got;
    while ((got = cli_list_next(list, &row)) == CLI_GOT_LINE ||
           got == CLI_GOT_NOTHING) {
        if (got == CLI_GOT_LINE)
            take_row(r, &row);
        else
            wait_for_rows(list);
    }
    if (got == CLI_GOT_ERROR)
        r->status = cli_exit_worse(r->status, cli_list_status(list));
}

int cli_rehearse(const struct cli_letter *letter, unsigned count,
                 bool duplicates)
{
    struct rehearsal r = {
        .letter = letter, .duplicates = duplicates, .left = count};
    int rc = cli_known_init(&r.known);
    if (rc) {
        cli_wrong_code(rc);
        return EXIT_TRY_LATER;
    }
    read_all(&r);
    cli_known_done(&r.known);
    cli_error("nothing was sent: %llu rows are fine, %llu cannot be used, %llu "
              "repeat an earlier address",
              (unsigned long long)r.good, (unsigned long long)r.bad,
              (unsigned long long)r.again);
    return r.status;
}
