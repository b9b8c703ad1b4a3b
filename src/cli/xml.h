// Text inside of XML: of an SVG, of a JUnit report.
#pragma once

#include <string>
#include <string_view>

namespace debone::cli {

// For an element's text or an attribute in double quotes; what XML cannot hold is shown as base::printable shows it.
std::string xml_escaped(std::string_view text);

}  // namespace debone::cli
