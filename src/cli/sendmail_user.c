#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/address.h"
#include "cli/sendmail_user.h"
#include "message/header.h"
#include "message/limits.h"

int cli_user_full_name(struct ph__buf *out, const char *gecos,
                       const char *login)
{
    size_t len = strcspn(gecos, ",");
    int rc = PH_OK;
    for (size_t i = 0; i < len && !rc; i++) {
        size_t begin = out->len;
        rc = gecos[i] == '&' ? ph__buf_add_text(out, login)
                             : ph__buf_add_char(out, gecos[i]);
        if (!rc && gecos[i] == '&' && *login)
            out->data[begin] = (char)toupper((unsigned char)*login);
    }
    return rc;
}

/* Several names may share a number: $LOGNAME says which it is, but it cannot
 * say that it is somebody else's. */
static const struct passwd *find_entry(void)
{
    const char *hint = getenv("LOGNAME");
    const struct passwd *entry = hint ? getpwnam(hint) : NULL;
    return entry && entry->pw_uid == getuid() ? entry : getpwuid(getuid());
}

static int find_login(struct cli_user *u)
{
    const struct passwd *entry = find_entry();
    if (!entry)
        return PH_OK;
    int rc = ph__buf_add_text(&u->login, entry->pw_name);
    if (!rc)
        rc = cli_user_full_name(&u->full_name, entry->pw_gecos, entry->pw_name);
    const char *name = ph__buf_text(&u->full_name);
    if (rc == PH_E_LIMIT || ph__header_text_problem(name, u->full_name.len))
        ph__buf_clear(&u->full_name); /* a message does without it */
    return rc == PH_E_LIMIT ? PH_OK : rc;
}

/* ---- the domain ---- */

static int take_domain(struct cli_user *u, const char *domain, bool dotted)
{
    struct ph__buf address = PH__BUF(PH__ADDRESS_MAX);
    int rc = ph__buf_format(&address, "x@%s", domain);
    const char *text = ph__buf_text(&address);
    bool fits = !rc && *domain != '[' && (!dotted || strchr(domain, '.')) &&
                !ph__address_problem(text, address.len, PH__RECIPIENT) &&
                ph__address_domain_is_ascii(text, address.len);
    ph__buf_done(&address);
    if (!fits)
        return rc == PH_E_NOMEM ? rc : PH_OK;
    return ph__buf_add_text(&u->domain, domain);
}

/* The first line of a file, "" if there is none. */
static void read_line(char *out, size_t size, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = -1;
    if (fd >= 0) {
        do
            n = read(fd, out, size - 1);
        while (n < 0 && errno == EINTR);
        close(fd);
    }
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, " \t\r\n")] = '\0';
}

static int find_domain(struct cli_user *u, const char *hello,
                       const char *mailname)
{
    char text[UV_MAXHOSTNAMESIZE];
    size_t size = sizeof(text);
    int rc = hello ? take_domain(u, hello, true) : PH_OK;
    if (rc || u->domain.len)
        return rc;
    read_line(text, sizeof(text), mailname);
    rc = take_domain(u, text, true);
    if (rc || u->domain.len)
        return rc;
    if (!uv_os_gethostname(text, &size))
        rc = take_domain(u, text, false);
    return rc || u->domain.len ? rc : ph__buf_add_text(&u->domain, "localhost");
}

int cli_user_find(struct cli_user *out, const char *hello, const char *mailname)
{
    struct cli_user u = {.login = PH__BUF(PH__LOCAL_MAX),
                         .full_name = PH__BUF(PH__MAILBOX_NAME_MAX),
                         .domain = PH__BUF(PH__DOMAIN_MAX)};
    int rc = find_login(&u);
    if (!rc)
        rc = find_domain(&u, hello, mailname);
    if (rc)
        cli_user_done(&u);
    else
        *out = u;
    return rc;
}

void cli_user_done(struct cli_user *u)
{
    ph__buf_done(&u->login);
    ph__buf_done(&u->full_name);
    ph__buf_done(&u->domain);
}
