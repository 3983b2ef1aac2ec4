/* The machine driven with poll(2), no libuv: own_transport HOST PORT FROM TO
 * Prints the dialogue. Plain SMTP, so the transport is one blocking socket;
 * with TLS, START_TLS is where your TLS library would come in. */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <posthaste/machine.h>

static const char content[] = "From: <demo@example.test>\n"
                              "Subject: no loop at all\n"
                              "\n"
                              "poll(2) was enough.\n";

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &found))
        return -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

/* Step 3 of posthaste/machine.h: write what it says. */
static void write_all(struct ph_machine *m, int fd)
{
    struct ph_slice slice;
    const char *trace;
    while (ph_machine_output(m, &slice, 1)) {
        ssize_t n = send(fd, slice.data, slice.len, MSG_NOSIGNAL);
        if (n < 0) {
            ph_machine_tell(m, PH_SIGNAL_LOST, "send failed");
            return;
        }
        ph_machine_sent(m, (size_t)n);
    }
    if (ph_machine_trace(m, &trace))
        fputs(trace, stdout);
}

struct errand {
    struct ph_envelope envelope;
    bool begun;
    bool accepted;
    bool over;
};

/* Step 2: pull events. */
static void handle(struct ph_machine *m, struct errand *e,
                   const struct ph_event *ev)
{
    struct ph_verdict verdict;
    switch (ev->type) {
    case PH_EVENT_READY:
        if (e->begun || ph_machine_begin(m, &e->envelope))
            ph_machine_tell(m, PH_SIGNAL_QUIT, NULL);
        e->begun = true;
        return;
    case PH_EVENT_NEED_BODY:
        ph_machine_body(m, content, strlen(content), true);
        return;
    case PH_EVENT_DONE:
        ph_machine_verdict(m, 0, &verdict);
        e->accepted = verdict.outcome == PH_ACCEPTED;
        return;
    case PH_EVENT_CLOSED:
        e->over = true;
        return;
    case PH_EVENT_START_TLS:  /* not with PH_TLS_NONE */
    case PH_EVENT_NEED_LOGIN: /* not unless the options ask for it */
    case PH_EVENT_COMMIT:     /* not unless the envelope asks for it */
    case PH_EVENT_RECIPIENT:  /* the verdict says it too */
    case PH_EVENT_REPLY:      /* nobody asks anything */
        return;
    }
}

static void converse(struct ph_machine *m, struct errand *e, int fd)
{
    char data[4096];
    struct ph_event ev;
    while (!e->over) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        unsigned secs = ph_machine_timeout(m, NULL);
        ssize_t len = 0;
        if (poll(&p, 1, secs ? (int)secs * 1000 : -1) == 0)
            ph_machine_tell(m, PH_SIGNAL_TIMEOUT, NULL);
        else if ((len = read(fd, data, sizeof(data))) <= 0)
            ph_machine_tell(m, PH_SIGNAL_LOST, NULL);
        ssize_t taken = 0;
        do { /* step 1, until all is taken */
            taken += (ssize_t)ph_machine_feed(
                m, data + taken, (size_t)(len > 0 ? len - taken : 0));
            while (ph_machine_next(m, &ev))
                handle(m, e, &ev);
        } while (taken < len);
        write_all(m, fd);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: own_transport HOST PORT FROM TO\n");
        return 64;
    }
    struct ph_session_options options = {
        .size = sizeof(options), .tls = PH_TLS_NONE, .trace = 1};
    const char *to[] = {argv[4]};
    struct errand e = {.envelope = {.size = sizeof(e.envelope),
                                    .from = argv[3],
                                    .to = to,
                                    .to_count = 1}};
    struct ph_machine *m;
    int fd = dial(argv[1], argv[2]);
    if (fd < 0 || ph_machine_new(&m, &options))
        return 1;
    converse(m, &e, fd);
    ph_machine_free(m);
    close(fd);
    return e.accepted ? 0 : 1;
}
