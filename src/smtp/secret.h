/* smtp/secret.h - what is not shown though a server says it: there are some
 * that repeat, in a refusal, what they were sent with AUTH, and text of theirs
 * goes into traces, errors, results and logs.
 *
 * A secret is known by its first octets, and those alone are kept, for the
 * whole session: a refusal of MAIL may still quote AUTH. From where one begins
 * nothing of a reply is shown any more, so it does not matter where lines cut
 * it, or whether its end is there. */
#ifndef SMTP_SECRET_H
#define SMTP_SECRET_H

#include "base/buf.h"
#include "smtp/limits.h"

struct ph__secret {
    char head[PH__SECRET_HEAD];
    size_t len;
};

struct ph__secrets {
    struct ph__secret all[PH__SECRETS_MAX];
    size_t count;
};

/* Where a reader of one reply is, line by line. Begins as zero. */
struct ph__secret_trail {
    char tail[PH__SECRET_MIN - 1]; /* of the line before */
    size_t len;
    bool found;
};

/* Fewer than PH__SECRET_MIN octets are not looked for: any text has them. */
void ph__secrets_add(struct ph__secrets *s, const char *text);
/* As it is, and in base64. NULL is fine. PH_E_NOMEM. */
int ph__secrets_add_both(struct ph__secrets *s, const char *text);
void ph__secrets_wipe(struct ph__secrets *s);

/* How much of the next line of a reply may be shown. */
size_t ph__secrets_seek(const struct ph__secrets *s, struct ph__secret_trail *t,
                        const char *line, size_t len);
/* How much may be shown of a text, its lines separated by '\n'. */
size_t ph__secrets_seek_all(const struct ph__secrets *s, const char *text,
                            size_t len);
/* Adds what may be shown of it to `out`, and "<hidden>" in place of the rest.
 * PH_E_NOMEM, PH_E_LIMIT: then less is added. */
int ph__secrets_show(const struct ph__secrets *s, struct ph__buf *out,
                     const char *text, size_t len);
/* For a tap: how many octets of what ph_machine_output() lists are secret, and
 * where they begin; what a server may repeat, or NULL. */
struct ph_machine;
size_t ph__machine_secret(const struct ph_machine *m, size_t *from);
const struct ph__secrets *ph__machine_secrets(const struct ph_machine *m);
/* Is this a challenge, in base64, with a secret in what it stands for? True
 * also when there was no memory to look. */
bool ph__secrets_challenge(const struct ph__secrets *s, const char *text,
                           size_t len);

#endif
