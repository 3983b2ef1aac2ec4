#include <string.h>

#include <magic.h>

#include "base/text.h"
#include "cli/media.h"
#include "cli/options.h"
#include "message/lines.h"
#include "message/parameter.h"

static const char unknown[] = "application/octet-stream";

/* What looks like any text: the name knows better. */
static const struct {
    const char *extension;
    const char *type;
} texts[] = {
    {".css", "text/css"},      {".csv", "text/csv"},
    {".htm", "text/html"},     {".html", "text/html"},
    {".ics", "text/calendar"}, {".json", "application/json"},
    {".md", "text/markdown"},  {".tsv", "text/tab-separated-values"},
    {".vcf", "text/vcard"},    {".xml", "text/xml"},
};

static const char *const images[] = {
    "image/png",  "image/jpeg", "image/gif", "image/svg+xml", "image/webp",
    "image/avif", "image/heic", "image/bmp", "image/tiff",
};

static bool ends_in(const char *name, const char *extension)
{
    const char *dot = strrchr(name, '.');
    return dot && ph__text_same(dot, extension);
}

static const char *type_of_text(const char *name)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (ends_in(name, texts[i].extension))
            return texts[i].type;
    return "text/plain";
}

/* A message is sent as it is (RFC 2046 5.2.1), with its line ends changed, or
 * cannot be sent at all: so only what is named as one, and will do. */
static const char *type_of_message(const char *name, struct ph_slice data)
{
    struct ph__lines lines;
    if (!ends_in(name, ".eml"))
        return type_of_text(name);
    ph__lines_scan(&lines, data.data, data.len);
    return lines.problem || lines.long_line ? unknown : "message/rfc822";
}

/* What libmagic says, as it may stand in a message. */
static const char *settle(const char *type, const char *name,
                          struct ph_slice data)
{
    if (ph__type_is(type, "message/"))
        return type_of_message(name, data);
    /* An empty file is "inode/x-empty". */
    if (!data.len || ph__type_is(type, "text/plain"))
        return type_of_text(name);
    /* Random octets often are a Targa image, which has no signature. */
    if (ph__type_is(type, "image/x-tga") && !ends_in(name, ".tga"))
        return unknown;
    bool usable = !ph__type_problem(type) && !ph__type_is(type, "multipart/") &&
                  !ph__type_is(type, "inode/");
    return usable ? type : unknown;
}

static int fail(struct cli_media *media)
{
    const char *why = media->magic ? magic_error(media->magic) : NULL;
    cli_error("libmagic cannot tell types of files: %s: repair its database, "
              "or say type=",
              why ? why : "out of memory");
    cli_media_done(media);
    return EXIT_TRY_LATER;
}

static int open_database(struct cli_media *media)
{
    media->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
    if (!media->magic || magic_load(media->magic, NULL))
        return fail(media);
    return EXIT_DONE;
}

int cli_media_type(const char **out, struct cli_media *media, const char *name,
                   struct ph_slice data)
{
    int status = media->magic ? EXIT_DONE : open_database(media);
    if (status)
        return status;
    const char *type = magic_buffer(media->magic, data.data, data.len);
    if (!type)
        return fail(media);
    *out = settle(type, name, data);
    return EXIT_DONE;
}

void cli_media_done(struct cli_media *media)
{
    if (media->magic)
        magic_close(media->magic);
    media->magic = NULL;
}

bool cli_media_is_image(const char *type)
{
    for (size_t i = 0; i < sizeof(images) / sizeof(*images); i++)
        if (ph__type_is(type, images[i]))
            return true;
    return false;
}
