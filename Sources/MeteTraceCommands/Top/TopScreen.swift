import MeteModel
import MeteText
import MeteTrace

/// The whole screen as lines: a pure function of what is asked for, of the rows, and of the room there is.
struct TopScreen {
    struct Size: Equatable {
        var columns: Int
        var rows: Int
    }

    private(set) var lines: [ScreenLine] = []
    /// The first line of the overlay that is shown: no further down than its last lines are in sight.
    private(set) var overlayTop = 0

    private let state: TopState
    private let rows: TopRows?
    private let moment: TopMoment
    private let size: Size
    private let glyphs: Glyphs
    /// Whether the overlay has more lines than there is room for.
    private var isCut = false

    /// Lines above the table and below it.
    private static let frame = 5

    /// Rows of the table that there is room for.
    static func tableHeight(_ size: Size) -> Int { max(0, size.rows - frame) }

    private static func overlayHeight(_ size: Size) -> Int { max(0, size.rows - frame + 1) }

    /// - Parameter rows: nil before the first window is over; the state is settled in them.
    init(_ state: TopState, _ rows: TopRows?, _ moment: TopMoment, _ size: Size, _ glyphs: Glyphs) {
        self.state = state
        self.rows = rows
        self.moment = moment
        self.size = size
        self.glyphs = glyphs
        var lines = [machine(), pages(), honesty()]
        if let overlay = overlay() {
            overlayTop = min(state.overlayTop, max(0, overlay.count - Self.overlayHeight(size)))
            isCut = overlay.count > Self.overlayHeight(size)
            lines += overlay.dropFirst(overlayTop)
        } else {
            lines += table()
        }
        lines = Array(lines.prefix(max(0, size.rows - 1)))
        lines += Array(repeating: ScreenLine(), count: max(0, size.rows - 1 - lines.count))
        if size.rows > 0 { lines.append(keys()) }
        self.lines = lines.map { $0.prefix(size.columns) }
    }

    // MARK: Head

    private func machine() -> ScreenLine {
        let time = time()
        guard let view = moment.shown?.view else { return spread(ScreenLine("measuring the first window"), time) }
        let used = view.samples.reduce(0) { $0 + $1.usage }
        let waited = view.samples.reduce(0) { $0 + $1.demand } - used
        let capacity = view.capacity
        // The higher the rank, the sooner it gives way.
        var parts: [(rank: Int, text: String, style: ScreenLine.Style)] = [
            (0, "\(capacity.cpus) cores", .plain), (0, "\(Figure.fixed(used, 2)) used", .strong),
            (3, "\(Figure.fixed(waited, 2)) waited", waited > 0.2 * (used + waited) ? .warning : .plain),
            (2, "\(Figure.fixed(capacity.steal, 2)) steal", capacity.steal >= 0.05 ? .warning : .plain),
            (2, "\(Figure.fixed(capacity.interrupts, 2)) irq", .plain), (4, "\(view.threadCount) threads", .plain),
        ]
        let least = size.columns - time.width - 1
        func width() -> Int { parts.reduce(0) { $0 + $1.text.count + 2 } - 2 }
        while width() > least, let worst = parts.map(\.rank).max(), worst > 0 {
            parts.removeAll { $0.rank == worst }
        }
        var line = ScreenLine()
        for (index, part) in parts.enumerated() {
            if index > 0 { line.add(", ") }
            line.add(part.text, part.style)
        }
        let room = min(Self.widestCourse, least - line.width - 2)
        if room >= 8 {
            let values = moment.past.map { window in window.view.samples.reduce(0) { $0 + $1.usage } }
            line.add("  ")
            line.add(Sparkline.text(values, width: room, highest: Double(capacity.cpus), glyphs))
        }
        return spread(line, time)
    }

    private static let widestCourse = 60

    private func time() -> ScreenLine {
        var line = ScreenLine()
        if let end = moment.shown?.end {
            let text = QueryReport.time(end).prefix(19)
            line.add(size.columns < 100 ? "\(text.suffix(8)) " : "\(moment.isRecording ? text : text.suffix(8)) UTC ")
        }
        line.add(moment.words, state.isPaused ? .warning : .plain)
        return line
    }

    private func pages() -> ScreenLine {
        var line = ScreenLine()
        for page in TopPage.allCases {
            if page != .cpu { line.add(size.columns < 66 ? " " : "  ") }
            line.add("\(page.rawValue + 1) \(page.title)", page == state.page ? .selected : .plain)
        }
        let arrow = state.isReversed ? glyphs.rising : glyphs.falling
        var right = ScreenLine("by \(state.sort.words) \(arrow)", .faint)
        switch state.layout {
        case .tree: break
        case .processes: right.add(", processes", .faint)
        case .threads: right.add(", threads", .faint)
        }
        if let filter = state.filter {
            right.add(", ", .faint)
            right.add("\(filter.isExpression ? "regex" : "filter") \(CellText.printable(filter.text))", .warning)
        }
        return spread(line, right)
    }

    /// What the numbers below leave out.
    private func honesty() -> ScreenLine {
        guard let shown = moment.shown else { return ScreenLine() }
        var line = ScreenLine()
        if let losses = LossWords.text(shown.view.losses) {
            line.add(losses, .alarm)
        } else {
            line.add("Nothing lost.", .faint)
        }
        if shown.isThinned { line.add(" Its threads are no longer in memory.", .warning) }
        let notes = moment.notes
        guard !notes.isEmpty else { return line }
        let all = " " + notes.joined(separator: " ")
        if line.width + CellText.width(all) <= size.columns {
            line.add(all, .warning)
        } else {
            line.add(notes.count == 1 ? " One limit: see h." : " \(notes.count) limits: see h.", .warning)
        }
        return line
    }

    /// `right` at the right edge, unless there is no room for both.
    private func spread(_ left: ScreenLine, _ right: ScreenLine) -> ScreenLine {
        guard left.width + right.width < size.columns else { return left }
        var line = left
        line.fill(to: size.columns - right.width)
        for span in right.spans { line.add(span.text, span.style) }
        return line
    }

    // MARK: Table

    private func overlay() -> [ScreenLine]? {
        switch state.overlay {
        case .help: help()
        case .details: details()
        case nil: nil
        }
    }

    private func table() -> [ScreenLine] {
        guard let rows else { return [] }
        guard rows.view.resources.isSuperset(of: state.page.needs) else {
            let reason =
                moment.isRecording
                ? "Not recorded: --only left it out, or the kernel had no hook for it."
                : "Not traced: --only leaves it out."
            return [ScreenLine(), ScreenLine(reason, .warning)]
        }
        if state.page == .calls, rows.view.calls.isEmpty {
            return [ScreenLine(), ScreenLine("No calls in this window. --calls names the functions to count.", .faint)]
        }
        let layout = TopLayout(rows.request, width: size.columns)
        let end = min(rows.count, state.top + Self.tableHeight(size))
        var lines = [head(layout)]
        for index in min(state.top, end)..<end {
            let line = row(index, rows, layout)
            let isSelected = state.selection != nil && index == state.selectedIndex
            lines.append(isSelected ? line.whole(.selected, size.columns) : line)
        }
        if end == rows.count, lines.count <= Self.tableHeight(size), let rest = rest(rows) {
            lines.append(ScreenLine(rest, .faint))
        }
        return lines
    }

    private func rest(_ rows: TopRows) -> String? {
        if rows.count == 0, let filter = state.filter { return "Nothing is called \(CellText.printable(filter.text))." }
        switch rows.idleComponents {
        case 0: return nil
        case 1: return "One more component has nothing here."
        default: return "\(rows.idleComponents) more components have nothing here."
        }
    }

    private func head(_ layout: TopLayout) -> ScreenLine {
        let name =
            switch rows?.view.detail == nil ? .tree : state.layout {
            case .tree: layout.nameWidth >= 30 ? "COMPONENT / PROCESS / THREAD" : "COMPONENT"
            case .processes: "PROCESS"
            case .threads: "THREAD"
            }
        var line = ScreenLine(CellText.fitted(name, layout.nameWidth), .strong)
        for column in layout.columns {
            let isSorted = column == state.sort
            let title = (isSorted ? state.isReversed ? glyphs.rising : glyphs.falling : "") + column.title
            line.add(CellText.fitted(title, column.width + TopLayout.gap, .right), .strong)
        }
        let last =
            switch layout.last {
            case .none: ""
            case .history: "HISTORY"
            case .disturbers: "IN ITS WAY"
            case .component: "COMPONENT"
            }
        line.add(String(repeating: " ", count: TopLayout.gap) + last, .strong)
        return line
    }

    private func row(_ index: Int, _ rows: TopRows, _ layout: TopLayout) -> ScreenLine {
        let row = rows.rows[index]
        let figures = rows.figures(at: index)
        let (title, style) = title(of: row, rows)
        let marker =
            switch row.isOpen {
            case nil: state.layout == .tree || row.depth > 0 ? "  " : ""
            case true?: glyphs.open + " "
            case false?: glyphs.closed + " "
            }
        var line = ScreenLine(String(repeating: "  ", count: row.depth) + marker)
        line.add(CellText.fitted(CellText.printable(title), max(0, layout.nameWidth - line.width)), style)
        for column in layout.columns {
            let value = column.value(of: figures, seconds: rows.seconds)
            let text = column.text(of: figures, seconds: rows.seconds)
            line.add(
                CellText.fitted(text, column.width + TopLayout.gap, .right),
                column.style(of: value, in: figures, seconds: rows.seconds))
        }
        let last = self.last(of: row, rows, layout)
        if !last.text.isEmpty { line.add(String(repeating: " ", count: TopLayout.gap) + last.text, last.style) }
        return line.prefix(size.columns)
    }

    private func title(of row: TopRow, _ rows: TopRows) -> (String, ScreenLine.Style) {
        switch row.subject {
        case .component(let component): return (rows.component(component).name, .strong)
        case .process(let place):
            let process = rows.processes[place]
            let name = moment.program(process.pid)?.name ?? rows.name(of: process)
            return ("\(name) \(process.pid)", .plain)
        case .thread(let component, let thread):
            let usage = rows.threads(of: component)[thread]
            return ("\(usage.name) \(usage.thread.tid)", .plain)
        case .runner(let component, let runner):
            let disturbance = rows.disturbances(of: component)[runner]
            return ("behind \(disturbance.runner.words(for: disturbance.waiter))", .faint)
        case .device(let device): return (rows.name(of: rows.disks[device].device), .faint)
        case .sockets(_, let kind): return (kind.words, .faint)
        case .function(let component, let call): return (rows.calls(of: component)[call].function, .plain)
        }
    }

    private func last(of row: TopRow, _ rows: TopRows, _ layout: TopLayout) -> (text: String, style: ScreenLine.Style) {
        func cut(_ text: String) -> String { CellText.prefix(CellText.printable(text), layout.last.width) }
        switch (layout.last, row.subject) {
        case (.history(let width), .component(let component)):
            let id = rows.component(component)
            let values = moment.past.suffix(width).map { window in
                window.view.sample(of: id).map { state.page.level(of: $0, in: window.view) }
            }
            return (Sparkline.text(values, width: width, glyphs), .plain)
        case (.history, .process(let process)):
            return (cut(moment.program(rows.processes[process].pid)?.commandLine ?? ""), .faint)
        case (.disturbers, .component(let component)): return (cut(disturbers(component, rows)), .plain)
        case (.component, .process(let process)):
            return (cut(rows.component(rows.processes[process].component).name), .faint)
        case (.component, .thread(let component, _)): return (cut(rows.component(component).name), .faint)
        default: return ("", .plain)
        }
    }

    /// What stood in the way of a component, the longest first.
    private func disturbers(_ component: Int, _ rows: TopRows) -> String {
        rows.disturbances(of: component).prefix(4).filter { $0.time.seconds > 0.001 * rows.seconds }
            .map { "\($0.runner.words(for: $0.waiter)) \(Figure.fixed($0.time.seconds / rows.seconds, 3))" }
            .joined(separator: ", ")
    }

    // MARK: Over the table

    private static let helpKeys: [(keys: String, meaning: String)] = [
        ("arrows j k PgUp PgDn Home End", "choose a row"),
        ("Enter Space right left", "open and close it; * all"),
        ("Tab 1-6", "the next page; a page"),
        ("s S r", "sort by the next or last column; reverse"),
        ("/ Esc", "filter by name, part or regex; show all"),
        ("t", "tree, processes, threads"),
        ("z", "pause and go on"),
        ("[ ] , .", "one window back or forth; { } ten"),
        ("g G", "the oldest window; the newest, live"),
        ("d", "all about a row"),
        ("h ? q", "this help; quit"),
    ]

    private func help() -> [ScreenLine] {
        var lines = [ScreenLine()]
        for (keys, meaning) in Self.helpKeys {
            var line = ScreenLine(CellText.fitted(keys, min(32, size.columns / 2)), .strong)
            line.add(meaning)
            lines.append(line)
        }
        let words = [
            "USED is cores on a CPU, DEMAND run time and run-queue delay; bars are to each row's own highest."
        ]
        let limits = moment.notes.isEmpty ? ["Nothing of what is asked for is out of sight here."] : moment.notes
        for text in words + limits {
            lines += TextLines.wrapped(text, width: max(20, size.columns)).map { ScreenLine($0, .faint) }
        }
        return lines
    }

    private func details() -> [ScreenLine] {
        let nameWidth = min(24, size.columns / 3)
        let width = max(10, size.columns - nameWidth - 1)
        var lines = [ScreenLine()]
        for fact in moment.details where !fact.isNumber {
            for (index, text) in TextLines.wrapped(CellText.printable(fact.value), width: width).enumerated() {
                var line = ScreenLine(CellText.fitted(index == 0 ? fact.name : "", nameWidth + 1), .faint)
                line.add(text)
                lines.append(line)
            }
        }
        let numbers = moment.details.filter(\.isNumber)
        // Side by side, and read downwards.
        let cells = nameWidth + 12
        let across = max(1, (size.columns + 2) / (cells + 2))
        let down = (numbers.count + across - 1) / across
        for row in 0..<down {
            var line = ScreenLine()
            for place in stride(from: row, to: numbers.count, by: down) {
                line.fill(to: place / down * (cells + 2))
                line.add(CellText.fitted(numbers[place].name, nameWidth + 1), .faint)
                line.add(numbers[place].value)
            }
            lines.append(line)
        }
        return lines
    }

    // MARK: Foot

    private func keys() -> ScreenLine {
        if let entry = state.entry {
            var line = ScreenLine("/\(CellText.printable(entry))", .strong)
            line.add("_")
            line.add("   Enter keeps it, Esc does not", .faint)
            return line
        }
        if state.overlay != nil {
            return ScreenLine(
                isCut ? "up down PgUp PgDn scroll, any other key closes this" : "any other key closes this", .faint)
        }
        let keys = [
            ("q", "quit"), ("h", "help"), (glyphs.enter, "open"), ("Tab", "page"), ("s", "sort"), ("/", "filter"),
            ("t", "tree"), ("z", state.isPaused ? "go on" : "pause"), ("[ ]", "time"), ("d", "details"),
            ("r", "reverse"), (glyphs.upDown, "choose"),
        ]
        var line = ScreenLine()
        for (key, meaning) in keys {
            let width = CellText.width(key) + 1 + meaning.count + (line.width > 0 ? 2 : 0)
            guard line.width + width <= size.columns else { break }
            if line.width > 0 { line.add("  ") }
            line.add(key, .strong)
            line.add(" \(meaning)", .faint)
        }
        return line
    }
}

extension TraceView {
    /// Samples are ordered by component.
    fileprivate func sample(of component: ComponentID) -> UsageSample? {
        var range = samples.startIndex..<samples.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if samples[middle].component == component { return samples[middle] }
            range =
                samples[middle].component < component
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
