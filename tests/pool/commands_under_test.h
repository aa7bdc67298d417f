// The commands of a run: what each was to do, what its server answered, and which changes of the document it explains.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "effects.h"
#include "management/management.h"

namespace mortar::sim {

struct Intent {
  enum class Kind { create, remove, start, stop, set, set_all, reset, reset_all, probe, detach, question };
  Kind kind = Kind::question;
  std::string subject;  // a volume, or a host
  std::string option;   // of set: key=value; of reset: a key
  std::vector<Brick> bricks;
  bool force = false;

  std::string text() const;
};

struct CommandUnderTest {
  enum class Outcome { runs, done, refused, unknown };
  std::size_t number = 0;
  std::string server;   // its name
  std::string address;  // of the server
  Intent intent;
  Instant begun;
  Instant ended;
  Outcome outcome = Outcome::runs;
  std::string sentence;
  std::size_t seen = 0;         // changes that it made
  std::size_t undone = 0;       // and took back
  std::vector<Effect> effects;  // what they were
  std::string text() const;
};

class CommandsUnderTest {
 public:
  CommandUnderTest& add(Instant now, const std::string& server, const std::string& address, Intent intent);
  // The answer; what is wrong about it, empty where nothing is.
  std::string end(CommandUnderTest& command, Instant now, const Result<Done>& answer, const Pool& known);
  // Their server does not live to tell.
  void lose(const std::string& server, Instant now);
  // Whether a command that may act explains a change made by a server.
  bool explain(const std::string& author, const Effect& effect);

  const std::deque<CommandUnderTest>& all() const { return commands_; }
  std::size_t running() const;
  bool runs_on(const std::string& server) const;

 private:
  static void count(CommandUnderTest& command, Effect effect);
  bool somebody_left_since(Instant begun) const;
  bool is_as_refused(CommandUnderTest& command);
  bool hand_on(CommandUnderTest& command, Effect effect);
  bool take_back(CommandUnderTest& command);

  std::deque<CommandUnderTest> commands_;
};

// Has a server carry it out.
Task<> carry_out(Management& management, Intent intent);

}  // namespace mortar::sim
