#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/sendmail_envelope.h"
#include "cli/sendmail_names.h"
#include "cli/wrong.h"
#include "message/header.h"
#include "message/limits.h"

enum { QUALIFIED_MAX = PH__LOCAL_MAX + 1 + PH__DOMAIN_MAX };

/* `rc` is why a list ended. */
static int settle(const struct cli_names *names, int rc, const char *where)
{
    if (!rc)
        return EXIT_DONE;
    if (rc != PH_E_ADDRESS)
        return cli_wrong_memory();
    cli_error("%s: '%.*s' %s: correct it", where, (int)names->box.bad.len,
              names->box.bad.data, names->box.problem);
    return EXIT_BAD_DATA;
}

static int qualify(struct ph__buf *out, struct ph_slice address,
                   const char *domain)
{
    ph__buf_clear(out);
    int rc = ph__buf_add(out, address.data, address.len);
    if (!rc && ph__address_at(address.data, address.len) == address.len)
        rc = ph__buf_format(out, "@%s", domain);
    return rc;
}

/* ---- recipients ---- */

static int add_recipient(struct cli_envelope *e, struct ph_slice address)
{
    struct ph__buf text = PH__BUF(QUALIFIED_MAX);
    int rc = qualify(&text, address, e->domain);
    if (!rc)
        ph_message_envelope_to(e->msg, ph__buf_text(&text));
    ph__buf_done(&text);
    if (rc == PH_E_LIMIT) {
        cli_error("recipient '%.*s' is too long: correct it", (int)address.len,
                  address.data);
        return EXIT_BAD_DATA;
    }
    if (rc || ph_message_check(e->msg) == PH_E_NOMEM)
        return cli_wrong_memory();
    return EXIT_DONE; /* other problems are the message's own words */
}

/* An alias is followed once, so circles end. One that names itself means the
 * mailbox of this name. */
static int add_local(struct cli_envelope *e, struct ph_slice name,
                     const struct cli_alias *from)
{
    struct cli_alias *a = cli_aliases_find(e->aliases, name);
    if (!a || a == from)
        return add_recipient(e, name);
    if (a->taken)
        return EXIT_DONE;
    a->taken = true;
    if (e->first)
        e->last->next = a;
    else
        e->first = a;
    e->last = a;
    return EXIT_DONE;
}

static int add_list(struct cli_envelope *e, const char *where,
                    struct ph_slice list, const struct cli_alias *from)
{
    struct cli_names names;
    int status = EXIT_DONE;
    cli_names_init(&names, list.data, list.len);
    while (!status && cli_names_next(&names)) {
        e->named++;
        status = names.local ? add_local(e, names.address, from)
                             : add_recipient(e, names.address);
    }
    if (!status)
        status = settle(&names, names.box.rc, where);
    cli_names_done(&names);
    return status;
}

static int follow(struct cli_envelope *e, struct cli_alias *a)
{
    struct ph_slice target;
    const char *at = a->targets;
    char where[64];
    int status = EXIT_DONE;
    snprintf(where, sizeof(where), "alias, line %u", a->line);
    while (!status) {
        switch (cli_alias_target(&target, &at)) {
        case CLI_TARGET_END:
            return EXIT_DONE;
        case CLI_TARGET_LIST:
            status = add_list(e, where, target, a);
            break;
        case CLI_TARGET_FINAL:
            status = add_recipient(e, target);
            break;
        case CLI_TARGET_UNFIT:
            cli_error("%s:%u: %.*s gets nothing: give an address: programs, "
                      "files and lists are not for us",
                      e->aliases->path, a->line, (int)target.len, target.data);
            break;
        }
    }
    return status;
}

int cli_envelope_add(struct cli_envelope *e, const char *where,
                     struct ph_slice list)
{
    struct ph__buf line = PH__BUF(PH__HEADER_TEXT_MAX);
    int rc = cli_names_unfold(&line, list);
    int status = rc == PH_E_LIMIT ? EXIT_BAD_DATA : EXIT_DONE;
    if (status)
        cli_error("%s: this list is too long: send several messages", where);
    else if (rc)
        status = cli_wrong_memory();
    struct ph_slice all = {ph__buf_text(&line), line.len};
    if (!status)
        status = add_list(e, where, all, NULL);
    while (!status && e->first) {
        struct cli_alias *a = e->first;
        e->first = a->next;
        status = follow(e, a);
    }
    ph__buf_done(&line);
    return status;
}

/* ---- the sender ---- */

/* It stands in From, too, which shall be ASCII. */
static struct ph_slice sender_shown(const struct cli_names *names)
{
    return names->local ? names->address
                        : ph__mailbox_shown(names->address, &names->box.wire);
}

/* The mailbox just read, and that nothing is behind it. */
static int take_sender(struct ph__buf *address, struct ph__buf *full_name,
                       struct cli_names *names, const char *domain)
{
    struct ph_slice name = {ph__buf_text(&names->box.name),
                            names->box.name.len};
    const char *problem = ph__header_text_problem(name.data, name.len);
    if (problem) {
        cli_error("the sender's name '%s' %s: correct it", name.data, problem);
        return EXIT_BAD_DATA;
    }
    if (qualify(address, sender_shown(names), domain) ||
        ph__buf_add(full_name, name.data, name.len))
        return cli_wrong_memory();
    if (!cli_names_next(names))
        return settle(names, names->box.rc, "the sender");
    cli_error("the sender is more than one address: give one");
    return EXIT_BAD_DATA;
}

int cli_envelope_sender(struct ph__buf *address, struct ph__buf *full_name,
                        const char *text, const char *domain)
{
    struct cli_names names;
    int status = EXIT_BAD_DATA;
    if (!*text || strcmp(text, "<>") == 0)
        return EXIT_DONE;
    cli_names_init(&names, text, strlen(text));
    if (cli_names_next(&names))
        status = take_sender(address, full_name, &names, domain);
    else if (names.box.rc)
        status = settle(&names, names.box.rc, "the sender");
    else
        cli_error("the sender '%s' is no address: correct it", text);
    cli_names_done(&names);
    return status;
}
