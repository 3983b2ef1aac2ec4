/* web/page.h - the page itself: files of this directory, put into the program
 * by embed.py. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stddef.h>

struct ph__web_file {
    const unsigned char *data;
    size_t size;
};

extern const struct ph__web_file ph__web_page;   /* page.html */
extern const struct ph__web_file ph__web_script; /* page.js */
extern const struct ph__web_file ph__web_style;  /* page.css */
extern const struct ph__web_file ph__web_icon;   /* icon.svg */

#endif
