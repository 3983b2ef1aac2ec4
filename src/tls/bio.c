/* A BIO without memory of its own: OpenSSL reads the caller's input and
 * appends to the caller's output, so an idle session keeps no buffers and
 * nothing that was written can be left behind. */
#include <string.h>

#include "tls/parts.h"

static int write_cipher(BIO *bio, const char *data, size_t len, size_t *written)
{
    struct ph__tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    int rc = t->cipher ? ph__buf_add(t->cipher, data, len) : PH_E_INVALID;
    if (rc) {
        t->cipher_rc = rc;
        return 0;
    }
    *written = len;
    return 1;
}

static int read_cipher(BIO *bio, char *data, size_t len, size_t *got)
{
    struct ph__tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!t->in_len) {
        BIO_set_retry_read(bio);
        return 0;
    }
    size_t n = len < t->in_len ? len : t->in_len;
    memcpy(data, t->in, n);
    t->in += n;
    t->in_len -= n;
    *got = n;
    return 1;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    /* There is nothing to flush; every other question gets a no. */
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *ph__tls_bio_method(void)
{
    /* The type is borrowed: new ones come from a process-wide counter. */
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_MEM, "posthaste");
    if (!method)
        return NULL;
    BIO_meth_set_write_ex(method, write_cipher);
    BIO_meth_set_read_ex(method, read_cipher);
    BIO_meth_set_ctrl(method, control);
    return method;
}

BIO *ph__tls_bio_new(struct ph__tls *t)
{
    BIO *bio = BIO_new(t->ctx->bio);
    if (!bio)
        return NULL;
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    return bio;
}
