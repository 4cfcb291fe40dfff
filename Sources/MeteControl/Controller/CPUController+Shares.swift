internal import MeteModel

/// The `shared` actuator: weights from allotments, caps where a maximum is set, processes moved where they may be.
extension CPUController {
    /// A weight is raised when it is this much too low, and cut when it is this much too high.
    private static let raiseBand = 1.05
    private static let cutBand = 0.75

    func planShares(
        _ directives: [CPUDirective], _ capacity: Double, _ corrections: [ComponentID: Double],
        _ hierarchy: CgroupHierarchy, _ plan: inout ControlPlan
    ) {
        var needs: [ComponentID: Double] = [:]
        var caps: [ComponentID: Double] = [:]
        var factors: [ComponentID: Double] = [:]
        var fixed = 0.0
        for (directive, standing) in zip(directives, StandingShares.cores(of: directives, capacity: capacity)) {
            let component = directive.component
            let reserved = reservations.reserved(component)
            // What is reserved is not competed for. The other threads of the component keep a tenth.
            let need = max(standing - reserved, standing / 10)
            needs[component] = need
            factors[component] = max(
                corrections[component] ?? 1, StandingShares.precedence(of: directive, standing: standing))
            if placements[component]?.groups.isEmpty ?? true || placements[component]?.hasUnmanaged == true {
                fixed += need
            }
            if let maximum = directive.maximum { caps[component] = max(0.01, maximum - reserved) }
        }
        var widths: [ComponentID: Int] = [:]
        for membership in memberships where !membership.hotThreads.isEmpty {
            widths[membership.component] = membership.hotThreads.count
        }
        let competition = tree(
            needs: needs, widths: widths, corrections: factors, fixed: fixed, capacity: capacity)
        let solution = WeightSolver(scale: attributes.scale).solve(competition)

        var named: Set<Setting> = []
        planStructure(hierarchy, &named, &plan)
        planMoves(hierarchy, &plan)
        reach = [:]
        for (index, node) in tree.nodes.enumerated() {
            let folder = hierarchy.folder(of: node.path)
            let scope: Write.Scope = node.component.map { .component($0) } ?? .alone
            let weight = Setting.file("\(folder)/\(attributes.weightFile)")
            named.insert(weight)
            let reason: Write.Reason =
                if let component = node.component {
                    .share(cores: (needs[component] ?? 0) * portions[node.path], factor: factors[component] ?? 1)
                } else {
                    .sharesBelow
                }
            planWeight(weight, solution.weights[index], node, scope, reason, &plan)
            guard let component = node.component else { continue }
            reach[component] = min(reach[component] ?? 1, solution.reach[index])
            let cap = caps[component].map { $0 * portions[node.path] }
            for (file, text) in attributes.cap(cap) {
                let setting = Setting.file("\(folder)/\(file)")
                // A group that mete never capped keeps whatever cap it has.
                if cap == nil, !managed.contains(setting) { continue }
                named.insert(setting)
                let value = cap == nil ? executor.journal.contents.entries[setting]?.old ?? .text(text) : .text(text)
                let reason = cap.map { Write.Reason.maximum(cores: $0) } ?? .withdrawn
                planFile(setting, value, widens: cap == nil || isWider(value, setting), node, scope, reason, &plan)
            }
        }
        withdraw(managed.subtracting(named), &plan)
        managed.formUnion(named)
        managed = managed.filter { named.contains($0) || executor.journal.contents.entries[$0] != nil }
    }

    /// Groups of mete's own, and on v2 the controller handed down to every group that carries a share.
    private func planStructure(_ hierarchy: CgroupHierarchy, _ named: inout Set<Setting>, _ plan: inout ControlPlan) {
        func need(_ setting: Setting, _ component: ComponentID?, _ reason: Write.Reason) {
            guard named.insert(setting).inserted, !executor.isSettled(setting, .present) else { return }
            let scope: Write.Scope = component.map { .component($0) } ?? .alone
            plan.structure.append(Write(setting, .present, scope: scope, component: component, reason: reason))
        }
        for node in tree.nodes {
            if hierarchy.version == .v2 {
                let above = hierarchy.folder(of: FolderPath.parent(of: node.path))
                need(.controller(file: above + "/cgroup.subtree_control", name: "cpu"), nil, .handDown)
            }
            guard let component = node.component else { continue }
            guard let own = placements[component]?.ownGroup, own == node.path else { continue }
            let top = hierarchy.folder(of: FolderPath.parent(of: own))
            need(.group(top), nil, .top)
            need(.group(hierarchy.folder(of: own)), component, .ownGroup)
        }
        // The top group is made before a controller is handed down in it.
        plan.structure.sort { depth($0.setting) < depth($1.setting) }
    }

    private func depth(_ setting: Setting) -> Int {
        setting.path?.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "/") ? 1 : 0) } ?? 0
    }

    private func planMoves(_ hierarchy: CgroupHierarchy, _ plan: inout ControlPlan) {
        for (component, placement) in placements {
            guard let own = placement.ownGroup else { continue }
            let target = SettingValue.cgroup(own)
            for process in placement.processes {
                let setting = Setting.processGroup(ThreadKey(process), in: hierarchy)
                if executor.isSettled(setting, target) { continue }
                plan.moves.append(Write(setting, target, scope: .alone, component: component, reason: .move))
            }
            for thread in placement.threads {
                let setting = Setting.threadGroup(ThreadKey(thread), in: hierarchy)
                if executor.isSettled(setting, target) { continue }
                plan.moves.append(Write(setting, target, scope: .alone, component: component, reason: .move))
            }
        }
    }

    /// Plans a weight if it differs from what is there by more than the dead band.
    private func planWeight(
        _ setting: Setting, _ weight: Double, _ node: GroupTree.Node, _ scope: Write.Scope, _ reason: Write.Reason,
        _ plan: inout ControlPlan
    ) {
        var widens = true
        if case .text(let text) = executor.left[setting], let current = attributes.weight(text: text) {
            widens = weight > current
            let isClose = weight <= current * Self.raiseBand && weight >= current * Self.cutBand
            if isClose { return }
        }
        planFile(setting, .text(attributes.text(weight: weight)), widens: widens, node, scope, reason, &plan)
    }

    private func planFile(
        _ setting: Setting, _ value: SettingValue, widens: Bool, _ node: GroupTree.Node, _ scope: Write.Scope,
        _ reason: Write.Reason, _ plan: inout ControlPlan
    ) {
        if executor.isSettled(setting, value) { return }
        let write = Write(setting, value, scope: scope, component: node.component, reason: reason)
        if widens {
            plan.raises.append((depth: depth(setting), write: write))
        } else {
            plan.cuts.append((depth: depth(setting), write: write))
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
        let journalled = settings.compactMap { setting in
            executor.journal.contents.entries[setting].map { (setting: setting, entry: $0) }
        }
        // What was touched last goes back first.
        for (setting, entry) in journalled.sorted(by: { $0.entry.id > $1.entry.id }) {
            plan.removals.append(Write(setting, entry.old, scope: .alone, reason: .withdrawn))
        }
    }
}
