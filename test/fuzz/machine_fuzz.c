/* The machine under a server and a driver that do anything: whatever is said,
 * every transaction gets one end, in order; each recipient is told what a
 * second reading of the dialogue says of it (ear.h); what goes out is what a
 * server can read, content as it was given, nothing once the session is over;
 * nothing secret is traced; and how the octets are cut is of no matter (U03,
 * U18, S02, S13).
 *
 * An input is four octets (options, habits, how many messages, how content is
 * given), one for each message, and then what happens, an octet each: below
 * 0x80 one of the replies; below 0xA0 a reply in words, to the next NUL; below
 * 0xC0 some octets leave; from there on what befalls the session. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/letter.h"

enum { OPS_MAX = 500, TEXT_MAX = 20000, LOG_MAX = 4 << 20, REPLY_MAX = 200 };

/* Of the first octet; the two lowest bits are enum ph_tls. */
enum option {
    WITH_AUTH = 4,
    LMTP = 8,
    CHUNKING = 16,
    FORCE_8BIT = 32,
    NOT_PIPELINED = 64,
    TRACE_CONTENT = 128
};
/* Of the second one; the rest is how far to run ahead. */
enum habit { KEEP_COMMIT = 32, KEEP_READY = 64, LAZY = 128 };
/* Of the third one; the rest is how many messages there are. */
enum { AT_ONCE = 128 };
/* Where nothing else was asked for: with BDAT; with DATA the 354 decides. */
enum { AHEAD_USUAL = 8 };
/* Of the fourth one; the rest is the length of a piece. */
enum giving {
    EMPTY_FIRST = 32, /* a piece of no octets */
    OPEN_END = 64,    /* the last one has none: that was all */
    BROKEN = 128      /* the last message is no content */
};

static const char secret[] = "hunter2hunter2";

/* What a server may say; the first ones lead the furthest. '@' stands for the
 * number that the ear knows a reply by. */
static const char *const replies[] = {
    "250 ok @\r\n",
    "220 mx @\r\n",
    "354 go @\r\n",
    "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-BINARYMIME\r\n"
    "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250 DSN\r\n",
    "250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n",
    "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n"
    "250 LIMITS RCPTMAX=2 MAILMAX=3 RCPTDOMAINMAX=1\r\n",
    "250 mx\r\n",
    "235 in @\r\n",
    "334 VXNlcm5hbWU6\r\n",
    "334 \r\n",
    "221 bye @\r\n",
    "550 5.1.1 no @\r\n",
    "450 later @\r\n",
    "452 4.5.3 too many @\r\n",
    "552 5.5.3 too many @\r\n",
    "503 what @\r\n",
    "554-no\r\n554 really @\r\n",
    "421 closing @\r\n",
    "535 wrong @\r\n",
    "504 not this @\r\n",
    "432 transition @\r\n",
    "251 moved @\r\n",
    "299 odd @\r\n",
    "399 odd @\r\n",
    "nonsense @\r\n",
    "250-a\r\n251 b @\r\n",
};
enum { REPLIES = sizeof(replies) / sizeof(replies[0]) };

struct play {
    struct ph_machine *m;
    struct fuzz_input in;
    struct fuzz_cutter cutter;
    struct letter letters[EAR_MESSAGES];
    size_t count; /* that may begin */
    size_t begun;
    size_t done;
    size_t piece;
    bool empty_first;
    bool open_end;
    struct letter *committing;
    bool keep_commit; /* answer COMMIT by an op only */
    bool keep_ready;  /* likewise READY */
    bool lazy;        /* the transport takes octets by an op only */
    bool at_once;     /* replies arrive without pulling in between: the ear
                         cannot tell which of them were heard */
    bool closed;
    size_t fed;
    size_t said; /* replies with a number */
    struct ear ear;
    struct ph__buf trace;
    struct ph__buf outcomes;
};

/* ---- the driver ---- */

static void begin(struct play *p)
{
    if (p->begun == p->count) {
        (void)ph_machine_tell(p->m, PH_SIGNAL_QUIT, NULL);
        return;
    }
    struct letter *l = &p->letters[p->begun];
    bool may = ph_machine_may_begin(p->m);
    int rc = ph_machine_begin(p->m, &l->env);
    MUST(may == (rc == PH_OK));
    p->begun += rc == PH_OK;
}

/* The length of the next one; *last says whether it is. */
static size_t cut_piece(const struct play *p, const struct letter *l,
                        bool *last)
{
    size_t left = strlen(l->body) - l->given;
    size_t len = p->piece && p->piece < left ? p->piece : left;
    if (p->empty_first && !l->pieces)
        len = 0;
    *last = len == left && (!len || !p->open_end);
    return len;
}

static void give_piece(struct play *p, struct letter *l)
{
    bool last;
    size_t len = cut_piece(p, l, &last);
    const char *data = l->body + l->given;
    struct ear_message *heard = &p->ear.messages[l - p->letters];
    heard->may_end |= last && !l->env.commit && !l->broken;
    MUST(!l->ended); /* or it would be asked for again */
    l->ended = last;
    l->given += len;
    l->pieces++;
    int rc = ph_machine_body(p->m, data, len, last);
    MUST(rc == PH_OK || (l->broken && rc == PH_E_CONTENT));
    MUST(!last || (rc == PH_OK) != l->broken);
    MUST(!last || ph_machine_body(p->m, "#", 1, true) == PH_E_INVALID);
}

static void commit(struct play *p)
{
    struct letter *l = p->committing;
    int rc = ph_machine_tell(p->m, PH_SIGNAL_GO, NULL);
    MUST(rc == PH_OK || rc == PH_E_INVALID);
    if (rc)
        return;
    MUST(l && !p->closed);
    p->committing = NULL;
    p->ear.messages[l - p->letters].may_end = true;
}

static void note_verdict(struct play *p, size_t i, const struct ph_verdict *v)
{
    bool good = v->why.reply.code / 100 == 2 && v->why.code == PH_OK;
    const char *text = v->why.reply.text;
    MUST((v->outcome == PH_ACCEPTED) == good);
    MUST(v->outcome != PH_ACCEPTED || v->why.stage == PH_STAGE_CONTENT);
    MUST(v->outcome == PH_ACCEPTED || v->why.code != PH_OK);
    MUST(fuzz_is_printable(text, strlen(text), true));
    if (!p->at_once)
        ear_judge(&p->ear, p->done, i, v);
    MUST(ph__buf_format(&p->outcomes, "%zu %zu %d %d\n", p->done, i,
                        (int)v->outcome, (int)v->postponed) == PH_OK);
}

static void on_done(struct play *p, struct letter *l)
{
    MUST(!p->closed && p->done < p->begun);
    MUST(l == &p->letters[p->done] && !l->done);
    l->done = true;
    for (size_t i = 0; i < l->env.to_count; i++) {
        struct ph_verdict v;
        ph_machine_verdict(p->m, i, &v);
        note_verdict(p, i, &v);
    }
    p->done++;
}

static void on_closed(struct play *p, const struct ph_error *error)
{
    MUST(!p->closed);
    p->closed = true;
    MUST(p->done == p->begun);
    if (!p->at_once)
        ear_judge_end(&p->ear, error);
}

static void serve(struct play *p, const struct ph_event *ev)
{
    switch (ev->type) {
    case PH_EVENT_START_TLS:
    case PH_EVENT_NEED_LOGIN:
    case PH_EVENT_REPLY:
        return;
    case PH_EVENT_RECIPIENT:
        MUST(ev->user == &p->letters[p->done]);
        if (!p->at_once)
            ear_judge_rcpt(&p->ear, p->done, ev);
        return;
    case PH_EVENT_READY:
        MUST(ph_machine_may_begin(p->m));
        if (!p->keep_ready)
            begin(p);
        return;
    case PH_EVENT_NEED_BODY:
        give_piece(p, ev->user);
        return;
    case PH_EVENT_COMMIT:
        p->committing = ev->user;
        MUST(p->committing->env.commit && p->committing->ended);
        if (!p->keep_commit)
            commit(p);
        return;
    case PH_EVENT_DONE:
        on_done(p, ev->user);
        return;
    case PH_EVENT_CLOSED:
        on_closed(p, ev->error);
        return;
    }
}

/* The server may know it, and say it. What we say is seen in clear, or in
 * base64: alone (LOGIN), or behind "\0ann\0" (PLAIN). */
static void check_trace(const char *trace)
{
    static const char *const forms[] = {secret, "aHVudGVyMmh1bnRlcjI",
                                        "odW50ZXIyaHVudGVyMg"};
    for (const char *line = trace; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t len = strcspn(line, "\n");
        bool ours = !strncmp(line, "C: ", 3);
        for (size_t i = 0; ours && i < sizeof(forms) / sizeof(forms[0]); i++)
            MUST(!memmem(line, len, forms[i], strlen(forms[i])));
    }
}

static void pull(struct play *p)
{
    struct ph_event ev;
    while (ph_machine_next(p->m, &ev))
        serve(p, &ev);
    const char *trace;
    size_t len = ph_machine_trace(p->m, &trace);
    if (len) {
        check_trace(trace);
        fuzz_add(&p->trace, trace, len);
    }
    const char *state = ph_machine_state(p->m);
    bool over = !strcmp(state, "CLOSED");
    bool rests = !strcmp(state, "READY") || over;
    MUST((ph_machine_timeout(p->m, NULL) == 0) == rests);
    MUST(p->closed == over);
    p->ear.over |= over;
}

static void send(struct play *p, size_t most)
{
    struct ph_slice slices[8];
    size_t sent = 0;
    size_t count = ph_machine_output(p->m, slices, 8);
    for (size_t i = 0; i < count && sent < most; i++) {
        size_t n = slices[i].len < most - sent ? slices[i].len : most - sent;
        MUST(!p->closed);
        if (!p->at_once)
            ear_hear(&p->ear, slices[i].data, n);
        sent += n;
    }
    ph_machine_sent(p->m, sent);
}

static void send_all(struct play *p)
{
    struct ph_slice slice;
    while (ph_machine_output(p->m, &slice, 1))
        send(p, SIZE_MAX);
}

/* ---- the server, and what befalls the session ---- */

static void feed(struct play *p, const char *data, size_t len)
{
    while (len) {
        size_t n = fuzz_piece(&p->cutter, len);
        size_t taken = ph_machine_feed(p->m, data, n);
        pull(p);
        MUST(taken && taken <= n); /* events were pulled: it can go on */
        data += taken;
        len -= taken;
    }
}

/* Reply by reply, so that the ear knows what was heard and what was not. */
static void say(struct play *p, const char *data, size_t len)
{
    p->fed += len;
    if (p->at_once) {
        feed(p, data, len);
        return;
    }
    while (len) {
        size_t n = 0;
        bool complete = false;
        bool over = p->closed;
        while (n < len && !complete)
            complete = ear_say(&p->ear, data[n++]);
        feed(p, data, n);
        MUST(over || !complete || !ear_is_final(&p->ear) || p->closed);
        data += n;
        len -= n;
        if (!p->lazy)
            send_all(p);
    }
}

static void say_text(struct play *p)
{
    char *text = fuzz_string(&p->in);
    say(p, text, strlen(text));
    free(text);
}

static void say_reply(struct play *p, const char *reply)
{
    char text[REPLY_MAX];
    const char *at = strchr(reply, '@');
    size_t len = at ? (size_t)(at - reply) : strlen(reply);
    p->ear.number = at ? ++p->said : 0;
    int n = snprintf(text, sizeof(text), "%.*s", (int)len, reply);
    if (at)
        n = snprintf(text, sizeof(text), "%.*s@%zu%s", (int)len, reply, p->said,
                     at + 1);
    say(p, text, (size_t)n);
    p->ear.number = 0;
}

static void befall(struct play *p, unsigned op)
{
    static const enum ph_signal signals[] = {
        PH_SIGNAL_TLS_UP,      PH_SIGNAL_GO,   PH_SIGNAL_TLS_FAILED,
        PH_SIGNAL_BODY_FAILED, PH_SIGNAL_QUIT, PH_SIGNAL_TIMEOUT,
        PH_SIGNAL_LOST};
    unsigned n = sizeof(signals) / sizeof(signals[0]);
    unsigned which = op % (n + 2);
    if (which == n) {
        begin(p);
    } else if (which > n) {
        (void)ph_machine_query(p->m, PH_QUERY_VRFY, "ann");
    } else if (signals[which] == PH_SIGNAL_GO) {
        commit(p);
    } else {
        int rc = ph_machine_tell(p->m, signals[which], "as it happens");
        if (!rc && signals[which] == PH_SIGNAL_TLS_UP && !p->at_once)
            ear_secured(&p->ear);
    }
}

static void step(struct play *p)
{
    unsigned op = fuzz_octet(&p->in);
    if (op < 0x80)
        say_reply(p, replies[op % REPLIES]);
    else if (op < 0xA0)
        say_text(p);
    else if (op < 0xC0)
        send(p, (op - 0xA0) * 7);
    else
        befall(p, op - 0xC0);
    pull(p);
    if (!p->lazy)
        send_all(p);
    pull(p);
}

/* ---- who sends what, and how ---- */

static void write_letters(struct play *p, bool broken)
{
    p->ear.count = p->ear.open = p->count;
    for (size_t i = 0; i < p->count; i++) {
        struct letter *l = &p->letters[i];
        letter_write(l, i, fuzz_octet(&p->in), broken && i + 1 == p->count);
        p->ear.messages[i].env = &l->env;
        p->ear.messages[i].content =
            (struct ph_slice){l->wire, strlen(l->wire)};
    }
}

static void open_session(struct play *p, unsigned options, unsigned habits)
{
    static const struct ph_credentials credentials = {
        .size = sizeof(credentials), .user = "ann", .password = secret};
    struct ph_session_options o = {
        .size = sizeof(o),
        .tls = (enum ph_tls)(options & 3),
        .auth = options & WITH_AUTH ? &credentials : NULL,
        .lmtp = options & LMTP,
        .chunking = options & CHUNKING,
        .force_8bit = options & FORCE_8BIT,
        .without = options & NOT_PIPELINED ? "PIPELINING" : NULL,
        .ahead = habits % 18,
        .trace = options & TRACE_CONTENT ? 2 : 1};
    MUST(ph_machine_new(&p->m, &o) == PH_OK);
    p->ear.lmtp = o.lmtp;
    p->ear.must_be_secure = o.tls == PH_TLS_REQUIRED;
    p->ear.alone = o.without;
    p->ear.ahead = o.ahead ? o.ahead : AHEAD_USUAL;
    p->ear.prompt = !(habits & LAZY);
    if (o.tls != PH_TLS_IMPLICIT)
        ear_greet(&p->ear);
    p->keep_commit = habits & KEEP_COMMIT;
    p->keep_ready = habits & KEEP_READY;
    p->lazy = habits & LAZY;
}

static void start(struct play *p)
{
    unsigned options = fuzz_octet(&p->in);
    unsigned habits = fuzz_octet(&p->in);
    unsigned how = fuzz_octet(&p->in);
    ear_init(&p->ear);
    ph__buf_init(&p->trace, LOG_MAX);
    ph__buf_init(&p->outcomes, LOG_MAX);
    open_session(p, options, habits);
    p->at_once = how & AT_ONCE;
    p->count = (how & ~(unsigned)AT_ONCE) % (EAR_MESSAGES + 1);
    unsigned giving = fuzz_octet(&p->in);
    p->piece = (giving & 15) % 9;
    p->empty_first = giving & EMPTY_FIRST;
    p->open_end = giving & OPEN_END;
    write_letters(p, giving & BROKEN);
}

static void act(struct play *p)
{
    start(p);
    pull(p);
    for (size_t i = 0; p->in.left && i < OPS_MAX; i++)
        step(p);
    if (!p->closed)
        MUST(ph_machine_tell(p->m, PH_SIGNAL_LOST, NULL) == PH_OK);
    pull(p);
    send_all(p);
    MUST(p->closed && p->done == p->begun);
    ph_machine_free(p->m);
}

static void end(struct play *p)
{
    ear_done(&p->ear);
    ph__buf_done(&p->trace);
    ph__buf_done(&p->outcomes);
}

/* Where nothing may come, its first octet ends the session; how much of it is
 * traced depends on the cut. */
static void compare(const struct play *p, const struct play *whole)
{
    MUST(fuzz_same(&p->outcomes, &whole->outcomes));
    MUST(whole->ear.breach || whole->ear.unasked ||
         fuzz_same(&p->trace, &whole->trace));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct play *plays = calloc(FUZZ_CUTS, sizeof(*plays));
    MUST(plays);
    enum fuzz_cut cuts = FUZZ_CUTS;
    for (enum fuzz_cut how = FUZZ_WHOLE; how < cuts; how++) {
        struct play *p = &plays[how];
        p->in = (struct fuzz_input){(const char *)data, len, TEXT_MAX};
        p->cutter = (struct fuzz_cutter){how, (uint32_t)len};
        act(p);
        if (p->at_once)
            cuts = FUZZ_PIECES;
        else if (how == FUZZ_WHOLE)
            cuts = fuzz_cuts(p->fed);
        if (how != FUZZ_WHOLE)
            compare(p, &plays[FUZZ_WHOLE]);
    }
    for (enum fuzz_cut how = FUZZ_WHOLE; how < cuts; how++)
        end(&plays[how]);
    free(plays);
    return 0;
}
