#include <stdlib.h>
#include <string.h>

#include "message/idn.h"
#include "message/parts.h"
#include "message/signer.h"

/* ---- one ---- */

static void refuse(struct ph_dkim *d, int code, struct ph_slice bad,
                   const char *problem)
{
    if (d->code)
        return;
    d->code = code;
    ph__problem_write(&d->problem, "dkim", bad, problem);
}

static void settle(struct ph_dkim *d, int rc)
{
    if (rc)
        refuse(d, rc, (struct ph_slice){0}, ph_strerror(rc));
}

/* As it is looked up in the DNS. */
static void take_domain(struct ph_dkim *d, struct ph__buf *out,
                        const char *domain)
{
    int rc = ph__idn_domain(out, domain);
    if (rc == PH_E_ADDRESS)
        refuse(d, PH_E_INVALID, (struct ph_slice){domain, strlen(domain)},
               "is not a domain");
    else
        settle(d, rc);
}

static void take_key(struct ph_dkim *d, const struct ph_dkim_options *o)
{
    struct ph__buf why = PH__BUF(PH__PROBLEM_MAX);
    struct ph__buf words = PH__BUF(PH__PROBLEM_MAX);
    int rc = ph__dkim_key_new(&d->key, o->key, o->key_len, &why);
    if (rc == PH_E_INVALID &&
        !ph__buf_format(&words, "cannot use the key: %s", ph__buf_text(&why)))
        refuse(d, rc, (struct ph_slice){0}, words.data);
    else
        settle(d, rc);
    ph__buf_done(&why);
    ph__buf_done(&words);
}

static enum ph__dkim_form form(bool simple)
{
    return simple ? PH__DKIM_SIMPLE : PH__DKIM_RELAXED;
}

static void check(struct ph_dkim *d)
{
    struct ph__buf words = PH__BUF(PH__PROBLEM_MAX);
    const char *problem = ph__dkim_signer_problem(&d->signer);
    if (problem && !ph__buf_format(&words, "cannot sign %s", problem))
        refuse(d, PH_E_INVALID, (struct ph_slice){0}, words.data);
    else if (problem)
        settle(d, PH_E_NOMEM);
    ph__buf_done(&words);
}

static void take(struct ph_dkim *d, const struct ph_dkim_options *o)
{
    take_domain(d, &d->domain, o->domain);
    settle(d, ph__buf_add_text(&d->selector, o->selector));
    if (o->identity)
        take_domain(d, &d->identity, o->identity);
    if (!d->code)
        take_key(d, o);
    d->signer = (struct ph__dkim_signer){
        .domain = ph__buf_text(&d->domain),
        .selector = ph__buf_text(&d->selector),
        .identity = o->identity ? ph__buf_text(&d->identity) : NULL,
        .key = d->key,
        .header = form(o->simple_header),
        .body = form(o->simple_body),
        .expire_secs = o->expire_secs};
    if (!d->code)
        check(d);
}

struct ph_dkim *ph_dkim_new(const struct ph_dkim_options *o)
{
    struct ph_dkim *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->owners = 1;
    ph__buf_init(&d->problem, PH__PROBLEM_MAX);
    ph__buf_init(&d->domain, PH__DKIM_NAME_MAX);
    ph__buf_init(&d->selector, PH__DKIM_NAME_MAX);
    ph__buf_init(&d->identity, PH__DKIM_NAME_MAX);
    if (!o || o->size != sizeof(*o) || !o->domain || !o->selector || !o->key)
        refuse(d, PH_E_INVALID, (struct ph_slice){0},
               "takes a domain, a selector and a key");
    else
        take(d, o);
    return d;
}

void ph_dkim_free(struct ph_dkim *d)
{
    if (!d || --d->owners)
        return;
    ph__dkim_key_free(d->key);
    ph__buf_done(&d->problem);
    ph__buf_done(&d->domain);
    ph__buf_done(&d->selector);
    ph__buf_done(&d->identity);
    free(d);
}

int ph_dkim_check(const struct ph_dkim *d)
{
    return d ? d->code : PH_E_NOMEM;
}

const char *ph_dkim_problem(const struct ph_dkim *d)
{
    int rc = ph_dkim_check(d);
    if (!rc)
        return "";
    return d && d->problem.len ? d->problem.data : ph_strerror(rc);
}

/* ---- those of a message ---- */

void ph__signers_done(struct ph__signers *list)
{
    while (list->count)
        ph_dkim_free(list->at[--list->count]);
}

int ph__signers_add(struct ph__signers *list, struct ph_dkim *d)
{
    if (list->count == PH__SIGNERS_MAX)
        return PH_E_LIMIT;
    d->owners++;
    list->at[list->count++] = d;
    return PH_OK;
}

static int digest(struct ph__dkim_hash *out, const struct ph__to_sign *what,
                  enum ph__dkim_form form)
{
    struct ph__dkim_body *body;
    size_t skip = what->skip;
    int rc = ph__dkim_body_new(&body, form);
    if (rc)
        return rc;
    for (size_t i = 0; !rc && i < what->body_count; i++, skip = 0)
        rc = ph__dkim_body_update(body, what->body[i].data + skip,
                                  what->body[i].len - skip);
    if (!rc)
        rc = ph__dkim_body_end(out, body);
    ph__dkim_body_free(body);
    return rc;
}

static int write_one(struct ph__buf *out, const struct ph_dkim *d,
                     const struct ph__to_sign *what)
{
    struct ph__digests *digests = what->digests;
    enum ph__dkim_form form = d->signer.body;
    int rc =
        digests->made[form] ? PH_OK : digest(&digests->of[form], what, form);
    digests->made[form] = !rc;
    return rc ? rc
              : ph__dkim_sign(out, &d->signer, what->header, what->header_count,
                              &digests->of[form], what->now);
}

int ph__signers_write(struct ph__buf *out, const struct ph__signers *list,
                      const struct ph__to_sign *what)
{
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < list->count; i++)
        rc = write_one(out, list->at[i], what);
    return rc;
}
