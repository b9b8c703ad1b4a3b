# debone-init, the static program for inside images: the sources of src/init once more, small, with no library but
# its own. It is the same program in every build: without sanitizers, which cannot be linked in statically.
target_compile_definitions(debone_init PRIVATE DEBONE_INIT_VERSION="${PROJECT_VERSION}")
file(GLOB init_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/init/*.cc)
list(FILTER init_sources EXCLUDE REGEX "_test\\.cc$")
add_executable(debone-init src/debone_init.cc ${init_sources})
target_include_directories(debone-init PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(debone-init PRIVATE DEBONE_INIT_VERSION="${PROJECT_VERSION}")
target_compile_options(debone-init PRIVATE -Os -ffunction-sections -fdata-sections -fno-sanitize=all)
target_link_options(debone-init PRIVATE -static -Wl,--gc-sections -s -fno-sanitize=all)
set_target_properties(debone-init PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
