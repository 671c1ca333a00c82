#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/// Stores what is needed to restore the terminal: the sequences to write, and the current modes.
/// Must be called once, before this program changes the modes.
void cncurses_prepare_restore(const char *sequences, size_t length);

/// Makes a crash or an exit restore the terminal.
void cncurses_arm_restore(void);

/// Stops restoring the terminal, because this program no longer owns it.
void cncurses_disarm_restore(void);

#endif
