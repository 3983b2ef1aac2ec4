#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "client/parts.h"
#include "net/shared.h"
#include "smtp/limits.h"

enum { SLICES = 64, REPLY_MAX = PH__REPLY_LINE_MAX };

void ph__tap_init(struct ph__tap *tap)
{
    *tap = (struct ph__tap){.line = PH__BUF((size_t)PH__NET_READ + REPLY_MAX)};
}

void ph__tap_done(struct ph__tap *tap)
{
    ph__buf_wipe(&tap->line);
}

/* What the caller asks for inside is carried out by the pump that follows. */
static void tell(const struct ph__link_up *link, enum ph_tap_type type,
                 const struct ph_slice *slices, size_t count)
{
    struct ph_client *c = link->client;
    struct sockaddr_storage local;
    struct sockaddr_storage peer;
    bool pumping = c->pumping;
    bool known =
        type == PH_TAP_OPENED && ph__conn_ends(link->conn, &local, &peer);
    struct ph_tap tap = {.type = type,
                         .session = link->number,
                         .at_ns = uv_hrtime(),
                         .slices = slices,
                         .count = count,
                         .local = known ? (struct sockaddr *)&local : NULL,
                         .peer = known ? (struct sockaddr *)&peer : NULL};
    c->pumping = true;
    c->settings.tap(c->settings.callback_user, &tap);
    c->pumping = pumping;
}

void ph__tap_opened(struct ph__link_up *link)
{
    if (!link->client->settings.tap)
        return;
    link->tap.opened = true;
    tell(link, PH_TAP_OPENED, NULL, 0);
}

void ph__tap_secured(struct ph__link_up *link)
{
    if (link->client->settings.tap)
        tell(link, PH_TAP_SECURED, NULL, 0);
}

/* ---- sent ---- */

/* So much of the slices, and no more; returns how many they are. */
static size_t limit(struct ph_slice *slices, size_t count, size_t len)
{
    size_t n = 0;
    for (; n < count && len; n++) {
        slices[n].len = slices[n].len < len ? slices[n].len : len;
        len -= slices[n].len;
    }
    return n;
}

static void tell_hidden(const struct ph__link_up *link,
                        const struct ph_slice *slices, size_t count,
                        size_t from, size_t to)
{
    struct ph__buf all = PH__BUF(PH__OUT_TEXT_MAX);
    int rc = PH_OK;
    for (size_t i = 0; i < count && !rc; i++)
        rc = ph__buf_add(&all, slices[i].data, slices[i].len);
    if (!rc) {
        to = to < all.len ? to : all.len;
        memset(all.data + from, '*', to - from);
        tell(link, PH_TAP_SENT, &(struct ph_slice){all.data, all.len}, 1);
    }
    ph__buf_wipe(&all);
}

void ph__tap_sent(struct ph__link_up *link, size_t len)
{
    struct ph_slice slices[SLICES];
    size_t from;
    if (!link->client->settings.tap || !len)
        return;
    size_t count = ph__session_output(link->session, slices, SLICES);
    size_t secret = ph__session_secret(link->session, &from);
    count = limit(slices, count, len);
    if (secret && from < len)
        tell_hidden(link, slices, count, from, from + secret);
    else
        tell(link, PH_TAP_SENT, slices, count);
}

/* ---- received ---- */

/* "5.7.8 " of "535-5.7.8 no", as the reader of replies leaves it out. */
static size_t enhanced_len(const char *text, size_t len)
{
    size_t n = 0;
    size_t dots = 0;
    for (; n < len && (ph__text_is_digit(text[n]) || text[n] == '.'); n++)
        dots += text[n] == '.';
    return dots == 2 && n < len && (text[n] == ' ' || text[n] == '\t') ? n + 1
                                                                       : 0;
}

void ph__tap_mask(struct ph__secret_trail *trail,
                  const struct ph__secrets *secrets, char *line, size_t len)
{
    enum { CODE = 4 };
    bool last = len < CODE || line[CODE - 1] != '-';
    while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    char *text = line + (len < CODE ? len : CODE);
    len -= (size_t)(text - line);
    bool hidden = memcmp(line, "334", text > line + 2 ? 3 : 0) == 0 &&
                  text > line + 2 && ph__secrets_challenge(secrets, text, len);
    size_t code = enhanced_len(text, len);
    size_t shown = ph__secrets_seek(secrets, trail, text + code, len - code);
    size_t from = hidden ? 0 : trail->found ? code + shown : len;
    memset(text + from, '*', len - from);
    if (last)
        *trail = (struct ph__secret_trail){.len = 0};
}

/* Whole lines; or all there is, if that is no line of a reply any more. */
static void tell_lines(struct ph__link_up *link,
                       const struct ph__secrets *secrets, bool all)
{
    struct ph__tap *tap = &link->tap;
    size_t done = 0;
    while (done < tap->line.len) {
        char *at = tap->line.data + done;
        size_t left = tap->line.len - done;
        char *lf = memchr(at, '\n', left);
        size_t len = lf ? (size_t)(lf - at) + 1 : left;
        if (!lf && !all && left <= REPLY_MAX)
            break;
        ph__tap_mask(&tap->trail, secrets, at, len);
        done += len;
    }
    if (!done)
        return;
    tell(link, PH_TAP_RECEIVED, &(struct ph_slice){tap->line.data, done}, 1);
    ph__buf_drop(&tap->line, done);
}

void ph__tap_received(struct ph__link_up *link, const char *data, size_t len)
{
    if (!link->client->settings.tap || !len)
        return;
    const struct ph__secrets *secrets = ph__session_secrets(link->session);
    if (!secrets && !link->tap.line.len)
        tell(link, PH_TAP_RECEIVED, &(struct ph_slice){data, len}, 1);
    else if (!ph__buf_add(&link->tap.line, data, len))
        tell_lines(link, secrets, false);
}

void ph__tap_closed(struct ph__link_up *link)
{
    if (!link->tap.opened)
        return;
    tell_lines(link, ph__session_secrets(link->session), true);
    tell(link, PH_TAP_CLOSED, NULL, 0);
}
