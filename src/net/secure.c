/* TLS on a connection: its own octets, and the caller's. */
#include <string.h>

#include "net/parts.h"

void ph__conn_start_tls(struct ph__conn *c, struct ph__tls_context *ctx,
                        const struct ph__tls_peer *peer)
{
    if (!ph__conn_alive(c) || c->doom.code)
        return;
    if (c->tls || c->out.len) {
        ph__conn_doom(c, PH_E_INVALID, PH_STAGE_TLS, "TLS cannot start now");
        return;
    }
    struct ph__buf *cipher = &c->net->cipher;
    ph__buf_clear(cipher);
    int rc = ph__tls_new_peer(&c->tls, ctx, peer);
    if (!rc)
        rc = ph__tls_start(c->tls, cipher);
    if (!rc)
        rc = ph__conn_push(c, ph__buf_text(cipher), cipher->len);
    if (rc)
        ph__conn_doom(c, rc, PH_STAGE_TLS,
                      rc == PH_E_TLS ? "no certificate can be for that name"
                                     : ph_strerror(rc));
}

static void fail(struct ph__conn *c, enum ph_code code)
{
    const char *problem = ph__tls_problem(c->tls);
    bool has_words = code == PH_E_TLS && *problem;
    ph__conn_fail(c, code, PH_STAGE_TLS,
                  has_words ? problem : ph_strerror(code));
}

/* RFC 8446 6.1: each side says close_notify, also the one that heard it. */
static void be_left(struct ph__conn *c, enum ph_stage stage)
{
    ph__conn_say_goodbye(c);
    ph__conn_fail(c, PH_E_CLOSED, stage, "closed by the peer");
}

void ph__conn_decrypt(struct ph__conn *c, const char *data, size_t len)
{
    struct ph__buf *plain = &c->net->plain;
    struct ph__buf *cipher = &c->net->cipher;
    ph__buf_clear(plain);
    ph__buf_clear(cipher);
    bool was_up = ph__tls_up(c->tls);
    int rc = ph__tls_receive(c->tls, data, len, plain, cipher);
    int push_rc = ph__conn_push(c, ph__buf_text(cipher), cipher->len);
    rc = rc ? rc : push_rc;
    if (rc) /* busy: no callback can write any more */
        ph__conn_doom(c, rc, PH_STAGE_TLS, ph_strerror(rc));
    else if (!was_up && ph__tls_up(c->tls))
        c->events->secured(c->user);
    if (plain->len && (was_up || !rc) && ph__conn_alive(c))
        c->events->received(c->user, plain->data, plain->len);
    if (!ph__conn_alive(c))
        return;
    if (rc)
        fail(c, rc);
    else if (ph__tls_closed(c->tls))
        be_left(c, was_up ? PH_STAGE_CONNECT : PH_STAGE_TLS);
}

/* Walks through the caller's slices. */
struct walk {
    const struct ph_slice *slice;
    size_t count;
    size_t offset; /* in the first */
};

static void advance(struct walk *w, size_t len)
{
    w->offset += len;
    while (w->count && w->offset == w->slice->len) {
        w->slice++;
        w->count--;
        w->offset = 0;
    }
}

/* At most a record's worth: out of one slice if that is enough, else copied
 * together into `stage`. */
static struct ph_slice next_piece(struct walk *w, char *stage)
{
    size_t len = 0;
    while (w->count) {
        const char *data = w->slice->data + w->offset;
        size_t n = w->slice->len - w->offset;
        size_t room = PH__NET_RECORD - len;
        n = n < room ? n : room;
        if (n == PH__NET_RECORD) {
            advance(w, n);
            return (struct ph_slice){data, n};
        }
        if (!n)
            break;
        memcpy(stage + len, data, n);
        len += n;
        advance(w, n);
    }
    return (struct ph_slice){stage, len};
}

/* What is encrypted must be sent: it cannot be taken back. */
static int encrypt_batch(struct ph__conn *c, struct walk *w, size_t *taken)
{
    struct ph__net *net = c->net;
    ph__buf_clear(&net->cipher);
    int rc = PH_OK;
    while (!rc && w->count && *taken < PH__NET_KEEP) {
        struct ph_slice piece = next_piece(w, net->stage);
        rc = ph__tls_send(c->tls, piece.data, piece.len, &net->cipher);
        *taken += piece.len;
        if (piece.data == net->stage)
            explicit_bzero(net->stage, piece.len);
        c->records[c->record_count++] =
            (struct ph__conn_record){net->cipher.len, piece.len};
    }
    int push_rc = ph__conn_push(c, ph__buf_text(&net->cipher), net->cipher.len);
    return rc ? rc : push_rc;
}

/* The first `gone` octets of the batch are the kernel's, the rest is in `out`.
 * Returns how many of the caller's have left in whole records. */
static ptrdiff_t keep_records(struct ph__conn *c, size_t gone, size_t taken)
{
    size_t left = 0;
    for (size_t i = 0; i < c->record_count; i++) {
        struct ph__conn_record *r = &c->records[i];
        bool whole = r->end <= gone;
        left += whole ? r->octets : 0;
        *r = whole ? (struct ph__conn_record){0}
                   : (struct ph__conn_record){r->end - gone, r->octets};
    }
    c->kept = taken - left;
    return (ptrdiff_t)left;
}

ptrdiff_t ph__conn_encrypt(struct ph__conn *c, const struct ph_slice *slices,
                           size_t count)
{
    struct walk w = {.slice = slices, .count = count};
    advance(&w, 0); /* past empty ones */
    size_t taken = 0;
    c->record_count = 0;
    int rc = encrypt_batch(c, &w, &taken);
    if (rc) {
        ph__conn_die(c);
        return rc;
    }
    if (!ph__conn_busy(c))
        return (ptrdiff_t)taken;
    if (c->doom.code)
        return 0; /* nothing left */
    return keep_records(c, c->net->cipher.len - c->out.len, taken);
}

void ph__conn_say_goodbye(struct ph__conn *c)
{
    if (c->phase != PH__CONN_OPEN || c->doom.code)
        return;
    if (!ph__conn_drain(c) || !c->tls)
        return;
    struct ph__buf *cipher = &c->net->cipher;
    ph__buf_clear(cipher);
    ph__tls_close(c->tls, cipher);
    (void)ph__conn_offer(c, ph__buf_text(cipher), cipher->len);
}
