/// What a journal's text says: a pure fold over its lines.
///
/// | line | fields |
/// |---|---|
/// | `mete-journal` | version, boot id |
/// | `old` | entry id, count of the setting's fields, the setting's fields, the value's fields |
/// | `new` | entry id, the value's fields |
/// | `end` | entry id: put back, or gone |
/// | `origin` | folder of a group of mete's own, folder of the group that its processes came from |
package struct JournalContents: Equatable, Sendable {
    /// A setting that mete has written or was about to write.
    package struct Entry: Equatable, Sendable {
        package var id: Int
        /// What was there before mete.
        package var old: SettingValue
        /// What mete intended last, and before that: after a crash either may be in force.
        package var intended: [SettingValue]

        package init(id: Int, old: SettingValue, intended: [SettingValue] = []) {
            self.id = id
            self.old = old
            self.intended = intended
        }

        /// Whether a value that stands is one of mete's, or still the old one; if not, somebody else wrote it.
        func isOurs(_ value: SettingValue, of setting: Setting) -> Bool {
            setting.isSame(value, old) || intended.contains { setting.isSame(value, $0) }
        }

        mutating func intend(_ value: SettingValue) {
            intended = [value] + intended.prefix(1)
        }
    }

    /// A line that could not be used; the others are used all the same.
    package struct Damage: Equatable, Sendable {
        /// From 1.
        package var line: Int
        package var reason: String
    }

    package static let version = "1"

    package var bootID = ""
    package var entries: [Setting: Entry] = [:]
    /// Where what is born inside a group of mete's own belongs, as folders.
    package var origins: [String: String] = [:]
    package var damage: [Damage] = []
    /// Whether the last line was cut short, as a crash or a full disk leaves it. Nothing was done on its strength,
    /// since a write follows its line.
    package var isTorn = false
    var nextID = 0

    package init() {}

    package init(text: String) {
        var settings: [Int: Setting] = [:]
        // CRLF would be one Character; lines are split as bytes.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let isLast = index == lines.count - 1
            guard let fields = JournalLine.decode(line) else {
                if isLast {
                    isTorn = true
                } else {
                    damage.append(Damage(line: index + 1, reason: "its checksum does not fit"))
                }
                continue
            }
            if let reason = take(fields, &settings) { damage.append(Damage(line: index + 1, reason: reason)) }
        }
    }

    /// Takes in one line; returns what is wrong with it, if anything is.
    private mutating func take(_ fields: [String], _ settings: inout [Int: Setting]) -> String? {
        switch (fields[0], fields.count) {
        case ("mete-journal", 3):
            bootID = fields[2]
            return fields[1] == Self.version ? nil : "written by a mete whose journal has version \(fields[1])"
        case ("origin", 3):
            origins[fields[1]] = fields[2]
            return nil
        case ("old", 5...):
            guard let id = Int(fields[1]), let count = Int(fields[2]), count > 0, fields.count > 3 + count,
                let setting = Setting(fields: Array(fields[3..<(3 + count)])),
                let value = SettingValue(fields: Array(fields[(3 + count)...]))
            else { return "it names no setting that is known" }
            entries[setting] = Entry(id: id, old: value)
            settings[id] = setting
            nextID = max(nextID, id + 1)
            return nil
        case ("new", 3...):
            guard let id = Int(fields[1]), let value = SettingValue(fields: Array(fields[2...])) else {
                return "it holds no value that is known"
            }
            guard let setting = settings[id], entries[setting]?.id == id else { return "its setting is unknown" }
            entries[setting]?.intend(value)
            return nil
        case ("end", 2):
            guard let id = Int(fields[1]) else { return "it holds no number" }
            guard let setting = settings[id], entries[setting]?.id == id else { return "its setting is unknown" }
            end(setting)
            return nil
        default:
            return "its kind `\(fields[0])` is unknown"
        }
    }

    /// Strikes out a setting, and with a group where its processes came from.
    @discardableResult
    mutating func end(_ setting: Setting) -> Entry? {
        if case .group(let folder) = setting { origins[folder] = nil }
        return entries.removeValue(forKey: setting)
    }

    /// Settings with their entries, the one touched first first.
    package var ordered: [(setting: Setting, entry: Entry)] {
        entries.map { (setting: $0.key, entry: $0.value) }.sorted { $0.entry.id < $1.entry.id }
    }

    /// Whether mete made this cgroup.
    package func isOwnGroup(_ folder: String) -> Bool { entries[.group(folder)]?.old == .absent }

    /// Whether this lies in a cgroup that mete made, and will remove with everything in it.
    package func isInsideOwnGroup(_ path: String) -> Bool { FolderPath.lies(path, below: isOwnGroup) }

    /// The text that says the same in as few lines as possible.
    package var text: String {
        var text = Self.header(bootID)
        for (group, origin) in origins.sorted(by: { $0.key < $1.key }) { text += Self.originLine(group, origin) }
        for (setting, entry) in ordered {
            text += Self.oldLine(entry.id, setting, entry.old)
            for value in entry.intended.reversed() { text += Self.newLine(entry.id, value) }
        }
        return text
    }

    static func header(_ bootID: String) -> String { JournalLine.encode(["mete-journal", version, bootID]) }
    static func originLine(_ group: String, _ origin: String) -> String {
        JournalLine.encode(["origin", group, origin])
    }
    static func oldLine(_ id: Int, _ setting: Setting, _ value: SettingValue) -> String {
        let fields = setting.fields
        return JournalLine.encode(["old", "\(id)", "\(fields.count)"] + fields + value.fields)
    }
    static func newLine(_ id: Int, _ value: SettingValue) -> String {
        JournalLine.encode(["new", "\(id)"] + value.fields)
    }
    static func endLine(_ id: Int) -> String { JournalLine.encode(["end", "\(id)"]) }
}
