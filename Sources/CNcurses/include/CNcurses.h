// A narrow door to ncurses.
//
// Swift cannot use ncurses.h as it is: stdscr, LINES and the like are shared mutable globals, the attributes are macros
// and the printing functions are variadic. So the header of ncurses stays on the C side, and Swift sees these
// functions. ncurses only draws; input is read and decoded in Swift.
//
// Everything in the first part must be called on one thread.

#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

#pragma mark - Screen

/// Why the screen could not be started.
enum cncurses_start_result {
    CNCURSES_STARTED = 0,
    /// stdin or stdout is not a terminal.
    CNCURSES_NOT_A_TERMINAL,
    /// TERM is not set.
    CNCURSES_NO_TERM,
    /// There is no description of TERM.
    CNCURSES_UNKNOWN_TERM,
    /// There is no terminfo database at all.
    CNCURSES_NO_DATABASE,
    /// The terminal cannot place the cursor.
    CNCURSES_TOO_SIMPLE,
    /// A shell runs this program in the background, and cannot be waited for.
    CNCURSES_IN_BACKGROUND,
    /// Anything else.
    CNCURSES_FAILED,
};

/// Puts the terminal into raw mode and shows an empty screen, with the cursor hidden and bracketed paste on.
/// Takes the encoding of characters from the environment first.
enum cncurses_start_result cncurses_start(void);

/// Gives the terminal back for a while: the screen before, its modes, the cursor.
void cncurses_leave(void);

/// Leaves the terminal as it is, because it is somebody else's: a shell has put this program into the background.
void cncurses_forget(void);

/// Gives the terminal back to print text that stays until a key is pressed: keys arrive one by one and are not shown.
void cncurses_leave_for_plain_text(void);

/// Writes bytes to the terminal as they are, behind everything that was shown. They must be safe.
void cncurses_write(const uint8_t *bytes, size_t length);

/// Takes the terminal again after `cncurses_leave`, or after somebody else changed its modes. The next paint draws
/// everything.
void cncurses_enter(void);

/// Gives the terminal back for good.
void cncurses_stop(void);

/// True if the locale's characters are UTF-8.
bool cncurses_is_utf8(void);

/// How many colors terminfo knows for the terminal; 0 for none.
int32_t cncurses_colors(void);

/// True if the terminal takes 24-bit colors instead of palette entries.
bool cncurses_has_direct_color(void);

/// How many pairs of colors there may be.
int32_t cncurses_color_pairs(void);

/// Reads the terminal's size from the kernel, tells ncurses, and stores it. False if the kernel does not know.
bool cncurses_update_size(int32_t *columns, int32_t *rows);

/// Defines a pair of colors; -1 is the terminal's default.
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

/// Brings the terminal up to date. The cursor is hidden if `column` is negative.
void cncurses_show(int32_t column, int32_t row);

/// Forgets what the terminal shows, so that the next `cncurses_show` sends every cell.
void cncurses_invalidate(void);

/// Columns the C library, and with it ncurses, gives a character; -1 if it cannot be shown.
int32_t cncurses_width(uint32_t scalar);

/// Turns reports of mouse buttons on or off.
void cncurses_set_mouse(bool on);

#pragma mark - Signals

/// Installs handlers.
///
/// Signals that ask for something (SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP) are written to `pipe`
/// as one byte, their number; those that are ignored stay so. When a second one of the first four comes before the program
/// has ended, the terminal is restored and the program ended by it. Signals of a crash (SIGSEGV, SIGBUS, SIGILL, SIGTRAP,
/// SIGFPE, SIGABRT, SIGSYS) restore the terminal and end the program by the signal; the handlers that were there before,
/// the backtracer of Swift, are called first if SWIFT_BACKTRACE has `interactive=no`. The terminal is also restored at exit.
void cncurses_install_signal_handlers(int pipe);

/// Puts back the handlers that were there before.
void cncurses_remove_signal_handlers(void);

/// Whether the terminal is ours to read and write: false while a shell has put this program into the background.
bool cncurses_is_in_foreground(void);

/// Stops the process group as the shell's suspend key does. Returns when it is continued.
void cncurses_stop_process_group(void);

#endif
