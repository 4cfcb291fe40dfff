package import MeteModel

/// The component of a process's threads.
package enum Assignment: Equatable, Sendable {
    /// All of them belong to one; names of threads need not be looked at.
    case process(ComponentID)
    /// It depends on the thread's name.
    case byThread(ThreadAssignment)

    /// The component of a thread with this name.
    package func component(forThread name: String) -> ComponentID {
        switch self {
        case .process(let component): component
        case .byThread(let threads): threads.component(forThread: name)
        }
    }
}

/// The components of the threads of one process, by name; what the process's own facts decide has been decided.
package struct ThreadAssignment: Equatable, Sendable {
    /// A clause that holds for the process and asks for a thread name.
    struct Alternative: Sendable {
        let component: ComponentID
        /// All must match.
        let patterns: [TextPattern]
    }

    /// In the order of the policy, the first that matches wins.
    let alternatives: [Alternative]
    /// For threads that none of them matches.
    package let otherwise: ComponentID

    package func component(forThread name: String) -> ComponentID {
        let text = name.utf8.span
        for alternative in alternatives where alternative.patterns.allSatisfy({ $0.matches(text) }) {
            return alternative.component
        }
        return otherwise
    }

    /// Those of different classifiers differ: nobody compares what their patterns match.
    package static func == (left: ThreadAssignment, right: ThreadAssignment) -> Bool {
        left.otherwise == right.otherwise
            && left.alternatives.elementsEqual(right.alternatives) {
                $0.component == $1.component && $0.patterns.elementsEqual($1.patterns, by: ===)
            }
    }
}
