#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "smtp/secret.h"

void ph__secrets_add(struct ph__secrets *s, const char *text)
{
    size_t len = strnlen(text, PH__SECRET_HEAD);
    if (len < PH__SECRET_MIN || s->count == PH__SECRETS_MAX)
        return;
    struct ph__secret *one = &s->all[s->count++];
    memcpy(one->head, text, len);
    one->len = len;
}

int ph__secrets_add_both(struct ph__secrets *s, const char *text)
{
    enum { OCTETS = PH__SECRET_HEAD / 4 * 3 }; /* that base64 makes a head of */
    struct ph__buf encoded = PH__BUF(2 * PH__SECRET_HEAD);
    if (!text)
        return PH_OK;
    int rc = ph__base64_encode(&encoded, text, strnlen(text, OCTETS));
    if (!rc) {
        ph__secrets_add(s, text);
        ph__secrets_add(s, ph__buf_text(&encoded));
    }
    ph__buf_wipe(&encoded);
    return rc;
}

void ph__secrets_wipe(struct ph__secrets *s)
{
    OPENSSL_cleanse(s, sizeof(*s));
}

/* Whatever its case: a server may quote a command in capitals. At the end of a
 * line less of it may stand. */
static bool begins(const struct ph__secrets *s, const char *at, size_t room)
{
    for (size_t i = 0; i < s->count && room >= PH__SECRET_MIN; i++) {
        const struct ph__secret *one = &s->all[i];
        size_t n = room < one->len ? room : one->len;
        if (ph__text_same_len(at, one->head, n))
            return true;
    }
    return false;
}

/* Did one begin in the last `k` octets of the line before? */
static bool goes_on(const struct ph__secrets *s,
                    const struct ph__secret_trail *t, size_t k,
                    const char *line, size_t len)
{
    const char *tail = t->tail + t->len - k;
    for (size_t i = 0; i < s->count; i++) {
        const struct ph__secret *one = &s->all[i];
        if (one->len - k <= len && ph__text_same_len(tail, one->head, k) &&
            ph__text_same_len(line, one->head + k, one->len - k))
            return true;
    }
    return false;
}

size_t ph__secrets_seek(const struct ph__secrets *s, struct ph__secret_trail *t,
                        const char *line, size_t len)
{
    for (size_t k = 1; k <= t->len && !t->found; k++)
        t->found = goes_on(s, t, k, line, len);
    if (t->found)
        return 0;
    size_t at = 0;
    while (at < len && !begins(s, line + at, len - at))
        at++;
    t->found = at < len;
    t->len = len < sizeof(t->tail) ? len : sizeof(t->tail);
    memcpy(t->tail, line + len - t->len, t->len);
    return at;
}

size_t ph__secrets_seek_all(const struct ph__secrets *s, const char *text,
                            size_t len)
{
    struct ph__secret_trail trail = {.len = 0};
    size_t from = 0;
    while (s->count && from < len) {
        const char *lf = memchr(text + from, '\n', len - from);
        size_t n = lf ? (size_t)(lf - text) - from : len - from;
        size_t shown = ph__secrets_seek(s, &trail, text + from, n);
        if (trail.found)
            return from + shown;
        from += n + 1;
    }
    return len;
}

int ph__secrets_show(const struct ph__secrets *s, struct ph__buf *out,
                     const char *text, size_t len)
{
    size_t shown = ph__secrets_seek_all(s, text, len);
    int rc = ph__buf_add(out, text, shown);
    if (!rc && shown < len)
        rc = ph__buf_add_text(out, "<hidden>");
    return rc;
}

bool ph__secrets_challenge(const struct ph__secrets *s, const char *text,
                           size_t len)
{
    struct ph__buf raw = PH__BUF(PH__REPLY_LINE_MAX);
    if (!s->count)
        return false;
    int rc = ph__base64_decode(&raw, text, len);
    bool found =
        rc == PH_E_NOMEM ||
        (!rc && ph__secrets_seek_all(s, ph__buf_text(&raw), raw.len) < raw.len);
    ph__buf_wipe(&raw);
    return found;
}
