// What runs of random users have in common: a volume and those who use it, from the first look to the report.
#pragma once

#include <memory>
#include <vector>

#include "faults.h"
#include "operation_log.h"
#include "random_run.h"
#include "random_user.h"
#include "snapshot.h"
#include "translators/replicate/heal_service.h"
#include "volume_under_test.h"

namespace mortar::sim {

class VolumeRun {
 public:
  VolumeRun(std::uint64_t seed, const RunPlan& plan);
  virtual ~VolumeRun() = default;
  RunReport run();

 protected:
  // The users come, to a volume that looks like this.
  virtual void begin(const Snapshot& start) = 0;
  virtual Task<> act() = 0;
  // What was wrong, if anything, where act() ended like this.
  virtual std::string judge(const Result<Done>& acted) = 0;
  // What watches the users goes before the volume does.
  virtual void close() = 0;

  void all_bricks_write_back();
  // Whether a grown volume could be brought in order, once all is mended.
  Task<> fix_layouts();
  // Whether what copies missed could be healed, once all is mended: nothing may be left in the bricks' lists.
  Task<> heal_copies();

  const RunPlan& plan_;
  OperationLog log_;
  VolumeUnderTest volume_;
  Random random_;
  Faults faults_;
  std::vector<std::unique_ptr<RandomUser>> users_;

 private:
  std::string begin_and_act();
  Task<> furnish(Translator& top, Random random);
  // Walks are begun, and cut off at any moment, until the users are done.
  Task<> fix_layouts_again_and_again(Random random);
  // A self-heal daemon is there from the beginning.
  void begin_healing();
  void end_healing();
  Task<std::string> left_to_heal();
  std::string marks_of(const std::string& gfid);

  std::unique_ptr<MountedClient> walker_;
  TaskSet walking_;
  std::unique_ptr<MountedClient> healer_;
  std::vector<Replicate*> sets_;
  std::vector<std::unique_ptr<replicate::HealService>> services_;
  TaskSet healing_;
};

}  // namespace mortar::sim
