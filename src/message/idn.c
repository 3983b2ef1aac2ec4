#include <string.h>

#include <idn2.h>

#include "base/address.h"
#include "message/idn.h"

/* libidn2 can be asked to keep to letters, digits and hyphens, but then it
 * leaves out whatever else the mapping yields, and mail would go to another
 * domain. So it is not asked; the address is judged once more afterwards. */
enum { FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL };

int ph__idn_domain(struct ph__buf *out, const char *domain)
{
    uint8_t *ascii = NULL;
    int rc = idn2_lookup_u8((const uint8_t *)domain, &ascii, FLAGS);
    if (rc)
        return rc == IDN2_MALLOC ? PH_E_NOMEM : PH_E_ADDRESS;
    /* Full-width brackets must not become an address literal. */
    rc = ascii[0] == '[' ? PH_E_ADDRESS
                         : ph__buf_add_text(out, (const char *)ascii);
    idn2_free(ascii);
    return rc;
}

static int write_address(struct ph__buf *out, const char *address, size_t len)
{
    size_t at = ph__address_at(address, len);
    int rc = ph__address_add_local(out, address, at);
    if (rc || ph__address_domain_is_ascii(address, len))
        return rc ? rc : ph__buf_add(out, address + at, len - at);
    rc = ph__buf_add_char(out, '@');
    return rc ? rc : ph__idn_domain(out, address + at + 1);
}

static bool is_mailbox(const char *s, size_t len)
{
    return !ph__address_problem(s, len, len ? PH__RECIPIENT : PH__REVERSE_PATH);
}

int ph__idn_address(struct ph__buf *out, const char *address)
{
    struct ph__buf wire = PH__BUF(PH__ADDRESS_MAX);
    size_t len = strlen(address);
    int rc = is_mailbox(address, len) ? write_address(&wire, address, len)
                                      : PH_E_ADDRESS;
    if (rc == PH_E_LIMIT || (!rc && !is_mailbox(ph__buf_text(&wire), wire.len)))
        rc = PH_E_ADDRESS;
    if (!rc)
        rc = ph__buf_add(out, ph__buf_text(&wire), wire.len);
    ph__buf_done(&wire);
    return rc;
}
