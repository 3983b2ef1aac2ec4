#include "states/sheet.h"

/* The signs stand beside the title, in two columns; the sentences below all. */
enum { LEFT = 20, SIGNS_X = 440, SIGNS2_X = 720, SIGNS_Y = 14, SIGN_H = 17 };
enum { SIGN_W = 46, RISE = 4, LINE_H = 15, SENTENCES_Y = 1682 };

static void write_line(struct ph__sheet *sheet, int x, int y, const char *words)
{
    ph__sheet_line_of_text(sheet, "legend", (struct ph__point){x, y}, words);
}

/* The shapes, small. */
static void draw_kinds(struct ph__sheet *sheet)
{
    static const struct {
        enum ph__kind kind;
        const char *words;
    } kinds[] = {{WAIT_ROW, "sends a command, waits for its reply"},
                 {PICK_ROW, "asks a question, moves on at once"},
                 {HOLD_ROW, "raises an event, waits for the driver"}};
    int y = SIGNS_Y;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        PH__WRITE(&sheet->pen,
                  "<g class=\"sign\" transform=\"translate(%d %d) "
                  "scale(.27)\">\n",
                  SIGNS_X + SIGN_W / 2 - RISE, y);
        ph__sheet_shape(sheet, kinds[i].kind, (struct ph__point){0, 0});
        PH__WRITE(&sheet->pen, "</g>\n");
        write_line(sheet, SIGNS_X + SIGN_W, y + RISE, kinds[i].words);
        y += SIGN_H;
    }
}

static void draw_lines(struct ph__sheet *sheet)
{
    static const struct {
        enum ph__line_class class;
        const char *words;
    } lines[] = {{LINE_MAIN, "the way of a message that is delivered"},
                 {LINE_PLAIN, "another way on"},
                 {LINE_BAD, "somebody is refused, or something fails"}};
    int y = SIGNS_Y;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const char *name = ph__line_name(lines[i].class);
        PH__WRITE(&sheet->pen,
                  "<path class=\"sign line %s\" marker-end=\"url(#%s)\" "
                  "d=\"M%d %dH%d\"/>\n",
                  name, name, SIGNS2_X + RISE, y, SIGNS2_X + SIGN_W - 10);
        write_line(sheet, SIGNS2_X + SIGN_W, y + RISE, lines[i].words);
        y += SIGN_H;
    }
    struct ph__point pill = {SIGNS2_X + SIGN_W / 2 - RISE, y};
    ph__sheet_pill(sheet, pill, ST_QUIT);
    write_line(sheet, SIGNS2_X + SIGN_W, y + RISE, "leads to the state named");
}

void ph__sheet_title(struct ph__sheet *sheet)
{
    ph__sheet_line_of_text(sheet, "title", (struct ph__point){LEFT, 40},
                           "SMTP and LMTP, the client's side");
    PH__WRITE(&sheet->pen,
              "<text class=\"subtitle\" x=\"%d\" y=\"62\">%d states, drawn by "
              "posthaste from the table that it runs on</text>\n",
              LEFT, (int)ST_COUNT);
}

void ph__sheet_legend(struct ph__sheet *sheet)
{
    static const char *const sentences[] = {
        "4yz 5yz reject: on a reply of these classes (or exact codes, or an "
        "answer to the question), do this; without a word, just go on. Early: "
        "before the command has left.",
        "Not drawn: any other reply (0yz, 1yz, 6yz-9yz, garbage, early, or a "
        "220, 221 or 235 that belongs elsewhere) is a breach of the protocol "
        "and leads to CLOSED;",
        "421 does what 4yz does, and then leads to CLOSED; early it ends the "
        "session. 300 s is how long the wait may last. Ahead: given "
        "PIPELINING, the next command need not wait.",
        "Lost: what a dead connection or a silent server means. retry = the "
        "transaction may safely be sent again; doubt = it may have been "
        "delivered; fine = nothing was under way."};
    draw_kinds(sheet);
    draw_lines(sheet);
    int y = SENTENCES_Y;
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        write_line(sheet, LEFT, y, sentences[i]);
        y += LINE_H;
    }
}
