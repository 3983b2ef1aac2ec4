/* The field DKIM-Signature (RFC 6376 3.5, 3.7). */
#include <inttypes.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/text.h"
#include "dkim/parts.h"

#define NAME  "DKIM-Signature"
#define UNDER "._domainkey." /* where a key is looked up (RFC 6376 3.6.2.1) */

/* ---- who signs ---- */

/* A sub-domain of RFC 5321 4.1.2. */
static bool is_label(const char *s, size_t len)
{
    if (!len || len > PH__DKIM_LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(s[i]) && s[i] != '-')
            return false;
    return true;
}

/* How many labels a name has; 0 if it is none. */
static size_t count_labels(const char *name)
{
    if (!name || strnlen(name, PH__DKIM_NAME_MAX + 1) > PH__DKIM_NAME_MAX)
        return 0;
    for (size_t count = 1;; count++) {
        size_t len = strcspn(name, ".");
        if (!is_label(name, len))
            return 0;
        if (!name[len])
            return count;
        name += len + 1;
    }
}

/* The same domain, or one below it. */
static bool is_within(const char *name, const char *domain)
{
    size_t len = strlen(name);
    size_t tail = strlen(domain);
    if (len < tail || !ph__text_same(name + len - tail, domain))
        return false;
    return len == tail || name[len - tail - 1] == '.';
}

const char *ph__dkim_signer_problem(const struct ph__dkim_signer *signer)
{
    if (!signer->key)
        return "without a key";
    if (count_labels(signer->domain) < 2)
        return "for what is no domain: give one like example.org, in ASCII";
    if (!count_labels(signer->selector))
        return "with what is no selector: give letters, digits and hyphens";
    if (strlen(signer->selector) + strlen(UNDER) + strlen(signer->domain) >
        PH__DKIM_NAME_MAX)
        return "with selector and domain that are too long together";
    if (signer->identity && (!count_labels(signer->identity) ||
                             !is_within(signer->identity, signer->domain)))
        return "for an identity outside the domain";
    if (signer->expire_secs > PH__DKIM_TIME_MAX)
        return "with an expiry that far away";
    return NULL;
}

/* ---- the field, written ---- */

enum { TAG_MAX = PH__DKIM_NAME_MAX + 32 }; /* the longest has a domain */

struct field {
    struct ph__buf text;
    size_t column; /* of the line being written */
    bool more;     /* h= has a name already */
    int rc;        /* the first error */
};

static void add(struct field *f, const char *s, size_t len)
{
    if (!f->rc)
        f->rc = ph__buf_add(&f->text, s, len);
    f->column += len;
}

static void fold(struct field *f)
{
    add(f, "\r\n ", 3);
    f->column = 1;
}

/* A tag behind a space, on a line of its own if it does not fit. */
static void add_tag(struct field *f, const char *s, size_t len)
{
    if (f->column + 1 + len > PH__DKIM_LINE_MAX)
        fold(f);
    else
        add(f, " ", 1);
    add(f, s, len);
}

/* The same with what was made in `tag`, which is empty afterwards. */
static void add_made(struct field *f, struct ph__buf *tag, int rc)
{
    if (!f->rc)
        f->rc = rc;
    add_tag(f, ph__buf_text(tag), tag->len);
    ph__buf_clear(tag);
}

/* A name of h=, and the colon or semicolon that will follow it fits too. */
static int add_name(void *user, const char *name)
{
    struct field *f = user;
    size_t len = strlen(name);
    if (f->more)
        add(f, ":", 1);
    if (f->column + len + 1 > PH__DKIM_LINE_MAX)
        fold(f);
    add(f, name, len);
    f->more = true;
    return f->rc;
}

static const char *form_word(enum ph__dkim_form form)
{
    static const char *const words[] = {
#define X(name, word) [PH__DKIM_##name] = word,
        PH__DKIM_FORM_MAP(X)
#undef X
    };
    return words[form];
}

static const char *algorithm_word(enum ph__dkim_algorithm algorithm)
{
    static const char *const words[] = {
#define X(name, word) [PH__DKIM_##name] = word,
        PH__DKIM_ALGORITHM_MAP(X)
#undef X
    };
    return words[algorithm];
}

/* All before h=. There is no q=: it could say but one thing. */
static void begin(struct field *f, const struct ph__dkim_signer *signer,
                  uint64_t now)
{
    struct ph__buf tag = PH__BUF(TAG_MAX);
    const char *algorithm = algorithm_word(ph__dkim_key_algorithm(signer->key));
    add(f, NAME ":", strlen(NAME ":"));
    add_tag(f, "v=1;", 4);
    add_made(f, &tag, ph__buf_format(&tag, "a=%s;", algorithm));
    add_made(f, &tag,
             ph__buf_format(&tag, "c=%s/%s;", form_word(signer->header),
                            form_word(signer->body)));
    add_made(f, &tag, ph__buf_format(&tag, "d=%s;", signer->domain));
    if (signer->identity)
        add_made(f, &tag, ph__buf_format(&tag, "i=@%s;", signer->identity));
    add_made(f, &tag, ph__buf_format(&tag, "s=%s;", signer->selector));
    add_made(f, &tag, ph__buf_format(&tag, "t=%" PRIu64 ";", now));
    uint64_t end = now + signer->expire_secs;
    if (signer->expire_secs)
        add_made(f, &tag, ph__buf_format(&tag, "x=%" PRIu64 ";", end));
    ph__buf_done(&tag);
}

static void add_body_hash(struct field *f, const struct ph__dkim_hash *body)
{
    struct ph__buf tag = PH__BUF(TAG_MAX);
    int rc = ph__buf_add_text(&tag, "bh=");
    if (!rc)
        rc = ph__base64_encode(&tag, body->octets, sizeof(body->octets));
    if (!rc)
        rc = ph__buf_add_char(&tag, ';');
    add_made(f, &tag, rc);
    ph__buf_done(&tag);
}

static void add_signature(struct field *f, const struct ph__buf *signature)
{
    for (size_t at = 0; at < signature->len;) {
        if (f->column >= PH__DKIM_LINE_MAX)
            fold(f);
        size_t len = signature->len - at;
        size_t room = PH__DKIM_LINE_MAX - f->column;
        if (len > room)
            len = room;
        add(f, signature->data + at, len);
        at += len;
    }
    add(f, "\r\n", 2);
}

/* ---- the hash, signed ---- */

/* Behind the fields comes this one, with nothing behind "b=", and without its
 * line end (RFC 6376 3.7). */
static int hash_all(unsigned char out[PH__DKIM_HASH], struct ph__buf *canonical,
                    const struct field *f, enum ph__dkim_form form)
{
    struct ph_slice text = {f->text.data, f->text.len};
    size_t name = strlen(NAME);
    const struct ph__dkim_field own = {
        .name = {text.data, name},
        .value = {text.data + name + 1, text.len - name - 1},
        .whole = text};
    int rc = ph__dkim_field_add(canonical, &own, form);
    if (rc)
        return rc;
    size_t len = canonical->len - (form == PH__DKIM_RELAXED ? 2 : 0);
    bool fine = EVP_Digest(canonical->data, len, out, NULL, EVP_sha256(), NULL);
    return fine ? PH_OK : PH_E_NOMEM;
}

static void sign(struct field *f, struct ph__buf *canonical,
                 const struct ph__dkim_signer *signer)
{
    unsigned char hash[PH__DKIM_HASH];
    struct ph__buf signature = PH__BUF(PH__DKIM_FIELD_MAX);
    f->rc = hash_all(hash, canonical, f, signer->header);
    if (!f->rc)
        f->rc = ph__dkim_key_sign(&signature, signer->key, hash);
    if (!f->rc)
        add_signature(f, &signature);
    ph__buf_done(&signature);
}

static void write_field(struct field *f, struct ph__dkim_fields *fields,
                        const struct ph__dkim_signer *signer,
                        const struct ph__dkim_hash *body, uint64_t now)
{
    struct ph__buf canonical = PH__BUF(PH__DKIM_HEADER_MAX);
    const struct ph__dkim_names names = {add_name, f};
    begin(f, signer, now);
    add_tag(f, "h=", 2);
    int rc = ph__dkim_fields_select(&canonical, names, fields, signer->header);
    if (!f->rc)
        f->rc = rc;
    add(f, ";", 1);
    add_body_hash(f, body);
    add_tag(f, "b=", 2);
    if (!f->rc)
        sign(f, &canonical, signer);
    ph__buf_done(&canonical);
}

static bool fits(const struct ph__dkim_signer *signer,
                 const struct ph__dkim_hash *body, uint64_t now)
{
    return !ph__dkim_signer_problem(signer) && body->form == signer->body &&
           now <= PH__DKIM_TIME_MAX &&
           now + signer->expire_secs <= PH__DKIM_TIME_MAX;
}

int ph__dkim_sign(struct ph__buf *out, const struct ph__dkim_signer *signer,
                  const struct ph_slice *header, size_t count,
                  const struct ph__dkim_hash *body, uint64_t now)
{
    struct ph__dkim_fields fields = {NULL, 0};
    struct field f = {.text = PH__BUF(PH__DKIM_FIELD_MAX)};
    if (!fits(signer, body, now))
        return PH_E_INVALID;
    int rc = ph__dkim_fields_read(&fields, header, count);
    if (rc)
        return rc;
    write_field(&f, &fields, signer, body, now);
    if (!f.rc)
        f.rc = ph__buf_add(out, f.text.data, f.text.len);
    ph__buf_done(&f.text);
    ph__dkim_fields_done(&fields);
    return f.rc;
}
