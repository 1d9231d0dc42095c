#include "schemas/error.h"

#include <stddef.h>
#include <sysexits.h>

static const struct {
    const char *name;
    const char *text;
    int exit_status;
} errors[] = {
    [-HV_OK] = {"ok", "no error", EX_OK},
    [-HV_ERR_MEMORY] = {"memory", "no memory left", EX_OSERR},
    [-HV_ERR_IO] = {"io", "the operating system reported an error", EX_IOERR},
    [-HV_ERR_FULL] = {"full", "disk or map full, nothing was stored", EX_IOERR},
    [-HV_ERR_CORRUPT] = {"corrupt", "stored bytes fail their checksum", EX_DATAERR},
    [-HV_ERR_LIMIT] = {"limit", "a limit would be passed", EX_DATAERR},
    [-HV_ERR_FORMAT] = {"format", "not in the expected format", EX_DATAERR},
    [-HV_ERR_VALUE] = {"value", "a value is out of range", EX_DATAERR},
    [-HV_ERR_VERSION] = {"version", "made by another version", EX_DATAERR},
    [-HV_ERR_STATE] = {"state", "not possible in the present state", EX_USAGE},
    [-HV_ERR_NOT_FOUND] = {"not-found", "no such thing", EX_NOINPUT},
    [-HV_ERR_EXISTS] = {"exists", "it exists already", EX_CANTCREAT},
    [-HV_ERR_PERMISSION] = {"permission", "not allowed", EX_NOPERM},
    [-HV_ERR_BUSY] = {"busy", "busy, try again", EX_TEMPFAIL},
    [-HV_ERR_CLOSED] = {"closed", "the other side has gone", EX_UNAVAILABLE},
    [-HV_ERR_TIMEOUT] = {"timeout", "no answer in time", EX_TEMPFAIL},
    [-HV_ERR_STOPPED] = {"stopped", "stopped on request", EX_TEMPFAIL},
    [-HV_ERR_OVERFLOW] = {"overflow", "a sum does not fit 64 bits", EX_DATAERR},
};

static size_t index_of(int error) {
    const size_t count = sizeof errors / sizeof errors[0];
    return error <= 0 && (size_t)-error < count ? (size_t)-error : count;
}

const char *hv_error_name(int error) {
    size_t i = index_of(error);
    return i < sizeof errors / sizeof errors[0] ? errors[i].name : "unknown";
}

const char *hv_error_text(int error) {
    size_t i = index_of(error);
    return i < sizeof errors / sizeof errors[0] ? errors[i].text : "unknown error";
}

int hv_error_exit_status(int error) {
    size_t i = index_of(error);
    return i < sizeof errors / sizeof errors[0] ? errors[i].exit_status : EX_SOFTWARE;
}
