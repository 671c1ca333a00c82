// What has to be done before `main`, or inside of a signal handler, and therefore in C.

#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdbool.h>

// Of the descriptors 0, 1 and 2, those that the program was started without are opened on /dev/null before `main`, so that
// no socket of ours gets the number of the standard output. They are opened for the wrong direction: reading the standard
// input and writing the others still fails with EBADF.

#pragma mark - Signals that end the program

/// Installs a handler for SIGINT, SIGTERM and SIGHUP, except for those that are ignored: `nohup`, and shells without job
/// control that start a program in the background, mean them to stay ignored.
///
/// The first signal is written to `pipe` as one byte, its number. The next one ends the process at once, as if there were
/// no handler. What comes within a tenth of a second of the first one counts as the same: `timeout` sends its signal to
/// the process and to the process group.
void cprocess_watch_signals(int pipe);

/// Ends the process by the default action of a signal, so that its parent sees which one it was.
void cprocess_end_by(int number);

#pragma mark - Background

/// Whether a terminal is ours to read and to change: false while a shell runs this program in the background.
bool cprocess_is_in_foreground(int terminal);

/// Stops the process group, as the kernel does with one that uses its terminal in the background, until it is in the
/// foreground. The kernel itself does so only with threads that do not block the signal, and those that run tasks do.
/// - Parameters:
///   - terminal: A descriptor of the terminal.
///   - number: SIGTTIN to read, SIGTTOU to change its modes.
/// - Returns: false if the process cannot be stopped: the signal is ignored, or no shell is there to continue it.
bool cprocess_wait_for_foreground(int terminal, int number);

#pragma mark - Typing without an echo

/// Turns off the echo of a terminal, and makes every byte readable at once. Until `cprocess_show_typing`, a signal that
/// ends or stops the process turns it on again first; when the process goes on, it is off again.
/// In the background the process is stopped first.
/// - Returns: false if it is not a terminal, or one that is not to be had.
bool cprocess_hide_typing(int terminal);

/// Puts the modes of the terminal back, and the handlers that were there before.
void cprocess_show_typing(void);

#endif
