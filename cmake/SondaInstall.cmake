# SPDX-License-Identifier: Apache-2.0

# What belongs to no single library: core's headers, find_package(Sonda), the
# program's man page and completion.
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/sonda"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT core
  PATTERN compile EXCLUDE PATTERN host EXCLUDE PATTERN linux EXCLUDE PATTERN windows EXCLUDE PATTERN mac EXCLUDE)

get_property(SONDA_CORE_LINK TARGET sonda_core PROPERTY SONDA_STATIC_LINK)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/SondaConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/SondaConfig.cmake"
  INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Sonda"
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/SondaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/SondaConfig.cmake" "${PROJECT_BINARY_DIR}/SondaConfigVersion.cmake"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Sonda" COMPONENT core)

if(EXISTS "${PROJECT_SOURCE_DIR}/docs/man/sonda.1")
  install(FILES "${PROJECT_SOURCE_DIR}/docs/man/sonda.1"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT tool)
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/tools/sonda/completion.bash")
  install(FILES "${PROJECT_SOURCE_DIR}/tools/sonda/completion.bash"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME sonda COMPONENT tool)
endif()
