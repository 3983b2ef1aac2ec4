/* cli/texts.h - the values of an option that may be repeated. */
#ifndef CLI_TEXTS_H
#define CLI_TEXTS_H

#include <stddef.h>

struct cli_texts {
    const char **items; /* borrowed texts */
    size_t count;
};

/* EXIT_DONE, or EXIT_TRY_LATER after an error message. */
int cli_texts_add(struct cli_texts *t, const char *text);
void cli_texts_done(struct cli_texts *t);

#endif
