internal import MeteModel

/// The `shared` actuator: weights from allotments, caps where a maximum is set, processes moved where they may be.
extension CPUController {
    /// A weight is raised when it is this much too low, and cut when it is this much too high.
    private static let raiseBand = 1.05
    private static let cutBand = 0.75
    /// Share of the machine by which a weight may be off while it holds the guarantee: what is lent to many small components moves about
    /// among them on every tick, and each move would be a write.
    private static let quantum = 1.0 / 64

    /// What the weights and caps of one component's groups are to stand for.
    struct Claim {
        /// Cores, beside what is reserved.
        var cores: Double
        /// Cores of these that are guaranteed.
        var guaranteed: Double
        /// On its weights, to serve it first or to make up for what it lacked.
        var factor: Double
        /// Cores, beside what is reserved; nil for no cap.
        var cap: Double?
        /// Number of its hot threads; nil for none.
        var width: Int?
    }

    func planShares(
        _ directives: [CPUDirective], _ capacity: Double, _ corrections: [ComponentID: Double],
        _ plan: inout ControlPlan
    ) {
        if !order.fits(directives) { order = DirectiveOrder(directives, tree, placements) }
        let claims = claims(directives, capacity, corrections)
        let solution = WeightSolver(scale: attributes.scale).solve(competition(of: claims, capacity: capacity))
        groupWrites.addPending(to: &plan, executor)
        reach = solution.reach
        var capped: Set<Setting> = []
        for (index, node) in tree.nodes.enumerated() {
            let writes = groupWrites.nodes[index]
            let claim = order.ofNodes[index].map { claims[$0] }
            let portion = portions[node.path]
            let reason: Write.Reason =
                claim.map { .share(cores: $0.cores * portion, factor: $0.factor) } ?? .sharesBelow
            planWeight(
                solution.weights[index], node, writes, reason, claim.map { ($0, quantum: Self.quantum * capacity) },
                &plan)
            guard let claim else { continue }
            let cap = claim.cap.map { $0 * portion }
            // A group that mete never capped, or that has its own cap back, keeps it. In a group of mete's own nothing is journalled.
            let isCapped = writes.caps.contains { setting in
                self.capped.contains(setting)
                    && (executor.journal.contents.entries[setting] != nil
                        || setting.path.map(executor.journal.contents.isInsideOwnGroup) ?? false)
            }
            if cap == nil, !isCapped { continue }
            for (setting, text) in zip(writes.caps, attributes.cap(cap).map(\.text)) {
                capped.insert(setting)
                let value = cap == nil ? executor.journal.contents.entries[setting]?.old ?? .text(text) : .text(text)
                let reason = cap.map { Write.Reason.maximum(cores: $0) } ?? .withdrawn
                planFile(setting, value, widens: cap == nil || isWider(value, setting), node, writes, reason, &plan)
            }
        }
        withdrawUnnamed(capped, &plan)
    }

    /// In the order of the directives.
    private func claims(
        _ directives: [CPUDirective], _ capacity: Double, _ corrections: [ComponentID: Double]
    ) -> [Claim] {
        var claims = zip(directives, StandingShares.cores(of: directives, capacity: capacity)).map {
            directive, standing in
            let reserved = reservations.reserved(directive.component)
            return Claim(
                // What is reserved is not competed for. The other threads of the component keep a tenth.
                cores: max(standing - reserved, standing / 10),
                guaranteed: max(0, directive.guarantee - reserved),
                factor: max(
                    corrections[directive.component] ?? 1, StandingShares.precedence(of: directive, standing: standing)),
                cap: directive.maximum.map { max(0.01, $0 - reserved) })
        }
        for (index, membership) in memberships.enumerated() where !membership.hotThreads.isEmpty {
            guard let place = order.index(of: membership.component, hint: index) else { continue }
            claims[place].width = membership.hotThreads.count
        }
        return claims
    }

    /// Plans the way back for what plans named before and this one does not.
    private func withdrawUnnamed(_ capped: Set<Setting>, _ plan: inout ControlPlan) {
        guard !isManagedAsNamed || capped != self.capped else { return }
        self.capped = capped
        let named = groupWrites.named.union(capped)
        withdraw(managed.subtracting(named), &plan)
        managed = named.union(managed.filter { executor.journal.contents.entries[$0] != nil })
        isManagedAsNamed = managed.count == named.count
    }

    /// Plans a weight if it differs from what is there by more than the dead bands.
    private func planWeight(
        _ weight: Double, _ node: GroupTree.Node, _ writes: GroupWrites.Node, _ reason: Write.Reason,
        _ claim: (Claim, quantum: Double)?, _ plan: inout ControlPlan
    ) {
        var widens = true
        if case .text(let text) = executor.left[writes.weight], let current = attributes.weight(text: text) {
            widens = weight > current
            let isClose = weight <= current * Self.raiseBand && weight >= current * Self.cutBand
            if isClose { return }
            if let (claim, quantum) = claim, claim.factor == 1, current <= 2 * weight, weight <= 2 * current {
                let portion = portions[node.path]
                let stands = claim.cores * portion * current / weight
                if abs(stands - claim.cores * portion) < quantum, stands >= claim.guaranteed * portion { return }
            }
        }
        let value = SettingValue.text(attributes.text(weight: weight))
        planFile(writes.weight, value, widens: widens, node, writes, reason, &plan)
    }

    private func planFile(
        _ setting: Setting, _ value: SettingValue, widens: Bool, _ node: GroupTree.Node, _ writes: GroupWrites.Node,
        _ reason: Write.Reason, _ plan: inout ControlPlan
    ) {
        if executor.isSettled(setting, value) { return }
        let write = Write(setting, value, scope: writes.scope, component: node.component, reason: reason)
        if widens {
            plan.raises.append((depth: writes.depth, write: write))
        } else {
            plan.cuts.append((depth: writes.depth, write: write))
        }
    }

    /// Whether a cap leaves more than the one that mete left there; a first cap narrows.
    private func isWider(_ value: SettingValue, _ setting: Setting) -> Bool {
        guard case .text(let old)? = executor.left[setting], case .text(let new) = value,
            let before = old.split(separator: " ").first.flatMap({ Double($0) }),
            let after = new.split(separator: " ").first.flatMap({ Double($0) })
        else { return false }
        return after > before
    }

    /// Plans the way back for settings that no component needs any more.
    private func withdraw(_ settings: Set<Setting>, _ plan: inout ControlPlan) {
        // What was yielded stays yielded. Once that is over, and nothing of mete wanted, another's value has no way back to go.
        let journalled = settings.filter { executor.yields[$0] == nil }.compactMap { setting in
            executor.journal.contents.entries[setting].map { (setting: setting, entry: $0) }
        }
        plan.leftToOthers = Set(journalled.map(\.setting).filter { executor.left[$0] == nil })
        var waiting: [String] = []
        // What was touched last goes back first.
        for (setting, entry) in journalled.sorted(by: { $0.entry.id > $1.entry.id })
        where !plan.leftToOthers.contains(setting) {
            switch setting {
            case .group(let folder):
                // With somebody in it, it goes on a later tick; one that cannot be looked at is tried, which says why.
                let isEmpty = (try? vacate(folder, &plan)) ?? true
                if !isEmpty {
                    waiting.append(folder)
                    continue
                }
            case .controller(let file, _):
                // What waits further down still has its weight by it; what waits elsewhere may wait for it to go.
                let above = FolderPath.parent(of: file)
                if waiting.contains(where: { FolderPath.lies($0, below: { $0 == above }) }) { continue }
                // Unreadable: it is tried, which says why.
                if (try? ControllerUse.isInUse(below: file)) == true { continue }
            case .file, .processGroup, .threadGroup, .scheduling: break
            }
            plan.removals.append(Write(setting, entry.old, scope: .alone, reason: .withdrawn))
        }
    }
}
