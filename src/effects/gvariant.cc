#include "effects/gvariant.h"

#include "base/error.h"

namespace debone::effects {

Variant owned(GVariant* value) { return {g_variant_take_ref(value), g_variant_unref}; }

Variant parse_variant(const std::string& type, const std::string& text) {
  GError* error = nullptr;
  const std::unique_ptr<GVariantType, decltype(&g_variant_type_free)> wanted(g_variant_type_new(type.c_str()),
                                                                             g_variant_type_free);
  auto* value = g_variant_parse(wanted.get(), text.c_str(), nullptr, nullptr, &error);
  if (value == nullptr) {
    const std::unique_ptr<GError, decltype(&g_error_free)> failure(error, g_error_free);
    throw base::Error(base::Exit::trust, std::string("no value of type '") + type + "': " + failure->message);
  }
  return owned(value);
}

std::string serialised(const Variant& value) {
  auto in_order = value;
  if constexpr (G_BYTE_ORDER != G_LITTLE_ENDIAN) in_order = owned(g_variant_byteswap(value.get()));
  const auto variant = owned(g_variant_new_variant(in_order.get()));
  const auto normal = owned(g_variant_get_normal_form(variant.get()));
  std::string bytes(g_variant_get_size(normal.get()), '\0');
  g_variant_store(normal.get(), bytes.data());
  return bytes;
}

}  // namespace debone::effects
