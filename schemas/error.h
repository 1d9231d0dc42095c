/* Error codes of Haven.
 *
 * Every fallible function returns 0 or one of these negative codes; codes of foreign libraries are
 * translated once, in the module that owns the library. Infeasible, duplicate and stale are
 * results, not errors, and have no code here. */
#ifndef HV_SCHEMAS_ERROR_H
#define HV_SCHEMAS_ERROR_H

#define HV_MUST_USE __attribute__((warn_unused_result))

enum hv_error {
    HV_OK = 0,
    HV_ERR_MEMORY = -1,      /* no memory */
    HV_ERR_IO = -2,          /* the operating system refused; errno was logged where it happened */
    HV_ERR_FULL = -3,        /* disk or map full: nothing was stored */
    HV_ERR_CORRUPT = -4,     /* stored bytes fail their checksum or hash chain */
    HV_ERR_LIMIT = -5,       /* a limit of limits.h would be passed */
    HV_ERR_FORMAT = -6,      /* bytes or text that cannot be decoded */
    HV_ERR_VALUE = -7,       /* decoded, but a value is out of range or contradicts another */
    HV_ERR_VERSION = -8,     /* another version of protocol, format or schema */
    HV_ERR_STATE = -9,       /* not allowed in the present state */
    HV_ERR_NOT_FOUND = -10,  /* no such thing */
    HV_ERR_EXISTS = -11,     /* already there */
    HV_ERR_PERMISSION = -12, /* not allowed for this key, role or user */
    HV_ERR_BUSY = -13,       /* try again: queue full or someone else holds it */
    HV_ERR_CLOSED = -14,     /* the other side has gone */
    HV_ERR_TIMEOUT = -15,    /* no answer within the limit */
    HV_ERR_STOPPED = -16,    /* a callback or a signal asked to stop */
    HV_ERR_OVERFLOW = -17    /* a sum does not fit its 64 bits */
};

/* Short stable name of a code, such as "full"; "unknown" for a number that is no code. Static. */
const char *hv_error_name(int error);

/* One English sentence without full stop for people, such as "disk or map full, nothing was
 * stored". Static. */
const char *hv_error_text(int error);

/* Exit status of sysexits.h that a program should end with for this code; 0 for HV_OK. */
int hv_error_exit_status(int error);

#endif
