#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/// Remembers what puts the terminal back: the sequences to write, and the modes it has now.
/// Called once, before anything is changed: the modes found later may be our own.
void cncurses_prepare_restore(const char *sequences, size_t length);

/// From now on a crash or an exit puts the terminal back as it was prepared.
void cncurses_arm_restore(void);

/// From now on the terminal is not ours, so nothing is to be restored.
void cncurses_disarm_restore(void);

#endif
