#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sink/sink.h"

/* "SIZE=12 BODY=8BITMIME" as an array of its words; NULL: no memory. */
static json_t *words(const char *text)
{
    json_t *array = json_array();
    while (array && *(text += strspn(text, " \t"))) {
        size_t len = strcspn(text, " \t");
        if (json_array_append_new(array, json_stringn(text, len))) {
            json_decref(array);
            return NULL;
        }
        text += len;
    }
    return array;
}

static json_t *tls(const struct ph__sink_message *m)
{
    if (!m->tls_version)
        return json_null();
    return json_pack("{s:s, s:s}", "version", m->tls_version, "cipher",
                     m->tls_cipher);
}

/* Fills two arrays, one entry each for every recipient. */
static int add_recipients(const struct ph__sink_message *m, json_t *addresses,
                          json_t *parameters)
{
    for (size_t i = 0; i < m->to_count; i++) {
        json_t *address = json_string(ph__sink_address(m, i));
        if (json_array_append_new(addresses, address) ||
            json_array_append_new(parameters, words(ph__sink_parameters(m, i))))
            return PH_E_NOMEM;
    }
    return PH_OK;
}

static json_t *describe(const struct ph__sink_message *m, uint64_t number)
{
    json_t *to = json_array();
    json_t *parameters = json_array();
    /* From here on json_pack() owns both, also when it fails. */
    json_t *all = json_pack(
        "{s:I, s:I, s:s, s:s, s:o, s:s?, s:s, s:o, s:o, s:o, s:I, s:I, s:I}",
        "message", (json_int_t)number, "connection", (json_int_t)m->connection,
        "peer", m->peer, "helo", m->hello, "tls", tls(m), "auth", m->user,
        "from", m->from, "mail_parameters", words(m->parameters), "to", to,
        "rcpt_parameters", parameters, "size", (json_int_t)m->size, "chunks",
        (json_int_t)m->chunks, "flights", (json_int_t)m->flights);
    if (all && add_recipients(m, to, parameters)) {
        json_decref(all);
        return NULL;
    }
    return all;
}

int ph__sink_message_json(struct ph__buf *out,
                          const struct ph__sink_message *message,
                          uint64_t number)
{
    json_t *all = describe(message, number);
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    if (!text)
        return PH_E_NOMEM;
    int rc = ph__buf_add_text(out, text);
    free(text);
    return rc;
}
