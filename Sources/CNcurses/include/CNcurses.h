// A small C interface to ncurses.
//
// Swift cannot import ncurses.h directly: stdscr, LINES and the like are shared mutable globals, the attributes are macros,
// and the printing functions are variadic. Swift calls these functions instead. ncurses only draws; Swift reads and decodes
// the input.
//
// All functions of the first part must be called on the same thread.

#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

#pragma mark - Screen

/// The result of starting the screen.
enum cncurses_start_result {
    CNCURSES_STARTED = 0,
    /// stdin or stdout is not a terminal.
    CNCURSES_NOT_A_TERMINAL,
    /// TERM is not set.
    CNCURSES_NO_TERM,
    /// terminfo has no description of TERM.
    CNCURSES_UNKNOWN_TERM,
    /// The system has no terminfo database.
    CNCURSES_NO_DATABASE,
    /// The terminal cannot place the cursor.
    CNCURSES_TOO_SIMPLE,
    /// The program runs in the background and cannot wait for the foreground.
    CNCURSES_IN_BACKGROUND,
    /// Any other failure.
    CNCURSES_FAILED,
};

/// Puts the terminal into raw mode and shows an empty screen, with the cursor hidden and bracketed paste on.
/// Sets the character encoding from the environment first.
enum cncurses_start_result cncurses_start(void);

/// Releases the terminal temporarily: restores the previous screen, the modes and the cursor.
void cncurses_leave(void);

/// Gives up the terminal without changing it, because a shell has moved this program to the background.
void cncurses_forget(void);

/// Releases the terminal to print text that stays until a key is pressed. Keys are read one by one and are not echoed.
void cncurses_leave_for_plain_text(void);

/// Writes bytes to the terminal unchanged, after everything that was shown. They must be safe for the terminal.
void cncurses_write(const uint8_t *bytes, size_t length);

/// Takes the terminal back after `cncurses_leave`, or after another program changed its modes. The next paint draws every
/// cell.
void cncurses_enter(void);

/// Releases the terminal permanently.
void cncurses_stop(void);

/// Whether the locale uses UTF-8.
bool cncurses_is_utf8(void);

/// The number of colors of the terminal according to terminfo, or 0 for none.
int32_t cncurses_colors(void);

/// Whether the terminal accepts 24-bit colors instead of palette entries.
bool cncurses_has_direct_color(void);

/// The maximum number of color pairs.
int32_t cncurses_color_pairs(void);

/// Reads the terminal's size from the kernel, passes it to ncurses, and stores it. Returns false if the size is unknown.
bool cncurses_update_size(int32_t *columns, int32_t *rows);

/// Defines a pair of colors. -1 is the terminal's default color.
void cncurses_init_pair(int32_t pair, int32_t foreground, int32_t background);

/// Bits of `attributes` in `cncurses_put`.
enum cncurses_attribute {
    CNCURSES_BOLD = 1,
    CNCURSES_DIM = 2,
    CNCURSES_ITALIC = 4,
    CNCURSES_UNDERLINE = 8,
    CNCURSES_REVERSE = 16,
};

/// Puts a character and up to two combining marks (0 for none) into a cell.
void cncurses_put(
    int32_t column, int32_t row, uint32_t base, uint32_t first_mark, uint32_t second_mark, uint32_t attributes, int32_t pair);

/// Updates the terminal. The cursor is hidden if `column` is negative.
void cncurses_show(int32_t column, int32_t row);

/// Discards the known content of the terminal, so that the next `cncurses_show` sends every cell.
void cncurses_invalidate(void);

/// The number of columns that the C library, and therefore ncurses, uses for a character, or -1 if it is not printable.
int32_t cncurses_width(uint32_t scalar);

/// Turns reports of mouse buttons on or off.
void cncurses_set_mouse(bool on);

#pragma mark - Signals

/// Installs handlers.
///
/// The handler of a request (SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP) writes the number of the signal to
/// `pipe` as one byte. Ignored signals stay ignored. If a second signal of the first four arrives before the program has ended,
/// the handler restores the terminal and ends the program with that signal. The handler of a crash (SIGSEGV, SIGBUS, SIGILL,
/// SIGTRAP, SIGFPE, SIGABRT, SIGSYS) restores the terminal and ends the program with the signal. Before that it calls the
/// previous handler, which is Swift's backtracer, if SWIFT_BACKTRACE has `interactive=no`. The terminal is also restored at
/// exit.
void cncurses_install_signal_handlers(int pipe);

/// Restores the previous handlers.
void cncurses_remove_signal_handlers(void);

/// Whether this program may use the terminal. False while a shell has this program in the background.
bool cncurses_is_in_foreground(void);

/// Stops the process group as the shell's suspend key does. Returns when it is continued.
void cncurses_stop_process_group(void);

#endif
