/* test/table/model.pml - the machine against every server there can be, for
 * spin. The rows are those of table.def itself: the preprocessor turns each one
 * into alternatives. Written by hand are the interpreter, as machine.c and
 * run.c of src/smtp have it, what its questions and actions come to, and a
 * driver that may do whatever is allowed. A reply is a cell: the server picks
 * any of the row's, speaks early, or closes.
 *
 * Asserted: a reply is taken for that to the command it answers; each
 * transaction begins once and ends once; no content goes to nobody, but the
 * lone dot; MAIL is said with none open, and behind RSET where one is due; no
 * secret or mail without the TLS that is required; as long as the session
 * lasts, somebody has something to do. Spin adds that no run goes on for ever.
 *
 * spin.py runs it with:
 *   TABLE         the file with the rows
 *   MAILS, RCPTS  transactions, and recipients in each, at most
 *   FLIGHT        commands without a reply
 *   CHUNKS        pieces before the last one; CHUNKS_IN_AIR of them unanswered
 *   LMTP          0, 1
 *   BDAT          0, 1; 2 = in some transactions
 *   PIPELINING    0, 1
 *   LOGIN         1 = from START; 0 = from READY */

/* ---- words of table.def ---- */

#define WAIT(state, ...) ST_##state,
#define PICK(state, ...) ST_##state,
#define HOLD(state, ...) ST_##state,
#define WHEN(...)
#define EARLY(...)
mtype = {
#include TABLE
    ST_COUNT
};

mtype = {
    ACT_pass, ACT_learn, ACT_forget, ACT_challenge, ACT_drop, ACT_only_plain,
    ACT_report, ACT_begin, ACT_turn_away, ACT_unfit, ACT_accept, ACT_reject,
    ACT_reject_last, ACT_postpone, ACT_next, ACT_spoil, ACT_spoil_last,
    ACT_withdraw, ACT_finish, ACT_refuse, ACT_refuse_last, ACT_deliver,
    ACT_decline, ACT_decline_last, ACT_fail, ACT_no_ehlo, ACT_no_tls,
    ACT_no_auth, ACT_no_proof, ACT_breach
};
mtype = { WAIT_ROW, HOLD_ROW };
mtype = { LOST_retry, LOST_doubt, LOST_fine };
#define AHEAD_yes true
#define AHEAD_no false
/* Rows of HOLD with content are answered by the sender, where it is first. */
#define STAGE_CONNECT false
#define STAGE_GREETING false
#define STAGE_HELLO false
#define STAGE_STARTTLS false
#define STAGE_TLS false
#define STAGE_AUTH false
#define STAGE_MAIL false
#define STAGE_RCPT false
#define STAGE_DATA false
#define STAGE_CONTENT true
#define STAGE_QUIT false

/* ---- what the machine knows ---- */

typedef cursor {
    mtype state;
    mtype kind; /* of its row */
    mtype lost;
    bool ahead;
    byte tx; /* from 1; 0 before the first */
    byte rcpt
};
cursor recv, send, way, nowhere;

typedef transaction {
    bool open, spoiled, limited, whole, chunked, commit, roomy, fits;
    bool begun;   /* by recv */
    bool bodied;  /* content was said */
    bool refused; /* some of it was */
    byte count, accepted;
    byte unheard /* replies due to its MAIL and RCPT */
};
transaction tx[MAILS + 1];

typedef command {
    mtype state;
    byte tx, rcpt, replies
};
command flight[FLIGHT + 1]; /* the last one is never used */
byte in_air;
byte chunks_in_air;

byte begun;  /* transactions that the driver gave */
byte pieces; /* of the content that is being said */
bool last_piece, proven, suspect, quitting, asked;
bool clean = true; /* for the next MAIL: nothing is open at the server */
byte mailed;       /* the latest transaction whose MAIL was said */
byte queries;

/* Of the login. */
mtype = { TLS_NONE, TLS_OPTIONAL, TLS_REQUIRED, TLS_FIRST };
mtype tls = TLS_NONE;
bool credentials, secure, starttls, answer, proof, plain_tried;
byte tries, steps, shared; /* mechanisms given up; challenges; mechanisms */

/* The cell that is being followed, and by whom. */
mtype act;
mtype next;
mtype = { REPLY_DUE, REPLY_EARLY, RECEIVER, SENDER, NOBODY };
mtype who;
bool moving, found, speaks, stops;
byte i;
#define CELL(act_, next_) act = ACT_##act_; next = ST_##next_
#define GO(cell) CELL cell

/* ---- questions ---- */

#define ANOTHER(c) (c.tx != begun)
#define T(c) tx[c.tx]
#define HEAD flight[0]
/* The receiver, where the sender has been. */
#define FOLLOWS(c) (c##_is_recv && in_air > 0)
#define recv_is_recv true
#define way_is_recv false

#define ASK_in_flight(c) (in_air > 0)
#define ASK_query_given(c) asked
#define ASK_reset_owed(c)                                                   \
    (FOLLOWS(c) -> HEAD.state == ST_RSET                                       \
                : (c##_is_recv -> T(c).spoiled : ANOTHER(c)))
#define ASK_session_spent(c)                                                   \
    (FOLLOWS(c) -> HEAD.state == ST_QUIT                                       \
                 : (suspect || (quitting && !ANOTHER(c))))
#define ASK_recipients_allowed(c) T(c).roomy
#define ASK_content_fits(c) T(c).fits
#define ASK_mail_refused(c) T(c).spoiled
#define ASK_limit_reached(c) (T(c).accepted > 0)
#define ASK_recipient_left(c)                                                  \
    (FOLLOWS(c) -> HEAD.state == ST_RCPT                                       \
                 : (!T(c).spoiled && !T(c).limited && c.rcpt + 1 < T(c).count))
#define ASK_recipient_accepted(c) (!c##_is_recv || T(c).accepted > 0)
#define ASK_somebody_missing(c)                                                \
    (c##_is_recv && T(c).whole && T(c).accepted < T(c).count)
#define ASK_chunking_used(c) T(c).chunked
#define ASK_lmtp(c) (LMTP == 1)
#define ASK_chunk_given(c)                                                     \
    (FOLLOWS(c) -> HEAD.state == ST_CHUNK : (T(c).chunked && !last_piece))
#define ASK_commit_wanted(c) T(c).commit
#define ASK_content_wanted(c) (!c##_is_recv || T(c).accepted > 0)
#define ASK_reply_left(c)                                                      \
    (FOLLOWS(c) && HEAD.tx == c.tx &&                                          \
     (HEAD.state == ST_DOT || HEAD.state == ST_LAST))
#define HOPELESS(c)                                                            \
    (T(c).spoiled || (mailed == c.tx && !T(c).unheard && !T(c).accepted))
#define ASK_tls_first(c) (tls == TLS_FIRST)
#define ASK_helo_suffices(c)                                                    \
    (!credentials && tls != TLS_REQUIRED && (tls == TLS_FIRST || !secure))
#define ASK_tls_wanted(c)                                                       \
    (!secure && (tls == TLS_OPTIONAL || tls == TLS_REQUIRED))
#define ASK_starttls_offered(c) starttls
#define ASK_tls_required(c) (tls == TLS_REQUIRED)
#define ASK_tls_optional(c) (tls == TLS_OPTIONAL)
#define ASK_login_wanted(c) credentials
#define ASK_secret_is_safe(c) secure
#define ASK_mechanism_shared(c) (tries < shared)
#define ASK_answer_ready(c) answer
#define ASK_plain_may_help(c) (secure && !plain_tried)
#define ASK_mechanism_done(c) proof

/* ---- actions: act.c ---- */

inline end_transaction()
{
    assert(recv.tx > 0 && T(recv).begun && T(recv).open);
    T(recv).open = false;
}

/* By the reply to a content: in LMTP about one of the accepted. */
inline judge()
{
    if
    :: LMTP && T(recv).accepted -> T(recv).accepted--
    :: else -> T(recv).accepted = 0
    fi
}

inline do_act()
{
    if
    :: act == ACT_begin ->
       assert(recv.tx == 0 || !T(recv).open);
       recv.tx++;
       recv.rcpt = 0;
       assert(recv.tx <= begun && !T(recv).begun && T(recv).open);
       T(recv).begun = true
    :: act == ACT_next -> recv.rcpt++
    :: act == ACT_accept ->
       if
       :: !T(recv).spoiled -> T(recv).accepted++
       :: else
       fi
    :: act == ACT_reject || act == ACT_reject_last || act == ACT_postpone ->
       T(recv).limited = T(recv).limited || act == ACT_postpone;
       suspect = suspect || act == ACT_reject_last
    :: act == ACT_spoil || act == ACT_spoil_last ->
       T(recv).spoiled = true;
       T(recv).refused = T(recv).refused || T(recv).bodied;
       T(recv).accepted = 0;
       suspect = suspect || act == ACT_spoil_last
    :: act == ACT_finish || act == ACT_turn_away || act == ACT_unfit ||
       act == ACT_withdraw ->
       end_transaction()
    :: act == ACT_refuse || act == ACT_refuse_last ->
       T(recv).accepted = 0;
       suspect = suspect || act == ACT_refuse_last;
       end_transaction()
    :: act == ACT_deliver ->
       judge();
       /* the server has closed the transaction; but RFC 3030 2 */
       clean = clean || (mailed == recv.tx && !T(recv).refused);
       proven = proven || (recv.state == ST_LAST && !T(recv).spoiled)
    :: act == ACT_decline || act == ACT_decline_last ->
       judge();
       suspect = suspect || act == ACT_decline_last
    :: act == ACT_report -> asked = false
    :: act == ACT_forget -> secure = true; starttls = false; shared = 0
    :: act == ACT_drop -> tries++; steps = 0; proof = false
    :: act == ACT_only_plain -> plain_tried = true; steps = 0; proof = false
    :: else
    fi
}

/* ---- what is said: run.c ---- */

inline check_said()
{
    if
    :: send.state == ST_MAIL ->
       assert(clean && T(send).open && mailed < send.tx);
       clean = false;
       mailed = send.tx;
       pieces = 0;
       T(send).unheard++
    :: send.state == ST_RCPT ->
       assert(mailed == send.tx && !T(send).bodied);
       T(send).unheard++
    :: send.state == ST_DATA -> assert(mailed == send.tx && !T(send).bodied)
    :: send.state == ST_CHUNK || send.state == ST_LAST ->
       assert(T(send).chunked && mailed == send.tx);
       assert(!T(send).refused);
       assert(T(send).accepted || T(send).unheard)
    :: send.state == ST_DOT -> /* alone, if to nobody */
       assert(!T(send).chunked && mailed == send.tx && in_air == 0);
       assert(T(send).accepted || (!T(send).bodied && !LMTP))
    :: send.state == ST_RSET -> clean = true
    :: send.state == ST_STARTTLS -> assert(!secure && in_air == 0)
    :: send.state == ST_AUTH || send.state == ST_ANSWER -> assert(secure)
    :: else
    fi;
    assert(send.state != ST_MAIL || secure || tls == TLS_NONE ||
           tls == TLS_OPTIONAL)
}

inline say()
{
    printf("    says %e, transaction %d\n", send.state, send.tx);
    check_said();
    assert(in_air < FLIGHT);
    flight[in_air].state = send.state;
    flight[in_air].tx = send.tx;
    flight[in_air].rcpt = send.rcpt;
    flight[in_air].replies =
        (LMTP && send.lost == LOST_doubt -> T(send).accepted : 1);
    assert(flight[in_air].replies > 0);
    in_air++;
    chunks_in_air = chunks_in_air + (send.state == ST_CHUNK -> 1 : 0)
}

/* A reply to the oldest command has come. */
inline pop()
{
    if
    :: HEAD.replies > 1 -> HEAD.replies--
    :: else ->
       if
       :: HEAD.state == ST_MAIL || HEAD.state == ST_RCPT ->
          tx[HEAD.tx].unheard--
       :: HEAD.state == ST_CHUNK -> chunks_in_air--
       :: else
       fi;
       for (i : 0 .. FLIGHT - 1) {
           flight[i].state = flight[i + 1].state;
           flight[i].tx = flight[i + 1].tx;
           flight[i].rcpt = flight[i + 1].rcpt;
           flight[i].replies = flight[i + 1].replies
       }
       in_air--
    fi
}

inline copy(to, from)
{
    to.state = from.state;
    to.kind = from.kind;
    to.lost = from.lost;
    to.ahead = from.ahead;
    to.tx = from.tx;
    to.rcpt = from.rcpt
}

/* What the sender cannot foresee, or leaves to the receiver. */
#define ACTION(act_, next_) ACT_##act_
#define LEFT_TO_RECEIVER(cell) (ACTION cell == ACT_turn_away || ACTION cell == ACT_unfit)
#define MUST_WAIT                                                              \
    (way.state == ST_ANYONE &&                                                 \
     (T(way).whole || (T(way).chunked && (LMTP || !proven))))

#define WAIT(state_, stage, say_, r2, r3, r4, r5, lost_, ahead_, secs)         \
    :: way.state == ST_##state_ ->                                             \
       way.kind = WAIT_ROW;                                                    \
       way.lost = LOST_##lost_;                                                \
       way.ahead = AHEAD_##ahead_;                                             \
       found = true;                                                           \
       moving = false
#define PICK(state_, stage, ask, yes, no)                                      \
    :: way.state == ST_##state_ ->                                             \
       if                                                                      \
       :: ASK_##ask(way) && !MUST_WAIT -> GO(yes)                              \
       :: !(ASK_##ask(way)) && !MUST_WAIT && !LEFT_TO_RECEIVER(no) -> GO(no)   \
       :: else -> moving = false                                               \
       fi
#define HOLD(state_, stage_, event_, done, stop, lost_, secs)                  \
    :: way.state == ST_##state_ ->                                             \
       way.kind = HOLD_ROW;                                                    \
       way.lost = LOST_##lost_;                                                \
       way.ahead = false;                                                      \
       if                                                                      \
       :: STAGE_##stage_ -> found = true; moving = false                       \
       :: !STAGE_##stage_ && way.state == ST_READY && ANOTHER(way) -> GO(done) \
       :: else -> moving = false                                               \
       fi
#define WHEN(...)
#define EARLY(...)
/* From a cell to where something is said, or the driver is asked for content;
 * the sender stays where it is if there is nothing it can say now. */
inline go()
{
    copy(way, send);
    moving = true;
    found = false;
    do
    :: moving ->
       if
       :: act == ACT_begin -> way.tx++; way.rcpt = 0
       :: act == ACT_next -> way.rcpt++
       :: else
       fi;
       way.state = next;
       if
#include TABLE
       fi
    :: else -> break
    od;
    if
    :: found -> copy(send, way); speaks = (send.kind == WAIT_ROW)
    :: else
    fi
}

#define MAY_GO_ON                                                              \
    (PIPELINING && send.kind == WAIT_ROW && send.ahead && in_air > 0 &&        \
     in_air < FLIGHT && !(send.lost == LOST_retry && HOPELESS(send)))

#define WAIT(state_, stage, say_, r2, ...) :: send.state == ST_##state_ -> GO(r2)
#define PICK(...)
#define HOLD(...)
#define WHEN(...)
#define EARLY(...)
inline hope()
{
    if
#include TABLE
    fi
}

/* What is to be said, and whatever may follow it; or first, when the driver
 * has answered the sender, what follows from that. */
inline say_and_run_ahead()
{
    found = true;
    do
    :: speaks -> say(); speaks = false
    :: !speaks && found && (who == SENDER || MAY_GO_ON) ->
       if
       :: who == SENDER -> who = NOBODY
       :: else -> hope()
       fi;
       go()
    :: else -> break
    od
}

/* ---- the receiver: machine.c ---- */

inline step_in_step()
{
    assert(recv.kind == WAIT_ROW);
    assert(HEAD.state == recv.state && HEAD.tx == recv.tx);
    assert(HEAD.state != ST_RCPT || HEAD.rcpt == recv.rcpt)
}

/* Where the receiver has come to rest. */
inline speak()
{
    if
    :: in_air > 0 -> step_in_step()
    :: else -> copy(send, recv); speaks = (recv.kind == WAIT_ROW)
    fi
}

/* Is the sender in a later HOLD row of the same content? */
#define BEYOND(state_)                                                         \
    ((state_) == ST_BODY && send.state == ST_COMMIT && send.tx == recv.tx)

#define WAIT(state_, stage, say_, r2, r3, r4, r5, lost_, ahead_, secs)         \
    :: next == ST_##state_ ->                                                  \
       recv.kind = WAIT_ROW;                                                   \
       recv.lost = LOST_##lost_;                                               \
       recv.ahead = AHEAD_##ahead_;                                            \
       moving = false
#define PICK(state_, stage, ask, yes, no)                                      \
    :: next == ST_##state_ ->                                                  \
       if                                                                      \
       :: ASK_##ask(recv) -> GO(yes)                                           \
       :: else -> GO(no)                                                       \
       fi
#define HOLD(state_, stage_, event_, done, stop, lost_, secs)                  \
    :: next == ST_##state_ ->                                                  \
       recv.kind = HOLD_ROW;                                                   \
       recv.lost = LOST_##lost_;                                               \
       recv.ahead = false;                                                     \
       if                                                                      \
       :: (ST_##state_ == ST_READY && ANOTHER(recv)) ||                        \
          (STAGE_##stage_ && (in_air > 0 || BEYOND(ST_##state_))) -> GO(done)  \
       :: else -> moving = false                                               \
       fi
#define WHEN(...)
#define EARLY(...)
inline take()
{
    moving = true;
    do
    :: moving ->
       do_act();
       if
#include TABLE
       fi
    :: else -> break
    od;
    recv.state = next
}

/* Every transaction that is open ends with the session. */
inline abandon()
{
    for (i : 1 .. MAILS) {
        tx[i].open = false
    }
    in_air = 0
}

/* ---- the server: any cell of the row ---- */

#define NOW(state_) :: recv.state == ST_##state_ ->
#define WAIT(state_, stage, say_, r2, r3, r4, r5, lost_, ahead_, secs)         \
    NOW(state_) GO(r2)                                                         \
    NOW(state_) GO(r3)                                                         \
    NOW(state_) GO(r4)                                                         \
    NOW(state_) GO(r5)                                                         \
    NOW(state_) act = ACTION r4; next = ST_CLOSED /* 421 */                    \
    NOW(state_) CELL(breach, CLOSED)
#define PICK(...)
#define HOLD(...)
#define WHEN(state_, first, last, cell) NOW(state_) GO(cell)
#define EARLY(...)
inline reply()
{
    if
#include TABLE
    fi
}

/* What it offers, and what SASL makes of it. */
inline understand()
{
    if
    :: act == ACT_learn ->
       select (shared : 0 .. 2);
       if
       :: starttls = true
       :: starttls = false
       fi
    :: act == ACT_challenge ->
       if
       :: steps < 2 -> steps++; answer = true
       :: answer = false
       fi;
       if
       :: proof = true
       :: proof = false
       fi
    :: else
    fi
}

#define WAIT(state_, ...) NOW(state_) CELL(fail, CLOSED)
#define PICK(...)
#define HOLD(...)
#define WHEN(...)
#define EARLY(state_, first, last, cell) NOW(state_) GO(cell)
inline reply_early()
{
    if
#include TABLE
    :: CELL(breach, CLOSED)
    fi;
    assert(next == ST_CLOSED)
}

/* ---- the driver ---- */

inline give()
{
    begun++;
    tx[begun].open = true;
    select (i : 1 .. RCPTS);
    tx[begun].count = i;
    tx[begun].roomy = true;
    tx[begun].fits = true;
    tx[begun].chunked = (BDAT == 1);
    if
    :: BDAT == 2 -> tx[begun].chunked = true
    :: true
    fi;
    if
    :: true
    :: tx[begun].whole = true
    :: tx[begun].commit = true
    :: tx[begun].roomy = false
    :: tx[begun].fits = false
    fi
}

/* Behind the content that is going out: ph__run_can_ride(). */
#define CAN_RIDE                                                               \
    (in_air > 0 && send.lost == LOST_doubt && MAY_GO_ON && !quitting &&        \
     !ANOTHER(send) && !suspect)
/* Whoever stands in a HOLD row, unless it is in vain. */
#define HOLDS(c) (c.kind == HOLD_ROW)
#define SENDER_HOLDS (in_air > 0 && HOLDS(send) && !HOPELESS(send))

/* Done or stop, and for what. */
#define ANSWER(state_)                                                         \
    if                                                                         \
    :: state_ == ST_READY && begun < MAILS -> give(); stops = false            \
    :: state_ == ST_READY && LOGIN && queries < 1 ->                           \
       queries++;                                                              \
       asked = true;                                                           \
       stops = false                                                           \
    :: state_ == ST_READY -> quitting = true; stops = true                     \
    :: state_ == ST_BODY && T(send).chunked && pieces < CHUNKS &&              \
           chunks_in_air < CHUNKS_IN_AIR ->                                    \
       pieces++;                                                               \
       last_piece = false;                                                     \
       stops = false                                                           \
    :: state_ == ST_BODY -> last_piece = true; stops = false                   \
    :: state_ != ST_READY && state_ != ST_BODY -> stops = false                \
    :: state_ != ST_READY -> stops = true                                      \
    fi;                                                                        \
    T(send).bodied = T(send).bodied || (state_ == ST_BODY && !stops)

#define WAIT(...)
#define PICK(...)
#define HOLD(state_, stage, event, done, stop, ...)                            \
    :: at == ST_##state_ && !stops -> GO(done)                              \
    :: at == ST_##state_ && stops -> GO(stop)
#define WHEN(...)
#define EARLY(...)
inline answer_hold(at)
{
    ANSWER(at);
    if
#include TABLE
    fi
}

inline somebody_acts()
{
    if
    :: in_air > 0 -> who = REPLY_DUE; reply(); understand()
    :: who = REPLY_EARLY; reply_early()
    :: who = RECEIVER; CELL(pass, CLOSED) /* the connection is lost */
    :: in_air == 0 -> who = RECEIVER; assert(HOLDS(recv)); answer_hold(recv.state)
    :: SENDER_HOLDS -> who = SENDER; answer_hold(send.state)
    :: CAN_RIDE && begun < MAILS -> who = NOBODY; give()
    :: CAN_RIDE -> who = NOBODY; quitting = true
    fi
}

inline carry_out()
{
    printf("%e in %e: %e, %e\n", who, recv.state, act, next);
    if
    :: who == SENDER && stops -> act = ACT_fail; next = ST_CLOSED; who = RECEIVER
    :: who == REPLY_DUE && act != ACT_breach -> pop()
    :: else
    fi;
    if
    :: who == REPLY_DUE || who == REPLY_EARLY || who == RECEIVER ->
       take();
       if
       :: recv.state == ST_CLOSED -> abandon()
       :: else -> speak()
       fi
    :: else
    fi;
    if
    :: recv.state != ST_CLOSED -> say_and_run_ahead()
    :: else
    fi
}

/* What was needed within one step only would tell equal states apart. */
inline tidy()
{
    copy(way, nowhere);
    act = ACT_pass;
    next = ST_START;
    who = NOBODY;
    found = false;
    moving = false;
    stops = false;
    i = 0
}

init
{
    d_step {
        act = ACT_pass;
        next = (LOGIN -> ST_START : ST_READY);
        who = RECEIVER
    };
    if
    :: LOGIN ->
       if
       :: tls = TLS_NONE
       :: tls = TLS_OPTIONAL
       :: tls = TLS_REQUIRED
       :: tls = TLS_FIRST
       fi;
       if
       :: credentials = true
       :: true
       fi
    :: !LOGIN -> secure = true
    fi;
    do
    :: recv.state != ST_CLOSED ->
       atomic {
           d_step {
               carry_out();
               tidy()
           };
           if
           :: recv.state != ST_CLOSED -> somebody_acts()
           :: else
           fi
       }
    :: else -> break
    od;
    for (i : 1 .. MAILS) {
        assert(!tx[i].open)
    }
}
