/* sink/play.h - a session that follows a script. No I/O. */
#ifndef SINK_PLAY_H
#define SINK_PLAY_H

#include "sink/content.h"
#include "sink/script.h"

struct ph__sink_session;

struct ph__sink_play {
    size_t at;                       /* the step */
    uint64_t left;                   /* octets of a chunk */
    bool heard;                      /* something */
    bool over;                       /* host->played() was told */
    struct ph__sink_content content; /* counted, not kept */
};

/* Says what comes next, up to what is to be heard. */
void ph__sink_play_on(struct ph__sink_session *s);
void ph__sink_play_feed(struct ph__sink_session *s, const char *data,
                        size_t len);
void ph__sink_play_secured(struct ph__sink_session *s);
/* Nothing more will be heard, for the reason `got`. */
void ph__sink_play_stop(struct ph__sink_session *s, const char *got);

#endif
