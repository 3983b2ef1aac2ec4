#include <stdio.h>

#include "world.h"

static const struct ph_slice content[] = {{"Subject: x\r\n\r\n", 14},
                                          {"hello\r\n", 7}};
enum { SLICES = sizeof(content) / sizeof(*content) };

void world_set_up_with(struct world *w,
                       const struct ph__engine_options *options)
{
    memset(w, 0, sizeof(*w));
    assert_int_equal(ph__engine_new(&w->engine, options), PH_OK);
}

static struct ph__engine_options usual(unsigned connections)
{
    return (struct ph__engine_options){
        .session = {.size = sizeof(struct ph_session_options),
                    .tls = PH_TLS_NONE},
        .connections = connections,
        .idle_ms = 30000,
        .dial_ms = 10000};
}

void world_set_up(struct world *w, unsigned connections, unsigned messages)
{
    struct ph__engine_options options = usual(connections);
    options.messages_per_connection = messages;
    world_set_up_with(w, &options);
}

void world_set_up_login(struct world *w, unsigned connections)
{
    struct ph__engine_options options = usual(connections);
    options.session.ask_login = true;
    world_set_up_with(w, &options);
    w->credentials = (struct ph_credentials){.size = sizeof(w->credentials),
                                             .user = "tim",
                                             .password = "secret",
                                             .plaintext = true};
}

void world_submit(struct world *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ph__job *job = &w->jobs[i];
        w->to[i] = "b@y.test";
        *job = (struct ph__job){0};
        w->results[i] = (struct ph_recipient_result){.address = w->to[i]};
        ph__list_init(&job->link);
        job->env = (struct ph_envelope){.size = sizeof(job->env),
                                        .from = "a@x.test",
                                        .to = &w->to[i],
                                        .to_count = 1,
                                        .commit = true};
        job->content = content;
        job->slices = SLICES;
        job->results = &w->results[i];
        job->deadline = w->deadline;
        ph__engine_submit(w->engine, job);
    }
}

void world_submit_list(struct world *w, size_t recipients)
{
    static const char *const names[] = {
        "r0@y.test",  "r1@y.test",  "r2@y.test",  "r3@y.test",  "r4@y.test",
        "r5@y.test",  "r6@y.test",  "r7@y.test",  "r8@y.test",  "r9@y.test",
        "r10@y.test", "r11@y.test", "r12@y.test", "r13@y.test", "r14@y.test",
        "r15@y.test", "r16@y.test", "r17@y.test", "r18@y.test", "r19@y.test"};
    struct ph__job *job = &w->jobs[0];
    assert_true(recipients <= sizeof(names) / sizeof(names[0]));
    ph__list_init(&job->link);
    job->env = (struct ph_envelope){.size = sizeof(job->env),
                                    .from = "a@x.test",
                                    .to = names,
                                    .to_count = recipients};
    job->content = content;
    job->slices = SLICES;
    job->results = w->results;
    ph__engine_submit(w->engine, job);
}

static void say(struct peer *p, const char *text)
{
    size_t len = strlen(text);
    assert_true(p->out_len + len < TEXT);
    memcpy(p->out + p->out_len, text, len);
    p->out_len += len;
}

static void arrive(struct peer *p)
{
    if (p->session)
        ph__session_received(p->session, p->out, p->out_len);
    p->out_len = 0;
}

void world_lose(struct peer *p)
{
    arrive(p);
    p->lost = true;
    if (p->session)
        ph__session_failed(p->session, PH_E_CLOSED, PH_STAGE_CONNECT, "gone");
}

static void answer_rcpt(struct world *w, struct peer *p, const char *line)
{
    size_t n = 0;
    if (w->drop_at_rcpt) {
        w->drop_at_rcpt--;
        world_lose(p);
        return;
    }
    if (w->greylist) {
        w->greylist--;
        say(p, "450 4.2.0 not yet\r\n");
        return;
    }
    if (w->rcpt_max && p->rcpt_count == w->rcpt_max) {
        say(p, "452 4.5.3 too many recipients\r\n");
        return;
    }
    if (sscanf(line, "RCPT TO:<r%zu@", &n) == 1)
        p->rcpts[p->rcpt_count++] = n;
    say(p, "250 ok\r\n");
}

static void deliver(struct world *w, struct peer *p)
{
    for (size_t i = 0; i < p->rcpt_count; i++)
        w->delivered[p->rcpts[i]]++;
    p->rcpt_count = 0;
    w->accepted_by_server++;
    p->transactions++;
}

static void answer_line(struct world *w, struct peer *p, const char *line)
{
    if (p->in_content) {
        if (strcmp(line, ".") != 0)
            return;
        if (w->hold_content)
            return;
        p->in_content = false;
        if (w->drop_at_dot) {
            world_lose(p);
            return;
        }
        deliver(w, p);
        say(p, "250 2.0.0 taken\r\n");
        if (w->drop_behind && p->in_len) {
            w->drop_behind = false;
            world_lose(p);
        }
        if (w->drop_after && p->transactions == w->drop_after)
            world_lose(p);
        return;
    }
    if (!strncmp(line, "EHLO", 4))
        say(p, "250-y.test\r\n250-AUTH PLAIN\r\n250-STARTTLS\r\n"
               "250 PIPELINING\r\n");
    else if (!strncmp(line, "STARTTLS", 8))
        say(p, "220 go\r\n");
    else if (!strncmp(line, "AUTH", 4) && w->refuse_logins) {
        w->refuse_logins--;
        say(p, "535 5.7.8 no longer\r\n");
    } else if (!strncmp(line, "AUTH", 4))
        say(p, "235 in\r\n");
    else if (!strncmp(line, "DATA", 4)) {
        p->in_content = true;
        say(p, "354 go\r\n");
    } else if (!strncmp(line, "QUIT", 4))
        say(p, "221 bye\r\n");
    else if (!strncmp(line, "RCPT", 4))
        answer_rcpt(w, p, line);
    else
        say(p, "250 ok\r\n");
}

static void answer(struct world *w, struct peer *p)
{
    char *lf;
    while (!p->lost && (lf = memchr(p->in, '\n', p->in_len)) != NULL) {
        char line[TEXT];
        size_t len = (size_t)(lf - p->in) + 1;
        memcpy(line, p->in, len);
        line[len - 2] = '\0';
        p->in_len -= len;
        memmove(p->in, p->in + len, p->in_len);
        if (p->in_content && w->hold_content)
            continue;
        answer_line(w, p, line);
        if (!w->together)
            arrive(p);
    }
    arrive(p);
}

static void flush(struct peer *p)
{
    struct ph_slice slices[8];
    size_t n;
    while ((n = ph__session_output(p->session, slices, 8)) > 0) {
        size_t total = 0;
        for (size_t i = 0; i < n; i++) {
            assert_true(p->in_len + slices[i].len < TEXT);
            memcpy(p->in + p->in_len, slices[i].data, slices[i].len);
            p->in_len += slices[i].len;
            total += slices[i].len;
        }
        ph__session_sent(p->session, total);
    }
}

static void greet(struct world *w, struct peer *p)
{
    if (w->refuse_dial) {
        ph__session_failed(p->session, PH_E_CONNECT, PH_STAGE_CONNECT,
                           "connection refused");
        return;
    }
    ph__session_dialled(p->session, w->now, "[127.0.0.1]");
    if (w->mute)
        return;
    if (w->greet_at_most && p >= w->peers + w->greet_at_most)
        say(p, "421 4.7.0 too many connections\r\n");
    else
        say(p, "220 y.test\r\n");
    arrive(p);
}

static void finish(struct world *w, struct ph__job *job)
{
    size_t i = (size_t)(job - w->jobs);
    w->finished[i]++;
    w->outcomes[i] = job->results[0].outcome;
    w->stages[i] = job->results[0].stage;
    w->codes[i] = job->results[0].code;
    assert_non_null(job->results[0].reply.text);
}

static void obey(struct world *w, const struct ph__order *o)
{
    struct peer *p = o->session ? ph__session_user(o->session) : NULL;
    switch (o->type) {
    case PH__DIAL:
        p = &w->peers[w->dialled++];
        assert_true(w->dialled < SESSIONS);
        p->session = o->session;
        p->dialling = true;
        ph__session_set_user(o->session, p);
        return;
    case PH__START_TLS:
        if (w->break_tls)
            ph__session_failed(o->session, PH_E_TLS, PH_STAGE_TLS, "broken");
        else
            ph__session_secured(o->session);
        return;
    case PH__LOG_IN:
        w->logins++;
        w->refusals += ph__engine_refusal(w->engine) != NULL;
        if (ph__session_log_in(o->session, &w->credentials))
            ph__session_no_login(o->session, "nobody is in");
        return;
    case PH__SETTLED:
        flush(p);
        return;
    case PH__COMMIT:
        w->commits++;
        if (!w->hold_commits)
            ph__engine_go(o->job);
        return;
    case PH__HEALTH:
        return;
    case PH__FINISHED:
        finish(w, o->job);
        return;
    case PH__CLOSE:
        if (p)
            p->session = NULL;
        ph__session_free(o->session);
        return;
    }
}

static void carry_out(struct world *w)
{
    struct ph__order order;
    while (ph__engine_next(w->engine, w->now, &order)) {
        assert_true(++w->order_limit < 100000); /* wedged */
        obey(w, &order);
    }
}

/* The network's turn: true if anything arrived anywhere. */
static bool network(struct world *w)
{
    bool moved = false;
    for (size_t i = 0; i < w->dialled; i++) {
        struct peer *p = &w->peers[i];
        if (!p->session || p->lost)
            continue;
        moved |= p->dialling || p->in_len;
        if (p->dialling)
            greet(w, p);
        else if (p->in_len)
            answer(w, p);
        p->dialling = false;
    }
    return moved;
}

void world_run(struct world *w)
{
    do
        carry_out(w);
    while (network(w));
}

/* Its timers, too: sessions at rest leave when their time is over. */
static void expire(struct world *w)
{
    for (size_t i = 0; i < w->dialled; i++)
        if (w->peers[i].session && !w->peers[i].dialling &&
            ph__session_deadline(w->peers[i].session) <= w->now)
            ph__session_expired(w->peers[i].session, w->now);
}

void world_pass(struct world *w, uint64_t ms)
{
    uint64_t end = w->now + ms;
    world_run(w);
    while (ph__engine_wakeup(w->engine) <= end) {
        uint64_t at = ph__engine_wakeup(w->engine);
        assert_true(++w->order_limit < 100000); /* storms */
        w->now = at > w->now ? at : w->now + 1;
        expire(w);
        world_run(w);
    }
    w->now = end;
    expire(w);
    world_run(w);
}

void world_tear_down(struct world *w, size_t jobs)
{
    ph__engine_drain(w->engine);
    world_run(w);
    for (size_t i = 0; i < jobs; i++)
        assert_int_equal(w->finished[i], 1); /* C06 */
    assert_true(ph__engine_empty(w->engine));
    assert_int_equal(ph__engine_stats(w->engine).open, 0); /* U03 */
    assert_int_equal(ph__engine_stats(w->engine).queued, 0);
    for (size_t i = 0; i < jobs; i++)
        ph__job_done(&w->jobs[i]);
    ph__engine_free(w->engine);
}

size_t world_count(const struct world *w, size_t jobs, enum ph_outcome outcome)
{
    size_t n = 0;
    for (size_t i = 0; i < jobs; i++)
        n += w->outcomes[i] == outcome;
    return n;
}
