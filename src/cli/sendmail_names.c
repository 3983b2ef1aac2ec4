#include <string.h>

#include "cli/sendmail_names.h"
#include "message/limits.h"

void cli_names_init(struct cli_names *n, const char *text, size_t len)
{
    *n = (struct cli_names){0};
    ph__mailbox_init(&n->box, text, len, PH__RECIPIENT);
}

void cli_names_done(struct cli_names *n)
{
    ph__mailbox_done(&n->box);
}

/* What is wrong with a local part, or NULL. */
static const char *local_problem(struct ph_slice name)
{
    char text[PH__LOCAL_MAX + 3];
    if (name.len > PH__LOCAL_MAX)
        return "has more than 64 octets";
    memcpy(text, name.data, name.len);
    memcpy(text + name.len, "@x", 2);
    return ph__address_problem(text, name.len + 2, PH__RECIPIENT);
}

/* The reader wants a domain. Was that all that it missed? */
static bool is_local(struct cli_names *n)
{
    struct ph_slice name = n->box.address;
    if (n->box.rc != PH_E_ADDRESS || !name.len ||
        ph__address_at(name.data, name.len) < name.len)
        return false;
    const char *missed =
        ph__address_problem(name.data, name.len, PH__RECIPIENT);
    if (!missed || strcmp(missed, n->box.problem) != 0)
        return false;
    const char *problem = local_problem(name);
    if (problem)
        n->box.problem = problem;
    return !problem;
}

bool cli_names_next(struct cli_names *n)
{
    n->box.address = (struct ph_slice){0};
    if (ph__mailbox_next(&n->box)) { /* "postmaster" passes as it is */
        n->address = n->box.address;
        n->local =
            ph__address_at(n->address.data, n->address.len) == n->address.len;
        return true;
    }
    if (!is_local(n))
        return false;
    n->box.rc = PH_OK; /* its reader stands behind that mailbox: go on */
    n->address = n->box.address;
    n->local = true;
    return true;
}

int cli_names_unfold(struct ph__buf *out, struct ph_slice list)
{
    int rc = ph__buf_reserve(out, list.len);
    for (size_t i = 0; i < list.len && !rc; i++) {
        char c = list.data[i];
        bool blank = c == '\r' || c == '\n' || c == '\t';
        rc = ph__buf_add_char(out, blank ? ' ' : c);
    }
    return rc;
}

int cli_names_qualify(struct ph__buf *out, struct ph_slice list,
                      const char *domain)
{
    struct ph__buf line = PH__BUF(PH__HEADER_TEXT_MAX);
    struct cli_names names;
    size_t copied = 0;
    int rc = cli_names_unfold(&line, list);
    if (rc) {
        ph__buf_done(&line);
        return rc;
    }
    const char *text = ph__buf_text(&line);
    cli_names_init(&names, text, line.len);
    while (!rc && cli_names_next(&names)) {
        size_t end = (size_t)(names.address.data - text) + names.address.len;
        if (!names.local)
            continue;
        rc = ph__buf_add(out, list.data + copied, end - copied);
        if (!rc)
            rc = ph__buf_format(out, "@%s", domain);
        copied = end;
    }
    if (!rc && names.box.rc == PH_E_NOMEM)
        rc = PH_E_NOMEM;
    if (!rc)
        rc = ph__buf_add(out, list.data + copied, list.len - copied);
    cli_names_done(&names);
    ph__buf_done(&line);
    return rc;
}
