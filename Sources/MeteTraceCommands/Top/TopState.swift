import MeteModel

/// What the user has asked for: a key makes it another one, and nothing else does but the rows that come and go.
struct TopState: Equatable {
    enum Layout: CaseIterable {
        case tree, processes, threads
    }

    enum Overlay: Equatable {
        case help
        case details(RowID)
    }

    /// What a key asks of the world outside.
    enum Effect: Equatable {
        case quit
        /// As many windows, back when negative.
        case move(Int)
        case oldest
        case newest
        /// Go on: live from now, a recording from where it is.
        case resume
    }

    private(set) var page = TopPage.cpu
    /// Of the pages that know of processes.
    private var wantedLayout = Layout.tree
    private(set) var isPaused = false
    private(set) var filter: RowFilter?
    /// What is being typed into the filter, and the filter from before.
    private(set) var entry: String?
    private var filterBefore: RowFilter?
    private(set) var overlay: Overlay?
    /// The first line of the overlay on the screen.
    private(set) var overlayTop = 0
    private(set) var opened: Set<RowID> = []
    private(set) var opensAll = false
    /// By page, where it is not the page's own.
    private var sorts: [TopPage: TopColumn] = [:]
    private var reversed: Set<TopPage> = []
    /// The row that keys act on; nil until one asks for it.
    private(set) var selection: RowID?
    /// Where it is, or was when it went away.
    private(set) var selectedIndex = 0
    /// The first row on the screen.
    private(set) var top = 0
    /// Rows that the screen has room for.
    private(set) var height = 1

    init(page: TopPage = .cpu) {
        self.page = page
    }

    /// Functions are called by components.
    var layout: Layout { page == .calls ? .tree : wantedLayout }

    var sort: TopColumn {
        let wanted = sorts[page] ?? page.sort
        return wanted.fits(layout) ? wanted : columns[0]
    }

    /// Those that rows can be sorted by.
    private var columns: [TopColumn] { page.columns.filter { $0.fits(layout) } + [.name] }

    var isReversed: Bool { reversed.contains(page) }

    var request: TopRows.Request {
        TopRows.Request(
            page: page, layout: layout, sort: sort, isReversed: isReversed, filter: filter, opened: opened,
            opensAll: opensAll)
    }

    // MARK: Rows

    /// Follows the selected row to where it is now; where it is gone, what stands in its place is selected.
    mutating func settle(in rows: TopRows, height: Int) {
        self.height = max(1, height)
        if let selection {
            selectedIndex = rows.index(of: selection) ?? min(selectedIndex, max(0, rows.count - 1))
            self.selection = rows.count > 0 ? rows.id(at: selectedIndex) : nil
        } else {
            selectedIndex = 0
        }
        let last = max(0, rows.count - self.height)
        top = min(top, last)
        guard selection != nil else { return }
        top = min(top, selectedIndex)
        top = max(top, selectedIndex - self.height + 1)
    }

    private mutating func select(_ index: Int, in rows: TopRows) {
        guard rows.count > 0 else { return }
        selectedIndex = min(max(0, index), rows.count - 1)
        selection = rows.id(at: selectedIndex)
        settle(in: rows, height: height)
    }

    private mutating func moveSelection(by rowsDown: Int, in rows: TopRows) {
        // The first key shows which row is meant.
        select(selection == nil ? (rowsDown > 1 ? rowsDown : 0) : selectedIndex + rowsDown, in: rows)
    }

    // MARK: Keys

    /// - Parameter rows: what the state was settled in last.
    mutating func apply(_ key: Key, in rows: TopRows?) -> Effect? {
        if entry != nil { return edit(key) }
        if overlay != nil, scrollsOverlay(key) || closesOverlay(key) { return nil }
        if let rows, applyToRows(key, rows) { return nil }
        return applyToView(key)
    }

    /// As far as there are lines says `settleOverlay`.
    private mutating func scrollsOverlay(_ key: Key) -> Bool {
        switch key {
        case .up, .character("k"): overlayTop -= 1
        case .down, .character("j"): overlayTop += 1
        case .pageUp: overlayTop -= height
        case .pageDown: overlayTop += height
        case .home: overlayTop = 0
        default: return false
        }
        overlayTop = max(0, overlayTop)
        return true
    }

    /// - Parameter top: the first line of the overlay that the screen has shown.
    mutating func settleOverlay(top: Int) { overlayTop = top }

    /// Every other key but those of time closes it: what is under it is seen again.
    private mutating func closesOverlay(_ key: Key) -> Bool {
        switch key {
        case .character("["), .character("]"), .character("{"), .character("}"), .character(","), .character("."),
            .character("z"), .character("G"), .character("g"):
            return false
        default:
            overlay = nil
            return true
        }
    }

    private mutating func edit(_ key: Key) -> Effect? {
        switch key {
        case .character(let character): entry?.append(character)
        case .backspace: if entry?.popLast() == nil { entry = nil }
        case .enter: entry = nil
        case .escape:
            entry = nil
            filter = filterBefore
            return nil
        default: return nil
        }
        // What is typed is in force at once.
        if let entry { filter = RowFilter(entry) }
        top = 0
        return nil
    }

    private mutating func applyToRows(_ key: Key, _ rows: TopRows) -> Bool {
        switch key {
        case .up, .character("k"): moveSelection(by: -1, in: rows)
        case .down, .character("j"): moveSelection(by: 1, in: rows)
        case .pageUp: moveSelection(by: -height, in: rows)
        case .pageDown: moveSelection(by: height, in: rows)
        case .home: select(0, in: rows)
        case .end: select(rows.count - 1, in: rows)
        case .enter, .character(" "): toggle(rows)
        case .right, .character("l"): open(rows)
        case .left: close(rows)
        case .character("d"):
            if selection == nil { select(0, in: rows) }
            overlay = selection.map { .details($0) }
            overlayTop = 0
        default: return false
        }
        return true
    }

    private mutating func applyToView(_ key: Key) -> Effect? {
        switch key {
        case .tab: page = neighbour(1)
        case .backTab: page = neighbour(-1)
        case .character("1"): page = .cpu
        case .character("2"): page = .disk
        case .character("3"): page = .network
        case .character("4"): page = .memory
        case .character("5"): page = .delays
        case .character("6"): page = .calls
        case .character("s"): sortBy(1)
        case .character("S"): sortBy(-1)
        case .character("r"): reversed.formSymmetricDifference([page])
        case .character("t"):
            guard page != .calls else { break }
            let layouts = Layout.allCases
            wantedLayout = layouts[((layouts.firstIndex(of: layout) ?? 0) + 1) % layouts.count]
            top = 0
        case .character("*"):
            opensAll.toggle()
            opened = []
        case .character("/"):
            filterBefore = filter
            entry = filter?.text ?? ""
        case .escape:
            if filter != nil { filter = nil } else { selection = nil }
        case .character("h"), .character("?"):
            overlay = .help
            overlayTop = 0
        case .character("z"):
            isPaused.toggle()
            return isPaused ? nil : .resume
        case .character("["), .character(","): return move(-1)
        case .character("]"), .character("."): return move(1)
        case .character("{"): return move(-10)
        case .character("}"): return move(10)
        case .character("g"):
            isPaused = true
            return .oldest
        case .character("G"):
            isPaused = false
            return .newest
        case .character("q"): return .quit
        default: break
        }
        return nil
    }

    private mutating func move(_ windows: Int) -> Effect {
        isPaused = true
        return .move(windows)
    }

    private func neighbour(_ step: Int) -> TopPage {
        let count = TopPage.allCases.count
        return TopPage(rawValue: (page.rawValue + step + count) % count) ?? page
    }

    private mutating func sortBy(_ step: Int) {
        let place = columns.firstIndex(of: sort) ?? 0
        sorts[page] = columns[(place + step + columns.count) % columns.count]
        top = 0
    }

    // MARK: Open and closed

    private mutating func toggle(_ rows: TopRows) {
        if selection == nil { return select(0, in: rows) }
        guard rows.rows.indices.contains(selectedIndex), rows.rows[selectedIndex].isOpen != nil else { return }
        opened.formSymmetricDifference([rows.id(at: selectedIndex)])
    }

    private mutating func open(_ rows: TopRows) {
        if selection == nil { return select(0, in: rows) }
        guard rows.rows.indices.contains(selectedIndex), let isOpen = rows.rows[selectedIndex].isOpen else { return }
        if isOpen {
            select(selectedIndex + 1, in: rows)
        } else {
            toggle(rows)
        }
    }

    /// An open row, or else the one that it is in.
    private mutating func close(_ rows: TopRows) {
        guard selection != nil, rows.rows.indices.contains(selectedIndex) else { return }
        let row = rows.rows[selectedIndex]
        if row.isOpen == true {
            toggle(rows)
        } else if let parent = rows.rows[..<selectedIndex].lastIndex(where: { $0.depth < row.depth }) {
            select(parent, in: rows)
        }
    }
}

extension TopColumn {
    /// Whether there is anything in it.
    func fits(_ layout: TopState.Layout) -> Bool {
        switch layout {
        case .tree: true
        case .processes: !isOfComponents
        case .threads: !isOfComponents && !isOfProcesses
        }
    }
}
