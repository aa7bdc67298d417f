// An object of a C library that its own function releases.
//
//   using Certificate = Owned<X509, X509_free>;
#pragma once

#include <memory>

namespace mortar {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;

}  // namespace mortar
