#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CNcurses.h"
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// Handlers run at any moment on any thread, so this file uses only what POSIX calls async-signal-safe: write,
// tcsetattr, sigaction, raise, and atomics without locks.

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char restore_sequences[512];
static size_t restore_length;
static struct termios restore_modes;
static bool has_modes;
static atomic_bool is_armed;

static atomic_int signal_pipe = -1;
static atomic_int endings;

static const int asking[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};

static struct sigaction before_asking[COUNT(asking)];
static struct sigaction before_crashing[COUNT(crashing)];
static bool is_installed;

#pragma mark - Restoring

void cncurses_prepare_restore(const char *sequences, size_t length) {
    atomic_store(&is_armed, false);
    if (length > sizeof restore_sequences) length = sizeof restore_sequences;
    memcpy(restore_sequences, sequences, length);
    restore_length = length;
    has_modes = tcgetattr(STDIN_FILENO, &restore_modes) == 0;
}

void cncurses_arm_restore(void) {
    atomic_store(&is_armed, true);
}

void cncurses_disarm_restore(void) {
    atomic_store(&is_armed, false);
}

static void restore_now(void) {
    if (!atomic_exchange(&is_armed, false)) return;
    size_t done = 0;
    while (done < restore_length) {
        ssize_t written = write(STDOUT_FILENO, restore_sequences + done, restore_length - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        done += (size_t)written;
    }
    if (has_modes) tcsetattr(STDIN_FILENO, TCSANOW, &restore_modes);
}

#pragma mark - Handlers

static bool is_ending(int number) {
    return number == SIGINT || number == SIGQUIT || number == SIGTERM || number == SIGHUP;
}

static void end_by(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    restore_now();
    sigaction(number, &action, NULL);
    // Blocked while its handler runs, so it takes effect on return.
    raise(number);
}

static void on_asking(int number) {
    int saved = errno;
    int pipe = atomic_load(&signal_pipe);
    unsigned char byte = (unsigned char)number;
    // The pipe does not block. If it is full, the reader is not reading, and an ending must not wait for it.
    bool is_sent = pipe >= 0 && write(pipe, &byte, 1) == 1;
    if (is_ending(number) && (atomic_fetch_add(&endings, 1) > 0 || !is_sent)) end_by(number);
    errno = saved;
}

static void on_crash(int number) {
    restore_now();
    // Whoever handled it before, such as the runtime's backtracer, now sees a sane terminal.
    for (size_t index = 0; index < COUNT(crashing); index++) {
        if (crashing[index] == number) sigaction(number, &before_crashing[index], NULL);
    }
    raise(number);
}

static void at_exit(void) {
    restore_now();
}

void cncurses_install_signal_handlers(int pipe) {
    static bool has_exit_handler;
    if (!has_exit_handler) {
        has_exit_handler = true;
        atexit(at_exit);
    }
    atomic_store(&signal_pipe, pipe);
    atomic_store(&endings, 0);
    if (is_installed) return;
    is_installed = true;

    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_asking;
    action.sa_flags = SA_RESTART;
    for (size_t index = 0; index < COUNT(asking); index++) {
        sigaction(asking[index], &action, &before_asking[index]);
        // Started with nohup: a hangup is to be ignored.
        if (asking[index] == SIGHUP && before_asking[index].sa_handler == SIG_IGN) {
            sigaction(SIGHUP, &before_asking[index], NULL);
        }
    }
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK;
    for (size_t index = 0; index < COUNT(crashing); index++) {
        sigaction(crashing[index], &action, &before_crashing[index]);
    }
}

void cncurses_remove_signal_handlers(void) {
    if (!is_installed) return;
    is_installed = false;
    for (size_t index = 0; index < COUNT(asking); index++) sigaction(asking[index], &before_asking[index], NULL);
    for (size_t index = 0; index < COUNT(crashing); index++) sigaction(crashing[index], &before_crashing[index], NULL);
    atomic_store(&signal_pipe, -1);
}

void cncurses_stop_process_group(void) {
    struct sigaction stop, ours;
    memset(&stop, 0, sizeof stop);
    stop.sa_handler = SIG_DFL;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &ours);
    kill(0, SIGTSTP);
    // The signal may be taken by another thread a moment later. In an orphaned process group it does nothing at all,
    // and then it is right to go on, too.
    poll(NULL, 0, 100);
    sigaction(SIGTSTP, &ours, NULL);
}
