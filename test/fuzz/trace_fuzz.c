/* A recorded dialogue, shown as a table, a drawing and a page (trace/trace.h):
 * all time that passed is spent once, and in order; what is shown is printable,
 * is well-formed as far as its marks go, and never more than a page of flights.
 *
 * An input is the dialogue. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "trace/trace.h"

enum { TEXT_MAX = 64 * 1024, PAGE_MAX = 64 << 20 };

static void check_session(const struct ph__trace *t,
                          const struct ph__trace_session *s)
{
    uint64_t sum = 0;
    uint64_t now = s->begin;
    size_t trips = 0;
    for (size_t p = 0; p < PH__PHASE_COUNT; p++)
        sum += s->spent[p];
    MUST(sum == s->end - s->begin);
    MUST(s->begin >= t->begin && s->end <= t->end);
    for (size_t i = 0; i < s->count; i++) {
        const struct ph__flight *f = &s->flights[i];
        MUST(f->from >= now && f->from - now == f->gap && f->to >= f->from);
        MUST((f->remark != NULL) == !f->lines && !f->count == !f->lines);
        MUST(!f->trip || f->trip == ++trips);
        now = f->to;
    }
    MUST(now == s->end && trips == s->trips);
}

/* Marks are ours: each opens and closes before the next one does. */
static void check_marks(const struct ph__buf *out)
{
    bool within = false;
    size_t open = 0;
    for (size_t i = 0; i < out->len; i++) {
        char c = out->data[i];
        MUST(c != '<' || !within);
        open += c == '<';
        within = c == '<' || (within && c != '>');
    }
    MUST(!within && open > 4);
}

static void check_shown(const struct ph__trace *t)
{
    struct ph__buf text = PH__BUF(PAGE_MAX);
    struct ph__buf svg = PH__BUF(PAGE_MAX);
    struct ph__buf html = PH__BUF(PAGE_MAX);
    MUST(!ph__trace_text(&text, t) && !ph__trace_svg(&svg, t) &&
         !ph__trace_html(&html, t));
    MUST(fuzz_is_printable(text.data, text.len, true));
    MUST(fuzz_is_printable(svg.data, svg.len, true));
    MUST(fuzz_is_printable(html.data, html.len, true));
    check_marks(&svg);
    check_marks(&html);
    MUST(strstr(html.data, svg.data) != NULL);
    ph__buf_done(&text);
    ph__buf_done(&svg);
    ph__buf_done(&html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    struct ph__transcript transcript;
    struct ph__trace t;
    struct ph__buf copy = PH__BUF(TEXT_MAX);
    char *text = fuzz_string(&in);
    fuzz_add(&copy, text, strlen(text));
    bool read = !ph__transcript_read(&transcript, &copy);
    bool made = read && !ph__trace_make(&t, &transcript, 0);
    for (size_t i = 0; made && i < t.count; i++)
        check_session(&t, &t.sessions[i]);
    if (made) {
        check_shown(&t);
        ph__trace_done(&t);
    }
    if (read)
        ph__transcript_done(&transcript);
    ph__buf_done(&copy);
    free(text);
    return 0;
}
