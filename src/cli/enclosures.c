#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/enclosures.h"
#include "cli/options.h"
#include "cli/wrong.h"
#include "message/limits.h"
#include "message/load.h"
#include "message/parameter.h"

enum {
    CID_LEFT_MAX = 64, /* of one made from a name */
    CID_HASH = 16,     /* its right side: digits of a hash */
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
                 const char *digest)
{
    struct ph__buf id = PH__BUF(PH__MESSAGE_ID_MAX);
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

/* All together has to fit one message. */
static struct cli_enclosure begin(const struct cli_enclosures *list)
{
    struct cli_enclosure e = {.path = NULL};
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++)
        used += list->at[i].octets.len;
    cli_octets_init(&e.octets,
                    PH__CONTENT_MAX -
                        (used < PH__CONTENT_MAX ? used : PH__CONTENT_MAX));
    return e;
}

static void drop(struct cli_enclosure *e)
{
    free(e->path);
    free(e->name);
    free(e->type);
    free(e->cid);
    cli_octets_done(&e->octets);
}

/* A message is looked at whole: it is not encoded, so all of it has to be fit
 * to be sent. */
static int find_type(const char **out, struct cli_enclosure *e,
                     struct cli_enclosures *list, const char *name,
                     const char *path)
{
    int status =
        cli_media_type(out, &list->media, name, cli_octets_slice(&e->octets));
    if (status || !ph__type_is(*out, "message/") ||
        cli_octets_are_read(&e->octets))
        return status;
    status = cli_octets_complete(&e->octets, path);
    return status ? status
                  : cli_media_type(out, &list->media, name,
                                   cli_octets_slice(&e->octets));
}

/* What is said of it, but for its octets. Of those that stay on the disk none
 * are needed any more. */
static int describe(struct cli_enclosure *e, struct cli_enclosures *list,
                    const struct cli_attachment *a)
{
    const char *name = a->name ? a->name : base_name(a->path);
    const char *type = a->type;
    int status = EXIT_DONE;
    if (!type)
        status = find_type(&type, e, list, name, a->path);
    if (!status && a->as == CLI_INLINE)
        status = cli_cid_make(&e->cid, a->cid, name, e->octets.digest);
    if (status)
        return status;
    if (!cli_octets_are_read(&e->octets))
        cli_octets_done(&e->octets);
    if (ph__text_copy(&e->path, a->path) || ph__text_copy(&e->name, name) ||
        ph__text_copy(&e->type, type))
        return no_memory();
    return EXIT_DONE;
}

static bool same_part(const struct cli_enclosure *a,
                      const struct cli_enclosure *b)
{
    return a->cid && b->cid && strcmp(a->cid, b->cid) == 0 && !a->by_row &&
           !b->by_row && cli_octets_same(&a->octets, &b->octets);
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
    struct cli_enclosure e = begin(list), *where;
    int status = cli_octets_read(&e.octets, a->path);
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
    struct cli_enclosure e = begin(list), *where;
    char digest[CLI_DIGEST_ROOM];
    e.by_row = true;
    if (a->as == CLI_INLINE && !a->cid)
        return cli_usage("--inline with a {{field}} in its path", NULL,
                         "add ;cid=ID, and let the HTML show cid:ID");
    int status = cli_identity_of_text(digest, a->path, strlen(a->path));
    if (!status && a->cid)
        status = cli_cid_make(&e.cid, a->cid, "", digest);
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
static int look(struct cli_octets *out, const char *path)
{
    struct ph__buf why = PH__BUF(WHY_MAX);
    size_t len = 0;
    int fd = -1;
    int rc = ph__load_open(&fd, &len, path, &why);
    if (rc)
        cli_error("the HTML shows %s, which %s: correct it, or put the file "
                  "there",
                  path, why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
    if (rc)
        return rc == PH_E_SYSTEM ? EXIT_NO_INPUT : EXIT_TRY_LATER;
    int status = cli_octets_take(out, fd, path);
    close(fd);
    return status;
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

/* One that is shown already: at this path, or, if `found` is not NULL, with
 * its octets at another path to a file of this name. */
static const struct cli_enclosure *shown(const struct cli_enclosures *list,
                                         const char *path,
                                         const struct cli_octets *found)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct cli_enclosure *e = &list->at[i];
        bool same = found ? strcmp(base_name(e->path), base_name(path)) == 0 &&
                                cli_octets_same(&e->octets, found)
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
    struct cli_enclosure e = begin(list);
    int status = known ? EXIT_DONE : look(&e.octets, path);
    if (!status && !known)
        known = shown(list, path, &e.octets);
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

struct ph_attachment cli_enclosure_attachment(const struct cli_enclosure *e)
{
    bool in_file = e->by_row || !cli_octets_are_read(&e->octets);
    struct ph_slice data = cli_octets_slice(&e->octets);
    return *PH_ATTACHMENT(.path = in_file ? e->path : NULL,
                          .data = in_file ? NULL : data.data,
                          .len = in_file ? 0 : data.len, .type = e->type,
                          .name = *e->name ? e->name : NULL,
                          .inline_id = e->cid);
}

void cli_enclosure_forget(struct cli_enclosure *e)
{
    cli_octets_done(&e->octets);
}

void cli_enclosures_done(struct cli_enclosures *list)
{
    for (size_t i = 0; i < list->count; i++)
        drop(&list->at[i]);
    free(list->at);
    cli_media_done(&list->media);
    *list = (struct cli_enclosures){.count = 0};
}
