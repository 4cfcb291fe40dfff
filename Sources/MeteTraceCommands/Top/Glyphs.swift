import Glibc

/// The characters that are not letters, as far as the terminal has them.
struct Glyphs: Equatable, Sendable {
    /// From nothing to the highest.
    var levels: [Character]
    var open: String
    var closed: String
    var falling: String
    var rising: String
    var upDown: String
    var enter: String

    static let unicode = Glyphs(
        levels: Array("▁▂▃▄▅▆▇█"), open: "▾", closed: "▸", falling: "▼", rising: "▲", upDown: "↑↓", enter: "⏎")
    static let ascii = Glyphs(
        levels: Array("_.-:=+*#"), open: "-", closed: "+", falling: "v", rising: "^", upDown: "up/down",
        enter: "Enter")

    /// What the user's locale says, by the order in which setlocale(3) looks.
    ///
    /// - Parameter variable: the value of a variable of the environment.
    init(of variable: (String) -> String?) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        self = name.contains("utf-8") || name.contains("utf8") ? .unicode : .ascii
    }

    private init(
        levels: [Character], open: String, closed: String, falling: String, rising: String, upDown: String,
        enter: String
    ) {
        self.levels = levels
        self.open = open
        self.closed = closed
        self.falling = falling
        self.rising = rising
        self.upDown = upDown
        self.enter = enter
    }
}
