// libFuzzer itself has the function.
#include "CFuzzer.h"
