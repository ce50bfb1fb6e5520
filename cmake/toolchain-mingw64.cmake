# SPDX-License-Identifier: Apache-2.0
# Windows programs for x86-64 with Debian's mingw-w64.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# The posix variant has C11 threads' atomics and pthreads for libuv's tests; we link it statically.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${SONDA_WINDOWS_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Tests, and tools that the build itself runs.
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SONDA_WINDOWS_PREFIX)
set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES ${SONDA_WINDOWS_PREFIX}/include)
# What libuv's static library calls.
set(CMAKE_C_STANDARD_LIBRARIES
  "-lws2_32 -liphlpapi -lpsapi -luserenv -luser32 -ladvapi32 -lole32 -lshell32 -lssp")
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
