/* states/sheet.h - the parts of the SVG drawing, for picture_svg.c. */
#ifndef STATES_SHEET_H
#define STATES_SHEET_H

#include "states/layout.h"

/* Pixels. A page of A proportions: 1814 x 1296. */
enum {
    PITCH_X = 196,
    PITCH_Y = 142,
    ORIGIN_X = 123,
    ORIGIN_Y = 150,
    BOX_W = 148,
    BOX_H = 68,
    PAGE_W = 1814,
    PAGE_H = 1296
};

struct ph__point {
    int x;
    int y;
};

struct ph__sheet {
    struct ph__pen pen;
    const struct ph__layout *layout;
};

enum ph__line_class { LINE_MAIN, LINE_PLAIN, LINE_BAD };
const char *ph__line_name(enum ph__line_class class);
/* How the line of an edge without a main route is drawn. */
enum ph__line_class ph__line_of(enum ph__action act);

/* Where `state` stands: its place, or one below the page's end. */
struct ph__point ph__sheet_spot(const struct ph__sheet *sheet,
                                enum ph__state state);
struct ph__point ph__sheet_point(struct ph__spot spot);
/* States without a place add to the page. */
int ph__sheet_height(const struct ph__sheet *sheet);

void ph__sheet_shape(struct ph__sheet *sheet, enum ph__kind kind,
                     struct ph__point centre);
void ph__sheet_box(struct ph__sheet *sheet, enum ph__state state,
                   struct ph__point centre);
/* <, > and & for XML. */
void ph__sheet_text(struct ph__sheet *sheet, const char *text, size_t len);
/* Every edge of the state that a picture shows: those on the main way, or the
 * others. */
void ph__sheet_edges(struct ph__sheet *sheet, enum ph__state state, bool main);
/* The page's title, and below it all what the signs mean. */
void ph__sheet_legend(struct ph__sheet *sheet);
/* The small grey name of a state some line leads to. */
void ph__sheet_pill(struct ph__sheet *sheet, struct ph__point centre,
                    enum ph__state state);

#endif
