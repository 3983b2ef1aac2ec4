#include "sim/books.h"

#include <stdlib.h>
#include <string.h>

/* What the server hears and says; and the end. */

/* ---- contents ---- */

size_t sim_books_expected(const struct sim_world *w, unsigned mail)
{
    const struct sim_mail *m = &w->mails[mail];
    bool ends = m->content[m->content_len - 1] == '\n';
    return m->content_len + (ends ? 0 : 2);
}

bool sim_books_matches(const struct sim_world *w, unsigned mail, size_t at,
                       const char *data, size_t len)
{
    const struct sim_mail *m = &w->mails[mail];
    if (at + len > sim_books_expected(w, mail))
        return false;
    for (size_t i = 0; i < len; i++) {
        size_t n = at + i;
        char wanted = n < m->content_len    ? m->content[n]
                      : n == m->content_len ? '\r'
                                            : '\n';
        if (data[i] != wanted)
            return false;
    }
    return true;
}

/* ---- recipients ---- */

void sim_books_expect(struct sim_world *w, const struct sim_conn *c,
                      const struct sim_receipt *receipt)
{
    if (w->receipt_count == w->receipt_room) {
        w->receipt_room = w->receipt_room ? 2 * w->receipt_room : 32;
        w->receipts =
            sim_resize(w->receipts, w->receipt_room * sizeof(*w->receipts));
    }
    struct sim_receipt *r = &w->receipts[w->receipt_count++];
    *r = *receipt;
    r->conn = c;
    r->end = c->peer.said;
}

void sim_books_taint(struct sim_world *w, const struct sim_conn *c)
{
    const struct sim_peer *p = &c->peer;
    for (unsigned i = 0; (p->lied || p->mangles) && i < w->plan.mails; i++) {
        struct sim_mail *m = &w->mails[i];
        if (!m->submitted || m->job.session != c->session)
            continue;
        m->tainted |= p->lied;
        m->mangled |= p->mangles;
    }
}

static void hear(struct sim_world *w, const struct sim_receipt *r)
{
    unsigned limit;
    switch (r->says) {
    case SIM_GOOD:
        r->fate->heard++;
        r->fate->put_off_at = 0;
        if (r->most && (!r->mail->most || r->most < r->mail->most)) {
            r->mail->most = r->most;
            r->mail->most_at = w->now;
        }
        return;
    case SIM_PUT_OFF:
        r->fate->put_off++;
        r->fate->put_off_at = w->now;
        return;
    case SIM_FEWER:
        sim_note(w, "#%u hears that %u sessions are too many", r->conn->number,
                 w->open);
        limit = ph__engine_stats(w->engine).limit;
        w->fewer_at = w->now;
        w->fewer = w->open > limit ? limit : (w->open + 1) / 2;
        return;
    }
}

void sim_books_hear(struct sim_world *w, const struct sim_conn *c)
{
    sim_books_taint(w, c);
    for (size_t i = 0; i < w->receipt_count;) {
        const struct sim_receipt r = w->receipts[i];
        if (r.conn != c || r.end > c->down.delivered) {
            i++;
            continue;
        }
        hear(w, &r);
        w->receipts[i] = w->receipts[--w->receipt_count];
    }
}

/* An attempt that a lost connection has cost is free, but not for ever. */
static uint64_t transactions_max(const struct ph__policy *p, size_t recipients)
{
    uint64_t rounds = p->attempts > 1 ? p->attempts : 1;
    uint64_t losses = p->losses ? p->losses : 5;
    return recipients * rounds * (losses + 2) + 2;
}

void sim_books_begin(struct sim_world *w, const struct sim_conn *c)
{
    struct sim_mail *m = &w->mails[c->peer.mail];
    m->begun += c->life == w->life;
    if (!m->tainted &&
        m->begun > transactions_max(&w->plan.options.policy, m->count))
        sim_violation(w, "m%u was begun %u times", m->number, m->begun);
}

void sim_books_ask(struct sim_world *w, const struct sim_conn *c, unsigned mail,
                   size_t to)
{
    const struct ph__policy *policy = &w->plan.options.policy;
    const struct sim_mail *m = &w->mails[mail];
    struct sim_fate *fate = &w->mails[mail].fates[to];
    uint64_t began = c->peer.began_at;
    fate->seen |= c->life == w->life; /* not what a dead process had said */
    if (!c->session || m->tainted)
        return; /* said before something was heard */
    if (fate->put_off_at && policy->attempts > 1 && began > fate->put_off_at &&
        began < fate->put_off_at + policy->wait_ms)
        sim_violation(w, "m%u.%zu was put off, and comes again after %llu ms",
                      mail, to, (unsigned long long)(began - fate->put_off_at));
    if (m->most && began > m->most_at && c->peer.asked >= m->most &&
        !m->mangled)
        sim_violation(w, "m%u: more than %zu are asked for, which was too many",
                      mail, m->most);
}

void sim_books_refuse(struct sim_world *w, const struct sim_conn *c,
                      struct sim_fate *fate, bool for_good)
{
    if (for_good)
        fate->refused |= c->life == w->life;
    else
        sim_books_expect(
            w, c, &(struct sim_receipt){.fate = fate, .says = SIM_PUT_OFF});
}

void sim_books_accept(struct sim_world *w, const struct sim_conn *c,
                      bool answered)
{
    const struct sim_peer *p = &c->peer;
    struct sim_mail *m = &w->mails[p->mail];
    for (size_t i = 0; i < p->to_count; i++) {
        m->fates[p->to[i]].accepted++;
        if (answered)
            sim_books_expect(
                w, c,
                &(struct sim_receipt){.fate = &m->fates[p->to[i]],
                                      .mail = m,
                                      .most = p->full ? p->to_count : 0});
    }
    if (m->tainted)
        return;
    if (m->commits && !m->gone)
        sim_violation(w, "m%u: its content left before it was let go",
                      m->number);
    if (m->whole && p->to_count != m->wanted)
        sim_violation(w, "m%u: for all or nobody, and %zu of %zu get it",
                      m->number, p->to_count, m->wanted);
}

/* ---- the pace ---- */

void sim_books_content(struct sim_world *w, const struct sim_conn *c)
{
    uint64_t at = w->now;
    if (!w->plan.paced || c->peer.lied)
        return;
    size_t first = c->said_count > SIM_SAID ? c->said_count - SIM_SAID : 0;
    for (size_t i = first; i < c->said_count; i++)
        if (c->said[i % SIM_SAID].mail == c->peer.mail)
            at = c->said[i % SIM_SAID].at;
    if (w->taken_count == w->taken_room) {
        w->taken_room = w->taken_room ? 2 * w->taken_room : 32;
        w->taken = sim_resize(w->taken, w->taken_room * sizeof(*w->taken));
    }
    w->taken[w->taken_count++] = (struct sim_taken){
        .at = at, .life = c->life, .recipients = (unsigned)c->peer.asked};
}

static int by_time(const void *a, const void *b)
{
    const struct sim_taken *one = a;
    const struct sim_taken *two = b;
    return (one->at > two->at) - (one->at < two->at);
}

static void check_span(struct sim_world *w, uint64_t span, uint64_t count,
                       uint64_t most, enum ph__pace_what what)
{
    static const char *const words[] = {"mails", "recipients"};
    if (count > most)
        sim_violation(w, "%llu %s in %llu ms, where %llu may go",
                      (unsigned long long)count, words[what],
                      (unsigned long long)span, (unsigned long long)most);
}

/* Every span from one to another, whatever it was counted in. */
static void check_pace(struct sim_world *w, const struct ph__pace_limits *l,
                       enum ph__pace_what what)
{
    const struct {
        uint64_t span;
        uint64_t most;
    } windows[] = {{60000, l->minute}, {3600000, l->hour}, {86400000, l->day}};
    for (size_t i = 0; i < w->taken_count && !w->failed; i++) {
        uint64_t count = 0;
        for (size_t k = i; k < w->taken_count && !w->failed; k++) {
            uint64_t span = w->taken[k].at - w->taken[i].at;
            if (w->taken[k].life != w->taken[i].life)
                break; /* each process has a pace of its own */
            count += what == PH__PACE_MESSAGES ? 1 : w->taken[k].recipients;
            for (size_t n = 0; n < 3; n++)
                if (windows[n].most && span < windows[n].span)
                    check_span(w, span, count, windows[n].most, what);
            if (l->count)
                check_span(w, span, count,
                           (l->burst ? l->burst : 1) +
                               (span + 1) * l->count / l->per_ms,
                           what);
        }
    }
}

/* ---- the end ---- */

static void check_fate(struct sim_world *w, const struct sim_mail *m, size_t i)
{
    const struct sim_fate *f = &m->fates[i];
    bool may_have_it = f->outcome == PH_ACCEPTED || f->outcome == PH_UNCERTAIN;
    w->figures.outcomes[f->outcome] += f->told;
    if (m->tainted || w->failed)
        return;
    if (f->accepted && f->told && !may_have_it && !f->in_doubt)
        sim_violation(w, "m%u.%zu was taken, and its caller was told \"%s\"",
                      m->number, i, ph_outcome_name(f->outcome));
    if (f->accepted && !f->told && !f->in_doubt)
        sim_violation(w, "m%u.%zu was taken, and nobody was told", m->number,
                      i);
    if (f->accepted > 1 + f->in_doubt && !w->plan.options.policy.even_uncertain)
        sim_violation(w, "m%u.%zu was taken %u times", m->number, i,
                      f->accepted);
    if (f->heard > 1 + f->in_doubt)
        sim_violation(w, "m%u.%zu was taken, which was known, and sent again",
                      m->number, i);
}

void sim_books_end_life(struct sim_world *w)
{
    const struct ph__engine_stats s = ph__engine_stats(w->engine);
    if (w->open || s.open)
        sim_violation(w, "%u sessions are open in the end, %u by its books",
                      w->open, s.open);
    if (s.queued)
        sim_violation(w, "%u mails wait in the end", s.queued);
    for (unsigned i = 0; i < w->plan.mails; i++)
        if (w->mails[i].submitted && w->mails[i].finished != 1)
            sim_violation(w, "m%u came back %u times", i, w->mails[i].finished);
}

void sim_books_close(struct sim_world *w)
{
    for (unsigned i = 0; i < w->plan.mails; i++)
        for (size_t k = 0; k < w->mails[i].count; k++)
            check_fate(w, &w->mails[i], k);
    /* Room may be taken some time before a MAIL that rides behind another. */
    if (!w->plan.paced || w->plan.options.session.ahead != 1)
        return;
    if (w->taken_count)
        qsort(w->taken, w->taken_count, sizeof(*w->taken), by_time);
    for (int i = 0; i < PH__PACE_KINDS; i++)
        if (i == PH__PACE_MESSAGES || !w->plan.whole) /* that may not be cut */
            check_pace(w, &w->plan.pace[i], (enum ph__pace_what)i);
}
