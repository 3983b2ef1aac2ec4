/* Captures, read again block by block; what Wireshark makes of them is in
 * test/interop/pcap_test.py. */
#include "scene.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "alloc/wrap.h"
#include "cli/capture.h"
#include "cli/options.h"

enum { SEGMENTS_MAX = 1 << 16, HEADERS = 40, PACKET = 6, BLOCK_DATA = 28 };
enum { CLIENT_PORT = 40000, SERVER_PORT = 587 };

static const char said[] =
    "EHLO x\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\nNOOP\r\n";
enum { ASKED = 14 }; /* so much of it is said before the 354 */

static void tell(struct cli_capture *c, enum ph_tap_type type, const char *data,
                 size_t len)
{
    struct sockaddr_in local = {.sin_family = AF_INET,
                                .sin_port = htons(CLIENT_PORT),
                                .sin_addr = {htonl(0x7f000001)}};
    struct sockaddr_in peer = local;
    struct ph_slice slice = {data, len};
    struct ph_tap tap = {.type = type,
                         .session = 1,
                         .at_ns = 1,
                         .slices = &slice,
                         .count = data ? 1 : 0,
                         .local = (struct sockaddr *)&local,
                         .peer = (struct sockaddr *)&peer};
    peer.sin_port = htons(SERVER_PORT);
    cli_capture_add(c, &tap);
}

/* In pieces of that length; what asks for the content is one of them. */
static void tell_said(struct cli_capture *c, size_t piece)
{
    tell(c, PH_TAP_SENT, said, ASKED);
    tell(c, PH_TAP_RECEIVED, "250 x\r\n354 go\r\n", 15);
    for (size_t at = ASKED; at < sizeof(said) - 1; at += piece) {
        size_t left = sizeof(said) - 1 - at;
        tell(c, PH_TAP_SENT, said + at, left < piece ? left : piece);
    }
}

static int write_capture(const char *path, size_t piece)
{
    struct cli_capture c;
    cli_capture_init(&c);
    int status = cli_capture_open(&c, path);
    tell(&c, PH_TAP_OPENED, NULL, 0);
    tell(&c, PH_TAP_RECEIVED, "220 x\r\n", 7);
    tell_said(&c, piece);
    tell(&c, PH_TAP_SECURED, NULL, 0);
    tell(&c, PH_TAP_CLOSED, NULL, 0);
    cli_capture_close(&c);
    return status;
}

static uint32_t number(const char *at)
{
    uint32_t n;
    memcpy(&n, at, sizeof(n));
    return n;
}

/* Adds what the client says in a packet, a bar behind it. */
static void take_packet(struct ph__buf *out, const char *packet, size_t len)
{
    enum { TARGET = 22 }; /* the port */
    uint16_t port;
    assert_true(len >= HEADERS);
    memcpy(&port, packet + TARGET, sizeof(port));
    if (ntohs(port) != SERVER_PORT || len == HEADERS)
        return;
    assert_int_equal(ph__buf_add(out, packet + HEADERS, len - HEADERS), PH_OK);
    assert_int_equal(ph__buf_add_char(out, '|'), PH_OK);
}

static void read_capture(struct ph__buf *out, const char *path)
{
    size_t len;
    const char *text = scene_read(path, &len);
    for (size_t at = 0; at < len;) {
        uint32_t block = number(text + at + 4);
        assert_true(block >= 12 && block % 4 == 0 && block <= len - at);
        assert_int_equal(block, number(text + at + block - 4));
        if (number(text + at) == PACKET)
            take_packet(out, text + at + BLOCK_DATA, number(text + at + 20));
        at += block;
    }
}

static void a_content_ends_with_its_segment(void **state)
{
    (void)state;
    const char *path = scene_file("", 0);
    for (size_t piece = 1; piece < sizeof(said); piece++) {
        struct ph__buf segments = PH__BUF(SEGMENTS_MAX);
        char all[sizeof(said)] = "";
        size_t len = 0;
        assert_int_equal(write_capture(path, piece), EXIT_DONE);
        read_capture(&segments, path);
        for (size_t i = 0; i < segments.len && len < sizeof(all) - 1; i++)
            if (segments.data[i] != '|')
                all[len++] = segments.data[i];
        assert_string_equal(all, said);
        if (!strstr(segments.data, "\r\n.\r\n|"))
            fail_msg("%zu: %s", piece, segments.data);
        ph__buf_done(&segments);
    }
}

static void what_fails_is_said_once(void **state)
{
    (void)state;
    const char *path = scene_file("", 0);
    long n = 1;
    for (bool failed = true; failed; n++) {
        scene_listen();
        wrap_fail_at(n);
        int status = write_capture(path, 9);
        failed = wrap_failed();
        wrap_fail_at(0);
        const char *first = strstr(scene_said(), "cannot be written");
        assert_int_equal(status, EXIT_DONE);
        assert_int_equal(first != NULL, failed);
        if (first)
            assert_null(strstr(first + 1, "cannot be written"));
    }
    assert_true(n > 3);
}

/* A session that was opened before there was room for it is left out. */
static void what_was_never_opened_is_not_written(void **state)
{
    (void)state;
    struct cli_capture c;
    size_t before;
    size_t after;
    const char *path = scene_file("", 0);
    cli_capture_init(&c);
    tell(&c, PH_TAP_OPENED, NULL, 0); /* no file: nothing happens */
    assert_int_equal(cli_capture_open(&c, path), EXIT_DONE);
    cli_capture_close(&c);
    (void)scene_read(path, &before);
    assert_int_equal(cli_capture_open(&c, path), EXIT_DONE);
    tell_said(&c, 1);
    tell(&c, PH_TAP_CLOSED, NULL, 0);
    cli_capture_close(&c);
    (void)scene_read(path, &after);
    assert_int_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_content_ends_with_its_segment),
        cmocka_unit_test(what_fails_is_said_once),
        cmocka_unit_test(what_was_never_opened_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
