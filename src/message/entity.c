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
    ph__spool_done(&e->large);
    ph__buf_done(&e->id);
}

struct ph_slice ph__entity_body(const struct ph__entity *e)
{
    if (e->large.data)
        return (struct ph_slice){e->large.data, e->large.len};
    return (struct ph_slice){ph__buf_text(&e->body), e->body.len};
}

void ph__parts_done(struct ph__parts *list)
{
    for (size_t i = 0; i < list->count; i++)
        ph_part_free(list->at[i]);
    free(list->at);
    *list = (struct ph__parts){.count = 0};
}

static int grow(struct ph__parts *list)
{
    enum { FIRST = 4 };
    size_t cap = list->cap ? 2 * list->cap : FIRST;
    struct ph_part **at = realloc(list->at, cap * sizeof(struct ph_part *));
    if (!at)
        return PH_E_NOMEM;
    list->at = at;
    list->cap = cap;
    return PH_OK;
}

int ph__parts_add(struct ph__parts *list, struct ph_part *part)
{
    int rc = list->count == list->cap ? grow(list) : PH_OK;
    if (rc)
        return rc;
    part->owners++;
    list->at[list->count++] = part;
    return PH_OK;
}

bool ph__parts_have_id(const struct ph__parts *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(ph__buf_text(&list->at[i]->entity.id), id) == 0)
            return true;
    return false;
}

size_t ph__parts_len(const struct ph__parts *list)
{
    size_t len = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct ph__entity *e = &list->at[i]->entity;
        len += e->header.out.len + ph__entity_body(e).len;
    }
    return len;
}
