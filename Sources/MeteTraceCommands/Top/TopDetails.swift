import MeteModel
import MeteText
import MeteTrace

/// Everything about one row.
enum TopDetails {
    struct Fact: Equatable {
        var name: String
        var value: String
        var isNumber = false
    }

    /// - Parameters:
    ///   - rows: those of the window that is shown, in which the row may be no longer.
    ///   - description: of the process that the row is, or is of.
    static func facts(_ id: RowID, in rows: TopRows, _ description: ProcessDescription?) -> [Fact] {
        var facts = title(of: id, in: rows)
        if let description { facts += self.facts(description) }
        guard let index = rows.index(of: id) else {
            return facts + [Fact(name: "in this window", value: "nothing of it is seen")]
        }
        let figures = rows.figures(at: index)
        for page in TopPage.allCases {
            for column in page.columns where !facts.contains(where: { $0.name == word(column, page) }) {
                let value = column.value(of: figures, seconds: rows.seconds)
                guard let value, value > 0 else { continue }
                facts.append(
                    Fact(
                        name: word(column, page), value: column.text(of: figures, seconds: rows.seconds), isNumber: true
                    ))
            }
        }
        if case .component(let component) = id {
            facts += (rows.view.detail?.disturbances[component] ?? []).map {
                Fact(
                    name: "in its way",
                    value: "\($0.runner.words(for: component)) \(Figure.fixed($0.time.seconds / rows.seconds, 3))")
            }
        }
        return facts
    }

    /// The process that the details of a row are about.
    static func process(of id: RowID, in rows: TopRows) -> Int32? {
        switch id {
        case .process(_, let pid): return pid
        case .thread:
            guard let index = rows.index(of: id), case .thread(let component, let thread) = rows.rows[index].subject
            else { return nil }
            return rows.threads(of: component)[thread].thread.pid
        case .component, .runner, .device, .sockets, .function: return nil
        }
    }

    private static func title(of id: RowID, in rows: TopRows) -> [Fact] {
        switch id {
        case .component(let component): return [Fact(name: "component", value: component.name)]
        case .process(let component, let pid):
            return [Fact(name: "process", value: "\(pid)"), Fact(name: "component", value: component.name)]
        case .thread(let tid, _):
            guard let index = rows.index(of: id), case .thread(let component, let thread) = rows.rows[index].subject
            else { return [Fact(name: "thread", value: "\(tid)")] }
            let usage = rows.threads(of: component)[thread]
            return [
                Fact(name: "thread", value: "\(tid) \(usage.name)"),
                Fact(name: "process", value: "\(usage.thread.pid)"),
                Fact(name: "component", value: usage.component.name),
            ]
        case .runner(let component, let runner):
            return [
                Fact(name: "component", value: component.name),
                Fact(name: "in its way", value: runner.words(for: component)),
            ]
        case .device(let component, let device):
            return [
                Fact(name: "disk", value: rows.name(of: device)),
                Fact(name: "component", value: component.name),
            ]
        case .sockets(let component, let kind):
            return [Fact(name: "sockets", value: kind.words), Fact(name: "component", value: component.name)]
        case .function(let component, let function):
            return [Fact(name: "function", value: function), Fact(name: "component", value: component.name)]
        }
    }

    private static func facts(_ description: ProcessDescription) -> [Fact] {
        let optional: [(String, String?)] = [
            ("name", description.name), ("program", description.executable),
            ("command line", description.commandLine.isEmpty ? nil : description.commandLine),
            ("user", "\(description.user)"), ("parent", description.parent > 0 ? "\(description.parent)" : nil),
            ("unit", description.unit), ("container", description.container), ("cgroup", description.cgroup),
            ("libraries", description.libraries.isEmpty ? nil : description.libraries.joined(separator: " ")),
        ]
        return optional.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }

    private static func word(_ column: TopColumn, _ page: TopPage) -> String {
        let word = column.words.lowercased()
        switch (page, column) {
        case (.cpu, .delayP50), (.cpu, .delayP99), (.cpu, .delayP999), (.delays, .delayP50), (.delays, .delayP99),
            (.delays, .delayP999):
            return "waits, \(word)"
        case (.disk, .requests): return "disk requests/s"
        case (.network, .bytes): return "network bytes/s"
        case (.delays, .itself), (.delays, .others), (.delays, .realTime), (.delays, .throttled), (.delays, .steal),
            (.delays, .nobody), (.delays, .unknown):
            return "in its way, \(word)"
        default: return word
        }
    }
}
