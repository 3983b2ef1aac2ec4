#include <string.h>

#include "base/text.h"
#include "cli/presets.h"

enum { SUBMISSION = 587, SUBMISSIONS = 465 };
#define STARTTLS SUBMISSION, false
#define TLS      SUBMISSIONS, true

#define APP_PASSWORD "use an app password, not the one of the account"
#define GMAIL                                                                  \
    "use an app password (myaccount.google.com/apppasswords), or "             \
    "--oauth-token-command"
#define OUTLOOK                                                                \
    "use --oauth-token-command: passwords are taken only where an "            \
    "administrator still allows them"
#define YAHOO      "use an app password, or --oauth-token-command"
#define SES_SECRET "use SMTP credentials, which are not the AWS access key"
#define CODE       "use an authorization code made in the settings of webmail"

/* Date of the facts, for all of them; the numbers are those that providers
 * publish or were seen to enforce. */
#define SEEN      "2026-11"
#define NO_LIMITS 0, 0

static const struct cli_preset presets[] = {
    {"gmail", "smtp.gmail.com", TLS, "OAUTHBEARER,XOAUTH2,PLAIN,LOGIN",
     NO_LIMITS, GMAIL, SEEN},
    {"outlook", "smtp-mail.outlook.com", STARTTLS, "XOAUTH2,LOGIN", 3, 0,
     OUTLOOK, SEEN},
    {"office365", "smtp.office365.com", STARTTLS, "XOAUTH2,LOGIN", 3, 0,
     OUTLOOK, SEEN},
    {"yahoo", "smtp.mail.yahoo.com", TLS, "OAUTHBEARER,XOAUTH2,PLAIN,LOGIN",
     NO_LIMITS, YAHOO, SEEN},
    {"icloud", "smtp.mail.me.com", STARTTLS, "PLAIN,LOGIN", NO_LIMITS,
     APP_PASSWORD, SEEN},
    {"fastmail", "smtp.fastmail.com", TLS, "PLAIN,LOGIN", NO_LIMITS,
     APP_PASSWORD, SEEN},
    {"zoho", "smtp.zoho.com", TLS, "PLAIN,LOGIN", NO_LIMITS, APP_PASSWORD,
     SEEN},
    /* Other regions have other hosts: --server goes with --account ses. */
    {"ses", "email-smtp.us-east-1.amazonaws.com", TLS, "PLAIN,LOGIN", NO_LIMITS,
     SES_SECRET, SEEN},
    {"sendgrid", "smtp.sendgrid.net", TLS, "PLAIN,LOGIN", NO_LIMITS,
     "use --user apikey, and an API key as the password", SEEN},
    {"mailgun", "smtp.mailgun.org", TLS, "PLAIN,LOGIN", NO_LIMITS,
     "use the SMTP credentials of the sending domain", SEEN},
    {"brevo", "smtp-relay.brevo.com", STARTTLS, "CRAM-MD5,PLAIN,LOGIN",
     NO_LIMITS, "use an SMTP key, which is not an API key", SEEN},
    {"postmark", "smtp.postmarkapp.com", STARTTLS, "CRAM-MD5,PLAIN,LOGIN",
     NO_LIMITS, "use the server's API token as user and as password", SEEN},
    {"qq", "smtp.qq.com", TLS, "PLAIN,LOGIN", NO_LIMITS, CODE, SEEN},
    {"163", "smtp.163.com", TLS, "PLAIN,LOGIN", NO_LIMITS, CODE, SEEN},
    {"yandex", "smtp.yandex.ru", TLS, "XOAUTH2,PLAIN,LOGIN", NO_LIMITS,
     "use an app password for mail, or --oauth-token-command", SEEN},
    {"gmx", "mail.gmx.com", TLS, "PLAIN,LOGIN", NO_LIMITS,
     "allow POP3 and IMAP in the settings of webmail first", SEEN},
};
enum { PRESETS = sizeof(presets) / sizeof(*presets) };

const struct cli_preset *cli_preset_named(const char *name)
{
    for (int i = 0; i < PRESETS; i++)
        if (ph__text_same(presets[i].name, name))
            return &presets[i];
    return NULL;
}

const struct cli_preset *cli_preset_of(const char *host)
{
    for (int i = 0; i < PRESETS; i++)
        if (ph__text_same(presets[i].host, host))
            return &presets[i];
    return NULL;
}

int cli_preset_list(struct ph__buf *out)
{
    int rc = PH_OK;
    for (int i = 0; i < PRESETS && !rc; i++)
        rc = ph__buf_format(out, "%s%s", i ? ", " : "", presets[i].name);
    return rc;
}
