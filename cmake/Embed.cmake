# debone_embed(TARGET NAMESPACE ns SYMBOL fn ROOT dir PATTERN glob): a library with
#   std::span<const EmbeddedFile> ns::fn();
# over the files below `dir` that match, sorted by their path below it (src/cli/embedded.h).
function(debone_embed target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;SYMBOL;ROOT;PATTERN" "" ${ARGN})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${EMBED_ROOT} ${EMBED_ROOT}/${EMBED_PATTERN})
  list(SORT files)
  set(output ${CMAKE_BINARY_DIR}/embedded/${target}.cc)
  list(TRANSFORM files PREPEND ${EMBED_ROOT}/ OUTPUT_VARIABLE dependencies)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DROOT=${EMBED_ROOT} "-DFILES=${files}" -DOUTPUT=${output}
            -DNAMESPACE=${EMBED_NAMESPACE} -DSYMBOL=${EMBED_SYMBOL} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${dependencies} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake VERBATIM)
  add_library(${target} STATIC ${output})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()
