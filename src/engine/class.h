/* engine/class.h - what a reply is about, and so what to do: a table of stage,
 * code, enhanced status code and words (U17). The rows are class.def. */
#ifndef ENGINE_CLASS_H
#define ENGINE_CLASS_H

#include <posthaste/result.h>

/* The first row that fits; there is always one. Never NULL. */
struct ph__class_row {
    enum ph_class class;
    const char *hint; /* what it means and what to do, in words; or "" */
    int line;         /* of class.def */
};
const struct ph__class_row *ph__classify(enum ph_stage stage,
                                         const struct ph_reply *reply);

/* Of a result that is no acceptance: by its reply, or where there was none by
 * its code; never NONE. *hint is static. */
enum ph_class ph__class_of(const struct ph_recipient_result *result,
                           const char **hint);

/* "5.7.x" against {5,7,1}: a number is itself, x anything, 2x is 20 to 29; ""
 * fits all, and nothing else fits where there is none. */
bool ph__enhanced_is(const int enhanced[3], const char *pattern);

#endif
