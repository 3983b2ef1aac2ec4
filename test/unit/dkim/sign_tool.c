/* Signs messages for verify.py. Arguments: the header's form and the body's,
 * SECONDS until the signature expires, then DOMAIN SELECTOR PEM-FILE for each
 * signature. Standard input: messages, each behind "LENGTH\n"; standard output:
 * the same, signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dkim/dkim.h"

enum { TEXT_MAX = 1 << 20, SIGNERS_MAX = 4, NOW = 1528637909 };

struct job {
    struct ph__dkim_signer signers[SIGNERS_MAX];
    size_t count;
    struct ph__buf signatures;
};

static void check(int rc, const char *what)
{
    if (!rc)
        return;
    fprintf(stderr, "%s: %s\n", what, ph_strerror(rc));
    exit(1);
}

static struct ph__dkim_key *load(const char *path)
{
    static char pem[PH__DKIM_PEM_MAX];
    struct ph__buf why = PH__BUF(200);
    struct ph__dkim_key *key;
    FILE *file = fopen(path, "rb");
    if (!file)
        exit(66);
    size_t len = fread(pem, 1, sizeof(pem), file);
    fclose(file);
    check(ph__dkim_key_new(&key, pem, len, &why), ph__buf_text(&why));
    ph__buf_done(&why);
    return key;
}

static enum ph__dkim_form form_of(const char *word)
{
    return strcmp(word, "simple") ? PH__DKIM_RELAXED : PH__DKIM_SIMPLE;
}

static struct job read_job(char **argv)
{
    struct job job = {.signatures = PH__BUF(TEXT_MAX)};
    for (char **at = argv + 3; at[0] && at[1] && at[2]; at += 3) {
        if (job.count == SIGNERS_MAX)
            exit(64);
        job.signers[job.count++] = (struct ph__dkim_signer){
            .domain = at[0],
            .selector = at[1],
            .key = load(at[2]),
            .header = form_of(argv[0]),
            .body = form_of(argv[1]),
            .expire_secs = strtoull(argv[2], NULL, 10),
        };
    }
    return job;
}

/* The body comes in two pieces; what is hashed once serves all signatures. */
static struct ph__dkim_hash hash(enum ph__dkim_form form, const char *text,
                                 size_t len)
{
    struct ph__dkim_body *body;
    struct ph__dkim_hash hash;
    check(ph__dkim_body_new(&body, form), "body");
    (void)ph__dkim_body_update(body, text, len / 2);
    (void)ph__dkim_body_update(body, text + len / 2, len - len / 2);
    check(ph__dkim_body_end(&hash, body), "body");
    ph__dkim_body_free(body);
    return hash;
}

static void sign(struct job *job, const char *text, size_t len)
{
    const char *end = memmem(text, len, "\r\n\r\n", 4);
    if (!end)
        exit(65);
    const struct ph_slice header = {text, (size_t)(end + 2 - text)};
    const char *body = end + 4;
    struct ph__dkim_hash digest =
        hash(job->signers[0].body, body, len - (size_t)(body - text));
    ph__buf_clear(&job->signatures);
    for (size_t i = 0; i < job->count; i++)
        check(ph__dkim_sign(&job->signatures, &job->signers[i], &header, 1,
                            &digest, NOW),
              "sign");
    printf("%zu\n", job->signatures.len + len);
    fwrite(job->signatures.data, 1, job->signatures.len, stdout);
    fwrite(text, 1, len, stdout);
}

int main(int argc, char **argv)
{
    static char text[TEXT_MAX];
    char line[30];
    if (argc < 7)
        return 64;
    struct job job = read_job(argv + 1);
    while (fgets(line, sizeof(line), stdin)) {
        size_t len = strtoul(line, NULL, 10);
        if (len > sizeof(text) || fread(text, 1, len, stdin) != len)
            return 65;
        sign(&job, text, len);
    }
    for (size_t i = 0; i < job.count; i++)
        ph__dkim_key_free((struct ph__dkim_key *)job.signers[i].key);
    ph__buf_done(&job.signatures);
    return 0;
}
