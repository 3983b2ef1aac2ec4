/* Sessions of earlier connections, to be resumed: RFC 8446 2.2 (each ticket
 * once, C.4), RFC 5077 and RFC 5246 F.1.4 (again and again). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tls/parts.h"

void ph__kept_free(struct ph__kept *k)
{
    if (!k)
        return;
    SSL_SESSION_free(k->session);
    free(k->problem);
    free(k);
}

static void drop(struct ph__tls_context *ctx, struct ph__kept *k)
{
    ph__list_remove(&k->link);
    ctx->kept_count--;
    ph__kept_free(k);
}

static bool is_for(const struct ph__kept *k, const struct ph__tls *t)
{
    return !memcmp(k->peer, t->peer, sizeof(k->peer));
}

/* The oldest goes: of this peer when it has its share, else of all. */
static void make_room(struct ph__tls *t)
{
    struct ph__tls_context *ctx = t->ctx;
    struct ph__kept *oldest = NULL;
    size_t count = 0;
    for (struct ph__link *l = ctx->kept.next; l != &ctx->kept; l = l->next) {
        struct ph__kept *k = ph__of(l, struct ph__kept, link);
        if (!is_for(k, t))
            continue;
        oldest = oldest ? oldest : k;
        count++;
    }
    if (count >= PH__TLS_KEPT_EACH)
        drop(ctx, oldest);
    else if (ctx->kept_count >= PH__TLS_KEPT_MAX)
        drop(ctx, ph__of(ctx->kept.next, struct ph__kept, link));
}

/* OpenSSL's callback: 1 takes the reference, 0 leaves it. */
static int keep(SSL *ssl, SSL_SESSION *session)
{
    struct ph__tls *t = SSL_get_app_data(ssl);
    struct ph__kept *k = calloc(1, sizeof(*k));
    if (!k)
        return 0;
    k->judged = t->judged;
    k->doubted = t->doubted;
    k->reason = t->reason;
    if (t->problem.len && ph__text_copy(&k->problem, t->problem.data)) {
        ph__kept_free(k);
        return 0;
    }
    k->session = session;
    memcpy(k->peer, t->peer, sizeof(k->peer));
    make_room(t);
    ph__list_append(&t->ctx->kept, &k->link);
    t->ctx->kept_count++;
    return 1;
}

void ph__tls_keep_sessions(struct ph__tls_context *ctx)
{
    /* Ours alone: OpenSSL's own store does not know what was verified. */
    SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_CLIENT |
                                                 SSL_SESS_CACHE_NO_INTERNAL |
                                                 SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_new_cb(ctx->ssl, keep);
}

void ph__tls_forget_sessions(struct ph__tls_context *ctx)
{
    while (!ph__list_empty(&ctx->kept))
        drop(ctx, ph__of(ctx->kept.next, struct ph__kept, link));
}

static bool is_within(int64_t since, int64_t seconds)
{
    int64_t age = (int64_t)time(NULL) - since;
    return age >= 0 && age < seconds;
}

/* Not for longer than the server said; nor than a verdict holds, however often
 * a ticket was exchanged for the next one since. */
static bool is_fresh(const struct ph__kept *k)
{
    int64_t made = SSL_SESSION_get_time(k->session);
    int64_t hint = (int64_t)SSL_SESSION_get_ticket_lifetime_hint(k->session);
    return SSL_SESSION_is_resumable(k->session) &&
           is_within(k->judged, PH__TLS_KEPT_SECONDS) &&
           is_within(made, SSL_SESSION_get_timeout(k->session)) &&
           (!hint || is_within(made, hint));
}

/* The newest for this peer; those that are too old are dropped on the way. */
static struct ph__kept *find(struct ph__tls *t)
{
    struct ph__tls_context *ctx = t->ctx;
    struct ph__link *l = ctx->kept.prev;
    while (l != &ctx->kept) {
        struct ph__kept *k = ph__of(l, struct ph__kept, link);
        l = l->prev;
        if (!is_fresh(k))
            drop(ctx, k);
        else if (is_for(k, t))
            return k;
    }
    return NULL;
}

int ph__tls_offer_session(struct ph__tls *t)
{
    struct ph__kept *k = find(t);
    if (!k)
        return PH_OK;
    ph__list_remove(&k->link);
    t->ctx->kept_count--;
    t->offered = k;
    return SSL_set_session(t->ssl, k->session) == 1 ? PH_OK : PH_E_NOMEM;
}

/* A session of TLS 1.2 serves again; a ticket of 1.3 would show an observer
 * that both connections are ours. */
static void give_back(struct ph__tls *t)
{
    struct ph__kept *k = t->offered;
    t->offered = NULL;
    if (SSL_SESSION_get_protocol_version(k->session) >= TLS1_3_VERSION ||
        !t->resumed) {
        ph__kept_free(k);
        return;
    }
    make_room(t);
    ph__list_append(&t->ctx->kept, &k->link);
    t->ctx->kept_count++;
}

void ph__tls_settle_session(struct ph__tls *t)
{
    t->resumed = SSL_session_reused(t->ssl);
    const struct ph__kept *k = t->offered;
    if (!k)
        return;
    if (t->resumed) {
        t->judged = k->judged;
        t->doubted = k->doubted;
        t->reason = k->reason;
        ph__buf_clear(&t->problem);
        if (k->problem)
            (void)ph__buf_add_text(&t->problem, k->problem);
    }
    give_back(t);
}
