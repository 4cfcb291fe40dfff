package import MeteModel

extension CPUController {
    /// What is really in force for each component that was named in the last apply; assembled when asked for.
    package var status: [ComponentID: ComponentControlStatus] {
        var status: [ComponentID: ComponentControlStatus] = [:]
        for (component, placement) in placements {
            var entry = ComponentControlStatus(component: component)
            entry.notes = placement.unmanaged
            entry.reach = zip(tree.nodes, reach).reduce(1) { $1.0.component == component ? min($0, $1.1) : $0 }
            if entry.reach < 0.99 {
                entry.notes.append(
                    "the weights that the kernel takes hold only \(Int(entry.reach * 100)) % of its share against what competes"
                )
            }
            status[component] = entry
        }
        for node in tree.nodes {
            guard let hierarchy, let component = node.component else { continue }
            let setting = Setting.file("\(hierarchy.folder(of: node.path))/\(attributes.weightFile)")
            if case .text(let text) = executor.settled(setting), let weight = attributes.weight(text: text) {
                status[component]?.weights[node.path] = weight
            }
        }
        let names = Dictionary(
            memberships.flatMap(\.hotThreads).map { ($0.thread, $0.name) }, uniquingKeysWith: { _, last in last })
        for held in reservations.held.values {
            status[held.component, default: ComponentControlStatus(component: held.component)].mode = .reserved
            status[held.component]?.reservations.append(
                ComponentControlStatus.Reservation(
                    thread: held.thread, name: names[held.thread] ?? "", runtime: Nanoseconds(held.runtime),
                    period: Nanoseconds(held.period),
                    reasons: held.reasons))
        }
        for shared in reservations.shared.values {
            status[shared.component, default: ComponentControlStatus(component: shared.component)].sharedThreads
                .append(
                    ComponentControlStatus.SharedThread(
                        thread: shared.thread, name: names[shared.thread] ?? "", reason: shared.reason))
        }
        for (key, held) in slices.held {
            status[held.component, default: ComponentControlStatus(component: held.component)].shortSlices.append(
                key.id)
        }
        // What serves no one component concerns all.
        var general = (competition?.unreadable ?? [:]).map { path, error in
            "\(path) cannot be read: \(error); what it tells of competes with the default weight"
        }
        if let journalError { general.append("nothing new is put in force: \(journalError)") }
        for (thread, (component, error)) in unplaceable {
            status[component]?.notes.append("the cgroup of thread \(thread.tid) cannot be read: \(error)")
        }
        for failure in failures.values {
            guard let component = failure.component else {
                general.append(failure.error.description)
                continue
            }
            status[component]?.notes.append(failure.error.description)
        }
        for id in status.keys { status[id]?.notes += general }
        for yield in executor.yields.values {
            for component in owners(of: yield.setting) { status[component]?.yielded.append(yield) }
        }
        for id in status.keys {
            status[id]?.shortSlices.sort()
            status[id]?.reservations.sort { $0.thread.tid < $1.thread.tid }
            status[id]?.sharedThreads.sort { $0.thread.tid < $1.thread.tid }
            status[id]?.yielded.sort { $0.setting.description < $1.setting.description }
            status[id]?.notes.sort()
        }
        return status
    }

    /// The components that a setting serves: those whose group holds it or lies below the group that does.
    private func owners(of setting: Setting) -> Set<ComponentID> {
        if let thread = setting.thread {
            let isOwn: (Membership) -> Bool = { membership in
                membership.processes.contains { ThreadKey($0) == thread }
                    || membership.looseThreads.contains { ThreadKey($0) == thread }
                    || membership.hotThreads.contains { ThreadKey($0.thread) == thread }
            }
            return Set(memberships.filter(isOwn).map(\.component))
        }
        guard let hierarchy, let path = setting.path else { return [] }
        let folder: String =
            if case .group = setting { path } else { FolderPath.parent(of: path) }
        return Set(
            tree.nodes.compactMap { node in
                let own = hierarchy.folder(of: node.path)
                return own == folder || own.hasPrefix(folder + "/") ? node.component : nil
            })
    }
}
