# debone-init, the static program for inside images: the sources of src/init once more, small, with no library but
# the compiler's own. Its bytes are part of debone, and so of the images that it makes: they are the same in every build
# with that compiler, whatever the build's type, sanitizers, flags and folder.
target_compile_definitions(debone_init PRIVATE DEBONE_INIT_VERSION="${PROJECT_VERSION}")
file(GLOB DEBONE_INIT_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/init/*.cc)
list(FILTER DEBONE_INIT_SOURCES EXCLUDE REGEX "_test\\.cc$")
list(PREPEND DEBONE_INIT_SOURCES ${CMAKE_SOURCE_DIR}/src/debone_init.cc)

# debone_init_program(COMPILER OUTPUT): the program, by a compiler for its architecture.
function(debone_init_program compiler output)
  set(objects)
  foreach(source IN LISTS DEBONE_INIT_SOURCES)
    cmake_path(GET source STEM name)
    set(object ${output}.dir/${name}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${compiler} -std=c++23 -Os -DNDEBUG -ffunction-sections -fdata-sections
              -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -I${CMAKE_SOURCE_DIR}/src
              "-DDEBONE_INIT_VERSION=\"${PROJECT_VERSION}\"" -MD -MF ${object}.d -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  file(MAKE_DIRECTORY ${output}.dir)
  add_custom_command(OUTPUT ${output}
    COMMAND ${compiler} -static -Wl,--gc-sections,--build-id=none -s ${objects} -o ${output}
    DEPENDS ${objects} VERBATIM)
endfunction()

# Of the machine's own architecture it is build/debone-init, for the tests too.
execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE architecture OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
debone_init_program(${CMAKE_CXX_COMPILER} ${CMAKE_BINARY_DIR}/debone-init)
set(programs ${CMAKE_BINARY_DIR}/debone-init)
set(architectures ${architecture})
foreach(other IN ITEMS "amd64 x86_64-linux-gnu-g++" "arm64 aarch64-linux-gnu-g++")
  string(REPLACE " " ";" other "${other}")
  list(GET other 0 architecture)
  list(GET other 1 compiler)
  if(architecture IN_LIST architectures)
    continue()
  endif()
  find_program(DEBONE_CXX_${architecture} ${compiler})
  if(DEBONE_CXX_${architecture})
    debone_init_program(${DEBONE_CXX_${architecture}} ${CMAKE_BINARY_DIR}/debone-init.${architecture})
    list(APPEND programs ${CMAKE_BINARY_DIR}/debone-init.${architecture})
    list(APPEND architectures ${architecture})
  else()
    message(STATUS "no ${compiler}: images for ${architecture} will have no debone-init (`init:` is refused there)")
  endif()
endforeach()
add_custom_target(debone-init-programs ALL DEPENDS ${programs})

# Their bytes as part of debone (src/cli/embedded.h).
set(DEBONE_INIT_BYTES "")
set(DEBONE_INIT_ENTRIES "")
foreach(architecture program IN ZIP_LISTS architectures programs)
  string(APPEND DEBONE_INIT_BYTES "DEBONE_INIT(${architecture}, \"${program}\")\n")
  string(APPEND DEBONE_INIT_ENTRIES
    "  if (architecture == \"${architecture}\") return {debone_init_${architecture}_begin, debone_init_${architecture}_end};\n")
endforeach()
configure_file(src/cli/embedded_init.cc.in embedded/debone_init_bytes.cc @ONLY)
add_library(debone_init_bytes STATIC ${CMAKE_BINARY_DIR}/embedded/debone_init_bytes.cc)
set_source_files_properties(${CMAKE_BINARY_DIR}/embedded/debone_init_bytes.cc PROPERTIES OBJECT_DEPENDS "${programs}")
add_dependencies(debone_init_bytes debone-init-programs)
target_include_directories(debone_init_bytes PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(debone_cli PUBLIC debone_init_bytes)
