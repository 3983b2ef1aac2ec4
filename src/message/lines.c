#include <string.h>

#include "message/limits.h"
#include "message/lines.h"

size_t ph__lines_one(const char *data, size_t len, size_t *with_end)
{
    const char *lf = memchr(data, '\n', len);
    size_t end = lf ? (size_t)(lf - data) : len;
    *with_end = lf ? end + 1 : len;
    return lf && end && data[end - 1] == '\r' ? end - 1 : end;
}

static size_t count_high(const char *data, size_t len)
{
    size_t high = 0;
    for (size_t i = 0; i < len; i++)
        high += (unsigned char)data[i] >> 7;
    return high;
}

/* Asked once of all lines, in vector code: hardly ever is there one. */
static bool has_problem(const char *data, size_t len)
{
    unsigned char lone = 0;
    for (size_t i = 1; i < len; i++)
        lone |= (unsigned char)((data[i - 1] == '\r') & (data[i] != '\n'));
    return lone || (len && data[len - 1] == '\r') || memchr(data, '\0', len);
}

static const char *line_problem(const char *line, size_t len)
{
    if (memchr(line, '\0', len))
        return "has a NUL";
    if (memchr(line, '\r', len))
        return "has a lone CR";
    return NULL;
}

void ph__lines_scan(struct ph__lines *out, const char *data, size_t len)
{
    struct ph__lines seen = {.high = count_high(data, len)};
    bool trouble = has_problem(data, len);
    for (size_t at = 0, step; at < len; at += step) {
        size_t n = ph__lines_one(data + at, len - at, &step);
        seen.count++;
        if (n > PH__LINE_MAX && !seen.long_line)
            seen.long_line = seen.count;
        if (!trouble || seen.problem)
            continue;
        seen.problem = line_problem(data + at, n);
        seen.problem_line = seen.problem ? seen.count : 0;
    }
    *out = seen;
}

int ph__lines_copy(struct ph__buf *out, const char *data, size_t len)
{
    int rc = ph__buf_reserve(out, len);
    for (size_t at = 0, step; !rc && at < len; at += step) {
        size_t n = ph__lines_one(data + at, len - at, &step);
        rc = ph__buf_add(out, data + at, n);
        if (!rc)
            rc = ph__buf_add(out, "\r\n", 2);
    }
    return rc;
}
