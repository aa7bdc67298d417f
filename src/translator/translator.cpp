#include "translator/translator.h"

namespace mortar {

void Translator::add_child(Translator& child) {
  children_.push_back(&child);
  child.parents_.push_back(this);
}

void Translator::notified(const Notice& notice, Translator&) { raise(notice); }

void Translator::raise(const Notice& notice) {
  for (Translator* parent : parents_) parent->notified(notice, *this);
}

void Translator::client_leaves(const Client& client) {
  for (Translator* child : children_) child->client_leaves(client);
}

void Translator::client_gone(const Client& client) {
  for (Translator* child : children_) child->client_gone(client);
}

Result<Done> Translator::reconfigure(const VolumeSection&) { return done; }

void Translator::dump_state(std::string&) const {}

void Translator::dump_history(std::string&) const {}

PassOn::PassOn(std::string name) : Type(std::move(name)) {}
PassOn::~PassOn() = default;

Refuse::Refuse(std::string name) : Type(std::move(name)) {}
Refuse::~Refuse() = default;

}  // namespace mortar
