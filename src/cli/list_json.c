#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/list_parts.h"

enum { NUMBER_DIGITS = 15 }; /* as many as a double keeps: 0.1 stays 0.1 */

static void add_number(struct cli_list *l, const json_t *value)
{
    char *text =
        json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(NUMBER_DIGITS));
    if (text)
        cli_list_add(l, &l->values, text, strlen(text));
    else
        cli_list_note(l, "does not fit into memory");
    free(text);
}

static void add_value(struct cli_list *l, const json_t *value)
{
    if (json_is_string(value))
        cli_list_add(l, &l->values, json_string_value(value),
                     json_string_length(value));
    else if (json_is_number(value) || json_is_boolean(value))
        add_number(l, value);
    else if (json_is_null(value))
        cli_list_add(l, &l->values, "", 0);
    else
        cli_list_note(l, "has a value that is neither text nor a number");
}

static void add_pairs(struct cli_list *l, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        cli_list_add(l, &l->names, name, strlen(name));
        add_value(l, value);
    }
}

enum cli_got cli_list_read_json(struct cli_list *l)
{
    struct ph_slice line;
    json_error_t error;
    enum cli_got got = cli_list_line(l, &line);
    if (got != CLI_GOT_LINE || l->problem.len)
        return got;
    json_t *object =
        json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(object))
        add_pairs(l, object);
    else if (object)
        cli_list_note(l, "is JSON, but not an object");
    else {
        char text[JSON_ERROR_TEXT_LENGTH + 32];
        snprintf(text, sizeof(text), "is not JSON: %s", error.text);
        cli_list_note(l, text);
    }
    json_decref(object);
    return got;
}
