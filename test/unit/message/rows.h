/* Templates filled with rows that are made of strings. */
#ifndef UNIT_MESSAGE_ROWS_H
#define UNIT_MESSAGE_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <posthaste/merge.h>

#include "message/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD         "From: Ann <ann@x.org>\n"

/* A row: "name=value" strings. */
static inline const char *field_of(void *user, const char *name)
{
    size_t len = strlen(name);
    for (const char *const *row = user; *row; row++)
        if (strncmp(*row, name, len) == 0 && (*row)[len] == '=')
            return *row + len + 1;
    return NULL;
}

static inline struct ph_template *compile(const char *text)
{
    struct ph_template *t = ph_template_new(text, strlen(text));
    if (ph_template_check(t))
        fail_msg("%s", ph_template_problem(t));
    return t;
}

/* The message of a row, which may have failed. */
static inline struct ph_message *fill_from(const struct ph_template *t,
                                           const char *const *row)
{
    struct ph_message *msg = ph_message_new();
    assert_non_null(msg);
    if (ph_template_check(t))
        fail_msg("%s", ph_template_problem(t));
    int rc = ph_template_fill(t, field_of, (void *)(uintptr_t)row, msg);
    if (rc)
        assert_int_equal(rc, ph_message_check(msg));
    return msg;
}

/* The same; the template is freed. */
static inline struct ph_message *fill(struct ph_template *t,
                                      const char *const *row)
{
    struct ph_message *msg = fill_from(t, row);
    ph_template_free(t);
    return msg;
}

/* As it will be sent, to somebody; fails if it cannot be. */
static inline const char *rendered(struct ph_message *msg, const char *label)
{
    struct ph_slice out;
    ph_message_envelope_to(msg, "r@y.org");
    ph_message_boundary(msg, "b");
    if (ph__message_needs_date(msg))
        ph_message_date(msg, 0);
    if (ph__message_needs_id(msg))
        ph_message_id(msg, "1@x");
    if (ph_message_render(msg, &out))
        fail_msg("%s: %s", label, ph_message_problem(msg));
    return out.data;
}

#endif
