#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/dsn.h"
#include "cli/options.h"
#include "cli/sendmail_options.h"
#include "message/header.h"

enum { WORD_MAX = 64 }; /* of -N and -R: what they may say is shorter */

enum meaning {
    SENDER,
    FULL_NAME,
    TAKE_RECIPIENTS,
    IGNORE_DOTS,
    NOTIFY,
    RETURN,
    ID,
    BODY,
    MODE,
    SETTING,
    VERBOSE,
    QUEUE,
    DATABASE,
    NOTHING /* said for sendmail's sake: there is nothing here to set */
};

/* Those that Postfix's sendmail knows; "letter" and "letter:" as for getopt().
 */
static const struct letter {
    const char *letter;
    enum meaning meaning;
    const char *argument;
    const char *help;
} letters[] = {
    {"t", TAKE_RECIPIENTS, NULL, "To, Cc and Bcc of the message, too"},
    {"i", IGNORE_DOTS, NULL, "a line with only a dot does not end the message"},
    {"f:", SENDER, "ADDR", "where bounces go; '' = nowhere"},
    {"r:", SENDER, "ADDR", "the same"},
    {"F:", FULL_NAME, "NAME", "the sender's name, for a message without From"},
    {"N:", NOTIFY, "WHEN",
     "never, or of success,failure,delay: reports wanted"},
    {"R:", RETURN, "WHAT", "full or hdrs: how much a report has"},
    {"V:", ID, "ID", "by which reports name this message"},
    {"v", VERBOSE, NULL, "the dialogue on standard error; twice: content too"},
    {"b:", MODE, "m", "read a message; there are no other modes"},
    {"o:", SETTING, "i", "as -i; other settings of sendmail change nothing"},
    {"B:", BODY, "TYPE", "7BIT or 8BITMIME: found out by looking, in any case"},
    {"q", QUEUE, NULL, NULL},
    {"I", DATABASE, NULL, NULL},
    {"A:", NOTHING, NULL, NULL},
    {"C:", NOTHING, NULL, NULL},
    {"e:", NOTHING, NULL, NULL},
    {"G", NOTHING, NULL, NULL},
    {"h:", NOTHING, NULL, NULL},
    {"L:", NOTHING, NULL, NULL},
    {"m", NOTHING, NULL, NULL},
    {"n", NOTHING, NULL, NULL},
    {"O:", NOTHING, NULL, NULL},
    {"p:", NOTHING, NULL, NULL},
    {"U", NOTHING, NULL, NULL},
    {"X:", NOTHING, NULL, NULL},
};
enum { LETTERS = sizeof(letters) / sizeof(*letters) };

static const struct letter *find_letter(char c)
{
    for (size_t i = 0; i < LETTERS; i++)
        if (letters[i].letter[0] == c)
            return &letters[i];
    return NULL;
}

const char *cli_sendmail_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- what this program has not ---- */

static int no_queue(void)
{
    return cli_usage("there is no queue here", NULL,
                     "each message is sent at once, or not at all");
}

static int no_database(void)
{
    return cli_usage("there is no database of aliases here", NULL,
                     "aliases = FILE in an account is read for each message");
}

static int check_name(const char *path)
{
    const char *name = cli_sendmail_name(path);
    if (strcmp(name, "mailq") == 0)
        return no_queue();
    if (strcmp(name, "newaliases") == 0)
        return no_database();
    return EXIT_DONE;
}

static int take_mode(const char *value)
{
    if (strcmp(value, "m") == 0)
        return EXIT_DONE;
    if (strcmp(value, "p") == 0)
        return no_queue();
    if (strcmp(value, "i") == 0)
        return no_database();
    return cli_usage("-b", value,
                     "only -bm is known, which reads one message: for a server "
                     "see posthaste sink --help");
}

/* ---- what it has ---- */

/* Sendmail does not mind capitals, and blanks behind a comma. What is too long
 * to be any of its words becomes "". */
static void simplify(char out[WORD_MAX], const char *value)
{
    size_t n = 0;
    for (; *value && n + 1 < WORD_MAX; value++)
        if (*value != ' ')
            out[n++] = (char)tolower((unsigned char)*value);
    out[*value ? 0 : n] = '\0';
}

static int take_body(const char *value)
{
    char word[WORD_MAX];
    simplify(word, value);
    return strcmp(word, "7bit") == 0 || strcmp(word, "8bitmime") == 0
               ? EXIT_DONE
               : cli_usage("-B", value, "give 7BIT or 8BITMIME");
}

static int take_full_name(struct cli_sendmail_options *o, const char *value)
{
    const char *problem = ph__header_text_problem(value, strlen(value));
    if (problem) {
        cli_error("-F %s: leave that out", problem);
        return EXIT_USAGE_ERROR;
    }
    o->full_name = value;
    return EXIT_DONE;
}

static int take(struct cli_sendmail_options *o, enum meaning meaning,
                const char *value)
{
    char word[WORD_MAX];
    switch (meaning) {
    case SENDER:
        o->sender = value;
        break;
    case FULL_NAME:
        return take_full_name(o, value);
    case TAKE_RECIPIENTS:
        o->take_recipients = true;
        break;
    case IGNORE_DOTS:
        o->ignore_dots = true;
        break;
    case SETTING:
        o->ignore_dots |= strcmp(value, "i") == 0;
        break;
    case NOTIFY:
        simplify(word, value);
        return cli_dsn_notify(&o->request, "-N", word);
    case RETURN:
        simplify(word, value);
        return cli_dsn_return(&o->request, "-R", word);
    case ID:
        return cli_dsn_id(&o->request, "-V", value);
    case BODY:
        return take_body(value);
    case MODE:
        return take_mode(value);
    case VERBOSE:
        o->trace++;
        break;
    case QUEUE:
        return no_queue();
    case DATABASE:
        return no_database();
    case NOTHING:
        break;
    }
    return EXIT_DONE;
}

/* ---- the words ---- */

/* The letters of one word: "-ti", "-oi", "-fann@x.org". `*next` is the word
 * behind it, or NULL; it is taken if the last letter wants it. */
static int take_letters(struct cli_sendmail_options *o, const char *word,
                        const char **next)
{
    int status = EXIT_DONE;
    for (const char *c = word + 1; *c && !status; c++) {
        char name[3] = {'-', *c, '\0'};
        const struct letter *l = find_letter(*c);
        if (!l)
            return cli_usage("sendmail: unknown option", name,
                             "see posthaste sendmail --help");
        if (l->letter[1] != ':') {
            status = take(o, l->meaning, NULL);
            continue;
        }
        const char *value = c[1] ? c + 1 : *next;
        if (!value)
            return cli_usage("sendmail: an argument is missing behind", name,
                             "see posthaste sendmail --help");
        if (!c[1])
            *next = NULL;
        return take(o, l->meaning, value);
    }
    return status;
}

static int take_recipients(struct cli_sendmail_options *o, char **words,
                           bool dashes)
{
    int status = EXIT_DONE;
    for (; *words && !status; words++) {
        if (!dashes && **words == '-' && (*words)[1])
            return cli_usage("an option stands behind a recipient:", *words,
                             "write it in front, or -- in front of recipients");
        status = cli_texts_add(&o->recipients, *words);
    }
    return status;
}

int cli_sendmail_options(struct cli_sendmail_options *out, int argc,
                         char **argv)
{
    int at = 1;
    *out = (struct cli_sendmail_options){0};
    int status = check_name(argc ? argv[0] : "");
    while (!status && at < argc && argv[at][0] == '-' && argv[at][1]) {
        const char *word = argv[at++];
        if (strcmp(word, "--") == 0)
            return take_recipients(out, argv + at, true);
        if (strcmp(word, "--help") == 0) {
            out->help = true;
            return EXIT_DONE;
        }
        const char *next = at < argc ? argv[at] : NULL;
        bool more = next != NULL;
        status = take_letters(out, word, &next);
        at += more && !next;
    }
    return status || at >= argc ? status
                                : take_recipients(out, argv + at, false);
}

void cli_sendmail_options_done(struct cli_sendmail_options *o)
{
    cli_texts_done(&o->recipients);
}

void cli_sendmail_help(void)
{
    puts(
        "usage: sendmail [OPTION...] [--] ADDR...\n"
        "       sendmail -t [OPTION...] [--] [ADDR...]\n"
        "\n"
        "Sends the message on standard input, as sendmail does; at once, for\n"
        "there is no queue: what cannot be sent is not kept (exit status 75).\n"
        "The server is that of $POSTHASTE_SERVER, or of [default] in\n"
        "~/.config/posthaste/config or /etc/posthaste/config, where `from`\n"
        "and `aliases` may stand, too. Run under the name of sendmail, or as\n"
        "posthaste sendmail.\n");
    for (size_t i = 0; i < LETTERS && letters[i].help; i++) {
        const struct letter *l = &letters[i];
        printf("  -%c%s%-*s%s\n", l->letter[0], l->argument ? " " : "",
               l->argument ? 6 : 7, l->argument ? l->argument : "", l->help);
    }
    puts("\nTaken, without effect: -A -C -e -h -L -O -p -X with their\n"
         "arguments, and -G -m -n -U.");
}
