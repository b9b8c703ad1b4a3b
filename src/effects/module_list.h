// Lists of modules that a tool makes by loading each module and asking it: of gdk-pixbuf's loaders, GIO's modules,
// GTK's input methods. No code of the image is run here: the table of effects states what each module answers.
#pragma once

#include "effects/context.h"
#include "effects/step.h"

namespace debone::effects {

// Writes the list of the modules that are there, by name, in place of one that is there; none where there is no module
// and nothing else to say. A module that the step does not know is left out, with a warning.
void list_modules(Context& context, const ListModules& step);

}  // namespace debone::effects
