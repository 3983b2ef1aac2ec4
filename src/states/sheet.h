/* states/sheet.h - the parts of the SVG drawing, for picture_svg.c. */
#ifndef STATES_SHEET_H
#define STATES_SHEET_H

#include "states/layout.h"

struct ph__sheet {
    struct ph__pen pen;
    const struct ph__layout *layout;
};

enum ph__line_class { LINE_MAIN, LINE_PLAIN, LINE_BAD };
const char *ph__line_name(enum ph__line_class class);
/* How the line of an edge without a main route is drawn. */
enum ph__line_class ph__line_of(enum ph__action act);

void ph__sheet_begin(struct ph__sheet *sheet, int width, int height);
void ph__sheet_end(struct ph__sheet *sheet);

void ph__sheet_shape(struct ph__sheet *sheet, enum ph__kind kind,
                     struct ph__point centre);
void ph__sheet_box(struct ph__sheet *sheet, enum ph__state state,
                   struct ph__point centre);
/* The small grey name of a state some line leads to. */
void ph__sheet_pill(struct ph__sheet *sheet, struct ph__point centre,
                    enum ph__state state);
int ph__sheet_pill_width(enum ph__state state);
/* <, > and & for XML. */
void ph__sheet_text(struct ph__sheet *sheet, const char *text, size_t len);
void ph__sheet_line_of_text(struct ph__sheet *sheet, const char *class,
                            struct ph__point at, const char *words);

/* Every edge of the state that a picture shows: those on the main way, or the
 * others. */
void ph__sheet_edges(struct ph__sheet *sheet, enum ph__state state, bool main);

/* The words beside a line: the replies, and what is then done. */
struct ph__label {
    const struct ph__cases *cases;
    const struct ph__case *of;
    const struct ph__case_filter *filter;
};
enum ph__label_part { LABEL_ALL, LABEL_REPLY, LABEL_ACTION };
struct ph__label_look {
    enum ph__label_part part;
    bool leftward; /* the text ends at the point */
    int wrap;      /* characters a line; 0: one line */
};
void ph__sheet_label(struct ph__sheet *sheet, const struct ph__label *label,
                     struct ph__point at, struct ph__label_look look);

/* The page's title, and what the signs mean. */
void ph__sheet_title(struct ph__sheet *sheet);
void ph__sheet_legend(struct ph__sheet *sheet);

/* One state, and all that can happen there. */
void ph__sheet_alone(struct ph__sheet *sheet, enum ph__state state);

#endif
