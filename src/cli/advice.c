#include <string.h>

#include "base/text.h"
#include "cli/advice.h"
#include "tls/reason.h"

/* ---- TLS ---- */

/* The library advises without knowing our options; NULL: it said it best. */
static const char *for_reason(enum ph__tls_reason reason)
{
    switch (reason) {
    case PH__TLS_SELF_SIGNED:
    case PH__TLS_UNKNOWN_ROOT:
    case PH__TLS_UNKNOWN_ISSUER:
        return "if it is the right one, give it with --tls-ca, or its key with "
               "--tls-pin (posthaste probe shows it)";
    case PH__TLS_WRONG_NAME:
        return "connect to a name that it has, or give --tls-name";
    case PH__TLS_NOT_PINNED:
        return "if the server was given a new key on purpose, give that one "
               "with --tls-pin";
    case PH__TLS_CLEAR_TEXT: /* U11 */
        return "use smtp://, which turns TLS on by STARTTLS, or the port where "
               "TLS comes first (465)";
    case PH__TLS_VERSION:
        return "the older side has to be updated, or --tls-min lowered";
    case PH__TLS_CERT_WANTED:
        return "give --tls-cert and --tls-key";
    case PH__TLS_CERT_REFUSED:
        return "give another --tls-cert";
    case PH__TLS_NO_REASON:
    case PH__TLS_EXPIRED:
    case PH__TLS_NOT_YET:
    case PH__TLS_NO_NAME:
    case PH__TLS_PURPOSE:
    case PH__TLS_WEAK_KEY:
    case PH__TLS_WEAK_DIGEST:
    case PH__TLS_BAD_SIGNATURE:
    case PH__TLS_NOT_A_CA:
    case PH__TLS_TOO_LONG:
    case PH__TLS_NOT_IN_DNS:
    case PH__TLS_UNUSABLE_DNS:
    case PH__TLS_OTHER:
    case PH__TLS_NOT_TLS:
    case PH__TLS_CIPHER:
    case PH__TLS_DAMAGED:
    case PH__TLS_CUT:
    case PH__TLS_FAILED:
        break;
    }
    return NULL;
}

/* A detail is "PEER: WHAT...: ADVICE". */
static const char *for_tls(const char *detail, size_t *len)
{
    static const struct {
        enum ph__tls_reason reason;
        const char *advice;
    } reasons[] = {
#define X(name, word, what, advice) {PH__TLS_##name, ": " advice},
        PH__TLS_REASON_MAP(X)
#undef X
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        const char *at = strstr(detail, reasons[i].advice);
        if (!at || at[strlen(reasons[i].advice)])
            continue;
        const char *ours = for_reason(reasons[i].reason);
        *len = (size_t)(at - detail);
        return ours ? ours : at + 2;
    }
    return "check --tls-ca and --tls-name; --tls-insecure would not look";
}

/* ---- AUTH (U12, U29) ---- */

static const struct {
    const char *words; /* of a detail or a reply, in small letters */
    const char *advice;
} logins[] = {
    {"without tls", "give --tls required, or --auth-plaintext to show them"},
    {"no mechanism is left",
     "posthaste probe shows what the server offers; see --auth"},
    {"did not prove", "do not go on: it may not be your server"},
    {"the command ", "run it by hand to see what it prints"},
    {"basic authentication", "use --oauth-token-command"},
    {"pplication-specific password", "use an app password"},
    {"authorization code", "use an authorization code made in its settings"},
    {"starttls", "give --tls required"},
    {"encryption required", "give --tls required"},
};

static bool has_words(const char *text, const char *words)
{
    size_t len = strlen(words);
    for (size_t left = strlen(text); left >= len; text++, left--)
        if (ph__text_same_len(text, words, len))
            return true;
    return false;
}

/* 5.7.30 and 5.7.139: Microsoft's for a login by password. */
static bool wants_token(const int enhanced[3])
{
    return enhanced[0] == 5 && enhanced[1] == 7 &&
           (enhanced[2] == 30 || enhanced[2] == 139);
}

static bool is_for_tokens(const char *mechanism)
{
    return mechanism && ph__text_listed("OAUTHBEARER,XOAUTH2", mechanism);
}

static const char *for_login(const struct ph_recipient_result *r,
                             const struct cli_hints *hints)
{
    const char *said = r->reply.code ? r->reply.text : r->detail;
    for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++)
        if (has_words(said, logins[i].words))
            return logins[i].advice;
    if (wants_token(r->reply.enhanced) && !is_for_tokens(hints->mechanism))
        return "use --oauth-token-command";
    if (is_for_tokens(hints->mechanism))
        return "the token may have expired, or not be for mail: get another, "
               "or give --oauth-token-command";
    if (hints->secret)
        return hints->secret;
    return "check --user and the password; many providers want an app "
           "password, or --oauth-token-command";
}

/* ---- all of it ---- */

/* A server that waits for TLS looks like one that is dead (U11). */
static const char *for_silence(enum ph_stage stage)
{
    return stage == PH_STAGE_GREETING
               ? "if it expects TLS from the first byte, use smtps://; else "
                 "try "
                 "again later"
               : "try again later, or with a larger --timeout";
}

/* Of exchangers nobody here has chosen the name, or may lower what their domain
 * asks for. */
static const char *for_exchangers(const struct ph_recipient_result *r,
                                  size_t *len)
{
    if (has_words(r->detail, "would come back"))
        return "give it to what serves the domain here, or, if nothing does, "
               "correct --hello";
    switch (r->code) {
    case PH_E_RESOLVE:
    case PH_E_ADDRESS:
        return "check the address; if it is right, tell the domain's owner";
    case PH_E_PERMANENT:
        return r->stage == PH_STAGE_RESOLVE
                   ? "write to another address"
                   : "its words say why; ask the domain's postmaster";
    case PH_E_TLS:
        (void)for_tls(r->detail, len); /* no option of ours helps */
        return "try again later; if it stays so, tell the domain's "
               "postmaster";
    case PH_E_NO_TLS:
        return "try again later; if it stays so, tell the domain's "
               "postmaster (-v shows the dialogue)";
    case PH_E_PROTOCOL:
        return "-v shows the dialogue";
    case PH_E_DOUBT:
        return "find out before sending it again";
    case PH_OK:
    case PH_E_NOMEM:
    case PH_E_INVALID:
    case PH_E_CONNECT:
    case PH_E_TIMEOUT:
    case PH_E_CLOSED:
    case PH_E_AUTH:
    case PH_E_TEMPORARY:
    case PH_E_CANCELED:
    case PH_E_LIMIT:
    case PH_E_CONTENT:
    case PH_E_HEADER:
    case PH_E_SYSTEM:
    case PH_E_EXTENSION:
    case PH_E_AGAIN:
        break;
    }
    return "try again later";
}

const char *cli_advice(const struct ph_recipient_result *r,
                       const struct cli_hints *hints, size_t *len)
{
    *len = strlen(r->detail);
    if (hints->exchangers)
        return for_exchangers(r, len);
    switch (r->code) {
    case PH_E_RESOLVE:
        return "check the name in --server";
    case PH_E_CONNECT:
        return "check host and port, and that a server listens there";
    case PH_E_TIMEOUT:
        return for_silence(r->stage);
    case PH_E_PROTOCOL:
        return r->stage == PH_STAGE_GREETING
                   ? "-v shows what it said; if it expects TLS from the first "
                     "byte, use smtps://"
                   : "-v shows the dialogue";
    case PH_E_TLS:
        return for_tls(r->detail, len);
    case PH_E_NO_TLS:
        return "ask the server's administrator; mail without a login may go "
               "in clear, with --tls opportunistic";
    case PH_E_AUTH:
        return for_login(r, hints);
    case PH_E_DOUBT:
        return "find out before sending it again";
    case PH_OK:
    case PH_E_NOMEM:
    case PH_E_PERMANENT:
        return "its words say why; ask whoever runs it";
    case PH_E_CLOSED:
        return r->stage == PH_STAGE_GREETING ? for_silence(r->stage)
                                             : "try again later";
    case PH_E_INVALID:
    case PH_E_ADDRESS:
    case PH_E_TEMPORARY:
    case PH_E_CANCELED:
    case PH_E_LIMIT:
    case PH_E_EXTENSION:
    case PH_E_CONTENT:
    case PH_E_HEADER:
    case PH_E_SYSTEM:
    case PH_E_AGAIN:
        break;
    }
    return "try again later";
}
