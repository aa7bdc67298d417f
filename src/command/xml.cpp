#include "command/xml.h"

#include <libxml/xmlwriter.h>

#include "base/check.h"

namespace mortar::command {

struct Xml::Document {
  xmlDocPtr tree = nullptr;
  xmlTextWriterPtr writer = xmlNewTextWriterDoc(&tree, 0);

  ~Document() {
    xmlFreeTextWriter(writer);
    xmlFreeDoc(tree);
  }
};

namespace {

const xmlChar* bytes(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

// The writer fails only for lack of memory or for misuse.
void written(int result) { check(result >= 0, "XML is written in order"); }

}  // namespace

Xml::Xml() : document_(std::make_unique<Document>()) {
  written(xmlTextWriterStartDocument(document_->writer, "1.0", "UTF-8", "yes"));
  open("cliOutput");
}

Xml::Xml(int op_ret, int op_errno, std::string_view op_errstr) : Xml() { outcome(op_ret, op_errno, op_errstr); }

void Xml::outcome(int op_ret, int op_errno, std::string_view op_errstr) {
  element("opRet", op_ret);
  element("opErrno", op_errno);
  element("opErrstr", op_errstr);
}

Xml::~Xml() = default;

void Xml::open(const char* name) { written(xmlTextWriterStartElement(document_->writer, bytes(name))); }

void Xml::attribute(const char* name, std::string_view value) {
  written(xmlTextWriterWriteAttribute(document_->writer, bytes(name), bytes(std::string(value).c_str())));
}

void Xml::text(std::string_view value) {
  written(xmlTextWriterWriteString(document_->writer, bytes(std::string(value).c_str())));
}

void Xml::close() { written(xmlTextWriterEndElement(document_->writer)); }

void Xml::element(const char* name, std::string_view value) {
  open(name);
  if (!value.empty()) text(value);
  close();
}

void Xml::element(const char* name, long long value) { element(name, std::to_string(value)); }

std::string Xml::finish() {
  written(xmlTextWriterEndDocument(document_->writer));
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpFormatMemoryEnc(document_->tree, &text, &size, "UTF-8", 1);
  check(text != nullptr, "XML is written in order");
  std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  xmlFree(text);
  return out;
}

std::string xml_message(const char* operation, std::string_view output, int op_ret, int op_errno,
                        std::string_view op_errstr) {
  Xml xml(op_ret, op_errno, op_errstr);
  if (operation != nullptr) xml.element("cliOp", operation);
  if (!output.empty()) xml.element("output", output);
  return xml.finish();
}

}  // namespace mortar::command
