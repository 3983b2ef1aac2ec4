#include <stdio.h>

#include "fuzz/letter.h"

static const size_t counts[] = {1, 2, 3, EAR_RECIPIENTS};

static void write_envelope(struct letter *l, unsigned kind)
{
    l->env = (struct ph_envelope){
        .size = sizeof(l->env),
        .from = l->from,
        .to = l->to,
        .to_count = counts[kind & 3],
        .content_size = kind & LETTER_SIZED ? 900 : 0,
        .all_or_nothing = kind & LETTER_ALL_OR_NOTHING,
        .commit = kind & LETTER_COMMITTED,
        .binary = kind & LETTER_BINARY,
        .utf8 = kind & LETTER_OUTLANDISH && kind & LETTER_UTF8_HEADER,
        .user = l};
}

static void write_addresses(struct letter *l, unsigned number, bool outlandish)
{
    snprintf(l->from, sizeof(l->from), "s%u@x.test", number);
    for (unsigned i = 0; i < l->env.to_count; i++) {
        snprintf(l->address[i], sizeof(l->address[i]), "r%u%s@%c.test", i,
                 outlandish && i == 1 ? "\xc3\xbc" : "",
                 "yzy"[(number + i) % 3]);
        l->to[i] = l->address[i];
    }
}

static void write_content(struct letter *l, unsigned number, bool binary)
{
    const char *body = l->broken ? "#one %u\r\n.#two\r#end" /* which CR? */
                                 : "#one %u\r\n.#two\n#end";
    const char *wire = "#one %u\r\n.#two\r\n#end\r\n";
    snprintf(l->body, sizeof(l->body), body, number);
    snprintf(l->wire, sizeof(l->wire), binary ? body : wire, number);
}

void letter_write(struct letter *l, size_t number, unsigned kind, bool broken)
{
    bool binary = kind & LETTER_BINARY; /* may hold anything */
    l->broken = broken && !binary;
    write_envelope(l, kind);
    write_addresses(l, (unsigned)number, kind & LETTER_OUTLANDISH);
    write_content(l, (unsigned)number, binary);
}
