#include <string.h>

#include "base/text.h"
#include "sink/transcript.h"

bool ph__transcript_has_verb(const char *text, const char *verb)
{
    size_t len = strlen(verb);
    return strnlen(text, len) == len && ph__text_same_len(text, verb, len) &&
           (!text[len] || text[len] == ' ' || text[len] == ':');
}

bool ph__transcript_is_chunk(const char *text, uint64_t *octets, bool *last)
{
    if (!ph__transcript_has_verb(text, "BDAT") || text[4] != ' ')
        return false;
    size_t digits = strcspn(text + 5, " ");
    *last = ph__text_same(text + 5 + digits, " LAST");
    return ph__text_to_u64(text + 5, digits, octets) &&
           (*last || !text[5 + digits]);
}

/* "<275 octets>" */
static bool is_summary(const char *text, uint64_t *octets)
{
    size_t digits = strspn(text + (*text == '<'), "0123456789");
    return *text == '<' && strcmp(text + 1 + digits, " octets>") == 0 &&
           ph__text_to_u64(text + 1, digits, octets);
}

/* What a dialogue is read by: where we are in it. */
struct fold {
    struct ph__dialogue *d;
    size_t at;
    size_t kept;         /* lines that stay, at the front */
    uint64_t size;       /* of the latest MAIL; 0 = not said */
    bool data_said;      /* DATA, and no 354 yet */
    bool authenticating; /* AUTH, and nothing but 334 since */
    bool secret_is_due;  /* a 334 was heard */
};

static void keep(struct fold *f, const struct ph__transcript_line *line)
{
    f->d->lines[f->kept++] = *line;
}

/* How many lines from here on are the client's. */
static size_t run_length(const struct fold *f)
{
    size_t n = 0;
    while (f->at + n < f->d->count &&
           f->d->lines[f->at + n].kind == PH__TRANSCRIPT_SAID)
        n++;
    return n;
}

static bool is_dot(const struct ph__transcript_line *line)
{
    return strcmp(line->text, ".") == 0;
}

/* What may follow a content at once (RFC 2920 3.1). */
static bool may_follow(const char *text)
{
    static const char *const verbs[] = {"RSET", "MAIL", "QUIT"};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (ph__transcript_has_verb(text, verbs[i]))
            return true;
    return false;
}

/* Which of `n` lines is the final dot? n if none. A content may have lines that
 * look like it, so SIZE= is asked first, and then what follows the dot. */
static size_t find_dot(const struct ph__transcript_line *lines, size_t n,
                       uint64_t size)
{
    uint64_t octets = 0;
    size_t first = n;
    size_t likely = n;
    for (size_t i = 0; i < n; i++) {
        bool dot = is_dot(&lines[i]);
        if (dot && octets == size && size)
            return i;
        if (dot && first == n)
            first = i;
        bool followed = i + 1 == n || may_follow(lines[i + 1].text);
        if (dot && followed && likely == n)
            likely = i;
        octets += strlen(lines[i].text) + 2;
    }
    return likely < n ? likely : first;
}

static void keep_content(struct fold *f, size_t lines, uint64_t octets)
{
    struct ph__transcript_line whole = f->d->lines[f->at];
    whole.kind = PH__TRANSCRIPT_CONTENT;
    whole.octets = octets;
    f->at += lines;
    keep(f, &whole);
}

/* Behind 354. A content that nothing ends was given up: it is left out, as the
 * short form of a trace does. */
static void fold_data(struct fold *f)
{
    const struct ph__transcript_line *lines = f->d->lines + f->at;
    size_t n = run_length(f);
    uint64_t octets = 0;
    if (n && is_summary(lines->text, &octets))
        return; /* say() takes it */
    size_t dot = find_dot(lines, n, f->size);
    for (size_t i = 0; i < dot; i++)
        octets += strlen(lines[i].text) + 2;
    if (dot == n)
        f->at += n;
    else if (dot)
        keep_content(f, dot, octets);
}

/* Behind BDAT: so many octets, the last line of which may have no end. */
static void fold_chunk(struct fold *f, uint64_t size)
{
    const struct ph__transcript_line *lines = f->d->lines + f->at;
    size_t n = run_length(f);
    uint64_t octets = 0;
    if (n && is_summary(lines->text, &octets))
        return;
    for (size_t i = 0; i < n && octets < size; i++) {
        octets += strlen(lines[i].text) + 2;
        if (octets == size || octets == size + 2) {
            keep_content(f, i + 1, size);
            return;
        }
    }
}

static void hear(struct fold *f, const char *text)
{
    bool go_on = strncmp(text, "354", 3) == 0 && f->data_said;
    f->secret_is_due = f->authenticating && strncmp(text, "334", 3) == 0;
    f->authenticating = f->secret_is_due;
    if (!go_on)
        return;
    f->data_said = false;
    fold_data(f);
}

static void note_size(struct fold *f, const char *text)
{
    const char *size = strstr(text, " SIZE=");
    size_t digits = size ? strspn(size + 6, "0123456789") : 0;
    f->size = 0;
    if (digits)
        (void)ph__text_to_u64(size + 6, digits, &f->size);
}

/* "AUTH PLAIN AGFubgBzZWNyZXQ=": what is behind the mechanism. */
static size_t visible_of_auth(const char *text)
{
    const char *mechanism = text + 4 + strspn(text + 4, " ");
    const char *end = mechanism + strcspn(mechanism, " ");
    return end[0] && end[1] ? (size_t)(end + 1 - text) : SIZE_MAX;
}

static void say(struct fold *f, struct ph__transcript_line line)
{
    uint64_t octets;
    bool last;
    if (is_summary(line.text, &line.octets)) {
        line.kind = PH__TRANSCRIPT_CONTENT;
        keep(f, &line);
        return;
    }
    if (f->secret_is_due && strcmp(line.text, "*") != 0)
        line.visible = 0;
    else if (ph__transcript_has_verb(line.text, "AUTH"))
        line.visible = visible_of_auth(line.text);
    f->authenticating =
        f->authenticating || ph__transcript_has_verb(line.text, "AUTH");
    f->secret_is_due = false;
    f->data_said = f->data_said || ph__text_same(line.text, "DATA");
    if (ph__transcript_has_verb(line.text, "MAIL"))
        note_size(f, line.text);
    keep(f, &line);
    if (ph__transcript_is_chunk(line.text, &octets, &last))
        fold_chunk(f, octets);
}

void ph__dialogue_fold(struct ph__dialogue *d)
{
    struct fold f = {.d = d};
    while (f.at < d->count) {
        struct ph__transcript_line line = d->lines[f.at++];
        if (line.kind == PH__TRANSCRIPT_SAID) {
            say(&f, line);
            continue;
        }
        keep(&f, &line);
        if (line.kind == PH__TRANSCRIPT_HEARD)
            hear(&f, line.text);
    }
    d->count = f.kept;
}
