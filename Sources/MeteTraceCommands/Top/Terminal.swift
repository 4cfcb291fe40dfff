import CMeteTerminal
import Glibc
import MeteModel
import MeteTrace

/// The terminal as a screen of lines and a source of keys. However the process ends, the terminal is as it was, but for SIGKILL.
///
/// Nothing waits for a terminal whose output stands still: what it does not take now it gets when it does, and keys and signals are seen
/// meanwhile.
final class Terminal {
    enum Event: Equatable {
        case key(Key)
        /// It has another size, or was used by somebody else: everything is to be drawn anew.
        case changed
        /// SIGINT, SIGTERM, SIGHUP, SIGQUIT, or nobody at the other end.
        case end
    }

    let glyphs: Glyphs
    private let hasColours: Bool
    private let signals: Int32
    private let output: Int32
    /// Whether a write to `output` may wait: where the terminal could not be opened a second time.
    private let mayBlock: Bool
    /// What the terminal has not taken.
    private var unwritten: [UInt8] = []
    /// Whether a picture was left out meanwhile.
    private var isBehind = false
    private var parser = KeyParser()
    /// What stands on each line.
    private var standing: [String] = []

    /// How long the rest of a key's sequence may take.
    private static let sequenceTime: Nanoseconds = 50 * .perMillisecond

    /// Why this is no terminal for a full screen; nil when it is.
    ///
    /// - Parameter variable: the value of a variable of the environment.
    static func obstacle(_ variable: (String) -> String? = Terminal.environment) -> String? {
        if isatty(STDIN_FILENO) != 1 { return "standard input is no terminal" }
        if isatty(STDOUT_FILENO) != 1 { return "standard output is no terminal" }
        let kind = variable("TERM") ?? ""
        return kind.isEmpty || kind == "dumb"
            ? "TERM is \(kind.isEmpty ? "not set" : kind), so nothing can be placed" : nil
    }

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    init() throws(TerminalError) {
        glyphs = Glyphs(of: Self.environment)
        // https://no-color.org: any value but none.
        hasColours = (Self.environment("NO_COLOR") ?? "").isEmpty
        signals = mete_signals_open()
        guard signals >= 0 else { throw TerminalError("take signals for", errno) }
        let own = mete_terminal_reopen(STDOUT_FILENO)
        mayBlock = own < 0
        output = mayBlock ? STDOUT_FILENO : own
        do {
            try enter()
        } catch {
            // A deinit is not run of what is not made.
            closeFiles()
            throw error
        }
    }

    deinit {
        mete_terminal_leave()
        closeFiles()
    }

    private func closeFiles() {
        close(signals)
        if !mayBlock { close(output) }
    }

    private func enter() throws(TerminalError) {
        let error = mete_terminal_enter(STDIN_FILENO, output)
        guard error == 0 else {
            mete_terminal_leave()
            throw TerminalError("prepare", error)
        }
        standing = []
        unwritten = []
        try write(String(cString: mete_terminal_enter_text()))
    }

    /// That of a terminal that does not know is the one that most had.
    var size: TopScreen.Size {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard mete_terminal_size(STDOUT_FILENO, &columns, &rows) == 0, columns > 0, rows > 0 else {
            return TopScreen.Size(columns: 80, rows: 24)
        }
        return TopScreen.Size(columns: Int(columns), rows: Int(rows))
    }

    // MARK: Drawing

    /// Writes the lines that differ from those that stand there.
    func draw(_ lines: [ScreenLine], columns: Int) throws(TerminalError) {
        isBehind = !unwritten.isEmpty
        if isBehind { return }
        var output = ""
        var drawn: [String] = []
        drawn.reserveCapacity(lines.count)
        for (row, line) in lines.enumerated() {
            let text = encoded(line)
            drawn.append(text)
            guard !standing.indices.contains(row) || standing[row] != text else { continue }
            // After a full line the cursor stands on its last cell, which would be erased.
            output += "\u{1B}[\(row + 1);1H\(text)" + (line.width < columns ? "\u{1B}[K" : "")
        }
        standing = drawn
        guard !output.isEmpty else { return }
        try write(output)
    }

    private func encoded(_ line: ScreenLine) -> String {
        var text = ""
        for span in line.spans {
            let words = glyphs == .ascii ? CellText.ascii(span.text) : span.text
            let code = code(span.style)
            text += code.isEmpty ? words : "\u{1B}[\(code)m\(words)\u{1B}[0m"
        }
        return text
    }

    /// Select Graphic Rendition (ECMA-48, 8.3.117).
    private func code(_ style: ScreenLine.Style) -> String {
        switch style {
        case .plain: ""
        case .strong: "1"
        case .faint: "2"
        case .selected: "7"
        case .warning: hasColours ? "33" : "1"
        case .alarm: hasColours ? "1;31" : "1;4"
        }
    }

    private func write(_ text: String) throws(TerminalError) {
        unwritten += Array(text.utf8)
        try writeOn()
    }

    /// At once where a write may wait, in so many bytes: a terminal that says it has room has at least some.
    private static let blockingBytes = 64

    /// As much as the terminal takes now.
    private func writeOn() throws(TerminalError) {
        while !unwritten.isEmpty {
            if mayBlock {
                var room = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                guard poll(&room, 1, 0) == 1 else { return }
            }
            let most = mayBlock ? Self.blockingBytes : unwritten.count
            let count = Glibc.write(output, unwritten, min(most, unwritten.count))
            if count > 0 {
                unwritten.removeFirst(count)
            } else if count < 0, errno == EAGAIN {
                return
            } else if count == 0 || errno != EINTR {
                throw TerminalError("write to", count == 0 ? EIO : errno)
            }
        }
    }

    // MARK: Events

    /// What happens until an instant of the monotonic clock; empty where nothing does.
    func wait(until deadline: Nanoseconds) throws(TerminalError) -> [Event] {
        var files = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            // One that is negative is passed over.
            pollfd(fd: unwritten.isEmpty ? -1 : output, events: Int16(POLLOUT), revents: 0),
        ]
        let left = max(0, deadline - TickClock.now())
        let time = parser.isWaiting ? min(left, Self.sequenceTime) : left
        let milliseconds = min((time + .perMillisecond - 1) / .perMillisecond, 3_600_000)
        let count = poll(&files, nfds_t(files.count), Int32(milliseconds))
        guard count >= 0 || errno == EINTR else { throw TerminalError("wait for", errno) }
        guard count > 0 else { return parser.flush().map { .key($0) } }
        var events: [Event] = []
        if files[1].revents != 0 { events += try takeSignals() }
        if files[0].revents != 0 { events += readKeys() }
        if files[2].revents != 0 {
            try writeOn()
            if unwritten.isEmpty, isBehind { events.append(.changed) }
        }
        return events
    }

    private func readKeys() -> [Event] {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 { return parser.parse(buffer[..<count]).map { .key($0) } }
        // Readable and empty: the other end is gone.
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : [.end]
    }

    private func takeSignals() throws(TerminalError) -> [Event] {
        var events: [Event] = []
        while true {
            switch mete_signals_next(signals) {
            case 0: return events
            case SIGTSTP:
                mete_terminal_leave()
                // Not SIGTSTP again: it is blocked. What comes after this line comes after SIGCONT.
                kill(getpid(), SIGSTOP)
                try enter()
                events.append(.changed)
            case SIGCONT:
                // After a SIGSTOP that nobody announced the shell has set the terminal as it likes it.
                try enter()
                events.append(.changed)
            case SIGWINCH:
                standing = []
                try write("\u{1B}[2J")
                events.append(.changed)
            default: events.append(.end)
            }
        }
    }
}

/// A terminal that does not do what is asked of it.
struct TerminalError: Error, Equatable, CustomStringConvertible {
    var operation: String
    var code: Int32

    init(_ operation: String, _ code: Int32) {
        self.operation = operation
        self.code = code
    }

    var description: String {
        "cannot \(operation) the terminal: \(String(cString: strerror(code))); `mete trace` needs none"
    }
}
