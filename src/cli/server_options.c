#include "cli/server.h"

const struct cli_option cli_server_options[] = {
    CLI_HEADING("Which server:"),
    {CLI_SERVER, 's', "server", "URL",
     "the one to talk to:\n"
     "smtp://HOST[:PORT]   port 587 with credentials, else 25\n"
     "smtps://HOST[:PORT]  TLS from the first byte, port 465\n"
     "lmtp://HOST:PORT     LMTP, to a mail store\n"
     "smtp+unix:///PATH, lmtp+unix:///PATH  a unix socket\n"
     "srv:DOMAIN           the one that DOMAIN names for its\n"
     "                     users (SRV records), with TLS\n"
     "mx:                  each recipient domain's own mail\n"
     "                     exchangers (send and batch)\n"
     "USER:PASSWORD@ may stand before HOST, percent-encoded;\n"
     "default $POSTHASTE_SERVER"},
    {CLI_ACCOUNT, 'a', "account", "NAME",
     "what the section [NAME] of ~/.config/posthaste/config or\n"
     "of /etc/posthaste/config says, where no option does;\n"
     "its keys are the names of these options, and from. Else\n"
     "a well-known provider: gmail, outlook, ... (an unknown\n"
     "NAME lists them all). With no server, [default]"},
    {CLI_HELLO, 0, "hello", "NAME",
     "what EHLO says (default: this host's name if it has a\n"
     "dot, else its address in brackets)"},
    {CLI_TIMEOUT, 0, "timeout", "SECONDS",
     "at most so long for connecting, for the handshake, for\n"
     "each reply and for a blocked write (default: those of\n"
     "RFC 5321 4.5.3.2)"},
    {CLI_WITHOUT, 0, "without", "EXT[,EXT]",
     "as if the server did not offer STARTTLS, PIPELINING,\n"
     "SIZE, 8BITMIME, CHUNKING, BINARYMIME, SMTPUTF8, AUTH,\n"
     "DSN, LIMITS, DELIVERBY, FUTURERELEASE, MT-PRIORITY,\n"
     "REQUIRETLS, ENHANCEDSTATUSCODES"},
    {CLI_CHUNKING, 0, "chunking", NULL,
     "send content by BDAT where CHUNKING is offered, so that\n"
     "many messages go out without a wait"},

    CLI_HEADING("Encryption:"),
    {CLI_TLS, 0, "tls", "none|opportunistic|required",
     "opportunistic is STARTTLS where it is offered (default:\n"
     "required with credentials or port 587, none for unix\n"
     "sockets, else opportunistic)"},
    {CLI_TLS_CA, 0, "tls-ca", "FILE",
     "trust these certificates (PEM), not the system's"},
    {CLI_TLS_NAME, 0, "tls-name", "NAME",
     "the certificate must be for NAME (default: HOST)"},
    {CLI_TLS_PIN, 0, "tls-pin", "sha256//BASE64",
     "the server's key must be this one (posthaste probe shows\n"
     "it), whoever vouches for it; repeatable: one of these"},
    {CLI_TLS_MIN, 0, "tls-min", "1.2|1.3", "nothing older (default: 1.2)"},
    {CLI_TLS_INSECURE, 0, "tls-insecure", NULL, "take any certificate"},
    {CLI_TLS_CERT, 0, "tls-cert", "FILE",
     "show this certificate (PEM, with its chain) to servers\n"
     "that ask for one"},
    {CLI_TLS_KEY, 0, "tls-key", "FILE", "its key (default: in the same file)"},
    {CLI_TLS_KEYLOG, 0, "tls-keylog", "FILE",
     "append the secrets of each TLS session, with which\n"
     "Wireshark decrypts it (default $SSLKEYLOGFILE)"},

    CLI_HEADING("Who we are:"),
    {CLI_USER, 0, "user", "NAME", "log in as NAME"},
    {CLI_PASSWORD, 0, "password", "TEXT",
     "with this password (others may see it before it is\n"
     "hidden: --password-file is better)"},
    {CLI_PASSWORD_FILE, 0, "password-file", "FILE",
     "with the password in the first line of FILE"},
    {CLI_PASSWORD_COMMAND, 0, "password-command", "CMD",
     "with the first line that CMD prints, run for each login.\n"
     "No shell: CMD is split at blanks; 'such words', \"these\"\n"
     "and \\ keep them. Who wants a shell: \"sh -c '...'\""},
    {CLI_OAUTH_TOKEN, 0, "oauth-token", "TEXT",
     "with this OAuth 2.0 access token, not a password"},
    {CLI_OAUTH_TOKEN_FILE, 0, "oauth-token-file", "FILE",
     "with the token in the first line of FILE"},
    {CLI_OAUTH_TOKEN_COMMAND, 0, "oauth-token-command", "CMD",
     "with the token that CMD prints, which is run once more\n"
     "when the server refuses one"},
    {CLI_AUTH, 0, "auth", "MECH[,MECH]",
     "only these mechanisms, in this order. Default, of those\n"
     "that the server offers: OAUTHBEARER, XOAUTH2 with a\n"
     "token; else SCRAM-SHA-256-PLUS, SCRAM-SHA-256,\n"
     "SCRAM-SHA-1-PLUS, SCRAM-SHA-1, DIGEST-MD5, CRAM-MD5,\n"
     "PLAIN, LOGIN. EXTERNAL goes by --tls-cert"},
    {CLI_AUTH_ID, 0, "auth-id", "AUTHZID", "act as somebody else"},
    {CLI_AUTH_PLAINTEXT, 0, "auth-plaintext", NULL,
     "show the secret to the network where there is no TLS"},
    {CLI_AUTH_TWO_STEP, 0, "auth-two-step", NULL,
     "send nothing along with AUTH: wait for the server"},

    CLI_HEADING("Which way:"),
    {CLI_PROXY, 0, "proxy", "URL",
     "socks5://HOST:PORT or http://HOST:PORT (CONNECT), which\n"
     "looks up the server's name; USER:PASSWORD@ before HOST"},
    {CLI_BIND, 0, "bind", "ADDRESS",
     "connect from this address of this machine"},
    {CLI_IPV4, 0, "ipv4", NULL, "try IPv4 addresses only"},
    {CLI_IPV6, 0, "ipv6", NULL, "try IPv6 addresses only"},

    CLI_HEADING("To see what goes on:"),
    {CLI_TRACE_TIMES, 0, "trace-times", NULL,
     "-v, with the time before what was said or heard then:\n"
     "posthaste trace draws it"},
    {CLI_PCAP, 0, "pcap", "FILE",
     "write the sessions to FILE, for Wireshark: in the clear\n"
     "what TLS hides, but no secret of AUTH; headers made up"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option cli_account_options[] = {
    {CLI_FROM, 0, "from", "ADDR", "the sender, where no --from is given"},
    {CLI_ALIASES, 0, "aliases", "FILE", "who gets mail for names on this host"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option cli_mx_notes[] = {
    CLI_HEADING("With --server mx:\n"
                "  Each domain's exchangers (MX records) are tried in their "
                "order, on port 25,\n"
                "  until each recipient is accepted or refused. The name "
                "servers are those of\n"
                "  /etc/resolv.conf. Nothing is kept for later: what is "
                "deferred or unsent, try\n"
                "  again after half an hour.\n"
                "  --hello    say a name that leads to this host: many "
                "exchangers want one. A\n"
                "             domain whose best exchanger has this name is "
                "refused, because the\n"
                "             mail would come back here: give it to what "
                "serves the domain\n"
                "             here, or correct the name.\n"
                "  --tls      the least for all. TLSA records (DANE; where a "
                "name server on this\n"
                "             host validates DNSSEC) and policies of MTA-STS "
                "may ask for more,\n"
                "             and get it, unless this is none.\n"
                "  --tls-ca   vouches for exchangers, and for the https "
                "servers that policies\n"
                "             are fetched from.\n"
                "  --proxy, --bind\n"
                "             are for connections to exchangers; the DNS is "
                "asked, and policies\n"
                "             are fetched, without them.\n"
                "  Wrong with it: a provider's --account, --tls-name, "
                "--tls-pin, and all that\n"
                "  logs in."),
    {0, 0, NULL, NULL, NULL}};

enum { ADDRESS_LIMIT = 4096 };

void cli_server_init(struct cli_server *s)
{
    *s = (struct cli_server){.address = PH__BUF(ADDRESS_LIMIT)};
    cli_account_init(&s->account);
    cli_login_init(&s->login);
    cli_key_log_init(&s->key_log);
    cli_capture_init(&s->capture);
}

void cli_server_done(struct cli_server *s)
{
    cli_account_done(&s->account);
    cli_texts_done(&s->pins);
    cli_url_done(&s->url);
    cli_login_done(&s->login);
    cli_network_done(&s->network);
    cli_key_log_close(&s->key_log);
    cli_capture_close(&s->capture);
    ph__buf_done(&s->address);
    cli_server_init(s);
}

int cli_server_option(struct cli_server *s, int id, const char *value)
{
    s->said[id - CLI_SERVER_FIRST] = value ? value : "";
    if (id == CLI_TIMEOUT)
        return cli_number(&s->timeout_secs, "--timeout", value, 1);
    if (id == CLI_TLS_PIN)
        return cli_texts_add(&s->pins, value);
    return EXIT_DONE;
}

const char *cli_server_option_name(enum cli_server_option option)
{
    const struct cli_option *o = cli_server_options;
    while (o->name && o->id != (int)option)
        o++;
    return o->name ? o->name : "";
}

const char *cli_server_said(const struct cli_server *s,
                            enum cli_server_option option)
{
    return s->said[option - CLI_SERVER_FIRST];
}
