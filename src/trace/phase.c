#include <string.h>

#include "base/text.h"
#include "trace/phase.h"

static const struct {
    const char *name;
    const char *colour;
    const char *words;
} phases[] = {
#define PHASE_ROW(id, name, colour, words) {name, colour, words},
    PH__PHASES(PHASE_ROW)
#undef PHASE_ROW
};

const char *ph__phase_name(enum ph__phase phase)
{
    return phases[phase].name;
}

const char *ph__phase_colour(enum ph__phase phase)
{
    return phases[phase].colour;
}

const char *ph__phase_words(enum ph__phase phase)
{
    return phases[phase].words;
}

static enum ph__phase phase_of_command(const struct ph__transcript_line *line)
{
    static const struct {
        const char *verb;
        enum ph__phase phase;
    } verbs[] = {{"EHLO", PH__PHASE_HELLO},    {"HELO", PH__PHASE_HELLO},
                 {"LHLO", PH__PHASE_HELLO},    {"STARTTLS", PH__PHASE_TLS},
                 {"AUTH", PH__PHASE_AUTH},     {"*", PH__PHASE_AUTH},
                 {"MAIL", PH__PHASE_ENVELOPE}, {"RCPT", PH__PHASE_ENVELOPE},
                 {"DATA", PH__PHASE_ENVELOPE}, {"BDAT", PH__PHASE_CONTENT},
                 {".", PH__PHASE_CONTENT}};
    if (!line->visible) /* an answer to a challenge */
        return PH__PHASE_AUTH;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (ph__transcript_has_verb(line->text, verbs[i].verb))
            return verbs[i].phase;
    return PH__PHASE_QUIT;
}

static void expect(struct ph__phase_reader *r, enum ph__phase phase)
{
    size_t n = r->due_count;
    if (n == PH__TRACE_DUE_MAX || (n && r->due[n - 1].phase == phase)) {
        r->due[n - 1].count++;
        return;
    }
    r->due[n].phase = phase;
    r->due[n].count = 1;
    r->due_count++;
}

static enum ph__phase waited_for(const struct ph__phase_reader *r)
{
    if (r->due_count)
        return r->due[0].phase;
    return !r->connected ? PH__PHASE_CONNECT
           : !r->greeted ? PH__PHASE_GREETING
                         : r->last;
}

/* LMTP has several replies to a content: those beyond the first are of the
 * phase that the one before them was of. */
static enum ph__phase hear(struct ph__phase_reader *r, const char *text)
{
    r->connected = true; /* whoever wrote the file may not have said so */
    enum ph__phase phase = waited_for(r);
    bool more = strnlen(text, 4) == 4 && text[3] == '-';
    if (more)
        return phase;
    r->greeted = true;
    if (r->due_count && --r->due[0].count == 0)
        memmove(r->due, r->due + 1, --r->due_count * sizeof(*r->due));
    return phase;
}

enum ph__phase ph__phase_of(struct ph__phase_reader *r,
                            const struct ph__transcript_line *line)
{
    switch (line->kind) {
    case PH__TRANSCRIPT_HEARD:
        r->last = hear(r, line->text);
        break;
    case PH__TRANSCRIPT_SAID:
        r->last = phase_of_command(line);
        expect(r, r->last);
        break;
    case PH__TRANSCRIPT_CONTENT:
        r->last = PH__PHASE_CONTENT;
        break;
    case PH__TRANSCRIPT_SECURED:
        r->connected = true;
        r->last = PH__PHASE_TLS;
        break;
    }
    return r->last;
}

enum ph__phase ph__phase_of_remark(struct ph__phase_reader *r, const char *text)
{
    enum ph__phase phase = waited_for(r);
    if (strncmp(text, "connected to ", 13) == 0)
        r->connected = true;
    return phase;
}

enum ph__phase ph__phase_before(const struct ph__transcript_line *said,
                                enum ph__phase phase)
{
    bool begins =
        phase == PH__PHASE_QUIT || ph__transcript_has_verb(said->text, "MAIL");
    return begins && said->kind == PH__TRANSCRIPT_SAID ? PH__PHASE_IDLE : phase;
}
