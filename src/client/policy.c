#include <limits.h>

#include <openssl/rand.h>

#include "client/parts.h"

enum {
    WAIT_SECS = 30,
    LONGEST_WAIT_SECS = 3600,
    GREYLIST_SECS = 300,
    AGE_SECS = 300
};

static struct ph__pace_limits limits_of(const struct ph_rate *rate)
{
    return (struct ph__pace_limits){.count = rate->count,
                                    .per_ms = ph__ms(rate->secs, 1),
                                    .burst = rate->burst ? rate->burst : 1,
                                    .minute = rate->minute,
                                    .hour = rate->hour,
                                    .day = rate->day};
}

static bool is_limited(const struct ph_rate *rate)
{
    return rate->count || rate->minute || rate->hour || rate->day;
}

static int make_pace(struct ph_client *c, const struct ph_policy *p)
{
    if (!is_limited(&p->messages) && !is_limited(&p->recipients))
        return PH_OK;
    struct ph__pace_limits limits[PH__PACE_KINDS] = {
        [PH__PACE_MESSAGES] = limits_of(&p->messages),
        [PH__PACE_RECIPIENTS] = limits_of(&p->recipients)};
    int rc = ph__pace_new(&c->pace, limits);
    c->engine_options.pace = c->pace;
    return rc;
}

static int make_seed(struct ph__engine_options *eng)
{
    return RAND_bytes((unsigned char *)&eng->seed, sizeof(eng->seed)) == 1
               ? PH_OK
               : PH_E_SYSTEM;
}

int ph__client_set_policy(struct ph_client *c,
                          const struct ph_client_options *opts)
{
    const struct ph_policy *p = opts->policy;
    struct ph__engine_options *eng = &c->engine_options;
    eng->age_ms =
        opts->age_secs == UINT_MAX ? 0 : ph__ms(opts->age_secs, AGE_SECS);
    int rc = make_seed(eng);
    if (rc || !p)
        return rc;
    if (p->size != sizeof(*p))
        return PH_E_INVALID;
    uint64_t greylist = p->greylist_secs == UINT_MAX
                            ? 0
                            : ph__ms(p->greylist_secs, GREYLIST_SECS);
    eng->policy = (struct ph__policy){
        .attempts = p->attempts,
        .wait_ms = ph__ms(p->wait_secs, WAIT_SECS),
        .longest_ms = ph__ms(p->longest_wait_secs, LONGEST_WAIT_SECS),
        .greylist_ms = greylist,
        .outage_ms =
            p->outage_secs == UINT_MAX ? PH__NEVER : ph__ms(p->outage_secs, 0),
        .patient = p->patient,
        .even_uncertain = p->even_uncertain};
    c->queue_messages = p->queue_messages;
    c->queue_octets = p->queue_octets;
    return make_pace(c, p);
}

int ph_client_spent(struct ph_client *c, unsigned secs, unsigned messages,
                    unsigned recipients)
{
    if (!c->pace)
        return PH_E_INVALID;
    ph__pace_restore(c->pace, uv_now(c->loop), secs * 1000ULL, messages,
                     recipients);
    return PH_OK;
}

/* ---- how full it is ---- */

/* One message always fits, however large it is. */
bool ph__client_is_full(struct ph_client *c, size_t octets)
{
    bool many = c->queue_messages && c->pending >= c->queue_messages;
    bool large = c->queue_octets && c->pending &&
                 (octets > c->queue_octets ||
                  c->pending_octets > c->queue_octets - octets);
    c->turned_away |= many || large;
    return many || large;
}

/* There is room again at half, so that notices do not come one a message. */
static bool has_room(const struct ph_client *c)
{
    bool few = !c->queue_messages || c->pending <= c->queue_messages / 2;
    bool small = !c->queue_octets || c->pending_octets <= c->queue_octets / 2;
    return few && small;
}

void ph__client_count_out(struct ph_client *c, size_t octets)
{
    c->pending--;
    c->pending_octets -= octets;
}

void ph__client_offer_room(struct ph_client *c)
{
    struct ph_notice notice = {.type = PH_NOTICE_ROOM};
    if (!c->turned_away || c->closing || !has_room(c))
        return;
    c->turned_away = false;
    ph__client_notify(c, &notice);
}

/* ---- how it is ---- */

const char *ph_health_name(enum ph_health health)
{
    static const char *const names[] = {
#define X(name, text) text,
        PH_HEALTH_MAP(X)
#undef X
    };
    return (size_t)health < sizeof(names) / sizeof(*names) ? names[health] : "";
}

void ph__client_notify(struct ph_client *c, const struct ph_notice *notice)
{
    if (c->settings.notice)
        c->settings.notice(notice, c->settings.callback_user);
}

enum ph_health ph__client_health(const struct ph_client *c,
                                 struct ph_notice *out)
{
    struct ph__engine_health h = ph__engine_health(c->engine);
    uint64_t now = uv_now(c->loop);
    uint64_t until = 0;
    enum ph_health health = PH_HEALTH_GOOD;
    if (h.breaker == PH__BREAKER_OPEN) {
        health = PH_HEALTH_PAUSED;
        until = h.dial_again;
    } else if (h.why) {
        health = PH_HEALTH_FAILING;
    } else if (h.paced_until > now) {
        health = PH_HEALTH_THROTTLED;
        until = h.paced_until;
    }
    if (out)
        *out = (struct ph_notice){.type = PH_NOTICE_HEALTH,
                                  .health = health,
                                  .until_ms = until > now ? until - now : 0,
                                  .why = h.why};
    return health;
}

void ph__client_tell_health(struct ph_client *c)
{
    struct ph_notice notice;
    enum ph_health health = ph__client_health(c, &notice);
    if (health == c->told_health)
        return;
    c->told_health = health;
    ph__client_notify(c, &notice);
}
