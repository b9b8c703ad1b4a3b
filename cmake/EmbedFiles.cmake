# Writes OUTPUT: the FILES below ROOT as C++ raw strings behind NAMESPACE::SYMBOL(). They are string_view literals, which
# know their lengths: clang gives up counting so many characters while it compiles.
set(text "#include \"cli/embedded.h\"\n\n#include <array>\n\nusing namespace std::string_view_literals;\n\nnamespace ${NAMESPACE} {\n\n")
list(LENGTH FILES count)
string(APPEND text "std::span<const EmbeddedFile> ${SYMBOL}() {\n  static constexpr std::array<EmbeddedFile, ${count}> files{{\n")
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} content)
  string(APPEND text "      {\"${file}\", R\"embedded(${content})embedded\"sv},\n")
endforeach()
string(APPEND text "  }};\n  return files;\n}\n\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${text}")
