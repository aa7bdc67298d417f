#include "translator/translator.h"

namespace mortar {

void Translator::add_child(Translator& child) {
  children_.push_back(&child);
  child.parents_.push_back(this);
}

namespace {

template <class Operation>
Task<> take_step(Translator& at, Step<Operation>& step) {
  step.reply = co_await at.perform(step.call, step.operation);
  co_return done;
}

}  // namespace

Task<Sequence> Translator::perform_in_order(Sequence sequence) {
  for (AnyStep& step : sequence) {
    co_await tried(std::visit([this](auto& next) { return take_step(*this, next); }, step));
    if (!has_succeeded(step)) break;
  }
  co_return std::move(sequence);
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
