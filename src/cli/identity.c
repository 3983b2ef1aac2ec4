#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "cli/identity.h"
#include "cli/options.h"
#include "cli/wrong.h"

enum { PIECE = 16 * 1024 };

static int no_digest(void)
{
    return cli_wrong_memory();
}

/* Ends the digest; frees it in any case. */
static int finish(char out[CLI_DIGEST_ROOM], EVP_MD_CTX *ctx)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    int fine = EVP_DigestFinal_ex(ctx, octets, &len);
    EVP_MD_CTX_free(ctx);
    if (!fine || 2 * len + 1 != CLI_DIGEST_ROOM)
        return no_digest();
    ph__text_hex(out, octets, len);
    return EXIT_DONE;
}

static EVP_MD_CTX *begin(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

int cli_identity_of_text(char out[CLI_DIGEST_ROOM], const char *data,
                         size_t len)
{
    EVP_MD_CTX *ctx = begin();
    if (!ctx || EVP_DigestUpdate(ctx, data, len) != 1) {
        EVP_MD_CTX_free(ctx);
        return no_digest();
    }
    return finish(out, ctx);
}

int cli_identity_of_file(char out[CLI_DIGEST_ROOM], int fd, const char *name)
{
    char piece[PIECE];
    off_t at = lseek(fd, 0, SEEK_CUR);
    EVP_MD_CTX *ctx = begin();
    ssize_t n = 0;
    int fine = ctx != NULL;
    while (fine && (n = pread(fd, piece, sizeof(piece), at)) > 0) {
        fine = EVP_DigestUpdate(ctx, piece, (size_t)n);
        at += n;
    }
    if (n < 0) {
        cli_wrong_file(name, errno);
        EVP_MD_CTX_free(ctx);
        return EXIT_NO_INPUT;
    }
    if (fine)
        return finish(out, ctx);
    EVP_MD_CTX_free(ctx);
    return no_digest();
}

static bool differ(const char *then, const char *now)
{
    return *then && *now && strcmp(then, now) != 0;
}

bool cli_identity_same(const struct cli_identity *a,
                       const struct cli_identity *b)
{
    return strcmp(a->list, b->list) == 0 &&
           strcmp(a->template, b->template) == 0;
}

/* A list in another order would mail people twice; a new text would reach only
 * some. Whoever corrects a row knows better. */
int cli_identity_check(const struct cli_identity *then,
                       const struct cli_identity *now, const char *results,
                       bool forced)
{
    bool list = differ(then->list, now->list);
    bool template = differ(then->template, now->template);
    if (forced || (!list && !template))
        return EXIT_DONE;
    cli_error("%s: %s since these results were begun: give --results another "
              "file to send to everybody, or --force to go on (%s)",
              results,
              list && template ? "list and template have changed"
              : list           ? "the list has changed"
                               : "the template or its options have changed",
              list ? "a row is known by its number and address"
                   : "the rest gets the new text");
    return EXIT_BAD_DATA;
}
