import MeteModel
import MeteTrace

/// One row of the table: what it is about, by its place in the view. What is not on the screen costs no more than this.
struct TopRow: Equatable {
    enum Subject: Equatable {
        case component(Int)
        /// In `TopRows.processes`.
        case process(Int)
        /// Of the threads of a component.
        case thread(component: Int, Int)
        /// Of the disturbances of a component.
        case runner(component: Int, Int)
        /// Of the disks of the view.
        case device(Int)
        case sockets(component: Int, SocketClass)
        /// Of the functions that the component calls.
        case function(component: Int, Int)
    }

    var subject: Subject
    var depth: Int
    /// Nil for what has nothing below it.
    var isOpen: Bool?
}

/// The rows of a window in their order: a pure function of the window and of what is asked for.
struct TopRows {
    struct Process {
        var component: Int
        var pid: Int32
        /// Of the threads of its component, the busiest first.
        var members: [Int]
        /// Among the memory of its component's processes; nil on pages of something else, and where none was read.
        var memory: Int?
    }

    /// What is asked for of the rows.
    struct Request: Equatable {
        var page = TopPage.cpu
        var layout = TopState.Layout.tree
        var sort = TopColumn.demand
        var isReversed = false
        var filter: RowFilter?
        var opened: Set<RowID> = []
        var opensAll = false
    }

    let view: TraceView
    let request: Request
    private(set) var rows: [TopRow] = []
    private(set) var processes: [Process] = []
    /// Components that have nothing on this page, which are not among the rows.
    private(set) var idleComponents = 0

    init(_ view: TraceView, _ request: Request) {
        self.view = view
        self.request = request
        let layout = view.detail == nil ? .tree : request.layout
        switch layout {
        case .tree: addComponents()
        case .processes: addProcesses()
        case .threads: addThreads()
        }
    }

    var count: Int { rows.count }
    var seconds: Double { view.length.seconds }

    // MARK: What a row is

    func id(at index: Int) -> RowID {
        switch rows[index].subject {
        case .component(let component): return .component(self.component(component))
        case .process(let process):
            return .process(component(processes[process].component), pid: processes[process].pid)
        case .thread(let component, let thread):
            let ref = threads(of: component)[thread].thread
            return .thread(tid: ref.tid, startTime: ref.startTime)
        case .runner(let component, let runner):
            return .runner(self.component(component), disturbances(of: component)[runner].runner)
        case .device(let device):
            return .device(disks[device].component, disks[device].device)
        case .sockets(let component, let kind): return .sockets(self.component(component), kind)
        case .function(let component, let call):
            return .function(self.component(component), calls(of: component)[call].function)
        }
    }

    func index(of id: RowID) -> Int? {
        rows.indices.first { self.id(at: $0) == id }
    }

    func figures(at index: Int) -> TopFigures { figures(of: rows[index].subject) }

    private func figures(of subject: TopRow.Subject) -> TopFigures {
        switch subject {
        case .component(let component): return TopFigures(view.samples[component], in: view)
        case .process(let process): return figures(of: processes[process])
        case .thread(let component, let thread): return TopFigures(threads(of: component)[thread])
        case .runner(let component, let runner): return TopFigures(disturbances(of: component)[runner])
        case .device(let device): return TopFigures(disks[device])
        case .sockets(let component, let kind):
            return TopFigures(view.samples[component].network.traffic[kind] ?? Traffic())
        case .function(let component, let call): return TopFigures(calls(of: component)[call])
        }
    }

    func component(_ index: Int) -> ComponentID { view.samples[index].component }
    func threads(of component: Int) -> [ThreadUsage] { view.threads(of: self.component(component)) }

    func disturbances(of component: Int) -> [Disturbance] {
        view.detail?.disturbances[self.component(component)] ?? []
    }

    func calls(of component: Int) -> [CallSample] {
        let id = self.component(component)
        return view.calls.filter { $0.component == id }
    }

    var disks: [DiskSample] { view.detail?.disks ?? [] }

    func name(of device: DiskDevice) -> String {
        view.detail?.name(of: device) ?? "\(device.major):\(device.minor)"
    }

    /// The thread that a process is known by: its first, or where that did nothing the busiest.
    func leader(of process: Process) -> ThreadUsage? {
        let threads = threads(of: process.component)
        let leader = process.members.first { threads[$0].thread.tid == process.pid } ?? process.members.first
        return leader.map { threads[$0] }
    }

    /// What a process is called, as far as this window tells.
    func name(of process: Process) -> String {
        leader(of: process)?.name ?? memory(of: process)?.name ?? ""
    }

    private func memory(of process: Process) -> ProcessMemory? {
        process.memory.map { view.memory(of: component(process.component))[$0] }
    }

    // MARK: Components and what is below them

    private mutating func addComponents() {
        var shown: [(component: Int, processes: [Process]?)] = []
        for (index, sample) in view.samples.enumerated() {
            guard let filter = request.filter else {
                if request.page.isIdle(sample, in: view) { idleComponents += 1 } else { shown.append((index, nil)) }
                continue
            }
            if request.page == .calls {
                // Of processes nothing is on this page: what is looked for are functions.
                guard !functions(of: index).isEmpty else { continue }
                shown.append((index, filter.matches(sample.component.name) ? nil : []))
            } else if filter.matches(sample.component.name) {
                shown.append((index, nil))
            } else {
                let found = group(index).filter { matches($0, filter) }
                if !found.isEmpty { shown.append((index, found)) }
            }
        }
        let order = sorted(shown.count) { place in
            TopFigures(view.samples[shown[place].component], in: view)
        } name: {
            component(shown[$0].component).name
        } tie: {
            shown[$0].component
        }
        for place in order { add(shown[place].component, shown[place].processes) }
    }

    /// - Parameter found: processes that the filter asked for; nil for all of them.
    private mutating func add(_ component: Int, _ found: [Process]?) {
        let parts = parts(of: component)
        let hasMemory = request.page == .memory && !view.memory(of: self.component(component)).isEmpty
        let canOpen = !parts.isEmpty || hasMemory || !threads(of: component).isEmpty
        let isOpen = found != nil || isOpen(.component(self.component(component)))
        rows.append(TopRow(subject: .component(component), depth: 0, isOpen: canOpen ? isOpen : nil))
        guard isOpen, canOpen else { return }
        if found == nil || request.page == .calls { rows += parts.map { TopRow(subject: $0, depth: 1, isOpen: nil) } }
        let processes = (found ?? group(component)).filter { found != nil || !request.page.isIdle(figures(of: $0)) }
        for process in sorted(processes) { add(process, depth: 1) }
    }

    /// What a component's numbers on this page are made of, beside its processes.
    private func parts(of component: Int) -> [TopRow.Subject] {
        switch request.page {
        case .cpu, .memory: return []
        case .delays:
            let disturbances = disturbances(of: component)
            return disturbances.indices.filter { disturbances[$0].time.seconds > 0.001 * seconds }
                .map { .runner(component: component, $0) }
        case .disk:
            let id = self.component(component)
            return disks.indices.filter { disks[$0].component == id }.map { .device($0) }
        case .network:
            guard view.detail != nil else { return [] }
            let traffic = view.samples[component].network.traffic
            return SocketClass.allCases.filter { traffic[$0] != nil }.map { .sockets(component: component, $0) }
        case .calls:
            let calls = calls(of: component)
            let functions = functions(of: component)
            let order = sorted(functions.count) {
                TopFigures(calls[functions[$0]])
            } name: {
                calls[functions[$0]].function
            } tie: {
                $0
            }
            return order.map { .function(component: component, functions[$0]) }
        }
    }

    /// Of the functions that a component calls those asked for: all of them, or those that the filter finds.
    private func functions(of component: Int) -> [Int] {
        let calls = calls(of: component)
        guard let filter = request.filter, !filter.matches(self.component(component).name) else {
            return Array(calls.indices)
        }
        return calls.indices.filter { filter.matches(calls[$0].function) }
    }

    private mutating func add(_ process: Process, depth: Int) {
        let index = processes.count
        processes.append(process)
        let threads = threads(of: process.component)
        // One thread alone is the process.
        let canOpen = process.members.count > 1 || process.members.contains { threads[$0].thread.tid != process.pid }
        let isOpen = canOpen && isOpen(.process(component(process.component), pid: process.pid))
        rows.append(TopRow(subject: .process(index), depth: depth, isOpen: canOpen ? isOpen : nil))
        guard isOpen else { return }
        let members = process.members.filter { !request.page.isIdle(TopFigures(threads[$0])) }
        let order = sorted(members.count) {
            TopFigures(threads[members[$0]])
        } name: {
            threads[members[$0]].name
        } tie: {
            Int(threads[members[$0]].thread.tid)
        }
        for place in order {
            rows.append(
                TopRow(
                    subject: .thread(component: process.component, members[place]), depth: depth + 1, isOpen: nil))
        }
    }

    private func isOpen(_ id: RowID) -> Bool {
        // What was opened alone is closed alone where all are open.
        request.opensAll != request.opened.contains(id)
    }

    // MARK: Without components

    private mutating func addProcesses() {
        var found: [Process] = []
        for index in view.samples.indices {
            found += group(index).filter { process in
                request.filter.map { matches(process, $0) || $0.matches(component(index).name) }
                    ?? !request.page.isIdle(figures(of: process))
            }
        }
        for process in sorted(found) { add(process, depth: 0) }
    }

    private mutating func addThreads() {
        var found: [(component: Int, thread: Int)] = []
        for index in view.samples.indices {
            let isAsked = request.filter?.matches(component(index).name) ?? true
            for (place, thread) in threads(of: index).enumerated() {
                if let filter = request.filter {
                    guard isAsked || filter.matches(thread.name) || filter.text == "\(thread.thread.tid)" else {
                        continue
                    }
                } else if request.page.isIdle(TopFigures(thread)) {
                    continue
                }
                found.append((index, place))
            }
        }
        func thread(_ place: Int) -> ThreadUsage { threads(of: found[place].component)[found[place].thread] }
        let order = sorted(found.count) {
            TopFigures(thread($0))
        } name: {
            thread($0).name
        } tie: {
            Int(thread($0).thread.tid)
        }
        rows = order.map {
            TopRow(subject: .thread(component: found[$0].component, found[$0].thread), depth: 0, isOpen: nil)
        }
    }

    // MARK: Processes

    /// The threads of a component by process; on the page of memory also processes whose threads did nothing.
    private func group(_ component: Int) -> [Process] {
        var found: [Process] = []
        var places: [Int32: Int] = [:]
        for (index, thread) in threads(of: component).enumerated() {
            let pid = thread.thread.pid
            if let place = places[pid] {
                found[place].members.append(index)
            } else {
                places[pid] = found.count
                found.append(Process(component: component, pid: pid, members: [index]))
            }
        }
        guard request.page == .memory else { return found }
        for (index, process) in view.memory(of: self.component(component)).enumerated() {
            if let place = places[process.pid] {
                found[place].memory = index
            } else {
                found.append(Process(component: component, pid: process.pid, members: [], memory: index))
            }
        }
        return found
    }

    private func figures(of process: Process) -> TopFigures {
        let threads = threads(of: process.component)
        var figures = TopFigures(process.members.lazy.map { threads[$0] })
        if process.members.isEmpty { figures.threads = nil }
        figures.memory = memory(of: process)?.memory
        return figures
    }

    private func matches(_ process: Process, _ filter: RowFilter) -> Bool {
        if filter.text == "\(process.pid)" || memory(of: process).map({ filter.matches($0.name) }) == true {
            return true
        }
        let threads = threads(of: process.component)
        return process.members.contains {
            filter.matches(threads[$0].name) || filter.text == "\(threads[$0].thread.tid)"
        }
    }

    private func sorted(_ processes: [Process]) -> [Process] {
        sorted(processes.count) {
            figures(of: processes[$0])
        } name: {
            name(of: processes[$0])
        } tie: {
            Int(processes[$0].pid)
        }
        .map { processes[$0] }
    }

    // MARK: Order

    /// Places from 0 in the order asked for: the highest first, names from the first letter on.
    private func sorted(
        _ count: Int, figures: (Int) -> TopFigures, name: (Int) -> String, tie: (Int) -> Int
    ) -> [Int] {
        let order: [Int]
        if request.sort == .name {
            let keys = (0..<count).map { (name: name($0), tie: tie($0), place: $0) }
            order = keys.sorted { ($0.name, $0.tie) < ($1.name, $1.tie) }.map(\.place)
        } else {
            let column = request.sort
            let keys = (0..<count).map {
                (value: column.value(of: figures($0), seconds: seconds) ?? -1, tie: tie($0), place: $0)
            }
            order = keys.sorted { ($1.value, $0.tie) < ($0.value, $1.tie) }.map(\.place)
        }
        return request.isReversed ? order.reversed() : order
    }
}
