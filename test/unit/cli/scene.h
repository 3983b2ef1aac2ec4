/* scene.h - files to read, and what was said on standard error. */
#ifndef CLI_SCENE_H
#define CLI_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define COUNT(array)  (sizeof(array) / sizeof(*(array)))
#define TEXT(literal) (literal), (sizeof(literal) - 1)

/* A new file that holds `data`; its path lives until scene_done(). */
const char *scene_file(const char *data, size_t len);
/* What a file holds now, with its length; until the next call. */
const char *scene_read(const char *path, size_t *len);
/* From here on standard error is kept; scene_said() gives it back and what
 * was kept, until the next call. */
void scene_listen(void);
const char *scene_said(void);
/* Removes the files. Fits cmocka's teardown. */
int scene_done(void **state);

#endif
