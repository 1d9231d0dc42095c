#include "simulations/exercise/terminal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void measure(struct terminal *terminal) {
    struct winsize size;
    terminal->columns = 80;
    terminal->rows = 24;
    if (ioctl(fileno(terminal->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        size.ws_row > 0) {
        terminal->columns = size.ws_col;
        terminal->rows = size.ws_row;
    }
}

void terminal_init(struct terminal *terminal, FILE *out, bool quiet) {
    const char *kind = getenv("TERM");
    *terminal = (struct terminal){.out = out, .quiet = quiet};
    terminal->live = !quiet && isatty(fileno(out)) && kind != NULL && strcmp(kind, "dumb") != 0;
    measure(terminal);
    if (terminal->live)
        fputs("\x1b[?25l", out); /* no cursor while it is redrawn */
}

static void wipe(struct terminal *terminal) {
    if (terminal->drawn > 0)
        fprintf(terminal->out, "\x1b[%uA\r\x1b[J", terminal->drawn);
    terminal->drawn = 0;
}

void terminal_end(struct terminal *terminal, bool keep_picture) {
    if (terminal->live) {
        if (!keep_picture)
            wipe(terminal);
        fputs("\x1b[?25h", terminal->out);
    }
    fflush(terminal->out);
    free(terminal->picture);
    terminal->picture = NULL;
    terminal->room = terminal->used = 0;
    terminal->live = false;
}

/* ---- the picture ---- */

void terminal_begin(struct terminal *terminal) {
    measure(terminal);
    terminal->used = 0;
    terminal->lines = 0;
}

static void compose(struct terminal *terminal, const char *text, size_t size) {
    if (terminal->used + size + 1 > terminal->room) {
        size_t room = (terminal->used + size + 1) * 2;
        char *picture = realloc(terminal->picture, room);
        if (picture == NULL)
            return; /* a line less is no harm */
        terminal->picture = picture;
        terminal->room = room;
    }
    memcpy(terminal->picture + terminal->used, text, size);
    terminal->used += size;
}

/* Bytes and columns of the character (or escape sequence) at text. */
static size_t character(const char *text, size_t *ret_columns);

void terminal_line(struct terminal *terminal, const char *format, ...) {
    char text[1024];
    size_t bytes = 0, columns = 0, taken, step;
    if (!terminal->live || terminal->lines + 1 >= terminal->rows)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    while (text[bytes] != '\0') {
        step = character(text + bytes, &taken);
        if (columns + taken > terminal->columns - 1)
            break;
        bytes += step;
        columns += taken;
    }
    compose(terminal, text, bytes);
    compose(terminal, "\x1b[0m\n", 5);
    terminal->lines++;
}

void terminal_show(struct terminal *terminal) {
    if (!terminal->live)
        return;
    wipe(terminal);
    if (terminal->picture != NULL)
        fwrite(terminal->picture, 1, terminal->used, terminal->out);
    terminal->drawn = terminal->lines;
    fflush(terminal->out);
}

static void print_wrapped(const struct terminal *terminal, const char *format, va_list arguments) {
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        return; /* a line less is no harm */
    terminal_wrap(terminal->out, text, terminal->columns - 1);
    free(text);
}

void terminal_event(struct terminal *terminal, const char *format, ...) {
    if (terminal->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    wipe(terminal);
    if (terminal->live)
        print_wrapped(terminal, format, arguments);
    else
        vfprintf(terminal->out, format, arguments);
    va_end(arguments);
    fputc('\n', terminal->out);
    if (terminal->live && terminal->picture != NULL) {
        fwrite(terminal->picture, 1, terminal->used, terminal->out);
        terminal->drawn = terminal->lines;
    }
    fflush(terminal->out);
}

void terminal_progress(struct terminal *terminal, uint64_t now_ms, uint64_t every_ms,
                       const char *format, ...) {
    if (terminal->quiet || terminal->live || now_ms < terminal->plain_next_ms)
        return;
    terminal->plain_next_ms = now_ms + every_ms;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(terminal->out, format, arguments);
    va_end(arguments);
    fputc('\n', terminal->out);
    fflush(terminal->out);
}

/* ---- widths ---- */

static bool is_wide(uint32_t point) {
    return (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0x303e) ||
           (point >= 0x3041 && point <= 0x33ff) || (point >= 0x3400 && point <= 0x4dbf) ||
           (point >= 0x4e00 && point <= 0x9fff) || (point >= 0xa000 && point <= 0xa4cf) ||
           (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
           (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) ||
           (point >= 0xffe0 && point <= 0xffe6) || (point >= 0x1f300 && point <= 0x1faff) ||
           (point >= 0x20000 && point <= 0x3fffd);
}

static bool is_mark(uint32_t point) { /* drawn upon the character before it */
    return (point >= 0x0300 && point <= 0x036f) || (point >= 0x3099 && point <= 0x309a) ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0xfe00 && point <= 0xfe0f);
}

static size_t escape(const char *text) {
    size_t bytes = 2;
    while (text[bytes] != '\0' && ((unsigned char)text[bytes] < 0x40 || text[bytes] == '['))
        bytes++;
    return text[bytes] == '\0' ? bytes : bytes + 1;
}

static size_t character(const char *text, size_t *ret_columns) {
    const unsigned char *byte = (const unsigned char *)text;
    size_t size = byte[0] < 0x80    ? 1
                  : byte[0] >= 0xf0 ? 4
                  : byte[0] >= 0xe0 ? 3
                  : byte[0] >= 0xc0 ? 2
                                    : 1;
    uint32_t point = size == 1 ? byte[0] : byte[0] & (0x7fu >> size);
    *ret_columns = 0;
    if (byte[0] == 0x1b && byte[1] == '[')
        return escape(text);
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            *ret_columns = 1;
            return 1;
        }
        point = point << 6 | (byte[i] & 0x3f);
    }
    *ret_columns = is_mark(point) ? 0 : is_wide(point) ? 2 : 1;
    return size;
}

size_t terminal_width(const char *text) {
    size_t width = 0, columns;
    while (*text != '\0') {
        text += character(text, &columns);
        width += columns;
    }
    return width;
}

static size_t pad(char *buffer, size_t used, size_t bytes, size_t spaces) {
    for (size_t i = 0; i < spaces && used + 1 < bytes; i++)
        buffer[used++] = ' ';
    return used;
}

char *terminal_fit(char *buffer, size_t bytes, const char *text, size_t columns, bool right) {
    size_t all = terminal_width(text), used = 0, width = 0, taken;
    size_t room = all > columns && columns > 0 ? columns - 1 : columns;
    if (right && all < columns)
        used = pad(buffer, used, bytes, columns - all);
    while (*text != '\0') {
        size_t size = character(text, &taken);
        if (width + taken > room || used + size + 4 > bytes)
            break;
        memcpy(buffer + used, text, size);
        used += size;
        width += taken;
        text += size;
    }
    if (all > columns && columns > 0 && used + 4 < bytes) {
        memcpy(buffer + used, "…", 3);
        used += 3;
        width++;
    }
    if (!right || all > columns)
        used = pad(buffer, used, bytes, columns > width ? columns - width : 0);
    buffer[used] = '\0';
    return buffer;
}

/* ---- wrapping ---- */

/* Bytes up to where the text of a line begins: past its first gap of two blanks or more, as in
 * "12:40  the river rises" or "       S01 declines". */
static size_t text_begin(const char *text) {
    const char *gap = strstr(text, "  ");
    return gap == NULL ? 0 : (size_t)(gap - text) + strspn(gap, " ");
}

/* Marks that do not begin a line. */
static bool closes(const char *text) {
    static const char *const marks[] = {"、", "。", "，", "．", "：", "；", "！",
                                        "？", "）", "」", "』", "】", "〉", "》"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* Bytes of the text that go on a line of so many columns: up to the last blank after `from` bytes,
 * or between East Asian characters; within a word only where it is longer than the line. */
static size_t line_bytes(const char *text, size_t from, size_t columns) {
    size_t bytes = 0, width = 0, best = 0, before = 0, taken;
    while (text[bytes] != '\0') {
        size_t size = character(text + bytes, &taken);
        bool may_break = text[bytes] == ' ' ||
                         ((taken == 2 || (before == 2 && taken > 0)) && !closes(text + bytes));
        if (bytes > from && may_break)
            best = bytes;
        if (width + taken > columns && bytes > 0)
            return best > 0 ? best : bytes;
        before = taken > 0 ? taken : before;
        width += taken;
        bytes += size;
    }
    return bytes;
}

static bool ends_in(const char *text, size_t bytes, char what) {
    return bytes > 0 && text[bytes - 1] == what;
}

void terminal_wrap(FILE *out, const char *text, size_t columns) {
    size_t from = text_begin(text), indent = 0, taken, bytes;
    for (size_t i = 0; i < from; indent += taken)
        i += character(text + i, &taken);
    if (indent > columns / 2)
        indent = from = 0;
    bytes = line_bytes(text, from, columns);
    for (;;) {
        size_t shown = bytes;
        while (ends_in(text, shown, ' '))
            shown--;
        fwrite(text, 1, shown, out);
        text += bytes + strspn(text + bytes, " ");
        if (*text == '\0')
            return;
        fprintf(out, "\n%*s", (int)indent, "");
        bytes = line_bytes(text, 0, columns - indent);
    }
}

/* ---- figures ---- */

static const char *const EIGHTHS[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
static const char *const LEVELS[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

char *terminal_bar(char *buffer, size_t bytes, double part, double whole, size_t columns) {
    double share = whole > 0 ? part / whole : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    size_t eighths = (size_t)(share * (double)columns * 8.0 + 0.5), used = 0;
    for (size_t i = 0; i < columns; i++) {
        size_t here = eighths > 8 * i ? eighths - 8 * i : 0;
        const char *block = EIGHTHS[here > 8 ? 8 : here];
        size_t size = strlen(block);
        if (used + size + 1 > bytes)
            break;
        memcpy(buffer + used, block, size);
        used += size;
    }
    buffer[used] = '\0';
    return buffer;
}

char *terminal_number(char *buffer, size_t bytes, int64_t number) {
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number < 0 ? -number : number);
    size_t used = 0;
    if (number < 0 && bytes > 1)
        buffer[used++] = '-';
    for (int i = 0; i < size && used + 2 < bytes; i++) {
        buffer[used++] = digits[i];
        if ((size - 1 - i) % 3 == 0 && i + 1 < size)
            buffer[used++] = ',';
    }
    buffer[used] = '\0';
    return buffer;
}

static int64_t figure_at(const int64_t *figures, size_t count, unsigned column, unsigned width) {
    size_t index = width < 2 ? count - 1 : (size_t)column * (count - 1) / (width - 1);
    return figures[index];
}

void terminal_chart(FILE *out, const int64_t *figures, size_t count, unsigned width,
                    unsigned height, const char *from, const char *to) {
    char number[32];
    int64_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = figures[i] > most ? figures[i] : most;
    for (unsigned row = height; count > 0 && row-- > 0;) {
        bool labelled = row + 1 == height || row == 0;
        terminal_number(number, sizeof number, row == 0 ? 0 : most);
        fprintf(out, "  %9s ┤", labelled ? number : "");
        for (unsigned column = 0; column < width; column++) {
            int64_t eighths =
                figure_at(figures, count, column, width) * (int64_t)height * 8 / most -
                (int64_t)row * 8;
            fputs(LEVELS[eighths < 0 ? 0 : eighths > 8 ? 8 : eighths], out);
        }
        fputc('\n', out);
    }
    int gap = (int)width - (int)terminal_width(from) - (int)terminal_width(to);
    fprintf(out, "  %9s  %s%*s%s\n", "", from, gap > 0 ? gap : 1, "", to);
}
