/* Telling systemd (or a test) how a daemon fares: sd_notify. Without NOTIFY_SOCKET nothing happens.
 */
#ifndef HV_PLATFORM_NOTIFY_H
#define HV_PLATFORM_NOTIFY_H

#include <stdint.h>

void notify_ready(const char *status);
void notify_stopping(void);

/* How often notify_alive is wanted, milliseconds; 0: no watchdog. */
uint64_t notify_watchdog_ms(void);
void notify_alive(void);

#endif
