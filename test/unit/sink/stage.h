/* A session without a connection: octets in, replies out. */
#ifndef TEST_SINK_STAGE_H
#define TEST_SINK_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sink/session.h"

/* What sessions share, and notes: sender, recipients and size of each message
 * delivered; the end of a script, or the line where it was left. */
struct stage {
    struct ph__sink_options opts;
    struct ph__sink_host host;
    struct ph__buf notes;
    int answer; /* of deliver() */
};

struct stage_talk {
    const char *label;
    const char *input;
    const char *codes; /* behind the greeting and the hello */
    const char *notes;
};

/* All extensions but those in `without`; a rule as for --reply. Both may be
 * NULL. A message may have 1000 octets. */
void stage_set_up(struct stage *out, const char *without, const char *rule);
void stage_tear_down(struct stage *stage);
void stage_begin(struct ph__sink_session *out, struct stage *stage);
void stage_feed(struct ph__sink_session *s, const char *text);
/* The code, and the octet behind it, of every line that waits to be sent. */
void stage_expect(const struct ph__sink_session *s, const char *codes);

/* The same replies and notes whether the input comes whole, an octet at a
 * time, or cut anywhere; `hello` ("EHLO x\r\n") comes before it. */
void stage_expect_talk(struct stage *stage, const char *hello,
                       const struct stage_talk *talk);

#endif
