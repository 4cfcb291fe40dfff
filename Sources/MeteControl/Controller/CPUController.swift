package import MeteModel

/// Puts CPU directives in force and takes them back: what the agent holds of this module.
///
/// A tick on which nothing changes compares memberships and numbers in memory, and reads `verifyBudget` files to see
/// whether another writer touched them; so a foreign write is found within as many ticks as there are settings
/// over that budget, and at once for a setting that is about to be written. Not thread-safe: one loop owns it.
///
/// Weights and reservations follow the directives with a dead band; caps exactly. A component whose write was refused
/// is left as it was and tried again after `retryAfter`; the others are not affected. What was there before is
/// in the journal of the state folder, and a controller that finds one there restores first.
package final class CPUController {
    /// Files looked at for other writers on each tick.
    private static let verifyBudget = 4
    /// Time after which what the kernel refused is tried again.
    static let retryAfter: Nanoseconds = 5 * .perSecond
    /// Applies between two surveys of the groups of others.
    private static let surveyInterval = 50

    /// What a journal found at the start said, if there was one: the work of an agent that crashed.
    package let recovery: RestoreReport?
    /// How long a setting that another writer took is left alone; nil for good.
    package var foreignHoldOff: Nanoseconds?

    let hierarchy: CgroupHierarchy?
    let executor: Executor
    let attributes: CPUAttributes
    /// Keeps what a rehearsal would write; nil in earnest.
    private let rehearsal: RehearsedSettings?
    /// What the rehearsal wrote last in each setting, numbered in the order in which settings were first written.
    private var rehearsed: [Setting: (number: Int, write: Write)] = [:]
    private let journal: Journal
    private let placer: Placer

    // What the last apply was given, and what follows from it.
    var memberships: [Membership] = []
    private var movable: Set<ComponentID> = []
    private(set) var placements: [ComponentID: Placement] = [:]
    private(set) var tree = GroupTree()
    var order = DirectiveOrder()
    /// Whether the share of some component is divided among groups.
    private var hasSeveralGroups = false
    private(set) var cgroups: [Int32: String] = [:]
    private var looseCgroups: [ThreadRef: String] = [:]
    private var siblings: [String: [String: Double]] = [:]
    private(set) var competition: Competition?
    private(set) var tick = 0

    /// Threads whose cgroup could not be read, and which therefore count as being in none of the component's own.
    private(set) var unplaceable: [ThreadRef: (component: ComponentID, error: Errno)] = [:]

    // What is in force.
    private(set) var portions = GroupPortions()
    /// By node of the tree: see `WeightSolver.Solution`.
    var reach: [Double] = []
    var reservations = ReservedThreads()
    var slices = ShortSlices()
    var failures: [Setting: (component: ComponentID?, error: ControlError, retry: Instant)] = [:]
    /// Why the last plan was not put in force at all, if so.
    private(set) var journalError: ControlError?
    var groupWrites = GroupWrites()
    /// Files and groups that plans name; those no longer named go back.
    var managed: Set<Setting> = []
    /// Files of caps among them.
    var capped: Set<Setting> = []
    /// Whether what is managed is what plans of this tree name, with nothing left to go back.
    var isManagedAsNamed = false
    /// By the path of each group in the tree: see `KernelFile.identity`.
    private var identities: [String: UInt64] = [:]
    /// Whether some living process or thread was to be moved into a group that is not there any more.
    private var hasMovesAstray = false

    /// Opens the state folder; restores first if a journal is there.
    package convenience init(
        hierarchies: CgroupHierarchies, stateFolder: String = StateFolder.standard, foreignHoldOff: Nanoseconds? = nil
    ) throws(ControlError) {
        let journal = try Journal(folder: StateFolder(stateFolder))
        let hasLeftovers = !journal.contents.entries.isEmpty || !journal.contents.damage.isEmpty
        let recovery = hasLeftovers || journal.voidBootID != nil ? try Restoration(journal: journal).run() : nil
        try self.init(hierarchies, journal, recovery, foreignHoldOff, rehearsal: nil)
    }

    /// A controller that goes the same way and writes nothing, neither to the kernel nor to disk: `plannedWrites` says what it would.
    ///
    /// - Parameter stateFolder: where an agent that enforces meanwhile keeps its journal, which tells its groups from those of others.
    package static func rehearsal(
        hierarchies: CgroupHierarchies, stateFolder: String = StateFolder.standard, foreignHoldOff: Nanoseconds? = nil
    ) throws(ControlError) -> CPUController {
        let journal = Journal.inMemory(as: "\(stateFolder)/\(Journal.fileName)")
        return try CPUController(hierarchies, journal, nil, foreignHoldOff, rehearsal: RehearsedSettings())
    }

    private init(
        _ hierarchies: CgroupHierarchies, _ journal: Journal, _ recovery: RestoreReport?,
        _ foreignHoldOff: Nanoseconds?, rehearsal: RehearsedSettings?
    ) throws(ControlError) {
        hierarchy = hierarchies.cpu
        attributes = CPUAttributes(version: hierarchies.cpu?.version ?? .v2)
        let cpu = hierarchies.cpu
        placer = Placer(version: attributes.version, root: cpu?.root ?? "/") { cgroup in
            cpu.map { journal.contents.isOwnGroup($0.folder(of: cgroup)) } ?? false
        }
        self.journal = journal
        self.recovery = recovery
        self.foreignHoldOff = foreignHoldOff
        self.rehearsal = rehearsal
        executor = Executor(journal: journal, settings: rehearsal ?? KernelSettings() as any SettingStore)
        if let hierarchy {
            competition = Competition(hierarchy: hierarchy, hasAutogroups: try Self.hasAutogroups())
        }
    }

    /// Whether nothing is really written.
    package var isRehearsal: Bool { rehearsal != nil }

    /// Puts directives in force for the components as they are composed now.
    ///
    /// `capacity` is the CPUs there are to share; `corrections` are factors of at least 1 for components that want and
    /// measure less than their guarantee.
    package func apply(
        directives: [CPUDirective], memberships: [Membership], capacity: Double,
        corrections: [ComponentID: Double] = [:], at now: Instant
    ) -> Outcome {
        tick += 1
        if executor.takeBackDue(at: now) { groupWrites.reopen() }
        var forgetting = update(memberships, directives)
        failures = failures.filter { $0.value.retry > now }
        var plan = ControlPlan()
        if !tree.nodes.isEmpty || !managed.isEmpty { planShares(directives, capacity, corrections, &plan) }
        planSlices(directives, &plan)
        planReservations(directives, &plan)
        var outcome = Outcome()
        let writes = plan.ordered.filter { failures[$0.setting] == nil }
        if !writes.isEmpty { outcome = execute(writes, at: now) }
        journalError = outcome.journalError
        outcome.yielded += executor.verify(budget: Self.verifyBudget, at: now, holdOff: foreignHoldOff)
        if outcome != Outcome() { settle(&outcome, now) }
        if !plan.leftToOthers.isEmpty {
            do {
                try executor.forget(plan.leftToOthers)
            } catch {
                forgetting = forgetting ?? error
            }
        }
        outcome.journalError = outcome.journalError ?? forgetting
        return outcome
    }

    /// Makes writes, or in a rehearsal remembers them.
    func execute(_ writes: [Write], at now: Instant) -> Outcome {
        let outcome = executor.execute(writes, at: now, holdOff: foreignHoldOff)
        if rehearsal != nil {
            for applied in outcome.applied {
                let write = applied.write
                rehearsed[write.setting] = (rehearsed[write.setting]?.number ?? rehearsed.count, write)
            }
        }
        return outcome
    }

    /// In a rehearsal, what would have been written by now, against what stands in the kernel, in the order of writing. Settings whose
    /// thread or group has ended since, and those that came back to where they stand, are left out. Empty in earnest.
    package var plannedWrites: [PlannedWrite] {
        guard let rehearsal else { return [] }
        return rehearsed.values.sorted { $0.number < $1.number }.compactMap { _, write in
            guard let standing = try? rehearsal.standing(write.setting), !write.setting.isSame(standing, write.value)
            else { return nil }
            return PlannedWrite(write: write, standing: standing)
        }
    }

    /// Takes everything back, as on a clean stop; `apply` may follow. After a rehearsal there is nothing to take back.
    package func release() throws(ControlError) -> RestoreReport {
        if rehearsal != nil { return RestoreReport() }
        let report = try Restoration(journal: journal).run()
        executor.reset()
        identities = [:]
        failures = [:]
        managed = []
        capped = []
        isManagedAsNamed = false
        groupWrites = GroupWrites()
        reservations = ReservedThreads()
        slices = ShortSlices()
        reach = []
        order = DirectiveOrder()
        placements = [:]
        tree = GroupTree()
        portions = GroupPortions()
        memberships = []
        return report
    }

    /// Takes up again every setting that was yielded to another writer, as the operator asked.
    package func takeBackYielded() {
        for setting in executor.yields.keys { executor.takeBack(setting) }
        groupWrites.reopen()
    }

    private static func hasAutogroups() throws(ControlError) -> Bool {
        let sysctl = "/proc/sys/kernel/sched_autogroup_enabled"
        do {
            return try KernelFile.readIfPresent(sysctl) == "1"
        } catch {
            throw ControlError(.refused, "read", sysctl, cause: error, remedy: "Run as root, with /proc mounted.")
        }
    }

    /// Looks at who is where, if that has changed since the last tick. Returns why the journal could not be written, if so.
    private func update(_ next: [Membership], _ directives: [CPUDirective]) -> ControlError? {
        let nextMovable = Set(directives.lazy.filter(\.mayMove).map(\.component))
        let isSame =
            !hasMovesAstray && nextMovable == movable && next.count == memberships.count
            && zip(next, memberships).allSatisfy {
                $0.component == $1.component && $0.processes == $1.processes && $0.looseThreads == $1.looseThreads
            }
        memberships = next
        let isSurveyDue = tick % Self.surveyInterval == 0
        if isSame, !isSurveyDue { return nil }
        var forgetting: ControlError?
        if !isSame, let hierarchy {
            hasMovesAstray = false
            movable = nextMovable
            looseCgroups = [:]
            unplaceable = [:]
            cgroups = [:]
            for membership in next {
                for process in membership.processes { cgroups[process.pid] = process.cpuCgroup }
                for thread in membership.looseThreads { find(thread, of: membership.component, hierarchy) }
            }
            let enforced = Set(directives.map(\.component))
            placements = placer.place(next, movable: movable, looseCgroups: looseCgroups)
                .filter { enforced.contains($0.key) }
            let nextTree = GroupTree(placements, root: hierarchy.root)
            if nextTree != tree { siblings = [:] }
            tree = nextTree
            reach = []
            order = DirectiveOrder(directives, tree, placements)
            hasSeveralGroups = placements.values.contains { $0.groups.count > 1 }
            let strays = placer.strays(next, movable: movable, looseCgroups: looseCgroups)
            let returns = homecomings(hierarchy, strays: strays)
            groupWrites = GroupWrites(tree, placements, returns: returns, hierarchy, attributes)
            isManagedAsNamed = false
            portions.keep(placements)
            do {
                try forgetEnded(but: Set(returns.map(\.setting)))
                try forgetGroupsMadeAgain(hierarchy)
            } catch {
                forgetting = error
            }
        }
        if isSurveyDue || siblings.isEmpty, var competition {
            siblings = competition.survey(tree.parents.keys, managed: Set(tree.nodes.map(\.path)))
            self.competition = competition
        }
        return forgetting
    }

    private func find(_ thread: ThreadRef, of component: ComponentID, _ hierarchy: CgroupHierarchy) {
        do {
            looseCgroups[thread] = try hierarchy.cgroup(of: thread.tid)
        } catch {
            // A thread that ended has no cgroup and needs none.
            if error.meansGone { return }
            unplaceable[thread] = (component, error)
        }
    }

    /// Has groups weighed anew that were removed and made again under the same name between two ticks, as by a service that restarts:
    /// what stands in them is nobody's choice against mete's.
    private func forgetGroupsMadeAgain(_ hierarchy: CgroupHierarchy) throws(ControlError) {
        var found: [String: UInt64] = [:]
        for node in tree.nodes {
            let folder = hierarchy.folder(of: node.path)
            found[node.path] = KernelFile.identity(ofFolder: folder)
            guard let before = identities[node.path], found[node.path] != before else { continue }
            try executor.forgetInside(folder)
            siblings = [:]
        }
        identities = found
    }

    /// Strikes out what belonged to processes that have ended, so that nothing grows with every fork.
    private func forgetEnded(but returning: Set<Setting>) throws(ControlError) {
        let moved = executor.membershipSettings.union(journal.contents.entries.keys.filter { $0.hierarchy != nil })
            .subtracting(returning)
        // Of what was yielded or refused no later write would tell that it has ended.
        let scheduled = journal.contents.entries.keys.filter {
            $0.schedulingThread != nil && (executor.yields[$0] != nil || executor.left[$0] == nil)
        }
        guard !moved.isEmpty || !scheduled.isEmpty else { return }
        let living = livingMembers
        let ended = scheduled.filter { $0.thread.map { ThreadKey(living: $0.id) != $0 } ?? false }
        try executor.forget(ended + moved.filter { $0.thread.map { !living.contains($0) } ?? false })
    }

    /// Every process that a component has to itself, and every thread of one that is divided.
    var livingMembers: Set<ThreadKey> {
        var living: Set<ThreadKey> = []
        for membership in memberships {
            for process in membership.processes { living.insert(ThreadKey(process)) }
            for thread in membership.looseThreads { living.insert(ThreadKey(thread)) }
        }
        return living
    }

    /// The competition as it is on this tick.
    func competition(of claims: [Claim], capacity: Double) -> WeightTree {
        var groupWidths: [String: Int?] = [:]
        for (index, membership) in memberships.enumerated() where !membership.hotThreads.isEmpty {
            let place = order.index(of: membership.component, hint: index)
            if place.map({ order.isManaged[$0] }) != true {
                competition?.note(membership.hotThreads, cgroups: cgroups, tick: tick)
            }
            guard hasSeveralGroups, let placement = placements[membership.component], placement.groups.count > 1 else {
                continue
            }
            let hot = hotThreads(membership, placement)
            portions.divide(placement.groups, used: hot.mapValues { $0.reduce(0) { $0 + $1.usage } })
            for group in placement.groups { groupWidths.updateValue(hot[group]?.count, forKey: group) }
        }
        competition?.expire(tick: tick)
        let nodes = zip(tree.nodes, order.ofNodes).map { node, place in
            guard let place else { return WeightTree.Node(parent: node.parent, allotment: 0) }
            let claim = claims[place]
            return WeightTree.Node(
                parent: node.parent, allotment: claim.cores * portions[node.path],
                width: groupWidths[node.path] ?? claim.width, correction: claim.factor)
        }
        let unmanaged = zip(claims, order.isManaged).reduce(0) { $0 + ($1.1 ? 0 : $1.0.cores) }
        return WeightTree(
            nodes: nodes, fixed: competition?.fixed(under: tree.parents, siblings: siblings) ?? [],
            fixedAllotment: unmanaged, capacity: capacity)
    }

    /// A component's hot threads by the group of its own that they are in or are to be in.
    private func hotThreads(_ membership: Membership, _ placement: Placement) -> [String: [ThreadLoad]] {
        var threads: [String: [ThreadLoad]] = [:]
        for load in membership.hotThreads {
            let cgroup = looseCgroups[load.thread] ?? cgroups[load.thread.pid]
            if let cgroup, placement.groups.contains(cgroup) {
                threads[cgroup, default: []].append(load)
            } else if let own = placement.ownGroup {
                threads[own, default: []].append(load)
            }
        }
        return threads
    }

    /// Draws the consequences of what was written and what was not.
    private func settle(_ outcome: inout Outcome, _ now: Instant) {
        for failure in outcome.failures {
            let write = failure.write
            failures[write.setting] = (write.component, failure.error, now + Self.retryAfter)
        }
        let isUndone = !outcome.gone.isEmpty || !outcome.rolledBack.isEmpty || outcome.journalError != nil
        groupWrites.drop(outcome.ended)
        let ended = Set(outcome.ended)
        hasMovesAstray = outcome.gone.contains { $0.hierarchy != nil && !ended.contains($0) }
        if isUndone || !outcome.failures.isEmpty {
            executor.doubtAgreed()
            groupWrites.reopen()
        }
        reservations.settle(outcome, tick: tick, retryTicks: Self.retryTicks)
        slices.settle(outcome, tick: tick, retryTicks: Self.retryTicks)
        // What is as it was before mete needs no way back; a later write of the same plan may have changed it again.
        // A weight that merely comes to be what it was stays mete's, or another's change of it would go unseen.
        let withdrawn = outcome.inForce.filter { write in
            write.reason.isWayBack
                && journal.contents.entries[write.setting].map { executor.left[write.setting] == $0.old } ?? false
        }
        do {
            try executor.forget(withdrawn.map(\.setting))
        } catch {
            outcome.journalError = outcome.journalError ?? error
        }
    }
}
