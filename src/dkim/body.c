/* A body as it is hashed (RFC 6376 3.4.3, 3.4.4). Line ends and blanks are held
 * back until something follows them: at the end of the body, or of a line, they
 * do not count. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "dkim/dkim.h"

enum { ROOM = 1024 };

struct ph__dkim_body {
    EVP_MD_CTX *digest;
    enum ph__dkim_form form;
    int rc; /* the first error */
    bool ended;
    bool text;     /* something but line ends and held blanks has come */
    bool cr;       /* the last octet was CR */
    bool blank;    /* blanks are held back */
    uint64_t ends; /* line ends held back */
    size_t used;
    unsigned char room[ROOM]; /* to be hashed */
};

int ph__dkim_body_new(struct ph__dkim_body **out, enum ph__dkim_form form)
{
    struct ph__dkim_body *body = calloc(1, sizeof(*body));
    if (!body)
        return PH_E_NOMEM;
    body->form = form;
    body->digest = EVP_MD_CTX_new();
    if (!body->digest ||
        EVP_DigestInit_ex(body->digest, EVP_sha256(), NULL) != 1) {
        ph__dkim_body_free(body);
        return PH_E_NOMEM;
    }
    *out = body;
    return PH_OK;
}

void ph__dkim_body_free(struct ph__dkim_body *body)
{
    if (!body)
        return;
    EVP_MD_CTX_free(body->digest);
    free(body);
}

static void flush(struct ph__dkim_body *body)
{
    if (EVP_DigestUpdate(body->digest, body->room, body->used) != 1)
        body->rc = PH_E_NOMEM;
    body->used = 0;
}

static void put(struct ph__dkim_body *body, char c)
{
    if (body->used == ROOM)
        flush(body);
    body->room[body->used++] = (unsigned char)c;
}

static void put_line_end(struct ph__dkim_body *body)
{
    put(body, '\r');
    put(body, '\n');
}

static void put_held(struct ph__dkim_body *body)
{
    for (; body->ends; body->ends--)
        put_line_end(body);
    if (body->blank)
        put(body, ' ');
    body->blank = false;
}

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

/* One octet of a line end, if it is. */
static void end_line(struct ph__dkim_body *body, char c)
{
    if (body->cr != (c == '\n')) {
        body->rc = PH_E_CONTENT;
        return;
    }
    body->cr = c == '\r';
    if (body->cr)
        return;
    body->ends++;
    body->blank = false;
}

static void add(struct ph__dkim_body *body, char c)
{
    if (body->cr || is_line_end(c)) {
        end_line(body, c);
    } else if (body->form == PH__DKIM_RELAXED && (c == ' ' || c == '\t')) {
        body->blank = true;
    } else {
        if (body->ends || body->blank)
            put_held(body);
        body->text = true;
        put(body, c);
    }
}

int ph__dkim_body_update(struct ph__dkim_body *body, const char *data,
                         size_t len)
{
    if (body->ended)
        body->rc = PH_E_INVALID;
    for (size_t i = 0; !body->rc && i < len; i++)
        add(body, data[i]);
    return body->rc;
}

static void finish(struct ph__dkim_body *body)
{
    if (body->ended)
        body->rc = PH_E_INVALID;
    else if (!body->rc && body->cr)
        body->rc = PH_E_CONTENT;
    body->ended = true;
    if (body->rc)
        return;
    /* An empty body is CRLF to one form and nothing to the other. */
    if (body->text || body->form == PH__DKIM_SIMPLE)
        put_line_end(body);
    flush(body);
}

int ph__dkim_body_end(struct ph__dkim_hash *out, struct ph__dkim_body *body)
{
    struct ph__dkim_hash hash = {.form = body->form};
    finish(body);
    if (!body->rc && EVP_DigestFinal_ex(body->digest, hash.octets, NULL) != 1)
        body->rc = PH_E_NOMEM;
    if (!body->rc)
        *out = hash;
    return body->rc;
}
