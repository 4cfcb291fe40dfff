import MeteModel
import MeteTrace
import SeededRandom
import Testing

/// Events become stretches of time: complete where nothing is lost, and nowhere wrong where something is.
struct SchedTimelineTests {
    private typealias Thread = SchedEvent.Thread

    private static let idle = Thread(tid: 0, pid: 0)

    private func thread(_ number: UInt32) -> SchedEvent.Thread { SchedEvent.Thread(tid: number, pid: number) }

    private func put(
        _ events: [SchedEvent], beginning: Nanoseconds = 0, end: Nanoseconds
    ) -> [SchedTimeline.Stretch] {
        var stretches: [SchedTimeline.Stretch] = []
        var timeline = SchedTimeline(beginning: beginning)
        for event in events { timeline.apply(event) { stretches.append($0) } }
        timeline.end(at: end) { stretches.append($0) }
        return stretches
    }

    private func switched(
        _ time: Nanoseconds, from: SchedEvent.Thread, _ leaving: SchedEvent.Leaving, to: SchedEvent.Thread,
        cpu: Int = 0, lost: UInt64 = 0, ran: Nanoseconds? = nil
    ) -> SchedEvent {
        SchedEvent(
            time: time, cpu: cpu, kind: .switched(leaving), thread: from, next: to, nextName: "t", lostBefore: lost,
            ran: ran)
    }

    private func woken(
        _ time: Nanoseconds, _ thread: SchedEvent.Thread, during: SchedEvent.Thread, cpu: Int = 0
    ) -> SchedEvent {
        SchedEvent(time: time, cpu: cpu, kind: .woken, thread: during, next: thread, nextName: "t")
    }

    @Test func aPreemptedThreadWaitsUntilItRunsAgain() {
        let (a, b) = (thread(1), thread(2))
        let stretches = put(
            [switched(100, from: a, .runnable, to: b), switched(150, from: b, .blocked, to: a)], end: 200)
        #expect(
            stretches == [
                // What ran before the first switch has run since the beginning.
                .ran(a, cpu: 0, from: 0, to: 100, leaving: .runnable),
                .ran(b, cpu: 0, from: 100, to: 150, leaving: .blocked),
                .waited(a, cpu: 0, from: 100, to: 150, since: .preempted),
                .ran(a, cpu: 0, from: 150, to: 200, leaving: nil),
            ])
    }

    @Test func aWokenThreadWaitsFromItsWakeUp() {
        let (a, b) = (thread(1), thread(2))
        let stretches = put(
            [
                switched(10, from: Self.idle, .runnable, to: a), woken(30, b, during: a),
                // A second one says nothing new.
                woken(40, b, during: a), switched(50, from: a, .ended, to: b),
            ], end: 60)
        #expect(
            stretches == [
                .ran(a, cpu: 0, from: 10, to: 50, leaving: .ended),
                .waited(b, cpu: 0, from: 30, to: 50, since: .woken(during: a, cpu: 0)),
                .ran(b, cpu: 0, from: 50, to: 60, leaving: nil),
            ])
    }

    /// A wake-up that finds the thread still on its CPU is no wait.
    @Test func aThreadThatIsWokenWhileItRunsDoesNotWait() {
        let (a, b) = (thread(1), thread(2))
        let stretches = put(
            [
                switched(10, from: b, .blocked, to: a), woken(20, a, during: b, cpu: 1),
                switched(30, from: a, .blocked, to: Self.idle),
            ], end: 40)
        #expect(!stretches.contains { if case .waited = $0 { true } else { false } })
        let open = put([switched(10, from: b, .blocked, to: a), woken(20, a, during: b, cpu: 1)], end: 40)
        #expect(!open.contains { if case .waited = $0 { true } else { false } })
    }

    @Test func whatNeverSwitchesIsKnownFromTheBeginning() {
        let a = thread(1)
        let running = SchedEvent(time: 5, cpu: 3, kind: .running, thread: a, next: a, nextName: "a")
        #expect(put([running], end: 80) == [.ran(a, cpu: 3, from: 0, to: 80, leaving: nil)])
    }

    @Test func whereEventsAreLostNothingIsInvented() {
        let (a, b, c) = (thread(1), thread(2), thread(3))
        let stretches = put(
            [
                switched(10, from: Self.idle, .runnable, to: a), woken(12, c, during: a),
                switched(50, from: b, .runnable, to: a, lost: 4), switched(60, from: a, .blocked, to: c),
            ], end: 70)
        #expect(
            stretches == [
                .lost(cpu: 0, from: 12, to: 50, events: 4), .ran(a, cpu: 0, from: 50, to: 60, leaving: .blocked),
                .ran(c, cpu: 0, from: 60, to: 70, leaving: nil),
                .waited(b, cpu: nil, from: 50, to: 70, since: .preempted),
            ])
    }

    /// No program is told of the switches at 50 and 150: b leaves without having come.
    @Test func aSwitchThatNobodyTellsOfIsBoundedByWhatTheKernelKeeps() {
        let (a, b, c) = (thread(1), thread(2), thread(3))
        let stretches = put(
            [
                switched(10, from: b, .runnable, to: a), switched(100, from: b, .blocked, to: c, ran: 30),
                switched(200, from: a, .blocked, to: Self.idle),
            ], end: 300)
        #expect(
            stretches == [
                .ran(b, cpu: 0, from: 0, to: 10, leaving: .runnable),
                .lost(cpu: 0, from: 10, to: 70, events: 0),
                .waited(b, cpu: 0, from: 10, to: 70, since: .preempted),
                .ran(b, cpu: 0, from: 70, to: 100, leaving: .blocked),
                // Where the kernel does not tell since when, all of it is unknown.
                .lost(cpu: 0, from: 100, to: 200, events: 0),
            ])
    }

    @Test func aCPUThatRunsAnotherThreadThanWasSeenToComeHasAHole() {
        let (a, b) = (thread(1), thread(2))
        let running = SchedEvent(time: 90, cpu: 0, kind: .running, thread: b, next: b, nextName: "b")
        #expect(
            put([switched(10, from: Self.idle, .runnable, to: a), running], end: 100) == [
                .lost(cpu: 0, from: 10, to: 90, events: 0), .ran(b, cpu: 0, from: 90, to: 100, leaving: nil),
            ])
    }

    @Test func whatTheKernelKeepsEndsALossToo() {
        let (a, b) = (thread(1), thread(2))
        let stretches = put(
            [
                switched(10, from: Self.idle, .runnable, to: a),
                switched(90, from: b, .runnable, to: a, lost: 3, ran: 20),
                // It has run longer than anything is known of this CPU.
                switched(110, from: b, .blocked, to: a, lost: 1, ran: 4000),
            ], end: 110)
        #expect(
            stretches == [
                .lost(cpu: 0, from: 10, to: 70, events: 3), .ran(b, cpu: 0, from: 70, to: 90, leaving: .runnable),
                .lost(cpu: 0, from: 90, to: 90, events: 1), .ran(b, cpu: 0, from: 90, to: 110, leaving: .blocked),
                .ran(a, cpu: 0, from: 110, to: 110, leaving: nil),
            ])
    }

    // MARK: Random schedules

    /// A machine that runs threads at random, and what it knows that they did.
    private struct Machine {
        var random: SplitMix64
        var time: Nanoseconds = 1000
        var running: [SchedEvent.Thread]
        var since: [Nanoseconds]
        var ready: [SchedEvent.Thread] = []
        var asleep: [SchedEvent.Thread]
        var readySince: [UInt32: Nanoseconds] = [:]
        var ran: [UInt32: Nanoseconds] = [:]
        var waited: [UInt32: Nanoseconds] = [:]
        var events: [SchedEvent] = []

        init(cpus: Int, threads: Int, seed: UInt64) {
            random = SplitMix64(seed: seed)
            running = Array(repeating: SchedTimelineTests.idle, count: cpus)
            since = Array(repeating: 1000, count: cpus)
            asleep = (1...threads).map { SchedEvent.Thread(tid: UInt32($0), pid: UInt32($0 / 3)) }
        }

        mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

        mutating func step() {
            time += Nanoseconds(pick(1000))
            let cpu = pick(running.count)
            if !asleep.isEmpty, pick(2) == 0 {
                let woken = asleep.remove(at: pick(asleep.count))
                ready.append(woken)
                readySince[woken.tid] = time
                events.append(
                    SchedEvent(
                        time: time, cpu: cpu, kind: .woken, thread: running[cpu], next: woken, nextName: "t"))
                return
            }
            let next = ready.isEmpty ? SchedTimelineTests.idle : ready.remove(at: pick(ready.count))
            let former = running[cpu]
            guard next != former else { return }
            let staysReady = former.isIdle || pick(2) == 0
            events.append(
                SchedEvent(
                    time: time, cpu: cpu, kind: .switched(staysReady ? .runnable : .blocked), thread: former,
                    next: next, nextName: "t"))
            if !former.isIdle {
                ran[former.tid, default: 0] += time - since[cpu]
                if staysReady {
                    ready.append(former)
                    readySince[former.tid] = time
                } else {
                    asleep.append(former)
                }
            }
            if let from = readySince.removeValue(forKey: next.tid) { waited[next.tid, default: 0] += time - from }
            running[cpu] = next
            since[cpu] = time
        }

        mutating func end() {
            for (cpu, thread) in running.enumerated() where !thread.isIdle {
                ran[thread.tid, default: 0] += time - since[cpu]
            }
            for (tid, from) in readySince { waited[tid, default: 0] += time - from }
        }
    }

    private func machine(seed: UInt64) -> Machine {
        var machine = Machine(cpus: 1 + Int(seed % 4), threads: 3 + Int(seed % 7), seed: seed)
        for _ in 0..<2000 { machine.step() }
        machine.end()
        return machine
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func sumsAreWhatRanAndWaited(seed: UInt64) {
        let machine = machine(seed: seed)
        var ran: [UInt32: Nanoseconds] = [:]
        var waited: [UInt32: Nanoseconds] = [:]
        for stretch in put(machine.events, beginning: 1000, end: machine.time) {
            switch stretch {
            case .ran(let thread, _, let from, let to, _): ran[thread.tid, default: 0] += to - from
            case .waited(let thread, _, let from, let to, _): waited[thread.tid, default: 0] += to - from
            case .lost: Issue.record("nothing was lost")
            }
        }
        #expect(ran == machine.ran)
        #expect(waited == machine.waited)
    }

    /// Of a stream with holes nothing overlaps, nobody gets time that was not theirs, and what is missing is marked.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func holesAreMarked(seed: UInt64) {
        let machine = machine(seed: seed)
        var random = SplitMix64(seed: seed &+ 1000)
        var holes: [Int: UInt64] = [:]
        var lost: UInt64 = 0
        var events: [SchedEvent] = []
        for event in machine.events {
            if random.next() % 10 == 0 {
                holes[event.cpu, default: 0] += 1
                lost += 1
                continue
            }
            var event = event
            event.lostBefore = holes.removeValue(forKey: event.cpu) ?? 0
            events.append(event)
        }
        // At the end each CPU tells what it runs, and with that what was lost last.
        for (cpu, thread) in machine.running.enumerated() {
            events.append(
                SchedEvent(
                    time: machine.time, cpu: cpu, kind: .running, thread: thread, next: thread, nextName: "t",
                    lostBefore: holes[cpu] ?? 0))
        }
        var told: UInt64 = 0
        var ends: [Int: Nanoseconds] = [:]
        var threadEnds: [UInt32: Nanoseconds] = [:]
        var ran: [UInt32: Nanoseconds] = [:]
        for stretch in put(events, beginning: 1000, end: machine.time) {
            switch stretch {
            case .ran(let thread, let cpu, let from, let to, _):
                #expect(from >= ends[cpu, default: 0] && to >= from)
                #expect(from >= threadEnds[thread.tid, default: 0])
                ends[cpu] = to
                threadEnds[thread.tid] = to
                ran[thread.tid, default: 0] += to - from
            case .waited(let thread, _, let from, let to, _):
                #expect(from >= threadEnds[thread.tid, default: 0] && to >= from)
                threadEnds[thread.tid] = to
            case .lost(let cpu, let from, let to, let count):
                #expect(from >= ends[cpu, default: 0] && to >= from)
                ends[cpu] = to
                told += count
            }
        }
        #expect(told == lost)
        for (tid, time) in ran { #expect(time <= machine.ran[tid, default: 0], "thread \(tid)") }
    }
}
