/// Who may write a file or folder, from stat(2).
package struct FileOwnership: Equatable, Sendable {
    /// User id of its owner.
    package var owner: UInt32
    /// Permission bits, the sticky bit included.
    package var mode: UInt32

    package init(owner: UInt32, mode: UInt32) {
        self.owner = owner
        self.mode = mode & 0o7777
    }

    /// Who but root and this user can have written it, in words; nil when nobody can.
    package func weakness(for user: UInt32) -> String? {
        if owner != 0, owner != user { return "it belongs to user \(owner)" }
        return mode & 0o022 == 0 ? nil : "its mode 0\(String(mode, radix: 8)) lets others write it"
    }

    /// Who but root and this user can put another file in the place of one that is in this folder; nil when nobody can. A sticky folder
    /// keeps each file to its owner, as /tmp does.
    package func weaknessOfFolder(for user: UInt32) -> String? {
        guard let weakness = weakness(for: user) else { return nil }
        let isKept = mode & 0o1000 != 0 && (owner == 0 || owner == user)
        return isKept ? nil : weakness
    }
}
