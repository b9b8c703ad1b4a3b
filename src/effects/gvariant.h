// GLib's GVariant, owned: the values of GSettings' keys, in GLib's own text form and serialisation.
#pragma once

#include <glib.h>

#include <memory>
#include <string>

namespace debone::effects {

using Variant = std::shared_ptr<GVariant>;

// Takes over a new value, floating or not.
Variant owned(GVariant* value);
// Throws Error (trust, without a place) where `text` is no value of the type, which must be a valid type string.
Variant parse_variant(const std::string& type, const std::string& text);
// The bytes of a variant that holds the value (type `v`) in normal form, little-endian, to stand at a multiple of 8.
std::string serialised(const Variant& value);

}  // namespace debone::effects
