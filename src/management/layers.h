// A volfile under construction, from the bottom up: layers, each above the one before, and their options.
//
// Stock prints the options of a layer newest first; so does this, for the text is compared (clients by checksum,
// scripts by eye).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "pool/pool.h"
#include "translator/volfile.h"

namespace mortar {

class Layers {
 public:
  class Layer {
   public:
    // Replaces a value in its place.
    Layer& set(std::string_view key, std::string_view value);

   private:
    friend class Layers;
    explicit Layer(VolumeSection& section) : section_(section) {}
    VolumeSection& section_;
  };

  // Above the last layer, which becomes its only child.
  Layer add(std::string_view type, std::string name);
  // Beside what is there; its children are told.
  Layer add_beside(std::string_view type, std::string name, std::vector<std::string> children = {});

  // Between the only layer of that kind, what stands behind the slash of its type, and what stands above it. Nothing
  // where there is none.
  void add_above(std::string_view kind, std::string_view type, const std::string& name);

  // An option of every layer of a type.
  void set_all(std::string_view type, std::string_view key, std::string_view value);

  // Without the empty line behind the last layer.
  std::string text() const;
  const Volfile& volfile() const { return volfile_; }

 private:
  Volfile volfile_;
};

// Gives every layer the options of its type: those of the volume (and of the pool), else those that stand in volfiles
// even where nobody set them, in the order of the option table. Options that need thought (a leading '!') are left out,
// but for those whose keys are told.
void apply_options(Layers& layers, const OptionList& options, std::initializer_list<std::string_view> thought_of = {});
// The value in effect: set, or written by default; empty where there is neither.
std::string option_value(const OptionList& options, std::string_view key);

}  // namespace mortar
