/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Paths as the system's calls take them.
 *
 * Behind \\?\ Windows takes every character as it stands: the path is made
 * whole first, which also turns / into \. The program's manifest asks for long
 * paths, too, but that holds only where the administrator switched them on.
 *
 * Module host.
 */

#include "host/path.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <string.h>
#include <windows.h>

/* Folders end 12 characters sooner than files: room for a name of 8.3. */
#define SHORT_MAX 248u

static const wchar_t verbatim[] = L"\\\\?\\";
static const wchar_t verbatim_share[] = L"\\\\?\\UNC\\";

/* The whole path in `whole`; its length, 0 when it is short enough or not a path. */
static size_t make_whole(const char *path, wchar_t *whole)
{
    wchar_t wide[SONDA__HOST_PATH_UNITS];
    DWORD len;

    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, SONDA__HOST_PATH_UNITS) == 0) {
        return 0;
    }
    len = GetFullPathNameW(wide, SONDA__HOST_PATH_UNITS, whole, NULL);
    return len < SHORT_MAX || len >= SONDA__HOST_PATH_UNITS ? 0 : len;
}

const char *sonda__host_path_of(const char *path, sonda__host_path *room)
{
    wchar_t whole[SONDA__HOST_PATH_UNITS];
    const wchar_t *rest = whole;
    const wchar_t *prefix = verbatim;
    size_t len = make_whole(path, whole);
    int head;

    if (len == 0 || memcmp(whole, L"\\\\?", 3 * sizeof *whole) == 0 ||
        memcmp(whole, L"\\\\.", 3 * sizeof *whole) == 0) {
        return path;
    }
    if (whole[0] == L'\\' && whole[1] == L'\\') {
        prefix = verbatim_share;
        rest = whole + 2;
    }
    head =
        WideCharToMultiByte(CP_UTF8, 0, prefix, -1, room->text, sizeof room->text, NULL, NULL);
    if (WideCharToMultiByte(CP_UTF8, 0, rest, -1, room->text + head - 1,
                            (int)sizeof room->text - head + 1, NULL, NULL) == 0) {
        return path;
    }
    return room->text;
}
#else
const char *sonda__host_path_of(const char *path, sonda__host_path *room)
{
    (void)room;
    return path;
}
#endif
