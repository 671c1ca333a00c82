#ifndef CPREFETCH_H
#define CPREFETCH_H

/// Asks the processor to fetch the cache line of an address for writing, and does not wait for it. Any address is allowed.
///
/// Swift has no such function. Without it, a lock that is released right after the first write to a line waits until the line
/// has arrived from the other processor that used it.
static inline void cprefetch_for_writing(const void *address) {
#if defined(__x86_64__)
    // The compiler would use an instruction that fetches the line for reading, because old processors ignore this one.
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

#endif
