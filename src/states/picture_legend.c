#include <string.h>

#include "states/sheet.h"

enum { LEFT = 25, STEP = 348, SIGN_W = 60, TEXT_DROP = 4 };
enum { SHAPES_Y = 1178, LINES_Y = 1208, SENTENCES_Y = 1238, LINE_H = 19 };

static void write_line(struct ph__sheet *sheet, const char *class, int x, int y,
                       const char *words)
{
    PH__WRITE(&sheet->pen, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x,
              y);
    ph__sheet_text(sheet, words, strlen(words));
    PH__WRITE(&sheet->pen, "</text>\n");
}

/* The shapes, small. */
static void draw_kinds(struct ph__sheet *sheet)
{
    static const struct {
        enum ph__kind kind;
        const char *words;
    } kinds[] = {{WAIT_ROW, "sends a command and waits for its reply"},
                 {PICK_ROW, "asks a question and moves on at once"},
                 {HOLD_ROW, "raises an event and waits for the driver"},
                 {SEND_ROW, "says what earns no reply, until it is out"}};
    struct ph__point centre = {0, 0};
    int x = LEFT;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        PH__WRITE(&sheet->pen,
                  "<g class=\"sign\" transform=\"translate(%d %d) "
                  "scale(.32)\">\n",
                  x + SIGN_W / 2, SHAPES_Y);
        ph__sheet_shape(sheet, kinds[i].kind, centre);
        PH__WRITE(&sheet->pen, "</g>\n");
        write_line(sheet, "legend", x + SIGN_W, SHAPES_Y + TEXT_DROP,
                   kinds[i].words);
        x += STEP;
    }
    struct ph__point pill = {x + SIGN_W / 2 - 4, SHAPES_Y};
    ph__sheet_pill(sheet, pill, ST_QUIT);
    write_line(sheet, "legend", x + SIGN_W, SHAPES_Y + TEXT_DROP,
               "the arrow leads to the state named");
}

static void draw_lines(struct ph__sheet *sheet)
{
    static const struct {
        enum ph__line_class class;
        const char *words;
    } lines[] = {{LINE_MAIN, "the way of a message that is delivered"},
                 {LINE_PLAIN, "another way on"},
                 {LINE_BAD, "somebody is refused, or something fails"}};
    int x = LEFT;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const char *name = ph__line_name(lines[i].class);
        PH__WRITE(&sheet->pen,
                  "<path class=\"sign line %s\" marker-end=\"url(#%s)\" "
                  "d=\"M%d %dH%d\"/>\n",
                  name, name, x + 8, LINES_Y, x + SIGN_W - 10);
        write_line(sheet, "legend", x + SIGN_W, LINES_Y + TEXT_DROP,
                   lines[i].words);
        x += STEP;
    }
    write_line(sheet, "legend label", x + 8, LINES_Y + TEXT_DROP,
               "4yz 5yz reject");
    write_line(sheet, "legend", x + 96, LINES_Y + TEXT_DROP,
               "on a reply of these classes (or exact codes, or an answer), "
               "do this; without a word: just go on");
}

void ph__sheet_legend(struct ph__sheet *sheet)
{
    static const char *const sentences[] = {
        "Not drawn: any other reply (0yz, 1yz, 6yz-9yz, garbage, or one that "
        "nothing asked for) is a breach of the protocol and leads to CLOSED. "
        "421 does what 4yz does, and then leads to CLOSED.",
        "300 s is how long the wait may last. Lost is what a dead connection "
        "or a silent server means: retry = the message may safely be sent "
        "again; doubt = it may have been delivered; fine = nothing was under "
        "way.",
        "Ahead: if the server offers PIPELINING, the next command follows "
        "without waiting (RFC 2920). Forget: what the server said in clear "
        "does not count any more (RFC 3207)."};
    write_line(sheet, "title", LEFT, 48, "SMTP, the client's side");
    PH__WRITE(&sheet->pen,
              "<text class=\"subtitle\" x=\"%d\" y=\"72\">%d states, drawn by "
              "posthaste from the table that it runs on</text>\n",
              LEFT, (int)ST_COUNT);
    draw_kinds(sheet);
    draw_lines(sheet);
    int y = SENTENCES_Y;
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        write_line(sheet, "legend", LEFT, y, sentences[i]);
        y += LINE_H;
    }
}
