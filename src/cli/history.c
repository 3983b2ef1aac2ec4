#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "cli/history.h"
#include "cli/options.h"
#include "cli/reader.h"
#include "cli/wrong.h"

enum { RECIPIENTS_MAX = 1 << 30 };

static const struct {
    const char *outcome;
    enum cli_past_state state;
} states[] = {{"accepted", CLI_PAST_CLOSED},     {"refused", CLI_PAST_CLOSED},
              {"deferred", CLI_PAST_OPEN},       {"unsent", CLI_PAST_OPEN},
              {"uncertain", CLI_PAST_UNCERTAIN}, {"pending", CLI_PAST_PENDING}};
enum { STATES = sizeof(states) / sizeof(*states) };

void cli_history_done(struct cli_history *h)
{
    free(h->entries);
    ph__buf_done(&h->recipients);
    *h = (struct cli_history){0};
}

static int add_entry(struct cli_history *h, const struct cli_past *past,
                     const char *recipient)
{
    if (h->count == h->cap) {
        size_t cap = h->cap ? 2 * h->cap : 256;
        struct cli_past *entries = realloc(h->entries, cap * sizeof(*entries));
        if (!entries)
            return PH_E_NOMEM;
        h->entries = entries;
        h->cap = cap;
    }
    h->entries[h->count] = *past;
    h->entries[h->count].recipient = h->recipients.len;
    int rc = ph__buf_add(&h->recipients, recipient, strlen(recipient) + 1);
    if (!rc)
        h->count++;
    return rc;
}

static void copy_digest(char out[CLI_DIGEST_ROOM], const json_t *from,
                        const char *key)
{
    const char *text = json_string_value(json_object_get(from, key));
    snprintf(out, CLI_DIGEST_ROOM, "%s", text ? text : "");
}

/* Files of older versions do not say. */
static void take_identity(struct cli_history *h, const json_t *object)
{
    const json_t *batch = json_object_get(object, "batch");
    if (!batch)
        return;
    copy_digest(h->batch.list, batch, "list");
    copy_digest(h->batch.template, batch, "template");
}

/* PH_E_INVALID: this is no line of ours. */
static int take_object(struct cli_history *h, json_t *object,
                       struct cli_past *past)
{
    const char *recipient = NULL, *outcome = NULL;
    json_int_t row = 0, attempts = 0;
    if (json_unpack(object, "{s:s, s:s, s:I, s:I}", "recipient", &recipient,
                    "outcome", &outcome, "row", &row, "attempts", &attempts))
        return PH_E_INVALID;
    int i = 0;
    while (i < STATES && strcmp(states[i].outcome, outcome) != 0)
        i++;
    if (i == STATES || row < 1 || attempts < 0 || attempts > 1000000)
        return PH_E_INVALID;
    past->row = (uint64_t)row;
    past->attempts = (unsigned)attempts;
    past->state = states[i].state;
    take_identity(h, object);
    return add_entry(h, past, recipient);
}

static int take_line(struct cli_history *h, struct ph_slice line, uint64_t at)
{
    struct cli_past past = {.at = at, .len = line.len};
    json_t *object = json_loadb(line.data, line.len, 0, NULL);
    int rc = object ? take_object(h, object, &past) : PH_E_INVALID;
    json_decref(object);
    return rc;
}

static int compare(const void *left, const void *right, void *user)
{
    const struct cli_history *h = user;
    const struct cli_past *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    int order = strcmp(h->recipients.data + a->recipient,
                       h->recipients.data + b->recipient);
    if (order || a->at == b->at)
        return order;
    return a->at < b->at ? -1 : 1;
}

static bool same_key(const struct cli_history *h, const struct cli_past *a,
                     const struct cli_past *b)
{
    return a->row == b->row && strcmp(h->recipients.data + a->recipient,
                                      h->recipients.data + b->recipient) == 0;
}

static void keep_last_lines(struct cli_history *h)
{
    size_t kept = 0;
    if (h->count)
        qsort_r(h->entries, h->count, sizeof(*h->entries), compare, h);
    for (size_t i = 0; i < h->count; i++)
        if (i + 1 == h->count ||
            !same_key(h, &h->entries[i], &h->entries[i + 1]))
            h->entries[kept++] = h->entries[i];
    h->count = kept;
}

/* EXIT_DONE at the end, -1 to go on. */
static int load_line(struct cli_history *h, struct cli_reader *reader,
                     const char *path)
{
    struct ph_slice line;
    bool ended;
    uint64_t at = reader->offset;
    enum cli_got got = cli_reader_line(reader, &line, &ended);
    /* Without its end it was being written when that run was killed: what it
     * would have said was never acted upon. */
    if (got == CLI_GOT_END || (got == CLI_GOT_LINE && !ended))
        return EXIT_DONE;
    if (got == CLI_GOT_ERROR) {
        bool memory = errno == ENOMEM;
        cli_wrong_file(path, errno);
        return memory ? EXIT_TRY_LATER : EXIT_NO_INPUT;
    }
    int rc = got == CLI_GOT_LINE ? take_line(h, line, at) : PH_E_INVALID;
    h->end = reader->offset;
    if (!rc)
        return -1;
    if (rc == PH_E_INVALID)
        cli_error("%s holds something else than results at octet %llu: give "
                  "--results another file, or remove that line",
                  path, (unsigned long long)at);
    else
        cli_error("%s: %s", path, ph_strerror(rc));
    return rc == PH_E_INVALID ? EXIT_BAD_DATA : EXIT_TRY_LATER;
}

int cli_history_load(struct cli_history *out, int fd, const char *path)
{
    struct cli_history h = {.recipients = PH__BUF(RECIPIENTS_MAX)};
    struct cli_reader reader;
    int status;
    cli_reader_init(&reader, fd, true);
    do
        status = load_line(&h, &reader, path);
    while (status < 0);
    cli_reader_done(&reader);
    if (status) {
        cli_history_done(&h);
        return status;
    }
    keep_last_lines(&h);
    *out = h;
    return EXIT_DONE;
}

const struct cli_past *cli_history_find(const struct cli_history *h,
                                        uint64_t row, const char *recipient)
{
    size_t low = 0, high = h->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct cli_past *past = &h->entries[middle];
        int order =
            past->row == row
                ? strcmp(h->recipients.data + past->recipient, recipient)
            : past->row < row ? -1
                              : 1;
        if (order == 0)
            return past;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
