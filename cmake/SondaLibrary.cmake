# SPDX-License-Identifier: Apache-2.0

# One library of the project, static and shared, from one set of objects.
#
#   sonda_library(TARGET
#     OUTPUT name             # libNAME.a and libNAME.so
#     COMPONENT word          # of cmake --install and of find_package(Sonda)
#     DESCRIPTION text
#     EXPORTS file            # the symbols the shared library shows, one a line
#     SOURCES file...
#     [HEADERS folder]        # below include/sonda, installed with the component
#     [LINK lib...]           # system libraries
#     [PACKAGES name...]      # their pkg-config names; libraries without: LINK_FLAGS
#     [LINK_FLAGS flag...]    # as an embedder writes them, for libraries without .pc
#     [NEEDS target...]       # libraries of the project it calls through their public headers
#     [INSIDE target...])     # libraries whose internals it uses: linked in, never shown
#
# TARGET is the static library, TARGET_shared the other.
option(SONDA_SHARED "build the shared libraries too" ON)

function(sonda_library target)
  cmake_parse_arguments(LIB "" "OUTPUT;COMPONENT;DESCRIPTION;EXPORTS;HEADERS"
    "SOURCES;LINK;PACKAGES;LINK_FLAGS;NEEDS;INSIDE" ${ARGN})

  add_library(${target}_objects OBJECT ${LIB_SOURCES})
  target_link_libraries(${target}_objects PRIVATE sonda_flags ${LIB_LINK})

  add_library(${target} STATIC $<TARGET_OBJECTS:${target}_objects>)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${LIB_OUTPUT})
  target_link_libraries(${target} PUBLIC sonda_flags ${LIB_NEEDS} ${LIB_INSIDE} ${LIB_LINK})
  install(TARGETS ${target} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${LIB_COMPONENT})

  if(APPLE AND LIB_INSIDE)
    message(STATUS "${LIB_OUTPUT}: static only on macOS, where nothing hides what it links in")
  elseif(SONDA_SHARED AND NOT SONDA_SANITIZE)
    sonda_shared_library(${target})
  endif()
  sonda_library_files(${target})
endfunction()

# A macro in spirit: reads the LIB_* variables of sonda_library().
function(sonda_shared_library target)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${LIB_EXPORTS}")
  file(STRINGS "${LIB_EXPORTS}" symbols REGEX "^sonda_")
  if(APPLE)
    # Zig's linker takes no list: it shows what SONDA_API marks. scripts/test_macos.sh compares.
    set(map "${LIB_EXPORTS}")
    set(options -Wl,-dead_strip -Wl,-install_name,@rpath/lib${LIB_OUTPUT}.${PROJECT_VERSION_MAJOR}.dylib)
  else()
    set(map "${CMAKE_CURRENT_BINARY_DIR}/${LIB_OUTPUT}.map")
    list(JOIN symbols ";\n" lines)
    file(CONFIGURE OUTPUT "${map}" CONTENT "{ global:\n${lines};\nlocal: *; };\n" @ONLY)
    set(options "-Wl,--version-script=${map}" -Wl,--no-undefined -Wl,--as-needed)
  endif()

  add_library(${target}_shared SHARED $<TARGET_OBJECTS:${target}_objects>)
  set_target_properties(${target}_shared PROPERTIES
    OUTPUT_NAME ${LIB_OUTPUT} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS "${map}")
  target_link_options(${target}_shared PRIVATE ${options})
  list(TRANSFORM LIB_NEEDS APPEND _shared OUTPUT_VARIABLE needs)
  target_link_libraries(${target}_shared PRIVATE ${needs} ${LIB_INSIDE} ${LIB_LINK})
  install(TARGETS ${target}_shared
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${LIB_COMPONENT})
  if(SONDA_TESTS)
    add_test(NAME "exports/${LIB_OUTPUT}" COMMAND "${PROJECT_SOURCE_DIR}/tests/install/check_exports.sh"
      "$<TARGET_FILE:${target}_shared>" "${LIB_EXPORTS}")
  endif()
endfunction()

# pkg-config file and headers of the component.
function(sonda_library_files target)
  set(PC_NAME ${LIB_OUTPUT})
  set(PC_DESCRIPTION "${LIB_DESCRIPTION}")
  list(JOIN LIB_PACKAGES " " PC_PRIVATE_PACKAGES)
  list(JOIN LIB_LINK_FLAGS " " PC_PRIVATE_FLAGS)
  set(PC_REQUIRES "")
  if(NOT LIB_COMPONENT STREQUAL "core")
    set(PC_REQUIRES "sonda = ${PROJECT_VERSION}")
  endif()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/library.pc.in"
    "${CMAKE_CURRENT_BINARY_DIR}/${LIB_OUTPUT}.pc" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${LIB_OUTPUT}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT ${LIB_COMPONENT})
  if(LIB_HEADERS)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/sonda/${LIB_HEADERS}"
      DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sonda" COMPONENT ${LIB_COMPONENT})
  endif()
endfunction()
