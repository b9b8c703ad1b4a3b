#include "effects/module_list.h"

#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

const ListModules pictures{at("usr/lib/x/list"),
                           at("usr/lib/x/modules"),
                           "# head\n",
                           {{"liba.so", "\"{module}\"\na {other}\n\n"}, {"libb.so", "b\n"}, {"libc.so", "c\n"}},
                           "end\n"};

void list_pictures(Context& context) { list_modules(context, pictures); }
void list_names(Context& context) {
  auto step = pictures;
  step.head.clear();
  list_modules(context, step);
}

TEST(ModuleList, HoldsTheModulesThatAreThereInTheirOrder) {
  Image image;
  image.file("usr/lib/x/modules/libc.so", "");
  image.link("usr/lib/x/modules/libb.so", "libc.so");
  image.file("usr/lib/x/modules/liba.so", "");
  image.file("usr/lib/x/modules/list.txt", "");
  image.file("usr/lib/x/list", "old");
  image.run(list_pictures);
  EXPECT_EQ(image.text("usr/lib/x/list"), "# head\n\"/usr/lib/x/modules/liba.so\"\na {other}\n\nb\nc\nend\n");
  EXPECT_EQ(image.recorder->warnings, std::vector<std::string>{});
}

TEST(ModuleList, AModuleThatIsNotKnownIsToldOf) {
  Image image;
  image.file("usr/lib/x/modules/libz.so", "");
  image.run(list_pictures);
  EXPECT_EQ(image.text("usr/lib/x/list"), "# head\nend\n");
  EXPECT_EQ(image.recorder->warnings,
            std::vector<std::string>{
                "/usr/lib/x/modules/libz.so is left out of /usr/lib/x/list: the table of effects does not know it"});
}

TEST(ModuleList, WithNothingToSayThereIsNone) {
  Image image;
  image.run(list_pictures);
  EXPECT_EQ(image.text("usr/lib/x/list"), "(nothing)");
  image.directory("usr/lib/x/modules");
  image.run(list_names);
  EXPECT_EQ(image.text("usr/lib/x/list"), "(nothing)");
}

TEST(ModuleList, IsAStepOfTheTable) {
  Image image;
  auto& deb =
      image.add("loaders", {{"usr/lib/x86_64-linux-gnu/m/liba.so", ""}}, {{"triggers", "interest-noawait go\n"}});
  deb.record.architecture = "amd64";
  image.table = {{"test.yaml",
                  "- package: loaders\n  trigger: go\n  does:\n    - modules:\n"
                  "        list: '/usr/lib/{multiarch}/m.cache'\n        directory: '/usr/lib/{multiarch}/m'\n"
                  "        known:\n          liba.so: |\n            {module}: a\n"}};
  image.run(scripted);
  EXPECT_EQ(image.text("usr/lib/x86_64-linux-gnu/m.cache"), "/usr/lib/x86_64-linux-gnu/m/liba.so: a\n");
}

}  // namespace
}  // namespace debone::effects
