import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import Testing

extension KernelTests {
    /// What the settings do, on the kernel that runs: first that the measurement sees the difference, then that mete makes it.
    struct ControlEffectTests {
        private func directive(
            _ name: String, _ cores: Double, demand: Double? = nil, mode: CPUMode = .shared, maximum: Double? = nil,
            move: Bool = false
        ) -> CPUDirective {
            CPUDirective(
                component: ComponentID(name), allotment: cores, plannedDemand: demand ?? cores, mode: mode,
                maximum: maximum, period: 10 * .perMillisecond, reclaim: false, mayMove: move)
        }

        private func member(_ name: String, _ children: [ChildProcess]) throws -> Membership {
            Membership(component: ComponentID(name), processes: try children.map { try $0.reference })
        }

        @Test func weightsDivideABusyCPU() throws {
            let bench = try ControlBench()
            let first = try bench.start("spin", "600", "1", "0", in: bench.group("a"))
            let second = try bench.start("spin", "600", "1", "0", in: bench.group("b"))
            let before = try measure([first, second], until: 1)
            #expect(before[0] / before[1] < 1.6 && before[1] / before[0] < 1.6)

            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            let outcome = controller.apply(
                directives: [directive("a", 0.8), directive("b", 0.1), directive("rest", 0.1)],
                memberships: [try member("a", [first]), try member("b", [second])], capacity: 1,
                at: Instant(nanoseconds: 0))
            #expect(outcome.failures.isEmpty)
            let after = try measure([first, second], until: 1)
            #expect(after[0] / after[1] > 4)
            #expect(try controller.release().isComplete)
        }

        @Test func aCapHoldsASpinnerBack() throws {
            let bench = try ControlBench()
            let spinner = try bench.start("spin", "600", "1", in: bench.group("a"))
            let free = try measure([spinner], seconds: 1)[0]
            try #require(free > 0.25, "the machine is too busy to see a cap of 0.1 cores")
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            _ = controller.apply(
                directives: [directive("a", 0.1, maximum: 0.1), directive("rest", 1)],
                memberships: [try member("a", [spinner])], capacity: 2, at: Instant(nanoseconds: 0))
            #expect(try measure([spinner], seconds: 1)[0] < 0.2)
            #expect(try controller.release().isComplete)
        }

        @Test func movesProcessesToAGroupOfTheirOwnAndBack() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            let members = [try member("shop/1", [shop]), try member("rest", [other])]
            let outcome = controller.apply(
                directives: [directive("shop/1", 1, move: true), directive("rest", 1)], memberships: members,
                capacity: 2, at: Instant(nanoseconds: 0))
            #expect(outcome.failures.isEmpty)
            #expect(try shop.reference.cpuCgroup == "/mete/shop%2F1")
            #expect(try other.reference.cpuCgroup == home)
            // Somebody new in the group, whom no plan named.
            let born = try bench.start("wait", in: "/mete/shop%2F1")
            let report = try controller.release()
            #expect(report.isComplete, "\(report.steps)")
            #expect(try shop.reference.cpuCgroup == home)
            #expect(try born.reference.cpuCgroup == home)
            #expect(!KernelFile.exists(bench.hierarchy.folder(of: "/mete")))
        }

        /// What a policy that is loaded again may say of a component that was moved.
        enum SecondThought: CaseIterable {
            case removed, renamed, stays
        }

        @Test(arguments: SecondThought.allCases)
        func bringsHomeWhatThePolicyNoLongerMoves(_ thought: SecondThought) throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            var second: Nanoseconds = 0
            func apply(_ name: String, move: Bool, _ shops: [ChildProcess], _ others: [ChildProcess]) throws {
                second += 1
                let outcome = controller.apply(
                    directives: [directive(name, 1, move: move), directive("rest", 1)],
                    memberships: [try member(name, shops), try member("rest", others)], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
                #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            }
            try apply("shop", move: true, [shop], [other])
            #expect(try shop.reference.cpuCgroup == "/mete/shop")
            let born = try bench.start("wait", in: "/mete/shop")
            let old = bench.hierarchy.folder(of: "/mete/shop")
            // Once to move, once to remove what has become empty, and once more, which changes nothing.
            for _ in 0..<3 {
                switch thought {
                case .removed: try apply("other", move: true, [], [shop, born, other])
                case .renamed: try apply("store", move: true, [shop, born], [other])
                case .stays: try apply("shop", move: false, [shop, born], [other])
                }
            }
            let wanted = thought == .renamed ? "/mete/store" : home
            #expect(try shop.reference.cpuCgroup == wanted)
            #expect(try born.reference.cpuCgroup == wanted)
            #expect(!KernelFile.exists(old))
            // What was born in mete's group goes home from the next one too.
            let report = try controller.release()
            #expect(report.isComplete, "\(report)")
            #expect(try shop.reference.cpuCgroup == home, "\(report)")
            #expect(try born.reference.cpuCgroup == home)
            #expect(!KernelFile.exists(bench.hierarchy.folder(of: "/mete")))
        }

        /// On v2 a group that hands a controller down takes no processes. Handed down by mete once nobody was in it, the controller has
        /// to be withdrawn before those who were in it can come home.
        @Test func bringsHomeToAGroupThatHandedDownAControllerMeanwhile() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let below = try bench.group("home/below")
            let shop = try bench.start("wait", in: home)
            let store = try bench.start("wait", in: home)
            let inner = try bench.start("wait", in: below)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(_ directives: [CPUDirective], _ members: [Membership], second: Nanoseconds) -> Outcome {
                controller.apply(
                    directives: directives, memberships: members, capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
            }
            let movable = [directive("shop", 0.5, move: true), directive("store", 0.5, move: true)]
            let fixed = [directive("inner", 0.5), directive("rest", 0.5)]
            let members = [try member("inner", [inner]), try member("store", [store])]
            // The shop's group is made last, and is the first that is to go.
            _ = apply(fixed + movable.suffix(1), members + [try member("rest", [shop])], second: 0)
            for second in 1...2 as ClosedRange<Nanoseconds> {
                _ = apply(
                    fixed + movable, members + [try member("rest", []), try member("shop", [shop])],
                    second: second * 10)
            }
            #expect(try shop.reference.cpuCgroup == "/mete/shop")
            #expect(KernelFile.exists(bench.weightFile(below)))
            for second in 3...6 as ClosedRange<Nanoseconds> {
                _ = apply(
                    [directive("rest", 1)], [try member("rest", [inner, shop, store])], second: second * 10)
            }
            #expect(try shop.reference.cpuCgroup == home)
            #expect(try store.reference.cpuCgroup == home)
            #expect(!KernelFile.exists(bench.hierarchy.folder(of: "/mete")))
            #expect(try controller.release().isComplete)
        }

        /// As systemd does for a slice none of whose own units asks for the controller.
        @Test func handsDownAgainAControllerThatSomebodyWithdrew() throws {
            let bench = try ControlBench()
            guard bench.hierarchy.version == .v2 else { return }
            let slice = try bench.group("slice")
            let shop = try bench.start("wait", in: try bench.group("slice/shop"))
            let store = try bench.start("wait", in: try bench.group("slice/store"))
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(second: Nanoseconds) throws -> Outcome {
                controller.apply(
                    directives: [
                        directive("rest", 0.25), directive("shop", 1.5, maximum: 1.5), directive("store", 0.25),
                    ],
                    memberships: [try member("rest", []), try member("shop", [shop]), try member("store", [store])],
                    capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
            }
            let file = bench.weightFile("\(slice)/shop")
            #expect(try apply(second: 0).failures.isEmpty, "handed down in the plan that needs it")
            let wanted = try KernelFile.read(file)
            #expect(wanted != "100")
            let above = bench.hierarchy.folder(of: slice) + "/cgroup.subtree_control"
            try KernelFile.write("-cpu", to: above)
            #expect(!KernelFile.exists(file))
            for second in 1...14 as ClosedRange<Nanoseconds> { _ = try apply(second: second) }
            #expect(try KernelFile.readIfPresent(file) == wanted)
            #expect(controller.status[ComponentID("shop")]?.yielded.isEmpty == true)
            // Withdrawn for good, there is nothing to put back, which is no failure.
            try KernelFile.write("-cpu", to: above)
            let report = try controller.release()
            #expect(report.isComplete, "\(report)")
        }

        /// A policy that is loaded again names the cgroup of a service that has been stopped since: the nearest above takes its place.
        @Test func bringsHomeToTheNearestGroupThatIsStillThere() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let gone = try bench.group("home/gone")
            let shop = try bench.start("wait", in: gone)
            let other = try bench.start("wait", in: gone)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(move: Bool, second: Nanoseconds) throws -> Outcome {
                controller.apply(
                    directives: [directive("shop", 1, move: move), directive("rest", 1)],
                    memberships: [try member("shop", [shop]), try member("rest", [other])], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
            }
            _ = try apply(move: true, second: 0)
            #expect(try shop.reference.cpuCgroup == "/mete/shop")
            try bench.move(other, to: home)
            try KernelFile.removeFolder(bench.hierarchy.folder(of: gone))
            for second in 1...3 as ClosedRange<Nanoseconds> { _ = try apply(move: false, second: second) }
            #expect(try shop.reference.cpuCgroup == home)
            #expect(try controller.release().isComplete)
        }

        /// Nothing is asked of the kernel on ticks on which nothing changes: the memberships tell.
        @Test func yieldsAProcessThatAnotherWriterMoves() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(second: Nanoseconds) throws -> Outcome {
                controller.apply(
                    directives: [directive("shop", 1, move: true), directive("rest", 1)],
                    memberships: [try member("shop", [shop]), try member("rest", [other])], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
            }
            _ = try apply(second: 0)
            #expect(try apply(second: 1).yielded.isEmpty)
            try bench.move(shop, to: home)
            #expect(try apply(second: 2).yielded.map(\.found) == [.cgroup(home)])
            _ = try apply(second: 3)
            #expect(try shop.reference.cpuCgroup == home, "theirs stands")
            controller.takeBackYielded()
            _ = try apply(second: 4)
            #expect(try shop.reference.cpuCgroup == "/mete/shop")
            #expect(try controller.release().isComplete)
        }

        /// A service that restarts: a new group of the same name has the kernel's values again.
        @Test func weighsAGroupThatIsMadeAgain() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func weight(move: Bool, second: Nanoseconds) throws -> String? {
                _ = controller.apply(
                    directives: [directive("shop", 1.5, move: move), directive("rest", 0.5)],
                    memberships: [try member("shop", [shop]), try member("rest", [other])], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
                return try KernelFile.readIfPresent(bench.weightFile("/mete/shop"))
            }
            let first = try #require(try weight(move: true, second: 0))
            _ = try weight(move: false, second: 1)
            #expect(try weight(move: false, second: 2) == nil)
            #expect(try weight(move: true, second: 3) == first)
            #expect(first != "1024" && first != "100")
            #expect(try controller.release().isComplete)
        }

        /// A process is divided by the names of its threads, and then is not any more.
        @Test func aThreadThatWasMovedSinglyStaysWithItsProcess() throws {
            let bench = try ControlBench()
            guard bench.hierarchy.version == .v1 else { return }
            let home = try bench.group("home")
            let shop = try bench.start("spin", "600", "1", in: home)
            let other = try bench.start("wait", in: home)
            let worker = try shop.worker
            let main = ThreadRef(tid: shop.identifier, pid: shop.identifier, startTime: try shop.reference.startTime)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(_ shops: Membership, second: Nanoseconds) throws {
                let outcome = controller.apply(
                    directives: [directive("shop", 1, move: true), directive("rest", 1)],
                    memberships: [shops, try member("rest", [other])], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
                #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            }
            let own = "/mete/shop"
            try apply(Membership(component: ComponentID("shop"), looseThreads: [main, worker]), second: 0)
            #expect(try bench.hierarchy.cgroup(of: worker.tid) == own)
            for second in 1...3 as ClosedRange<Nanoseconds> { try apply(member("shop", [shop]), second: second) }
            #expect(try shop.reference.cpuCgroup == own)
            #expect(try bench.hierarchy.cgroup(of: worker.tid) == own, "it would be outside its component's weight")
            #expect(try controller.release().isComplete)
            #expect(try bench.hierarchy.cgroup(of: worker.tid) == home)
        }

        @Test func emptiesAGroupOfMetesOwnBeforeItGoes() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            func apply(_ names: [String], _ members: [Membership], second: Nanoseconds) -> Outcome {
                controller.apply(
                    directives: names.map { directive($0, 1, move: $0 != "rest") }, memberships: members, capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
            }
            let first = apply(["shop", "rest"], [try member("shop", [shop]), try member("rest", [other])], second: 0)
            #expect(first.failures.isEmpty)
            // Not known to any plan: it was born since the last window.
            let born = try bench.start("wait", in: "/mete/shop")
            for second in 1...3 as ClosedRange<Nanoseconds> {
                let outcome = apply(["rest"], [try member("rest", [shop, other])], second: second)
                #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            }
            #expect(try born.reference.cpuCgroup == home)
            #expect(!KernelFile.exists(bench.hierarchy.folder(of: "/mete")))
            #expect(try controller.release().isComplete)
        }

        @Test func aCapIsLiftedInAGroupOfMetesOwn() throws {
            let bench = try ControlBench()
            let home = try bench.group("home")
            let shop = try bench.start("wait", in: home)
            // Alone in it, the component would have the group to itself.
            let other = try bench.start("wait", in: home)
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            let file = bench.attributes.cap(nil).map(\.file).last ?? ""
            let path = bench.hierarchy.folder(of: "/mete/shop") + "/" + file
            func quota(_ maximum: Double?, second: Nanoseconds) throws -> String {
                let outcome = controller.apply(
                    directives: [directive("shop", 1, maximum: maximum, move: true), directive("rest", 1)],
                    memberships: [try member("shop", [shop]), try member("rest", [other])], capacity: 2,
                    at: Instant(nanoseconds: second * .perSecond))
                #expect(outcome.failures.isEmpty)
                return String(try KernelFile.read(path).prefix { $0 != " " })
            }
            #expect(try quota(0.5, second: 0) == "50000")
            #expect(try ["-1", "max"].contains(quota(nil, second: 1)))
            #expect(try quota(0.25, second: 2) == "25000")
            #expect(try controller.release().isComplete)
        }

        @Test func aReservationHoldsAgainstSpinners() throws {
            let bench = try ControlBench()
            let group = try bench.group("a")
            let spinner = try bench.start("spin", "600", "1", in: group)
            let hogs = try bench.start("spin", "600", "16", in: group)
            let worker = try spinner.worker
            let before = try measure([spinner, hogs], until: 2)
            let capacity = DeadlineBandwidth.measure().capacity(excluding: []).available
            let cores = min(0.7, capacity * 0.7)
            let fairShare = before[0] / (before[0] + before[1])
            #expect(fairShare < 0.25)

            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            let load = ThreadLoad(thread: worker, name: "spin", usage: 1)
            let members = [
                Membership(component: ComponentID("a"), processes: [try spinner.reference], hotThreads: [load]),
                try member("rest", [hogs]),
            ]
            let outcome = controller.apply(
                directives: [
                    directive("a", cores, demand: cores / 1.25, mode: .reserved), directive("rest", 1),
                ], memberships: members, capacity: 2, at: Instant(nanoseconds: 0))
            #expect(outcome.failures.isEmpty)
            let status = try #require(controller.status[ComponentID("a")])
            #expect(status.mode == .reserved)
            #expect(status.reservations.map(\.thread) == [worker])
            #expect(try measure([spinner], seconds: 1)[0] > cores * 0.85)
            #expect(try controller.release().isComplete)
            #expect(try !SchedulingAttributes.read(worker.tid).isDeadline)
        }

        @Test(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1, "one CPU is all that there is to be bound to"))
        func aBoundThreadStaysSharedAndIsNamed() throws {
            let bench = try ControlBench()
            let bound = try bench.start("spin", "600", "1", "0", in: bench.group("a"))
            let worker = try bound.worker
            let controller = try CPUController(hierarchies: .discover(), stateFolder: bench.state)
            let load = ThreadLoad(thread: worker, name: "spin", usage: 1)
            _ = controller.apply(
                directives: [directive("a", 0.5, mode: .reserved)],
                memberships: [
                    Membership(component: ComponentID("a"), processes: [try bound.reference], hotThreads: [load])
                ], capacity: 2, at: Instant(nanoseconds: 0))
            let status = try #require(controller.status[ComponentID("a")])
            #expect(status.mode == .shared)
            #expect(status.sharedThreads.map(\.thread) == [worker])
            #expect(status.sharedThreads.first?.reason.contains("bound to 1") == true)
            _ = try controller.release()
        }

        @Test func theDoctorFindsWhatThisKernelPermits() {
            let findings = ControlSupport.findings()
            #expect(findings.first { $0.feature == "SCHED_DEADLINE" }?.support == .supported)
            #expect(findings.first { $0.feature == "cpu controller" }?.support == .supported)
        }
    }
}
