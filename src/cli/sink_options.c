#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/sink_options.h"
#include "cli/wrong.h"
#include "sink/script.h"

enum {
    NAMES_MAX = 1024,        /* of --with, --without, --limits, together */
    DELAY_MAX_MS = 600000,   /* no client waits longer: RFC 5321 4.5.3.2.6 */
    READ_AHEAD = 1024 * 1024 /* what reading a file may reserve */
};

enum option {
    LISTEN = 1,
    DIR_,
    TLS_CERT,
    TLS_KEY,
    IMPLICIT_TLS,
    USER,
    PASSWORD,
    LMTP,
    REPLY,
    WITHOUT,
    WITH,
    LIMITS,
    MAX_RECIPIENTS,
    MAX_MESSAGES,
    DELAY,
    SCRIPT,
    WEB,
    JSON,
    HELP,
    OPTIONS
};

static const struct cli_option options[] = {
    {LISTEN, 0, "listen", "HOST:PORT",
     "or unix:/path; port 0 picks a free one (default:\n"
     "127.0.0.1:2525). The first line printed is\n"
     "\"listening on HOST:PORT\""},
    {DIR_, 0, "dir", "DIR",
     "store each message as DIR/NNNNNN.eml, as it was received\n"
     "without its stuffed dots, and what is known of it in\n"
     "DIR/NNNNNN.json; what cannot be stored is refused: 452"},
    {TLS_CERT, 0, "tls-cert", "FILE", "offer STARTTLS: certificates (PEM)"},
    {TLS_KEY, 0, "tls-key", "FILE", "and their key (PEM)"},
    {IMPLICIT_TLS, 0, "implicit-tls", NULL, "TLS from the first octet instead"},
    {USER, 0, "user", "NAME",
     "want authentication before MAIL: PLAIN or LOGIN, and\n"
     "under TLS only if there is a certificate"},
    {PASSWORD, 0, "password", "TEXT", "NAME's password"},
    {LMTP, 0, "lmtp", NULL,
     "speak LMTP: LHLO, and after the content a reply for each\n"
     "recipient that was accepted"},
    {REPLY, 0, "reply", "STAGE[@PATTERN]=CODE[ TEXT]",
     "reply that instead; may be repeated, the first that fits\n"
     "counts. STAGE is greeting, hello, starttls, auth, mail,\n"
     "rcpt, data, bdat (a chunk), content (the end of it: the\n"
     "dot, or the last chunk), rset or quit. PATTERN is a glob\n"
     "for what was said: the address at mail and rcpt, any\n"
     "recipient at data, bdat and content (with --lmtp, each\n"
     "recipient at content), also the number of the chunk at\n"
     "bdat, the name at hello, the mechanism at auth. CODE is\n"
     "three digits (a good reply changes the text only, 421\n"
     "closes too) or\n"
     "  drop     close at once\n"
     "  stall    never reply\n"
     "  garbage  reply what no client understands\n"
     "  drip     the right reply, an octet a second\n"
     "  flood    a reply of lines without end (16 MiB)"},
    {WITHOUT, 0, "without", "EXT[,EXT]",
     "do not offer PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN,\n"
     "ENHANCEDSTATUSCODES, CHUNKING, BINARYMIME, LIMITS (they\n"
     "hold all the same), STARTTLS or AUTH; nor know EHLO"},
    {WITH, 0, "with", "EXT[,EXT]",
     "offer DELIVERBY, FUTURERELEASE, MT-PRIORITY or, where it\n"
     "is encrypted, REQUIRETLS too"},
    {LIMITS, 0, "limits", "'NAME=N NAME=N'",
     "allow no more, and say so (RFC 9422): MAILMAX (then\n"
     "421), RCPTMAX, RCPTDOMAINMAX (then 452)"},
    {MAX_RECIPIENTS, 0, "max-recipients", "N",
     "accept N in a transaction, then reply 452 (default and\n"
     "most: 10000)"},
    {MAX_MESSAGES, 0, "max-messages", "N",
     "take N messages, wait for their sessions' end, exit;\n"
     "with --script, N sessions"},
    {DELAY, 0, "delay", "MS",
     "let all replies wait for so long, as a round trip does;\n"
     "what was answered at once leaves at once"},
    {SCRIPT, 0, "script", "FILE",
     "say and expect what FILE says, on each connection anew:\n"
     "lines as `posthaste send -v` prints them, S: and C:, and\n"
     "comments with #. <hidden> stands for anything. Whoever\n"
     "says something else is shown on standard error and cut\n"
     "off, and the exit status will be 1"},
    {WEB, 0, "web", "HOST:PORT",
     "show the messages in a browser as they come; port 0\n"
     "picks a free one. The second line printed is \"web on\n"
     "http://...\". The last 500 are kept, in memory; no\n"
     "password is asked"},
    {JSON, 0, "json", NULL, "print an object a message, not a line for people"},
    {HELP, 'h', "help", NULL, "print this"},
    {0}};

const struct cli_option *const cli_sink_tables[] = {options, NULL};

static const char usage[] =
    "usage: posthaste sink [OPTION...]\n\n"
    "A small SMTP server for trying things out: it accepts mail, stores it if\n"
    "asked to, and relays nothing. SIGINT or SIGTERM ends it; then it sums up\n"
    "on standard error. A flight there is what was answered at once.\n";

/* Where the value of an option goes. */
enum kind { FLAG, TEXT, NAMES, COUNT, RULE, NOTHING };

struct place {
    enum kind kind;
    size_t at; /* in the settings */
    uint64_t max;
};

#define AT(field) offsetof(struct cli_sink_settings, field)
static const struct place places[OPTIONS] = {
    [LISTEN] = {TEXT, AT(sink.listen), 0},
    [DIR_] = {TEXT, AT(dir), 0},
    [TLS_CERT] = {TEXT, AT(sink.tls_cert), 0},
    [TLS_KEY] = {TEXT, AT(sink.tls_key), 0},
    [IMPLICIT_TLS] = {FLAG, AT(sink.implicit_tls), 0},
    [USER] = {TEXT, AT(sink.user), 0},
    [PASSWORD] = {TEXT, AT(sink.password), 0},
    [LMTP] = {FLAG, AT(sink.lmtp), 0},
    [REPLY] = {RULE, 0, 0},
    [WITHOUT] = {NAMES, AT(without), 0},
    [WITH] = {NAMES, AT(with), 0},
    [LIMITS] = {NAMES, AT(limits), 0},
    [MAX_RECIPIENTS] = {COUNT, AT(sink.max_recipients),
                        PH__SINK_RECIPIENTS_MAX},
    [MAX_MESSAGES] = {COUNT, AT(sink.max_messages), UINT64_MAX},
    [DELAY] = {COUNT, AT(sink.delay_ms), DELAY_MAX_MS},
    [SCRIPT] = {TEXT, AT(script_file), 0},
    [WEB] = {TEXT, AT(web), 0},
    [JSON] = {FLAG, AT(json), 0},
    [HELP] = {NOTHING, 0, 0},
};

static const char *name_of(int id)
{
    size_t i = 0;
    while (options[i].id != id)
        i++;
    return options[i].name;
}

static int set_count(uint64_t *out, int id, uint64_t max, const char *value)
{
    if (ph__text_to_u64(value, strlen(value), out) && *out && *out <= max)
        return EXIT_DONE;
    if (max == UINT64_MAX)
        cli_error("sink: --%s %s: give a number above 0", name_of(id), value);
    else
        cli_error("sink: --%s %s: give a number from 1 to %" PRIu64,
                  name_of(id), value, max);
    return EXIT_USAGE_ERROR;
}

static int add_names(struct ph__buf *names, int id, const char *value)
{
    if (!ph__buf_format(names, ",%s", value))
        return EXIT_DONE;
    cli_error("sink: --%s: too many names: %d octets are enough for all",
              name_of(id), NAMES_MAX);
    return EXIT_USAGE_ERROR;
}

static int apply(struct cli_sink_settings *set, int id, const char *value)
{
    const struct place *place = &places[id];
    void *field = (char *)set + place->at;
    switch (place->kind) {
    case FLAG:
        *(bool *)field = true;
        break;
    case TEXT:
        *(const char **)field = value;
        break;
    case NAMES:
        return add_names(field, id, value);
    case COUNT:
        return set_count(field, id, place->max, value);
    case RULE:
        set->replies[set->sink.reply_count++] = value;
        break;
    case NOTHING:
        break;
    }
    return EXIT_DONE;
}

static int read_script(struct cli_sink_settings *set)
{
    if (set->dir || set->web) {
        cli_error("sink: --script and %s: what a script takes is not "
                  "stored: leave one out",
                  set->dir ? "--dir" : "--web");
        return EXIT_USAGE_ERROR;
    }
    int status = cli_file_read(&set->script, set->script_file);
    if (!status && set->script.len &&
        memchr(set->script.data, '\0', set->script.len)) {
        cli_error("%s holds a NUL, and a script has none: give another file",
                  set->script_file);
        status = EXIT_BAD_DATA;
    }
    return status;
}

/* What was repeated is whole now. */
static int conclude(struct cli_sink_settings *set)
{
    struct ph__sink_options *sink = &set->sink;
    sink->replies = set->replies;
    sink->discard_content = !set->dir && !set->web;
    if (set->with.len)
        sink->with = set->with.data;
    if (set->without.len)
        sink->without = set->without.data;
    if (set->limits.len)
        sink->limits = set->limits.data;
    if (!set->script_file)
        return EXIT_DONE;
    int status = read_script(set);
    sink->script = ph__buf_text(&set->script);
    return status;
}

int cli_sink_parse(struct cli_sink_settings *out, int argc, char **argv,
                   bool *helped)
{
    struct cli_args args = {.argc = argc, .argv = argv, .tables = {options}};
    int id;
    *out = (struct cli_sink_settings){
        .with = PH__BUF(NAMES_MAX),
        .without = PH__BUF(NAMES_MAX),
        .limits = PH__BUF(NAMES_MAX),
        .script = PH__BUF(PH__SINK_SCRIPT_MAX + READ_AHEAD),
        .replies = calloc((size_t)argc + 1, sizeof(*out->replies))};
    if (!out->replies)
        return cli_wrong_memory();
    while ((id = cli_next(&args)) > 0) {
        if (id == HELP) {
            cli_help(usage, args.tables, 1);
            *helped = true;
            return EXIT_DONE;
        }
        int status = apply(out, id, args.value);
        if (status)
            return status;
    }
    return id == CLI_END ? conclude(out) : EXIT_USAGE_ERROR;
}

void cli_sink_settings_done(struct cli_sink_settings *s)
{
    free(s->replies);
    ph__buf_done(&s->with);
    ph__buf_done(&s->without);
    ph__buf_done(&s->limits);
    ph__buf_done(&s->script);
}
