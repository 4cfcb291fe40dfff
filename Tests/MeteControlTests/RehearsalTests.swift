import MeteControl
import MeteModel
import MeteTestSupport
import Testing

/// A rehearsal says what the controller would do, and does nothing: the same plans on two equal folders that look like hierarchies.
struct RehearsalTests {
    private let start = Instant(nanoseconds: 0)

    private func tree(_ version: CgroupHierarchy.Version) throws -> (folder: TemporaryFolder, found: CgroupHierarchies)
    {
        // v1 groups with a period of their own, which a cap changes too.
        let tree = try FakeCPUTree(version, groups: ["/s", "/s/a", "/s/b"], period: version == .v1 ? 50_000 : 100_000)
        return (tree.folder, tree.hierarchies)
    }

    private func directives(_ a: Double, _ b: Double, maximum: Double?) -> [CPUDirective] {
        [("a", a, maximum), ("b", b, nil), ("rest", 0.5, nil)].map { name, cores, maximum in
            CPUDirective(
                component: ComponentID(name), allotment: cores, plannedDemand: cores, mode: .shared, maximum: maximum,
                period: 100 * .perMillisecond, reclaim: false, mayMove: false)
        }
    }

    private let memberships = [("a", "/s/a"), ("b", "/s/b"), ("rest", "/")].enumerated().map { index, group in
        Membership(
            component: ComponentID(group.0),
            processes: [ProcessRef(pid: Int32(1_000_000 + index), startTime: 1, cpuCgroup: group.1)])
    }

    /// Every attribute of every group, by its path in the tree.
    private func contents(_ tree: TemporaryFolder) throws -> [String: String] {
        var contents: [String: String] = [:]
        for group in ["", "s/", "s/a/", "s/b/"] {
            for name in ["cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.weight", "cpu.max"] {
                contents[group + name] = try? tree.text(group + name)
            }
        }
        return contents
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func plansWhatIsWrittenInEarnestAndWritesNothing(version: CgroupHierarchy.Version) throws {
        let (rehearsedTree, rehearsedHierarchies) = try tree(version)
        let (realTree, realHierarchies) = try tree(version)
        let state = try TemporaryFolder(prefix: "mete-control")
        let rehearsal = try CPUController.rehearsal(hierarchies: rehearsedHierarchies)
        let real = try CPUController(hierarchies: realHierarchies, stateFolder: state.path)
        let before = try contents(rehearsedTree)
        for (tick, plan) in [
            directives(1.5, 0.5, maximum: 1.75), directives(0.25, 1.5, maximum: 1.5), directives(0.5, 1, maximum: 1),
        ].enumerated() {
            let now = start + Nanoseconds(tick) * .perSecond
            for controller in [rehearsal, real] {
                let outcome = controller.apply(directives: plan, memberships: memberships, capacity: 2, at: now)
                #expect(outcome.failures.isEmpty && outcome.yielded.isEmpty)
            }
            // What is written in earnest is the difference between the trees.
            let written = try contents(realTree)
            var planned = before
            for write in rehearsal.plannedWrites {
                let name = String(try #require(write.write.setting.path).dropFirst(rehearsedTree.path.utf8.count + 1))
                #expect(write.standing == before[name].map(SettingValue.text))
                planned[name] = write.write.value.description
            }
            #expect(planned == written)
            #expect(written != before, "the detector must see what is written in earnest")
            #expect(try contents(rehearsedTree) == before)
        }
        #expect(rehearsal.status[ComponentID("a")]?.weights == real.status[ComponentID("a")]?.weights)
    }

    @Test func aCapThatIsGivenUpIsNotAmongThePlannedWrites() throws {
        let (tree, hierarchies) = try tree(.v2)
        let rehearsal = try CPUController.rehearsal(hierarchies: hierarchies)
        func isCapped() -> Bool {
            rehearsal.plannedWrites.contains { $0.write.setting.path?.hasSuffix("/cpu.max") == true }
        }
        _ = rehearsal.apply(
            directives: directives(1, 0.5, maximum: 1), memberships: memberships, capacity: 2, at: start)
        #expect(isCapped())
        _ = rehearsal.apply(
            directives: directives(1, 0.5, maximum: nil), memberships: memberships, capacity: 2, at: start + .perSecond)
        #expect(!isCapped())
        withExtendedLifetime(tree) {}
    }

    @Test func everyWriteHasAReasonOfItsOwn() throws {
        let (tree, hierarchies) = try tree(.v1)
        let rehearsal = try CPUController.rehearsal(hierarchies: hierarchies)
        _ = rehearsal.apply(
            directives: directives(1.5, 0.5, maximum: 1), memberships: memberships, capacity: 2, at: start)
        for planned in rehearsal.plannedWrites { #expect(planned.write.reason != .requested, "\(planned)") }
        #expect(rehearsal.plannedWrites.contains { $0.write.reason == .maximum(cores: 1) })
        withExtendedLifetime(tree) {}
    }

    /// An agent that enforces has made the group that a component is in, and a policy that does not move it would not keep it there.
    @Test(arguments: [true, false])
    func knowsTheGroupsOfAnAgentThatEnforces(isJournalled: Bool) throws {
        let fake = try FakeCPUTree(.v1, groups: ["mete", "mete/a"])
        let state = try TemporaryFolder(prefix: "mete-control")
        let journal = try Journal(folder: StateFolder(state.path))
        if isJournalled { try journal.register([(.group("\(fake.folder.path)/mete/a"), .absent)]) }
        let rehearsal = try CPUController.rehearsal(hierarchies: fake.hierarchies, stateFolder: state.path)
        var members = memberships
        members[0].processes[0].cpuCgroup = "/mete/a"
        _ = rehearsal.apply(directives: directives(1.5, 0, maximum: nil), memberships: members, capacity: 2, at: start)
        let weights = rehearsal.status[ComponentID("a")]?.weights.keys.sorted()
        #expect(weights == (isJournalled ? [] : ["/mete/a"]))
        withExtendedLifetime(journal) {}
    }

    @Test func thereIsNothingToTakeBack() throws {
        let (tree, hierarchies) = try tree(.v1)
        let rehearsal = try CPUController.rehearsal(hierarchies: hierarchies)
        _ = rehearsal.apply(
            directives: directives(1.5, 0.5, maximum: 1), memberships: memberships, capacity: 2, at: start)
        // Had it been written, a release would put 1024 back over this.
        try tree.write("77", to: "s/a/cpu.shares")
        #expect(try rehearsal.release().steps.isEmpty)
        #expect(try tree.text("s/a/cpu.shares") == "77")
    }
}
