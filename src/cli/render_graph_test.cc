#include "cli/render_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/test_packages.h"

namespace debone::cli {
namespace {

using evidence::Rule;
using evidence::State;
using ::testing::HasSubstr;
using ::testing::Not;

package::Facts facts(const std::string& name, std::vector<package::File> files) {
  return {.record = debian::parse_package("Package: " + name + "\nVersion: 1\nArchitecture: amd64\n", "amd64"),
          .files = std::move(files),
          .control_files = {}};
}

package::File file(std::string path, std::uint64_t size) {
  auto made = evidence::testing::text(std::move(path));
  made.size = size;
  return made;
}

// app needs liba and libb; both need libc; libb alone needs its data. Of app a file is cut, a link has no size.
Explanation sample() {
  Explanation explanation;
  explanation.architecture = "amd64";
  explanation.facts = {facts("app", {file("usr/bin/app", 1000), file("usr/share/man/app", 7),
                                     evidence::testing::link("usr/bin/x", "app")}),
                       facts("liba", {file("usr/lib/liba", 20)}),
                       facts("libb", {file("usr/lib/libb", 300)}),
                       facts("libb-data", {file("usr/share/libb", 50000)}),
                       facts("libc", {file("usr/lib/libc", 4)}),
                       facts("passwd", {file("usr/share/passwd", 9)})};
  explanation.cuts[{0, 1}] = "no-man";
  explanation.closure.evidence = {{0, {Rule::recipe, 0, "", "app"}},
                                  {1, {Rule::needed, 0, "usr/bin/app", "liba.so"}},
                                  {2, {Rule::needed, 0, "usr/bin/app", "libb.so"}},
                                  {3, {Rule::data, 2, "", "/usr/share/libb"}},
                                  {4, {Rule::needed, 1, "usr/lib/liba", "libc.so"}},
                                  {4, {Rule::needed, 2, "usr/lib/libb", "libc.so"}},
                                  {5, {Rule::effects, 5, "", "accounts"}}};
  for (const auto position : {0U, 1U, 2U, 3U, 4U, 6U}) {
    const auto& reason = explanation.closure.evidence[position].reason;
    explanation.closure.decisions.push_back({reason.rule == Rule::effects ? State::read : State::kept, reason, ""});
  }
  explanation.left_out = {{"perl", "5", "nobody needs it"}};
  return explanation;
}

TEST(RenderGraph, AsText) {
  const auto graph = closure_graph(sample(), "test");
  const std::string tree =
      "     own   in all\n"
      "          51.3 kB  test: 5 packages\n"
      " 1.00 kB  51.3 kB  ├─ app 1: the recipe names it\n"
      "   300 B  50.3 kB  │  ├─ libb 1: needs libb.so\n"
      " 50.0 kB  50.0 kB  │  │  └─ libb-data 1: uses its data: /usr/share/libb\n"
      "    20 B     20 B  │  └─ liba 1: needs liba.so\n"
      "     4 B      4 B  │     └─ libc 1: needs libc.so\n"
      "     0 B      0 B  └─ passwd 1: read for accounts\n";
  EXPECT_EQ(text_of(graph, false), tree);
  EXPECT_EQ(text_of(graph, true), tree + "\n1 package of apt's closure is left out\n  perl 5: nobody needs it\n");
}

TEST(RenderGraph, AsDot) {
  EXPECT_EQ(dot_of(closure_graph(sample(), "te\"st")),
            "digraph \"te\\\"st\" {\n"
            "  rankdir=LR;\n"
            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
            "  RECIPE [label=\"te\\\"st\\n51.3 kB\", style=bold];\n"
            "  \"app\" [label=\"app\\n1.00 kB, 51.3 kB in all\", tooltip=\"app 1\"];\n"
            "  \"liba\" [label=\"liba\\n20 B\", tooltip=\"liba 1\"];\n"
            "  \"libb\" [label=\"libb\\n300 B, 50.3 kB in all\", tooltip=\"libb 1\"];\n"
            "  \"libb-data\" [label=\"libb-data\\n50.0 kB\", tooltip=\"libb-data 1\"];\n"
            "  \"libc\" [label=\"libc\\n4 B\", tooltip=\"libc 1\"];\n"
            "  \"passwd\" [label=\"passwd\\n0 B\", tooltip=\"passwd 1\"];\n"
            "  RECIPE -> \"app\" [tooltip=\"the recipe names it\"];\n"
            "  \"app\" -> \"liba\" [tooltip=\"/usr/bin/app needs liba.so\"];\n"
            "  \"app\" -> \"libb\" [tooltip=\"/usr/bin/app needs libb.so\"];\n"
            "  \"libb\" -> \"libb-data\" [tooltip=\"uses its data: /usr/share/libb\"];\n"
            "  \"liba\" -> \"libc\" [tooltip=\"/usr/lib/liba needs libc.so\"];\n"
            "  RECIPE -> \"passwd\" [tooltip=\"read for accounts\"];\n"
            "  \"libb\" -> \"libc\" [style=dotted, color=grey, constraint=false];\n"
            "}\n");
}

TEST(RenderGraph, AsJson) {
  const auto json = json_of(closure_graph(sample(), "test"));
  EXPECT_EQ(json["size"], 51324);
  EXPECT_EQ(json["packages"][2].dump(),
            R"({"name":"libb","version":"1","state":"kept","by":"app","file":"/usr/bin/app","rule":"needed",)"
            R"("why":"needs libb.so","size":300,"size_with_it":50300,"evidence_for":["libb-data","libc"]})");
  EXPECT_TRUE(json["packages"][0]["by"].is_null());
  EXPECT_EQ(json["left_out"].dump(), R"([{"name":"perl","version":"5","why_not":"nobody needs it"}])");
}

TEST(RenderGraph, AsSvg) {
  const auto svg = svg_of(closure_graph(sample(), "test"));
  EXPECT_THAT(svg, HasSubstr("<title>test for amd64: 5 packages, 51.3 kB; 1 of apt's closure left out</title>"));
  EXPECT_THAT(svg,
              HasSubstr("<title>libb 1\n/usr/bin/app of app needs libb.so\n300 B; 50.3 kB would go with it</title>"));
  // A column a step, a row a package that brings no other: app beside the recipe, libb beside app.
  EXPECT_THAT(svg, HasSubstr("<rect class=\"box\" x=\"314\" y=\"76\" width=\"236\" height=\"38\" rx=\"4\"/>"
                             "<text class=\"name\" x=\"324\" y=\"90\">app</text>"));
  EXPECT_THAT(svg, HasSubstr("<rect class=\"box\" x=\"604\" y=\"76\" width=\"236\" height=\"38\" rx=\"4\"/>"
                             "<text class=\"name\" x=\"614\" y=\"90\">libb</text>"));
  EXPECT_THAT(svg, HasSubstr("<rect class=\"box\" x=\"604\" y=\"122\" width=\"236\" height=\"38\" rx=\"4\"/>"
                             "<text class=\"name\" x=\"614\" y=\"136\">liba</text>"));
}

TEST(RenderGraph, TextOfOthersIsEscaped) {
  auto explanation = sample();
  explanation.closure.decisions[3].reason.what = "/<script>&\"\x1b[1m" + std::string(60, 'x');
  const auto graph = closure_graph(explanation, "test");
  const auto svg = svg_of(graph);
  EXPECT_THAT(svg, HasSubstr("uses its data: /&lt;script&gt;&amp;&quot;\\x1b[1mxxxxxxxx…</text>"));
  EXPECT_THAT(svg, HasSubstr("\nlibb uses its data: /&lt;script&gt;&amp;&quot;\\x1b[1mxxx"));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(dot_of(graph), HasSubstr("/<script>&\\\"\\\\x1b[1mxxx"));
  EXPECT_THAT(text_of(graph, false), HasSubstr("\\x1b[1mxxx"));
}

TEST(RenderGraph, OfNothing) {
  const ClosureGraph graph{"test", "amd64", {}, {}};
  EXPECT_EQ(text_of(graph, false), "     own   in all\n              0 B  test: 0 packages\n");
  EXPECT_THAT(svg_of(graph), HasSubstr("0 packages"));
}

}  // namespace
}  // namespace debone::cli
