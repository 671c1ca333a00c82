#define NCURSES_WIDECHAR 1
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CNcurses.h"
#include "CProcess.h"
#include "internal.h"

#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

// Declared here, because term.h also defines macros such as `columns`.
extern int setupterm(const char *term, int descriptor, int *error);

static SCREEN *screen;
static bool has_terminal;
static bool shows_plain_text;
static bool mouse_is_on;
static bool cursor_is_visible;

// Escape sequences that current terminals support and others ignore. Mouse: buttons (1000) in the SGR encoding (1006).
static const char paste_on[] = "\033[?2004h";
static const char mouse_on[] = "\033[?1000h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1003l\033[?1002l\033[?1000l";
static const char modes_off[] = "\033[?1006l\033[?1003l\033[?1002l\033[?1000l\033[?2004l\033[0m";

// When doupdate() returns, ncurses has sent all its output, so these bytes follow it. Errors are ignored: if the terminal is
// gone, reading from it reports that.
static void write_all(const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written <= 0) return;
        bytes += written;
        length -= (size_t)written;
    }
}

// Appends a terminfo string without its padding ("$<5/>"), which is for hardware terminals.
static void append_capability(char *buffer, size_t size, const char *name) {
    const char *value = tigetstr(name);
    if (value == NULL || value == (const char *)-1) return;
    size_t used = strlen(buffer);
    while (*value != '\0' && used + 1 < size) {
        if (value[0] == '$' && value[1] == '<') {
            const char *end = strchr(value, '>');
            if (end == NULL) break;
            value = end + 1;
        } else {
            buffer[used++] = *value++;
        }
    }
    buffer[used] = '\0';
}

static void prepare_restore(void) {
    char sequences[512] = "";
    strcpy(sequences, modes_off);
    append_capability(sequences, sizeof sequences, "sgr0");
    append_capability(sequences, sizeof sequences, "rmkx");
    append_capability(sequences, sizeof sequences, "cnorm");
    append_capability(sequences, sizeof sequences, "rmcup");
    cncurses_prepare_restore(sequences, strlen(sequences));
}

static void enter_modes(void) {
    write_all(paste_on, sizeof paste_on - 1);
    if (mouse_is_on) write_all(mouse_on, sizeof mouse_on - 1);
}

static bool describes(const char *term) {
    int status = 0;
    return setupterm(term, STDOUT_FILENO, &status) == OK;
}

// Returns the description of the terminal to use: TERM, or if COLORTERM announces 24-bit colors, the description of its family
// that supports them. "-direct2" comes first: xterm's writes colors with semicolons, which all these terminals understand.
static const char *description(const char *term) {
    static char name[64];
    const char *colors = getenv("COLORTERM");
    const char *plain = getenv("NO_COLOR");
    if (colors == NULL || (strcmp(colors, "truecolor") != 0 && strcmp(colors, "24bit") != 0)) return term;
    if ((plain != NULL && *plain != '\0') || strstr(term, "-direct") != NULL) return term;
    int family = (int)strcspn(term, "-");
    if (family > 40) return term;
    static const char *const suffixes[] = {"-direct2", "-direct"};
    for (size_t index = 0; index < sizeof suffixes / sizeof *suffixes; index++) {
        snprintf(name, sizeof name, "%.*s%s", family, term, suffixes[index]);
        if (describes(name)) return name;
    }
    return term;
}

enum cncurses_start_result cncurses_start(void) {
    // Set only the character encoding. The other categories would change how libraries in this process parse numbers.
    setlocale(LC_CTYPE, "");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return CNCURSES_NOT_A_TERMINAL;
    const char *term = getenv("TERM");
    if (term == NULL || *term == '\0') return CNCURSES_NO_TERM;
    term = description(term);
    int status = 0;
    // newterm() reports only that it failed; setupterm() reports why.
    if (setupterm(term, STDOUT_FILENO, &status) == ERR) {
        return status == 0 ? CNCURSES_UNKNOWN_TERM : status == -1 ? CNCURSES_NO_DATABASE : CNCURSES_TOO_SIMPLE;
    }
    const char *move = tigetstr("cup");
    if (move == NULL || move == (const char *)-1) return CNCURSES_TOO_SIMPLE;

    if (!cprocess_wait_for_foreground(STDIN_FILENO, SIGTTOU)) return CNCURSES_IN_BACKGROUND;
    prepare_restore();
    cncurses_arm_restore();
    screen = newterm(term, stdout, stdin);
    if (screen == NULL) {
        cncurses_disarm_restore();
        return CNCURSES_FAILED;
    }
    raw();
    noecho();
    nonl();
    scrollok(stdscr, FALSE);
    // Without this, doupdate() stops in the middle of a frame when a key is waiting.
    typeahead(-1);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    curs_set(0);
    cursor_is_visible = false;
    clear();
    refresh();
    has_terminal = true;
    enter_modes();
    return CNCURSES_STARTED;
}

void cncurses_leave(void) {
    if (!has_terminal) return;
    write_all(mouse_off, sizeof mouse_off - 1);
    curs_set(1);
    endwin();
    write_all(modes_off, sizeof modes_off - 1);
    has_terminal = false;
    cncurses_disarm_restore();
}

void cncurses_forget(void) {
    has_terminal = false;
    cncurses_disarm_restore();
}

void cncurses_leave_for_plain_text(void) {
    if (!has_terminal) return;
    cncurses_leave();
    // Use the modes of the shell, except for these two. They are restored if the program ends meanwhile.
    struct termios modes;
    if (tcgetattr(STDIN_FILENO, &modes) == 0) {
        modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        modes.c_cc[VMIN] = 1;
        modes.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    }
    shows_plain_text = true;
    cncurses_arm_restore();
}

void cncurses_write(const uint8_t *bytes, size_t length) {
    write_all((const char *)bytes, length);
}

void cncurses_enter(void) {
    shows_plain_text = false;
    cncurses_arm_restore();
    reset_prog_mode();
    clearok(curscr, TRUE);
    curs_set(0);
    cursor_is_visible = false;
    refresh();
    has_terminal = true;
    enter_modes();
}

void cncurses_stop(void) {
    if (screen == NULL) return;
    cncurses_leave();
    if (shows_plain_text) {
        if (cncurses_is_in_foreground()) reset_shell_mode();
        shows_plain_text = false;
        cncurses_disarm_restore();
    }
    delscreen(screen);
    screen = NULL;
    mouse_is_on = false;
}

bool cncurses_is_utf8(void) {
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int32_t cncurses_colors(void) {
    return has_colors() ? COLORS : 0;
}

bool cncurses_has_direct_color(void) {
    return tigetflag("RGB") > 0 && COLORS >= 0x1000000;
}

int32_t cncurses_color_pairs(void) {
    return COLOR_PAIRS;
}

bool cncurses_update_size(int32_t *columns, int32_t *rows) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
        *columns = COLS;
        *rows = LINES;
        return COLS > 0 && LINES > 0;
    }
    if (size.ws_col != COLS || size.ws_row != LINES) resizeterm(size.ws_row, size.ws_col);
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

void cncurses_init_pair(int32_t pair, int32_t foreground, int32_t background) {
#if NCURSES_EXT_COLORS && NCURSES_VERSION_PATCH >= 20170401
    init_extended_pair(pair, foreground, background);
#else
    init_pair((short)pair, (short)foreground, (short)background);
#endif
}

void cncurses_put(
    int32_t column, int32_t row, uint32_t base, uint32_t first_mark, uint32_t second_mark, uint32_t attributes, int32_t pair
) {
    attr_t attr = A_NORMAL;
    if (attributes & CNCURSES_BOLD) attr |= A_BOLD;
    if (attributes & CNCURSES_DIM) attr |= A_DIM;
#ifdef A_ITALIC
    if (attributes & CNCURSES_ITALIC) attr |= A_ITALIC;
#endif
    if (attributes & CNCURSES_UNDERLINE) attr |= A_UNDERLINE;
    if (attributes & CNCURSES_REVERSE) attr |= A_REVERSE;

    wchar_t text[4] = {(wchar_t)base, (wchar_t)first_mark, (wchar_t)second_mark, 0};
    cchar_t cell;
#if NCURSES_EXT_COLORS && NCURSES_VERSION_PATCH >= 20170401
    if (setcchar(&cell, text, attr, 0, &pair) == ERR) return;
#else
    if (setcchar(&cell, text, attr, (short)pair, NULL) == ERR) return;
#endif
    // ERR only means that the cursor could not advance past the last cell of the screen.
    (void)mvadd_wch(row, column, &cell);
}

void cncurses_show(int32_t column, int32_t row) {
    bool visible = column >= 0 && row >= 0;
    if (visible) move(row, column);
    if (visible != cursor_is_visible) {
        curs_set(visible ? 1 : 0);
        cursor_is_visible = visible;
    }
    wnoutrefresh(stdscr);
    doupdate();
}

void cncurses_invalidate(void) {
    clearok(curscr, TRUE);
}

int32_t cncurses_width(uint32_t scalar) {
    return wcwidth((wchar_t)scalar);
}

void cncurses_set_mouse(bool on) {
    if (on == mouse_is_on) return;
    mouse_is_on = on;
    // Another program uses the terminal. `cncurses_enter` will turn the mouse on.
    if (!has_terminal) return;
    if (on) {
        write_all(mouse_on, sizeof mouse_on - 1);
    } else {
        write_all(mouse_off, sizeof mouse_off - 1);
    }
}
