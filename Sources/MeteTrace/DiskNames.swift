import Glibc
package import MeteModel

/// What a disk is called: `vda`, from /sys/dev/block.
package enum DiskNames {
    /// Its number where it has gone, or /sys is not mounted.
    package static func name(of device: DiskDevice) -> String {
        let number = "\(device.major):\(device.minor)"
        var target = [CChar](repeating: 0, count: 4096)
        let length = readlink("/sys/dev/block/\(number)", &target, target.count - 1)
        guard length > 0 else { return number }
        let path = String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").last.map(String.init) ?? number
    }
}
