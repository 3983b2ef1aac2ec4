#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <uv.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/text.h"
#include "cli/fetch.h"
#include "cli/options.h"
#include "cli/wrong.h"
#include "mx/limits.h"

struct cli_fetcher {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;        /* curl's one timer */
    unsigned handles;        /* that libuv still knows */
    struct ph__link fetches; /* under way */
    char *ca_file;           /* or NULL */
    bool closing;
};

struct fetch {
    struct ph__link link;
    struct ph_fetch *asker;
    CURL *easy;
    struct ph__buf text;
    size_t header; /* octets so far */
    bool deaf;     /* its socket cannot be watched */
};

/* A socket of curl's. */
struct watch {
    uv_poll_t poll;
    struct cli_fetcher *fetcher;
    curl_socket_t fd;
};

/* ---- is it a policy? ---- */

/* RFC 8461 3.2 wants the media type looked at: somebody who may put pages or
 * pictures on that host is not to publish policies. Its parameters do not
 * count: a policy is ASCII, and its parser holds it to that. */
static bool is_plain_text(const char *type)
{
    return type && ph__text_is((struct ph_slice){type, strcspn(type, "; \t")},
                               "text/plain");
}

/* Asked at the first octet of the text, so that nobody has to hear the page
 * that comes along with a 404, and again at the end: there may be none. */
static bool is_policy(CURL *easy)
{
    long status = 0;
    const char *type = NULL;
    return !curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) &&
           !curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) &&
           status == 200 && is_plain_text(type);
}

/* curl would take the common name of a certificate that has no DNS-ID; here
 * the DNS-ID alone counts (RFC 8461 3.3). */
static bool has_dns_id(CURL *easy)
{
    static const char field[] = "X509v3 Subject Alternative Name:";
    const struct curl_certinfo *chain = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) || !chain ||
        chain->num_of_certs < 1)
        return false;
    const struct curl_slist *line = chain->certinfo[0];
    while (line && strncmp(line->data, field, sizeof(field) - 1) != 0)
        line = line->next;
    return line && strstr(line->data, "DNS:");
}

/* A text that ends where the connection does may have been cut: curl does not
 * tell whether TLS came to its end (RFC 9112 8). */
static bool is_whole(CURL *easy)
{
    curl_off_t len = -1;
    struct curl_header *coding;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &len);
    if (len >= 0)
        return true;
    return !curl_easy_header(easy, "Transfer-Encoding", 0, CURLH_HEADER, -1,
                             &coding) &&
           ph__text_same(coding->value, "chunked");
}

/* ---- a fetch ---- */

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;
    (void)data;
    fetch->header += size * count;
    return fetch->header <= CLI_FETCH_HEADER ? size * count : 0;
}

/* To take less than what was given ends a transfer. */
static size_t on_text(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;
    if (!is_policy(fetch->easy) ||
        ph__buf_add(&fetch->text, data, size * count))
        return 0;
    return size * count;
}

/* What curl would do otherwise, or might in another version. */
static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2}, /* for the name */
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_CERTINFO, 1},
    {CURLOPT_FOLLOWLOCATION, 0}, /* RFC 8461 3.3 */
    {CURLOPT_TIMEOUT, CLI_FETCH_SECS},
    {CURLOPT_MAXFILESIZE, PH__STS_TEXT_MAX}, /* if it is said beforehand */
    /* One request on a connection of its own: nothing that another fetch has
     * left behind counts. */
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_FRESH_CONNECT, 1},
    {CURLOPT_FORBID_REUSE, 1},
    {CURLOPT_SSL_SESSIONID_CACHE, 0},
    {CURLOPT_DNS_CACHE_TIMEOUT, 0},
    /* A thread that asks for a name is not waited for, or closing would. */
    {CURLOPT_QUICK_EXIT, 1},
    {CURLOPT_NOSIGNAL, 1},
};

static const struct {
    CURLoption option;
    const char *value;
} texts[] = {
    {CURLOPT_PROTOCOLS_STR, "https"},
    /* Not even one that the environment names: exchangers are talked to
     * straight, and so is the host that vouches for them. */
    {CURLOPT_PROXY, ""},
    {CURLOPT_USERAGENT, "posthaste"},
};

static CURLcode set_fixed(CURL *easy)
{
    CURLcode rc = CURLE_OK;
    for (size_t i = 0; !rc && i < sizeof(numbers) / sizeof(*numbers); i++)
        rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++)
        rc = curl_easy_setopt(easy, texts[i].option, texts[i].value);
    return rc;
}

/* The directory of the system's certificates would count beside the file. */
static CURLcode set_trust(CURL *easy, const char *ca_file)
{
    CURLcode rc = CURLE_OK;
    if (ca_file)
        rc = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    if (ca_file && !rc)
        rc = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return rc;
}

static bool prepare(const struct cli_fetcher *f, struct fetch *fetch,
                    const char *url)
{
    CURL *easy = curl_easy_init();
    fetch->easy = easy;
    return easy && !set_fixed(easy) && !set_trust(easy, f->ca_file) &&
           !curl_easy_setopt(easy, CURLOPT_URL, url) &&
           !curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch) &&
           !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) &&
           !curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_text) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
}

/* The asker may start another one inside, or close the fetcher. */
static void finish(struct cli_fetcher *f, struct fetch *fetch, bool good)
{
    ph__list_remove(&fetch->link);
    if (fetch->easy)
        curl_multi_remove_handle(f->multi, fetch->easy);
    curl_easy_cleanup(fetch->easy); /* NULL is fine */
    ph_fetch_done(fetch->asker, good ? ph__buf_text(&fetch->text) : NULL,
                  good ? fetch->text.len : 0);
    ph__buf_done(&fetch->text);
    free(fetch);
}

void cli_fetcher_start(struct ph_fetch *asker, const char *url, void *user)
{
    struct cli_fetcher *f = user;
    struct fetch *fetch = f->closing ? NULL : calloc(1, sizeof(*fetch));
    if (!fetch) {
        ph_fetch_done(asker, NULL, 0);
        return;
    }
    fetch->asker = asker;
    fetch->text = PH__BUF(PH__STS_TEXT_MAX);
    ph__list_append(&f->fetches, &fetch->link);
    if (!prepare(f, fetch, url) || curl_multi_add_handle(f->multi, fetch->easy))
        finish(f, fetch, false);
}

/* ---- curl on the loop ---- */

static struct fetch *first(struct cli_fetcher *f, bool deaf_only)
{
    for (struct ph__link *l = f->fetches.next; l != &f->fetches; l = l->next) {
        struct fetch *fetch = ph__of(l, struct fetch, link);
        if (fetch->deaf || !deaf_only)
            return fetch;
    }
    return NULL;
}

static void fail_all(struct cli_fetcher *f, bool deaf_only)
{
    struct fetch *fetch;
    while ((fetch = first(f, deaf_only)))
        finish(f, fetch, false);
}

static void take_ended(struct cli_fetcher *f)
{
    int left;
    const CURLMsg *msg;
    while (!f->closing && (msg = curl_multi_info_read(f->multi, &left))) {
        char *fetch = NULL;
        CURL *easy = msg->easy_handle;
        bool good = msg->data.result == CURLE_OK && is_policy(easy) &&
                    is_whole(easy) && has_dns_id(easy);
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &fetch);
        finish(f, (struct fetch *)(void *)fetch, good);
    }
}

/* Something has happened. When curl loses its way, nobody knows any more what
 * the others wait for. */
static void act(struct cli_fetcher *f, curl_socket_t fd, int what)
{
    int running;
    CURLMcode rc = curl_multi_socket_action(f->multi, fd, what, &running);
    take_ended(f);
    fail_all(f, rc == CURLM_OK);
}

static void on_timeout(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    struct cli_fetcher *f = user;
    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(&f->timer);
    else
        uv_timer_start(&f->timer, on_timeout, (uint64_t)timeout_ms, 0);
    return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    const struct watch *w = poll->data;
    int what = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(w->fetcher, w->fd, what);
}

static void let_go(struct cli_fetcher *f)
{
    if (--f->handles)
        return;
    free(f->ca_file);
    free(f);
    curl_global_cleanup();
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *w = handle->data;
    let_go(w->fetcher);
    free(w);
}

static struct watch *watch(struct cli_fetcher *f, curl_socket_t fd)
{
    struct watch *w = calloc(1, sizeof(*w));
    if (!w || uv_poll_init_socket(f->loop, &w->poll, fd)) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    w->fetcher = f;
    w->fd = fd;
    f->handles++;
    curl_multi_assign(f->multi, fd, w); /* cannot fail: curl knows the fd */
    return w;
}

static bool await(struct cli_fetcher *f, struct watch *w, curl_socket_t fd,
                  int what)
{
    int events = 0;
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    if (!w)
        w = watch(f, fd);
    return w && !uv_poll_start(&w->poll, events, on_ready);
}

/* What cannot be watched must not wait for its timeout. To tell curl would
 * end all transfers, so it is told once curl has returned. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user,
                     void *known)
{
    struct watch *w = known;
    char *fetch = NULL;
    if (what == CURL_POLL_REMOVE) {
        if (w)
            uv_close((uv_handle_t *)&w->poll, on_watch_closed);
    } else if (!await(user, w, fd, what)) {
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &fetch);
        if (fetch)
            ((struct fetch *)(void *)fetch)->deaf = true;
    }
    return 0;
}

/* ---- birth and death ---- */

static bool make_multi(struct cli_fetcher *f)
{
    f->multi = curl_multi_init();
    return f->multi &&
           !curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
           !curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f) &&
           !curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
           !curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
}

static int check_file(const char *path)
{
    FILE *file = path ? fopen(path, "re") : NULL;
    if (path && !file) {
        cli_error("%s cannot be read: %s: give certificates in PEM", path,
                  strerror(errno));
        return EXIT_NO_INPUT;
    }
    if (file)
        fclose(file);
    return EXIT_DONE;
}

static int make(struct cli_fetcher **out, struct uv_loop_s *loop,
                const char *ca_file)
{
    struct cli_fetcher *f = calloc(1, sizeof(*f));
    if (!f || ph__text_copy(&f->ca_file, ca_file) || !make_multi(f)) {
        if (f) {
            curl_multi_cleanup(f->multi); /* NULL is fine */
            free(f->ca_file);
        }
        free(f);
        return PH_E_NOMEM;
    }
    f->loop = loop;
    ph__list_init(&f->fetches);
    uv_timer_init(loop, &f->timer); /* cannot fail, see libuv */
    f->timer.data = f;
    f->handles = 1;
    *out = f;
    return PH_OK;
}

int cli_fetcher_new(struct cli_fetcher **out, struct uv_loop_s *loop,
                    const char *ca_file)
{
    int status = check_file(ca_file);
    if (status)
        return status;
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        cli_error("libcurl cannot be used: policies of MTA-STS need it");
        return EXIT_TRY_LATER;
    }
    if (make(out, loop, ca_file)) {
        curl_global_cleanup();
        cli_wrong_code(PH_E_NOMEM);
        return EXIT_TRY_LATER;
    }
    return EXIT_DONE;
}

static void on_timer_closed(uv_handle_t *handle)
{
    let_go(handle->data);
}

void cli_fetcher_close(struct cli_fetcher *f)
{
    if (!f || f->closing)
        return;
    f->closing = true;
    fail_all(f, false);
    curl_multi_cleanup(f->multi); /* lets go of its sockets */
    uv_close((uv_handle_t *)&f->timer, on_timer_closed);
}
