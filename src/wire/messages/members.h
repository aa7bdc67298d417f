// What servers of a pool ask each other, over TLS only. A program of our own beside stock's.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "base/gfid.h"
#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

// The pool's document, by those that do not vote of those that do.
struct DocumentReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  std::string op_errstr;
  std::uint64_t version = 0;
  std::string text;
  friend bool operator==(const DocumentReply&, const DocumentReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                      Field{"op_errstr", self.op_errstr}, Field{"version", self.version}, Field{"text", self.text});
  }
};

struct ReadDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "READ_DOCUMENT";
  static constexpr std::uint32_t number = 1;
  using Reply = DocumentReply;
  friend bool operator==(const ReadDocument&, const ReadDocument&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

// The reply's text is empty.
struct SwapDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "SWAP_DOCUMENT";
  static constexpr std::uint32_t number = 2;
  using Reply = DocumentReply;

  std::uint64_t expected = 0;
  std::string text;
  friend bool operator==(const SwapDocument&, const SwapDocument&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"expected", self.expected}, Field{"text", self.text}); }
};

// Answered once there is a newer one; after a minute at the latest, then with version 0.
struct WatchDocument {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "WATCH_DOCUMENT";
  static constexpr std::uint32_t number = 3;
  using Reply = DocumentReply;

  std::uint64_t after = 0;
  friend bool operator==(const WatchDocument&, const WatchDocument&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"after", self.after}); }
};

// Who keeps the document with whom, as a voter that can read the newest one knows it.
struct ListVoters {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "LIST_VOTERS";
  static constexpr std::uint32_t number = 4;
  struct Voter {
    std::uint64_t id = 0;
    std::string name;  // empty: it has not started yet
    std::string url;
    std::uint32_t learner = 0;
    friend bool operator==(const Voter&, const Voter&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"id", self.id}, Field{"name", self.name}, Field{"url", self.url},
                        Field{"learner", self.learner});
    }
  };
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    Chain<Voter> voters;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr}, Field{"voters", self.voters});
    }
  };
  friend bool operator==(const ListVoters&, const ListVoters&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

// Whether the other is there, every few seconds; each learns whether the other knows of something newer. Who is asked
// by a server that is no member any more answers ESTALE, with the version of the document by which it is none.
struct Greet {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "GREET";
  static constexpr std::uint32_t number = 5;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    std::uint64_t version = 0;     // of the document, as known there
    std::uint32_t votes = 0;       // it keeps the document with others
    std::uint32_t lost_votes = 0;  // it should, and what it kept is gone
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr}, Field{"version", self.version}, Field{"votes", self.votes},
                        Field{"lost_votes", self.lost_votes});
    }
  };

  std::uint64_t version = 0;
  friend bool operator==(const Greet&, const Greet&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"version", self.version}); }
};

// What a command wants done by a server, see management/orders.h. Before the document was changed it is only to see
// whether it could do it, and to take the directories of new bricks; after that, to do it.
struct Order {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "ORDER";
  static constexpr std::uint32_t number = 6;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr});
    }
  };

  std::string command;  // create, start, ...
  std::string volume;   // its name; empty: of the pool
  std::uint32_t force = 0;
  std::uint64_t version = 0;  // of the document with the change; 0: it is not made yet
  std::string document;       // the volume as it shall be, or with its new bricks only, as a pool of its own
  std::string hook;           // arguments of its scripts, a line each
  friend bool operator==(const Order&, const Order&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"command", self.command}, Field{"volume", self.volume}, Field{"force", self.force},
                      Field{"version", self.version}, Field{"document", self.document}, Field{"hook", self.hook});
  }
};

// What a server knows of its own part of something, such as the state of its bricks. The dictionaries are those of the
// command it is asked for.
struct AskServer {
  static constexpr Program program = programs::members;
  static constexpr const char* name_of_operation = "ASK";
  static constexpr std::uint32_t number = 7;
  struct Reply {
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    std::string op_errstr;
    LegacyDictionary answer;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"op_errstr", self.op_errstr}, Field{"answer", self.answer});
    }
  };

  std::string subject;
  LegacyDictionary question;
  friend bool operator==(const AskServer&, const AskServer&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"subject", self.subject}, Field{"question", self.question}); }
};

using MemberMessages = MessageList<ReadDocument, SwapDocument, WatchDocument, ListVoters, Greet, Order, AskServer>;

}  // namespace mortar
