#include <stdlib.h>

#include "net/parts.h"

int ph__net_new(struct ph__net **out, uv_loop_t *loop)
{
    struct ph__net *net = malloc(sizeof(*net));
    if (!net)
        return PH_E_NOMEM;
    net->loop = loop;
    /* A read, a record that was incomplete before it, and one to decrypt. */
    ph__buf_init(&net->plain, sizeof(net->read) + 2 * PH__NET_RECORD);
    ph__buf_init(&net->cipher, PH__NET_OUT_MAX);
    *out = net;
    return PH_OK;
}

void ph__net_free(struct ph__net *net)
{
    if (!net)
        return;
    ph__buf_wipe(&net->plain);
    ph__buf_done(&net->cipher);
    free(net);
}
