#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CNcurses.h"
#include "CProcess.h"
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Handlers run at any moment on any thread, so this file uses only what POSIX calls async-signal-safe: write, poll,
// tcsetattr, tcgetpgrp, sigaction, pthread_sigmask, raise, clock_gettime, and atomics without locks.

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char restore_sequences[512];
static size_t restore_length;
static struct termios restore_modes;
static bool has_modes;
static atomic_bool is_armed;

static atomic_int signal_pipe = -1;
/// When the first signal that asks for the end came, in milliseconds; 0 as long as there was none.
static atomic_llong first_ending;

static const int asking[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};

static struct sigaction before_asking[COUNT(asking)];
static struct sigaction before_crashing[COUNT(crashing)];
/// Whether what handled crashes before may go on with one.
static bool forwards_crashes;
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

bool cncurses_is_in_foreground(void) {
    return cprocess_is_in_foreground(STDIN_FILENO);
}

static void restore_now(void) {
    if (!atomic_exchange(&is_armed, false)) return;
    // In the background the terminal is the shell's, and changing its modes would stop this process instead.
    if (!cncurses_is_in_foreground()) return;
    size_t done = 0;
    while (done < restore_length) {
        // A terminal that takes nothing, as behind a connection that hangs, must not hold up the end.
        struct pollfd terminal = {STDOUT_FILENO, POLLOUT, 0};
        if (poll(&terminal, 1, 200) <= 0) break;
        size_t length = restore_length - done < 64 ? restore_length - done : 64;
        ssize_t written = write(STDOUT_FILENO, restore_sequences + done, length);
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
    // Blocked while its handler runs.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
}

static long long milliseconds(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

/// Whether an ending was asked for before. What comes within a tenth of a second counts as the same: `timeout` sends its
/// signal to the process and to the process group.
static bool is_second_ending(void) {
    long long now = milliseconds(), first = 0;
    return !atomic_compare_exchange_strong(&first_ending, &first, now) && now - first >= 100;
}

static void on_asking(int number) {
    int saved = errno;
    int pipe = atomic_load(&signal_pipe);
    unsigned char byte = (unsigned char)number;
    // The pipe does not block. If it is full, the reader is not reading, and an ending must not wait for it.
    bool is_sent = pipe >= 0 && write(pipe, &byte, 1) == 1;
    if (is_ending(number) && (is_second_ending() || !is_sent)) end_by(number);
    errno = saved;
}

static void on_crash(int number, siginfo_t *info, void *context) {
    restore_now();
    // One that another process sent says nothing about this program, and the instruction that it interrupted is sound: to
    // return to it would be to live on.
    if (forwards_crashes && (info->si_code > 0 || info->si_pid == getpid())) {
        for (size_t index = 0; index < COUNT(crashing); index++) {
            const struct sigaction *before = &before_crashing[index];
            if (crashing[index] != number || !(before->sa_flags & SA_SIGINFO)) continue;
            // It is called, not raised: it finds the registers of the crash, and the process ends after it by the signal.
            before->sa_sigaction(number, info, context);
        }
    }
    end_by(number);
}

/// Whether the runtime's backtracer may be asked. It asks the operator on a terminal what to do next, for half a minute,
/// unless it was told not to; a console that has crashed must be gone.
static bool backtracer_is_silent(void) {
    const char *options = getenv("SWIFT_BACKTRACE");
    return options != NULL && (strstr(options, "interactive=no") != NULL || strstr(options, "interactive=false") != NULL);
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
    atomic_store(&first_ending, 0);
    forwards_crashes = backtracer_is_silent();
    if (is_installed) return;
    is_installed = true;

    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_asking;
    action.sa_flags = SA_RESTART;
    for (size_t index = 0; index < COUNT(asking); index++) {
        sigaction(asking[index], NULL, &before_asking[index]);
        // What `nohup` or a shell without job control ignores stays ignored.
        if (before_asking[index].sa_handler != SIG_IGN) sigaction(asking[index], &action, NULL);
    }
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
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
    // A login shell's own program, for which there is nobody to go back to.
    if (sigaction(SIGTSTP, NULL, &ours) == 0 && ours.sa_handler == SIG_IGN) return;
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
