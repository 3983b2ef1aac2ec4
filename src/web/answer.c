#include <string.h>

#include "web/parts.h"

const char ph__web_policy_none[] =
    "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'";

/* With every answer. Nobody else's page may read, frame or embed ours; nothing
 * is guessed, told to others, or written to a disk. */
static const struct {
    const char *name;
    const char *value;
} always[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"X-DNS-Prefetch-Control", "off"},
    {"Permissions-Policy",
     "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {"Cache-Control", "no-store"},
};

static bool add(struct MHD_Response *r, const char *name, const char *value)
{
    return !value || MHD_add_response_header(r, name, value) == MHD_YES;
}

enum MHD_Result ph__web_answer(struct MHD_Connection *c,
                               const struct ph__web_answer *answer)
{
    struct MHD_Response *r = answer->content;
    if (!r)
        return MHD_NO;
    bool good = true;
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        good = good && add(r, always[i].name, always[i].value);
    good = good && add(r, "Content-Type", answer->type) &&
           add(r, "Content-Security-Policy", answer->policy) &&
           add(r, "Content-Disposition", answer->save_as) &&
           add(r, "Allow", answer->allow);
    enum MHD_Result rc = MHD_NO;
    if (good)
        rc = MHD_queue_response(c, answer->status, r);
    MHD_destroy_response(r); /* the connection holds it, too */
    return rc;
}

enum MHD_Result ph__web_answer_words(struct MHD_Connection *c, unsigned status,
                                     const char *words)
{
    return ph__web_answer(
        c, &(struct ph__web_answer){
               .status = status,
               .type = "text/plain; charset=utf-8",
               .policy = ph__web_policy_none,
               .content = MHD_create_response_from_buffer(
                   strlen(words), (void *)words, MHD_RESPMEM_MUST_COPY)});
}
