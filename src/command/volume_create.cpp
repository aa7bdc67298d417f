// volume create: what can be refused without asking the daemon is refused here, in stock's order and words.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "command/brick_words.h"
#include "command/handlers.h"
#include "command/procedures.h"
#include "command/xml.h"
#include "pool/names.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

// A sentence for the user; the usage follows. An empty one: only the usage.
using Refusal = std::unexpected<Error>;
Refusal refuse(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

// Where stock shows only the usage, the sentence is dropped.
Result<Done> check_name(std::string_view name) {
  if (name.starts_with('-') || name.find('/') != std::string_view::npos) return refuse("");
  return check_volume_name(name);
}

std::optional<int> number(const std::vector<std::string>& words, std::size_t place) {
  if (place >= words.size()) return std::nullopt;
  int value = 0;
  const std::string& text = words[place];
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// How the bricks shall work together, as the words say it.
struct Shape {
  int type = volume_type::distribute;
  int replica = 1;
  int arbiter = 0;
  int thin_arbiter = 0;
  int disperse = -1;
  int redundancy = -1;
  int data = -1;
  std::string transport;
};

class Parser {
 public:
  explicit Parser(const Invocation& run) : run_(run), words_(run.words) {}

  Result<Dictionary> parse() {
    if (words_.size() < 3) return refuse("");
    if (Result<Done> name = check_name(words_[2]); !name) return std::unexpected(name.error());
    if (Result<Done> shape = parse_shape(); !shape) return std::unexpected(shape.error());
    if (Result<Done> bricks = parse_bricks(); !bricks) return std::unexpected(bricks.error());
    if (shape_.type == volume_type::disperse) {
      if (Result<Done> disperse = check_disperse(); !disperse) return std::unexpected(disperse.error());
    }
    if (Result<Done> count = check_count(); !count) return std::unexpected(count.error());
    return request();
  }

 private:
  Result<Done> parse_shape() {
    for (int count = 0; count < 3 && at_ < words_.size(); ++count) {
      const std::string& word = words_[at_];
      Result<Done> parsed = done;
      if (word == "replica") {
        parsed = parse_replica();
      } else if (word == "transport") {
        parsed = parse_transport();
      } else if (word == "disperse" || word == "disperse-data" || word == "redundancy") {
        parsed = parse_disperse(word);
      } else if (word == "arbiter" || word == "thin-arbiter") {
        return refuse(word + " option must be preceded by replica option.");
      } else {
        break;
      }
      if (!parsed) return parsed;
    }
    if (shape_.transport.empty()) shape_.transport = "tcp";
    if (at_ >= words_.size()) return refuse("");
    return done;
  }

  Result<Done> parse_replica() {
    if (shape_.type == volume_type::replicate) return refuse("replica option given twice");
    if (shape_.type == volume_type::disperse) return refuse("replicated-dispersed volume is not supported");
    shape_.type = volume_type::replicate;
    if (at_ + 1 >= words_.size()) return refuse("");
    shape_.replica = number(words_, at_ + 1).value_or(0);
    if (shape_.replica < 2) return refuse("replica count should be greater than 1");
    at_ += 2;
    if (at_ < words_.size() && words_[at_] == "arbiter") {
      shape_.arbiter = number(words_, at_ + 1).value_or(0);
      if (shape_.arbiter != 1 || shape_.replica > 3) {
        return refuse(
            "For arbiter configuration, replica count must be 2 and arbiter count must be 1. The 3rd brick "
            "of the replica will be the arbiter");
      }
      shape_.replica = 3;
      at_ += 2;
    } else if (at_ < words_.size() && words_[at_] == "thin-arbiter") {
      shape_.thin_arbiter = number(words_, at_ + 1).value_or(0);
      if (shape_.thin_arbiter != 1 || shape_.replica != 2) {
        return refuse(
            "For thin-arbiter configuration, replica count must be 2 and thin-arbiter count must be 1. The "
            "3rd brick of the replica will be the thin-arbiter brick");
      }
      at_ += 2;
    }
    return warn_of_two_copies();
  }

  Result<Done> warn_of_two_copies() {
    if (shape_.replica != 2 || shape_.thin_arbiter != 0 || words_.back() == "force") return done;
    if (!run_.agreed(two_copies_question)) return refuse("");
    return done;
  }

  Result<Done> parse_transport() {
    if (!shape_.transport.empty()) return refuse("'transport' option given more than one time");
    if (at_ + 1 >= words_.size()) return refuse("");
    std::string kind = words_[at_ + 1];
    std::ranges::transform(kind, kind.begin(), [](unsigned char letter) { return std::tolower(letter); });
    if (kind == "rdma,tcp") kind = "tcp,rdma";
    if (kind != "tcp" && kind != "rdma" && kind != "tcp,rdma") return refuse("");
    shape_.transport = kind;
    at_ += 2;
    return done;
  }

  Result<Done> parse_disperse(const std::string& word) {
    if (shape_.type == volume_type::replicate) return refuse("replicated-dispersed volume is not supported");
    int& count = word == "disperse" ? shape_.disperse : word == "redundancy" ? shape_.redundancy : shape_.data;
    if (count >= 0) return refuse(word + " option given twice");
    if (at_ + 1 >= words_.size()) return refuse("");
    const std::optional<int> given = number(words_, at_ + 1);
    shape_.type = volume_type::disperse;
    if (word == "disperse" && !given) {  // all bricks are one set
      count = 0;
      at_ += 1;
      return done;
    }
    count = given.value_or(0);
    if (word == "disperse" && count < 3) return refuse("disperse count must be greater than 2");
    if (word == "disperse-data" && count < 2) return refuse("disperse-data must be greater than 1");
    if (word == "redundancy" && count < 1) return refuse("redundancy must be greater than 0");
    at_ += 2;
    return done;
  }

  Result<Done> parse_bricks() {
    std::size_t end = words_.size();
    force_ = words_.back() == "force";
    if (force_) --end;
    if (shape_.thin_arbiter != 0 && end > at_) thin_arbiter_brick_ = words_[--end];
    Result<std::vector<std::string>> bricks = parse_new_bricks(std::span(words_).subspan(at_, end - at_));
    if (!bricks) return std::unexpected(bricks.error());
    bricks_ = std::move(*bricks);
    return done;
  }

  // Fills in what the words left open about data and redundancy.
  Result<Done> check_disperse() {
    const int count = static_cast<int>(bricks_.size());
    if (shape_.data > 0) {
      if (shape_.disperse > 0 && shape_.redundancy > 0) {
        if (shape_.disperse != shape_.data + shape_.redundancy) {
          return refuse(
              fmt::format("Disperse count({}) should be equal to sum of disperse-data count({}) and "
                          "redundancy count({})",
                          shape_.disperse, shape_.data, shape_.redundancy));
        }
      } else if (shape_.redundancy > 0) {
        shape_.disperse = shape_.data + shape_.redundancy;
      } else if (shape_.disperse > 0) {
        shape_.redundancy = shape_.disperse - shape_.data;
      } else if (count - shape_.data >= shape_.data) {
        return refuse("Please provide redundancy count along with disperse-data count");
      } else {
        shape_.redundancy = count - shape_.data;
        shape_.disperse = count;
        if (!run_.agreed(fmt::format("Redundancy for this configuration is {}. Do you want to create the volume with "
                                     "this value ?",
                                     shape_.redundancy))) {
          return refuse("");
        }
      }
    }
    if (shape_.disperse <= 0) {
      if (count < 3) return refuse("number of bricks must be greater than 2");
      shape_.disperse = count;
    }
    return check_redundancy();
  }

  Result<Done> check_redundancy() {
    auto power_of_two = [](int value) { return (value & -value) == value; };
    int data = shape_.disperse - shape_.redundancy;
    if (shape_.redundancy == -1) {
      // The largest power of two that is more than half of the bricks.
      data = shape_.disperse - 1;
      int left = data / 2;
      for (; left > 0 && !power_of_two(data); --left) --data;
      shape_.redundancy = left == 0 ? 1 : shape_.disperse - data;
      const std::string question =
          left == 0
              ? "There isn't an optimal redundancy value for this configuration. Do you want to create the volume "
                "with redundancy 1 ?"
              : fmt::format(
                    "The optimal redundancy for this configuration is {}. Do you want to create the "
                    "volume with this value ?",
                    shape_.redundancy);
      if ((left == 0 || shape_.redundancy > 1) && !run_.agreed(question)) return refuse("");
      data = 0;
    }
    if (shape_.redundancy < 1 || shape_.redundancy > (shape_.disperse - 1) / 2) {
      return refuse(
          fmt::format("redundancy must be greater than or equal to 1 and less than {} for a disperse {} volume",
                      (shape_.disperse + 1) / 2, shape_.disperse));
    }
    if (!power_of_two(data) &&
        !run_.agreed("This configuration is not optimal on most workloads. Do you want to use it ?")) {
      return refuse("");
    }
    return done;
  }

  // Stock lets a number of bricks through here that does not fit the replica count, and fails half-way later.
  Result<Done> check_count() {
    const std::size_t count = bricks_.size();
    if (shape_.type == volume_type::replicate && count % static_cast<std::size_t>(shape_.replica) != 0) {
      return refuse("number of bricks is not a multiple of replica count");
    }
    if (shape_.type == volume_type::disperse && count % static_cast<std::size_t>(shape_.disperse) != 0) {
      return refuse("number of bricks is not a multiple of disperse count");
    }
    return done;
  }

  bool forced() const { return force_ || run_.settings.ignore_warnings; }

  Dictionary request() const {
    Dictionary values = run_.request(words_[2]);
    if (shape_.arbiter != 0) values.set("arbiter-count", std::int64_t{shape_.arbiter});
    if (shape_.thin_arbiter != 0) {
      values.set("thin-arbiter-count", std::int64_t{shape_.thin_arbiter});
      values.set_text("ta-brick", thin_arbiter_brick_);
    }
    if (shape_.type == volume_type::replicate) values.set("replica-count", std::int64_t{shape_.replica});
    if (shape_.type == volume_type::disperse) {
      values.set("disperse-count", std::int64_t{shape_.disperse});
      values.set("redundancy-count", std::int64_t{shape_.redundancy});
    }
    values.set("type", std::int64_t{shape_.type});
    values.set_text("transport", shape_.transport);
    values.set_text("bricks", fmt::format(" {} ", fmt::join(bricks_, " ")));
    values.set("count", static_cast<std::int64_t>(bricks_.size()));
    values.set("force", std::int64_t{forced()});
    if (run_.settings.ignore_partition) values.set("ignore-partition", std::int64_t{1});
    return values;
  }

  const Invocation& run_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 3;
  Shape shape_;
  std::vector<std::string> bricks_;
  std::string thin_arbiter_brick_;
  bool force_ = false;
};

std::string create_xml(const Answer& answer) {
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  if (answer.op_ret == 0) {
    xml.open("volCreate");
    xml.open("volume");
    xml.element("name", answer.values.text("volname").value_or(""));
    xml.element("id", answer.values.text("volume-id").value_or(""));
  }
  return xml.finish();
}

}  // namespace

Task<int> volume_create(const Invocation& run) {
  Result<Dictionary> request = Parser(run).parse();
  if (!request) {
    if (const std::string sentence = request.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  Answer answer = co_await tried(run.call(cli::CreateVolume::number, std::move(*request)));
  if (run.settings.xml) {
    run.console.out_part(create_xml(answer));
    co_return 0;
  }
  const std::string& name = run.words[2];
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("volume create: {}: success: please start the volume to access data", name));
    co_return 0;
  }
  run.console.error(answer.op_errstr.empty() ? fmt::format("volume create: {}: failed", name)
                                             : fmt::format("volume create: {}: failed: {}", name, answer.op_errstr));
  co_return 1;
}

}  // namespace mortar::command
