import MeteModel
import Testing

@testable import MeteControl

/// When the deadline bandwidth of the machine is measured, which costs a look at every thread.
struct ReservedThreadsTests {
    /// A machine whose CPUs come and go.
    private final class Machine {
        var cpus = 2
        var measurements = 0
        var limitReadings = 0

        func measure(rereadsLimit: Bool) -> DeadlineBandwidth {
            measurements += 1
            limitReadings += rereadsLimit ? 1 : 0
            return DeadlineBandwidth(fairServers: 0, cpus: cpus, limit: 0.95, periods: 100_000...4_194_304_000)
        }

        var reservations: ReservedThreads {
            ReservedThreads(measure: { self.measure(rereadsLimit: $0) }, countCPUs: { self.cpus })
        }
    }

    @Test func measuresOnceInAWhile() {
        let machine = Machine()
        var reservations = machine.reservations
        for tick in 1...ReservedThreads.bandwidthLifetime { _ = reservations.bandwidth(tick: tick) }
        #expect(machine.measurements == 1)
        _ = reservations.bandwidth(tick: ReservedThreads.bandwidthLifetime + 1)
        #expect(machine.measurements == 2)
        #expect(machine.limitReadings == 0, "each rebuilds the scheduling domains")
    }

    /// Half a core was asked for, for a thread of component `a`.
    private func asked() -> (ReservedThreads, ThreadKey) {
        var reservations = Machine().reservations
        let thread = ThreadRef(tid: 8, pid: 7, startTime: 0)
        let held = ReservedThreads.Held(
            component: ComponentID("a"), thread: thread, runtime: 1, period: 2, reasons: [], lastHot: 1)
        reservations.ask(ThreadKey(thread), held)
        return (reservations, ThreadKey(thread))
    }

    /// Found as wanted, as after an agent that ended between its write and its note of it; it would be asked for on each tick.
    @Test func holdsWhatStoodThereAlready() {
        let (initial, key) = asked()
        var reservations = initial
        var outcome = Outcome()
        let value = SchedulingAttributes.reservation(runtime: 1, deadline: 2, period: 2, reclaim: false)
        outcome.standing = [Write(.scheduling(key), .scheduling(value), scope: .alone)]
        reservations.settle(outcome, tick: 1, retryTicks: 50)
        #expect(reservations.reserved(ComponentID("a")) == 0.5)
    }

    /// A thread that had a short slice is given its usual one back first, which is no reservation.
    @Test func doesNotHoldWhatWasRefused() {
        let (initial, key) = asked()
        var reservations = initial
        var outcome = Outcome()
        let usual = Write(.scheduling(key), .scheduling(SchedulingAttributes(policy: 0)), scope: .alone)
        outcome.applied = [Outcome.Applied(write: usual, cost: 0)]
        let value = SchedulingAttributes.reservation(runtime: 1, deadline: 2, period: 2, reclaim: false)
        outcome.failures = [
            Outcome.Failure(
                write: Write(.scheduling(key), .scheduling(value), scope: .alone),
                error: ControlError(.refused, "write", "it", cause: .notPermitted, remedy: "None."))
        ]
        reservations.settle(outcome, tick: 1, retryTicks: 50)
        #expect(reservations.reserved(ComponentID("a")) == 0)
        #expect(reservations.shared[key] != nil)
    }

    @Test func measuresAgainWhenACPUWent() {
        let machine = Machine()
        var reservations = machine.reservations
        #expect(reservations.bandwidth(tick: 1).cpus == 2)
        machine.cpus = 1
        let seen = (2...ReservedThreads.countInterval + 1).map { reservations.bandwidth(tick: $0).cpus }
        #expect(seen.last == 1)
        #expect(machine.measurements == 2)
    }

    @Test func measuresAgainAfterARefusal() {
        let machine = Machine()
        var reservations = machine.reservations
        _ = reservations.bandwidth(tick: 1)
        let thread = ThreadRef(tid: 7, pid: 7, startTime: 0)
        let held = ReservedThreads.Held(
            component: ComponentID("a"), thread: thread, runtime: 1, period: 2, reasons: [], lastHot: 1)
        reservations.ask(ThreadKey(thread), held)
        var outcome = Outcome()
        let write = Write(.scheduling(ThreadKey(thread)), .scheduling(.leaving), scope: .alone)
        outcome.failures = [
            Outcome.Failure(
                write: write, error: ControlError(.refused, "write", "it", cause: .busy, remedy: "Wait."))
        ]
        reservations.settle(outcome, tick: 2, retryTicks: 50)
        #expect(machine.measurements == 2)
        #expect(machine.limitReadings == 1)
        #expect(reservations.held.isEmpty)
        #expect(reservations.shared[ThreadKey(thread)]?.retry == 52)
    }
}
