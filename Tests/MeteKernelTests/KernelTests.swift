import Testing

/// Tests that change or measure the machine itself: as root, on a real kernel, one after the other, for they would measure each other.
@Suite(.tags(.kernel), .serialized)
enum KernelTests {}

extension Tag {
    /// Needs root and a real kernel.
    @Tag static var kernel: Self
}
