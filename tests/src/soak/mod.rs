//! The soak: a sender, a fleet and faults, and the audit afterwards.
