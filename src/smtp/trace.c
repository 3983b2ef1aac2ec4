#include <string.h>

#include "base/text.h"
#include "smtp/machine.h"

/* A trace that cannot be kept is lost; it must not fail the session. */
static void add(struct ph_machine *m, const char *data, size_t len)
{
    (void)ph__buf_add(&m->trace, data, len);
}

static void add_text(struct ph_machine *m, const char *text)
{
    (void)ph__buf_add_text(&m->trace, text);
}

void ph__machine_trace_said(struct ph_machine *m, const char *line, size_t len,
                            size_t secret_from)
{
    if (!m->config.trace)
        return;
    add_text(m, "C: ");
    add(m, line, secret_from);
    add_text(m, secret_from < len ? "<hidden>\n" : "\n");
}

/* The code stays, whatever a secret looks like. */
void ph__machine_trace_heard(struct ph_machine *m)
{
    if (!m->config.trace)
        return;
    const struct ph__reply_reader *r = &m->reader;
    const char *line = ph__buf_text(&r->shown);
    const char *text = line + r->shown_text;
    size_t len = r->shown.len - r->shown_text;
    bool challenge =
        r->code == 334 && ph__secrets_challenge(&m->secrets, text, len);
    size_t shown = ph__secrets_seek(&m->secrets, &m->trace_trail, text, len);
    bool hidden = challenge || m->trace_trail.found;
    add_text(m, "S: ");
    add(m, line, r->shown_text + (challenge ? 0 : shown));
    add_text(m, hidden ? "<hidden>\n" : "\n");
}

/* Behind what came too early: a remark. */
void ph__machine_trace_unasked(struct ph_machine *m)
{
    if (m->config.trace)
        add_text(m, "# that came before any reply was due\n");
}

/* So that it shows how long was waited. */
void ph__machine_trace_silence(struct ph_machine *m)
{
    if (m->config.trace)
        add_text(m, "# no answer in time\n");
}

static void add_content_line(struct ph_machine *m, const char *data, size_t len)
{
    size_t from = m->trace.len;
    add(m, data, len);
    if (m->trace.len > from)
        ph__text_make_printable(m->trace.data + from, m->trace.len - from,
                                false);
}

void ph__machine_trace_body(struct ph_machine *m, const char *data, size_t len)
{
    bool within_line = m->trace_content && m->trace.len &&
                       m->trace.data[m->trace.len - 1] != '\n';
    m->trace_content += len;
    if (m->config.trace < 2)
        return;
    const char *end = data + len;
    while (data < end) {
        const char *lf = memchr(data, '\n', (size_t)(end - data));
        const char *stop = lf ? lf : end;
        size_t n = (size_t)(stop - data);
        if (!within_line)
            add_text(m, "C: ");
        add_content_line(m, data, lf && n && stop[-1] == '\r' ? n - 1 : n);
        if (lf)
            add_text(m, "\n");
        within_line = false;
        data = lf ? lf + 1 : end;
    }
}

void ph__machine_trace_body_end(struct ph_machine *m)
{
    if (m->config.trace == 1 && m->trace_content)
        (void)ph__buf_format(&m->trace, "C: <%zu octets>\n", m->trace_content);
    if (m->config.trace > 1 && m->trace.len &&
        m->trace.data[m->trace.len - 1] != '\n')
        add_text(m, "\n");
    m->trace_content = 0;
}
