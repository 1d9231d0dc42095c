/* The clocks of the machine. Cores never read them: mains bring them in as parts of events. */
#ifndef HV_PLATFORM_CLOCK_H
#define HV_PLATFORM_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since boot, also while the machine slept. Never falls. */
uint64_t clock_real_ms(void);

/* Milliseconds since 1970 UTC, as the machine believes. */
int64_t clock_wall_ms(void);

/* Identity of this boot: 36 characters of the kernel's boot id, "" where there is none. Static. */
const char *clock_boot_id(void);

/* "2026-11-23T21:12:00Z" in UTC, without milliseconds; buffer of at least 32 bytes. Returns buffer.
 */
char *clock_wall_text(int64_t wall_ms, char *buffer, size_t bytes);

#endif
