# SPDX-License-Identifier: Apache-2.0

# Warnings and sanitizers for every target of the project.
add_library(sonda_flags INTERFACE)
target_include_directories(sonda_flags INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
target_compile_options(sonda_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wconversion -Wno-sign-conversion
  # Clang takes a long text in a list of texts for a missing comma.
  -Wno-string-concatenation
  -Wswitch-enum -fno-common -fstack-protector-strong)
if(MINGW)
  # Its own printf, which knows %zu as C11 does; Microsoft's older one does not.
  target_compile_definitions(sonda_flags INTERFACE __USE_MINGW_ANSI_STDIO=1 SONDA_PRINTF_FORMAT=gnu_printf)
else()
  target_compile_definitions(sonda_flags INTERFACE SONDA_PRINTF_FORMAT=printf)
endif()
if(SONDA_SANITIZE)
  target_compile_options(sonda_flags INTERFACE
    -fsanitize=${SONDA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sonda_flags INTERFACE -fsanitize=${SONDA_SANITIZE})
endif()
