#include "image/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/test_image.h"

namespace debone::image {
namespace {

using base::Exit;

base::Digest digest(char nibble) { return *base::Digest::from_hex(std::string(64, nibble)); }

Image plain() {
  auto image = sample_image();
  auto layer = *image.layers[0];
  layer.diff_id = digest('a');
  layer.digest = digest('b');
  layer.size = 77;
  image.layers[0] = std::make_shared<const layer::Layer>(std::move(layer));
  return image;
}

TEST(Documents, TheConfigIsThisText) {
  EXPECT_EQ(
      config_text(plain()),
      R"({"created":"2023-11-14T22:13:24Z","architecture":"amd64","os":"linux",)"
      R"("config":{"User":"www-data","ExposedPorts":{"9000/tcp":{}},"Env":["LANG=C.UTF-8","PATH=/usr/bin"],)"
      R"("Entrypoint":["php-fpm8.4","-F"],"Cmd":["-O"],"Volumes":{"/data":{}},"WorkingDir":"/srv",)"
      R"("Labels":{"org.opencontainers.image.title":"php-fpm"},"StopSignal":"SIGQUIT"},)"
      R"("rootfs":{"type":"layers","diff_ids":["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},)"
      R"("history":[{"created":"2023-11-14T22:13:24Z","created_by":"debone"}]})");
}

TEST(Documents, AnEmptyConfigLeavesOutWhatItDoesNotSay) {
  Image image;
  image.config.architecture = "arm";
  image.config.variant = "v7";
  EXPECT_EQ(config_text(image),
            R"({"created":"1970-01-01T00:00:00Z","architecture":"arm","variant":"v7","os":"linux","config":{},)"
            R"("rootfs":{"type":"layers","diff_ids":[]},"history":[]})");
}

TEST(Documents, TheManifestIsThisText) {
  EXPECT_EQ(manifest_text(plain(), Descriptor{std::string(config_type), digest('c'), 5, {}, {}}),
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
            R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json",)"
            R"("digest":"sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc","size":5},)"
            R"("layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",)"
            R"("digest":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","size":77}],)"
            R"("annotations":{"org.opencontainers.image.title":"php-fpm"}})");
}

TEST(Documents, ALabelOfItsOwnWinsOverAnAnnotation) {
  auto image = plain();
  image.config.labels = {{"a", "label"}};
  image.annotations = {{"a", "annotation"}, {"b", "annotation"}};
  EXPECT_THAT(config_text(image), testing::HasSubstr(R"("Labels":{"a":"label","b":"annotation"})"));
}

TEST(Documents, TheConfigReadsBack) {
  const auto read = read_config(JsonObject::parse(config_text(plain()), "config"));
  const auto& written = plain().config;
  EXPECT_EQ(read.os, "linux");
  EXPECT_EQ(read.diff_ids, std::vector{digest('a')});
  EXPECT_EQ(read.config.architecture, written.architecture);
  EXPECT_EQ(read.config.created, written.created);
  EXPECT_EQ(read.config.user, written.user);
  EXPECT_EQ(read.config.environment, written.environment);
  EXPECT_EQ(read.config.entrypoint, written.entrypoint);
  EXPECT_EQ(read.config.cmd, written.cmd);
  EXPECT_EQ(read.config.work_dir, written.work_dir);
  EXPECT_EQ(read.config.stop_signal, written.stop_signal);
  EXPECT_EQ(read.config.ports, written.ports);
  EXPECT_EQ(read.config.volumes, written.volumes);
  EXPECT_EQ(read.config.labels, plain().annotations);
}

std::int64_t created(const std::string& time) {
  return read_config(JsonObject::parse(R"({"created":")" + time + R"("})", "config")).config.created;
}

TEST(Documents, ReadsTimesAsGoWritesThem) {
  EXPECT_EQ(created("2023-11-14T22:13:24Z"), 1700000004);
  EXPECT_EQ(created("2023-11-14T22:13:24.123456789Z"), 1700000004);
  EXPECT_EQ(created("2023-11-15T00:13:24+02:00"), 1700000004);
  EXPECT_EQ(created("2023-11-14T16:43:24-05:30"), 1700000004);
  EXPECT_EQ(created("0001-01-01T00:00:00Z"), -62135596800);
}

TEST(Documents, RefusesWhatIsNoTime) {
  for (const std::string time : {"", "2023", "2023-11-14", "2023-13-14T22:13:24Z", "2023-02-30T22:13:24Z",
                                 "2023-11-14T24:13:24Z", "2023-11-14T22:13:24", "2023-11-14T22:13:24+0200",
                                 "2023-11-14T22:13:24Zx", "x023-11-14T22:13:24Z", "2023-11-14 22:13:24Z"}) {
    EXPECT_EQ(error_of([&] { created(time); }, Exit::trust), "error: config: 'created' is no time: '" + time + "'\n");
  }
}

TEST(Documents, ATextThatIsNotUtf8IsAnError) {
  auto image = plain();
  image.config.environment["X"] = "\xFF";
  EXPECT_EQ(error_of([&] { config_text(image); }, Exit::usage),
            "error: a text for the image's configuration is not UTF-8\n"
            "  hint: look at the recipe's environment, commands, annotations and the image's name\n");
}

std::string parse_error(std::string_view text) {
  return error_of([&] { read_config(JsonObject::parse(text, "config")); }, Exit::trust);
}

TEST(Json, BadDocumentsAreNamedWithWhatIsWrong) {
  EXPECT_EQ(parse_error(""), "error: config: not valid JSON at byte 1\n");
  EXPECT_EQ(parse_error("{\"a\":1,}"), "error: config: not valid JSON at byte 8\n");
  EXPECT_EQ(parse_error("{} x"), "error: config: not valid JSON at byte 4\n");
  EXPECT_EQ(parse_error("{\"a\":1e999}"), "error: config: not valid JSON: a number does not fit\n");
  EXPECT_EQ(parse_error("[]"), "error: config: not a JSON object\n");
  EXPECT_EQ(parse_error(R"({"os":1})"), "error: config: 'os' is not a string\n");
  EXPECT_EQ(parse_error(R"({"config":[]})"), "error: config: 'config' is not an object\n");
  EXPECT_EQ(parse_error(R"({"config":{"Cmd":"x"}})"), "error: config: 'Cmd' is not a list of strings\n");
  EXPECT_EQ(parse_error(R"({"config":{"Cmd":[1]}})"), "error: config: 'Cmd' is not a list of strings\n");
  EXPECT_EQ(parse_error(R"({"rootfs":{"diff_ids":["sha256:0"]}})"),
            "error: config: 'diff_ids' holds no SHA-256 digest: 'sha256:0'\n");
  EXPECT_EQ(parse_error(R"({"config":null,"os":null})"), "no error");
}

TEST(Json, DepthAndSizeAreBounded) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(parse_error(nested(31)), "no error");
  EXPECT_EQ(parse_error(nested(33)), "error: config: the JSON document is nested deeper than 32 levels\n");
  EXPECT_EQ(parse_error(R"({"a":)" + std::string(1000000, '[')),
            "error: config: the JSON document is nested deeper than 32 levels\n");
  EXPECT_EQ(parse_error(std::string((4U << 20U) + 1, ' ')),
            "error: config: the JSON document is larger than the 4194304 bytes allowed\n");
}

TEST(Platform, IsThatOfDebiansArchitecture) {
  const auto told = [](const std::string& debian) {
    const auto platform = platform_of(debian);
    return platform.architecture + "/" + platform.variant;
  };
  EXPECT_EQ(told("amd64"), "amd64/");
  EXPECT_EQ(told("arm64"), "arm64/");
  EXPECT_EQ(told("armhf"), "arm/v7");
  EXPECT_EQ(told("armel"), "arm/v5");
  EXPECT_EQ(told("i386"), "386/");
  EXPECT_EQ(told("ppc64el"), "ppc64le/");
  EXPECT_EQ(told("riscv64"), "riscv64/");
  EXPECT_EQ(told("s390x"), "s390x/");
  EXPECT_EQ(told("mips64el"), "mips64le/");
  for (const auto* debian : {"amd64", "arm64", "armhf", "armel", "i386", "ppc64el", "riscv64", "s390x", "mips64el"})
    EXPECT_EQ(debian_architecture_of(platform_of(debian)), debian);
  EXPECT_EQ(debian_architecture_of({"arm64", "v8"}), "arm64");
  EXPECT_EQ(debian_architecture_of({"arm", "v6"}), std::nullopt);
  EXPECT_EQ(error_of([] { platform_of("m68k"); }, Exit::usage),
            "error: no image can be made for architecture 'm68k'\n"
            "  hint: architectures are amd64, arm64, armel, armhf, i386, mips64el, ppc64el, riscv64, s390x\n");
}

}  // namespace
}  // namespace debone::image
