/* web/mail.h - a message taken apart, over GMime. What it says is as it came:
 * valid UTF-8, but from anybody. GMime ends the process where there is no
 * memory; what it is given is bounded. */
#ifndef WEB_MAIL_H
#define WEB_MAIL_H

#include "base/buf.h"

struct ph__web_mail;

enum ph__web_kind {
    PH__WEB_CONTAINER, /* of other parts */
    PH__WEB_TEXT,      /* the text to be read, if there is one: once */
    PH__WEB_PAGE_PART, /* the HTML to be read: once */
    PH__WEB_EMBEDDED,  /* a picture that the HTML may show */
    PH__WEB_ATTACHED
};

struct ph__web_part {
    enum ph__web_kind kind;
    unsigned depth;
    char *type;     /* "text/plain" */
    char *name;     /* of a file; NULL: none */
    char *id;       /* Content-ID without < >; NULL: none */
    char *charset;  /* NULL: not said */
    char *encoding; /* "base64"; NULL: none */
};

struct ph__web_field {
    const char *name;
    const char *value; /* decoded */
};

/* Before everything else. It may come again; there is no end to it, because
 * GMime cannot be begun after its end. */
void ph__web_mail_begin(void);

/* The content is copied. PH_E_LIMIT: too large. */
int ph__web_mail_new(struct ph__web_mail **out, const char *content,
                     size_t size);
void ph__web_mail_free(struct ph__web_mail *m);

size_t ph__web_mail_parts(const struct ph__web_mail *m);
const struct ph__web_part *ph__web_mail_part(const struct ph__web_mail *m,
                                             size_t i);
/* The one of this kind; false: there is none. */
bool ph__web_mail_find(size_t *out, const struct ph__web_mail *m,
                       enum ph__web_kind kind);
size_t ph__web_mail_fields(const struct ph__web_mail *m);
struct ph__web_field ph__web_mail_field(const struct ph__web_mail *m, size_t i);
/* The first of this name; NULL: none. */
const char *ph__web_mail_value(const struct ph__web_mail *m, const char *name);
/* More parts or fields than are looked at. */
bool ph__web_mail_cut(const struct ph__web_mail *m);

/* A part decoded: octets; how many; as UTF-8, whatever it claims to be in. */
int ph__web_mail_octets(struct ph__buf *out, const struct ph__web_mail *m,
                        size_t i);
size_t ph__web_mail_size(const struct ph__web_mail *m, size_t i);
int ph__web_mail_text(struct ph__buf *out, bool *cut,
                      const struct ph__web_mail *m, size_t i, size_t max);

/* A picture that browsers draw and that cannot hold a script, or NULL. The
 * name is ours: fit for a header. */
const char *ph__web_mail_picture(const struct ph__web_part *part);

#endif
