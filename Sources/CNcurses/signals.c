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
#include <unistd.h>

// As in CProcess, functions that handlers call use only async-signal-safe functions and lock-free atomics.

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char restore_sequences[512];
static size_t restore_length;
static struct termios restore_modes;
static bool has_modes;
static atomic_bool is_armed;

static atomic_int signal_pipe = -1;

static const int asking[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};

static struct sigaction before_asking[COUNT(asking)];
static struct sigaction before_crashing[COUNT(crashing)];
/// Whether the previous crash handlers are called after the terminal is restored.
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
    // In the background the terminal belongs to the shell, and changing its modes would stop this process.
    if (!cncurses_is_in_foreground()) return;
    size_t done = 0;
    while (done < restore_length) {
        // A terminal that accepts no bytes, for instance behind a hanging connection, must not delay the exit.
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
    restore_now();
    cprocess_end_by(number);
}

static void on_asking(int number) {
    int saved = errno;
    int pipe = atomic_load(&signal_pipe);
    unsigned char byte = (unsigned char)number;
    // The pipe does not block. If it is full, the program is not reading it and must end at once.
    bool is_sent = pipe >= 0 && write(pipe, &byte, 1) == 1;
    if (is_ending(number) && (cprocess_is_repeated_ending() || !is_sent)) end_by(number);
    errno = saved;
}

static void on_crash(int number, siginfo_t *info, void *context) {
    restore_now();
    // A signal sent by another process is not a crash of this program. The previous handler would return to the interrupted
    // instruction, and the program would continue.
    if (forwards_crashes && (info->si_code > 0 || info->si_pid == getpid())) {
        for (size_t index = 0; index < COUNT(crashing); index++) {
            const struct sigaction *before = &before_crashing[index];
            if (crashing[index] != number || !(before->sa_flags & SA_SIGINFO)) continue;
            // The handler is called rather than raised, so that it sees the registers of the crash.
            before->sa_sigaction(number, info, context);
        }
    }
    end_by(number);
}

/// Whether the Swift runtime's backtracer may run. By default it prompts on the terminal for half a minute, but a crashed
/// console must end at once.
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
    cprocess_forget_endings();
    forwards_crashes = backtracer_is_silent();
    if (is_installed) return;
    is_installed = true;

    cprocess_handle(asking, COUNT(asking), on_asking, before_asking);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    for (size_t index = 0; index < COUNT(crashing); index++) {
        sigaction(crashing[index], &action, &before_crashing[index]);
    }
}

void cncurses_remove_signal_handlers(void) {
    if (!is_installed) return;
    is_installed = false;
    cprocess_restore_handlers(asking, COUNT(asking), before_asking);
    cprocess_restore_handlers(crashing, COUNT(crashing), before_crashing);
    atomic_store(&signal_pipe, -1);
}

void cncurses_stop_process_group(void) {
    struct sigaction stop, ours;
    // SIGTSTP is ignored if there is no shell to return to.
    if (sigaction(SIGTSTP, NULL, &ours) == 0 && ours.sa_handler == SIG_IGN) return;
    memset(&stop, 0, sizeof stop);
    stop.sa_handler = SIG_DFL;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &ours);
    kill(0, SIGTSTP);
    // Another thread may receive the signal a moment later. In an orphaned process group it has no effect, and the program
    // continues.
    poll(NULL, 0, 100);
    sigaction(SIGTSTP, &ours, NULL);
}
