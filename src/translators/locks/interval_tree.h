// Intervals of 64-bit numbers, both ends included, that may overlap in any way; finds those that overlap a range in
// O(log n + found). A treap ordered by (first, id), each node knowing the greatest end below it. Shape and order depend
// on the ids alone, so runs repeat.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace mortar::locks {

template <class Value>
class IntervalTree {
 public:
  // The id is unique in the tree.
  void insert(std::uint64_t first, std::uint64_t last, std::uint64_t id, Value value) {
    auto node = std::make_unique<Node>();
    node->first = first;
    node->last = node->greatest = last;
    node->id = id;
    node->priority = scramble(id);
    node->value = std::move(value);
    auto [left, right] = split(std::move(root_), first, id);
    root_ = merge(merge(std::move(left), std::move(node)), std::move(right));
  }

  void erase(std::uint64_t first, std::uint64_t id) {
    auto [left, rest] = split(std::move(root_), first, id);
    auto [gone, right] = split(std::move(rest), first, id + 1);
    root_ = merge(std::move(left), std::move(right));
  }

  bool empty() const { return root_ == nullptr; }

  // Calls visit(value) for what overlaps, in order, until it returns true; the answer is whether it did.
  template <class Visit>
  bool visit(std::uint64_t first, std::uint64_t last, Visit&& on) const {
    return visit(root_.get(), first, last, on);
  }

 private:
  struct Node {
    std::uint64_t first = 0, last = 0, greatest = 0, id = 0, priority = 0;
    Value value{};
    std::unique_ptr<Node> left, right;
  };
  using Tree = std::unique_ptr<Node>;

  // splitmix64: priorities that look random, whoever chooses the ids.
  static std::uint64_t scramble(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  static void renew(Node& node) {
    node.greatest = node.last;
    if (node.left) node.greatest = std::max(node.greatest, node.left->greatest);
    if (node.right) node.greatest = std::max(node.greatest, node.right->greatest);
  }

  // Everything before (first, id), and the rest.
  static std::pair<Tree, Tree> split(Tree tree, std::uint64_t first, std::uint64_t id) {
    if (!tree) return {};
    if (std::pair(tree->first, tree->id) < std::pair(first, id)) {
      auto [middle, right] = split(std::move(tree->right), first, id);
      tree->right = std::move(middle);
      renew(*tree);
      return {std::move(tree), std::move(right)};
    }
    auto [left, middle] = split(std::move(tree->left), first, id);
    tree->left = std::move(middle);
    renew(*tree);
    return {std::move(left), std::move(tree)};
  }

  static Tree merge(Tree left, Tree right) {
    if (!left) return right;
    if (!right) return left;
    if (left->priority > right->priority) {
      left->right = merge(std::move(left->right), std::move(right));
      renew(*left);
      return left;
    }
    right->left = merge(std::move(left), std::move(right->left));
    renew(*right);
    return right;
  }

  template <class Visit>
  static bool visit(const Node* node, std::uint64_t first, std::uint64_t last, Visit& on) {
    if (node == nullptr || node->greatest < first) return false;
    if (visit(node->left.get(), first, last, on)) return true;
    if (node->first > last) return false;
    if (node->last >= first && on(node->value)) return true;
    return visit(node->right.get(), first, last, on);
  }

  Tree root_;
};

}  // namespace mortar::locks
