#include "base/result.h"

#include <system_error>

namespace mortar {

Error::Error(int number, std::string sentence)
    : number_(number), sentence_(std::make_shared<const std::string>(std::move(sentence))) {}

Error::Error(int number, std::shared_ptr<const Dictionary> extra) : number_(number), extra_(std::move(extra)) {}

std::string Error::sentence() const { return sentence_ ? *sentence_ : std::generic_category().message(number_); }

}  // namespace mortar
