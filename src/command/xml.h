// Answers as XML, in stock's frame: the root <cliOutput> with opRet, opErrno and opErrstr, nearly always first, one
// element a line. Written with libxml2, as stock does, so that the bytes are the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mortar::command {

class Xml {
 public:
  // Starts the document and its root: where the outcome is known in the end only.
  Xml();
  // With the outcome first.
  Xml(int op_ret, int op_errno, std::string_view op_errstr);
  ~Xml();
  Xml(const Xml&) = delete;
  Xml& operator=(const Xml&) = delete;

  void outcome(int op_ret, int op_errno, std::string_view op_errstr);
  void open(const char* name);
  void attribute(const char* name, std::string_view value);
  // Text inside the open element.
  void text(std::string_view value);
  void close();
  // An empty value is written as <name/>.
  void element(const char* name, std::string_view value);
  void element(const char* name, long long value);

  // Ends everything that is open; the whole document.
  std::string finish();

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

// The frame alone, with the name of the operation and a sentence: what simple and failed commands answer.
std::string xml_message(const char* operation, std::string_view output, int op_ret, int op_errno,
                        std::string_view op_errstr);

}  // namespace mortar::command
