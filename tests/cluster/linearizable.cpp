#include "linearizable.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/check.h"

namespace mortar::sim {

namespace {

// One way in which it may have gone so far: the value, and which of the open events have happened.
struct Course {
  RegisterValue value;
  std::uint64_t happened = 0;
  friend auto operator<=>(const Course&, const Course&) = default;
};

bool finds_what_it_requires(const RegisterEvent& event, const RegisterValue& value) {
  switch (event.requires_) {
    case RegisterEvent::Requires::anything: return true;
    case RegisterEvent::Requires::nothing: return value.is_null() || value == dead;
    case RegisterEvent::Requires::vacant: return value.is_null();
    case RegisterEvent::Requires::something: return !value.is_null() && value != dead;
    case RegisterEvent::Requires::value: return value == event.required;
    case RegisterEvent::Requires::another: return value != event.required;
  }
  return false;
}

// Goes through begins and ends in their order. An event happens as late as it can: when its end forces it to, or
// because another one needs what it leaves.
class Search {
 public:
  Search(std::vector<RegisterEvent> events, RegisterValue start) : events_(std::move(events)) {
    courses_.insert(Course{start, 0});
  }

  std::optional<std::size_t> run() {
    struct Point {
      Tick tick;
      bool is_end;
      std::size_t event;
    };
    std::vector<Point> points;
    for (std::size_t index = 0; index < events_.size(); ++index) {
      points.push_back({events_[index].begin, false, index});
      if (events_[index].end != never) points.push_back({events_[index].end, true, index});
    }
    std::ranges::sort(points, {}, [](const Point& at) { return std::tuple(at.tick, at.is_end, at.event); });
    slots_.assign(events_.size(), no_slot);
    for (const Point& point : points) {
      if (!point.is_end) {
        open(point.event);
      } else if (!close(point.event)) {
        return point.event;
      }
      if (courses_.size() > most_courses) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t no_slot = 64;
  // With more ways than these in which it may have gone, hardly anything would be impossible any more.
  static constexpr std::size_t most_courses = 2000;

  void open(std::size_t event) {
    std::size_t slot = 0;
    while (slot < no_slot && open_[slot] != nullptr) ++slot;
    check(slot < no_slot, "not more than 64 events of a register are open at once");
    slots_[event] = slot;
    open_[slot] = &events_[event];
  }

  bool close(std::size_t event) {
    const std::size_t slot = slots_[event];
    const std::uint64_t bit = std::uint64_t{1} << slot;
    std::set<Course> after;
    std::set<Course> all = reachable();
    if (all.size() > most_courses) {
      courses_ = std::move(all);
      return true;
    }
    for (const Course& course : all) {
      const bool happened = (course.happened & bit) != 0;
      if (happened || !events_[event].is_certain) after.insert(Course{course.value, course.happened & ~bit});
    }
    open_[slot] = nullptr;
    courses_ = std::move(after);
    drop_dominated();
    return !courses_.empty();
  }

  std::set<Course> reachable() const {
    std::set<Course> all = courses_;
    std::vector<Course> left(all.begin(), all.end());
    const auto reach = [&](const Course& course) {
      if (all.insert(course).second) left.push_back(course);
    };
    while (!left.empty() && all.size() <= most_courses) {
      const Course course = left.back();
      left.pop_back();
      for (std::size_t slot = 0; slot < no_slot; ++slot) {
        const std::uint64_t bit = std::uint64_t{1} << slot;
        const RegisterEvent* event = open_[slot];
        if (event == nullptr || (course.happened & bit) != 0) continue;
        if (!finds_what_it_requires(*event, course.value)) continue;
        if (event->leaves.empty() || event->is_choice) reach(Course{course.value, course.happened | bit});
        for (const RegisterValue& value : event->leaves) reach(Course{value, course.happened | bit});
      }
    }
    return all;
  }

  // Who has the same value and more choices left is at least as good.
  void drop_dominated() {
    std::uint64_t uncertain = 0;
    for (std::size_t slot = 0; slot < no_slot; ++slot) {
      if (open_[slot] != nullptr && !open_[slot]->is_certain) uncertain |= std::uint64_t{1} << slot;
    }
    if (uncertain == 0) return;
    std::vector<Course> kept;
    for (const Course& course : courses_) {
      const bool dominated = std::ranges::any_of(courses_, [&](const Course& other) {
        const bool comparable = other.value == course.value && other != course &&
                                (other.happened & ~uncertain) == (course.happened & ~uncertain);
        return comparable && (other.happened & ~course.happened) == 0;
      });
      if (!dominated) kept.push_back(course);
    }
    courses_ = std::set<Course>(kept.begin(), kept.end());
  }

  std::vector<RegisterEvent> events_;
  std::vector<std::size_t> slots_;
  const RegisterEvent* open_[no_slot] = {};
  std::set<Course> courses_;
};

}  // namespace

std::optional<std::size_t> first_impossible(std::vector<RegisterEvent> events, RegisterValue start) {
  return Search(std::move(events), start).run();
}

std::vector<RegisterValue> possible_values(const std::vector<RegisterEvent>& events, RegisterValue start, Tick from,
                                           Tick to) {
  const auto surely_overwritten = [&](Tick end) {
    return std::ranges::any_of(events, [&](const RegisterEvent& later) {
      return later.is_certain && !later.leaves.empty() && !later.is_choice && later.begin > end && later.end < from;
    });
  };
  std::set<RegisterValue> values;
  if (!surely_overwritten(0)) values.insert(start);
  for (const RegisterEvent& event : events) {
    if (event.leaves.empty() || event.begin > to || surely_overwritten(event.end)) continue;
    values.insert(event.leaves.begin(), event.leaves.end());
  }
  return {values.begin(), values.end()};
}

}  // namespace mortar::sim
