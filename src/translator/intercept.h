// The base of translators that treat all operations alike (time stamps, statistics, tracing): every operation goes
// through one template of the derived class,
//
//   class Utime final : public Intercept<Utime> {
//    public:
//     template <class Operation>
//     Task<typename Operation::Reply> around(const Call& call, const Operation& operation);
//   };
//
// which sees the operation's static members and passes it on with next().perform(...).
#pragma once

#include "translator/translator.h"

namespace mortar {

namespace detail {

template <class Derived, class List>
class InterceptAll;

template <class Derived>
class InterceptAll<Derived, fop::OperationList<>> : public PassOn {
 public:
  using PassOn::PassOn;
  using PassOn::perform;
};

template <class Derived, class Operation, class... Rest>
class InterceptAll<Derived, fop::OperationList<Operation, Rest...>>
    : public InterceptAll<Derived, fop::OperationList<Rest...>> {
  using Base = InterceptAll<Derived, fop::OperationList<Rest...>>;

 public:
  using Base::Base;
  using Base::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    return static_cast<Derived*>(this)->around(call, operation);
  }
};

}  // namespace detail

template <class Derived>
class Intercept : public detail::InterceptAll<Derived, fop::AllOperations> {
  using Type = detail::InterceptAll<Derived, fop::AllOperations>;

 public:
  using Type::perform;
  using Type::Type;
};

}  // namespace mortar
