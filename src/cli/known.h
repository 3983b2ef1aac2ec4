/* cli/known.h - the addresses that a batch has seen, so that none is mailed
 * twice because it stands in the list twice. What is kept of each is 64 bits
 * of a hash with a key of its own (SipHash), some 20 octets a row: among a
 * million addresses two share one with a chance of 1 in 37 million, and nobody
 * can make two that do. */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_known {
    struct evp_mac_ctx_st *mac; /* NULL: nothing is known, all are new */
    unsigned char key[16];
    uint64_t *slots; /* 0 = empty */
    size_t size;     /* a power of two, or 0 */
    size_t count;
};

/* PH_OK, PH_E_NOMEM, PH_E_SYSTEM. */
int cli_known_init(struct cli_known *k);
void cli_known_done(struct cli_known *k);

/* What stands for an address: the same for those that are one mailbox, its
 * domain in any case, in UTF-8 or ASCII. PH_OK, PH_E_NOMEM, PH_E_ADDRESS. */
int cli_known_mark(struct cli_known *k, const char *address, uint64_t *out);
bool cli_known_has(const struct cli_known *k, uint64_t mark);
/* Room for one more. PH_OK, PH_E_NOMEM. */
int cli_known_reserve(struct cli_known *k);
void cli_known_add(struct cli_known *k, uint64_t mark); /* reserved */

#endif
