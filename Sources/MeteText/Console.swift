import Glibc

/// The one seam through which commands speak: standard output for what was asked for, standard error for the rest.
///
/// Written at once and unbuffered; what a closed pipe does not take is lost.
package enum Console {
    package static func write(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    package static func line(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// A line on standard error, after the program's name.
    package static func note(_ line: String) {
        write("mete: \(line)\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                written += count
            }
        }
    }
}
