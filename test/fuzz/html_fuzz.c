/* The images of HTML: each value lies within the HTML, behind the one before;
 * with the files among them replaced by a Content-ID, the same images are found
 * again, these show that ID, and the others are what they were. */
#include <stdlib.h>
#include <string.h>

#include "cli/reference.h"
#include "cli/tags.h"
#include "fuzz/fuzz.h"

enum { TEXT_MAX = 8 * 1024, OUT_MAX = 4 * TEXT_MAX };

static const char cid[] = "a%20&b'.png@0123";

static enum cli_reference read_value(struct ph__buf *text,
                                     struct ph_slice value)
{
    enum cli_reference kind = CLI_NO_NAME;
    ph__buf_clear(text);
    MUST(cli_reference_read(&kind, text, value) == PH_OK);
    MUST(text->len <= value.len); /* decoding never adds */
    MUST(kind != CLI_ELSEWHERE || !text->len);
    MUST(kind != CLI_BY_PATH || text->len);
    if (kind == CLI_BY_PATH || kind == CLI_BY_CID)
        MUST(strlen(ph__buf_text(text)) == text->len);
    return kind;
}

/* What images.c does, without the files. */
static size_t replace(struct ph__buf *out, struct ph_slice html)
{
    struct cli_tags tags = {.html = html};
    struct ph__buf text = PH__BUF(TEXT_MAX);
    struct ph_slice value;
    size_t count = 0, done = 0;
    for (; cli_tags_image(&tags, &value); count++) {
        size_t at = (size_t)(value.data - html.data);
        MUST(at >= done && at <= html.len && value.len <= html.len - at);
        fuzz_add(out, html.data + done, at - done);
        if (read_value(&text, value) == CLI_BY_PATH)
            MUST(cli_reference_write(out, cid) == PH_OK);
        else
            fuzz_add(out, value.data, value.len);
        done = at + value.len;
    }
    fuzz_add(out, html.data + done, html.len - done);
    ph__buf_done(&text);
    return count;
}

static void check_same(struct ph_slice was, struct ph_slice is)
{
    struct ph__buf text = PH__BUF(TEXT_MAX);
    if (read_value(&text, was) == CLI_BY_PATH) {
        MUST(read_value(&text, is) == CLI_BY_CID);
        MUST(strcmp(ph__buf_text(&text), cid) == 0);
    } else {
        MUST(was.len == is.len && memcmp(was.data, is.data, is.len) == 0);
    }
    ph__buf_done(&text);
}

static void check_again(struct ph_slice html, const struct ph__buf *out,
                        size_t count)
{
    struct cli_tags before = {.html = html};
    struct cli_tags after = {.html = {ph__buf_text(out), out->len}};
    struct ph_slice was, is;
    for (size_t i = 0; i < count; i++) {
        MUST(cli_tags_image(&before, &was) && cli_tags_image(&after, &is));
        check_same(was, is);
    }
    MUST(!cli_tags_image(&after, &is));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input in = {(const char *)data, len, TEXT_MAX};
    struct ph__buf out = PH__BUF(OUT_MAX);
    struct ph_slice html;
    char *octets = fuzz_rest(&in, &html.len);
    html.data = octets;
    check_again(html, &out, replace(&out, html));
    ph__buf_done(&out);
    free(octets);
    return 0;
}
