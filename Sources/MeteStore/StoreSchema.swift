import GRDB

/// The tables of a recording, and how those of earlier versions become those of today.
///
/// | table | what |
/// |---|---|
/// | `facts` | by name: interval in nanoseconds, the version of mete that wrote it, the host |
/// | `components` | names by number; 0 is the machine |
/// | `recent` | windows that are in no block yet, one to a row, all components of each |
/// | `blocks` | samples of one component and tier, packed: see `BlockCoding` |
///
/// Times are nanoseconds since 1970.
enum StoreSchema {
    /// In the file's head, so that file(1) and mete know it: `mete`.
    static let applicationID: Int32 = 0x6d65_7465

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(
                sql: """
                    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                    CREATE TABLE components (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
                    INSERT INTO components VALUES (0, '');
                    CREATE TABLE recent (end INTEGER PRIMARY KEY, data BLOB NOT NULL);
                    CREATE TABLE blocks (
                        component INTEGER NOT NULL REFERENCES components, tier INTEGER NOT NULL, start INTEGER NOT NULL,
                        end INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
                        PRIMARY KEY (component, tier, start)) WITHOUT ROWID;
                    CREATE INDEX blocks_by_age ON blocks (tier, end);
                    """)
        }
        return migrator
    }
}
