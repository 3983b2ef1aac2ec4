#include <stdlib.h>
#include <string.h>

#include "message/entity.h"
#include "message/limits.h"

void ph__entity_init(struct ph__entity *e)
{
    *e = (struct ph__entity){.html = false};
    ph__header_init(&e->header);
    ph__buf_init(&e->body, PH__CONTENT_MAX);
    ph__buf_init(&e->id, PH__MESSAGE_ID_MAX);
}

void ph__entity_done(struct ph__entity *e)
{
    ph__header_done(&e->header);
    ph__buf_done(&e->body);
    ph__buf_done(&e->id);
}

void ph__entity_clear(struct ph__entity *e)
{
    ph__header_clear(&e->header);
    ph__buf_clear(&e->body);
    ph__buf_clear(&e->id);
    e->html = false;
    e->related = false;
    e->verbatim = false;
    e->eight_bit = false;
}

void ph__entities_done(struct ph__entities *list)
{
    for (size_t i = 0; i < list->count; i++)
        ph__entity_done(&list->at[i]);
    free(list->at);
    *list = (struct ph__entities){.count = 0};
}

static int grow(struct ph__entities *list)
{
    enum { FIRST = 4 };
    size_t cap = list->cap ? 2 * list->cap : FIRST;
    struct ph__entity *at = realloc(list->at, cap * sizeof(*at));
    if (!at)
        return PH_E_NOMEM;
    list->at = at;
    list->cap = cap;
    return PH_OK;
}

int ph__entities_add(struct ph__entities *list, struct ph__entity *e)
{
    if (list->count == PH__ATTACHMENTS_MAX)
        return PH_E_LIMIT;
    int rc = list->count == list->cap ? grow(list) : PH_OK;
    if (!rc)
        list->at[list->count++] = *e;
    return rc;
}

bool ph__entities_have_id(const struct ph__entities *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(ph__buf_text(&list->at[i].id), id) == 0)
            return true;
    return false;
}

size_t ph__entities_len(const struct ph__entities *list)
{
    size_t len = 0;
    for (size_t i = 0; i < list->count; i++)
        len += list->at[i].header.out.len + list->at[i].body.len;
    return len;
}
