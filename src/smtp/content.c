#include <string.h>

#include "smtp/content.h"

/* Below this it is cheaper, and bounds memory, to copy than to point. */
enum { COPY_BELOW = 128 };

static int add(struct ph__out *out, const char *data, size_t len)
{
    if (out->measuring) {
        out->queued += len;
        return PH_OK;
    }
    return len < COPY_BELOW ? ph__out_copy(out, data, len)
                            : ph__out_borrow(out, data, len);
}

/* A run of octets that needs no change waits in [start, at); it is written
 * when something must be put in between. */
struct run {
    const char *start;
    const char *at;
};

static int flush(struct ph__out *out, struct run *run, const char *upto)
{
    int rc = add(out, run->start, (size_t)(upto - run->start));
    run->start = upto;
    return rc;
}

/* The line [at, end), which a line end follows if `ended`. */
static int line(struct ph__content *c, struct ph__out *out, struct run *run,
                const char *end, bool ended)
{
    const char *at = run->at;
    size_t len = (size_t)(end - at);
    bool crlf = ended && len && at[len - 1] == '\r';
    if (memchr(at, '\r', len - crlf))
        return PH_E_CONTENT;
    int rc = PH_OK;
    if (c->kind == PH__CONTENT_DATA && !c->within_line && len && *at == '.') {
        rc = flush(out, run, at);
        if (!rc)
            rc = add(out, ".", 1);
    }
    c->within_line = len > 0;
    if (!rc && ended && !crlf) {
        rc = flush(out, run, end);
        if (!rc)
            rc = add(out, "\r", 1);
    }
    if (ended)
        c->within_line = false;
    return rc;
}

/* A CR that ended the piece before: only an LF may follow. */
static int settle_cr(struct ph__content *c, struct ph__out *out,
                     const char *data)
{
    if (!c->after_cr)
        return PH_OK;
    if (*data != '\n')
        return PH_E_CONTENT;
    c->after_cr = false;
    return add(out, "\r", 1);
}

int ph__content_add(struct ph__content *c, struct ph__out *out,
                    const char *data, size_t len)
{
    if (!len)
        return PH_OK;
    if (c->kind == PH__CONTENT_BINARY)
        return add(out, data, len);
    if (memchr(data, '\0', len))
        return PH_E_CONTENT;
    const char *end = data + len;
    struct run run = {data, data};
    bool lf_is_due = c->after_cr;
    int rc = settle_cr(c, out, data);
    if (!rc && lf_is_due) {
        run.at = data + 1;
        c->within_line = false;
    }
    if (!rc && run.at < end && end[-1] == '\r') {
        c->after_cr = true;
        end--;
    }
    while (!rc && run.at < end) {
        const char *lf = memchr(run.at, '\n', (size_t)(end - run.at));
        rc = line(c, out, &run, lf ? lf : end, lf != NULL);
        run.at = lf ? lf + 1 : end;
    }
    return rc ? rc : flush(out, &run, end);
}

int ph__content_end(struct ph__content *c, struct ph__out *out)
{
    if (c->after_cr)
        return PH_E_CONTENT;
    bool unfinished = c->within_line;
    c->within_line = false;
    return unfinished ? add(out, "\r\n", 2) : PH_OK;
}

int ph__content_measure(const struct ph__content *c, const char *data,
                        size_t len, bool last, uint64_t *octets)
{
    struct ph__content dry = *c;
    struct ph__out out = {.measuring = true};
    int rc = ph__content_add(&dry, &out, data, len);
    if (!rc && last)
        rc = ph__content_end(&dry, &out);
    *octets = out.queued;
    return rc;
}
