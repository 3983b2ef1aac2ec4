/* Writes a message to standard output, for parse_back.py: pairs of a call and
 * its argument, "@file" meaning what is in a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <posthaste/merge.h>

struct call {
    const char *name;
    void (*call)(struct ph_message *msg, const char *argument);
};

static void header(struct ph_message *msg, const char *argument)
{
    char name[100];
    size_t len = strcspn(argument, "=");
    if (len >= sizeof(name))
        exit(64);
    memcpy(name, argument, len);
    name[len] = '\0';
    ph_message_header(msg, name, argument + len + 1);
}

static void ready(struct ph_message *msg, const char *argument)
{
    ph_message_ready(msg, argument, strlen(argument), false);
}

static void take(struct ph_message *msg, const char *argument)
{
    ph_message_take_recipients(msg);
}

static void date(struct ph_message *msg, const char *argument)
{
    ph_message_date(msg, strtoll(argument, NULL, 10));
}

static void calendar(struct ph_message *msg, const char *argument)
{
    ph_message_calendar(msg, "REQUEST", argument);
}

/* What the next attachment is, besides its octets; for the life of the tool. */
static struct ph_attachment next;

static void type(struct ph_message *msg, const char *argument)
{
    next.type = strdup(argument);
}

static void name(struct ph_message *msg, const char *argument)
{
    next.name = strdup(argument);
}

static void inline_id(struct ph_message *msg, const char *argument)
{
    next.inline_id = strdup(argument);
}

static void description(struct ph_message *msg, const char *argument)
{
    next.description = strdup(argument);
}

static void attach(struct ph_message *msg, const char *path)
{
    next.size = sizeof(next);
    next.path = path;
    ph_message_attach(msg, &next);
    free((char *)next.type);
    free((char *)next.name);
    free((char *)next.inline_id);
    free((char *)next.description);
    next = (struct ph_attachment){.size = 0};
}

static const struct call calls[] = {
    {"from", ph_message_from},
    {"to", ph_message_to},
    {"cc", ph_message_cc},
    {"bcc", ph_message_bcc},
    {"reply-to", ph_message_reply_to},
    {"subject", ph_message_subject},
    {"header", header},
    {"text", ph_message_text},
    {"html", ph_message_html},
    {"calendar", calendar},
    {"type", type},
    {"name", name},
    {"inline", inline_id},
    {"description", description},
    {"attach", attach},
    {"boundary", ph_message_boundary},
    {"date", date},
    {"id", ph_message_id},
    {"ready", ready},
    {"take", take},
    {"sender", ph_message_envelope_from},
    {"recipient", ph_message_envelope_to},
};

static char *slurp(const char *argument)
{
    static char text[1 << 20];
    if (argument[0] != '@')
        return strdup(argument);
    FILE *file = fopen(argument + 1, "rb");
    if (!file)
        return NULL;
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return strdup(text);
}

/* A row: the remaining "name=value" arguments. */
static const char *field(void *user, const char *name)
{
    size_t len = strlen(name);
    for (char **row = user; *row; row++)
        if (strncmp(*row, name, len) == 0 && (*row)[len] == '=')
            return *row + len + 1;
    return NULL;
}

static int merge(struct ph_message *msg, const char *text, char **row)
{
    struct ph_template *t = ph_template_new(text, strlen(text));
    int rc = ph_template_fill(t, field, row, msg);
    if (rc)
        fprintf(stderr, "%s\n", ph_message_problem(msg));
    ph_template_free(t);
    return rc;
}

static int obey(struct ph_message *msg, char **argv)
{
    for (; argv[0] && argv[1]; argv += 2) {
        char *argument = slurp(argv[1]);
        if (!argument)
            return 66;
        int rc = 0;
        if (strcmp(argv[0], "merge") == 0)
            rc = merge(msg, argument, argv + 2);
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
            if (strcmp(argv[0], calls[i].name) == 0)
                calls[i].call(msg, argument);
        bool last = strcmp(argv[0], "merge") == 0;
        free(argument);
        if (last)
            return rc ? 65 : 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct ph_message *msg = ph_message_new();
    struct ph_slice out;
    int rc = obey(msg, argv + 1);
    if (!rc && ph_message_render(msg, &out)) {
        fprintf(stderr, "%s\n", ph_message_problem(msg));
        rc = 65;
    }
    if (!rc)
        fwrite(out.data, 1, out.len, stdout);
    ph_message_free(msg);
    return rc;
}
