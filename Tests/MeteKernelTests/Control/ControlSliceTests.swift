import CMeteLinux
import MeteControl
import MeteModel
import MeteTestSupport
import Testing

extension KernelTests {
    /// Short slices for threads that somebody waits for, on kernels that have slices to choose.
    @Suite(.enabled(if: SchedulingAttributes.usualSlice != nil, "kernels before 6.12 have no slices to choose"))
    struct ControlSliceTests {
        private let bench: ControlBench
        private let child: ChildProcess
        private let worker: ThreadRef

        init() throws {
            bench = try ControlBench()
            child = try bench.start("spin", "600", "1", in: bench.group("a"))
            worker = try child.worker
        }

        private var slice: UInt64 {
            get throws { try SchedulingAttributes.read(worker.tid).runtime }
        }

        private func apply(
            _ controller: CPUController, isLatencySensitive: Bool, isHot: Bool = true, mode: CPUMode = .shared,
            times: Int = 1
        ) throws {
            let load = ThreadLoad(thread: worker, name: "spin", usage: 1)
            let directive = CPUDirective(
                component: ComponentID("a"), allotment: 1, plannedDemand: 1, guarantee: 0.5,
                isLatencySensitive: isLatencySensitive, mode: mode, maximum: nil, period: 10 * .perMillisecond,
                reclaim: false, mayMove: false)
            for _ in 0..<times {
                let outcome = controller.apply(
                    directives: [directive],
                    memberships: [
                        Membership(
                            component: ComponentID("a"), processes: [try child.reference],
                            hotThreads: isHot ? [load] : [])
                    ], capacity: 2, at: Instant(nanoseconds: 0))
                #expect(outcome.failures.isEmpty, "\(outcome.failures)")
                #expect(outcome.applied.allSatisfy { $0.write.reason != .requested }, "each write says why")
            }
        }

        private func controller() throws -> CPUController {
            try CPUController(hierarchies: .discover(), stateFolder: bench.state)
        }

        @Test func aThreadThatIsWaitedForHasTheShortestSliceUntilItIsReleased() throws {
            let before = try SchedulingAttributes.read(worker.tid)
            let controller = try controller()
            try apply(controller, isLatencySensitive: false)
            #expect(try slice == before.runtime, "nobody waits for it")
            try apply(controller, isLatencySensitive: true)
            #expect(try slice == SchedulingAttributes.shortestSlice)
            #expect(try controller.release().isComplete)
            #expect(try SchedulingAttributes.read(worker.tid) == before)
        }

        @Test func aReservationInItsPlaceIsTakenBackToo() throws {
            let before = try SchedulingAttributes.read(worker.tid)
            let controller = try controller()
            try apply(controller, isLatencySensitive: true)
            #expect(try slice == SchedulingAttributes.shortestSlice)
            // As after a policy that was loaded again.
            try apply(controller, isLatencySensitive: true, mode: .reserved, times: 2)
            #expect(try SchedulingAttributes.read(worker.tid).isDeadline)
            #expect(try controller.release().isComplete)
            #expect(try SchedulingAttributes.read(worker.tid) == before)
        }

        @Test func itGoesBackWhenNobodyWaitsAnyMoreAndAfterALongPause() throws {
            let before = try SchedulingAttributes.read(worker.tid)
            let controller = try controller()
            try apply(controller, isLatencySensitive: true)
            try apply(controller, isLatencySensitive: false)
            #expect(try SchedulingAttributes.read(worker.tid) == before)
            try apply(controller, isLatencySensitive: true)
            #expect(try slice == SchedulingAttributes.shortestSlice)
            try apply(controller, isLatencySensitive: true, isHot: false, times: 700)
            #expect(try SchedulingAttributes.read(worker.tid) == before)
            _ = try controller.release()
        }

        @Test func aRestorationAfterACrashPutsItBack() throws {
            let before = try SchedulingAttributes.read(worker.tid)
            do {
                let crashed = try controller()
                try apply(crashed, isLatencySensitive: true)
                #expect(try slice == SchedulingAttributes.shortestSlice)
            }
            let next = try controller()
            #expect(next.recovery?.isComplete == true)
            #expect(try SchedulingAttributes.read(worker.tid) == before)
        }

        /// Slice, policy and nice value: each says that somebody decided about this thread.
        @Test(arguments: [
            SchedulingAttributes(policy: UInt32(METE_SCHED_OTHER), runtime: 5_000_000),
            SchedulingAttributes(policy: UInt32(METE_SCHED_BATCH)),
            SchedulingAttributes(policy: UInt32(METE_SCHED_OTHER), nice: -3),
        ])
        func whatSomebodyElseChoseStays(choice: SchedulingAttributes) throws {
            try choice.write(worker.tid)
            let chosen = try SchedulingAttributes.read(worker.tid)
            let controller = try controller()
            try apply(controller, isLatencySensitive: true)
            #expect(try SchedulingAttributes.read(worker.tid) == chosen)
            _ = try controller.release()
        }

        @Test func theSliceIsResetOnFork() throws {
            let controller = try controller()
            try apply(controller, isLatencySensitive: true)
            let flags = try SchedulingAttributes.read(worker.tid).flags
            #expect(flags & UInt64(METE_SCHED_FLAG_RESET_ON_FORK) != 0)
            _ = try controller.release()
            #expect(try SchedulingAttributes.read(worker.tid).flags & UInt64(METE_SCHED_FLAG_RESET_ON_FORK) == 0)
        }
    }
}
