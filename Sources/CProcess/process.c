#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Signal handlers run at any moment on any thread. Functions that they call use only what POSIX lists as async-signal-safe (write,
// tcsetattr, tcgetpgrp, sigaction, pthread_sigmask, raise, clock_gettime) and lock-free atomics.

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#pragma mark - Standard descriptors

__attribute__((constructor)) static void open_standard_descriptors(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
        // All lower descriptors are open, so open returns this one.
        (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

#pragma mark - Handlers

void cprocess_handle(const int *numbers, size_t count, void (*handler)(int), struct sigaction *before) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (size_t index = 0; index < count; index++) {
        sigaction(numbers[index], NULL, &before[index]);
        if (before[index].sa_handler != SIG_IGN) sigaction(numbers[index], &action, NULL);
    }
}

void cprocess_restore_handlers(const int *numbers, size_t count, const struct sigaction *before) {
    for (size_t index = 0; index < count; index++) sigaction(numbers[index], &before[index], NULL);
}

#pragma mark - Signals that end the program

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static atomic_int signal_pipe = -1;
/// When the first ending signal arrived, in milliseconds; 0 if none has.
static atomic_llong first_ending;

static long long milliseconds(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

void cprocess_end_by(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
}

bool cprocess_is_repeated_ending(void) {
    long long now = milliseconds(), first = 0;
    return !atomic_compare_exchange_strong(&first_ending, &first, now) && now - first >= 100;
}

void cprocess_forget_endings(void) {
    atomic_store(&first_ending, 0);
}

static void on_ending(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // If the pipe cannot be written, the program does not receive the signal.
    if (cprocess_is_repeated_ending() || write(atomic_load(&signal_pipe), &byte, 1) != 1) cprocess_end_by(number);
    errno = saved;
}

void cprocess_watch_signals(int pipe) {
    struct sigaction before[COUNT(ending)];
    atomic_store(&signal_pipe, pipe);
    cprocess_handle(ending, COUNT(ending), on_ending, before);
}

#pragma mark - Background

bool cprocess_is_in_foreground(int terminal) {
    pid_t foreground = tcgetpgrp(terminal);
    // Without a foreground group, or on a terminal of another session, no shell uses the terminal.
    return foreground <= 0 || foreground == getpgrp();
}

bool cprocess_wait_for_foreground(int terminal, int number) {
    int vain = 0;
    while (!cprocess_is_in_foreground(terminal)) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN || vain == 3) return false;
        long long before = milliseconds();
        kill(0, number);
        // Another thread may receive the signal a moment later.
        poll(NULL, 0, 100);
        vain = milliseconds() - before > 150 ? 0 : vain + 1;
    }
    return true;
}

#pragma mark - Typing without an echo

static const int disturbing[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static struct sigaction before_disturbing[COUNT(disturbing)];
static struct termios shown_modes, hidden_modes;
static int hidden_terminal = -1;
static atomic_bool is_hidden;

// In the background the terminal belongs to the shell, which has set its own modes.
static void set_modes(const struct termios *modes) {
    if (atomic_load(&is_hidden) && cprocess_is_in_foreground(hidden_terminal)) tcsetattr(hidden_terminal, TCSANOW, modes);
}

static void on_disturbance(int number) {
    int saved = errno;
    set_modes(&shown_modes);
    struct sigaction ours;
    sigaction(number, NULL, &ours);
    // Returns only for SIGTSTP, after the process is continued.
    cprocess_end_by(number);
    sigaction(number, &ours, NULL);
    set_modes(&hidden_modes);
    errno = saved;
}

bool cprocess_hide_typing(int terminal) {
    if (!cprocess_wait_for_foreground(terminal, SIGTTOU)) return false;
    if (tcgetattr(terminal, &shown_modes) != 0) return false;
    hidden_modes = shown_modes;
    hidden_modes.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    hidden_modes.c_cc[VMIN] = 1;
    hidden_modes.c_cc[VTIME] = 0;
    hidden_terminal = terminal;
    atomic_store(&is_hidden, true);
    cprocess_handle(disturbing, COUNT(disturbing), on_disturbance, before_disturbing);
    return tcsetattr(terminal, TCSAFLUSH, &hidden_modes) == 0;
}

void cprocess_show_typing(void) {
    if (!atomic_exchange(&is_hidden, false)) return;
    tcsetattr(hidden_terminal, TCSAFLUSH, &shown_modes);
    cprocess_restore_handlers(disturbing, COUNT(disturbing), before_disturbing);
}
