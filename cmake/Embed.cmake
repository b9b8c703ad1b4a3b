# debone_embed(TARGET NAMESPACE ns SYMBOL fn ROOT dir PATTERN glob [EXCLUDE regex]): a library with
#   std::span<const EmbeddedFile> ns::fn();
# over the files below `dir`, those behind links too, that match and whose path below it does not match EXCLUDE, sorted by
# that path (src/cli/embedded.h).
function(debone_embed target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;SYMBOL;ROOT;PATTERN;EXCLUDE" "" ${ARGN})
  file(GLOB_RECURSE files FOLLOW_SYMLINKS RELATIVE ${EMBED_ROOT} CONFIGURE_DEPENDS ${EMBED_ROOT}/${EMBED_PATTERN})
  if(EMBED_EXCLUDE)
    list(FILTER files EXCLUDE REGEX "${EMBED_EXCLUDE}")
  endif()
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
