#include "scene.h"

#include <unistd.h>

enum { FILES = 64 };

static char paths[FILES][32];
static int count;
static struct ph__buf text = {.limit = 16 << 20};
static int real_stderr = -1;
static FILE *kept;

static const char *new_path(void)
{
    assert_true(count < FILES);
    char *path = paths[count++];
    snprintf(path, sizeof(paths[0]), "/tmp/cli-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return path;
}

const char *scene_file(const char *data, size_t len)
{
    const char *path = new_path();
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
    return path;
}

static void take_all(FILE *f)
{
    char piece[4096];
    size_t n;
    ph__buf_clear(&text);
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        assert_int_equal(ph__buf_add(&text, piece, n), PH_OK);
}

const char *scene_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    take_all(f);
    fclose(f);
    if (len)
        *len = text.len;
    return ph__buf_text(&text);
}

void scene_listen(void)
{
    assert_int_equal(real_stderr, -1);
    fflush(stderr);
    kept = tmpfile();
    assert_non_null(kept);
    real_stderr = dup(STDERR_FILENO);
    dup2(fileno(kept), STDERR_FILENO);
}

const char *scene_said(void)
{
    fflush(stderr);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    real_stderr = -1;
    rewind(kept);
    take_all(kept);
    fclose(kept);
    return ph__buf_text(&text);
}

int scene_done(void **state)
{
    (void)state;
    if (real_stderr >= 0)
        fputs(scene_said(), stderr);
    while (count)
        unlink(paths[--count]);
    ph__buf_done(&text);
    return 0;
}
