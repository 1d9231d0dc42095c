#include "schemas/platform/notify.h"

#include <systemd/sd-daemon.h>

void notify_ready(const char *status) {
    sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_stopping(void) {
    sd_notify(0, "STOPPING=1");
}

uint64_t notify_watchdog_ms(void) {
    uint64_t limit_us = 0;
    return sd_watchdog_enabled(0, &limit_us) > 0 ? limit_us / 2000 : 0;
}

void notify_alive(void) {
    sd_notify(0, "WATCHDOG=1");
}
