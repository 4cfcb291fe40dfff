/// Whether somebody else has come to use the cpu controller that mete handed down.
///
/// The kernel refuses to withdraw a controller only where a group hands it further down; values that were set in the groups directly
/// below would be lost without a word.
enum ControllerUse {
    /// Whether a group below has values that are not those of a new group.
    ///
    /// - Parameter file: the cgroup.subtree_control through which the controller was handed down.
    static func isInUse(below file: String) throws(Errno) -> Bool {
        let folder = FolderPath.parent(of: file)
        for name in try KernelFile.folders(in: folder) where try isChosen("\(folder)/\(name)") { return true }
        return false
    }

    private static func isChosen(_ group: String) throws(Errno) -> Bool {
        do throws(Errno) {
            for attribute in ["cpu.weight", "cpu.max", "cpu.idle"] {
                let text = try KernelFile.readIfPresent("\(group)/\(attribute)")
                if let text, text != CPUAttributes.initial(of: attribute) { return true }
            }
            return false
        } catch {
            // A group that ends meanwhile uses nothing.
            if error.meansGone { return false }
            throw error
        }
    }
}
