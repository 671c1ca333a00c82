// Code that runs before `main` or in signal handlers, and is therefore written in C.

#ifndef CPROCESS_H
#define CPROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

// Before `main`, closed descriptors among 0, 1 and 2 are opened on /dev/null, so that no socket gets the number of standard
// output. They are opened for the wrong direction, so that reading standard input and writing the others still fails with EBADF.

#pragma mark - Handlers

/// Installs a handler for some signals. Signals that are ignored stay ignored: `nohup`, and shells without job control that
/// start a program in the background, rely on that.
/// - Parameters:
///   - numbers: The signals.
///   - count: The number of signals.
///   - handler: The handler. Interrupted system calls are restarted (SA_RESTART).
///   - before: Receives the previous handlers, one for each signal.
void cprocess_handle(const int *numbers, size_t count, void (*handler)(int), struct sigaction *before);

/// Restores the handlers that `cprocess_handle` replaced.
void cprocess_restore_handlers(const int *numbers, size_t count, const struct sigaction *before);

#pragma mark - Signals that end the program

/// Handles SIGINT, SIGTERM and SIGHUP, unless they are ignored. The handler writes the signal's number to `pipe` as one byte.
/// A repeated one (see `cprocess_is_repeated_ending`) ends the process at once, as if there were no handler.
void cprocess_watch_signals(int pipe);

/// Records that a signal requests the end of the program. Must be called in the handler.
/// - Returns: Whether an earlier signal did so too. Signals within a tenth of a second count as one, since `timeout` sends its
///   signal to the process and to the process group.
bool cprocess_is_repeated_ending(void);

/// Makes the next ending signal the first one again.
void cprocess_forget_endings(void);

/// Ends the process by the default action of a signal, so that its parent sees which signal it was. Can be called in a handler.
void cprocess_end_by(int number);

#pragma mark - Background

/// Whether this process may read and change a terminal: false while a shell runs it in the background.
bool cprocess_is_in_foreground(int terminal);

/// Stops the process group until it is in the foreground. The kernel does the same with a process that uses its terminal in the
/// background, but not if the thread blocks the signal, as the threads that run Swift tasks do.
/// - Parameters:
///   - terminal: A descriptor of the terminal.
///   - number: SIGTTIN to read, SIGTTOU to change its modes.
/// - Returns: False if the process cannot be stopped, because the signal is ignored or no shell could continue the process.
bool cprocess_wait_for_foreground(int terminal, int number);

#pragma mark - Typing without an echo

/// Turns off the echo of a terminal, and makes every byte readable at once. In the background the process is stopped first.
/// Until `cprocess_show_typing`, a signal that ends or stops the process turns the echo on first. It is turned off again when
/// the process is continued.
/// - Returns: False if the descriptor is not a terminal or the terminal cannot be used.
bool cprocess_hide_typing(int terminal);

/// Restores the modes of the terminal and the previous handlers.
void cprocess_show_typing(void);

#endif
