#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/// Remembers what puts the terminal back: the sequences to write and the modes it has now.
/// Until `cncurses_disarm_restore`, a crash or an exit uses them.
void cncurses_arm_restore(const char *sequences, size_t length);

/// From now on the terminal is not ours, so nothing is to be restored.
void cncurses_disarm_restore(void);

#endif
