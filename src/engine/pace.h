/* engine/pace.h - how much may go out when: a pace, and what a rolling minute,
 * hour and day may hold, of messages and of recipients. One for all sessions,
 * and for several engines if they are to share it. Taken before MAIL (U25). */
#ifndef ENGINE_PACE_H
#define ENGINE_PACE_H

#include <posthaste/types.h>

/* Zeros: no such limit. */
struct ph__pace_limits {
    /* `count` in each `per_ms`, spread evenly; `burst` of them (at least 1) may
     * go at once after a rest. More than 2^32 - 1 are as many as that. */
    uint64_t count;
    uint64_t per_ms;
    uint64_t burst;
    /* In any 60 s, any hour, any day, however they are cut: at most this many;
     * counted in 60ths of the span, so a place may come free up to 1/60 late.
     */
    uint64_t minute;
    uint64_t hour;
    uint64_t day;
};

enum ph__pace_what { PH__PACE_MESSAGES, PH__PACE_RECIPIENTS, PH__PACE_KINDS };

/* `now` is a steady clock's, below 2^63. */
struct ph__pace;
/* PH_E_NOMEM. */
int ph__pace_new(struct ph__pace **out,
                 const struct ph__pace_limits limits[PH__PACE_KINDS]);
void ph__pace_free(struct ph__pace *p);

/* How many recipients of one message may go now, at most `recipients` (1 and
 * more): those are taken, with the message. 0: none, and *again is when to ask
 * again, after `now` and never later than it could succeed. A limit smaller
 * than 1 message is no limit. */
uint64_t ph__pace_take(struct ph__pace *p, uint64_t now, uint64_t recipients,
                       uint64_t *again);
/* The transaction never reached its content: what was taken at `taken_at` is
 * given back, as far as its span still counts it; of the pace, unless others
 * have gone after it and kept their distance from it. */
void ph__pace_give_back(struct ph__pace *p, uint64_t taken_at,
                        uint64_t recipients);
/* So much went out at `at`, before this process began (may be before 0 of the
 * clock: age_ms ago counted from `now`). For limits that outlive a restart. The
 * oldest first. */
void ph__pace_restore(struct ph__pace *p, uint64_t now, uint64_t age_ms,
                      uint64_t messages, uint64_t recipients);

#endif
