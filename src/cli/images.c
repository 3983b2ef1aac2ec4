#include <string.h>

#include "base/text.h"
#include "cli/images.h"
#include "cli/options.h"
#include "cli/reference.h"
#include "cli/tags.h"
#include "cli/wrong.h"

/* A path in HTML, percent-encoded, and the directory in front. */
enum { REFERENCE_MAX = 64 * 1024, PATH_ROOM = 64 * 1024 };

static int failed(int rc)
{
    if (rc == PH_E_LIMIT) {
        cli_error("the HTML is too large, or shows an image with a very long "
                  "name: send something smaller");
        return EXIT_BAD_DATA;
    }
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static int find_file(const struct cli_enclosure **out,
                     struct cli_enclosures *list, const char *base,
                     const char *reference)
{
    struct ph__buf path = PH__BUF(REFERENCE_MAX + PATH_ROOM);
    bool relative = *reference != '/' && strcmp(base, ".") != 0;
    int rc = relative ? ph__buf_format(&path, "%s/", base) : PH_OK;
    if (!rc)
        rc = ph__buf_add_text(&path, reference);
    int status = failed(rc);
    if (!status)
        status = cli_enclosures_image(out, list, ph__buf_text(&path));
    ph__buf_done(&path);
    return status;
}

/* Adds what to write for `value`. */
static int add_reference(struct ph__buf *out, struct cli_enclosures *list,
                         struct ph_slice value, const char *base)
{
    const struct cli_enclosure *e = NULL;
    struct ph__buf name = PH__BUF(REFERENCE_MAX);
    enum cli_reference kind = CLI_ELSEWHERE;
    int status = failed(cli_reference_read(&kind, &name, value));
    if (!status && kind == CLI_BY_CID)
        status = cli_enclosures_find(&e, list, ph__buf_text(&name));
    if (!status && kind == CLI_BY_PATH)
        status = find_file(&e, list, base, ph__buf_text(&name));
    if (!status && kind == CLI_NO_NAME) {
        cli_error("the HTML shows a file whose name has a NUL: correct it");
        status = EXIT_BAD_DATA;
    }
    ph__buf_done(&name);
    if (status)
        return status;
    return failed(e ? cli_reference_write(out, e->cid)
                    : ph__buf_add(out, value.data, value.len));
}

int cli_images_take(struct ph__buf *out, struct cli_enclosures *list,
                    struct ph_slice html, const char *base)
{
    struct cli_tags tags = {.html = html};
    struct ph_slice value;
    size_t done = 0; /* of `html` */
    int status = EXIT_DONE;
    while (!status && cli_tags_image(&tags, &value)) {
        size_t at = (size_t)(value.data - html.data);
        status = failed(ph__buf_add(out, html.data + done, at - done));
        if (!status)
            status = add_reference(out, list, value, base);
        done = at + value.len;
    }
    if (!status)
        status = failed(ph__buf_add(out, html.data + done, html.len - done));
    return status;
}

int cli_images_base(char **out, const char *value)
{
    const char *slash = value[0] == '@' ? strrchr(value, '/') : NULL;
    if (!slash)
        return ph__text_copy(out, ".");
    if (ph__text_copy(out, value + 1))
        return PH_E_NOMEM;
    /* "/x.html" is in "/". */
    (*out)[slash - value - 1 + (slash == value + 1)] = '\0';
    return PH_OK;
}
