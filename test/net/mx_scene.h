/* mx_scene.h - a loop with a name server, a few exchangers and a ph_mx on it,
 * and books that must balance. */
#ifndef TEST_MX_SCENE_H
#define TEST_MX_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include <posthaste.h>

#include "certs.h"
#include "dns/dns.h"
#include "sink/sink.h"
#include "unit/dns/nameserver.h"

enum { EXCHANGERS = 3, MX_RECIPIENTS = 8, MX_ZONE = 64 };

/* What became of one recipient. */
struct fate {
    enum ph_outcome outcome;
    enum ph_stage stage;
    enum ph_code code;
    struct ph_reply reply; /* its text is not kept */
};

struct mx_scene {
    uv_loop_t loop;
    struct nameserver names;
    struct zone zone[MX_ZONE];
    size_t zones;
    char texts[MX_ZONE * 128]; /* of the zone */
    size_t texts_used;
    uint16_t port;
    /* 127.0.0.2 and so on, all on one port; mx1.test and so on in the DNS. */
    struct ph__sink *sinks[EXCHANGERS];
    struct ph__sink_options sink_options[EXCHANGERS];
    char listen[EXCHANGERS][32];
    struct ph__sink_counts counts[EXCHANGERS]; /* when they closed */
    uint64_t taken; /* recipients of messages that have come in */
    struct ph_mx *mx;
    struct ph_mx_options options;
    struct ph_client_options client;
    struct ph_session_options session;
    struct ph_network network;
    size_t sent, told;                /* submissions; their callbacks */
    size_t accepted, uncertain;       /* recipients, of all */
    struct fate fates[MX_RECIPIENTS]; /* of the latest submission */
    size_t fate_count;
    char server[128];
    bool secure;
    unsigned commits;
    struct ph_job *held;
    bool hold; /* do not answer a commit */
    enum { GO_ON, CLOSE, ABORT } in_callback;
    bool closed;
};

void mx_scene_init(struct mx_scene *s);
/* Records, before mx_scene_start() or after. `flags` as in struct zone; data
 * NULL: the name has none. Strings are copied. */
void mx_scene_record(struct mx_scene *s, const char *name, unsigned type,
                     unsigned flags, const char *data);
/* Takes them out again. */
void mx_scene_clear(struct mx_scene *s, const char *name, unsigned type);
/* A, and no AAAA; all else that is asked for has no such record. */
void mx_scene_host(struct mx_scene *s, const char *name, unsigned flags,
                   const char *address);
/* Whatever is asked for, it is that of the other name, which stays as it is
 * from now on. */
void mx_scene_alias(struct mx_scene *s, const char *name, unsigned flags,
                    const char *to);
/* The last zone that was added answers nothing. */
void mx_scene_silence(struct mx_scene *s);
/* _PORT._tcp.HOST; only once the scene was started. */
void mx_scene_tlsa(struct mx_scene *s, const char *host, unsigned flags,
                   const char *data);
void mx_scene_serve(struct mx_scene *s); /* without a ph_mx */
void mx_scene_start(struct mx_scene *s);
/* Recipients separated by blanks. */
int mx_scene_try(struct mx_scene *s, const char *to,
                 const struct ph_send_options *opts);
void mx_scene_send(struct mx_scene *s, const char *to); /* with commits */
void mx_scene_run(struct mx_scene *s);
void mx_scene_end(struct mx_scene *s);
void mx_scene_closed(void *user); /* a ph_closed_cb */

#endif
