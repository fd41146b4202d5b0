/* Loaded ahead of libc (LD_PRELOAD): counts the calls that change files below one folder, and at a chosen one of them
   kills the process, after half of what was to be written, or lets it and all that follow fail, as on a full disk.

   FAIL_UNDER  the folder, as an absolute path; nothing happens without it
   FAIL_NAME   count only calls for the file of this name; all where it is empty
   FAIL_AT     the number of the call, from 1; 0 for none
   FAIL_HOW    "kill", or the number of an error, such as that of "no space left on device"
   FAIL_LOG    a file that gets a byte for every call that was counted */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long count;
static int counting = -1;
static long at;
static int error; /* 0: kill */
static const char *under, *name;
static int record = -1;

#define REAL(result, function, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #function)

static int begin(void) {
    if (counting < 0) {
        const char *how = getenv("FAIL_HOW"), *number = getenv("FAIL_AT"), *log = getenv("FAIL_LOG");
        under = getenv("FAIL_UNDER");
        name = getenv("FAIL_NAME");
        at = number ? atol(number) : 0;
        error = how ? atoi(how) : 0;
        counting = under != NULL;
        if (counting && log) record = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    return counting;
}

static int concerns(const char *path) {
    size_t length = strlen(under);
    if (strncmp(path, under, length) || (path[length] != '/' && path[length] != 0)) return 0;
    if (!name || !*name) return 1;
    const char *last = strrchr(path, '/');
    return last && !strcmp(last + 1, name);
}

static void noted(void) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (record >= 0 && real(record, ".", 1) < 0) abort();
}

/* 0: go on; 1: this call is the one that kills; -1: fail. */
static int verdict(const char *path) {
    int kept = errno, answer = 0;
    if (begin() && concerns(path)) {
        long now = __sync_add_and_fetch(&count, 1);
        noted();
        if (at && now == at && !error) answer = 1;
        if (at && now >= at && error) answer = -1;
    }
    errno = answer < 0 ? error : kept;
    return answer;
}

static int of_path(int folder, const char *path) {
    char full[PATH_MAX * 2], base[PATH_MAX] = "";
    if (path[0] == '/') return verdict(path);
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        base[length > 0 ? length : 0] = 0;
    }
    snprintf(full, sizeof full, "%s/%s", base, path);
    return verdict(full);
}

static int of_handle(int handle) {
    char link[64], path[PATH_MAX];
    if (!begin()) return 0;
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length <= 0) return 0;
    path[length] = 0;
    return verdict(path);
}

static void end(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

#define JUDGED(answer) do { int said = (answer); if (said < 0) return -1; if (said > 0) end(); } while (0)

ssize_t write(int handle, const void *bytes, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    int said = of_handle(handle);
    if (said < 0) return -1;
    if (said > 0) { if (real(handle, bytes, size / 2) >= -1) end(); }
    return real(handle, bytes, size);
}

#define PWRITE(function, offset_type) \
    ssize_t function(int handle, const void *bytes, size_t size, offset_type offset) { \
        REAL(ssize_t, function, int, const void *, size_t, offset_type); \
        int said = of_handle(handle); \
        if (said < 0) return -1; \
        if (said > 0) { if (real(handle, bytes, size / 2, offset) >= -1) end(); } \
        return real(handle, bytes, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define OF_HANDLE(function, parameters, arguments, ...) \
    int function parameters { REAL(int, function, __VA_ARGS__); JUDGED(of_handle(handle)); return real arguments; }
OF_HANDLE(fsync, (int handle), (handle), int)
OF_HANDLE(fdatasync, (int handle), (handle), int)
OF_HANDLE(ftruncate, (int handle, off_t size), (handle, size), int, off_t)
OF_HANDLE(ftruncate64, (int handle, off64_t size), (handle, size), int, off64_t)

#define OF_PATH(function, folder, parameters, arguments, ...) \
    int function parameters { REAL(int, function, __VA_ARGS__); JUDGED(of_path(folder, path)); return real arguments; }
OF_PATH(unlink, AT_FDCWD, (const char *path), (path), const char *)
OF_PATH(unlinkat, folder, (int folder, const char *path, int flags), (folder, path, flags), int, const char *, int)
OF_PATH(rename, AT_FDCWD, (const char *path, const char *into), (path, into), const char *, const char *)
OF_PATH(link, AT_FDCWD, (const char *path, const char *into), (path, into), const char *, const char *)
OF_PATH(mkdir, AT_FDCWD, (const char *path, mode_t mode), (path, mode), const char *, mode_t)

#define OPEN(function) \
    int function(const char *path, int flags, ...) { \
        REAL(int, function, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if ((flags & O_CREAT) && access(path, F_OK)) JUDGED(of_path(AT_FDCWD, path)); \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
