import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Calls of functions: what the kernel side counts against what a program did that is known to the call.
    struct CallTests {
        /// What was found of each function of the workload in all windows.
        private struct Found {
            var usages: [String: CallUsage] = [:]
            var durations: [String: UInt64] = [:]
            var losses = TraceLosses()

            subscript(function: String) -> CallUsage { usages[function] ?? CallUsage() }

            mutating func take(_ window: TraceWindow) {
                // Of whatever component: a process that runs a new program just when mete tells the kernel where it belonged until
                // then counts there until mete has seen the new program, which one that ends at once may not live to see.
                for call in window.calls {
                    let function = String(call.function.drop { $0 != ":" }.dropFirst())
                    usages[function, default: CallUsage()] += call.usage
                    durations[function, default: 0] += call.durations.count
                }
                losses = window.losses
            }
        }

        private static func tracer(_ functions: [String]) throws -> Tracer {
            let path = try Executable.sibling("mete-workload").path
            var options = KernelProbes.Options()
            options.functions = try CalledFunction.resolve(functions.map { "\(path):\($0)" }.joined(separator: ","))
            options.callLatencies = true
            options.ownClock = DelayAccounting.current() != .kept
            return try Workload.tracer(options)
        }

        private static func run(_ kind: String, _ arguments: String..., counting functions: String...) throws -> Found {
            let tracer = try tracer(functions)
            let process = try Workload(["calls", kind] + arguments).process
            var found = Found()
            while !process.hasEnded() {
                usleep(20_000)
                found.take(try tracer.closeWindow())
            }
            found.take(try tracer.closeWindow())
            return found
        }

        @Test(arguments: [1, 4] as [UInt64]) func callsAreCountedToTheLast(threads: UInt64) throws {
            let found = try Self.run("plain", "5000", "\(threads)", counting: "called_plain", "called_inner")
            #expect(found["called_plain"].calls == 5000 * threads)
            #expect(found["called_plain"].left == 0)
            #expect(found["called_plain"].time > 0)
            #expect(found.durations["called_plain"] == 5000 * threads, "each has returned")
            #expect(found["called_inner"] == CallUsage(), "nobody calls it")
            #expect(found.losses.untimedCalls == 0 && found.losses.uncountedCalls == 0)
        }

        @Test func whatIsInsideAnotherFunctionIsInsideBoth() throws {
            let found = try Self.run("nested", "2000", counting: "called_outer", "called_inner")
            #expect(found["called_outer"].calls == 2000 && found["called_inner"].calls == 4000)
            #expect(found["called_outer"].time > found["called_inner"].time)
            #expect(found["called_outer"].left + found["called_inner"].left == 0)
        }

        @Test func recursionCountsTimeOnce() throws {
            let begun = Self.now()
            let found = try Self.run("recursive", "50", counting: "called_recursive")
            let lasted = Self.now() - begun
            let usage = found["called_recursive"]
            #expect(usage.calls == 50 * 5)
            #expect(usage.time >= 50 * .perMillisecond, "each sleeps for so long")
            #expect(usage.time <= lasted, "one thread cannot be inside for longer than it lives")
            #expect(found.durations["called_recursive"] == 50 * 5, "each has a duration of its own")
        }

        @Test func whatIsOpenTooDeepIsCountedAndTold() throws {
            let found = try Self.run("deep", counting: "called_recursive")
            #expect(found["called_recursive"].calls == 48)
            #expect(found.losses.untimedCalls > 0)
            #expect(found.durations["called_recursive"] == 48 - found.losses.untimedCalls)
            #expect(found["called_recursive"].left == 0)
            #expect(found["called_recursive"].time >= .perMillisecond)
        }

        @Test func aJumpToAnotherFunctionIsInsideBoth() throws {
            let found = try Self.run("tail", "2000", counting: "called_first", "called_last")
            for function in ["called_first", "called_last"] {
                #expect(found[function].calls == 2000 && found[function].left == 0, "\(function): \(found[function])")
                #expect(found.durations[function] == 2000)
            }
        }

        @Test func whatIsLeftByLongjmpIsNotInsideAnyMore() throws {
            let begun = Self.now()
            let found = try Self.run("jump", "2000", counting: "called_leaving")
            #expect(found["called_leaving"].calls == 2000 && found["called_leaving"].left == 2000)
            #expect(found["called_leaving"].time <= Self.now() - begun)
            #expect(found.durations["called_leaving"] == 0)
            #expect(found.losses.untimedCalls == 0, "they do not pile up")
        }

        @Test func whatIsCalledAfterALongjmpIsNotInsideWhatWasLeft() throws {
            let found = try Self.run("other", "2000", counting: "called_leaving", "called_plain")
            #expect(found["called_leaving"].calls == 2000 && found["called_leaving"].left == 2000)
            #expect(found["called_plain"].calls == 2000 && found["called_plain"].left == 0)
            #expect(found.durations["called_plain"] == 2000)
        }

        @Test func aNewProgramLeavesTheCallThatStartedIt() throws {
            let found = try Self.run("exec", "3000", counting: "called_exec", "called_plain")
            #expect(found["called_exec"].calls == 1 && found["called_exec"].left == 1)
            #expect(found["called_plain"].calls == 3000 && found["called_plain"].left == 0)
        }

        @Test func anEndLeavesWhatIsOpen() throws {
            let killed = try Self.run("kill", counting: "called_end")
            #expect(killed["called_end"].calls == 1 && killed["called_end"].left == 1)
            let threads = try Self.run("thread", "20", counting: "called_exit")
            #expect(threads["called_exit"].calls == 20 && threads["called_exit"].left == 20)
        }

        @Test func timeInsideIsCountedBeforeACallReturns() throws {
            let tracer = try Self.tracer(["called_block"])
            let process = try Workload("calls", "block").process
            var calls: UInt64 = 0
            try #require(
                Polling.wait(seconds: 30) {
                    calls += try tracer.closeWindow().calls.reduce(0) { $0 + $1.usage.calls }
                    return calls > 0
                })
            for _ in 0..<3 {
                usleep(50_000)
                let call = try #require(try tracer.closeWindow().calls.first)
                #expect(call.usage.calls == 0 && call.component == Workload.component)
                // The counters are read a moment before the window ends.
                #expect(call.inside > 0.5 && call.inside < 1.5, "\(call)")
            }
            process.stop(SIGKILL)
            let last = try tracer.closeWindow().calls
            #expect(last.first?.usage.left == 1, "\(last)")
            #expect(try tracer.closeWindow().calls.isEmpty, "nobody is inside any more")
        }

        @Test func callsOfWhatRanBeforeAreCounted() throws {
            let process = try Workload("calls", "plain", "1000000000000").process
            let tracer = try Self.tracer(["called_plain"])
            var found = Found()
            #expect(
                try Polling.wait(seconds: 30) {
                    found.take(try tracer.closeWindow())
                    return found["called_plain"].calls > 1000
                })
            #expect(found["called_plain"].left == 0)
            withExtendedLifetime(process) {}
        }

        @Test func aPlaceThatCannotBeProbedIsNamed() throws {
            var options = KernelProbes.Options()
            options.functions = [
                CalledFunction(
                    name: "libnone:f", places: [CalledFunction.Place(path: "/nowhere/libnone.so", offset: 64)])
            ]
            let error = try #require(throws: TraceError.self) { try Workload.tracer(options) }
            #expect(error.code == .rejected)
            #expect(error.operation.contains("libnone:f, at 0x40 in /nowhere/libnone.so"), "\(error)")
        }

        private typealias Compress =
            @convention(c) (
                UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt>, UnsafePointer<UInt8>, UInt
            ) -> Int32

        private static let hasZlib = dlopen("libz.so.1", RTLD_NOW) != nil

        @Test(.enabled(if: hasZlib, "there is no shared zlib here"))
        func callsOfASharedLibraryAreCounted() throws {
            var options = KernelProbes.Options()
            options.functions = try CalledFunction.resolve("libz:compress")
            options.callLatencies = true
            let tracer = try Workload.tracer(options)
            let zlib = try #require(dlopen("libz.so.1", RTLD_NOW))
            let symbol = try #require(dlsym(zlib, "compress"))
            let compress = unsafeBitCast(symbol, to: Compress.self)
            let text = [UInt8](repeating: 7, count: 10_000)
            var room = [UInt8](repeating: 0, count: 20_000)
            for _ in 0..<300 {
                var length = UInt(room.count)
                #expect(compress(&room, &length, text, UInt(text.count)) == 0)
            }
            let found = try tracer.closeWindow().calls
            #expect(found.reduce(0) { $0 + $1.usage.calls } == 300, "\(found)")
            #expect(found.allSatisfy { $0.function == "libz:compress" && $0.component == .rest })
        }

        private static func now() -> Nanoseconds {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Nanoseconds(time.tv_sec) * .perSecond + Nanoseconds(time.tv_nsec)
        }
    }
}
