// A graph of translators made from a volfile. Which types there are is told by the program that builds it: there is no
// global registry.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/world.h"
#include "translator/translator.h"
#include "translator/volfile.h"

namespace mortar {

// Makes a translator for a section; its children are added afterwards.
using TranslatorMaker = std::function<Result<std::unique_ptr<Translator>>(World&, const VolumeSection&)>;
// By type ("protocol/client"). A type that is made by nothing is an error that names it.
using TranslatorTypes = std::map<std::string, TranslatorMaker, std::less<>>;

// Tells every translator below `top` which leaves it holds. A leaf that hangs below two counts for the first.
void number_leaves(Translator& top);

class Graph {
 public:
  static Result<std::unique_ptr<Graph>> build(World& world, const Volfile& volfile, const TranslatorTypes& types);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  Translator& top() const { return *translators_.back(); }
  Translator* find(std::string_view name) const;
  const Volfile& volfile() const { return volfile_; }
  const std::vector<std::unique_ptr<Translator>>& translators() const { return translators_; }

  // Leaves first; stops at the first that fails.
  Task<> start();
  // The top first.
  Task<> stop();
  // The same translators, one on top of the other as here.
  bool has_shape_of(const Volfile& volfile) const;
  // Gives changed options to every translator that the volfile has under the same name and type. The errors of those
  // that refuse, with a sentence each; these keep the options they had.
  std::vector<Error> reconfigure(const Volfile& volfile);

 private:
  Graph() = default;
  Volfile volfile_;
  std::vector<std::unique_ptr<Translator>> translators_;  // in the order of the volfile
};

}  // namespace mortar
