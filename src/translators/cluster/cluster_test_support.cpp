#include "translators/cluster/cluster_test_support.h"

namespace mortar {
namespace testing {

// ---- What is between

Wire::Wire(ClusterLab& lab, World& world, std::size_t number)
    : Intercept(fmt::format("v-client-{}", number)),
      lab_(lab),
      world_(world),
      number_(number),
      client_(client_number(lab.next_connection())) {}

Wire::~Wire() = default;

void Wire::break_connection() {
  lab_.brick(number_).forget_locks_of(*client_);
  client_ = client_number(lab_.next_connection());
}

void Wire::hear(const Notice& notice) {
  const std::uint64_t meant = std::visit(
      [](const auto& what) {
        if constexpr (requires { what.client; }) return std::uint64_t{what.client};
        return std::uint64_t{0};
      },
      notice);
  const bool is_of_names = std::holds_alternative<notice::EntrylkContention>(notice);
  if (is_of_names && !lab_.bricks_tell_who_waits_for_names) return;
  if (meant == client_->number && is_up()) raise(notice);
}

bool Wire::is_up() const { return lab_.brick(number_).is_there(); }

bool Wire::knows_sequences() const { return lab_.bricks_know_sequences; }

template <class Operation>
Task<> Wire::serve(Translator& brick, Call call, Operation operation, Completion<typename Operation::Reply> landed) {
  Result<typename Operation::Reply> reply = co_await brick.perform(call, operation);
  landed.complete(std::move(reply));
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> Wire::around(const Call& call, const Operation& operation) {
  if (!is_up()) co_return failed(ENOTCONN);
  Operation sent = operation;
  Call caller = call;
  caller.client = client_;
  constexpr bool lists = std::is_same_v<Operation, fop::Readdir> || std::is_same_v<Operation, fop::Readdirp>;
  if constexpr (lists) sent.offset = leaf_offsets::unfold(sent.offset, leaves().in_graph);
  if (const int refused = lab_.message(number_, Operation::name_of_operation); refused != 0) co_return failed(refused);
  co_await world_.sleep(std::chrono::microseconds(lab_.simulation().random().between(50, 500)));
  if (!is_up()) co_return failed(ENOTCONN);
  Completion<typename Operation::Reply> landed;
  BrickOfLab& brick = lab_.brick(number_);
  brick.work().start(serve(brick.top(), std::move(caller), std::move(sent), landed));
  Result<typename Operation::Reply> reply = co_await landed.wait();
  co_await world_.sleep(std::chrono::microseconds(lab_.simulation().random().between(50, 500)));
  if (!is_up()) co_return failed(ENOTCONN);
  if constexpr (lists) {
    if (!reply) co_return reply.error();
    for (auto& entry : reply->entries.elements) {
      entry.offset = leaf_offsets::fold(entry.offset, leaves().first, leaves().in_graph);
    }
  }
  co_return std::move(reply);
}

ClusterClient::ClusterClient(ClusterLab& lab, std::uint64_t number, const ClusterLab::Options& given)
    : lab_(lab) {
  Host& host = lab.simulation().add_host(fmt::format("client-{}", number), fmt::format("10.0.1.{}", number));
  world_ = &host.start_process("client");
  VolumeSection section = lab.section();
  for (const auto& [key, value] : given) section.set_option(key, value);
  for (std::size_t brick = 0; brick < lab.bricks(); ++brick) {
    section.subvolumes.push_back(fmt::format("v-client-{}", brick));
    wires_.push_back(std::make_unique<Wire>(lab, *world_, brick));
  }
  Result<std::unique_ptr<Translator>> made = lab.make(*world_, section);
  check(made.has_value(), "a cluster translator is made");
  top_ = std::move(*made);
  for (const auto& wire : wires_) top_->add_child(*wire);
  number_leaves(*top_);
  check(lab.simulation().run(top_->start()).has_value(), "a cluster translator starts");
  for (const auto& wire : wires_) wire->tell();
}

}  // namespace testing
}  // namespace mortar
