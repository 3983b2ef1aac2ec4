#include <string.h>

#include "base/text.h"
#include "message/id.h"
#include "message/limits.h"

/* RFC 5322 3.2.3: dot-atom-text. */
static bool is_dot_atom(const char *s, size_t len)
{
    bool dot = true; /* none may come first, behind another, or last */
    for (size_t i = 0; i < len; i++) {
        bool atom = ph__text_is_alnum(s[i]) ||
                    (s[i] && strchr("!#$%&'*+-/=?^_`{|}~", s[i]));
        if (s[i] == '.' ? dot : !atom)
            return false;
        dot = s[i] == '.';
    }
    return !dot;
}

static bool is_literal(const char *s, size_t len)
{
    if (len < 3 || s[0] != '[' || s[len - 1] != ']')
        return false;
    for (size_t i = 1; i < len - 1; i++)
        if (!ph__text_is_alnum(s[i]) && s[i] != ':' && s[i] != '.')
            return false;
    return true;
}

bool ph__id_is_valid(const char *id, size_t len)
{
    const char *at = memchr(id, '@', len);
    if (!at || len > PH__MESSAGE_ID_MAX)
        return false;
    size_t left = (size_t)(at - id);
    size_t right = len - left - 1;
    return is_dot_atom(id, left) &&
           (is_dot_atom(at + 1, right) || is_literal(at + 1, right));
}
