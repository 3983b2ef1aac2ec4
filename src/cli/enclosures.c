#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/enclosures.h"
#include "cli/file.h"
#include "cli/identity.h"
#include "cli/options.h"
#include "cli/wrong.h"
#include "message/limits.h"
#include "message/load.h"

enum {
    FILE_ROOM = 64 * 1024, /* to see that a file is too large */
    CID_LEFT_MAX = 64,     /* of one made from a name */
    CID_HASH = 16,         /* its right side: digits of a hash */
    WHY_MAX = 256
};
_Static_assert(CID_HASH + 1 <= CLI_CID_RIGHT_MAX, "too long for a cid=");

static int no_memory(void)
{
    return cli_wrong_memory();
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- Content-IDs ---- */

/* dot-atom-text (RFC 5322 3.2.3), of what every reader takes. */
static int add_left(struct ph__buf *out, const char *name)
{
    size_t len = strnlen(name, CID_LEFT_MAX);
    int rc = len ? PH_OK : ph__buf_add_char(out, '_');
    for (size_t i = 0; i < len && !rc; i++) {
        bool dot = name[i] == '.' && i && i + 1 < len && name[i - 1] != '.';
        bool fine = ph__text_is_alnum(name[i]) || name[i] == '-' || dot;
        rc = ph__buf_add_char(out, fine ? name[i] : '_');
    }
    return rc;
}

int cli_cid_make(char **out, const char *cid, const char *name,
                 struct ph_slice data)
{
    char digest[CLI_DIGEST_ROOM];
    struct ph__buf id = PH__BUF(PH__MESSAGE_ID_MAX);
    int status = cli_identity_of_text(digest, data.data, data.len);
    if (status)
        return status;
    int rc = cid ? ph__buf_add_text(&id, cid) : add_left(&id, name);
    if (!rc && !(cid && strchr(cid, '@')))
        rc = ph__buf_format(&id, "@%.*s", CID_HASH, digest);
    if (rc) {
        ph__buf_done(&id);
        return no_memory();
    }
    *out = id.data;
    return EXIT_DONE;
}

/* ---- the list ---- */

static struct ph_slice octets(const struct cli_enclosure *e)
{
    return (struct ph_slice){ph__buf_text(&e->data), e->data.len};
}

/* All together has to fit one message. */
static struct ph__buf room(const struct cli_enclosures *list)
{
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++)
        used += list->at[i].data.len;
    return PH__BUF((size_t)PH__CONTENT_MAX + FILE_ROOM -
                   (used < PH__CONTENT_MAX ? used : PH__CONTENT_MAX));
}

static void drop(struct cli_enclosure *e)
{
    free(e->path);
    free(e->name);
    free(e->type);
    free(e->cid);
    ph__buf_done(&e->data);
}

/* What is said of it, but for its octets. */
static int describe(struct cli_enclosure *e, struct cli_enclosures *list,
                    const struct cli_attachment *a)
{
    const char *name = a->name ? a->name : base_name(a->path);
    const char *type = a->type;
    int status = EXIT_DONE;
    if (!type)
        status = cli_media_type(&type, &list->media, name, octets(e));
    if (!status && a->as == CLI_INLINE)
        status = cli_cid_make(&e->cid, a->cid, name, octets(e));
    if (status)
        return status;
    if (ph__text_copy(&e->path, a->path) || ph__text_copy(&e->name, name) ||
        ph__text_copy(&e->type, type))
        return no_memory();
    return EXIT_DONE;
}

static bool same_octets(const struct cli_enclosure *a,
                        const struct cli_enclosure *b)
{
    return a->data.len == b->data.len &&
           memcmp(octets(a).data, octets(b).data, a->data.len) == 0;
}

static bool same_part(const struct cli_enclosure *a,
                      const struct cli_enclosure *b)
{
    return a->cid && b->cid && strcmp(a->cid, b->cid) == 0 && !a->by_row &&
           !b->by_row && same_octets(a, b);
}

/* Takes `e` on success; *out is where it is now. */
static int insert(struct cli_enclosure **out, struct cli_enclosures *list,
                  struct cli_enclosure *e)
{
    for (size_t i = 0; i < list->count; i++)
        if (same_part(&list->at[i], e)) {
            drop(e);
            *out = &list->at[i];
            return EXIT_DONE;
        }
    if (list->count == PH__ATTACHMENTS_MAX) {
        cli_error("these are more than %d files: pack some together",
                  PH__ATTACHMENTS_MAX);
        return EXIT_BAD_DATA;
    }
    struct cli_enclosure *at =
        realloc(list->at, (list->count + 1) * sizeof(*at));
    if (!at)
        return no_memory();
    list->at = at;
    *out = &at[list->count++];
    **out = *e;
    return EXIT_DONE;
}

int cli_enclosures_add(struct cli_enclosures *list,
                       const struct cli_attachment *a)
{
    struct cli_enclosure e = {.data = room(list)}, *where;
    int status = cli_file_read(&e.data, a->path);
    if (!status)
        status = describe(&e, list, a);
    if (!status)
        status = insert(&where, list, &e);
    if (status)
        drop(&e);
    return status;
}

int cli_enclosures_expect(struct cli_enclosures *list,
                          const struct cli_attachment *a)
{
    struct cli_enclosure e = {.data = room(list), .by_row = true}, *where;
    struct ph_slice path = {a->path, strlen(a->path)};
    if (a->as == CLI_INLINE && !a->cid)
        return cli_usage("--inline with a {{field}} in its path", NULL,
                         "add ;cid=ID, and let the HTML show cid:ID");
    int status = a->cid ? cli_cid_make(&e.cid, a->cid, "", path) : EXIT_DONE;
    if (!status && (ph__text_copy(&e.path, a->path) ||
                    ph__text_copy(&e.name, a->name ? a->name : "") ||
                    ph__text_copy(&e.type, a->type)))
        status = no_memory();
    if (!status)
        status = insert(&where, list, &e);
    if (status)
        drop(&e);
    return status;
}

/* ---- what the HTML shows ---- */

/* No device or pipe: it may have no end. */
static int load(struct ph__buf *out, const char *path)
{
    struct ph__buf why = PH__BUF(WHY_MAX);
    int rc = ph__load_file(out, path, &why);
    if (rc)
        cli_error("the HTML shows %s, which %s: correct it, or put the file "
                  "there",
                  path, why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
    if (rc == PH_E_SYSTEM)
        return EXIT_NO_INPUT;
    return rc == PH_E_LIMIT ? EXIT_BAD_DATA : rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static int check_image(const struct cli_enclosure *e)
{
    if (cli_media_is_image(e->type))
        return EXIT_DONE;
    cli_error("the HTML shows %s, which is %s: only images are taken along; "
              "give anything else as --inline or --attach",
              e->path, e->type);
    return EXIT_BAD_DATA;
}

/* One that is shown already: at this path, or, if `loaded` is not NULL, with
 * its octets at another path to a file of this name. */
static const struct cli_enclosure *shown(const struct cli_enclosures *list,
                                         const char *path,
                                         const struct cli_enclosure *loaded)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct cli_enclosure *e = &list->at[i];
        bool same = loaded ? strcmp(base_name(e->path), base_name(path)) == 0 &&
                                 same_octets(e, loaded)
                           : strcmp(e->path, path) == 0;
        if (e->cid && same)
            return e;
    }
    return NULL;
}

/* Takes `e`, whatever comes of it. */
static int add_image(const struct cli_enclosure **out,
                     struct cli_enclosures *list, struct cli_enclosure *e,
                     const char *path)
{
    struct cli_attachment a = {.as = CLI_INLINE, .path = path};
    struct cli_enclosure *where;
    int status = describe(e, list, &a);
    if (!status)
        status = check_image(e);
    if (!status)
        status = insert(&where, list, e);
    if (status)
        drop(e);
    else
        *out = where;
    return status;
}

int cli_enclosures_image(const struct cli_enclosure **out,
                         struct cli_enclosures *list, const char *path)
{
    const struct cli_enclosure *known = shown(list, path, NULL);
    struct cli_enclosure e = {.data = room(list)};
    int status = known ? EXIT_DONE : load(&e.data, path);
    if (!status && !known)
        known = shown(list, path, &e);
    if (!status && !known)
        return add_image(out, list, &e, path);
    drop(&e);
    if (!status)
        *out = known;
    return status;
}

/* How well `word` names it; 0 = not at all. */
static int match(const struct cli_enclosure *e, const char *word)
{
    size_t left = e->cid ? strcspn(e->cid, "@") : 0;
    if (!e->cid)
        return 0;
    if (strcmp(e->cid, word) == 0)
        return 3;
    if (strlen(word) == left && memcmp(e->cid, word, left) == 0)
        return 2;
    return strcmp(e->name, word) == 0;
}

int cli_enclosures_find(const struct cli_enclosure **out,
                        const struct cli_enclosures *list, const char *word)
{
    const struct cli_enclosure *found = NULL;
    int best = 0;
    bool twice = false;
    for (size_t i = 0; i < list->count; i++) {
        int how = match(&list->at[i], word);
        twice = how && how == best ? true : twice && how <= best;
        if (how > best) {
            best = how;
            found = &list->at[i];
        }
    }
    if (found && !twice) {
        *out = found;
        return EXIT_DONE;
    }
    cli_error("the HTML shows cid:%s, which is %s: give --inline FILE;cid=ID",
              word, twice ? "several files" : "no --inline");
    return EXIT_BAD_DATA;
}

/* ---- into a message, and the end ---- */

void cli_enclosure_attach(struct ph_message *msg, const struct cli_enclosure *e)
{
    ph_message_attach(msg, PH_ATTACHMENT(.data = octets(e).data,
                                         .len = e->data.len, .type = e->type,
                                         .name = e->name, .inline_id = e->cid));
}

void cli_enclosures_done(struct cli_enclosures *list)
{
    for (size_t i = 0; i < list->count; i++)
        drop(&list->at[i]);
    free(list->at);
    cli_media_done(&list->media);
    *list = (struct cli_enclosures){.count = 0};
}
