#include "schemas/platform/control_address.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int control_address(const char *path, struct sockaddr_un *ret_address, int *ret_folder_fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length < sizeof address.sun_path) {
        memcpy(address.sun_path, path, length + 1);
        *ret_address = address;
        *ret_folder_fd = -1;
        return HV_OK;
    }
    char folder[PATH_MAX], name[PATH_MAX];
    if (length >= sizeof folder)
        return HV_ERR_LIMIT;
    memcpy(folder, path, length + 1);
    memcpy(name, path, length + 1);
    int fd = open(dirname(folder), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return HV_ERR_NOT_FOUND;
    int printed = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", fd,
                           basename(name));
    if (printed < 0 || (size_t)printed >= sizeof address.sun_path) {
        close(fd);
        return HV_ERR_LIMIT;
    }
    *ret_address = address;
    *ret_folder_fd = fd;
    return HV_OK;
}
